"""What was said later: kept beside what was given, told to whoever works on it, and never to anybody else."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client

from contacts.later import actions as later
from contacts.models import Contact, ContactAddition
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Denied, Refused, Stale
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.drafts.models import Draft
from frontdoor.notifications.models import Notice
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import declare_conflict, set_restriction
from referrals import actions as referrals
from referrals.actions import ChildDecision
from referrals.models import Referral
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=20)
WORDS = "She rang back: Sam has a bruise on his cheek."


@pytest.fixture
def contact(officer: User) -> Contact:
    return recording.record_contact(facts=some_facts(), by=officer, at=NOW)


@pytest.fixture
def sam(manager: User) -> Person:
    return people.create_person(by=manager, at=NOW, names=[people.GivenName("Sam", "Example")])


@pytest.fixture
def decided(contact: Contact, sam: Person, manager: User, worker: User) -> Contact:
    """Referred and allocated: Sam, who is on record, and his sister."""
    team = Team.objects.create(code="assessment", name="Assessment team", kind="assessment")
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=manager, at=NOW)
    decisions = [
        ChildDecision(
            child=row.pk, outcome="referral", reason="Needed.", response_type="other", is_new_record=not row.person_id
        )
        for row in contact.people.filter(is_child=True)
    ]
    contact.refresh_from_db()
    referrals.decide_contact(contact=contact, decisions=decisions, by=manager, at=NOW, team=team, worker=worker)
    contact.refresh_from_db()
    return contact


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def told(user: User) -> list[str]:
    rows = Notice.objects.of(user).filter(kind="said-later").order_by("pk")
    return [notice.text for notice in rows]


def test_the_caller_rings_back_and_what_they_say_stands_beside_what_was_given(
    contact: Contact, officer: User, manager: User
) -> None:
    client = signed_in(officer)
    page = f"/contacts/{contact.reference}/"
    assert "Add what was said later" in body(client, page)
    form = body(client, f"{page}later/")
    assert "Sam came to school without a coat again." in form, "what was said first is beside it"
    sent = client.post(f"{page}later/", {"text": WORDS, "said_by": "Ms Teach"})
    assert (sent.status_code, sent["Location"]) == (302, page)
    added = ContactAddition.objects.get()
    assert (added.text, added.by, added.corrects) == (WORDS, officer, "")
    for path in (page, f"{page}decide/", f"{page}look/"):
        shown = body(signed_in(manager), path)
        assert WORDS in shown, path
        assert "told by Ms Teach" in shown, path
    contact.refresh_from_db()
    assert contact.text.concerns == some_facts().concerns
    assert Entry.objects.filter(event="contact.added_to", reference=contact.reference, actor=officer).exists()


def test_a_correction_names_what_it_corrects_and_leaves_what_was_given(contact: Contact, officer: User) -> None:
    client = signed_in(officer)
    page = f"/contacts/{contact.reference}/"
    client.post(f"{page}later/", {"text": "Her number ends in 111.", "corrects": "caller"})
    client.post(f"{page}later/", {"text": "Born 3 April, not March.", "corrects": "person-1"})
    shown = body(client, page)
    assert "Correction: The caller, or how to reach them" in shown
    assert "Correction: Sam Example" in shown
    assert "01632 960001" in shown
    assert contact.people.get(position=1).date_of_birth == some_facts().people[0].date_of_birth
    refused = client.post(f"{page}later/", {"text": "Somebody else.", "corrects": "person-9"})
    assert refused.status_code == 422


def test_nothing_said_is_refused_and_what_was_typed_is_kept(contact: Contact, officer: User) -> None:
    client = signed_in(officer)
    page = f"/contacts/{contact.reference}/later/"
    refused = client.post(page, {"text": " ", "said_by": "Ms Teach, by telephone"})
    assert refused.status_code == 422
    assert "Enter what was said" in unescape(refused.content.decode())
    assert Draft.objects.get().title == "Add what was said later"
    assert "Ms Teach, by telephone" in body(client, page)
    with pytest.raises(Refused, match="Enter what was said"):
        later.add_later(contact=contact, by=officer, at=SOON, text="  ")
    client.post(page, {"text": WORDS, "said_by": "Ms Teach, by telephone"})
    assert "Ms Teach, by telephone" not in body(client, page).split("What was said later")[0], "the draft is used up"


def test_before_the_decision_the_grade_rises_for_now_and_whoever_has_claimed_it_is_told(
    contact: Contact, officer: User, worker: User, manager: User
) -> None:
    screening.claim(contact=contact, by=worker, at=NOW)
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS)
    contact.refresh_from_db()
    assert (contact.grade, contact.grade_is_provisional) == ("amber", True)
    assert contact.provisional_reasons == ["Said later: An injury is reported"]
    assert list(contact.grade_changes.values_list("before", "after", "by")) == [("green", "amber", officer.pk)]
    running = Clock.objects.running().of(contact.reference).values_list("rule", "started_at")
    assert ("grade_amber", NOW) in running, "its clock runs from receipt"
    assert "grade_green" not in [rule for rule, _ in running]
    assert told(worker) == [f"Something was said later on {contact.reference}: read it before you decide"]
    assert told(officer) == told(manager) == []


def test_words_never_lower_a_grade_and_harmless_ones_change_none(contact: Contact, officer: User) -> None:
    screening.grade(contact=contact, by=officer, at=NOW, grade="red", reason="Unsafe tonight.")
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS)
    contact.refresh_from_db()
    assert (contact.grade, contact.grade_is_provisional) == ("red", False)
    other = recording.record_contact(facts=some_facts(), by=officer, at=NOW)
    later.add_later(contact=other, by=officer, at=SOON, text="No bruise was seen. He has gone home.")
    other.refresh_from_db()
    assert (other.grade, other.grade_is_provisional) == ("green", False)


def test_a_decision_written_on_the_contact_as_it_was_is_not_taken_without_a_look(
    contact: Contact, officer: User, manager: User
) -> None:
    contact.refresh_from_db()
    read = contact.version
    later.add_later(contact=contact, by=officer, at=SOON, text=WORDS)
    decisions = [
        ChildDecision(child=row.pk, outcome="no_further_action", reason="Nothing in it.")
        for row in contact.people.filter(is_child=True)
    ]
    with pytest.raises(Stale, match="added what was said later"):
        referrals.decide_contact(contact=contact, decisions=decisions, by=manager, at=SOON, version=read)


def test_after_the_decision_the_worker_is_told_and_a_manager_takes_it_in_time(
    decided: Contact, officer: User, worker: User, manager: User
) -> None:
    later.add_later(contact=decided, by=officer, at=SOON, text=WORDS)
    decided.refresh_from_db()
    assert (decided.status, decided.grade) == ("decided", "green")
    assert told(worker) == [f"Something was said later on {decided.reference}, about a child you work with"]
    assert told(manager) == [f"Something was said later on {decided.reference}, after its decision: take it"]
    clock = Clock.objects.running().of(decided.reference).get(rule="said_later")
    assert clock.due_at == SOON + timedelta(hours=2)
    later.add_later(contact=decided, by=officer, at=SOON, text="And she said it was not the first.")
    assert Clock.objects.running().of(decided.reference).filter(rule="said_later").count() == 1
    page = f"/contacts/{decided.reference}/"
    assert "I have read it and take it" not in body(signed_in(officer), page)
    client = signed_in(manager)
    assert "I have read it and take it" in body(client, page)
    client.post(f"{page}later/take/", {"seen": "2"})
    clock.refresh_from_db()
    assert clock.stopped_by == manager
    assert "Something was said after the decision" not in body(client, page)
    with pytest.raises(Refused, match="somebody has taken it"):
        later.take_later(contact=decided, by=manager, at=SOON, seen=2)
    with pytest.raises(Denied):
        later.take_later(contact=decided, by=officer, at=SOON, seen=2)


def test_the_worker_reads_it_on_the_referral(decided: Contact, officer: User, worker: User) -> None:
    later.add_later(contact=decided, by=officer, at=SOON, text=WORDS)
    referral = Referral.objects.filter(contact=decided).order_by("pk").first()
    assert referral is not None
    shown = body(signed_in(worker), f"/referrals/{referral.reference}/")
    assert WORDS in shown


def test_what_nobody_takes_is_late_and_climbs(decided: Contact, officer: User, manager: User) -> None:
    service = StaffFactory.create(role="service_manager")
    later.add_later(contact=decided, by=officer, at=SOON, text=WORDS)
    sweep(SOON + timedelta(hours=3, minutes=1))
    clock = Clock.objects.of(decided.reference).get(rule="said_later")
    assert clock.breached_at is not None
    late = f"Still late: Manager takes what was said later on {decided.reference}"
    assert late in [notice.text for notice in Notice.objects.of(service)]


def test_nobody_adds_to_or_is_told_of_a_contact_that_is_hidden_from_them(
    decided: Contact, sam: Person, officer: User, worker: User, manager: User
) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    named = User.objects.create_user("named.worker", "Ned Named", roles=["social_worker"])
    set_restriction(person=sam, holders=[named], by=dpo, at=NOW, reason="Family of a member of staff.")
    for user in (officer, worker, manager):
        client = signed_in(user)
        assert client.get(f"/contacts/{decided.reference}/later/").status_code == 404
        assert client.post(f"/contacts/{decided.reference}/later/", {"text": "Anything"}).status_code == 404
    assert not ContactAddition.objects.exists()
    later.add_later(contact=decided, by=named, at=SOON, text=WORDS)
    assert told(officer) == told(worker) == told(manager) == []
    assert not ContactAddition.objects.visible_to(manager).exists()
    assert ContactAddition.objects.visible_to(named).exists()
    assert not Clock.objects.visible_to(manager).filter(rule="said_later").exists()


def test_whoever_knows_the_family_is_not_told_and_a_performance_officer_adds_nothing(
    decided: Contact, sam: Person, officer: User, worker: User
) -> None:
    declare_conflict(user=worker, person=sam, by=worker, at=NOW)
    later.add_later(contact=decided, by=officer, at=SOON, text=WORDS)
    assert told(worker) == []
    quality = StaffFactory.create(role="quality_officer")
    assert signed_in(quality).get(f"/contacts/{decided.reference}/later/").status_code == 403


def test_the_database_lets_nobody_change_or_delete_what_was_said(contact: Contact, officer: User) -> None:
    added = later.add_later(contact=contact, by=officer, at=SOON, text=WORDS)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ContactAddition.objects.filter(pk=added.pk).update(text="Nothing.")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ContactAddition.objects.filter(pk=added.pk).delete()


def test_the_same_words_sent_twice_are_added_once(contact: Contact, officer: User) -> None:
    first = later.add_later(contact=contact, by=officer, at=SOON, text=WORDS)
    assert later.add_later(contact=contact, by=officer, at=SOON + timedelta(seconds=5), text=WORDS) == first
    later.add_later(contact=contact, by=officer, at=SOON + timedelta(minutes=5), text=WORDS)
    assert ContactAddition.objects.count() == 2


def test_a_manager_takes_no_more_than_they_have_read(decided: Contact, officer: User, manager: User) -> None:
    later.add_later(contact=decided, by=officer, at=SOON, text=WORDS)
    later.add_later(contact=decided, by=officer, at=SOON, text="And he has come back.")
    with pytest.raises(Refused, match="More was said"):
        later.take_later(contact=decided, by=manager, at=SOON, seen=1)
    later.take_later(contact=decided, by=manager, at=SOON, seen=2)


def test_a_name_too_long_is_refused_and_not_cut(contact: Contact, officer: User) -> None:
    with pytest.raises(Refused, match="At most 200"):
        later.add_later(contact=contact, by=officer, at=SOON, text=WORDS, said_by="x" * 201)
    assert not ContactAddition.objects.exists()
