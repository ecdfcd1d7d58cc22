"""Who belongs to a person's family, and how: read once, for the family tree and the table beside it.

Nobody hidden from the user is in it, nor any tie to them: a tree with a gap would say that there is somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from frontdoor.accounts.models import User
from frontdoor.people.access import hidden_people
from frontdoor.people.models import Person, Relationship
from frontdoor.people.record.overview import Relative, relatives

#: The most ties that are read: an address with a hundred lodgers is not a family.
MOST = 600
PARENTS = ("mother", "father", "adoptive_parent")
CARERS = ("step_parent", "parents_partner", "carer", "foster_carer", "guardian")
SIBLINGS = ("sibling", "half_sibling", "step_sibling")
PARTNERS = ("partner", "former_partner")
#: Generations from the person: what somebody is to them.
STEP = {
    **dict.fromkeys((*PARENTS, *CARERS, "aunt_uncle"), -1),
    "grandparent": -2,
    **dict.fromkeys((*SIBLINGS, *PARTNERS, "cousin"), 0),
    "child": 1,
}
#: Ties that are not family: in the table, not in the tree.
OUTSIDE = Relationship.OUTSIDE


@dataclass(frozen=True)
class Tie:
    """What ``other`` is to ``person``, by their keys."""

    person: int
    other: int
    kind: str


@dataclass
class Kin:
    """The family: the person's relatives as lines, and everybody with their ties for the tree."""

    relatives: list[Relative] = field(default_factory=list)
    people: dict[int, Person] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)

    def household(self) -> set[int]:
        """Keys of the relatives said to live with the person."""
        return {relative.person.pk for relative in self.relatives if relative.lives_with}


@dataclass
class Tree:
    """The family as generations (0 is the person's own, -1 the parents') with who is whose parent and partner."""

    generation: dict[int, int] = field(default_factory=dict)
    # (parent, child): "birth", "adopted", "care" or "grand" (a grandparent through a parent nobody has recorded).
    parents: dict[tuple[int, int], str] = field(default_factory=dict)
    # (one, other) in order of key: whether the partnership is over.
    pairs: dict[tuple[int, int], bool] = field(default_factory=dict)
    # Brothers and sisters without a known parent in common.
    siblings: set[tuple[int, int]] = field(default_factory=set)
    # Ties that contradict others (somebody their own grandparent): told in words, not drawn.
    contradictions: list[Tie] = field(default_factory=list)


def kin(person: Person, user: User, near: Iterable[int]) -> Kin:
    """The family of a person, whose relatives' keys are known already (``near``): one query."""
    wanted = [person.pk, *near]
    hidden = hidden_people(user)
    rows = list(
        Relationship.objects.filter(Q(person_id__in=wanted) | Q(other_id__in=wanted), ended_on__isnull=True)
        .exclude(person_id__in=hidden)
        .exclude(other_id__in=hidden)
        # What joined records were to one another says nothing of the one person.
        .filter(person__merged_into__isnull=True, other__merged_into__isnull=True)
        .select_related("person", "other")
        .order_by("pk")[:MOST]
    )
    found = Kin(relatives=relatives(person, rows))
    found.people = {person.pk: person}
    for row in rows:
        found.people.setdefault(row.person_id, row.person)
        found.people.setdefault(row.other_id, row.other)
    found.ties = [Tie(row.person_id, row.other_id, row.kind) for row in rows if row.kind not in OUTSIDE]
    return found


def _shown(start: int, ties: list[Tie]) -> list[Tie]:
    """The ties of the person, and of their relatives only those of parents, children and partners."""
    close = {*PARENTS, *PARTNERS, "child"}
    direct = {tie.other if tie.person == start else tie.person for tie in ties if start in (tie.person, tie.other)}
    known = direct | {start}
    return [
        tie for tie in ties if start in (tie.person, tie.other) or {tie.person, tie.other} <= known or tie.kind in close
    ]


def _parent_links(ties: list[Tie]) -> dict[tuple[int, int], str]:
    links: dict[tuple[int, int], str] = {}
    for tie in ties:
        if tie.kind in PARENTS:
            how = "adopted" if tie.kind == "adoptive_parent" else "birth"
            if links.get((tie.other, tie.person)) != "birth":
                links[tie.other, tie.person] = how
        elif tie.kind in CARERS:
            links.setdefault((tie.other, tie.person), "care")
    for tie in ties:
        if tie.kind == "child":
            links.setdefault((tie.person, tie.other), "birth")
    return links


def tree(start: int, ties: list[Tie]) -> Tree:
    """Put the family in generations. Whatever is recorded, cycles and contradictions included, an answer comes out."""
    shown = _shown(start, ties)
    found = Tree(generation={start: 0})
    around: dict[int, list[tuple[int, int]]] = {}
    for tie in shown:
        if tie.kind in STEP:
            around.setdefault(tie.person, []).append((tie.other, STEP[tie.kind]))
            around.setdefault(tie.other, []).append((tie.person, -STEP[tie.kind]))
    waiting = [start]
    for key in waiting:
        for other, step in around.get(key, []):
            if other not in found.generation:
                found.generation[other] = found.generation[key] + step
                waiting.append(other)
    place = found.generation
    for tie in shown:
        if tie.kind in STEP and place[tie.other] != place[tie.person] + STEP[tie.kind]:
            found.contradictions.append(tie)
    for (parent, child), how in _parent_links(shown).items():
        if place[parent] < place[child]:
            found.parents[parent, child] = how
    for tie in shown:
        low, high = sorted((tie.person, tie.other))
        if tie.kind in PARTNERS and place[low] == place[high]:
            found.pairs[low, high] = found.pairs.get((low, high), True) and tie.kind == "former_partner"
        elif tie.kind in ("sibling", "half_sibling") and place[low] == place[high]:
            found.siblings.add((low, high))
    above: dict[int, set[int]] = {}
    for (parent, child), how in found.parents.items():
        if how in ("birth", "adopted"):
            above.setdefault(child, set()).add(parent)
    found.siblings = {pair for pair in found.siblings if not above.get(pair[0], set()) & above.get(pair[1], set())}
    for tie in shown:
        if tie.kind == "grandparent" and place[tie.other] < place[tie.person]:
            grown = above.get(tie.person, set())
            if not any(tie.other in above.get(parent, set()) for parent in grown):
                found.parents.setdefault((tie.other, tie.person), "grand")
    return found
