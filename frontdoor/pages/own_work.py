"""Somebody's own open work as their home shows it: one row per child, with the records and the deadlines of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.people.models import Involvement, Person


@dataclass
class ChildWork:
    """One child: the records about them, and what runs on each, the nearest first."""

    person: Person
    rows: list[Involvement] = field(default_factory=list)
    clocks: dict[str, list[Clock]] = field(default_factory=dict)


def by_child(rows: Iterable[Involvement], user: User) -> list[ChildWork]:
    """The rows by child, in the order in which each child begins; one query for the deadlines of all of them."""
    found: dict[int, ChildWork] = {}
    of: dict[str, list[ChildWork]] = {}
    for row in rows:
        work = found.setdefault(row.person_id, ChildWork(row.person))
        work.rows.append(row)
        of.setdefault(row.reference, []).append(work)
    running = Clock.objects.visible_to(user).running().filter(reference__in=list(of)).order_by("due_at", "pk")
    for clock in running if of else ():
        for work in of[clock.reference]:
            work.clocks.setdefault(clock.reference, []).append(clock)
    return list(found.values())
