"""A child may have a grade of their own; the contact stands where its worst child does."""

from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import GRADES, Contact, ContactPerson, GradeChange
from contacts.recording.actions import record_contact
from contacts.screening import actions
from contacts.screening.own_grades import grade_child
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from referrals.actions import decide_contact
from tests.contacts.conftest import some_facts
from tests.drawing import EACH_TIME
from tests.referrals.conftest import each

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(officer: User) -> Contact:
    return record_contact(facts=some_facts(), by=officer, at=NOW)


def child(contact: Contact, name: str) -> ContactPerson:
    return contact.people.get(given_name=name)


def graded(contact: Contact, name: str, own: str, by: User, reason: str = "She is younger.") -> Contact:
    grade_child(on_contact=child(contact, name), own=own, reason=reason, by=by, at=NOW)
    contact.refresh_from_db()
    return contact


def test_a_worse_grade_of_one_child_is_the_contacts_and_the_others_keep_theirs(contact: Contact, worker: User) -> None:
    graded(contact, "Zoë", "red", worker)
    assert (contact.grade, contact.tier) == ("red", 1)
    assert [child(contact, name).grade for name in ("Zoë", "Sam")] == ["red", "green"]
    running = Clock.objects.running().filter(reference=contact.reference, rule__startswith="grade_")
    assert [clock.rule for clock in running] == ["grade_red"]
    assert contact.bundle is not None
    contact.bundle.refresh_from_db()
    assert contact.bundle.grade == "red"


def test_a_milder_one_leaves_the_contact_until_every_child_has_one(contact: Contact, worker: User) -> None:
    graded(contact, "Zoë", "blue", worker)
    assert contact.grade == "green"
    graded(contact, "Sam", "blue", worker)
    assert contact.grade == "blue"


def test_the_contact_is_not_graded_milder_than_one_of_its_children(contact: Contact, worker: User) -> None:
    graded(contact, "Zoë", "red", worker)
    with pytest.raises(Refused, match="Zoë Example has a grade of their own that is worse"):
        actions.grade(contact=contact, by=worker, at=NOW, grade="green", reason="Less")
    graded(contact, "Zoë", "same", worker, reason="It was a mistake.")
    assert contact.grade == "red", "a person lowers it"
    actions.grade(contact=contact, by=worker, at=NOW, grade="green", reason="Less")


def test_a_change_needs_a_reason_and_stays_with_who_and_why(contact: Contact, worker: User) -> None:
    with pytest.raises(Refused, match="Say why the grade changes"):
        graded(contact, "Zoë", "amber", worker, reason=" ")
    graded(contact, "Zoë", "amber", worker)
    change = GradeChange.objects.filter(on_contact=child(contact, "Zoë")).get()
    assert (change.before, change.after, change.reason, change.by) == ("green", "amber", "She is younger.", worker)


@settings(max_examples=8, deadline=None, suppress_health_check=EACH_TIME)
@given(steps=st.lists(st.tuples(st.sampled_from(["Sam", "Zoë"]), st.sampled_from(["same", *GRADES])), max_size=5))
def test_whatever_is_graded_the_contact_is_as_bad_as_its_worst_child(
    officer: User, worker: User, steps: list[tuple[str, str]]
) -> None:
    made = record_contact(facts=some_facts(), by=officer, at=NOW)
    for name, own in steps:
        graded(made, name, own, worker)
        own_grades = [row.grade for row in made.people.filter(is_child=True) if row.grade]
        assert all(GRADES.index(made.grade) <= GRADES.index(each_one) for each_one in own_grades)


def seen(client: Client, path: str) -> str:
    return " ".join(unescape(client.get(path).content.decode()).split())


def test_it_is_given_shown_and_filtered_on_the_pages(client: Client, contact: Contact, worker: User) -> None:
    client.force_login(worker)
    page = f"/contacts/{contact.reference}/"
    zoe = child(contact, "Zoë")
    address = f"/contacts/{contact.reference}/people/{zoe.position}/grade/"
    answer = client.post(address, {"version": str(contact.version), "own": "amber", "reason": ""})
    assert "Say why the grade changes" in unescape(answer.content.decode())
    answer = client.post(address, {"version": str(contact.version), "own": "amber", "reason": "She is four."})
    assert answer.status_code == 302
    assert "Graded Zoë Example from green to amber" in seen(client, page)
    assert "By child: amber, green" in seen(client, "/contacts/queue/")
    assert contact.reference in seen(client, "/contacts/queue/?grade=green"), "a child of it is green"
    assert contact.reference in seen(client, "/contacts/queue/?grade=amber")
    assert contact.reference not in seen(client, "/contacts/queue/?grade=red")


def test_a_decided_contact_keeps_its_grades(contact: Contact, worker: User, manager: User) -> None:
    decide_contact(contact=contact, decisions=each(contact, "referral", is_new_record=True), by=manager, at=NOW)
    with pytest.raises(Refused, match="has been decided"):
        graded(contact, "Zoë", "red", worker)
