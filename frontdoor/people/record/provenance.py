"""Where each value of a record comes from: which of the records it is made of said it, what the others say, and why
this one is shown. Read in a fixed number of queries from the records themselves, the journal of merges and history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

from frontdoor.accounts.models import User
from frontdoor.db import history_of
from frontdoor.people.facts import BIRTH
from frontdoor.people.merging.survivorship import FACTS, PROTECTING
from frontdoor.people.models import Address, Identifier, Merge, MergeChange, Name, Person, Telephone

EMPTY: tuple[Any, ...] = ("", None, [], "NOBT")
SURE = ("unknown", "expected", "estimated", "day_unknown", "exact")
ROWS: dict[str, Any] = {"Name": Name, "Identifier": Identifier, "Address": Address, "Telephone": Telephone}


@dataclass(frozen=True)
class Other:
    """A value another of the records holds, kept beside the one shown."""

    value: Any
    reference: str


@dataclass
class Fact:
    """One fact: its value, the record that said it (or who changed it here), the others, and why this one."""

    column: str
    value: Any
    reference: str
    why: str
    others: list[Other] = field(default_factory=list)
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Held:
    """One row (a name, a number, an address) and the record it was written on first."""

    row: Any
    reference: str


@dataclass
class Provenance:
    """The whole answer: the records this one is made of, its facts, and its rows by kind."""

    records: list[Person]
    merges: dict[int, Merge]
    facts: list[Fact]
    rows: dict[str, list[Held]]


@dataclass(frozen=True)
class _Change:
    by: str
    at: datetime


class RowsBehind(Protocol):
    """What an app above that keeps the rows of other systems can tell of those behind a record."""

    SYSTEMS: dict[str, str]

    def describing(self, references: Iterable[str]) -> list[Any]:
        """The rows that describe the person, in each of the records the one is made of."""

    def telling(self, references: Iterable[str], after: int = 0) -> tuple[list[Any], int]:
        """The rows of records about the person, by key; and the key of the next page (0 on the last)."""

    def received_as(self, origins: Iterable[Any], reference: str, column: str) -> str:
        """How the old system wrote a fact, in its own words."""

    def row_of(self, references: Iterable[str], key: int) -> Any:
        """A row behind one of these records, or None."""

    def versions_of(self, row: Any) -> list[Any]:
        """Every version of a row that was ever received, the newest first."""

    def read(self, raw: Any) -> Any:
        """The bytes for reading."""

    def show(self, *, row: Any, person: Person, by: User, at: datetime) -> None:
        """Leave the note that a row was opened as received."""


# Filled in AppConfig.ready() by the app that brings the old systems' records in: one, or none.
rows_behind: list[RowsBehind] = []


def provenance(person: Person) -> Provenance:
    """Where everything on this record comes from."""
    joined = list(Person.objects.filter(merged_into=person).order_by("pk"))
    records = [person, *joined]
    keys = {record.pk: str(record.reference) for record in records}
    standing = Merge.objects.standing().filter(loser__in=joined).select_related("merged_by", "survivor", "loser")
    merges = {merge.loser_id: merge for merge in standing}
    lines = MergeChange.objects.filter(merge__in=merges.values(), model__in=["people.Person", *_labels()])
    # The last line about a column is the one that counts.
    last = {(line.merge_id, line.model, line.key, line.column): line for line in lines.order_by("pk")}
    journal = sorted(last.values(), key=lambda line: line.merge_id)
    loser_of = {merge.pk: merge.loser_id for merge in merges.values()}
    changes = _changed_here(person)
    facts = [_fact(column, person, joined, journal, loser_of, keys, changes) for column in FACTS]
    first: dict[tuple[str, int], int] = {}
    for each in journal:
        if each.column == "person_id" and not each.is_kept:
            first.setdefault((each.model, each.key), int(each.before or 0))
    rows = {}
    for name, model in ROWS.items():
        found = model.objects.filter(person=person).order_by("pk")
        rows[name] = [Held(row, keys.get(first.get((f"people.{name}", row.pk), person.pk), "")) for row in found]
    return Provenance(records, merges, [fact for fact in facts if _is_said(fact)], rows)


def _labels() -> list[str]:
    return [f"people.{name}" for name in ROWS]


def _is_said(fact: Fact) -> bool:
    if fact.column in PROTECTING:
        return bool(fact.value)
    return fact.value not in EMPTY or bool(fact.others)


def _changed_here(person: Person) -> dict[str, _Change]:
    """By column, who last changed it by hand; nothing for what an import or a merge wrote."""
    model = history_of(Person)
    columns = [column for column in FACTS if any(f.attname == column for f in model._meta.fields)]
    events = list(
        model._default_manager.filter(pgh_obj=person.pk)
        .order_by("pgh_id")
        .values("pgh_created_at", "pgh_context", "pgh_label", *columns)
    )
    found: dict[str, tuple[Any, datetime]] = {}
    for before, after in pairwise(events):
        for column in columns:
            if before[column] != after[column]:
                found[column] = (_user_of(after["pgh_context"]), after["pgh_created_at"])
    names = dict(User.objects.filter(pk__in={who for who, _ in found.values() if who}).values_list("pk", "name"))
    return {column: _Change(names[who], at) for column, (who, at) in found.items() if who in names}


def _user_of(context: Any) -> int | None:
    user = context.get("user") if isinstance(context, dict) else None
    return int(user) if isinstance(user, int) or (isinstance(user, str) and user.isdigit()) else None


def _fact(
    column: str,
    person: Person,
    joined: Sequence[Person],
    journal: Sequence[MergeChange],
    loser_of: dict[int, int],
    keys: dict[int, str],
    changes: dict[str, _Change],
) -> Fact:
    value = getattr(person, column)
    mine = [c for c in journal if c.model == "people.Person" and c.key == person.pk and c.column == column]
    plain = _plain(value)
    taken = next((c for c in reversed(mine) if c.after == plain and not c.is_kept), None)
    said: dict[int, Any] = {record.pk: getattr(record, column) for record in joined}
    field_of: Any = Person._meta.get_field(column)
    said[person.pk] = field_of.to_python(mine[0].before) if mine else value
    source = loser_of[taken.merge_id] if taken else person.pk
    others = [
        Other(other, keys[key])
        for key, other in said.items()
        if key != source and other not in EMPTY and _plain(other) != plain and other is not False
    ]
    change = changes.get(column) if taken is None else None
    if change is not None and mine and _plain(mine[0].before) == plain:
        change = None
    why = _why(column, person, joined, others, is_changed=change is not None)
    return Fact(
        column,
        value,
        keys[source],
        why,
        others,
        change.by if change else "",
        change.at if change else None,
    )


def _plain(value: Any) -> Any:
    """A value as the journal of merges writes it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _why(column: str, person: Person, joined: Sequence[Person], others: list[Other], *, is_changed: bool) -> str:
    if is_changed:
        return "Changed here."
    if column in PROTECTING:
        return "Protections are kept."
    if not others:
        return "The only value recorded." if joined else "As recorded."
    if column in BIRTH:
        ranks = {SURE.index(p.dob_precision) for p in (person, *joined)}
        if len(ranks) > 1 and person.dob_precision == SURE[max(ranks)]:
            return "A certain date is shown before an estimated one."
    return "Where values differ, the one written last."
