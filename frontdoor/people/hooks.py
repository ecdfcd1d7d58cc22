"""What apps above fill in, in their AppConfig.ready(); called in the same transaction."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from frontdoor.accounts.models import User
from frontdoor.people.access import about_visible
from frontdoor.people.models import Involvement, Person


@dataclass(frozen=True)
class OpenWork:
    """One open piece of work about a person, as a line on a page."""

    reference: str
    kind: str
    status_label: str
    worker: str
    team: str
    since: datetime
    role: str = "subject"


@dataclass(frozen=True)
class MergePolicy:
    """What joining two records does to one relation to Person. A relation without a policy fails a fitness test.

    ``move`` points the row at the record that stays; ``keep`` leaves it where it is, and readers look there;
    ``rebuild`` is an index made again. A moved row that would double another (``once``: with these other columns,
    while ``when`` holds; ``unordered``: the same two people the other way round; ``other``: both ends the same person)
    stays on the record it was on and is journalled. ``when`` is SQL with ``{row}`` for the row.
    """

    model: str
    field: str
    how: Literal["move", "keep", "rebuild"]
    why: str
    once: tuple[str, ...] | None = None
    when: str = ""
    other: str = ""
    unordered: bool = False


# What joining two records does to each relation to Person: our own in merge_policies.py, the others' from above.
merge_policies: list[MergePolicy] = []


def merge_policy(model: str, field: str, how: Literal["move", "keep", "rebuild"], why: str, **more: Any) -> None:
    """Say what a merge does to a relation to Person; called in AppConfig.ready(), safe to repeat."""
    policy = MergePolicy(model, field, how, why, **more)
    if policy not in merge_policies:
        merge_policies.append(policy)


# Called with (person, user, reason, at, expires_at) when a restricted record is opened by break-glass.
glass_broken: list[Callable[[Person, Any, str, datetime, datetime], None]] = []
# Called with (user, records, hours, at) when somebody opened unusually many records for words of their own.
unusual_run: list[Callable[[Any, int, int, datetime], None]] = []
# Called with (person, users, by, at) when colleagues were named on the restriction of a record.
named_on: list[Callable[[Person, Sequence[Any], Any, datetime], None]] = []
# Called with (person, at) when a record has been restricted or protected: what is shown beside it elsewhere must go.
hidden_from_now: list[Callable[[Person, datetime], None]] = []
# Called with (person, at) when what a person is found by has changed: a name, birth, number, address, telephone.
found_by_changed: list[Callable[[Person, datetime], None]] = []
# Called with (ids of people, at) when records were joined to one, or taken apart again.
joined_or_parted: list[Callable[[set[int], datetime], None]] = []
# The same, only after records were taken apart.
parted: list[Callable[[set[int], datetime], None]] = []


@dataclass(frozen=True)
class Episodes:
    """What the app that keeps referrals says of two open ones when their children turn out to be one child.

    ``why_not``: of these references, those that may not become a contact on another, each with a sentence.
    ``become_contact``: given the ``reference`` that ends, the one that ``goes_on``, ``by`` and ``at``.
    """

    why_not: Callable[[Iterable[str]], dict[str, str]]
    become_contact: Callable[..., Any]


# One at most; without it two records with an open referral each cannot be joined.
episodes_kept: list[Episodes] = []
# Called with (person, user, at) when somebody tries to open the record of a person they have declared they know.
conflict_met: list[Callable[[Person, Any, datetime], None]] = []


@dataclass(frozen=True)
class Named:
    """A child as one line of a list says them: on record, or (no ``person``) as given and not confirmed as anybody."""

    name: str
    age: str
    person: int | None = None
    reference: str = ""


# Called with (references, user, day): by reference, whom records of the app are about as far as the user may see them,
# where no involvement says so: children as given whom nobody has confirmed, whose paper a document is.
named_as_given: list[Callable[[Iterable[str], User, date], dict[str, list[Named]]]] = []


@dataclass(frozen=True)
class GivenAddress:
    """A confidential address told of somebody, confirmed or not, in a record; it may stand on nobody's own record."""

    person: int | None
    reference: str
    lines: str
    postcode: str


# Given people (ids) and references: the confidential addresses told of them or there. Whatever leaves the house is
# looked through for them.
addresses_given: list[Callable[[Collection[int], Collection[str]], Iterable[GivenAddress]]] = []
# Given people (ids) and references: first and family names told there of families that are not theirs.
others_given: list[Callable[[Collection[int], Collection[str]], Iterable[tuple[str, str]]]] = []

# By kind of record: which of these references the user may see, where an app has more rules than hidden people (an
# allegation against a professional is on no child's general chronology).
visible_references: dict[str, Callable[[list[str], Any], set[str]]] = {}


def keep_visible(rows: list[Involvement], user: User) -> list[Involvement]:
    """The involvements whose records the apps above let the user see; one query for each kind with rules of its own."""
    for kind, visible in visible_references.items():
        asked = [row.reference for row in rows if row.kind == kind]
        kept = visible(asked, user) if asked else set()
        rows = [row for row in rows if row.kind != kind or row.reference in kept]
    return rows


def open_work(person_ids: Iterable[int], *, hidden_from: Any = None) -> dict[int, list[OpenWork]]:
    """Open work of these people, newest first, in one query.

    With ``hidden_from`` (a user), work on a record that is also about somebody hidden from them is left out.
    """
    rows = (
        Involvement.objects.open()
        .filter(person_id__in=list(person_ids))
        .select_related("worker", "team")
        .order_by("-opened_at", "-pk")
    )
    if hidden_from is not None:
        rows = about_visible(rows, hidden_from)
    return as_lines(rows if hidden_from is None else keep_visible(list(rows), hidden_from))


def as_lines(parts: Iterable[Involvement]) -> dict[int, list[OpenWork]]:
    """These parts by person, in their order, as lines on a page."""
    found: dict[int, list[OpenWork]] = {}
    for row in parts:
        found.setdefault(row.person_id, []).append(
            OpenWork(
                reference=row.reference,
                kind=row.kind,
                status_label=row.status_label,
                worker=row.active_worker.name if row.active_worker else "",
                team=row.team.name if row.team else "",
                since=row.opened_at,
                role=row.role,
            )
        )
    return found


# Pairs among these people (ids) that somebody said above are two: who was refused where the other was confirmed.
said_apart: list[Callable[[Collection[int]], set[frozenset[int]]]] = []
