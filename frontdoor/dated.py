"""Rows with dates: what is in force on a day, and what becomes of the rows the product ships.

**Dates.** A row holds from ``valid_from`` to ``valid_to``, both days included; an empty day is open. Where rows have a
key, the database itself refuses two rows of one key on one day (:func:`never_two`).

**Shipped rows.** One policy for every table: *shipped unless the council changed it*. A council's own row or change
always stands; a shipped correction reaches what the council never touched. ``shipped`` keeps a row as the product last
shipped it (empty: the council's own). A key is untouched while every one of its rows is exactly as last shipped; then
:func:`ship` makes its rows what the release says. With one other row, or one column changed, by whatever way, the key
is the council's and no release touches it again. What a release no longer ships stays as it is.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import F, Func, Q, Value
from django.db.models.constraints import Deferrable

#: A row as plain JSON values: column to value.
Plain = dict[str, Any]


class DatedQuerySet(models.QuerySet[Any]):
    """Questions about rows with dates."""

    def in_force(self, on: date) -> Self:
        """Rows that hold on this day. Where a row holds until the next begins, the latest that has begun."""
        begun = self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
        if issubclass(self.model, Dated):
            return begun.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
        return begun.newest_first()[:1]

    def held_between(self, first: date, last: date) -> Self:
        """Rows that hold on some day between these two, both included."""
        begun = self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=last))
        return begun.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=first))

    def newest_first(self) -> Self:
        """The latest beginning first; of two from one day the later entered."""
        return self.order_by(F("valid_from").desc(nulls_last=True), "-pk")


class Begun(models.Model):
    """A row that holds from a day until the next one begins."""

    #: What makes two rows versions of one thing; empty: the whole table is about one thing.
    KEY: ClassVar[tuple[str, ...]] = ()

    valid_from = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


class Dated(Begun):
    """A row that holds from a day to a day, both included."""

    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class Shipped(models.Model):
    """A row the product may ship: keeps what was last shipped, so that a release knows what the council touched."""

    shipped: "models.JSONField[Plain | None, Plain | None]" = models.JSONField(
        null=True, blank=True, editable=False, encoder=DjangoJSONEncoder
    )

    class Meta:
        abstract = True


def never_two(*key: Any, name: str) -> ExclusionConstraint:
    """Constraint: on no day do two rows of one key hold, whoever writes them."""
    days: tuple[Any, str] = (
        Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange", output_field=DateRangeField()),
        RangeOperators.OVERLAPS,
    )
    same = [(part, RangeOperators.EQUAL) for part in key]
    return ExclusionConstraint(name=name, expressions=[days, *same], deferrable=Deferrable.IMMEDIATE)


@contextmanager
def checked_at_the_end() -> Iterator[None]:
    """Inside this block rows may stand over each other for a moment; at its end the database looks at all of them.

    Raises IntegrityError there, not at the commit.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- One version of each thing --------------------------------------------------------------------------------------


class HasDates(Protocol):
    """What has a first and a last day."""

    valid_from: date | None
    valid_to: date | None


D = TypeVar("D", bound=HasDates)


def holds_on(row: HasDates, on: date) -> bool:
    """Whether the row holds on this day."""
    return (row.valid_from is None or row.valid_from <= on) and (row.valid_to is None or row.valid_to >= on)


def current(rows: Iterable[D], on: date) -> D | None:
    """Of the versions of one thing the one in force; else the last that was; else the first that will be."""
    inside = sorted(rows, key=lambda row: row.valid_from or date.min)
    held = [row for row in inside if holds_on(row, on)]
    past = [row for row in inside if row.valid_from is None or row.valid_from <= on]
    best = held or past or inside[:1]
    return best[-1] if best else None


# --- Shipping -------------------------------------------------------------------------------------------------------


def _columns(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    """The columns that say what a row means: not its number, nor who entered it and when."""
    left_out = {"shipped", "recorded_at", "recorded_by", "set_at", "set_by"}
    return [field for field in model._meta.concrete_fields if not field.primary_key and field.name not in left_out]


def plain(row: models.Model) -> Plain:
    """What a row says, as plain JSON values; with its parts where it has any."""
    found = {field.attname: _plain_value(getattr(row, field.attname)) for field in _columns(type(row))}
    parts = getattr(row, "parts", None)
    return found if parts is None else {**found, "parts": parts()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain_value(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


@dataclass(frozen=True)
class Kept:
    """A row as it stands, and as it was last shipped."""

    now: Plain
    shipped: Plain | None


def is_untouched(rows: Sequence[Kept]) -> bool:
    """Whether the council never touched these rows of one key."""
    return all(row.shipped is not None and row.now == row.shipped for row in rows)


def _key_of(row: models.Model) -> Hashable:
    key: tuple[str, ...] = getattr(type(row), "KEY", ())
    return tuple(getattr(row, field.attname) for field in _columns(type(row)) if field.name in key)


def _by_key(rows: Iterable[Any]) -> Mapping[Hashable, list[Any]]:
    """Rows of each key, the earliest first."""
    found: dict[Hashable, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.valid_from or date.min):
        found[_key_of(row)].append(row)
    return found


def ship(rows: Iterable[Any]) -> int:
    """Put shipped rows (unsaved, all of one model) in their table by the policy above; returns how many it wrote."""
    new = list(rows)
    if not new:
        return 0
    model = type(new[0])
    written = 0
    with checked_at_the_end():
        standing = _by_key(model._default_manager.all())
        to_make: list[Any] = []
        for key, shipped in _by_key(new).items():
            mine = standing.get(key, [])
            if not is_untouched([Kept(plain(row), row.shipped) for row in mine]):
                continue
            for row in mine[len(shipped) :]:
                row.delete()
            for place, wanted in enumerate(shipped):
                said = plain(wanted)
                if place >= len(mine):
                    wanted.shipped = said
                    to_make.append(wanted)
                elif plain(mine[place]) != said:
                    wanted.shipped, wanted.pk = said, mine[place].pk
                    _write_over(mine[place], wanted)
                    written += 1
        model._default_manager.bulk_create(to_make)
        for row in to_make:
            if hasattr(row, "write_parts"):
                row.write_parts()
    return written + len(to_make)


def _write_over(mine: Any, wanted: Any) -> None:
    for field in _columns(type(mine)):
        setattr(mine, field.attname, getattr(wanted, field.attname))
    if hasattr(wanted, "write_parts"):
        wanted.write_parts()
    mine.shipped = wanted.shipped
    mine.save()
