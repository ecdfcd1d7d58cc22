"""Whom we may know already, while a caller talks: lines to choose from, and nothing of anybody hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from contacts.recording import named as on_contacts
from contacts.recording.forms import AdultForm, ChildForm, PersonForm
from frontdoor.accounts.models import User
from frontdoor.people import identifiers
from frontdoor.people.asking import Reading
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import Address, Person
from frontdoor.people.models import Warning as Danger
from frontdoor.people.search import search
from frontdoor.people.words import query_words

MOST = 5
#: So many are weighed before grown-ups are left out of a child's row, or a large family's would hide the child.
WEIGHED = 40
#: Somebody this old or older is not offered as a child.
GROWN_UP_YEARS = 25
#: How far an age as said may be from another that was said of the same child.
ABOUT = timedelta(days=400)


@dataclass(frozen=True)
class Known:
    """One person who may be meant: what a line may show. The address is never a confidential one."""

    person: Person
    why: tuple[str, ...]
    address: str = ""
    work: tuple[OpenWork, ...] = ()
    has_warnings: bool = False


@dataclass(frozen=True)
class Lines:
    """The people who may be meant, a sentence where a name alone fits too many, what is odd about the numbers, and who
    is named so on contacts that nobody has decided."""

    known: tuple[Known, ...] = ()
    named: tuple[on_contacts.Given, ...] = ()
    sentence: str = ""
    oddities: tuple[str, ...] = ()


def known(user: User, facts: matching.Sought, *, is_child: bool, on: date) -> Lines:
    """At most five people the user may see who may be meant, the likeliest first; nobody for a bare common name."""
    found = _known(user, facts, is_child=is_child, on=on)
    return replace(
        found,
        oddities=tuple(identifiers.oddities(facts.identifiers)),
        named=on_contacts.given(user, _as_read(facts), limit=MOST),
    )


def _as_read(facts: matching.Sought) -> list[Reading]:
    """The row as whoever looks for the same person would type it: the name with the birth, else the number."""
    words, born = tuple(query_words(f"{facts.given} {facts.family}")), facts.date_of_birth
    if born is not None and facts.dob_precision == "estimated":
        found = Reading(words=words, span=(born - ABOUT, born + ABOUT))
    else:
        found = Reading(words=words, born=born)
    if not found.has_name:
        found = Reading(
            nhs=identifiers.tidy("nhs", facts.identifiers.get("nhs", "")),
            telephone=identifiers.telephone_key(facts.telephone),
        )
    return [] if found.is_nothing else [found]


def _known(user: User, facts: matching.Sought, *, is_child: bool, on: date) -> Lines:
    if not (facts.name or facts.date_of_birth or facts.postcode or facts.telephone or facts.identifiers):
        return Lines()
    suggested = matching.suggest(facts, user, limit=WEIGHED)
    if suggested.too_many:
        return Lines(sentence=suggested.sentence)
    found: dict[int, tuple[Person, tuple[str, ...]]] = {
        c.person.pk: (c.person, c.reasons)
        for c in suggested.candidates
        if not (is_child and _is_grown_up(c.person, on))
    }
    if not found and len(facts.name) > 1:
        words = facts.name if facts.date_of_birth is None else f"{facts.name} {facts.date_of_birth.isoformat()}"
        page = search(user, words, limit=WEIGHED)
        if page.too_many:
            return Lines(sentence=page.sentence)
        for hit in page.hits:
            if not (is_child and _is_grown_up(hit.person, on)):
                found.setdefault(hit.person.pk, (hit.person, hit.why))
    return Lines(tuple(_lines(user, list(found.values())[:MOST])))


def chosen(user: User, references: Sequence[str]) -> dict[str, Known]:
    """The people suggested on a page that comes back, by reference, as far as the user may see them."""
    rows = Person.objects.visible_to(user).filter(reference__in=[r for r in references if r])
    return {line.person.reference: line for line in _lines(user, [(person, ()) for person in rows])}


def _is_grown_up(person: Person, on: date) -> bool:
    return person.date_of_birth is not None and on.year - person.date_of_birth.year >= GROWN_UP_YEARS


def _lines(user: User, people: Sequence[tuple[Person, tuple[str, ...]]]) -> list[Known]:
    keys = [person.pk for person, _ in people]
    if not keys:
        return []
    work = open_work(keys, hidden_from=user)
    places: dict[int, str] = {}
    for row in Address.objects.filter(person_id__in=keys, is_confidential=False, ended_on__isnull=True).order_by("id"):
        places[row.person_id] = ", ".join(part for part in (row.lines, row.postcode) if part)
    warned = set(Danger.objects.in_force().filter(person_id__in=keys).values_list("person_id", flat=True))
    return [
        Known(person, why, places.get(person.pk, ""), tuple(work.get(person.pk, ())), person.pk in warned)
        for person, why in people
    ]


def row_of(screen: Any, group: str, index: int) -> PersonForm | None:
    """One row of a bound page; None when there is no such row."""
    rows = screen.children if group == "children" else screen.adults
    forms: list[ChildForm | AdultForm] = rows.forms
    return forms[index] if index < len(forms) else None
