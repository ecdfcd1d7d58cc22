"""The reason written with a read is true: it comes from what somebody is doing, or they say it themselves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.accounts.models import OnDuty, Team, User
from frontdoor.audit.models import Entry
from frontdoor.drafts.models import Draft
from frontdoor.people.models import Person
from referrals import actions as referrals
from referrals.models import Referral
from tests.contacts.conftest import some_facts
from tests.factories import PersonFactory, StaffFactory
from tests.referrals.conftest import each

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
ASKS = "Before you open this record"


@pytest.fixture
def sign() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def officer() -> User:
    return StaffFactory.create(role="contact_officer")


@pytest.fixture
def worker() -> User:
    return StaffFactory.create(role="social_worker")


@pytest.fixture
def child() -> Person:
    made: Person = PersonFactory.create(by=StaffFactory.create(role="service_manager"), at=LONG_AGO)
    return made


Sign = Callable[[User], Client]


def opens(client: Client, child: Person) -> str:
    answer = client.get(f"/people/{child.reference}/")
    assert answer.status_code == 200
    return answer.content.decode()


def reasons(user: User, child: Person) -> list[str]:
    rows = Entry.objects.filter(kind="opened", reference=child.reference, actor=user).order_by("pk")
    return list(rows.values_list("reason", flat=True))


def about(child: Person, officer: User, at: datetime) -> Contact:
    contact = record_contact(facts=some_facts(), by=officer, at=at)
    screening.link_person(on_contact=contact.people.get(position=1), person=child, by=officer, at=at)
    return contact


@pytest.mark.parametrize("role", ["social_worker", "contact_officer", "duty_manager", "edt_worker"])
def test_nobody_opens_a_strangers_record_as_a_search_from_a_call_when_no_call_is_on(
    child: Person, sign: Sign, role: str
) -> None:
    user = StaffFactory.create(role=role)
    for page in ("", "chronology/", "documents/"):
        assert ASKS in sign(user).get(f"/people/{child.reference}/{page}").content.decode()
    assert reasons(user, child) == []


def test_one_press_leads_on_to_the_page_that_was_asked_for(child: Person, worker: User, sign: Sign) -> None:
    client = sign(worker)
    page = client.get(f"/people/{child.reference}/chronology/").content.decode()
    assert "A colleague or my manager asked me to look" in page
    answer = client.post(f"/people/{child.reference}/why/", {"why": "asked"})
    assert answer["Location"] == f"/people/{child.reference}/chronology/"
    assert ASKS not in client.get(answer["Location"]).content.decode()
    assert reasons(worker, child) == ["A colleague or my manager asked me to look"]
    answer = client.post(f"/people/{child.reference}/why/", {"why": "anything"})
    assert answer.status_code == 422, "what is not offered is no reason"


def test_a_call_being_recorded_is_the_reason_while_it_is(child: Person, officer: User, sign: Sign) -> None:
    draft = Draft.objects.create(user=officer, kind="contact", body=b"concerns=He+is+alone", saved_at=NOW)
    assert ASKS not in opens(sign(officer), child)
    assert reasons(officer, child) == ["search from a call"]
    Draft.objects.filter(pk=draft.pk).update(saved_at=NOW - timedelta(hours=5))
    assert ASKS in opens(sign(officer), child), "a form left lying is no call"
    Draft.objects.filter(pk=draft.pk).update(saved_at=NOW, consumed_at=NOW)
    assert ASKS in opens(sign(officer), child)


def test_a_contact_just_recorded_is_the_reason_for_whom_it_names(child: Person, officer: User, sign: Sign) -> None:
    about(child, officer, NOW)
    assert ASKS not in opens(sign(officer), child)
    assert reasons(officer, child) == ["search from a call"]


def test_a_contact_on_the_queue_is_the_reason_of_who_screens(
    child: Person, officer: User, worker: User, sign: Sign
) -> None:
    contact = about(child, officer, NOW)
    assert ASKS not in opens(sign(worker), child)
    assert reasons(worker, child) == ["screening a contact about them"]
    manager = StaffFactory.create(role="duty_manager")
    referrals.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=manager, at=NOW)
    assert ASKS in opens(sign(worker), child)


def test_own_work_and_that_of_a_team_one_manages(child: Person, officer: User, worker: User, sign: Sign) -> None:
    contact = about(child, officer, LONG_AGO)
    manager = StaffFactory.create(role="duty_manager")
    head = StaffFactory.create(role="team_manager")
    team = Team.objects.create(code="reasons", name="Team of reasons", kind="assessment", manager=head)
    decided = referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LONG_AGO)
    referral = Referral.objects.get(pk=decided.referrals[0].pk)
    assert referral.child == child
    opens(sign(manager), child)
    assert reasons(manager, child) == ["work that waits for a worker"]
    referrals.allocate(referral=referral, by=manager, at=LONG_AGO, team=team, worker=worker)
    opens(sign(worker), child)
    opens(sign(head), child)
    assert (reasons(worker, child), reasons(head, child)) == (["allocated"], ["work of the team"])
    stranger = User.objects.create_user("stranger", "Stan Stranger", roles=["social_worker"])
    assert ASKS in opens(sign(stranger), child)
    OnDuty.objects.create(user=stranger, kind="duty", from_at=NOW - timedelta(hours=1), to_at=NOW + timedelta(hours=1))
    opens(sign(stranger), child)
    assert reasons(stranger, child) == ["on duty"]


def test_work_that_is_hidden_from_somebody_is_no_reason_of_theirs(child: Person, sign: Sign) -> None:
    taker = StaffFactory.create(role="service_manager", username="nora", name="Nora Taker")
    manager = StaffFactory.create(role="duty_manager")
    contact = about(child, taker, LONG_AGO)
    referrals.decide_contact(contact=contact, decisions=each(contact, "referral"), by=taker, at=LONG_AGO)
    assert ASKS not in opens(sign(manager), child), "it waits for a worker"
    Contact.objects.filter(pk=contact.pk).update(taken_under_restriction_by=taker)
    assert ASKS in opens(sign(manager), child)
