"""Records a newer extract files under another child: moved where nobody here worked on them, else left to a person."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.models import Assessment
from contacts.models import Contact, ContactPerson
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.models import CaseNote, Origin, Refiling, SameEvent
from frontdoor.people.models import Involvement, Person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.people.record import chronology
from referrals.models import Referral
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import EPISODES, NOTES, PEOPLE, again, put
from tests.exchange.test_import import reference

PAIRS, CONTACTS, ASSESSMENTS = "firstcall_contact_children.csv", "firstcall_contacts.csv", "carecase_assessments.csv"


@pytest.fixture
def before(db: None, tmp_path: Path) -> tuple[Extract, Path]:
    made, folder = sound(), tmp_path / "in"
    again(made, folder)
    return made, folder


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])


def child(key: str) -> Person:
    found = Person.objects.get(reference=Origin.objects.get(file=PEOPLE, identity=key).reference)
    return found.merged_into or found


def refiled(made: Extract, episode: str, key: str) -> None:
    """File an episode, with its assessment, under another child."""
    put(made, EPISODES, episode, person_id=key)
    for row in made.rows[ASSESSMENTS]:
        if row[1] == episode:
            row[2] = key


def contact_refiled(made: Extract, contact: str, client: str) -> None:
    row = next(row for row in made.rows[PAIRS] if row[0] == contact)
    row[1] = client


def titles(person: Person, user: User) -> list[str]:
    return [line.title for line in chronology.chronology(person, user, limit=200).events]


def test_an_untouched_episode_goes_to_the_other_child_and_both_records_say_so(
    before: tuple[Extract, Path], officer: User
) -> None:
    made, folder = before
    former, other = child("A0100002"), child("A0100003")
    refiled(made, "EP0100002", "A0100003")
    report = again(made, folder)
    referral = Referral.objects.get(reference=reference(EPISODES, "EP0100002"))
    assert referral.child == other
    assert (referral.contact_person.person, referral.contact_person.given_name) == (other, "Chidera")
    assessment = Assessment.objects.get(referral=referral)
    for name in (referral.reference, referral.contact.reference, assessment.reference):
        assert set(Involvement.objects.filter(reference=name).values_list("person", flat=True)) == {other.pk}, name
    moved = Refiling.objects.get()
    assert (moved.state, moved.from_person, moved.to_person) == ("moved", former, other)
    assert f"Referral {referral.reference} moved to this child" in titles(other, officer)
    assert f"Referral {referral.reference} moved to another child" in titles(former, officer)
    assert report["changes"][EPISODES] == {"new": 0, "changed": 1, "ended": 0, "unchanged": 12, "left": 0}
    again(made, folder)
    assert Refiling.objects.count() == 1
    holder = User.objects.create_user("holder", "Holder", roles=["service_manager"])
    set_restriction(person=former, holders=[holder], by=holder, at=timezone.now(), reason="Family of staff.")
    assert not any("moved to this child" in line for line in titles(other, officer))


def test_an_episode_that_was_one_event_with_a_contact_gets_a_contact_of_its_own(before: tuple[Extract, Path]) -> None:
    made, folder = before
    shared = Contact.objects.get(reference=reference(CONTACTS, "C0400001"))
    refiled(made, "EP0100001", "A0100003")
    again(made, folder)
    referral = Referral.objects.get(reference=reference(EPISODES, "EP0100001"))
    assert referral.child == child("A0100003")
    assert referral.contact != shared
    assert referral.contact_person.person == child("A0100003")
    assert ContactPerson.objects.get(contact=shared).person == child("A0100001"), "the contact centre says so still"
    assert not SameEvent.objects.get(episode_id="EP0100001").is_certain


def test_both_entries_of_one_event_go_along(before: tuple[Extract, Path]) -> None:
    made, folder = before
    refiled(made, "EP0100001", "A0100003")
    contact_refiled(made, "C0400001", "00200003")
    again(made, folder)
    referral = Referral.objects.get(reference=reference(EPISODES, "EP0100001"))
    assert referral.contact.reference == reference(CONTACTS, "C0400001")
    assert referral.child == referral.contact_person.person == child("A0100003")
    assert referral.contact_person.given_name == "Chidera"
    assert ContactPerson.objects.filter(contact=referral.contact).count() == 1
    same = SameEvent.objects.get(episode_id="EP0100001")
    assert (same.client_no, same.person_id, same.is_certain) == ("00200003", "A0100003", True)


def test_a_contact_goes_to_the_other_child(before: tuple[Extract, Path]) -> None:
    made, folder = before
    contact_refiled(made, "C0400002", "00200003")
    report = again(made, folder)
    on = ContactPerson.objects.get(contact__reference=reference(CONTACTS, "C0400002"))
    assert (on.person, on.given_name) == (child("A0100003"), "Chidera")
    assert Involvement.objects.get(reference=on.contact.reference).person == child("A0100003")
    assert report["changes"][PAIRS] == {"new": 1, "changed": 0, "ended": 1, "unchanged": 12, "left": 0}
    again(made, folder)
    assert Refiling.objects.count() == 1


def test_a_contact_whose_referral_stays_is_left_to_a_person(before: tuple[Extract, Path], officer: User) -> None:
    made, folder = before
    contact_refiled(made, "C0400001", "00200003")
    for _ in range(2):
        report = again(made, folder)
        waiting = Refiling.objects.get()
        assert (waiting.state, waiting.why) == (
            "waiting",
            "A referral stands on it that is not filed under the other child.",
        )
        assert ContactPerson.objects.get(contact__reference=waiting.reference).person == child("A0100001")
        assert report["changes"][PAIRS]["left"] == 2, "the row of either child"


def test_a_note_goes_to_the_other_child(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, NOTES, "N00000002", person_id="A0100003", text="Visit to the other child.")
    again(made, folder)
    note = CaseNote.objects.get(text="Visit to the other child.")
    assert note.person == child("A0100003")
    assert CaseNote.objects.count() == 13


@pytest.mark.parametrize("decision", ["move", "leave"])
def test_what_somebody_has_worked_on_waits_for_a_person(
    before: tuple[Extract, Path], officer: User, client: Client, decision: str
) -> None:
    made, folder = before
    name = reference(EPISODES, "EP0100003")
    worker = User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])
    write_audit("referral.allocated", by=worker, reference=name, people=[child("A0100003")])
    refiled(made, "EP0100003", "A0100004")
    put(made, EPISODES, "EP0100003", closure_date="2026-08-01", closure_reason="RC7")
    report = again(made, folder)
    referral = Referral.objects.get(reference=name)
    assert (referral.child, referral.status) == (child("A0100003"), "assessed"), "nothing of the row is taken"
    assert report["changes"][EPISODES]["left"] == 1
    waiting = Refiling.objects.get()
    assert again(made, folder)["changes"][EPISODES]["left"] == 1
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert "1 record filed under another" in " ".join(client.get("/imports/").content.decode().split())
    assert name in client.get("/imports/refiled/").content.decode()
    path = f"/imports/refiled/{waiting.pk}/"
    assert "Choose which child it is about" in client.post(path, {"decision": ""}).content.decode()
    assert client.post(path, {"decision": decision}).status_code == 302
    waiting.refresh_from_db()
    referral.refresh_from_db()
    assert waiting.decided_by == officer
    assert (referral.child == child("A0100004")) == (decision == "move")
    report = again(made, folder)
    referral.refresh_from_db()
    assert report["changes"][EPISODES] == {"new": 0, "changed": 1, "ended": 0, "unchanged": 12, "left": 0}
    assert Refiling.objects.count() == 1, "asked once"
    assert (referral.child == child("A0100004")) == (decision == "move")
    assert "Somebody has decided about this already" in client.post(path, {"decision": "move"}).content.decode()


def test_an_extract_that_takes_it_back_asks_no_longer(before: tuple[Extract, Path]) -> None:
    made, folder = before
    name = reference(EPISODES, "EP0100003")
    worker = User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])
    write_audit("referral.allocated", by=worker, reference=name, people=[child("A0100003")])
    refiled(made, "EP0100003", "A0100004")
    again(made, folder)
    again(sound(), folder)
    assert Refiling.objects.get().state == "left"


def test_who_may_not_see_a_child_does_not_see_that_it_waits(
    before: tuple[Extract, Path], officer: User, client: Client
) -> None:
    made, folder = before
    contact_refiled(made, "C0400001", "00200003")
    again(made, folder)
    holder = User.objects.create_user("holder", "Holder", roles=["service_manager"])
    set_restriction(person=child("A0100003"), holders=[holder], by=holder, at=timezone.now(), reason="Family of staff.")
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert "Nothing waits for a decision" in client.get("/imports/refiled/").content.decode()
    assert client.get(f"/imports/refiled/{Refiling.objects.get().pk}/").status_code == 404


def test_a_second_row_of_one_child_on_a_contact_is_no_second_child(before: tuple[Extract, Path]) -> None:
    made, folder = before
    made.add(
        "firstcall_people.csv", CLIENT_NO="00299999", SURNAME="ABERNETHY", FORENAME="Rowan", DOB="14/03/2012",
        DOB_EST="N", SEX="2", NHS=made.rows["firstcall_people.csv"][0][12],
        UPN=made.rows["firstcall_people.csv"][0][10], MODIFIED="01/06/2026",
    )  # fmt: skip
    again(made, folder)
    one: Any = Person.objects.get(reference=reference("firstcall_people.csv", "00299999")).merged_into
    assert one == child("A0100001")
    made.add(PAIRS, CONTACT_NO="C0400001", CLIENT_NO="00299999", ROLE="SUBJ")
    again(made, folder)
    assert ContactPerson.objects.filter(contact__reference=reference(CONTACTS, "C0400001")).count() == 1
