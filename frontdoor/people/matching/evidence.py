"""How two records agree, and what that weighs: the evidence for linkage. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import log2

from rapidfuzz.distance import OSA

from frontdoor.people.matching.births import compare_births
from frontdoor.people.matching.homes import compare_homes, place_bits
from frontdoor.people.matching.levels import (
    B_CLOSE,
    B_DIFFERENT,
    B_EXACT,
    B_SWAPPED,
    B_UNBORN_FAR,
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
from frontdoor.people.matching.names import Words, bits_of, is_slip
from frontdoor.people.matching.records import Record, Sketch

# Records that stand behind the data's own counts, so that a small extract does not make every name look common.
BACKGROUND = 2000


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
        birth = compare_births(a, b)
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
            if is_slip(W_FUZZY, a.given, b.given, x, y, min(x, y), self.most_bits):
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
        house = compare_homes(a, b)
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
        return near and is_slip(W_FUZZY, a, b, x, y, min(x, y), self.most_bits)

    def _given_bits(self, level: int, a: str, b: str, part: str) -> float:
        return bits_of(level, a, b, part, self.given_bits, self.family_bits, self.most_bits)

    def _family_bits(self, level: int, a: str, b: str, part: str) -> float:
        return bits_of(level, a, b, part, self.family_bits, self.given_bits, self.most_bits)

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


def _nhs(a: Record, b: Record) -> int:
    if not a.nhs or not b.nhs:
        return 3
    if a.nhs == b.nhs:
        return 0 if a.nhs_ok else 1
    if a.nhs_ok and b.nhs_ok:
        return 2
    return 1 if OSA.distance(a.nhs, b.nhs, score_cutoff=1) == 1 else 3
