"""One manager signs for another who is away: marked, noted, never one's own, never passed on, ended by itself."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.signing import actions as signing
from frontdoor.signing import readers
from frontdoor.signing.models import Delegation, SignedFor
from referrals import absences, actions
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each, some_facts

Signed = Callable[[User], Client]
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)
DAY = timedelta(days=1)


@pytest.fixture
def third(db: None) -> User:
    return StaffFactory.create(role="team_manager", username="third.manager", name="Tess Third")


def named(of: User, to: User, first: date = MONDAY, last: date = SUNDAY, by: User | None = None) -> Delegation:
    return signing.delegate(of=of, to=to, from_on=first, until_on=last, by=by or of, at=NOW)


@pytest.fixture
def red(officer: User, worker: User, team: Team) -> Contact:
    """A red contact a social worker of the second manager's team proposes to end."""
    worker.team = team
    worker.save()
    child = PersonFacts(given_name="Ode", family_name="Marsh", date_of_birth=date(2016, 2, 9))
    contact = record_contact(facts=some_facts(grade="red", people=[child]), by=officer, at=NOW)
    actions.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=worker, at=LATER)
    contact.refresh_from_db()
    assert contact.status == "awaiting_sign_off"
    return contact


def lists_of(user: User, at: object = LATER) -> list[list[str]]:
    return [[each.name for each in line.on_lists_of] for line in readers.listed(user, LATER).lines]


def test_the_delegate_sees_whose_list_it_is_on_and_signs_for_them(
    red: Contact, manager: User, second_manager: User, signed: Signed
) -> None:
    assert lists_of(manager) == [[]]
    named(second_manager, manager)
    assert lists_of(manager) == [[second_manager.name]]
    actions.sign_off_contact(contact=red, by=manager, at=LATER, reason="Agreed.")
    row = SignedFor.objects.get()
    assert (row.reference, row.kind, row.by, row.on_behalf_of) == (red.reference, "contact", manager, second_manager)
    entry = Entry.objects.get(event="signing.signed_for")
    assert (entry.actor, entry.reference, entry.detail["for"]) == (manager, red.reference, second_manager.pk)
    page = signed(second_manager).get(f"/contacts/{red.reference}/").content.decode()
    assert f"Signed or returned by {manager.name} for {second_manager.name}" in page


def test_what_is_not_on_their_list_is_signed_for_nobody(
    red: Contact, manager: User, second_manager: User, third: User
) -> None:
    named(third, manager)
    assert lists_of(manager) == [[]]
    actions.return_contact(contact=red, by=manager, at=LATER, comments="Ask the school.")
    assert not SignedFor.objects.exists()


def test_it_is_not_passed_on(red: Contact, manager: User, second_manager: User, third: User) -> None:
    named(second_manager, manager)
    named(manager, third)
    assert lists_of(third) == [[]]


def test_it_ends_by_itself_and_whenever_one_of_them_says(
    red: Contact, manager: User, second_manager: User, third: User
) -> None:
    row = named(second_manager, manager)
    assert readers.signed_for_now(manager, NOW + 6 * DAY) == [second_manager]
    assert readers.signed_for_now(manager, NOW + 7 * DAY) == []
    with pytest.raises(Denied):
        signing.withdraw(delegation=row, by=third, at=LATER)
    signing.withdraw(delegation=row, by=manager, at=LATER)
    assert readers.signed_for_now(manager, LATER) == []
    with pytest.raises(Refused, match="ended already"):
        signing.withdraw(delegation=row, by=second_manager, at=LATER)
    assert lists_of(manager) == [[]]


def test_the_author_does_not_sign_for_the_absent_either(
    officer: User, manager: User, second_manager: User, team: Team, signed: Signed
) -> None:
    manager.team = team
    manager.save()
    child = PersonFacts(given_name="Ode", family_name="Marsh", date_of_birth=date(2016, 2, 9))
    contact = record_contact(facts=some_facts(grade="red", people=[child]), by=officer, at=NOW)
    actions.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=manager, at=LATER)
    named(second_manager, manager)
    assert readers.listed(manager, LATER).lines == []
    assert readers.own_on_lists_of(manager, [second_manager], LATER) == 1
    with pytest.raises(Refused, match=f"may not sign it for {second_manager.name} either: ask another manager"):
        actions.sign_off_contact(contact=contact, by=manager, at=LATER)


def test_who_is_named_has_to_be_able_to_sign_and_the_days_to_be_in_order(
    manager: User, second_manager: User, third: User, worker: User
) -> None:
    for of, to, first, last, by, told in (
        (second_manager, worker, MONDAY, SUNDAY, second_manager, "may sign nothing that"),
        (second_manager, second_manager, MONDAY, SUNDAY, second_manager, "Choose a colleague"),
        (worker, manager, MONDAY, SUNDAY, worker, "signs nothing"),
        (second_manager, manager, SUNDAY, MONDAY, second_manager, "before the first"),
        (second_manager, manager, MONDAY - 9 * DAY, MONDAY - DAY, second_manager, "are over"),
        (second_manager, manager, MONDAY, MONDAY + 400 * DAY, second_manager, "a year at most"),
    ):
        with pytest.raises(Refused, match=told):
            named(of, to, first, last, by)
    with pytest.raises(Denied):
        named(second_manager, manager, by=third)
    named(second_manager, manager)
    with pytest.raises(Refused, match="already: end that first"):
        named(second_manager, third, SUNDAY, SUNDAY + DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            of=second_manager, to=third, from_on=SUNDAY, until_on=SUNDAY, entered_at=NOW, entered_by=third
        )


def test_a_service_manager_names_somebody_for_a_manager_who_fell_ill(manager: User, second_manager: User) -> None:
    chief = StaffFactory.create(role="service_manager")
    row = named(second_manager, manager, by=chief)
    assert row.entered_by == chief


def test_entering_an_absence_offers_it_and_the_page_names_and_ends_it(
    manager: User, second_manager: User, team: Team, signed: Signed, time_machine: object
) -> None:
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    absences.enter(user=second_manager, kind="leave", from_on=MONDAY, until_on=SUNDAY, by=second_manager, at=NOW)
    client = signed(second_manager)
    page = client.get("/absences/").content.decode()
    assert "Nobody signs for them" in page
    offered = f"/signatures/for/?of={second_manager.pk}&amp;from_on=2026-11-23&amp;until_on=2026-11-29"
    assert offered in page
    assert 'value="29"' in client.get(offered.replace("&amp;", "&")).content.decode()
    sent = client.post(
        "/signatures/for/",
        {
            "to": manager.pk, "from_on_day": "23", "from_on_month": "11", "from_on_year": "2026",
            "until_on_day": "29", "until_on_month": "11", "until_on_year": "2026",
        },
        follow=True,
    )  # fmt: skip
    assert f"{manager.name} signs for {second_manager.name}" in sent.content.decode()
    assert f"Signs for them: {manager.name}" in client.get("/absences/").content.decode()
    row = Delegation.objects.get()
    assert f"You sign for {second_manager.name}" in signed(manager).get("/signatures/").content.decode()
    signed(manager).post("/signatures/for/", {"end": row.pk})
    row.refresh_from_db()
    assert row.ended_by == manager
