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
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.apps import apps
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

    @property
    def valid_from(self) -> date | None:
        """The first day; None when it always held."""

    @property
    def valid_to(self) -> date | None:
        """The last day; None when it holds on."""


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
    return [each for each in model._meta.concrete_fields if not each.primary_key and each.name not in left_out]


def plain(row: models.Model) -> Plain:
    """What a row says, as plain JSON values; with its parts where it has any."""
    found = {each.attname: _plain_value(getattr(row, each.attname)) for each in _columns(type(row))}
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
    return tuple(getattr(row, each.attname) for each in _columns(type(row)) if each.name in key)


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
    for each in _columns(type(mine)):
        setattr(mine, each.attname, getattr(wanted, each.attname))
    if hasattr(wanted, "write_parts"):
        wanted.write_parts()
    mine.shipped = wanted.shipped
    mine.save()


# --- The tables there are --------------------------------------------------------------------------------------------
# Each app registers its own in AppConfig.ready(); pages, export and import are made from what stands here.


@dataclass(frozen=True)
class Column:
    """One column of a rule table as people see it.

    ``kind``: text, long, number, flag, choice, choices (several), agency; ``attributes`` (of a code), ``times`` and
    ``parts`` are shown and exported, and changed by a file or a page of their own.
    """

    name: str
    label: str
    kind: str = "text"
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    hint: str = ""
    required: bool = True
    #: Of a column of attributes: of which kind each value is (bool, int, str, or a list of words).
    kinds: Mapping[str, type] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Work:
    """Records a rule bears on: where they are, how they name the rule, which of them are open work, and in words.

    ``lookup`` is compared with ``column`` of the key, the last one where none is named; empty: every open one.
    ``model`` has ``visible_to`` and ``reference``.
    """

    model: str
    lookup: str
    words: str
    open: Q = field(default_factory=Q)
    note: str = ""
    #: Whether the records hold several values in one column.
    is_array: bool = False
    column: str = ""

    def value_in(self, table: "Table", key: Sequence[str]) -> str | None:
        """The part of a rule's key that the records name; None for a table that is about one thing."""
        if not key:
            return None
        return key[table.key.index(self.column)] if self.column else key[-1]

    def rows(self, value: Any) -> Any:
        """Every record that names this value, open or not."""
        model = apps.get_model(self.model)
        found: Any = model._default_manager.all()
        return found.filter(**{self.lookup: [value] if self.is_array else value}).distinct() if self.lookup else found


#: What is wrong with wanted rows of a table: the row's place, the column and a sentence for each fault.
Check = Callable[[Sequence[Plain], Mapping[str, Sequence[Plain]], date], Iterable[tuple[int, str, str]]]


@dataclass(frozen=True)
class Table:
    """A dated rule table or code list: what pages, export and import need to know of it."""

    name: str
    label: str
    about: str
    model: type[Any]
    columns: tuple[Column, ...]
    #: The permission (of :mod:`frontdoor.access`) that changing it needs.
    permission: str
    #: Fixed columns that make these rows out of those of the model (a code list's name).
    where: tuple[tuple[str, Any], ...] = ()
    #: The column people call a row by; empty: its key in words.
    title: str = ""
    #: The page (URL name) on which it is changed, where it has one of its own.
    page: str = ""
    is_list: bool = False
    #: What a version would make, on invented facts: shown beside it before it is saved. "" where there is nothing.
    sample: Callable[[Plain], str] | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that make two rows versions of one thing."""
        fixed = {name for name, _ in self.where}
        return tuple(name for name in self.model.KEY if name not in fixed)

    @property
    def work(self) -> list[Work]:
        """Records it bears on, as the apps above said."""
        return list(_WORK.get(self.name, {}).values())

    @property
    def checks(self) -> list[Check]:
        """What must hold for its rows beyond columns and dates."""
        return list(_CHECKS.get(self.name, {}).values())

    @property
    def deeds(self) -> list[Callable[[datetime], None]]:
        """What is done once its rows changed."""
        return list(_DEEDS.get(self.name, {}).values())

    @property
    def has_end(self) -> bool:
        """Whether its rows have a last day of their own."""
        return issubclass(self.model, Dated)

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)

    def rows(self) -> Any:
        """Its rows, the latest beginning first."""
        return self.model._default_manager.filter(**dict(self.where)).newest_first()


TABLES: dict[str, Table] = {}
_WORK: dict[str, dict[tuple[str, str, str], Work]] = defaultdict(dict)
_CHECKS: dict[str, dict[str, Check]] = defaultdict(dict)
_DEEDS: dict[str, dict[str, Callable[[datetime], None]]] = defaultdict(dict)


def register(*tables: Table) -> None:
    """Say that these tables are rules. Called in AppConfig.ready(); safe to repeat."""
    TABLES.update({table.name: table for table in tables})


def bears_on(table: str, *work: Work) -> None:
    """Say which records the rules of a table bear on; an app above may say it of a table below. Safe to repeat."""
    for each in work:
        _WORK[table][each.model, each.lookup, each.words] = each


def check_with(table: str, check: Check) -> None:
    """Have a table's wanted rows looked at by a check, of this app or one above it. Safe to repeat."""
    _CHECKS[table][f"{check.__module__}.{check.__qualname__}"] = check


def follow_with(table: str, deed: Callable[[datetime], None]) -> None:
    """Have something done in the same transaction once rows of a table changed (given the moment). Safe to repeat."""
    _DEEDS[table][f"{deed.__module__}.{deed.__qualname__}"] = deed


def holds_for_good(rows: Iterable[Plain], on: date) -> bool:
    """Whether these versions of one rule leave no day without one, from this day on."""
    needed = on.isoformat()
    for row in sorted(rows, key=lambda row: row["valid_from"] or ""):
        first, last = row["valid_from"] or "", row["valid_to"]
        if first > needed:
            return False
        if last is None:
            return True
        if last >= needed:
            needed = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    return False
