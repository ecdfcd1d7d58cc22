"""Which records are of one person: probabilistic linkage of whole extracts, after Fellegi and Sunter. Pure.

1. Records that share a blocking key are compared, field by field; each field agrees at a *level* (the same, alike,
   different, missing).
2. A pair is one of three things: the same person, two people of one household (brother and sister, twins, parent and
   child), or strangers. Each level has a chance under each of the three; a name's chance among strangers is how common
   it is in the data. So a shared surname, address and telephone speak against strangers, and never against a sibling.
3. How often true pairs agree (m) is estimated from the data by expectation and maximisation, held near the priors
   written here, which come from general knowledge of such records and not from one extract.
4. What is nearly certain, has no rival and contradicts nothing is linked by itself; the rest above a threshold is for
   a person to decide.

Nothing here depends on the order of the records or on chance.
"""

import multiprocessing
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log2
from typing import Any
from zlib import crc32

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from frontdoor.people.identifiers import postcode_key, telephone_key
from frontdoor.people.spellings import family_numbers, name_words, same_family, sound
from frontdoor.people.words import fold

# A pair at or above the first is linked without a person, if nothing speaks against it; at or above the second it is
# shown to one.
AUTOMATIC = 0.998
REVIEW = 0.15
# A rival within this many bits makes a link a person's decision.
RIVAL_BITS = 7.0
# A record may have this many candidates; a block of more records is divided, then left to other keys.
BLOCK_CAP = 150
# Records that stand behind the data's own counts, so that a small extract does not make every name look common.
BACKGROUND = 2000


@dataclass(frozen=True, slots=True)
class Sketch:
    """A person record of one system, as far as it helps to recognise the person. ``key`` is unique over all systems.

    ``upns`` holds current and former ones whose check letter is right; ``ethnicity`` is a DfE code.
    """

    key: str
    system: str
    given: str = ""
    middle: str = ""
    family: str = ""
    known_as: str = ""
    former_family: str = ""
    born: date | None = None
    born_is_estimated: bool = False
    expected: date | None = None
    sex: str = ""
    nhs: str = ""
    nhs_ok: bool = False
    upns: tuple[str, ...] = ()
    address: str = ""
    postcode: str = ""
    carer: str = ""
    telephone: str = ""
    school: str = ""
    ethnicity: str = ""
    relatives: tuple[str, ...] = ()
    is_protected: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that are likely of one person. ``left`` sorts before ``right``.

    ``weight`` is the evidence in bits before how rare a true pair is; ``probability`` counts that in. ``doubts`` says
    in whole sentences why the pair is not linked by itself; it is empty exactly when ``is_automatic``.
    """

    left: str
    right: str
    weight: float
    probability: float
    reasons: tuple[tuple[str, float], ...]
    is_automatic: bool
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found: pairs by weight, strongest first, and the groups of two or more keys that are one person."""

    pairs: tuple[Pair, ...]
    clusters: tuple[tuple[str, ...], ...]
    compared: int

    @property
    def automatic(self) -> tuple[Pair, ...]:
        """The pairs linked without a person."""
        return tuple(p for p in self.pairs if p.is_automatic)

    @property
    def review(self) -> tuple[Pair, ...]:
        """The pairs a person has to decide."""
        return tuple(p for p in self.pairs if not p.is_automatic)


# ---------------------------------------------------------------------------------------------------------------------
# Levels. For each field: (name, m, u, r) — the chance of the level among pairs of one person, among strangers, and
# among two people of one household. u is a floor where the data's own frequency of the value is used.

GIVEN = (
    ("exact", 0.78, 0.0, 0.004),
    ("known", 0.03, 0.0, 0.002),
    ("variant", 0.05, 0.0012, 0.006),
    ("fuzzy", 0.06, 0.0015, 0.02),
    ("part", 0.02, 0.002, 0.01),
    ("middle", 0.03, 0.001, 0.02),
    ("initial", 0.01, 0.06, 0.06),
    ("different", 0.015, 0.93, 0.88),
    ("missing", 1.0, 1.0, 1.0),
)
FAMILY = (
    ("exact", 0.78, 0.0, 0.62),
    ("former", 0.03, 0.0, 0.03),
    ("variant", 0.04, 0.0012, 0.03),
    ("fuzzy", 0.06, 0.0015, 0.04),
    ("part", 0.05, 0.002, 0.07),
    ("other", 0.015, 0.002, 0.03),
    ("carer", 0.012, 0.003, 0.04),
    ("different", 0.025, 0.97, 0.15),
    ("missing", 1.0, 1.0, 1.0),
    ("initial", 0.01, 0.06, 0.05),
)
ORDER = (("straight", 0.94, 1.0, 0.94), ("swapped", 0.06, 1.0, 0.06))
MIDDLE = (
    ("exact", 0.55, 0.0, 0.04),
    ("initial", 0.25, 0.07, 0.09),
    ("like", 0.08, 0.004, 0.02),
    ("different", 0.12, 0.9, 0.85),
    ("missing", 1.0, 1.0, 1.0),
)
BIRTH = (
    ("exact", 0.87, 0.0, 0.015),
    ("swapped", 0.01, 6e-5, 5e-5),
    ("close", 0.025, 6e-4, 6e-4),
    ("month_same", 0.005, 0.004, 0.003),
    ("month_off", 0.015, 0.0016, 0.0016),
    ("year_off", 0.03, 3e-4, 6e-4),
    ("years_off", 0.004, 0.0024, 0.003),
    ("estimated_year", 0.75, 0.055, 0.06),
    ("estimated_near", 0.17, 0.11, 0.2),
    ("unborn_child", 0.93, 0.03, 0.03),
    ("different", 0.003, 0.93, 0.97),
    ("missing", 1.0, 1.0, 1.0),
    ("estimated_far", 0.06, 0.83, 0.74),
    ("unborn_both", 0.93, 0.25, 0.06),
    ("first_of_january", 0.006, 0.0015, 0.002),
    ("unborn_far", 0.01, 0.9, 0.95),
)
SEX = (("same", 0.988, 0.5, 0.5), ("different", 0.012, 0.5, 0.5), ("missing", 1.0, 1.0, 1.0))
NHS = (
    ("same", 0.97, 1e-5, 0.002),
    ("near", 0.6, 1e-4, 0.01),
    ("different", 0.02, 1.0, 0.998),
    ("missing", 1.0, 1.0, 1.0),
)
UPN = (("same", 0.93, 1e-5, 0.002), ("different", 0.07, 1.0, 0.998), ("missing", 1.0, 1.0, 1.0))
HOUSEHOLD = (
    ("strong", 0.6, 0.002, 0.55),
    ("one", 0.17, 0.003, 0.15),
    ("weak", 0.1, 0.008, 0.12),
    ("different", 0.13, 0.985, 0.18),
    ("missing", 1.0, 1.0, 1.0),
)
SCHOOL = (("same", 0.6, 0.02, 0.45), ("different", 0.4, 0.97, 0.55), ("missing", 1.0, 1.0, 1.0))
ETHNICITY = (("same", 0.86, 0.0, 0.8), ("different", 0.14, 0.75, 0.2), ("missing", 1.0, 1.0, 1.0))

FIELDS = (GIVEN, FAMILY, ORDER, MIDDLE, BIRTH, SEX, NHS, UPN, HOUSEHOLD, SCHOOL, ETHNICITY)
# Fields whose m is estimated, and the levels that share one distribution.
LEARNT = (
    (0, (0, 1, 2, 3, 4, 5, 6, 7)),
    (1, (0, 1, 2, 3, 4, 5, 6, 7, 9)),
    (2, (0, 1)),
    (3, (0, 1, 2, 3)),
    (4, (0, 1, 2, 3, 4, 5, 6, 10, 14)),
    (5, (0, 1)),
    (7, (0, 1)),
    (8, (0, 1, 2, 3)),
    (10, (0, 1)),
)

G_EXACT, G_KNOWN, G_VARIANT, G_FUZZY, G_PART, G_MIDDLE, G_INITIAL, G_DIFFERENT, G_MISSING = range(9)
F_EXACT, F_FORMER, F_VARIANT, F_FUZZY, F_PART, F_OTHER, F_CARER, F_DIFFERENT, F_MISSING, F_INITIAL = range(10)
(
    B_EXACT,
    B_SWAPPED,
    B_CLOSE,
    B_MONTH_SAME,
    B_MONTH_OFF,
    B_YEAR_OFF,
    B_YEARS_OFF,
    B_EST_YEAR,
    B_EST_NEAR,
    B_UNBORN_CHILD,
    B_DIFFERENT,
    B_MISSING,
    B_EST_FAR,
    B_UNBORN_BOTH,
    B_JANUARY,
    B_UNBORN_FAR,
) = range(16)

# Words of two names: how they agree. The first six stand in this order in GIVEN and FAMILY through the maps below.
W_EXACT, W_VARIANT, W_FUZZY, W_PART, W_INITIAL, W_DIFFERENT, W_MISSING = range(7)
TO_GIVEN = (G_EXACT, G_VARIANT, G_FUZZY, G_PART, G_INITIAL, G_DIFFERENT, G_MISSING)
TO_FAMILY = (F_EXACT, F_VARIANT, F_FUZZY, F_PART, F_INITIAL, F_DIFFERENT, F_MISSING)

M_LOG = tuple(tuple(log2(m) for _, m, _, _ in f) for f in FIELDS)
U_LOG = tuple(tuple(log2(u) if u else 0.0 for _, _, u, _ in f) for f in FIELDS)
R_LOG = tuple(tuple(log2(r) for _, _, _, r in f) for f in FIELDS)

UNBORN = frozenset("unborn baby ubb unb foetus fetus bump newborn".split())
EMPTY = frozenset("unknown unnamed notknown nk tbc na none anon anonymous nan null nfa".split())
NO_ETHNICITY = frozenset(("", "REFU", "NOBT"))
NO_ADDRESS = frozenset("unknown refused homeless none nfa".split())
STREETS = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive", "drv": "drive",
    "cl": "close", "ct": "court", "crt": "court", "cres": "crescent", "cr": "crescent", "crsc": "crescent",
    "gdns": "gardens", "gdn": "gardens", "garden": "gardens", "pl": "place", "terr": "terrace", "ter": "terrace",
    "tce": "terrace", "sq": "square", "gr": "grove", "grv": "grove", "pk": "park", "wy": "way", "bldg": "building",
    "bldgs": "buildings", "hse": "house", "est": "estate", "mt": "mount", "rs": "rise", "vw": "view", "cott": "cottage",
    "apt": "flat", "apartment": "flat", "upr": "upper", "lwr": "lower", "nth": "north", "sth": "south",
    "mws": "mews", "wlk": "walk", "hts": "heights", "ld": "lodge",
}  # fmt: skip


class _Record:
    """A sketch made ready: names folded, dates as numbers, and how rare its values are."""

    __slots__ = (
        "address_bits",
        "all_words", "carers", "day", "ethnic_bits", "ethnicity", "expected", "family", "family_words", "former",
        "full", "given", "given_words", "has_namesake", "is_estimated", "is_first", "is_protected", "is_unborn", "key",
        "kin_words", "known", "middle", "middle_words", "month", "nhs", "nhs_ok", "numbers", "ordinal", "phone",
        "postcode", "school", "school_bits", "sex", "sounds", "street", "system", "upns", "year",
    )  # fmt: skip

    def __init__(self, sketch: Sketch, system: int) -> None:
        given = [w for w in name_words(sketch.given) if w not in EMPTY]
        self.key = sketch.key
        self.system = system
        self.is_unborn = (bool(given) and given[0] in UNBORN) or (sketch.expected is not None and sketch.born is None)
        if self.is_unborn:
            given = [w for w in given if w not in UNBORN and w not in ("boy", "girl", "male", "female")]
        self.given_words = tuple(given)
        self.given = " ".join(given)
        self.family_words = tuple(w for w in name_words(sketch.family) if w not in EMPTY)
        self.family = " ".join(self.family_words)
        self.middle_words = tuple(w for w in name_words(sketch.middle) if w not in EMPTY)
        self.middle = " ".join(self.middle_words)
        self.all_words = tuple(dict.fromkeys((*self.given_words, *self.middle_words, *self.family_words)))
        self.sounds = frozenset(sound(w) for w in self.all_words if len(w) > 2)
        self.known = " ".join(w for w in name_words(sketch.known_as) if w not in EMPTY and w not in UNBORN)
        self.former = " ".join(w for w in name_words(sketch.former_family) if w not in EMPTY)
        self.full = f"{self.given}|{self.family}"
        born = sketch.born
        self.year, self.month, self.day = (born.year, born.month, born.day) if born else (0, 0, 0)
        self.ordinal = born.toordinal() if born else 0
        self.is_estimated = sketch.born_is_estimated and born is not None
        self.is_first = self.month == 1 and self.day == 1
        expected = sketch.expected or (born if self.is_unborn else None)
        self.expected = expected.toordinal() if expected else 0
        self.sex = sketch.sex if sketch.sex in ("M", "F") else ""
        nhs = "".join(c for c in sketch.nhs if c.isdigit())
        self.nhs = nhs if len(nhs) == 10 else ""
        self.nhs_ok = sketch.nhs_ok and bool(self.nhs)
        self.upns = frozenset(sketch.upns)
        self.numbers, self.street = _address(sketch.address)
        self.postcode = postcode_key(sketch.postcode)
        if len(self.postcode) < 5:
            self.postcode = ""
        self.phone = telephone_key(sketch.telephone)
        carer = tuple(sorted(name_words(sketch.carer)))
        kin = [tuple(sorted(name_words(name))) for name in sketch.relatives]
        own = tuple(sorted((*self.given_words, *self.family_words)))
        self.carers = tuple(
            dict.fromkeys(" ".join(w for w in k if len(w) > 1) for k in (carer, *kin) if len(k) > 1 and k != own)
        )
        self.kin_words = frozenset(w for k in self.carers for w in k.split())
        self.has_namesake = len(own) > 1 and (carer == own or own in kin)
        self.school = " ".join(name_words(sketch.school))
        self.ethnicity = "" if sketch.ethnicity in NO_ETHNICITY else sketch.ethnicity
        self.is_protected = sketch.is_protected
        self.address_bits = self.school_bits = self.ethnic_bits = 0.0


def _address(text: str) -> tuple[str, str]:
    """The numbers of an address and its words, both tidy: ``Flat 3, 84 Ivy Rd`` gives ("3 84", "flat ivy road")."""
    numbers, kept = [], []
    for chunk in fold(text).replace(",", " ").replace(".", " ").replace("/", " ").split():
        if any(c.isdigit() for c in chunk):
            numbers.append(chunk.strip("-()"))
        elif chunk.isalpha() or len(chunk) > 1:
            word = "".join(c for c in chunk if c.isalnum())
            kept.append(STREETS.get(word, word))
    if not numbers and (not kept or set(kept) & NO_ADDRESS or "fixed" in kept):
        return "", ""
    return " ".join(numbers), " ".join(w for w in kept if w != "flat")


class _Words:
    """How two names agree, remembered; and how rare a name is in the data."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], tuple[int, str]] = {}

    def compare(self, a: str, b: str) -> tuple[int, str]:
        """The level two names agree at, and the part they share when it is only a part."""
        if not a or not b:
            return W_MISSING, ""
        if a == b:
            return (W_EXACT, a) if len(a) > 1 else (W_INITIAL, "")
        pair = (a, b) if a < b else (b, a)
        found = self.seen.get(pair)
        if found is None:
            if len(self.seen) > 1_500_000:
                self.seen.clear()
            found = self.seen[pair] = _compare_names(*pair)
        return found


def _compare_names(a: str, b: str) -> tuple[int, str]:
    x, y = a.split(), b.split()
    joined_a, joined_b = "".join(x), "".join(y)
    if joined_a == joined_b or sorted(x) == sorted(y):
        return W_EXACT, a
    if len(joined_a) == 1 or len(joined_b) == 1:
        return (W_INITIAL if joined_a[0] == joined_b[0] else W_DIFFERENT), ""
    if len(x) == 1 and len(y) == 1:
        return _compare_words(a, b), ""
    whole = _compare_words(joined_a, joined_b) if len(x) == len(y) else W_DIFFERENT
    if whole == W_FUZZY:
        return W_FUZZY, ""
    if min(len(joined_a), len(joined_b)) > 4 and OSA.distance(joined_a, joined_b, score_cutoff=1) <= 1:
        return W_FUZZY, ""
    if len(x) == len(y):
        matched = sum(1 for w in x if any(v == w or _compare_words(v, w) <= W_FUZZY for v in y))
        if matched == len(x):
            return W_FUZZY, ""
    shared = [w for w in x if len(w) > 2 and w in y]
    if shared:
        return W_PART, max(shared, key=len)
    for w in x:
        for v in y:
            if len(w) > 3 and len(v) > 3 and _compare_words(v, w) <= W_FUZZY:
                return W_PART, min(w, v)
    return W_DIFFERENT, ""


def _compare_words(a: str, b: str) -> int:
    """The level two single words agree at."""
    if a == b:
        return W_EXACT
    if same_family(a, b):
        return W_VARIANT
    if "?" in a or "?" in b:
        return _compare_lost(a, b)
    shorter = min(len(a), len(b))
    if shorter < 2:
        return W_INITIAL if a[0] == b[0] else W_DIFFERENT
    likeness = JaroWinkler.similarity(a, b)
    if likeness >= 0.82 and sound(a) == sound(b) and len(sound(a)) >= 2:
        return W_VARIANT
    distance = OSA.distance(a, b, score_cutoff=2)
    if (distance == 1 and shorter >= 4) or (distance == 1 and shorter == 3 and max(len(a), len(b)) == 4):
        return W_FUZZY
    if distance == 2 and shorter >= 7 and likeness >= 0.85:
        return W_FUZZY
    if (shorter >= 4 and (a.startswith(b) or b.startswith(a))) or (shorter >= 4 and (a.endswith(b) or b.endswith(a))):
        return W_PART
    return W_DIFFERENT


def _compare_lost(a: str, b: str) -> int:
    """A letter lost to a code page stands as ``?``: one letter, any."""
    if len(a) == len(b):
        if all(x == y or "?" in (x, y) for x, y in zip(a, b, strict=True)):
            return W_VARIANT
        if sum(x != y and "?" not in (x, y) for x, y in zip(a, b, strict=True)) == 1 and len(a) > 4:
            return W_FUZZY
    bare_a, bare_b = a.replace("?", ""), b.replace("?", "")
    if min(len(bare_a), len(bare_b)) < 3:
        return W_DIFFERENT
    return W_FUZZY if OSA.distance(bare_a, bare_b, score_cutoff=2) <= a.count("?") + b.count("?") <= 2 else W_DIFFERENT


class _Linker:
    """The records of one run with their frequencies and chances; compares and weighs pairs."""

    def __init__(self, sketches: Sequence[Sketch]) -> None:
        ordered = sorted(sketches, key=lambda s: s.key)
        for one, other in pairwise(ordered):
            if one.key == other.key:
                raise ValueError(f"Two records have the key {one.key}.")
        systems = {name: n for n, name in enumerate(sorted({s.system for s in ordered}))}
        self.records = [_Record(s, systems[s.system]) for s in ordered]
        self.words = _Words()
        self.m = [list(f) for f in M_LOG]
        self.count = len(self.records)
        total = self.count + BACKGROUND
        self._count_names(total)
        self._count_values(total)
        size = max(total / max(2, len(systems)), 1.0)
        # log2 odds, before any evidence, of the same person against strangers and against two of one household.
        self.prior_across, self.prior_within = log2(0.6 / size), log2(0.04 / size)
        self.kin_across, self.kin_within = log2(0.6 / 3), log2(0.04 / 3)

    def _count_names(self, total: int) -> None:
        """Bits of every word as given and as family name, and how many people seem to bear a whole name."""
        given: Counter[str] = Counter()
        family: Counter[str] = Counter()
        births: defaultdict[str, set[int]] = defaultdict(set)
        for r in self.records:
            given.update({r.given, *r.given_words, r.known} - {""})
            family.update({r.family, *r.family_words, r.former} - {""})
            if r.given and r.family and r.ordinal:
                births[r.full].add(r.ordinal)
        # A name nobody else bears is taken for one in a thousand or two, and none for rarer than the data can tell.
        self.given_bits = {w: -log2((n + 1.0) / total) for w, n in given.items()}
        self.family_bits = {w: -log2((n + 1.0) / total) for w, n in family.items()}
        self.most_bits = min(12.0, log2(total / 2))
        self.births = {name: len(found) for name, found in births.items() if len(found) > 2}
        self.total = total

    def _count_values(self, total: int) -> None:
        dates: Counter[int] = Counter(r.ordinal for r in self.records if r.ordinal)
        prior = 1 / 6500
        self.birth_bits = {d: -log2((n + BACKGROUND * prior) / total) for d, n in dates.items()}
        places: Counter[str] = Counter()
        schools: Counter[str] = Counter()
        ethnic: Counter[str] = Counter()
        for r in self.records:
            places.update({f"p{r.phone}", f"a{r.numbers} {r.street}"} - {"p", "a "})
            schools[r.school] += 1
            ethnic[r.ethnicity] += 1
        known = sum(n for e, n in ethnic.items() if e) + 200
        for r in self.records:
            busiest = max(places[f"p{r.phone}"] if r.phone else 0, places[f"a{r.numbers} {r.street}"], 1)
            r.address_bits = -log2(busiest / total)
            r.school_bits = -log2((schools[r.school] + 0.03 * BACKGROUND) / total)
            r.ethnic_bits = -log2((ethnic[r.ethnicity] + 40) / known)

    # -- comparing ----------------------------------------------------------------------------------------------------

    def compare(self, a: _Record, b: _Record, *, hurry: bool = False) -> tuple[tuple[int, ...], float, float] | None:
        """Levels of the fields, and log2 of their chance among strangers and in one household.

        ``hurry``: None as soon as the pair cannot be one person.
        """
        birth = self._birth(a, b)
        given, family, order, g_bits, f_bits, by_middle = self._names(a, b)
        nhs = _nhs(a, b)
        upn = (0 if a.upns & b.upns else 1) if a.upns and b.upns else 2
        if hurry and nhs > 1 and upn and (
            (birth in (B_DIFFERENT, B_UNBORN_FAR) and (given not in (G_EXACT, G_KNOWN) or family == F_DIFFERENT))
            or (given == G_DIFFERENT and family in (F_DIFFERENT, F_CARER, F_MISSING))
            or (given == G_DIFFERENT and birth != B_EXACT)
            or (given == G_MISSING and not (a.is_unborn or b.is_unborn) and family >= F_OTHER)
        ):  # fmt: skip
            return None
        strangers = U_LOG[0][given] if given > G_FUZZY else 0.0
        strangers -= g_bits
        if family in (F_DIFFERENT, F_CARER) or family >= F_MISSING:
            strangers += U_LOG[1][family]
        strangers -= f_bits
        if given <= G_VARIANT and family <= F_VARIANT and (a.full in self.births or b.full in self.births):
            # First and last names go together (Muhammad Khan): as many people of the whole name as birth dates.
            people = max(self.births.get(a.full, 1), self.births.get(b.full, 1))
            strangers = max(strangers, log2(people / self.total))
        if strangers < -22.0:
            strangers = -22.0
        kin = R_LOG[0][given] + R_LOG[1][family] + R_LOG[2][order]
        if given <= G_VARIANT and (a.has_namesake or b.has_namesake) and birth != B_EXACT:
            kin += 5.0
        # Nobody gives twins one name.
        if given <= G_KNOWN and birth in (B_EXACT, B_SWAPPED, B_CLOSE):
            kin -= 5.0
        # Nor do parents turn two names round for the next child.
        kin -= (0.0, 0.0, 2.0, 5.0)[by_middle]
        middle, m_bits = (4, 0.0) if by_middle else self._middle(a, b)
        strangers += U_LOG[3][middle] - m_bits
        if birth == B_EXACT:
            strangers -= self.birth_bits[a.ordinal]
        else:
            strangers += U_LOG[4][birth]
        sex = (0 if a.sex == b.sex else 1) if a.sex and b.sex else 2
        house = self._household(a, b)
        if house == 0:
            strangers -= min(-U_LOG[8][0], max(1.0, min(a.address_bits, b.address_bits)))
        elif house < 4:
            strangers += U_LOG[8][house]
        school = (0 if a.school == b.school else 1) if a.school and b.school else 2
        if school == 0:
            strangers -= min(a.school_bits, 6.0)
        else:
            strangers += U_LOG[9][school]
        ethnic = 2
        if a.ethnicity and b.ethnicity:
            if a.ethnicity == b.ethnicity:
                ethnic = 0
                strangers -= min(a.ethnic_bits, 4.0)
            else:
                ethnic = 1
                strangers += U_LOG[10][1]
        strangers += U_LOG[5][sex] + U_LOG[6][nhs] + U_LOG[7][upn]
        kin += R_LOG[3][middle] + R_LOG[4][birth] + R_LOG[5][sex] + R_LOG[6][nhs] + R_LOG[7][upn] + R_LOG[8][house]
        kin += R_LOG[9][school] + R_LOG[10][ethnic]
        return (given, family, order, middle, birth, sex, nhs, upn, house, school, ethnic), strangers, kin

    def _names(self, a: _Record, b: _Record) -> tuple[int, int, int, float, float, int]:
        """Levels of given name, family name and their order, the bits of both, and how middle names were used."""
        compare = self.words.compare
        w, part = compare(a.given, b.given)
        if w == W_DIFFERENT and len(a.given) == 3 == len(b.given) and self._is_short_slip(a.given, b.given):
            w = W_FUZZY
        given, g_bits = TO_GIVEN[w], self._given_bits(w, a.given, b.given, part)
        by_middle = 0
        if given > G_EXACT and (a.known or b.known or given > G_VARIANT):
            given, g_bits, by_middle = self._given_otherwise(a, b, given, g_bits)
        w, part = compare(a.family, b.family)
        family, f_bits = TO_FAMILY[w], self._family_bits(w, a.family, b.family, part)
        if family > F_FORMER:
            family, f_bits = self._family_otherwise(a, b, family, f_bits)
        if given >= G_DIFFERENT or family in (F_DIFFERENT, F_CARER, F_MISSING, F_OTHER):
            w, part = compare(a.given, b.family)
            v, part_v = compare(a.family, b.given)
            if (w <= W_PART and (v <= W_PART or v == W_MISSING)) or (v <= W_PART and w == W_MISSING):
                one = self._given_bits(w, a.given, b.family, part)
                two = self._given_bits(v, a.family, b.given, part_v)
                gain = one + two + self.m[0][TO_GIVEN[w]] + self.m[1][TO_FAMILY[v]] + self.m[2][1]
                if gain > g_bits + f_bits + self.m[0][given] + self.m[1][family]:
                    return TO_GIVEN[w], TO_FAMILY[v], 1, one, two, 1
            if len(a.sounds & b.sounds) > 1:
                any_bits = self._any_order(a, b)
                if any_bits + self.m[0][G_MIDDLE] > g_bits + f_bits + self.m[0][given] + self.m[1][family]:
                    return G_MIDDLE, F_OTHER, 1, any_bits / 2, any_bits / 2, 1
        return given, family, 0, g_bits, f_bits, by_middle

    def _is_short_slip(self, a: str, b: str) -> bool:
        """Short names differ by one letter and mean two people (Leo, Lea), unless one is hardly a name (Lep)."""
        x, y = self.given_bits.get(a, self.most_bits), self.given_bits.get(b, self.most_bits)
        near = OSA.distance(a, b, score_cutoff=1) == 1
        return near and _is_slip(W_FUZZY, a, b, x, y, min(x, y), self.most_bits)

    def _given_bits(self, level: int, a: str, b: str, part: str) -> float:
        return _bits(level, a, b, part, self.given_bits, self.family_bits, self.most_bits)

    def _family_bits(self, level: int, a: str, b: str, part: str) -> float:
        return _bits(level, a, b, part, self.family_bits, self.given_bits, self.most_bits)

    def _any_order(self, a: _Record, b: _Record) -> float:
        """Bits of the two rarest words of the name that both have anywhere: customs differ in which stands where."""
        found: dict[str, float] = {}
        others = [w for w in b.all_words if len(w) > 2]
        for word in a.all_words:
            for other in others if len(word) > 2 else ():
                if self.words.compare(word, other)[0] <= W_VARIANT:
                    bits = min(self._given_bits(W_EXACT, word, other, ""), self._family_bits(W_EXACT, word, other, ""))
                    found[word] = bits
                    others.remove(other)
                    break
        best = sorted(found.values(), reverse=True)[:2]
        return max(sum(best) - 4.0, 0.0) if len(best) == 2 else 0.0

    def _given_otherwise(self, a: _Record, b: _Record, given: int, bits: float) -> tuple[int, float, int]:
        """The given name through what somebody is known as, or through the middle name (1; 2 and 3: both crosswise)."""
        compare = self.words.compare
        for one, other in ((a.known, b.given), (a.given, b.known), (a.known, b.known)):
            if one and other:
                w, part = compare(one, other)
                if w == W_EXACT and given > G_KNOWN:
                    return G_KNOWN, max(self._given_bits(w, one, other, part) - 1, 1.0), 0
                if w in (W_VARIANT, W_FUZZY) and given > G_FUZZY:
                    given, bits = TO_GIVEN[w], max(self._given_bits(w, one, other, part) - 1, 1.0)
        if given > G_PART and (a.middle or b.middle):
            one_way, other_way = self._as_middle(a.given, b), self._as_middle(b.given, a)
            if one_way and other_way:
                return G_MIDDLE, max(one_way + other_way - 3, 1.0), 3
            if one_way or other_way:
                first, rest = (b.given, a.middle_words) if one_way else (a.given, b.middle_words)
                if any(len(w) == 1 and first.startswith(w) for w in rest):
                    return G_MIDDLE, max(one_way + other_way + 1, 1.0), 2
                return G_MIDDLE, max(one_way + other_way - 1.5, 1.0), 1
        return given, bits, 0

    def _as_middle(self, name: str, other: _Record) -> float:
        """Bits of a given name being a middle name of the other record; 0 if it is not."""
        for middle in other.middle_words if name else ():
            w, part = self.words.compare(name, middle)
            if w <= W_FUZZY and len(middle) > 2:
                return max(self._given_bits(w, name, middle, part), 1.0)
        return 0.0

    def _family_otherwise(self, a: _Record, b: _Record, family: int, bits: float) -> tuple[int, float]:
        """The family name through a former one, through another word of the name, or through the carer's."""
        compare = self.words.compare
        for one, other in ((a.former, b.family), (a.family, b.former), (a.former, b.former)):
            if one and other:
                w, part = compare(one, other)
                if w <= W_FUZZY:
                    return F_FORMER, max(self._family_bits(w, one, other, part) - 1, 1.0)
        if family in (F_DIFFERENT, F_MISSING):
            for name, others in ((a.family, b.middle_words), (b.family, a.middle_words)):
                for word in others if name else ():
                    w, part = compare(name, word)
                    if w <= W_VARIANT and len(word) > 2:
                        return F_OTHER, max(self._family_bits(w, name, word, part) - 2, 1.0)
        if family == F_DIFFERENT and (
            any(len(w) > 2 and w in b.kin_words for w in a.family_words)
            or any(len(w) > 2 and w in a.kin_words for w in b.family_words)
        ):
            return F_CARER, 0.0
        return family, bits

    def _middle(self, a: _Record, b: _Record) -> tuple[int, float]:
        if not a.middle or not b.middle:
            return 4, 0.0
        w, part = self.words.compare(a.middle, b.middle)
        if w == W_EXACT:
            return 0, min(self._given_bits(w, a.middle, b.middle, part), 7.0)
        if w == W_INITIAL:
            return 1, 0.0
        if w in (W_VARIANT, W_FUZZY, W_PART):
            return 2, 0.0
        for x in a.middle_words:
            for y in b.middle_words:
                if x[0] == y[0] and (len(x) == 1 or len(y) == 1):
                    return 1, 0.0
        return 3, 0.0

    def _birth(self, a: _Record, b: _Record) -> int:
        if a.is_unborn or b.is_unborn:
            return _unborn(a, b)
        if not a.ordinal or not b.ordinal:
            return B_MISSING
        if a.ordinal == b.ordinal:
            return B_EST_YEAR if a.is_estimated and b.is_estimated and a.is_first else B_EXACT
        if a.is_estimated or b.is_estimated:
            apart = abs(a.year - b.year)
            return B_EST_YEAR if not apart else B_EST_NEAR if apart == 1 else B_EST_FAR
        same_year, same_month, same_day = a.year == b.year, a.month == b.month, a.day == b.day
        if same_year and (a.is_first or b.is_first):
            return B_JANUARY
        if same_year and a.month == b.day and a.day == b.month:
            return B_SWAPPED
        if same_year and same_month:
            return B_CLOSE if _one_slip(a.day, b.day) else B_MONTH_SAME
        if same_year and same_day:
            return B_MONTH_OFF
        if same_month and same_day:
            return B_YEAR_OFF if abs(a.year - b.year) in (1, 10) else B_YEARS_OFF
        apart = abs(a.ordinal - b.ordinal)
        return B_CLOSE if apart == 1 else B_MONTH_SAME if apart <= 14 else B_DIFFERENT

    def _household(self, a: _Record, b: _Record) -> int:
        """Address, postcode, telephone and carer as one field: they move together, and so do brothers and sisters."""
        signals, weak, known = 0, 0, 0
        if a.phone and b.phone:
            known += 1
            signals += a.phone == b.phone
        placed = False
        if a.street and b.street:
            known += 1
            if a.numbers == b.numbers and (
                a.street == b.street or fuzz.ratio(a.street, b.street) >= 84 or _begins(a.street, b.street)
            ):
                signals += 1
                placed = True
        if a.postcode and b.postcode:
            known += 1
            if a.postcode == b.postcode or (placed and OSA.distance(a.postcode, b.postcode, score_cutoff=1) == 1):
                weak += 1
        if a.carers and b.carers:
            known += 1
            if any(x in b.carers for x in a.carers) or (
                len(a.carers) * len(b.carers) <= 6
                and any(fuzz.ratio(x, y) >= 88 for x in a.carers for y in b.carers if x[0] == y[0])
            ):
                weak += 1
        if not known:
            return 4
        if signals + weak >= 2:
            return 0
        return 1 if signals else 2 if weak else 3

    # -- weighing -----------------------------------------------------------------------------------------------------

    def priors(self, a: _Record, b: _Record) -> tuple[float, float]:
        """log2 odds before the evidence: against strangers, and against two people of one household."""
        if a.system == b.system:
            return self.prior_within, self.kin_within
        return self.prior_across, self.kin_across

    def weigh(
        self, a: _Record, b: _Record, found: tuple[tuple[int, ...], float, float]
    ) -> tuple[float, float, float, float]:
        """Weight in bits, log2 odds, and the parts against strangers and against kin."""
        levels, strangers, kin = found
        m = self.m
        same = 0.0
        for n, level in enumerate(levels):
            same += m[n][level]
        prior, prior_kin = self.priors(a, b)
        against, against_kin = same - strangers + prior, same - kin + prior_kin
        low, high = (against, against_kin) if against < against_kin else (against_kin, against)
        odds = low - log2(1.0 + 2.0 ** (low - high)) if high - low < 50 else low
        return odds - prior, odds, same - strangers, odds - against

    def learn(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Estimate m by expectation and maximisation over these pairs, held within a factor of three of its prior."""
        records = self.records
        held = []
        for i, j in pairs:
            found = self.compare(records[i], records[j], hurry=True)
            if found is not None:
                prior, kin = self.priors(records[i], records[j])
                held.append((found[0], found[1] - prior, found[2] - kin))
        for _ in range(6):
            counts = [[0.0] * len(f) for f in FIELDS]
            expected = 0.0
            for levels, strangers, relatives in held:
                same = sum(self.m[n][level] for n, level in enumerate(levels))
                rest = max(strangers, relatives)
                if same < rest - 8:
                    continue
                p = 1.0 / (1.0 + 2.0 ** min(60.0, strangers - same) + 2.0 ** min(60.0, relatives - same))
                if p < 0.5:
                    continue
                expected += p
                for n, level in enumerate(levels):
                    counts[n][level] += p
            if expected < 100:
                return
            for n, group in LEARNT:
                first = [FIELDS[n][level][1] for level in group]
                scale = sum(first)
                seen = sum(counts[n][level] for level in group)
                new = []
                for level, was in zip(group, first, strict=True):
                    share = was / scale
                    estimate = (counts[n][level] + 300 * share) / (seen + 300)
                    new.append(min(max(estimate, share / 3), share * 3, 0.995))
                for level, value in zip(group, new, strict=True):
                    self.m[n][level] = log2(value * scale / sum(new))

    # -- gathering ----------------------------------------------------------------------------------------------------

    def candidates(self) -> list["array[int]"]:
        """Pairs that share a blocking key, each as one number, parted by the lower record; with repeats."""
        n = self.count
        parts = max(1, min(512, n // 500))
        buckets = [array("Q") for _ in range(parts)]
        soonest = min((r.expected for r in self.records if r.is_unborn and r.expected), default=0)
        for keys in (_keys_numbers, _keys_born, _keys_near, _keys_name, _keys_home, _keys_unborn):
            # Sorted numbers (key, record) take a tenth of the room of a dictionary of lists.
            shelves = [array("Q") for _ in range(64)]
            for i, r in enumerate(self.records):
                for key in set(keys(r, soonest)):
                    code = crc32(key.encode())
                    shelves[code >> 26].append(code << 32 | i)
            for number, shelf in enumerate(shelves):
                shelves[number] = array("Q")
                for members in _runs(sorted(shelf)):
                    for group in self._divide(members):
                        for place, i in enumerate(group):
                            bucket = buckets[i % parts]
                            base = i * n
                            for j in group[place + 1 :]:
                                bucket.append(base + j)
        return buckets

    def _divide(self, members: list[int]) -> Iterator[list[int]]:
        """A block, or when it is too large its parts by another word of the name, then by birth; what stays too large
        is left to other keys."""
        if len(members) < 2:
            return
        if len(members) <= BLOCK_CAP:
            yield members
            return
        for ways in (_by_words, _by_birth):
            smaller: defaultdict[str, list[int]] = defaultdict(list)
            for i in members:
                for key in ways(self.records[i]):
                    smaller[key].append(i)
            left = []
            for key in sorted(smaller):
                group = smaller[key]
                if len(group) > BLOCK_CAP:
                    left += group
                elif len(group) > 1:
                    yield group
            members = sorted(set(left))
            if not members:
                return


def _bits(
    level: int, a: str, b: str, part: str, first: dict[str, float], second: dict[str, float], most: float
) -> float:
    """How surprising this agreement is among strangers, in bits."""
    if level >= W_INITIAL:
        return 0.0
    if level == W_PART:
        return min(first.get(part, second.get(part, 6.0)) - 1.5, 8.0) if part else 6.0
    x, y = first.get(a, second.get(a, most)), first.get(b, second.get(b, most))
    common = min(x, y, most)
    if level == W_EXACT:
        return common
    if _is_slip(level, a, b, x, y, common, most):
        return common + 1.0
    return max(min(common - 1.0, 9.0), 1.0)


def _is_slip(level: int, a: str, b: str, x: float, y: float, common: float, most: float) -> bool:
    """Whether one of two like spellings is hardly a name: next to nobody else has it, and the other is common."""
    return level in (W_VARIANT, W_FUZZY) and a[0] == b[0] and max(x, y) >= most - 1.1 and common <= most - 2


def _nhs(a: _Record, b: _Record) -> int:
    if not a.nhs or not b.nhs:
        return 3
    if a.nhs == b.nhs:
        return 0 if a.nhs_ok else 1
    if a.nhs_ok and b.nhs_ok:
        return 2
    return 1 if OSA.distance(a.nhs, b.nhs, score_cutoff=1) == 1 else 3


def _unborn(a: _Record, b: _Record) -> int:
    """An unborn child against another or against a child: by the expected date."""
    if a.is_unborn and b.is_unborn:
        if not a.expected or not b.expected:
            return B_MISSING
        return B_UNBORN_BOTH if abs(a.expected - b.expected) <= 60 else B_UNBORN_FAR
    unborn, child = (a, b) if a.is_unborn else (b, a)
    if not unborn.expected or not child.ordinal:
        return B_MISSING
    return B_UNBORN_CHILD if -120 <= child.ordinal - unborn.expected <= 45 else B_UNBORN_FAR


def _one_slip(a: int, b: int) -> bool:
    """Whether two days of a month differ as a slip of the hand makes them: by one, in one digit, or turned round."""
    if abs(a - b) == 1:
        return True
    x, y = f"{a:02d}", f"{b:02d}"
    return (x[0] == y[0]) != (x[1] == y[1]) or x == y[::-1]


def _begins(a: str, b: str) -> bool:
    """Whether one address is the beginning of the other: the town is missing."""
    short, long = (a, b) if len(a) < len(b) else (b, a)
    return len(short) > 5 and long.startswith(short)


def _runs(packed: list[int]) -> Iterator[list[int]]:
    """Records that share a key, from sorted numbers that hold the key above and the record below."""
    members: list[int] = []
    last = -1
    for number in packed:
        if number >> 32 != last:
            if len(members) > 1:
                yield members
            members = []
            last = number >> 32
        members.append(number & 0xFFFFFFFF)
    if len(members) > 1:
        yield members


def _sounds(r: _Record) -> set[str]:
    """The sounds of every word of the name that may stand first or last."""
    found = {*r.given_words, *r.family_words, *r.known.split(), *r.former.split()}
    return {sound(w) or w for w in found if len(w) > 1}


def _by_words(r: _Record) -> list[str]:
    return sorted(_sounds(r) | {sound(w) for w in r.middle_words if len(w) > 1})


def _by_birth(r: _Record) -> list[str]:
    return [f"{s}{r.year}{r.month}" for s in _by_words(r)] if r.ordinal else []


def _keys_numbers(r: _Record, _: int) -> list[str]:
    return [*(f"u{u}" for u in r.upns), *([f"n{r.nhs}"] if r.nhs else [])]


def _turned(r: _Record) -> str:
    """The date of birth with the smaller of day and month first: one key for a date and its exchange."""
    low, high = sorted((r.day, r.month))
    return f"{r.year}.{low}.{high}"


def _keys_born(r: _Record, _: int) -> list[str]:
    """Any word of the name by sound or by its family of spellings, and the date of birth, turned round or not."""
    if not r.ordinal or r.is_unborn:
        return []
    when = _turned(r)
    found = _sounds(r) | {sound(w) for w in r.middle_words if len(w) > 1}
    for word in (*r.given_words, *r.family_words, *r.known.split()):
        found.update(family_numbers(word))
    found.add(f"{r.given[:2]}.{r.family[:2]}")
    return [f"b{s}.{when}" for s in found]


def _keys_near(r: _Record, _: int) -> list[str]:
    """Given and family sound with a part of the birth date: year, month and day may each be wrong."""
    if not r.ordinal or r.is_unborn:
        return []
    found = []
    for s in _sounds(r):
        found += [f"m{s}.{r.year}.{r.month}", f"d{s}.{r.year}-{r.day}", f"y{s}/{r.month}.{r.day}"]
    givens = [r.given, r.known] if r.known else [r.given]
    for name in givens:
        if name:
            found += [f"i{name[0]}{sound(w)}.{r.year}" for w in (*r.family_words, *r.former.split())]
    return found


def _keys_name(r: _Record, _: int) -> list[str]:
    """Two sounds of the name in any order, whatever the birth date."""
    sounds = sorted(_sounds(r) | {sound(w) for w in r.middle_words if len(w) > 2})
    found = [f"w{x}.{y}" for n, x in enumerate(sounds) for y in sounds[n + 1 :]]
    firsts = [n for w in (*r.given_words, *r.known.split()) for n in family_numbers(w)]
    return found + [f"v{n}.{sound(w)}" for n in firsts for w in r.family_words]


def _keys_home(r: _Record, _: int) -> list[str]:
    """The household and a word of the name."""
    sounds = _sounds(r) | {sound(w) for w in r.middle_words if len(w) > 2}
    for word in (*r.given_words, *r.known.split()):
        sounds.update(family_numbers(word))
        sounds.add(f"_{word[0]}")
    homes = [f"t{r.phone}"] if r.phone else []
    if r.postcode:
        homes.append(f"p{r.postcode}")
    if r.numbers and r.street:
        homes.append(f"a{r.numbers}{r.street.split()[0]}")
    homes += [f"c{carer}" for carer in r.carers[:2]]
    return [f"{home}.{s}" for home in homes for s in sounds]


def _keys_unborn(r: _Record, soonest: int) -> list[str]:
    """An unborn child meets children of the household or the family name born about the time."""
    if not soonest:
        return []
    when = r.expected if r.is_unborn else r.ordinal
    if not r.is_unborn and (not when or when < soonest - 150):
        return []
    homes = [f"T{r.phone}"] if r.phone else []
    homes += [f"P{r.postcode}"] if r.postcode else []
    homes += [f"F{sound(w)}" for w in (*r.family_words, *r.former.split())]
    homes += [f"C{carer}" for carer in r.carers[:2]]
    if not when:
        months: Iterable[object] = [""]
        return [h for h in homes if h[0] in "TPC"]
    months = range(when // 30 - 4, when // 30 + 3) if r.is_unborn else [when // 30]
    return [f"{home}.{month}" for home in homes for month in months] + [
        h for h in homes if h[0] in "TPC" and r.is_unborn
    ]


# ---------------------------------------------------------------------------------------------------------------------

_STATE: dict[str, Any] = {}

Kept = tuple[int, int, float, float]  # records, weight, log2 odds


def _weigh_part(number: int) -> tuple[int, list[Kept]]:
    """Compare the pairs of one part; runs in a child process, which has the linker from its parent."""
    linker: _Linker = _STATE["linker"]
    least: float = _STATE["least"]
    n, records = linker.count, linker.records
    kept: list[Kept] = []
    pairs = sorted(set(_STATE["parts"][number]))
    for packed in pairs:
        i, j = divmod(packed, n)
        a, b = records[i], records[j]
        found = linker.compare(a, b, hurry=True)
        if found is not None:
            weight, odds, _, _ = linker.weigh(a, b, found)
            if odds >= least:
                kept.append((i, j, weight, odds))
    return len(pairs), kept


def link(
    sketches: Sequence[Sketch], *, automatic: float = AUTOMATIC, review: float = REVIEW, processes: int = 1
) -> Linked:
    """Find the records that are of one person, across systems and within them.

    ``automatic`` and ``review`` are probabilities; ``processes`` above 1 divides the comparing where the platform can
    fork. The answer does not depend on it, nor on the order of ``sketches``.
    """
    linker = _Linker(sketches)
    if linker.count < 2:
        return Linked((), (), 0)
    parts = linker.candidates()
    linker.learn(_sample(parts, linker.count))
    least = min(_odds(review), _odds(automatic))
    _STATE.update(linker=linker, parts=parts, least=least)
    try:
        if processes > 1 and len(parts) > 1 and "fork" in multiprocessing.get_all_start_methods():
            with multiprocessing.get_context("fork").Pool(processes) as pool:
                answers = pool.map(_weigh_part, range(len(parts)), chunksize=1)
        else:
            answers = [_weigh_part(number) for number in range(len(parts))]
    finally:
        _STATE.clear()
    kept = sorted((k for _, found in answers for k in found), key=lambda k: (-round(k[3], 6), k[0], k[1]))
    return _decide(linker, kept, _odds(automatic), sum(count for count, _ in answers))


def _odds(probability: float) -> float:
    return log2(probability / (1 - probability))


def _sample(parts: list["array[int]"], n: int) -> Iterator[tuple[int, int]]:
    """Up to some 60,000 pairs for estimating, spread over all parts."""
    total = sum(len(p) for p in parts)
    step = max(1, total // 60_000)
    for part in parts:
        for packed in sorted(set(part[::step])):
            yield divmod(packed, n)


def _decide(linker: _Linker, kept: list[Kept], automatic: float, compared: int) -> Linked:
    """Which pairs are linked by themselves: strongest first, joining groups only where nothing contradicts."""
    records = linker.records
    near: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    sure: set[tuple[int, int]] = set()
    for i, j, _, odds in kept:
        near[i].append((j, odds))
        near[j].append((i, odds))
        if odds >= automatic:
            sure.add((i, j))
    group = {i: [i] for i in near}
    pairs = []
    for i, j, weight, odds in kept:
        a, b = records[i], records[j]
        doubts = []
        if odds < automatic:
            doubts.append("The evidence alone does not settle it.")
        doubts += _contradictions(linker, a, b)
        if a.is_protected or b.is_protected:
            doubts.append("A record is protected.")
        if _has_rival(records, near, sure, i, j, odds) or _has_rival(records, near, sure, j, i, odds):
            doubts.append("Another record of the same system fits about as well.")
        if not doubts and group[i] is not group[j]:
            crossing = [(x, y) for x in group[i] for y in group[j] if (x, y) != (i, j)]
            if any(_keeps_apart(linker, x, y) for x, y in crossing):
                doubts.append("Linking them would join records that contradict one another.")
            else:
                joined = sorted(group[i] + group[j])
                for member in joined:
                    group[member] = joined
        pairs.append(
            Pair(
                a.key,
                b.key,
                round(weight, 2),
                round(1 / (1 + 2 ** min(-odds, 60)), 6),
                _reasons(linker, a, b),
                not doubts,
                tuple(doubts),
            )
        )
    clusters = {tuple(records[m].key for m in members) for members in group.values() if len(members) > 1}
    return Linked(tuple(pairs), tuple(sorted(clusters)), compared)


def _has_rival(
    records: list[_Record],
    near: dict[int, list[tuple[int, float]]],
    sure: set[tuple[int, int]],
    i: int,
    j: int,
    odds: float,
) -> bool:
    """Whether another record of j's system fits i about as well as j does, and is not j over again."""
    for other, its in near[i]:
        if (
            other != j
            and records[other].system == records[j].system
            and records[i].system != records[j].system
            and its >= odds - RIVAL_BITS
            and (min(other, j), max(other, j)) not in sure
        ):
            return True
    return False


def _contradictions(linker: _Linker, a: _Record, b: _Record) -> list[str]:
    """Why two records cannot be linked without a person, in whole sentences."""
    found = linker.compare(a, b)
    assert found is not None
    given, family, _, _, birth, sex, nhs, upn, house, _, _ = found[0]
    doubts = []
    if nhs == 2:
        doubts.append("Their NHS numbers are both valid and different.")
    if birth in (B_DIFFERENT, B_UNBORN_FAR, B_EST_FAR):
        doubts.append("Their dates of birth cannot be one date.")
    if sex == 1 and not ((nhs == 0 or upn == 0) and given <= G_VARIANT and birth == B_EXACT):
        doubts.append("Their recorded sexes are different.")
    if given == G_DIFFERENT:
        doubts.append("Their first names are different.")
    if family == F_DIFFERENT and nhs and upn and (birth != B_EXACT or house > 1):
        doubts.append("Their family names are different.")
    return doubts


def _keeps_apart(linker: _Linker, x: int, y: int) -> bool:
    a, b = linker.records[min(x, y)], linker.records[max(x, y)]
    if _contradictions(linker, a, b):
        return True
    found = linker.compare(a, b)
    assert found is not None
    return linker.weigh(a, b, found)[1] < 0


# -- reasons ----------------------------------------------------------------------------------------------------------

SENTENCES: tuple[tuple[str, ...], ...] = (
    (
        "The same first name",
        "The first name of one is what the other is known as",
        "First names that are forms of one name",
        "First names spelt nearly alike",
        "Part of the first name is the same",
        "The first name of one is a middle name of the other",
        "The first name agrees with an initial",
        "Different first names",
        "",
    ),
    (
        "The same family name",
        "The family name of one is a former name of the other",
        "Family names that are forms of one name",
        "Family names spelt nearly alike",
        "Part of the family name is the same",
        "The family name of one is a middle name of the other",
        "The family name of one is that of the other’s carer or relative",
        "Different family names",
        "",
        "The family name agrees with an initial",
    ),
    ("", "Names stand in another order"),
    (
        "The same middle name",
        "The middle name agrees with an initial",
        "Middle names alike",
        "Different middle names",
        "",
    ),
    (
        "The same date of birth",
        "The date of birth with day and month exchanged",
        "Dates of birth that differ by a slip",
        "Born within days or in the same month",
        "Dates of birth that differ in the month only",
        "Dates of birth that differ by one year or by ten",
        "Dates of birth that differ in the year only",
        "Born in the same year, as far as the estimated date says",
        "Born about the same year, as far as the estimated date says",
        "Born about when the unborn child was expected",
        "Different dates of birth",
        "",
        "An estimated date of birth far from the other",
        "Unborn children expected about the same time",
        "Born in the same year, one on 1 January",
        "Not born when the unborn child was expected",
    ),
    ("The same sex", "Different sexes", ""),
    ("The same NHS number", "NHS numbers that differ by a slip", "Different NHS numbers", ""),
    ("The same unique pupil number", "Different unique pupil numbers", ""),
    (
        "The same household: address, telephone or carer agree",
        "The same address or telephone number",
        "The same postcode or carer",
        "Different households",
        "",
    ),
    ("The same school", "Different schools", ""),
    ("The same ethnicity", "Different ethnicities", ""),
)


def _reasons(linker: _Linker, a: _Record, b: _Record) -> tuple[tuple[str, float], ...]:
    """What speaks for and against, in plain words with its bits against strangers; the strongest first.

    The bits add up to the pair's weight, but for rounding.
    """
    found = linker.compare(a, b)
    assert found is not None
    levels, strangers, _ = found
    weight, _, _, correction = linker.weigh(a, b, found)
    parts = []
    for n, level in enumerate(levels):
        if SENTENCES[n][level]:
            parts.append((SENTENCES[n][level], linker.m[n][level] - _stranger_bits(linker, a, b, n, level)))
    if correction <= -0.05:
        parts.append(("They may be two people of one household", correction))
    rest = weight - sum(bits for _, bits in parts)
    if abs(rest) >= 0.05:
        parts.append(("How common the names are together", rest))
    del strangers
    return tuple(sorted(((s, round(w, 2)) for s, w in parts), key=lambda p: (-abs(p[1]), p[0])))


def _stranger_bits(linker: _Linker, a: _Record, b: _Record, n: int, level: int) -> float:
    """log2 of the chance of one field's level among strangers."""
    if n in (0, 1):
        _given, _family, _order, g_bits, f_bits, _ = linker._names(a, b)
        bits = g_bits if n == 0 else f_bits
        return U_LOG[n][level] if not bits else -bits
    if n == 3 and level == 0:
        return U_LOG[3][0] - linker._middle(a, b)[1]
    if n == 4 and level == B_EXACT:
        return -linker.birth_bits[a.ordinal]
    if n == 8 and level == 0:
        return -min(-U_LOG[8][0], max(1.0, min(a.address_bits, b.address_bits)))
    if n == 9 and level == 0:
        return -min(a.school_bits, 6.0)
    if n == 10 and level == 0:
        return -min(a.ethnic_bits, 4.0)
    return U_LOG[n][level]
