"""How two records agree, and what that weighs: the evidence for linkage. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log2

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler

from frontdoor.people.matching.levels import (
    B_CLOSE,
    B_DIFFERENT,
    B_EST_FAR,
    B_EST_NEAR,
    B_EST_YEAR,
    B_EXACT,
    B_JANUARY,
    B_MISSING,
    B_MONTH_OFF,
    B_MONTH_SAME,
    B_SWAPPED,
    B_UNBORN_BOTH,
    B_UNBORN_CHILD,
    B_UNBORN_FAR,
    B_YEAR_OFF,
    B_YEARS_OFF,
    F_CARER,
    F_DIFFERENT,
    F_EXACT,
    F_FORMER,
    F_MISSING,
    F_OTHER,
    F_VARIANT,
    FIELDS,
    G_DIFFERENT,
    G_EXACT,
    G_FUZZY,
    G_INITIAL,
    G_KNOWN,
    G_MIDDLE,
    G_MISSING,
    G_PART,
    G_VARIANT,
    LEARNT,
    M_LOG,
    R_LOG,
    TO_FAMILY,
    TO_GIVEN,
    U_LOG,
    W_DIFFERENT,
    W_EXACT,
    W_FUZZY,
    W_INITIAL,
    W_MISSING,
    W_PART,
    W_VARIANT,
)
from frontdoor.people.matching.records import Record, Sketch
from frontdoor.people.matching.spellings import same_family, sound

# Records that stand behind the data's own counts, so that a small extract does not make every name look common.
BACKGROUND = 2000


class Words:
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
    if " " not in a and " " not in b:
        return compare_words(a, b), ""
    x, y = a.split(), b.split()
    joined_a, joined_b = "".join(x), "".join(y)
    if joined_a == joined_b or sorted(x) == sorted(y):
        return W_EXACT, a
    if len(x) + len(y) == 3 and ("".join(reversed(x)) == joined_b or joined_a == "".join(reversed(y))):
        return W_EXACT, a
    if len(joined_a) == 1 or len(joined_b) == 1:
        return (W_INITIAL if joined_a[0] == joined_b[0] else W_DIFFERENT), ""
    whole = compare_words(joined_a, joined_b) if len(x) == len(y) else W_DIFFERENT
    if whole == W_FUZZY:
        return W_FUZZY, ""
    if min(len(joined_a), len(joined_b)) > 4 and OSA.distance(joined_a, joined_b, score_cutoff=1) <= 1:
        return W_FUZZY, ""
    if len(x) == len(y):
        matched = sum(1 for w in x if any(v == w or compare_words(v, w) <= W_FUZZY for v in y))
        if matched == len(x):
            return W_FUZZY, ""
    shared = [w for w in x if len(w) > 2 and w in y]
    if shared:
        return W_PART, max(shared, key=len)
    for w in x:
        for v in y:
            if len(w) > 3 and len(v) > 3 and compare_words(v, w) <= W_FUZZY:
                return W_PART, min(w, v)
    return W_DIFFERENT, ""


def compare_words(a: str, b: str) -> int:
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
    heard = sound(a)
    if heard == sound(b) and len(heard) >= 2 and JaroWinkler.similarity(a, b) >= 0.82:
        return W_VARIANT
    longer = max(len(a), len(b))
    if longer - shorter <= 2:
        distance = OSA.distance(a, b, score_cutoff=2)
        if distance == 1 and (shorter >= 4 or (shorter == 3 and longer == 4)):
            return W_FUZZY
        if distance == 2 and shorter >= 7 and JaroWinkler.similarity(a, b) >= 0.85:
            return W_FUZZY
    if shorter >= 4 and (a.startswith(b) or b.startswith(a) or a.endswith(b) or b.endswith(a)):
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


class Linker:
    """The records of one run with their frequencies and chances; compares and weighs pairs."""

    def __init__(self, sketches: Sequence[Sketch]) -> None:
        ordered = sorted(sketches, key=lambda s: s.key)
        for one, other in pairwise(ordered):
            if one.key == other.key:
                raise ValueError(f"Two records have the key {one.key}.")
        systems = {name: n for n, name in enumerate(sorted({s.system for s in ordered}))}
        self.records = [Record(s, systems[s.system]) for s in ordered]
        self.words = Words()
        self.m = [list(f) for f in M_LOG]
        self.count = len(self.records)
        total = self.count + BACKGROUND
        self._count_names(total)
        self._count_values(total)
        self.set_priors(max(total / max(2, len(systems)), 1.0))

    def set_priors(self, size: float) -> None:
        """log2 odds, before any evidence, of the same person against strangers and against two of one household; and
        how much an equal number says: two strangers share one only by a mistake, the less likely the more there are."""
        self.prior_across, self.prior_within = log2(0.6 / size), log2(0.04 / size)
        self.kin_across, self.kin_within = log2(0.6 / 3), log2(0.04 / 3)
        self.number_bits = max(-U_LOG[6][0], log2(20 * size))

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
        codes: Counter[str] = Counter(r.postcode for r in self.records if r.postcode)
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
            r.postcode_bits = -log2(codes[r.postcode] / total) if r.postcode else 16.0
            r.school_bits = -log2((schools[r.school] + 0.03 * BACKGROUND) / total)
            r.ethnic_bits = -log2((ethnic[r.ethnicity] + 40) / known)

    # -- comparing ----------------------------------------------------------------------------------------------------

    def compare(self, a: Record, b: Record, *, hurry: bool = False) -> tuple[tuple[int, ...], float, float] | None:
        """Levels of the fields, and log2 of their chance among strangers and in one household.

        ``hurry``: None as soon as the pair cannot be one person.
        """
        birth = self._birth(a, b)
        nhs = _nhs(a, b) if a.nhs and b.nhs else 3
        upn = (0 if a.upns & b.upns else 1) if a.upns and b.upns else 2
        if (
            hurry
            and birth in (B_DIFFERENT, B_UNBORN_FAR)
            and nhs > 1
            and upn
            and not (a.known or b.known or a.given == b.given or len(a.sounds & b.sounds) > 1)
        ):
            # Only two words of the name, said alike, could still make them one person.
            return None
        given, family, order, g_bits, f_bits, by_middle = self.names(a, b)
        if hurry and nhs > 1 and upn and (
            (birth in (B_DIFFERENT, B_UNBORN_FAR) and (given not in (G_EXACT, G_KNOWN) or family == F_DIFFERENT))
            or (given == G_DIFFERENT and family in (F_DIFFERENT, F_CARER, F_MISSING))
            or (given == G_DIFFERENT and birth != B_EXACT)
            or (given == G_MISSING and not (a.is_unborn or b.is_unborn) and family >= F_OTHER)
        ):  # fmt: skip
            return None
        strangers = U_LOG[0][given] if given >= G_INITIAL else 0.0
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
        if given == G_FUZZY and not order:
            x, y = self.given_bits.get(a.given, 0.0), self.given_bits.get(b.given, 0.0)
            if _is_slip(W_FUZZY, a.given, b.given, x, y, min(x, y), self.most_bits):
                kin -= 2.0
        # Nobody gives twins one name.
        if given <= G_KNOWN and birth in (B_EXACT, B_SWAPPED, B_CLOSE) and not a.is_custom:
            kin -= 5.0
        if given <= G_VARIANT and a.is_custom and b.is_custom:
            kin += 2.5
        # Nor do parents turn two names round for the next child.
        kin -= (0.0, 0.0, 2.0, 5.0)[by_middle]
        middle, m_bits = (4, 0.0) if by_middle else self.middle(a, b)
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
            strangers += max(U_LOG[8][house], -place_bits(a, b, house))
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
        strangers += U_LOG[5][sex]
        strangers += -self.number_bits if nhs == 0 else U_LOG[6][nhs]
        strangers += -self.number_bits if upn == 0 else U_LOG[7][upn]
        kin += R_LOG[3][middle] + R_LOG[4][birth] + R_LOG[5][sex] + R_LOG[6][nhs] + R_LOG[7][upn] + R_LOG[8][house]
        kin += R_LOG[9][school] + R_LOG[10][ethnic]
        return (given, family, order, middle, birth, sex, nhs, upn, house, school, ethnic), strangers, kin

    def names(self, a: Record, b: Record) -> tuple[int, int, int, float, float, int]:
        """Levels of given name, family name and their order, the bits of both, and how middle names were used."""
        compare = self.words.compare
        by_middle = 0
        if a.given == b.given and len(a.given) > 1:
            given, g_bits = G_EXACT, min(self.given_bits[a.given], self.most_bits)
        else:
            w, part = compare(a.given, b.given)
            if w == W_DIFFERENT and len(a.given) == 3 == len(b.given) and self._is_short_slip(a.given, b.given):
                w = W_FUZZY
            given = TO_GIVEN[w]
            g_bits = self._given_bits(w, a.given, b.given, part) if w < W_INITIAL else 0.0
            if a.known or b.known or given > G_VARIANT:
                given, g_bits, by_middle = self._given_otherwise(a, b, given, g_bits)
        if a.family == b.family and len(a.family) > 1:
            family, f_bits = F_EXACT, min(self.family_bits[a.family], self.most_bits)
        else:
            w, part = compare(a.family, b.family)
            family = TO_FAMILY[w]
            f_bits = self._family_bits(w, a.family, b.family, part) if w < W_INITIAL else 0.0
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
                gain = any_bits + self.m[0][G_MIDDLE] + self.m[1][F_OTHER] + self.m[2][1]
                if gain > g_bits + f_bits + self.m[0][given] + self.m[1][family]:
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

    def _any_order(self, a: Record, b: Record) -> float:
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
        return max(sum(best) - 1.0, 0.0) if len(best) == 2 else 0.0

    def _given_otherwise(self, a: Record, b: Record, given: int, bits: float) -> tuple[int, float, int]:
        """The given name through what somebody is known as, or through the middle name (1; 2 and 3: both crosswise)."""
        compare = self.words.compare
        for one, other in ((a.known, b.given), (a.given, b.known), (a.known, b.known)) if a.known or b.known else ():
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

    def _as_middle(self, name: str, other: Record) -> float:
        """Bits of a given name being a middle name of the other record; 0 if it is not."""
        for middle in other.middle_words if name else ():
            w, part = self.words.compare(name, middle)
            if w <= W_FUZZY and len(middle) > 2:
                return max(self._given_bits(w, name, middle, part), 1.0)
        return 0.0

    def _family_otherwise(self, a: Record, b: Record, family: int, bits: float) -> tuple[int, float]:
        """The family name through a former one, through another word of the name, or through the carer's."""
        compare = self.words.compare
        for one, other in (
            ((a.former, b.family), (a.family, b.former), (a.former, b.former)) if a.former or b.former else ()
        ):
            if one and other:
                w, part = compare(one, other)
                if w <= W_FUZZY:
                    return F_FORMER, max(self._family_bits(w, one, other, part) - 1, 1.0)
        if family in (F_DIFFERENT, F_MISSING) and (a.middle or b.middle):
            for name, others in ((a.family, b.middle_words), (b.family, a.middle_words)):
                for word in others if name else ():
                    w, part = compare(name, word)
                    if w <= W_VARIANT and len(word) > 2:
                        return F_OTHER, max(self._family_bits(w, name, word, part) - 2, 1.0)
        if family == F_DIFFERENT and (a.family_set & b.kin_words or b.family_set & a.kin_words):
            return F_CARER, 0.0
        return family, bits

    def middle(self, a: Record, b: Record) -> tuple[int, float]:
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

    def _birth(self, a: Record, b: Record) -> int:
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

    def _household(self, a: Record, b: Record) -> int:
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

    def priors(self, a: Record, b: Record) -> tuple[float, float]:
        """log2 odds before the evidence: against strangers, and against two people of one household."""
        if a.system == b.system:
            return self.prior_within, self.kin_within
        return self.prior_across, self.kin_across

    def weigh(
        self, a: Record, b: Record, found: tuple[tuple[int, ...], float, float]
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


def place_bits(a: Record, b: Record, house: int) -> float:
    """The most an agreement of one place may say: a hostel's telephone or a new estate's postcode is many people's."""
    if house == 1:
        return max(1.0, min(a.address_bits, b.address_bits))
    if house == 2 and a.postcode == b.postcode:
        return max(1.0, min(a.postcode_bits, b.postcode_bits))
    return 16.0


def _nhs(a: Record, b: Record) -> int:
    if not a.nhs or not b.nhs:
        return 3
    if a.nhs == b.nhs:
        return 0 if a.nhs_ok else 1
    if a.nhs_ok and b.nhs_ok:
        return 2
    return 1 if OSA.distance(a.nhs, b.nhs, score_cutoff=1) == 1 else 3


def _unborn(a: Record, b: Record) -> int:
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
