"""Case notes of CareCase, and the index of the paper files."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from frontdoor.copying import copy_rows
from frontdoor.exchange.legacy.differing import take
from frontdoor.exchange.legacy.ending import NotesStand, became, note_of, of_notes
from frontdoor.exchange.legacy.files import CARECASE
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.staging import Pending, pending
from frontdoor.exchange.legacy.writing import Meanings, keep_origins, moment_of, now
from frontdoor.exchange.models import CaseNote, PaperFile
from frontdoor.people.models import Person


@transaction.atomic
def load_notes(newest: datetime, today: date) -> None:
    """Case notes, at the time the event took place; ``newest`` stands in for a time that could not be read.

    Those the source no longer holds end ``today``.
    """
    file = "carecase_notes.csv"
    rows = pending(file)
    standing = NotesStand()
    keys = standing.people
    held = {row.identity: row for row in as_held(file, rows, Meanings())}
    made = []
    for row in rows:
        at = moment_of(row.get("note_datetime"), CARECASE)
        person_id, _ = keys[row.get("person_id")]
        if row.reference:
            _change_note(row, held[row.identity], standing.with_whom(row.identity, row.get("person_id")))
            continue
        made.append(
            (
                person_id, at or newest, at is not None, row.get("note_type"), row.get("author"),
                row.get("text"), CARECASE,
            )
        )  # fmt: skip
    names = ("person_id", "happened_at", "is_date_known", "kind", "author", "text", "origin")
    copy_rows(CaseNote, names, made)
    keep_origins(file, [(row, keys[row.get("person_id")][1]) for row in rows])
    of_notes(today)


def _change_note(row: Pending, held: Pending, person: int) -> None:
    """What a newer extract says of one note on this record, unless somebody has written otherwise here."""
    before = dict(held.before or {})
    # Several notes of one moment that say the same are told apart by nothing: one of them takes it.
    found = note_of(person, before).first() or became(CaseNote.objects.filter(person=person, origin=CARECASE), before)
    if found is None:
        return
    told, facts = _facts(before), _facts(held.values)
    # Where nobody said when, the moment that stands in is no answer.
    told.setdefault("happened_at", None if found.is_date_known else found.happened_at)
    taken = take(found, told, facts, file="carecase_notes.csv", row=row, at=now(), person=found.person)
    if "happened_at" in taken:
        taken["is_date_known"] = True
    if taken:
        CaseNote.objects.filter(pk=found.pk).update(**taken)


def _facts(values: Mapping[str, str]) -> dict[str, Any]:
    """What a row says of a note; no moment where it says none."""
    at = moment_of(values.get("note_datetime", ""), CARECASE)
    said = {"text": "text", "author": "author", "kind": "note_type"}
    facts: dict[str, Any] = {name: values.get(column, "") for name, column in said.items()}
    return facts | ({"happened_at": at.astimezone(UTC)} if at is not None else {})


@transaction.atomic
def load_paper(owners: dict[str, int]) -> None:
    """The index of the paper files; ``owners`` says whose each is, where the matching could tell."""
    file = "paper_files.csv"
    rows = pending(file)
    said = {row.identity: row for row in as_held(file, rows, Meanings())}
    references = dict(Person.objects.filter(pk__in=set(owners.values())).values_list("pk", "reference"))
    PaperFile.objects.bulk_create(
        (
            PaperFile(
                file_no=row.identity, surname=row.get("surname"), forename=row.get("forename"),
                born=row.get("dob"), location=row.get("location"), volumes=row.get("volumes"),
                date_from=row.get("date_from"), date_to=row.get("date_to"), person_id=owners.get(row.identity),
            )
            for row in (said.get(each.identity, each) for each in rows)
        ),
        update_conflicts=True,
        unique_fields=["file_no"],
        update_fields=["surname", "forename", "born", "location", "volumes", "date_from", "date_to"],
    )  # fmt: skip
    keep_origins(file, [(row, references.get(owners.get(row.identity, 0), "")) for row in rows])
