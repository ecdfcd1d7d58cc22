"""What happened about a person, newest first, a page at a time by key, from every source an app has declared.

A source reads its own rows within the window it is given: the dates, the words, the kinds, the page's mark, and how
many. Lines of all sources stand in one order (moment, source, key), so that a page never repeats or skips one.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from frontdoor.accounts.models import User
from frontdoor.audit.events import EVENTS
from frontdoor.people.access import about_visible
from frontdoor.people.hooks import keep_visible
from frontdoor.people.models import Involvement, Person, SignificantEvent
from frontdoor.people.record.overview import WORDS, href_of
from frontdoor.people.record.said import Said, handling, tellers
from frontdoor.ui.formats import LONDON
from frontdoor.workflow.machines import MACHINES
from frontdoor.workflow.models import StatusChange

Rows = TypeVar("Rows", bound=QuerySet[Any])
PAGE = 50
#: The most lines one PDF holds; a longer history says so.
PRINTED = 3000
#: How old systems say that a record should never have been made.
IN_ERROR = re.compile(
    r"\b(opened|entered|recorded|created|input|raised|added|keyed)\s+(in|by)\s+(error|mistake)\b", re.I
)


@dataclass(frozen=True)
class Mark:
    """Where a page ends: the last line's moment, source and key."""

    at: datetime
    source: str
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.key}"


@dataclass(frozen=True)
class Event:
    """One line of a chronology."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""
    href: str = ""
    source: str = ""
    key: int = 0
    kind: str = ""
    reference: str = ""
    significant: SignificantEvent | None = None

    @property
    def name(self) -> str:
        """The line's own key, as used in its address and in a mark on it."""
        return f"{self.source}-{self.key}"

    @property
    def mark(self) -> Mark:
        """This line's place in the order."""
        return Mark(self.at, self.source, self.key)


@dataclass(frozen=True)
class Window:
    """What is asked of a chronology, and of each source."""

    kinds: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    words: str = ""
    only_significant: bool = False
    # Also how the work was passed on, and what passed between its author and a manager.
    with_handling: bool = False
    after: Mark | None = None
    limit: int = PAGE + 1
    # Keys of the rows a source may give; None for all.
    keys: frozenset[int] | None = None

    def wants(self, kinds: Iterable[str]) -> bool:
        """Whether any of these kinds is asked for."""
        return not self.kinds or not self.kinds.isdisjoint(kinds)

    def cut(self, rows: Rows, source: str, moment: str) -> Rows:
        """The rows of a source within the window, newest first, one page of them."""
        if self.since is not None:
            rows = rows.filter(**{f"{moment}__gte": datetime.combine(self.since, time.min, LONDON)})
        if self.until is not None:
            rows = rows.filter(**{f"{moment}__lt": datetime.combine(self.until + timedelta(days=1), time.min, LONDON)})
        if self.keys is not None:
            rows = rows.filter(pk__in=self.keys)
        if self.after is not None:
            earlier = Q(**{f"{moment}__lt": self.after.at})
            if source > self.after.source:
                earlier |= Q(**{moment: self.after.at})
            elif source == self.after.source:
                earlier |= Q(**{moment: self.after.at}, pk__lt=self.after.key)
            rows = rows.filter(earlier)
        found: Rows = rows.order_by(f"-{moment}", "-pk")[: self.limit]
        return found


@dataclass(frozen=True)
class Source:
    """Where lines come from: a short name, the kinds it gives with their words, and how they are read."""

    name: str
    kinds: Mapping[str, str]
    read: Callable[[Person, Any, Window], Iterable[Event]]


# The apps above add theirs (visits, notes) in AppConfig.ready(): :func:`declare`.
sources: dict[str, Source] = {}


def declare(source: Source) -> None:
    """Add a source of lines; safe to repeat."""
    sources[source.name] = source


@dataclass
class Found:
    """A page of a chronology and the mark of the next ("" on the last)."""

    events: list[Event] = field(default_factory=list)
    next_after: str = ""


def kinds() -> dict[str, str]:
    """Every kind of line there is, in words."""
    found = dict(WORDS)
    for name in sorted(sources):
        found.update(sources[name].kinds)
    return found


def read_mark(text: str) -> Mark | None:
    """A page's mark from its address; None for anything else."""
    moment, _, rest = text.partition("~")
    source, _, key = rest.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if at.tzinfo is None or not source.isalpha() or not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return Mark(at, source, int(key))


def parts_of(person: Person, user: User) -> dict[str, Involvement]:
    """The person's part in every record the user may see, by reference."""
    rows = about_visible(Involvement.objects.filter(person=person), user)
    # A person's own part tells more than being named in the same record as somebody else.
    found = keep_visible(list(rows.order_by("role", "pk")), user)
    return {row.reference: row for row in sorted(found, key=lambda row: row.role == "subject")}


def chronology(person: Person, user: User, window: Window | None = None, *, limit: int = PAGE) -> Found:
    """A page of what happened about this person, newest first; a fixed number of queries whatever the history."""
    asked = replace(window or Window(), limit=limit + 1)
    marks = marks_of(person)
    parts = parts_of(person, user)
    events: list[Event] = []
    readers: list[tuple[str, Callable[[Window], Iterable[Event]], Iterable[str]]] = [
        ("status", lambda w: _changes(person, parts, w, marks), WORDS),
        ("part", lambda w: _unmoved(person, parts, w), WORDS),
        *((s.name, lambda w, s=s: s.read(person, user, w), s.kinds) for s in sources.values()),
    ]
    for name, read, gives in readers:
        if not asked.wants(gives):
            continue
        mine = asked
        if asked.only_significant:
            prefix = f"{name}-"
            mine = replace(asked, keys=frozenset(int(m.removeprefix(prefix)) for m in marks if m.startswith(prefix)))
            if not mine.keys:
                continue
        events.extend(read(mine))
    ordered = sorted(events, key=lambda e: e.key, reverse=True)
    ordered.sort(key=lambda e: e.source)
    ordered.sort(key=lambda e: e.at, reverse=True)
    page = [replace(event, significant=marks.get(event.name)) for event in ordered[:limit]]
    return Found(page, str(page[-1].mark) if len(ordered) > limit else "")


def one_event(person: Person, user: User, name: str) -> Event | None:
    """The line of this name, if the user may see it."""
    source, _, key = name.partition("-")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    window = Window(keys=frozenset([int(key)]), limit=1, with_handling=True)
    if source in ("status", "part"):
        parts = parts_of(person, user)
        found = list(_changes(person, parts, window) if source == "status" else _unmoved(person, parts, window))
    elif source in sources:
        found = list(sources[source].read(person, user, window))
    else:
        return None
    marks = marks_of(person)
    return replace(found[0], significant=marks.get(name)) if found else None


def marks_of(person: Person) -> dict[str, SignificantEvent]:
    """Significant lines of this person by their names."""
    rows = SignificantEvent.objects.in_force().filter(person=person).select_related("marked_by")
    return {row.event: row for row in rows}


def _named_as(row: Involvement) -> str:
    return f" ({row.part})" if row.part else ""


def said_of(change: StatusChange) -> str:
    """What a change of status says where its app says nothing of it, as words after the record's name."""
    if change.move in ("decide", "no_further_action", "close") and IN_ERROR.search(change.reason):
        return "entered in error"
    if change.move == "born":
        return "recorded"
    if change.move == "restate":
        return f"set to {change.status_words.lower()}"
    known = {model._meta.label_lower: moves for model, moves in MACHINES.items()}
    move = known.get(change.model, {}).get(change.move)
    return EVENTS.get(move.event, move.label) if move else change.move.replace("_", " ")


def _moves_saying(words: str) -> Q:
    """Changes of status whose own words hold these."""
    wanted = words.casefold()
    found = Q(move="born") if wanted in "recorded" else Q(pk__in=[])
    for model, moves in MACHINES.items():
        names = [name for name, move in moves.items() if wanted in EVENTS.get(move.event, move.label).casefold()]
        if names:
            found |= Q(model=model._meta.label_lower, move__in=names)
    return found


def _changes(person: Person, parts: dict[str, Involvement], window: Window, marks: Iterable[str] = ()) -> list[Event]:
    wanted: dict[str, list[str]] = {}
    for ref, row in parts.items():
        if window.wants([row.kind]):
            wanted.setdefault(row.kind, []).append(ref)
    rows = StatusChange.objects.filter(reference__in=[ref for refs in wanted.values() for ref in refs])
    if not window.with_handling:
        # What somebody marked as significant is told whatever it is.
        marked = [int(name.removeprefix("status-")) for name in marks if name.startswith("status-")]
        rows = rows.exclude(handling() & ~Q(pk__in=marked))
    if window.words:
        rows = rows.filter(_holding(window.words, person, wanted))
    changes = list(window.cut(rows.select_related("by"), "status", "happened_at"))
    said = _told(person, parts, changes, window.with_handling)
    return [_line(change, parts[change.reference], said.get(change.pk)) for change in changes]


def _holding(words: str, person: Person, wanted: Mapping[str, list[str]]) -> Q:
    """Changes whose lines hold these words; by what an app says of this person alone where it does."""
    found = Q(reference__icontains=words) | Q(by__name__icontains=words) | _moves_saying(words)
    for kind, references in wanted.items():
        teller = tellers.get(kind)
        by_app = teller.found(person, references, words) if teller is not None and teller.found is not None else None
        found |= by_app if by_app is not None else Q(reference__in=references, reason__icontains=words)
    return found


def _told(
    person: Person, parts: Mapping[str, Involvement], changes: Iterable[StatusChange], with_handling: bool
) -> dict[int, Said]:
    by_kind: dict[str, list[StatusChange]] = {}
    for change in changes:
        by_kind.setdefault(parts[change.reference].kind, []).append(change)
    return {
        key: said
        for kind, of_kind in by_kind.items()
        if kind in tellers
        for key, said in tellers[kind].said(person, of_kind, with_handling).items()
    }


def _line(change: StatusChange, row: Involvement, said: Said | None) -> Event:
    by = change.by.name if change.by else ""
    return Event(
        at=change.happened_at,
        title=f"{WORDS.get(row.kind, row.kind)} {change.reference}{_named_as(row)}: "
        f"{said.title if said else said_of(change)}",
        text=said.text if said else change.reason,
        by=said.by if said and said.by is not None else by,
        href=href_of(row.kind, change.reference),
        source="status",
        key=change.pk,
        kind=row.kind,
        reference=change.reference,
    )


def _unmoved(person: Person, parts: dict[str, Involvement], window: Window) -> list[Event]:
    """Records without any change of status of their own: one line for their beginning."""
    wanted = [row.pk for row in parts.values() if window.wants([row.kind])]
    changed = StatusChange.objects.filter(reference=OuterRef("reference"))
    rows = Involvement.objects.filter(pk__in=wanted).filter(~Exists(changed)).select_related("worker")
    if window.words:
        rows = rows.filter(
            Q(reference__icontains=window.words)
            | Q(status_label__icontains=window.words)
            | Q(worker__name__icontains=window.words)
        )
    begun = list(window.cut(rows, "part", "opened_at"))
    said: dict[str, Said] = {}
    for kind, teller in tellers.items():
        references = [row.reference for row in begun if row.kind == kind]
        if references and teller.begun is not None:
            said |= teller.begun(person, references)
    return [_beginning(row, said.get(row.reference)) for row in begun]


def _beginning(row: Involvement, said: Said | None) -> Event:
    return Event(
        at=row.opened_at,
        title=f"{WORDS.get(row.kind, row.kind)} {row.reference}{_named_as(row)}{f': {said.title}' if said else ''}",
        text=said.text if said and said.text else row.status_label,
        by=row.worker.name if row.worker else "",
        href=href_of(row.kind, row.reference),
        source="part",
        key=row.pk,
        kind=row.kind,
        reference=row.reference,
    )
