"""Whom records are about, as a line of a list says it: the children by name and age, never a bare reference."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.people.hooks import Named, keep_visible, named_as_given
from frontdoor.people.models import Involvement, Person
from frontdoor.ui.formats import person_age

#: A line names so many; the record's own page has them all.
MOST = 3
Row = TypeVar("Row")


def children_of(references: Iterable[str], user: User, on: date) -> dict[str, list[Named]]:
    """By reference, the children a record is about, as far as this user may see them, in a fixed number of queries.

    Confirmed ones as they are on record; the others of a contact as they were given. Nothing for somebody whose role
    opens no children's records: a list of deadlines is also for those who only count.
    """
    asked = {reference for reference in references if reference}
    if not asked or not holds(user, Permission.PEOPLE_VIEW):
        return {}
    found: dict[str, list[Named]] = {}
    rows = (
        Involvement.objects.filter(
            reference__in=asked, role="subject", person__in=Person.objects.visible_to(user).values("pk")
        )
        .select_related("person")
        .order_by("pk")
    )
    for row in keep_visible(list(rows), user):
        found.setdefault(row.reference, []).append(on_record(row.person, on))
    for person in Person.objects.visible_to(user).filter(reference__in=asked):
        found.setdefault(str(person.reference), []).append(on_record(person, on))
    for given in named_as_given:
        for reference, children in given(asked, user, on).items():
            found.setdefault(reference, []).extend(children)
    return found


def on_record(person: Person, on: date) -> Named:
    """Somebody as a list names them: as they are on record."""
    return Named(person.display_name, person_age(person, on), person.pk, str(person.reference))


def people_in(named: Iterable[Sequence[Named]]) -> set[int]:
    """Keys of everybody on record among them, for the audit of what a page shows."""
    return {child.person for children in named for child in children if child.person is not None}


def given_on(named: Mapping[str, Sequence[Named]]) -> set[str]:
    """References among them that name somebody as given and not confirmed, for the audit of what a page shows."""
    return {reference for reference, children in named.items() if any(child.person is None for child in children)}


@dataclass
class Group(Generic[Row]):
    """The lines about the same children: where the first of them stands, stands the group."""

    children: list[Named]
    rows: list[Row]

    @property
    def shown(self) -> list[Named]:
        """As many as a line names."""
        return self.children[:MOST]

    @property
    def more(self) -> int:
        """How many it does not name."""
        return max(len(self.children) - MOST, 0)


def by_child(
    rows: Iterable[Row], reference_of: Callable[[Row], str], children: dict[str, list[Named]]
) -> list[Group[Row]]:
    """The rows together by whom they are about, in the order in which each group begins.

    Records about the same people on record are one group; what is not confirmed as anybody stays with its own record,
    since two names that are alike may be two children.
    """
    groups: dict[Hashable, Group[Row]] = {}
    for row in rows:
        reference = reference_of(row)
        named = children.get(reference, [])
        key = _key(named, reference)
        groups.setdefault(key, Group(named, [])).rows.append(row)
    return list(groups.values())


def _key(named: Collection[Named], reference: str) -> Hashable:
    if named and all(child.person is not None for child in named):
        return frozenset(child.person for child in named)
    return reference
