"""Case notes of CareCase, and the index of the paper files."""

from datetime import datetime

from django.db import transaction

from frontdoor.copying import copy_rows
from frontdoor.exchange.legacy.files import CARECASE
from frontdoor.exchange.legacy.loading_people import people_of
from frontdoor.exchange.legacy.staging import pending
from frontdoor.exchange.legacy.writing import keep_origins, moment_of
from frontdoor.exchange.models import CaseNote, PaperFile
from frontdoor.people.models import Person


@transaction.atomic
def load_notes(newest: datetime) -> None:
    """Case notes, at the time the event took place; ``newest`` stands in for a time that could not be read."""
    file = "carecase_notes.csv"
    rows = pending(file)
    keys = people_of("carecase_people.csv")
    before = {row.identity: row.before for row in rows if row.reference}
    made = []
    for row in rows:
        at = moment_of(row.get("note_datetime"), CARECASE)
        person_id, _ = keys[row.get("person_id")]
        old = before.get(row.identity)
        if old is not None:
            CaseNote.objects.filter(
                person__reference=row.reference, text=old.get("text", ""), kind=old.get("note_type", "")
            ).update(text=row.get("text"), author=row.get("author"))
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


@transaction.atomic
def load_paper(owners: dict[str, int]) -> None:
    """The index of the paper files; ``owners`` says whose each is, where the matching could tell."""
    file = "paper_files.csv"
    rows = pending(file)
    references = dict(Person.objects.filter(pk__in=set(owners.values())).values_list("pk", "reference"))
    PaperFile.objects.bulk_create(
        (
            PaperFile(
                file_no=row.identity, surname=row.get("surname"), forename=row.get("forename"),
                born=row.get("dob"), location=row.get("location"), volumes=row.get("volumes"),
                date_from=row.get("date_from"), date_to=row.get("date_to"), person_id=owners.get(row.identity),
            )
            for row in rows
        ),
        update_conflicts=True,
        unique_fields=["file_no"],
        update_fields=["surname", "forename", "born", "location", "volumes", "date_from", "date_to"],
    )  # fmt: skip
    keep_origins(file, [(row, references.get(owners.get(row.identity, 0), "")) for row in rows])
