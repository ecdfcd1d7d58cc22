"""The rows of the old systems behind one record, and opening one exactly as it was received."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from frontdoor.access import Permission, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.models import Origin, SourceRecord
from frontdoor.people.models import Person

SYSTEMS = {"carecase": "CareCase", "firstcall": "FirstCall", "paper": "Paper index", "frontdoor": "Front Door"}
#: Files whose rows describe a person; the others tell of records about them.
DESCRIBING = ("carecase_people.csv", "firstcall_people.csv", "paper_files.csv")
#: Column of each file a fact was read from.
COLUMNS = {
    "carecase_people.csv": {
        "date_of_birth": "dob", "dob_precision": "dob_status", "expected_on": "expected_dob", "sex": "gender",
        "ethnicity": "ethnicity",
    },
    "firstcall_people.csv": {
        "date_of_birth": "DOB", "dob_precision": "DOB_EST", "expected_on": "DOB", "sex": "SEX",
        "ethnicity": "ETHNIC", "school": "SCHOOL",
    },
}  # fmt: skip
PAGE = 50


@dataclass(frozen=True)
class Shown:
    """A row as received: its text for reading, and in which encoding it was read."""

    text: str
    encoding: str


def describing(references: Iterable[str]) -> list[Origin]:
    """The rows that describe the person, in each of the records the one is made of."""
    rows = Origin.objects.filter(reference__in=list(references), file__in=DESCRIBING)
    return list(rows.select_related("source", "source__run").order_by("file", "identity"))


def telling(references: Iterable[str], after: int = 0) -> tuple[list[Origin], int]:
    """The rows of records about the person, by key; and the key of the next page (0 on the last)."""
    rows = Origin.objects.filter(reference__in=list(references), pk__gt=after).exclude(file__in=DESCRIBING)
    found = list(rows.select_related("source", "source__run").order_by("pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0


def received_as(origins: Iterable[Origin], reference: str, column: str) -> str:
    """How the old system wrote a fact, in its own words; "" when it did not."""
    for origin in origins:
        name = COLUMNS.get(origin.file, {}).get(column)
        if origin.reference == reference and name and origin.source.values.get(name):
            return str(origin.source.values[name])
    return ""


def row_of(references: Iterable[str], key: int) -> SourceRecord | None:
    """A row behind one of these records, whichever of its versions."""
    found: SourceRecord | None = SourceRecord.objects.select_related("run").filter(pk=key).first()
    if found is None:
        return None
    behind = Origin.objects.filter(file=found.file, identity=found.identity, reference__in=list(references))
    return found if behind.exists() else None


def versions_of(row: SourceRecord) -> list[SourceRecord]:
    """Every version of a row that was ever received, the newest first, without its bytes."""
    rows = SourceRecord.objects.filter(file=row.file, identity=row.identity).select_related("run")
    return list(rows.defer("raw", "values").order_by("-pk"))


def read(raw: Any) -> Shown:
    """The bytes for reading: as UTF-8, or as Windows-1252 when they are not; control characters made visible."""
    content = bytes(raw)
    try:
        text, encoding = content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", errors="backslashreplace"), "Windows-1252"
    seen = "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text.replace("\r\n", "\n"))
    return Shown(seen, encoding)


@transaction.atomic
def show(*, row: SourceRecord, person: Person, by: User, at: datetime) -> None:
    """Leave the note that a row was opened as received: it holds whatever the old system held."""
    require(by, Permission.SOURCE_VIEW)
    write_audit(
        "person.source_shown",
        by=by,
        reference=person.reference,
        people=[person],
        detail={"file": row.file, "row": row.row, "source": row.pk, "at": at.isoformat()},
    )
