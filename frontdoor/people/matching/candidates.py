"""Who on record may be the person described: candidates with a score and the reasons. A match never merges by itself.

The model is that of the bulk linkage (:mod:`frontdoor.people.linkage`): the same levels, the same weights (those the
last estimation wrote), the same thresholds. Only the gathering differs: people come from PostgreSQL by bounded
look-ups.
Scores use only facts an ordinary screener may see: nothing of hidden people, and no confidential address.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from frontdoor.accounts.models import User
from frontdoor.people import identifiers
from frontdoor.people.matching import weights
from frontdoor.people.matching.gather import (
    TOO_MANY,
    WEIGHED,
    Gathered,
    Near,
    Scope,
    gather,
    near_words,
    numbers_of,
    on_record,
    open_to_all,
    protected_alone,
    scope_for,
)
from frontdoor.people.matching.levels import B_EXACT, F_PART, G_PART, H_WEAK
from frontdoor.people.matching.linkage import REVIEW, contradictions, reasons_of
from frontdoor.people.matching.live import Live
from frontdoor.people.matching.records import Record, Sketch
from frontdoor.people.models import Person
from frontdoor.people.words import is_no_name, name_parts, words

# From this score, the review threshold of the linkage in hundredths, a screener must answer "the same" or "not this
# person" before ending with no further action.
REVIEW_THRESHOLD = round(REVIEW * 100)
# Below this probability nobody is listed, unless they bear a number given, or have a like name and home or birth.
LISTED = 0.01
#: What a probability is called, from which one on.
LIKELIHOODS = ((0.998, "all but certain"), (0.9, "very likely"), (0.5, "likely"), (0.15, "possible"))
UNBORN = frozenset("unborn baby ubb unb".split())
ASKED, RECORDED = 0, 1


@dataclass(frozen=True)
class Sought:
    """Somebody described, who is sought on record: all optional. ``relatives``: names of those told of with them."""

    given: str = ""
    family: str = ""
    known_as: str = ""
    date_of_birth: date | None = None
    dob_precision: str = "exact"
    expected_on: date | None = None
    sex: str = ""
    postcode: str = ""
    address: str = ""
    telephone: str = ""
    school: str = ""
    relatives: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Every name given, as one text; "" when none was."""
        text = " ".join(part for part in (self.given, self.family, self.known_as) if part)
        return "" if is_no_name(text) else text


@dataclass(frozen=True)
class Candidate:
    """A person who may be the one described: ``score`` 0 to 100 (the probability in hundredths) and the reasons.

    ``weights`` has every reason for and against with its weight in bits, strongest first; ``doubts`` says in sentences
    what contradicts.
    """

    person: Person
    score: int
    reasons: tuple[str, ...]
    weights: tuple[tuple[str, float], ...] = ()
    probability: float = 0.0
    doubts: tuple[str, ...] = ()

    @property
    def likelihood(self) -> str:
        """How likely it is, in words."""
        return next((said for least, said in LIKELIHOODS if self.probability >= least), "unlikely")

    @property
    def needs_answer(self) -> bool:
        """Whether a screener must say yes or no to this one."""
        return self.score >= REVIEW_THRESHOLD


@dataclass(frozen=True)
class Suggested:
    """Candidates, best first. ``too_many``: the name alone fits more than 100 people, and a second fact is needed."""

    candidates: tuple[Candidate, ...] = ()
    too_many: bool = False

    @property
    def sentence(self) -> str:
        """What to say to whoever typed a bare common name; "" otherwise."""
        if not self.too_many:
            return ""
        return f"More than {TOO_MANY} people have this name or one like it. Add a date of birth or a postcode."


def suggest(
    facts: Sought, user: User, *, limit: int = 10, reference: str = "", position: int = 0, least: float = LISTED
) -> Suggested:
    """People the user may see who may be the one described, best first.

    Those already refused for ``reference`` and ``position`` are left out, and adoption-protected records unless the
    user is named for them. Nobody for someone not signed in.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Suggested()
    return _suggest(facts, scope_for(user, reference=reference, position=position), limit, least)


def candidates(
    facts: Sought, user: User, *, limit: int = 10, reference: str = "", position: int = 0
) -> list[Candidate]:
    """As :func:`suggest`, the candidates alone."""
    return list(suggest(facts, user, limit=limit, reference=reference, position=position).candidates)


def known_to_all(facts: Sought, *, reference: str, position: int) -> list[Candidate]:
    """Whom every screener would be asked about: above the review threshold, nobody restricted or adoption-protected.

    The same whoever asks, so that it may be kept and may move a place on the queue. Nobody refused here.
    """
    found = _suggest(facts, open_to_all(reference=reference, position=position), 10, LISTED)
    return [candidate for candidate in found.candidates if candidate.needs_answer]


def restricted_hits(facts: Sought) -> list[Candidate]:
    """Restricted or adoption-protected people who score as a match: for alerting their holders, never for showing.

    Called after a contact is submitted; what the officer sees does not depend on the answer.
    """
    scope = protected_alone()
    if not scope.only:
        return []
    return [c for c in _suggest(facts, scope, 10, LISTED).candidates if c.needs_answer]


def _suggest(facts: Sought, scope: Scope, limit: int, least: float) -> Suggested:
    """Gather, load what is on record of those gathered in a few statements, weigh, and keep the best."""
    near = near_words([w for w in words(facts.name) if w not in UNBORN])
    numbers = numbers_of(dict(facts.identifiers))
    postcode = identifiers.postcode_key(facts.postcode)
    is_unborn = facts.expected_on is not None and facts.date_of_birth is None
    found = gather(
        scope,
        near,
        numbers=numbers,
        telephones=identifiers.telephone_keys(facts.telephone),
        postcode=postcode if len(postcode) >= 5 else "",
        born=facts.date_of_birth,
        is_exact=facts.dob_precision == "exact",
        expected=facts.expected_on if is_unborn else None,
    )
    if found.too_many:
        return Suggested(too_many=True)
    keys = list(found.keys)[:WEIGHED]
    if not keys:
        return Suggested()
    weighed = _weigh(facts, near, found, keys)
    # A number given is never passed over in silence: whoever bears it is shown, with what speaks against them.
    kept = [w for w in weighed if w[0] >= least or w[1] in found.by_number or _is_near(w[2])]
    kept.sort(key=lambda w: (w[1] not in found.by_number, -w[0], w[1]))
    best = sorted(kept[:limit], key=lambda w: (-w[0], w[1]))
    people = Person.objects.standing().in_bulk([key for _, key, _ in best])
    return Suggested(tuple(_candidate(people[key], probability, of) for probability, key, of in best if key in people))


@dataclass(frozen=True)
class _Weighed:
    model: Live
    asked: Record
    recorded: Record


def _is_near(of: _Weighed) -> bool:
    """Whether both names are alike, however spelt, and the very day of birth or the postcode is the same."""
    compared = of.model.compare(of.asked, of.recorded)
    assert compared is not None
    given, family, _, _, birth, _, _, _, house, *_ = compared[0]
    at_one_place = house <= H_WEAK and of.asked.postcode == of.recorded.postcode != ""
    return given <= G_PART and family <= F_PART and (birth == B_EXACT or at_one_place)


def _weigh(facts: Sought, near: Near, found: Gathered, keys: Sequence[int]) -> list[tuple[float, int, _Weighed]]:
    model = Live(*weights.current(), near.bearers)
    asked = [Record(sketch, ASKED) for sketch in _asked(facts)]
    recorded = [
        (key, [Record(sketch, RECORDED) for sketch in several]) for key, several in _sketches(facts, keys).items()
    ]
    model.take_places([*asked, *(r for _, several in recorded for r in several)], found.at_place)
    model.count_namesakes(asked, [r for _, several in recorded for r in several[:1]])
    weighed = []
    for key, several in recorded:
        best: tuple[float, _Weighed] | None = None
        for record in several:
            for one in asked:
                compared = model.compare(one, record)
                assert compared is not None
                odds = model.weigh(one, record, compared)[1]
                if best is None or odds > best[0]:
                    best = odds, _Weighed(model, one, record)
        if best is not None:
            weighed.append((1 / (1 + 2 ** min(-best[0], 60.0)), key, best[1]))
    return weighed


def _candidate(person: Person, probability: float, of: _Weighed) -> Candidate:
    told = reasons_of(of.model, of.asked, of.recorded)
    doubts = tuple(contradictions(of.model, of.asked, of.recorded))
    said = tuple(sentence for sentence, bits in told if abs(bits) >= 1.5 and not sentence.startswith("How common"))
    return Candidate(
        person, round(probability * 100), said or ("A weak likeness",), told, round(probability, 4), doubts
    )


def _asked(facts: Sought) -> list[Sketch]:
    """What was said, as a record: one for each telephone number, with several first names also as first and middle."""
    numbers = {kind: identifiers.check(kind, value) for kind, value in facts.identifiers.items() if value}
    nhs = numbers.get("nhs")
    is_unborn = facts.expected_on is not None and facts.date_of_birth is None
    given, family = name_parts(facts.given, facts.family)
    whole = Sketch(
        key="asked",
        system="asked",
        given=given,
        family=family,
        known_as=facts.known_as,
        born=facts.date_of_birth,
        born_is_estimated=facts.dob_precision != "exact",
        expected=facts.expected_on if is_unborn else None,
        sex=facts.sex,
        nhs=nhs.value if nhs else "",
        nhs_ok=bool(nhs and nhs.check_ok),
        upns=tuple(numbers[kind].value for kind in ("upn", "former_upn") if kind in numbers),
        address=facts.address,
        postcode=facts.postcode,
        telephone=facts.telephone,
        school=facts.school,
        relatives=facts.relatives,
    )
    several = identifiers.telephone_keys(facts.telephone)[1:]
    return _with_middle([whole, *(replace(whole, telephone=number) for number in several)])


def _with_middle(sketches: Iterable[Sketch]) -> list[Sketch]:
    """The same, and each whose first name has several words also as a first and a middle name."""
    found: list[Sketch] = []
    for sketch in sketches:
        first, _, rest = sketch.given.strip().partition(" ")
        found.append(sketch)
        if rest and not sketch.middle:
            found.append(replace(sketch, given=first, middle=rest.strip()))
    return found


def _sketches(facts: Sought, keys: Sequence[int]) -> dict[int, list[Sketch]]:
    """What is on record of these people, as records to compare: one for each name they have or had."""
    wanted = {identifiers.tidy(kind, value) for kind, value in facts.identifiers.items()}
    postcode, given = identifiers.postcode_key(facts.postcode), identifiers.telephone_keys(facts.telephone)
    found: dict[int, list[Sketch]] = {}
    for held in on_record(
        keys,
        numbers=bool(wanted),
        places=bool(facts.postcode or facts.address),
        phones=bool(given),
        relatives=bool(facts.relatives),
    ):
        numbers = [n for n in held.numbers if n[0] == "nhs" and not identifiers.is_placeholder("nhs", n[1])]
        # The number, home and telephone asked for where the person has or had them, else the newest.
        nhs = next((n for n in numbers if n[1] in wanted), numbers[-1] if numbers else ("nhs", "", False))
        place = next((p for p in held.places if p[2] == postcode), held.places[-1] if held.places else ("", "", ""))
        base = Sketch(
            key=str(held.key),
            system="recorded",
            born=held.born,
            born_is_estimated=held.precision in ("estimated", "day_unknown"),
            expected=held.expected if held.born is None else None,
            sex=held.sex,
            nhs=nhs[1],
            nhs_ok=bool(nhs[2]),
            upns=tuple(value for kind, value, _ in held.numbers if kind != "nhs"),
            address=place[0],
            postcode=place[1],
            telephone=next((key for key in (*given, *held.phones[-1:]) if key in held.phones), ""),
            school=held.school if facts.school else "",
            relatives=tuple(name.partition(" (")[0] for name in held.relatives),
        )
        found[held.key] = _with_middle(_by_names(base, held.names))
    return found


def _by_names(base: Sketch, names: Sequence[tuple[str, str, str, bool]]) -> list[Sketch]:
    """A record for each first and family name a person has or had, knowing the others."""
    order = {"primary": 0, "known_as": 2, "alias": 1, "former": 1}
    ranked = sorted(names, key=lambda name: (order[name[0]], name[3]))
    if not ranked:
        return [base]
    _, given, family, _ = ranked[0]
    known = next((name[1] for name in ranked[1:] if name[0] == "known_as" and name[1] != given), "")
    former = next((name[2] for name in ranked[1:] if name[2] and name[2].casefold() != family.casefold()), "")
    found = {(given, family): replace(base, given=given, family=family, known_as=known, former_family=former)}
    for kind, first, last, _ in ranked[1:5]:
        if kind != "known_as" and first and last and (first, last) not in found:
            found[first, last] = replace(base, given=first, family=last, known_as=known, former_family=family)
    return list(found.values())


__all__ = [
    "REVIEW_THRESHOLD", "Candidate", "Sought", "Suggested", "candidates", "known_to_all", "restricted_hits", "suggest",
]  # fmt: skip
