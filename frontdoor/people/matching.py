"""Who on record may be the person described: candidates with a score and the reasons. A match never merges by itself.

Scores use only facts an ordinary screener may see: nothing of hidden people, and no confidential address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from frontdoor.people import dates, identifiers
from frontdoor.people.access import may_see_adopted
from frontdoor.people.models import (
    Address,
    Identifier,
    NameToken,
    NotThisPerson,
    Person,
    Restriction,
    Telephone,
)
from frontdoor.people.search import near_words
from frontdoor.people.words import is_no_name, words

# At or above this a screener must answer "the same" or "not this person" before ending with no further action.
REVIEW_THRESHOLD = 55
MOST = 400


@dataclass(frozen=True)
class PersonFacts:
    """Somebody as described: all of it optional."""

    given: str = ""
    family: str = ""
    known_as: str = ""
    date_of_birth: date | None = None
    dob_precision: str = "exact"
    sex: str = ""
    postcode: str = ""
    address: str = ""
    telephone: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Every name given, as one text; "" when none was."""
        text = " ".join(part for part in (self.given, self.family, self.known_as) if part)
        return "" if is_no_name(text) else text


@dataclass(frozen=True)
class Candidate:
    """A person who may be the one described: ``score`` 0 to 100 and the reasons, strongest first."""

    person: Person
    score: int
    reasons: tuple[str, ...]

    @property
    def needs_answer(self) -> bool:
        """Whether a screener must say yes or no to this one."""
        return self.score >= REVIEW_THRESHOLD


def candidates(
    facts: PersonFacts, user: Any, *, limit: int = 10, reference: str = "", position: int = 0
) -> list[Candidate]:
    """People the user may see who may be the one described, best first.

    Those already refused for ``reference`` and ``position`` are left out, and adoption-protected records unless the
    user is named for them.
    """
    visible = Person.objects.visible_to(user)
    keep = visible.filter(is_adoption_protected=False) | visible.filter(pk__in=may_see_adopted(user))
    if reference:
        refused = NotThisPerson.objects.filter(reference=reference, position=position)
        keep = keep.exclude(pk__in=refused.values("person_id"))
    return _score(facts, keep, limit)


def restricted_hits(facts: PersonFacts) -> list[Candidate]:
    """Restricted or adoption-protected people who score as a match: for alerting their holders, never for showing.

    Called after a contact is submitted; what the officer sees does not depend on the answer.
    """
    hidden = Restriction.objects.in_force().values("person_id")
    standing = Person.objects.standing()
    protected = standing.filter(pk__in=hidden) | standing.filter(is_adoption_protected=True)
    return [c for c in _score(facts, protected, 10) if c.needs_answer]


def _score(facts: PersonFacts, allowed: Any, limit: int) -> list[Candidate]:
    """Gather by identifier, telephone, address, and name; then weigh each.

    1. Every gathering look-up is indexed and bounded.
    2. The weights: identifier 60; a name word that is the same 18, sounds so 12, is spelt nearly so 8 (at most 40 by
       name); date of birth 40 × likeness, −25 when both are exact and unlike; address 12; telephone 15; sex
       differing −10.
    """
    wanted = words(facts.name)
    near = {word: near_words(word) for word in wanted}
    numbers = {kind: identifiers.check(kind, value) for kind, value in facts.identifiers.items() if value}
    by_number = set(
        Identifier.objects.filter(value__in=[c.value for c in numbers.values()], kind__in=list(numbers)).values_list(
            "person_id", flat=True
        )[:MOST]
    )
    phone = identifiers.telephone_key(facts.telephone)
    by_phone = (
        set(Telephone.objects.filter(number_key=phone).values_list("person_id", flat=True)[:MOST]) if phone else set()
    )
    key = identifiers.postcode_key(facts.postcode)
    by_place = (
        set(
            Address.objects.filter(postcode_key=key, is_confidential=False, is_communal=False).values_list(
                "person_id", flat=True
            )[:MOST]
        )
        if key
        else set()
    )
    by_birth: set[int] = set()
    if facts.date_of_birth:
        by_birth = set(
            allowed.filter(date_of_birth__in=dates.near(facts.date_of_birth)).values_list("pk", flat=True)[:3000]
        )
    held: dict[int, set[str]] = {}
    options = [text for found in near.values() for text in found]
    pool = by_number | by_phone | by_place | by_birth
    if options and pool:
        _hold(held, NameToken.objects.filter(person_id__in=pool, word__in=options).values_list("person_id", "word"))
    if len(wanted) >= 2:
        # Two words of the name on record, whatever the date of birth: the same spelling only, bounded.
        first = NameToken.objects.filter(word=wanted[0]).values("person_id")
        both = NameToken.objects.filter(word=wanted[-1], person_id__in=first).values_list("person_id", flat=True)[:MOST]
        _hold(
            held, NameToken.objects.filter(person_id__in=list(both), word__in=options).values_list("person_id", "word")
        )
    considered = by_number | by_phone | set(held)
    found: list[Candidate] = []
    for person in allowed.filter(pk__in=considered):
        score, reasons = 0.0, []
        if person.pk in by_number:
            score += 60
            reasons.append("the same identifier")
        name = 0.0
        for word in wanted:
            strength = max((near[word].get(text, 0.0) for text in held.get(person.pk, ())), default=0.0)
            name += 18 if strength >= 4 else 12 if strength >= 2 else 8 if strength else 0
        if name:
            score += min(name, 40)
            reasons.append("the same name" if name >= 18 * len(wanted) else "a name like it")
        score = _weigh_birth(facts, person, score, reasons)
        if person.pk in by_place:
            score += 12
            reasons.append("the same postcode")
        if person.pk in by_phone:
            score += 15
            reasons.append("the same telephone number")
        if facts.sex and person.sex and facts.sex != person.sex:
            score -= 10
            reasons.append("a different sex is recorded")
        rounded = int(max(0, min(100, round(score))))
        if rounded >= 20:
            found.append(Candidate(person, rounded, tuple(reasons)))
    return sorted(found, key=lambda c: (-c.score, c.person.pk))[:limit]


def _weigh_birth(facts: PersonFacts, person: Person, score: float, reasons: list[str]) -> float:
    if not facts.date_of_birth or not person.date_of_birth:
        return score
    exact = facts.dob_precision == "exact" and person.dob_precision == "exact"
    alike = dates.likeness(facts.date_of_birth, person.date_of_birth, exact=exact)
    if alike == 1:
        reasons.append("the same date of birth")
    elif alike == 0.8 and exact:
        reasons.append("the date of birth with day and month exchanged")
    elif alike:
        reasons.append("a date of birth like it")
    elif exact:
        reasons.append("a different date of birth")
        return score - 25
    return score + 40 * alike


def _hold(held: dict[int, set[str]], rows: Any) -> None:
    for key, word in rows:
        held.setdefault(key, set()).add(word)
