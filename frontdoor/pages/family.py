"""The family of a person as a tree and as the table that says the same."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from frontdoor.codelists import lists
from frontdoor.people.models import Person
from frontdoor.people.record.kinship import Kin, Tree, tree
from frontdoor.people.record.overview import OTHER_END
from frontdoor.ui.formats import count, joined, person_age
from frontdoor.ui.genogram import Figure, draw

#: So many people at most are drawn; the table has them all.
DRAWN = 60


@dataclass(frozen=True)
class Row:
    """One relative in the table."""

    person: Person
    words: str
    sex: str
    lives: str
    responsibility: str
    parents: str
    partners: str


@dataclass
class FamilyView:
    """What the page shows: the picture (empty when nobody is recorded), the table, and what contradicts itself."""

    picture: Markup
    rows: list[Row]
    contradictions: list[str]
    undrawn: int
    people: list[Person]


def plain_name(person: Person) -> str:
    """The name without what somebody is known as: a tree has little room."""
    return str(person.display_name).partition(" (known as")[0] or "Name not known"


def _shape(person: Person) -> Any:
    if person.is_unborn:
        return "unborn"
    return {"M": "male", "F": "female"}.get(person.sex, "unknown")


def _words(kin: Kin, start: int, key: int) -> str:
    """What somebody is: to the person, or through which relative."""
    own = [lists.label("relationship", r.kind) for r in kin.relatives if r.person.pk == key]
    if own:
        return joined(dict.fromkeys(own))
    for tie in kin.ties:
        if tie.other == key and tie.person in kin.people:
            return f"{lists.label('relationship', tie.kind)} of {plain_name(kin.people[tie.person])}"
        if tie.person == key and tie.other in kin.people:
            kind = OTHER_END.get(tie.kind, tie.kind)
            return f"{lists.label('relationship', kind)} of {plain_name(kin.people[tie.other])}"
    return ""


def _ordered(kin: Kin, found: Tree, start: int) -> list[int]:
    """Everybody but the person: those nearest first, so that whoever is left out of a picture is the furthest."""
    direct = {relative.person.pk for relative in kin.relatives}
    keys = [key for key in kin.people if key != start and (key in direct or key in found.generation)]
    far = len(keys)

    def near(key: int) -> tuple[bool, int, str, int]:
        born = kin.people[key].date_of_birth
        return key not in direct, found.generation.get(key, far), born.isoformat() if born else "9999", key

    return sorted(keys, key=near)


def view_of(person: Person, kin: Kin, today: date) -> FamilyView:
    """The tree and the table."""
    found = tree(person.pk, kin.ties)
    home = kin.household()
    order = _ordered(kin, found, person.pk)
    in_tree = [key for key in order if key in found.generation]
    drawn = [person.pk, *in_tree[: DRAWN - 1]]
    names = {key: plain_name(kin.people[key]) for key in kin.people}
    rows = [_row(kin, found, person, key, key in home, names) for key in order]
    figures = [
        Figure(
            key=key,
            name=names[key],
            note=person_age(kin.people[key], today),
            shape=_shape(kin.people[key]),
            has_died=kin.people[key].died_on is not None,
            is_home=bool(home) and (key in home or key == person.pk),
            is_self=key == person.pk,
            order=_born_order(kin.people[key]),
        )
        for key in drawn
    ]
    place = {key: found.generation[key] for key in drawn}
    picture = Markup("")
    if len(drawn) > 1:
        text = f"{count(len(drawn) - 1, 'relative')} drawn. The table that follows says the same in words."
        picture = draw(
            f"Family tree of {names[person.pk]}",
            text,
            figures,
            place,
            found.parents,
            found.pairs,
            sorted(found.siblings),
        )
    contradictions = [
        f"{names[t.other]} is recorded as {lists.label('relationship', t.kind).lower()} of {names[t.person]}, "
        "which does not fit with the other relationships."
        for t in found.contradictions
    ]
    return FamilyView(
        picture, rows, list(dict.fromkeys(contradictions)), len(in_tree) - (len(drawn) - 1),
        [kin.people[key] for key in order],
    )  # fmt: skip


def _born_order(person: Person) -> str:
    if person.is_unborn:
        return f"9998-{person.expected_on or ''}"
    return person.date_of_birth.isoformat() if person.date_of_birth else "9997"


def _row(kin: Kin, found: Tree, person: Person, key: int, is_home: bool, names: dict[int, str]) -> Row:
    one = kin.people[key]
    said = [r for r in kin.relatives if r.person.pk == key]
    lives = "Lives here" if is_home else "Lives elsewhere" if any(r.lives_with is False for r in said) else ""
    responsible = [r.has_parental_responsibility for r in said if r.has_parental_responsibility is not None]
    parents = [
        names[up] + {"adopted": " (adoptive)", "care": " (cares for them)"}.get(how, "")
        for (up, child), how in found.parents.items()
        if child == key and how != "grand"
    ]
    partners = [
        names[b if a == key else a] + (" (former)" if is_over else "")
        for (a, b), is_over in found.pairs.items()
        if key in (a, b)
    ]
    sex = "Not yet born" if one.is_unborn else lists.label("sex", one.sex) if one.sex else "Not recorded"
    return Row(
        person=one,
        words=_words(kin, person.pk, key),
        sex=sex,
        lives=lives or "Not recorded",
        responsibility="" if not responsible else "Yes" if any(responsible) else "No",
        parents=joined(parents),
        partners=joined(partners),
    )
