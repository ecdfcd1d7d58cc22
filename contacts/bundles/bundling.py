"""Which contacts are about one family: pure facts in, joins and possible links with their reasons out.

Imports no models. A join is symmetric and depends on two contacts alone, so bundles are the connected parts of the
joins and the order in which contacts arrive does not change them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import combinations

from contacts.bundles.likeness import alike, any_alike, tidy_name
from frontdoor.people.homes import NOWHERE, Home
from frontdoor.people.words import words

WINDOW = timedelta(days=28)
#: Expected dates of one pregnancy as two people give them.
ONE_PREGNANCY = timedelta(days=60)
PARENTAL = frozenset(
    [
        "mother",
        "mum",
        "mam",
        "mummy",
        "stepmother",
        "father",
        "dad",
        "daddy",
        "stepfather",
        "parent",
        "stepparent",
        "carer",
        "caregiver",
        "guardian",
        "grandmother",
        "grandfather",
        "grandparent",
        "nan",
        "nana",
        "gran",
        "granny",
        "grandad",
        "adoptive",
        "kinship",
        "foster",
    ]
)
MOTHER, FATHER = frozenset(["mother", "mum", "mam", "mummy"]), frozenset(["father", "dad", "daddy"])
#: "friend of mother": what stands behind these words is somebody else.
BEHIND = frozenset(["of", "to", "for"])
FORMER = frozenset(["ex", "former", "previous", "estranged"])
PROFESSIONAL = frozenset(
    [
        "teacher",
        "headteacher",
        "tutor",
        "doctor",
        "gp",
        "nurse",
        "midwife",
        "visitor",
        "worker",
        "officer",
        "police",
        "constable",
        "psychologist",
        "therapist",
        "counsellor",
        "solicitor",
        "professional",
        "staff",
        "manager",
        "lead",
        "coach",
        "childminder",
        "paramedic",
    ]
)


@dataclass(frozen=True)
class Reason:
    """Why two contacts are joined, or only may have to do with each other: a code and a plain sentence."""

    code: str
    sentence: str


#: The only reasons for a join.
JOINS = {
    "child_confirmed": Reason("child_confirmed", "The same child: a person confirmed the record on both"),
    "child_number": Reason("child_number", "The same child: the same NHS or pupil number"),
    "child_name_born": Reason("child_name_born", "The same child: the same name and date of birth"),
    "child_spelt": Reason(
        "child_spelt", "The same child: the same date of birth and home or carer, and a name spelt differently"
    ),
    "child_home": Reason("child_home", "The same child: the same name and address, and nothing that contradicts it"),
    "siblings": Reason("siblings", "Children of one household: the same address, and the same family name or carer"),
    "carer": Reason("carer", "The same parent or carer of the same children"),
}
#: Why two contacts are about one family and stand in no bundle together.
SEVERAL = "several"
POSSIBLE = {
    SEVERAL: Reason(SEVERAL, "A child of both is named together with children of other families"),
    "child_like": Reason("child_like", "A child of the same name; the rest does not say it is the same child"),
    "address": Reason("address", "The same address, but not the same household by name and carers"),
    "communal": Reason("communal", "The same address, where many households live"),
    "confidential": Reason("confidential", "The same address, which is kept confidential"),
    "professional": Reason("professional", "The same professional is named in both"),
    "alleged": Reason("alleged", "The same adult, known here as alleged to have caused harm"),
    "former_partner": Reason("former_partner", "The same adult, known here as a former partner"),
    "adult": Reason("adult", "The same adult, but not as parent or carer of the same children"),
}


@dataclass(frozen=True)
class Child:
    """A child as given on one contact."""

    given: str = ""
    family: str = ""
    known_as: str = ""
    born: date | None = None
    is_estimated: bool = False
    expected_on: date | None = None
    numbers: frozenset[tuple[str, str]] = frozenset()
    home: Home = NOWHERE
    # The record a person confirmed.
    person: int | None = None
    # The family on the contact they were put into.
    of_family: int = 1

    @property
    def givens(self) -> frozenset[str]:
        """First names it goes by, normalised."""
        return frozenset(name for name in (tidy_name(self.given), tidy_name(self.known_as)) if name)

    @property
    def is_unborn(self) -> bool:
        """Expected, and not born."""
        return self.born is None and self.expected_on is not None


@dataclass(frozen=True)
class Adult:
    """A grown-up as given on one contact."""

    name: str = ""
    born: date | None = None
    telephones: tuple[str, ...] = ()
    relationship: str = ""
    role: str = ""
    has_parental_responsibility: bool = False
    home: Home = NOWHERE
    person: int | None = None
    of_family: int = 1

    @property
    def kinds(self) -> frozenset[str]:
        """The words of the relationship, as far as they say what this person is."""
        found = words(self.relationship)
        stop = next((number for number, word in enumerate(found) if word in BEHIND), len(found))
        return frozenset(found[:stop])

    @property
    def is_professional(self) -> bool:
        """Known through their work."""
        return bool(self.kinds & PROFESSIONAL) and not self.has_parental_responsibility

    @property
    def is_carer(self) -> bool:
        """A parent or carer of the children; somebody known only as alleged abuser or former partner is not."""
        if self.is_professional:
            return False
        if self.has_parental_responsibility:
            return True
        if self.kinds & FORMER:
            return bool(self.kinds & (MOTHER | FATHER))
        return bool(self.kinds & PARENTAL) or self.role == "carer"


@dataclass(frozen=True)
class Facts:
    """What bundling knows of one contact. ``key`` is whatever the caller calls it by."""

    key: int
    received_at: datetime
    children: tuple[Child, ...] = ()
    adults: tuple[Adult, ...] = ()
    # About somebody hidden or adopted, or of a kind kept apart: it joins nothing and nothing is said of it elsewhere.
    stands_alone: bool = False
    # Into how many families the people on it were put.
    families: int = 1

    def by_family(self) -> dict[int | None, "Facts"]:
        """What it says of each family by its number; all of it by None where nobody has told the families apart."""
        if self.families < 2:
            return {None: self}
        return {
            number: replace(
                self,
                children=tuple(one for one in self.children if one.of_family == number),
                adults=tuple(one for one in self.adults if one.of_family == number),
                families=1,
            )
            for number in sorted({one.of_family for one in self.people})
        }

    @property
    def people(self) -> tuple[Child | Adult, ...]:
        """Everybody on it."""
        return (*self.children, *self.adults)

    @property
    def is_about_several(self) -> bool:
        """Whether it is about several families: somebody said so, or its children have different homes, and no name
        in common between them."""
        if self.families > 1:
            return True
        families: list[tuple[set[str], set[str]]] = []
        for child in self.children:
            name = tidy_name(child.family)
            if not child.home.is_household or not name:
                continue
            met = [one for one in families if child.home.key in one[0] or any(alike(name, other) for other in one[1])]
            homes, names = {child.home.key}.union(*(h for h, _ in met)), {name}.union(*(n for _, n in met))
            families = [one for one in families if one not in met] + [(homes, names)]
        return len(families) > 1

    @property
    def confirmed(self) -> frozenset[int]:
        """Records a person confirmed."""
        return frozenset(one.person for one in self.people if one.person is not None)


@dataclass(frozen=True)
class Verdict:
    """What two contacts have to do with each other: a reason to join them, or what they may have in common."""

    join: Reason | None = None
    possible: tuple[Reason, ...] = ()


def hashed(*parts: object) -> str:
    """A look-up word without the name in it."""
    return blake2b("\x1f".join(str(part) for part in parts).encode(), digest_size=16).hexdigest()


def child_keys(facts: Facts) -> frozenset[str]:
    """Look-up words of the children themselves: numbers, and names with an exact date of birth."""
    found = {hashed("number", *number) for child in facts.children for number in child.numbers}
    for child in facts.children:
        if child.born is not None and not child.is_estimated:
            found |= {hashed("born", given, tidy_name(child.family), child.born) for given in child.givens}
    return frozenset(found)


def strong_keys(facts: Facts) -> frozenset[str]:
    """Look-up words: two contacts that can be joined, confirmed records aside, share at least one of them."""
    if facts.stands_alone:
        return frozenset()
    found = set(child_keys(facts))
    for child in facts.children:
        if child.home.is_household:
            found.add(hashed("household", child.home.key))
    found |= {key for adult in facts.adults if adult.is_carer for key in _adult_keys(adult)}
    found |= {hashed("parents", *names) for names in _both_parents(facts)}
    return frozenset(found)


def weak_keys(facts: Facts) -> frozenset[str]:
    """Look-up words of what only may link: names alone, addresses, grown-ups who are no carers."""
    if facts.stands_alone:
        return frozenset()
    found = {
        hashed("name", given, tidy_name(child.family))
        for child in facts.children
        for given in child.givens
        if tidy_name(child.family)
    }
    found |= {hashed("home", one.home.key) for one in facts.people if one.home.key}
    found |= {key for adult in facts.adults for key in _adult_keys(adult)}
    return frozenset(found) - strong_keys(facts)


def _adult_keys(adult: Adult) -> Iterator[str]:
    # Without the name, which may be spelt otherwise.
    if not tidy_name(adult.name):
        return
    if adult.born is not None:
        yield hashed("adult", adult.born)
    for telephone in adult.telephones:
        yield hashed("adult-telephone", telephone)
    if adult.home.is_household:
        yield hashed("adult-home", adult.home.key)


def _near(a: Facts, b: Facts, window: timedelta) -> bool:
    return not (a.stands_alone or b.stands_alone) and abs(a.received_at - b.received_at) <= window


def _why_one_family(a: Facts, b: Facts) -> str:
    return _same_child(a, b) or _siblings(a, b) or _same_carer(a, b)


def in_common(a: Facts, b: Facts, window: timedelta = WINDOW) -> tuple[int | None, int | None] | None:
    """Which family on each of two contacts is one family, where one of them is about several; None where there is
    none, or where both are about one family and belong in one bundle."""
    if not _near(a, b, window) or not (a.is_about_several or b.is_about_several):
        return None
    pairs = ((x, y) for x in a.by_family().items() for y in b.by_family().items())
    return next(((m, n) for (m, x), (n, y) in pairs if _why_one_family(x, y)), None)


def compare(a: Facts, b: Facts, window: timedelta = WINDOW) -> Verdict:
    """What two contacts have to do with each other; the same whichever comes first."""
    if not _near(a, b, window):
        return Verdict()
    code = _why_one_family(a, b)
    if code and (a.is_about_several or b.is_about_several):
        # It is not about one family: joined, it would put families together that have nothing else in common.
        return Verdict(possible=(POSSIBLE[SEVERAL],))
    if code:
        return Verdict(JOINS[code])
    found = dict.fromkeys([*_possible_children(a, b), *_possible_homes(a, b), *_possible_adults(a, b)])
    return Verdict(possible=tuple(POSSIBLE[code] for code in found))


def _contradict(x: Child, y: Child) -> bool:
    """Whether two children cannot be one."""
    if x.person is not None and y.person is not None and x.person != y.person:
        return True
    if x.born and y.born and not x.is_estimated and not y.is_estimated and x.born != y.born:
        return True
    kinds = {kind for kind, _ in x.numbers} & {kind for kind, _ in y.numbers}
    return any({n for n in x.numbers if n[0] == kind} != {n for n in y.numbers if n[0] == kind} for kind in kinds)


def _same_name(x: Child, y: Child) -> bool:
    return bool(x.givens & y.givens) and tidy_name(x.family) == tidy_name(y.family)


def _same_child(a: Facts, b: Facts) -> str:
    found = set()
    for x in a.children:
        for y in b.children:
            if x.person is not None and x.person == y.person:
                found.add("child_confirmed")
            if x.person is not None and y.person is not None and x.person != y.person:
                continue
            if x.numbers & y.numbers:
                found.add("child_number")
            exact = x.born is not None and x.born == y.born and not x.is_estimated and not y.is_estimated
            if exact and not _contradict(x, y):
                if _same_name(x, y) and not (_differ_in_home(x, y) and _differ_in_carers(a, b)):
                    found.add("child_name_born")
                elif _alike(x, y) and (_one_home(x, y) or _one_carer(a, b)):
                    found.add("child_spelt")
            elif _named_alike_at_home(x, y) and not _differ_in_carers(a, b):
                found.add("child_home")
    return next((code for code in JOINS if code in found), "")


def _named_alike_at_home(x: Child, y: Child) -> bool:
    """One name in one household, and births that are one or may be: two children of a house are not called the same."""
    return _alike(x, y) and _one_home(x, y) and not _contradict(x, _born_like(y, x))


def _born_like(x: Child, y: Child) -> Child:
    """The child with the other's birth where theirs is that with one slip: a part other, or day and month over."""
    if x.born is None or y.born is None:
        return x
    ours, theirs = (x.born.year, x.born.month, x.born.day), (y.born.year, y.born.month, y.born.day)
    one_part = sum(p != q for p, q in zip(ours, theirs, strict=True)) == 1
    changed_over = ours[0] == theirs[0] and ours[1:] == theirs[:0:-1]
    return replace(x, born=y.born) if one_part or changed_over else x


def _alike(x: Child, y: Child) -> bool:
    """First and family names that are one name written otherwise."""
    return any_alike(x.givens, y.givens) and alike(tidy_name(x.family), tidy_name(y.family))


def _one_home(x: Child | Adult, y: Child | Adult) -> bool:
    return x.home.is_household and y.home.is_household and x.home.key == y.home.key


def _differ_in_home(x: Child, y: Child) -> bool:
    return x.home.is_household and y.home.is_household and x.home.key != y.home.key


def _differ_in_carers(a: Facts, b: Facts) -> bool:
    """Whether both name a mother (father, carer …), not the same one, and no carer is named on both."""
    ours, theirs = _named_carers(a), _named_carers(b)
    every = {name for names in theirs.values() for name in names}
    return _carers_contradict(a, b) and not any(any_alike(names, every) for names in ours.values())


def _one_carer(a: Facts, b: Facts) -> bool:
    return any(_same_adult(x, y) for x in _carers(a) for y in _carers(b))


def _carers(facts: Facts) -> list[Adult]:
    return [adult for adult in facts.adults if adult.is_carer]


def _carers_contradict(a: Facts, b: Facts) -> bool:
    """Whether both name a mother (father, carer …) and not the same one. A mother here and a father there is none."""
    ours, theirs = _named_carers(a), _named_carers(b)
    return any(not any_alike(ours[sort], theirs[sort]) for sort in ours.keys() & theirs.keys())


def _named_carers(facts: Facts) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for adult in _carers(facts):
        name = tidy_name(adult.name)
        sort = "mother" if adult.kinds & MOTHER else "father" if adult.kinds & FATHER else "carer"
        if name:
            found.setdefault(sort, set()).add(name)
    return found


def _siblings(a: Facts, b: Facts) -> str:
    """Children at one address: of one family name, or with a carer in common; never where the carers named differ.

    Where one side alone names carers, one family name is not enough: two families of one name may share a house.
    """
    near = [(x, y) for x in a.children for y in b.children if _one_home(x, y)]
    if not near or _carers_contradict(a, b):
        return ""
    ours, theirs = _named_carers(a), _named_carers(b)
    every = {name for names in theirs.values() for name in names}
    if any(any_alike(names, every) for names in ours.values()):
        return "siblings"
    named = any(alike(tidy_name(x.family), tidy_name(y.family)) for x, y in near)
    return "siblings" if named and not ours and not theirs else ""


def _same_adult(x: Adult, y: Adult) -> bool:
    if x.person is not None and y.person is not None:
        return x.person == y.person
    name = tidy_name(x.name)
    if not alike(name, tidy_name(y.name)) or (x.born and y.born and x.born != y.born):
        return False
    return bool((x.born and x.born == y.born) or {*x.telephones} & {*y.telephones} or _one_home(x, y))


def _same_carer(a: Facts, b: Facts) -> str:
    if _both_parents(a) & _both_parents(b) and any(_named_the_same(x, y) for x in a.children for y in b.children):
        return "carer"
    if not _one_carer(a, b):
        return ""
    return "carer" if any(_perhaps_the_same(x, y) for x in a.children for y in b.children) else ""


def _named_the_same(x: Child, y: Child) -> bool:
    return bool(tidy_name(x.family)) and _same_name(x, y) and not _contradict(x, y)


def _both_parents(facts: Facts) -> frozenset[tuple[str, str]]:
    """Names of a mother and a father told of together."""
    named = _named_carers(facts)
    return frozenset((x, y) for x in named.get("mother", ()) for y in named.get("father", ()))


def _perhaps_the_same(x: Child, y: Child) -> bool:
    """A first name in common and nothing that contradicts it, or one pregnancy."""
    if _contradict(x, y):
        return False
    if x.is_unborn and y.is_unborn and x.expected_on and y.expected_on:
        return abs(x.expected_on - y.expected_on) <= ONE_PREGNANCY
    ours, theirs = tidy_name(x.family), tidy_name(y.family)
    return any_alike(x.givens, y.givens) and (not ours or not theirs or alike(ours, theirs))


def _possible_children(a: Facts, b: Facts) -> Iterator[str]:
    if any(_same_name(x, y) and tidy_name(x.family) for x in a.children for y in b.children):
        yield "child_like"


def _possible_homes(a: Facts, b: Facts) -> Iterator[str]:
    ours = {one.home.key: one.home for one in a.people if one.home.key}
    for one in b.people:
        other = ours.get(one.home.key)
        if other is None:
            continue
        if one.home.is_confidential or other.is_confidential:
            yield "confidential"
        elif one.home.is_communal or other.is_communal:
            yield "communal"
        else:
            yield "address"


def _possible_adults(a: Facts, b: Facts) -> Iterator[str]:
    for x in a.adults:
        for y in b.adults:
            if not _same_adult(x, y):
                continue
            if x.is_professional or y.is_professional:
                yield "professional"
            elif any(one.role == "suspect" and not one.is_carer for one in (x, y)):
                yield "alleged"
            elif any(one.kinds & FORMER and not one.is_carer for one in (x, y)):
                yield "former_partner"
            else:
                yield "adult"


@dataclass
class Grouping:
    """Bundles being put together: joins first come first served, none across a pair kept apart."""

    apart: frozenset[frozenset[int]] = frozenset()
    of: dict[int, set[int]] = field(default_factory=dict)

    def add(self, key: int) -> None:
        """A contact, alone so far."""
        self.of.setdefault(key, {key})

    def join(self, a: int, b: int) -> bool:
        """Put the bundles of two contacts together; False where a pair in them is kept apart."""
        ours, theirs = self.of[a], self.of[b]
        if ours is theirs:
            return True
        if any(frozenset((x, y)) in self.apart for x in ours for y in theirs):
            return False
        ours |= theirs
        for key in theirs:
            self.of[key] = ours
        return True

    def groups(self) -> set[frozenset[int]]:
        """The bundles."""
        return {frozenset(group) for group in self.of.values()}


def bundles_of(
    contacts: Sequence[Facts],
    *,
    window: timedelta = WINDOW,
    together: Iterable[tuple[int, int]] = (),
    apart: Collection[frozenset[int]] = (),
    judge: Callable[[Facts, Facts, timedelta], Verdict] = compare,
) -> set[frozenset[int]]:
    """The bundles of these contacts, whatever their order: connected by joins, by rule and by hand.

    ``together``: pairs joined by a person; ``apart``: pairs a person keeps apart, which no rule joins.
    """
    grouping = Grouping(frozenset(apart))
    ordered = sorted(contacts, key=lambda facts: facts.key)
    for facts in ordered:
        grouping.add(facts.key)
    for a, b in sorted(together):
        if a in grouping.of and b in grouping.of:
            grouping.join(a, b)
    for x, y in _worth_comparing(ordered):
        if judge(x, y, window).join is not None:
            grouping.join(x.key, y.key)
    return grouping.groups()


def _worth_comparing(contacts: Sequence[Facts]) -> Iterator[tuple[Facts, Facts]]:
    """Pairs that share a look-up word or a confirmed record, each once and in order."""
    held: dict[object, list[Facts]] = {}
    for facts in contacts:
        for word in (*strong_keys(facts), *facts.confirmed):
            held.setdefault(word, []).append(facts)
    pairs = {(x.key, y.key): (x, y) for found in held.values() for x, y in combinations(found, 2)}
    for key in sorted(pairs):
        yield pairs[key]
