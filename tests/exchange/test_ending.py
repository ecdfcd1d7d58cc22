"""What a newer extract no longer says ends with a date: nothing is deleted, and nothing typed here is ended."""

from pathlib import Path

import pghistory
import pytest

from frontdoor.accounts.models import User, system_user
from frontdoor.exchange.legacy.running import run_import
from frontdoor.exchange.models import CaseNote, Origin
from frontdoor.people.models import Address, Identifier, Person, Relationship, Telephone
from frontdoor.people.record import chronology
from tests.exchange.extract import Extract, sound, upn
from tests.exchange.test_again import NOTES, PEOPLE, TIES, again, put, without

MOTHER, CHILD = "A0500000", "A0100001"


@pytest.fixture
def before(db: None, tmp_path: Path) -> tuple[Extract, Path]:
    made, folder = sound(), tmp_path / "in"
    again(made, folder)
    return made, folder


def person(key: str) -> Person:
    found = Person.objects.get(reference=Origin.objects.get(file=PEOPLE, identity=key).reference)
    return found.merged_into or found


def test_a_replaced_value_is_a_former_one(before: tuple[Extract, Path]) -> None:
    made, folder = before
    own = person(CHILD).identifiers.get(kind="upn", source="carecase").value
    put(made, PEOPLE, CHILD, upn=upn(424_242))
    put(made, PEOPLE, MOTHER, address="1 New Lane, Testwick", telephone="01632 960777")
    again(made, folder)
    numbers = {row.value: row for row in person(CHILD).identifiers.filter(kind="upn", source="carecase")}
    assert numbers[own].valid_to is not None
    assert numbers[upn(424_242)].valid_to is None
    assert person(CHILD).identifiers.filter(kind="upn", source="firstcall", valid_to__isnull=True).count() == 1
    homes = {row.lines: row.ended_on is None for row in person(MOTHER).addresses.all()}
    assert homes == {"4 Larch Way, Testwick": False, "1 New Lane, Testwick": True}
    numbers_of_hers = {row.number: row.ended_on is None for row in person(MOTHER).telephones.all()}
    assert numbers_of_hers == {"01632 960101": False, "01632 960777": True}


def test_what_the_other_system_still_says_stands(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, PEOPLE, CHILD, address="1 New Lane, Testwick")
    again(made, folder)
    assert person(CHILD).addresses.filter(lines="4 Larch Way, Testwick", ended_on__isnull=True).exists()


def test_a_value_that_could_not_be_used_takes_nothing_back(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, PEOPLE, MOTHER, telephone="01632 960777 and many words more", address="1 Bell\x07 Row")
    again(made, folder)
    assert person(MOTHER).telephones.filter(number="01632 960101", ended_on__isnull=True).exists()
    assert person(MOTHER).addresses.filter(lines="4 Larch Way, Testwick", ended_on__isnull=True).exists()


def test_people_relationships_and_notes_the_source_no_longer_holds(before: tuple[Extract, Path]) -> None:
    made, folder = before
    gone = "A0500007"
    key = next(row[0] for row in made.rows[TIES] if row[1] == gone)
    tie = Relationship.objects.get(person=person(key), other=person(gone))
    counts = [model.objects.count() for model in (Person, Relationship, CaseNote, Address, Identifier, Telephone)]
    without(made, PEOPLE, gone)
    made.rows[TIES] = [row for row in made.rows[TIES] if row[1] != gone]
    without(made, NOTES, "N00000002")
    again(made, folder)
    tie.refresh_from_db()
    assert tie.ended_on is not None
    number = person(gone).identifiers.get(kind="carecase")
    assert number.valid_to is not None
    assert not person(gone).addresses.filter(ended_on__isnull=True).exists()
    note = CaseNote.objects.get(ended_on__isnull=False)
    assert note.text.startswith("Visit.\nIsla")
    manager = User.objects.create_user("head", "Head", roles=["service_manager"])
    lines = [line.title for line in chronology.chronology(note.person, manager, limit=200).events]
    assert any("no longer in the old system" in line for line in lines)
    after = [model.objects.count() for model in (Person, Relationship, CaseNote, Address, Identifier, Telephone)]
    assert after == counts, "nothing is deleted"
    assert not Relationship.objects.exclude(pk=tie.pk).filter(ended_on__isnull=False).exists()
    again(sound(), folder)
    assert Relationship.objects.filter(pk=tie.pk, ended_on__isnull=True).exists(), "there again"
    assert CaseNote.objects.filter(pk=note.pk, ended_on__isnull=True).exists()
    assert Identifier.objects.filter(pk=number.pk, valid_to__isnull=True).exists()
    assert person(gone).addresses.filter(ended_on__isnull=True).exists()
    after = [model.objects.count() for model in (Person, Relationship, CaseNote, Address, Identifier, Telephone)]
    assert after == counts, "nothing is doubled"


def test_what_a_worker_typed_is_never_ended(before: tuple[Extract, Path]) -> None:
    made, folder = before
    worker = User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])
    with pghistory.context(user=worker.pk):
        typed = Telephone.objects.create(person=person(MOTHER), number="01632 960101", number_key="01632960101")
        tie = Relationship.objects.get(person=person(CHILD), other=person(MOTHER))
        tie.has_parental_responsibility = True
        tie.save()
    put(made, PEOPLE, MOTHER, telephone="01632 960777")
    made.rows[TIES] = [row for row in made.rows[TIES] if row[0] != CHILD]
    again(made, folder)
    typed.refresh_from_db()
    tie.refresh_from_db()
    assert (typed.ended_on, tie.ended_on) == (None, None)
    assert person(MOTHER).telephones.filter(ended_on__isnull=False).count() == 1, "the import's own row"


def test_a_row_that_is_there_and_cannot_be_used_has_not_gone(before: tuple[Extract, Path]) -> None:
    made, folder = before
    row = next(row for row in made.rows[NOTES] if row[0] == "N00000002")
    row.pop()
    report = again(made, folder)
    assert report["files"][NOTES]["rejected"] == 1
    assert report["changes"][NOTES]["ended"] == 0
    assert not CaseNote.objects.filter(ended_on__isnull=False).exists()


def test_a_column_a_file_lost_ends_nothing(before: tuple[Extract, Path]) -> None:
    made, folder = before
    for row in made.rows[PEOPLE]:
        put(made, PEOPLE, row[0], telephone="")
    folder = made.write(folder)
    report = run_import(folder, by=system_user(), is_accepted=True)
    assert report["questions"] == [
        "telephone of carecase_people.csv holds nothing usable in 21 of the 21 rows that had it."
    ]
    assert not Telephone.objects.filter(ended_on__isnull=False).exists()


def test_a_note_written_again_on_a_joined_record_is_that_note(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, NOTES, "N00000001", text="Visit, written again.")
    again(made, folder)
    assert CaseNote.objects.filter(text="Visit, written again.", person=person(CHILD)).count() == 1
