"""Whom we may know already, while a caller talks: lines to choose from, and nothing of anybody hidden."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from contacts.identity.household import members_of
from contacts.recording import named as on_contacts
from contacts.recording.forms import AdultForm, ChildForm, PersonForm
from frontdoor.accounts.models import User
from frontdoor.people import dates, identifiers
from frontdoor.people.ages import is_grown_up, years_old
from frontdoor.people.asking import Reading
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import Address, Person
from frontdoor.people.protection.reach import warnings_for
from frontdoor.people.search import search
from frontdoor.people.words import query_words

MOST = 5
#: So many are weighed before grown-ups are left out of a child's row, or a large family's would hide the child.
WEIGHED = 40
#: Somebody this old or older is not offered as a child.
GROWN_UP_YEARS = 25
#: So many of a household stand before the others.
MOST_OF_HOUSEHOLD = 8
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
class Meant:
    """Somebody who may be meant, and why. ``is_likely``: above the threshold from which a screener has to answer."""

    person: Person
    why: tuple[str, ...]
    is_likely: bool = False


@dataclass(frozen=True)
class Lines:
    """The people who may be meant, a sentence where a name alone fits too many, what is odd about the numbers, and who
    is named so on contacts that nobody has decided."""

    known: tuple[Known, ...] = ()
    #: Whose age or sex is another than what was said: behind "more".
    more: tuple[Known, ...] = ()
    named: tuple[on_contacts.Given, ...] = ()
    sentence: str = ""
    oddities: tuple[str, ...] = ()
    #: Whether there was anything to look for.
    is_asked: bool = True

    @property
    def people(self) -> tuple[Known, ...]:
        """Everybody a page shows of it."""
        return self.known + self.more


def known(
    user: User, facts: matching.Sought, *, is_child: bool, on: date, chosen_already: Collection[str] = ()
) -> Lines:
    """At most five people the user may see who may be meant, the likeliest first; nobody for a bare common name.

    ``chosen_already``: references of records chosen in other rows of the page. Who is of their household comes first,
    whatever is typed; they themselves are not offered again.
    """
    found = _known(user, facts, is_child=is_child, on=on, chosen_already=set(chosen_already) - {""})
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


def _known(user: User, facts: matching.Sought, *, is_child: bool, on: date, chosen_already: set[str]) -> Lines:
    people = list(Person.objects.visible_to(user).filter(reference__in=chosen_already)) if chosen_already else []
    found: dict[int, Meant] = {}
    for person, why in members_of(people, user):
        if not _is_past_youth(person, on) if is_child else _may_be_adult(person, on):
            found[person.pk] = Meant(person, (why,))
    taken = {person.pk for person in people}
    searched, sentence, is_asked = _searched(user, facts, is_child=is_child, on=on)
    fitting = [each for each in searched if each.person.pk not in taken | found.keys()]
    front = [each for each in found.values() if not _contradicts(each, facts, on)][:MOST_OF_HOUSEHOLD]
    front += [each for each in fitting if not _contradicts(each, facts, on)][:MOST]
    behind = [each for each in (*found.values(), *fitting) if _contradicts(each, facts, on)][:MOST]
    lines = _lines(user, [(each.person, each.why) for each in (*front, *behind)])
    return Lines(
        known=tuple(lines[: len(front)]), more=tuple(lines[len(front) :]), sentence=sentence,
        is_asked=is_asked or bool(found),
    )  # fmt: skip


def _searched(user: User, facts: matching.Sought, *, is_child: bool, on: date) -> tuple[list[Meant], str, bool]:
    """Who is found by what was typed, else a sentence why nobody is, and whether anything was typed."""
    if not (facts.name or facts.date_of_birth or facts.postcode or facts.telephone or facts.identifiers):
        return [], "", False
    suggested = matching.suggest(facts, user, limit=WEIGHED)
    if suggested.too_many:
        return [], suggested.sentence, True
    found = {
        c.person.pk: Meant(c.person, c.reasons, is_likely=c.needs_answer)
        for c in suggested.candidates
        if not (is_child and _is_past_youth(c.person, on))
    }
    if not found and len(facts.name) > 1:
        words = facts.name if facts.date_of_birth is None else f"{facts.name} {facts.date_of_birth.isoformat()}"
        page = search(user, words, limit=WEIGHED)
        if page.too_many:
            return [], page.sentence, True
        for hit in page.hits:
            if not (is_child and _is_past_youth(hit.person, on)):
                found.setdefault(hit.person.pk, Meant(hit.person, hit.why))
    return list(found.values()), "", True


def _contradicts(meant: Meant, facts: matching.Sought, on: date) -> bool:
    """Whether somebody's age is far off what was said, or their sex another; never of a likely match, whose number may
    be the same."""
    if meant.is_likely:
        return False
    person = meant.person
    if {facts.sex, person.sex} == {"F", "M"}:
        return True
    said, born = facts.date_of_birth, person.date_of_birth
    if said is None or born is None or born in dates.near(said):
        return False
    is_exact = facts.dob_precision == "exact" and person.dob_precision == Person.DobPrecision.EXACT
    return abs(born - said) > (ABOUT if is_exact else max(2 * ABOUT, (on - said) / 4))


def chosen(user: User, references: Sequence[str]) -> dict[str, Known]:
    """The people suggested on a page that comes back, by reference, as far as the user may see them."""
    rows = Person.objects.visible_to(user).filter(reference__in=[r for r in references if r])
    return {line.person.reference: line for line in _lines(user, [(person, ()) for person in rows])}


def _is_past_youth(person: Person, on: date) -> bool:
    return person.date_of_birth is not None and years_old(person.date_of_birth, on) >= GROWN_UP_YEARS


def _may_be_adult(person: Person, on: date) -> bool:
    return not person.is_unborn and (person.date_of_birth is None or is_grown_up(person.date_of_birth, on))


def _lines(user: User, people: Sequence[tuple[Person, tuple[str, ...]]]) -> list[Known]:
    keys = [person.pk for person, _ in people]
    if not keys:
        return []
    work = open_work(keys, hidden_from=user)
    places: dict[int, str] = {}
    for row in Address.objects.filter(person_id__in=keys, is_confidential=False, ended_on__isnull=True).order_by("id"):
        places[row.person_id] = ", ".join(part for part in (row.lines, row.postcode) if part)
    warned = warnings_for(keys, user)
    return [
        Known(person, why, places.get(person.pk, ""), tuple(work.get(person.pk, ())), bool(warned[person.pk]))
        for person, why in people
    ]


def row_of(screen: Any, group: str, index: int) -> PersonForm | None:
    """One row of a bound page; None when there is no such row."""
    rows = screen.children if group == "children" else screen.adults
    forms: list[ChildForm | AdultForm] = rows.forms
    return forms[index] if index < len(forms) else None
