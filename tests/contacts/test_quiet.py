"""A contact that may be about a restricted child: only the named holders and the on-call manager come to know of it."""

from datetime import date, timedelta

import pytest
from django.test import Client

from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.access import Denied
from frontdoor.accounts.models import OnDuty, User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.notifications.actions import alerts_for, climb, raise_alert, take_alert
from frontdoor.notifications.models import Alert, Notice
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from tests.contacts.conftest import NOW, some_facts
from tests.factories import StaffFactory


@pytest.fixture
def holder(db: None) -> User:
    return User.objects.create_user("holder", "Hal Holder", roles=["service_manager"])


@pytest.fixture
def on_call(db: None) -> User:
    found = User.objects.create_user("on.call", "Ona Call", roles=["team_manager"])
    OnDuty.objects.create(
        user=found, kind="on_call", from_at=NOW - timedelta(hours=1), to_at=NOW + timedelta(hours=12)
    )  # fmt: skip
    return found


@pytest.fixture
def about_somebody_hidden(officer: User, holder: User, on_call: User) -> Contact:
    protector = StaffFactory.create(role="data_protection_officer")
    child = people.create_person(
        by=holder, at=NOW, names=[people.GivenName("Rowan", "Ashcombe")], date_of_birth=date(2016, 5, 4),
        identifiers_given={"nhs": "9990000018"},
    )  # fmt: skip
    set_restriction(person=child, holders=[holder], by=protector, at=NOW, reason="Family of staff.")
    named = PersonFacts(
        given_name="Rowan", family_name="Ashcombe", date_of_birth=date(2016, 5, 4), nhs_number="9990000018"
    )
    return record_contact(facts=some_facts(people=[named]), by=officer, at=NOW)


def test_its_alert_and_its_clock_are_seen_by_those_told_alone(
    about_somebody_hidden: Contact, holder: User, on_call: User, manager: User, officer: User
) -> None:
    for user, sees in ((holder, True), (on_call, True), (manager, False), (officer, False)):
        clocks = Clock.objects.visible_to(user).of(about_somebody_hidden.reference)
        assert clocks.filter(rule="restricted_take").exists() is sees, user
        assert bool(alerts_for(user)) is sees, user
        assert clocks.filter(rule="referral_decision").exists(), "the contact itself is everybody's"
    with pytest.raises(Denied):
        take_alert(alert=Alert.objects.get(), by=manager, at=NOW)
    client = Client()
    client.force_login(manager)
    here = f"/contacts/{about_somebody_hidden.reference}/"
    for path in (here, f"{here}decide/", f"{here}fast-track/", f"{here}look/", "/contacts/queue/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Named holder" not in answer.content.decode(), path
    assert take_alert(alert=Alert.objects.get(), by=on_call, at=NOW).taken_by == on_call


def test_late_it_goes_to_nobody_else(
    about_somebody_hidden: Contact, holder: User, on_call: User, manager: User
) -> None:
    other = StaffFactory.create(role="team_manager")
    sweep(NOW + timedelta(hours=3))
    told = Notice.objects.filter(text__contains="Named holder")
    assert {notice.user for notice in told} == {holder, on_call}
    alerted = Notice.objects.filter(kind="restricted-contact")
    assert {notice.user for notice in alerted} == {holder, on_call}
    assert other not in Alert.objects.get().told.all()


def test_of_a_record_hidden_since_notices_are_gone_and_its_lateness_goes_to_the_holders(
    about_somebody_hidden: Contact, holder: User, manager: User
) -> None:
    Notice.objects.create(user=manager, kind="x", text="Claimed", reference=about_somebody_hidden.reference)
    assert Notice.objects.of(manager).count() == 1
    child = Person.objects.get()
    people.involve(person=child, reference=about_somebody_hidden.reference, kind="contact", at=NOW)
    assert Notice.objects.of(manager).count() == 0
    sweep(NOW + timedelta(days=10))
    assert Notice.objects.of(manager).count() == 0
    assert Notice.objects.of(holder).filter(text__startswith="Late: Decision").exists()


def test_an_alert_about_a_hidden_record_goes_to_those_named_and_the_on_call_manager(
    about_somebody_hidden: Contact, holder: User, on_call: User, manager: User
) -> None:
    """Raised before a restriction or after it: it leaves the screens of those who may not know of the record."""
    reference = about_somebody_hidden.reference

    def raised(kind: str) -> Alert:
        text = f"Child protection, fast track: {reference}"
        return raise_alert(kind=kind, reference=reference, text=text, path="/", at=NOW, to=[manager])

    before = raised("fast-track")
    assert before in alerts_for(manager)
    people.involve(person=Person.objects.get(), reference=reference, kind="contact", at=NOW)
    after = raised("fast-track-open-work")
    assert {*after.told.all()} == {holder, on_call}
    assert {before, after}.isdisjoint(alerts_for(manager))
    assert after in alerts_for(holder)
    assert after in alerts_for(on_call)
    client = Client()
    client.force_login(manager)
    assert reference not in client.get("/alerts/").content.decode()
    climb(NOW + timedelta(hours=1))
    assert manager not in after.told.all()
