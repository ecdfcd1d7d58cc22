"""Where the rules of newer extracts meet: ends with corrections, moves with notes put right, what was disposed of."""

from pathlib import Path

import pghistory
import pytest
from django.db import connection, transaction
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.exchange.differences import lines
from frontdoor.exchange.models import CaseNote, Difference, Origin, Refiling, SourceRecord
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import CLIENTS, NOTES, PEOPLE, TIES, again, put, without
from tests.exchange.test_refiling import child

MOTHER, GONE = "A0500000", "A0500007"


@pytest.fixture
def before(db: None, tmp_path: Path) -> tuple[Extract, Path]:
    made, folder = sound(), tmp_path / "in"
    again(made, folder)
    return made, folder


@pytest.fixture
def wendy(db: None) -> User:
    return User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])


def homes(key: str) -> set[str]:
    return set(child(key).addresses.filter(ended_on__isnull=True).values_list("lines", flat=True))


def dispose_of(key: str) -> None:
    """As the disposal of a record leaves its source row: that there was one stays noted, what it said does not."""
    with connection.cursor() as owner:
        owner.execute("SET ROLE NONE")
        owner.execute(
            "UPDATE exchange_origin SET reference = 'P-GGGGGGG' WHERE file = %s AND identity = %s", [PEOPLE, key]
        )
        owner.execute(
            "UPDATE exchange_sourcerecord SET raw = '', values = '{}', findings = '[]' WHERE file = %s"
            " AND identity = %s",
            [PEOPLE, key],
        )
        owner.execute("RESET ROLE")


def test_an_address_that_came_without_its_postcode_is_not_ended(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, PEOPLE, MOTHER, postcode="")
    again(made, folder)
    assert homes(MOTHER) == {"4 Larch Way, Testwick"}


def test_values_left_empty_end_nothing(before: tuple[Extract, Path]) -> None:
    made, folder = before
    numbers = set(child("A0100001").identifiers.filter(valid_to__isnull=True).values_list("value", "source"))
    put(made, PEOPLE, MOTHER, address="", postcode="", telephone="")
    put(made, PEOPLE, "A0100001", nhs_no="", upn="")
    again(made, folder)
    assert homes(MOTHER) == {"4 Larch Way, Testwick"}
    assert child(MOTHER).telephones.filter(ended_on__isnull=True).exists()
    assert set(child("A0100001").identifiers.filter(valid_to__isnull=True).values_list("value", "source")) == numbers


def test_a_row_of_another_person_ends_nothing_of_the_one_it_was(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(
        made, PEOPLE, MOTHER, forename="Zebedee", surname="Quill", dob="2015-01-01", address="1 Other Road",
        postcode="ZZ99 9ZZ", telephone="01632 960999",
    )  # fmt: skip
    again(made, folder)
    assert Difference.objects.get().field == "row"
    assert homes(MOTHER) == {"4 Larch Way, Testwick"}
    assert child(MOTHER).telephones.filter(ended_on__isnull=True, number="01632 960101").exists()


def test_a_single_older_row_ends_nothing(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, PEOPLE, MOTHER, address="1 Old Road", last_updated="2020-01-01")
    for key in ("A0500001", "A0500002"):
        put(made, PEOPLE, key, telephone="01632 960777", last_updated="2026-06-01")
    again(made, folder)
    assert homes(MOTHER) == {"4 Larch Way, Testwick"}


def test_rows_whose_key_was_damaged_have_not_gone(before: tuple[Extract, Path]) -> None:
    made, folder = before
    row = next(row for row in made.rows[PEOPLE] if row[0] == GONE)
    row[0] = "A50000O7"
    made.rows[TIES] = [each for each in made.rows[TIES] if each[1] != GONE]
    client = next(row for row in made.rows[CLIENTS] if row[0] == "00200002")
    client[0] = "200002"
    report = again(made, folder)
    assert report["files"][PEOPLE]["rejected"] == report["files"][CLIENTS]["rejected"] == 1
    assert (report["changes"][PEOPLE]["ended"], report["changes"][CLIENTS]["ended"]) == (0, 0)
    assert homes(GONE)


def test_a_note_put_right_here_and_filed_elsewhere_is_left_to_a_person(
    before: tuple[Extract, Path], wendy: User
) -> None:
    made, folder = before
    note = CaseNote.objects.get(person=child("A0100002"))
    with pghistory.context(user=wendy.pk):
        note.text = "What she saw, put right."
        note.save()
    put(made, NOTES, "N00000002", text="Written again there.")
    again(made, folder)
    told = Difference.objects.get()
    put(made, NOTES, "N00000002", person_id="A0100003")
    again(made, folder)
    note.refresh_from_db()
    assert note.text == "What she saw, put right."
    moved = Refiling.objects.get()
    assert (moved.state, note.person) in (("waiting", child("A0100002")), ("moved", child("A0100003")))
    told.refresh_from_db()
    assert told.person == note.person
    assert CaseNote.objects.count() == 13


def test_a_note_whose_time_was_put_right_there_and_then_filed_elsewhere(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, NOTES, "N00000002", note_datetime="2024-10-03T09:10")
    again(made, folder)
    put(made, NOTES, "N00000002", person_id="A0100003")
    again(made, folder)
    assert CaseNote.objects.count() == 13


def test_a_note_moved_by_a_person_and_written_again_since_stops_no_import(before: tuple[Extract, Path]) -> None:
    made, folder = before
    put(made, NOTES, "N00000002", person_id="A0100003")
    again(made, folder)
    # As a run leaves it that was killed when it had moved the note and before it loaded the notes.
    first = SourceRecord.objects.filter(file=NOTES, identity="N00000002").order_by("pk").first()
    Origin.objects.filter(file=NOTES, identity="N00000002").update(source=first)
    put(made, NOTES, "N00000002", text="Written again.")
    again(made, folder)
    note = CaseNote.objects.get(person=child("A0100003"), text="Written again.")
    assert note.kind == "HV"
    assert not Refiling.objects.filter(state="waiting").exists()


def test_no_address_of_a_row_is_shown_where_one_is_secret(before: tuple[Extract, Path], wendy: User) -> None:
    made, folder = before
    with pghistory.context(user=wendy.pk):
        home = child(MOTHER).addresses.get()
        home.is_confidential, home.lines, home.postcode, home.postcode_key = True, "Flat 7, Hidden Close", "", ""
        home.why, home.review_on = "She fled.", timezone.localdate()
        home.save()
    put(made, PEOPLE, MOTHER, address="7 Hidden Close, Testwick", postcode="ZZ99 9HC")
    again(made, folder)
    (line,) = lines(list(Difference.objects.filter(field="address")))
    assert "Hidden Close" not in line.theirs + line.ours


def test_what_somebody_ended_here_stays_ended_when_its_row_is_there_again(committed: None, tmp_path: Path) -> None:
    """Committed, since whatever is written in one transaction is written by one person."""
    made, folder = sound(), tmp_path / "in"
    again(made, folder)
    wendy = User.objects.create_user("worker", "Wendy Worker", roles=["social_worker"])
    with transaction.atomic(), pghistory.context(user=wendy.pk):
        home = child(GONE).addresses.get()
        home.ended_on = timezone.localdate()
        home.save()
    without(made, PEOPLE, GONE)
    made.rows[TIES] = [row for row in made.rows[TIES] if row[1] != GONE]
    again(made, folder)
    again(sound(), folder)
    assert homes(GONE) == set()
    assert child(GONE).telephones.filter(ended_on__isnull=True).exists()


def test_rows_of_somebody_disposed_of_stop_no_import_and_are_not_kept_again(before: tuple[Extract, Path]) -> None:
    made, folder = before
    dispose_of(GONE)
    put(made, PEOPLE, GONE, address="1 New Lane, Testwick")
    put(made, PEOPLE, MOTHER, address="2 New Lane, Testwick")
    made.add(NOTES, note_id="N00009999", person_id=GONE, note_datetime="2026-08-01 10:00", text="Seen again.")
    del made.rows[TIES][0]
    report = again(made, folder)
    assert homes(MOTHER) == {"2 New Lane, Testwick"}
    assert report["changes"][PEOPLE]["changed"] == 1
    assert report["files"][PEOPLE]["rows"] == report["files"][PEOPLE]["loaded"] + report["files"][PEOPLE]["rejected"]
    assert not SourceRecord.objects.filter(values__address="1 New Lane, Testwick").exists()
    assert not SourceRecord.objects.filter(file=NOTES, values__text="Seen again.").exists()
    assert not SourceRecord.objects.filter(file=PEOPLE, identity=GONE).exclude(raw=b"").exists()
    put(made, PEOPLE, MOTHER, address="3 New Lane, Testwick")
    without(made, PEOPLE, GONE)
    made.rows[TIES] = [row for row in made.rows[TIES] if row[1] != GONE]
    made.rows[NOTES] = [row for row in made.rows[NOTES] if row[1] != GONE]
    again(made, folder)
    assert homes(MOTHER) == {"3 New Lane, Testwick"}
