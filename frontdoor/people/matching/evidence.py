"""How two records agree, and what that weighs: the evidence for linkage. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log2

from rapidfuzz.distance import OSA

from frontdoor.people.matching.births import compare_births
from frontdoor.people.matching.forms import SHARES, forms_of
from frontdoor.people.matching.homes import compare_homes, place_bits
from frontdoor.people.matching.levels import (
    B_CLOSE,
    B_DIFFERENT,
    B_EXACT,
    B_MONTH_OFF,
    B_SWAPPED,
    B_UNBORN_FAR,
    B_YEAR_OFF,
    F_CARER,
    F_DIFFERENT,
    F_EXACT,
    F_INITIAL,
    F_MISSING,
    F_OTHER,
    F_VARIANT,
    FIELDS,
    G_DIFFERENT,
    G_EXACT,
    G_FUZZY,
    G_INITIAL,
    G_KNOWN,
    G_MISSING,
    G_VARIANT,
    LEARNT,
    M_LOG,
    R_LOG,
    U_LOG,
    UPN_DIFFERENT,
    UPN_MISSING,
    UPN_SAME,
    UPN_TOGETHER,
    W_FUZZY,
)
from frontdoor.people.matching.names import Words, is_slip
from frontdoor.people.matching.naming import Naming
from frontdoor.people.matching.records import Record, Sketch

# Dates of birth so near that another first name may still be the same child's.
NEARLY = frozenset((B_EXACT, B_SWAPPED, B_CLOSE, B_MONTH_OFF, B_YEAR_OFF))
# Records that stand behind the data's own counts, so that a small extract does not make every name look common.
BACKGROUND = 2000


@dataclass(frozen=True, slots=True)
class Partners:
    """How many records of the same person a record has on average, before anything is known of it: ``across`` in each
    other system (of the smaller one's records), ``within`` in its own."""

    across: float = 0.6
    within: float = 0.04


# Before there is enough data to tell; so many records' worth of it stands behind what the data say.
USUAL = Partners()
BELIEVED = 50
# Nothing found in data makes a true pair likelier or rarer than this.
FEWEST, MOST = 0.001, 30.0

# Levels of the fields, log2 of their chance among strangers and in one household, and whether both are of one system.
Compared = tuple[tuple[int, ...], float, float, bool]


class Linker(Naming):
    """The records of one run with their frequencies and chances; compares and weighs pairs."""

    def __init__(self, sketches: Sequence[Sketch]) -> None:
        ordered = sorted(sketches, key=lambda s: s.key)
        for one, other in pairwise(ordered):
            if one.key == other.key:
                raise ValueError(f"Two records have the key {one.key}.")
        systems = {name: n for n, name in enumerate(sorted({s.system for s in ordered}))}
        self.sizes = list(Counter(s.system for s in ordered).values()) or [0]
        self.records = [Record(s, systems[s.system]) for s in ordered]
        self.words = Words()
        self.m = [list(f) for f in M_LOG]
        self.count = len(self.records)
        total = self.count + BACKGROUND
        self._count_names(total)
        self._count_values(total)
        self.set_priors(max(total / max(2, len(systems)), 1.0))
        self.take_partners(USUAL)

    def set_priors(self, size: float, partners: Partners = USUAL) -> None:
        """log2 odds, before any evidence, of the same person against strangers and against two of one household; and
        how much an equal number says: two strangers share one only by a mistake, the less likely the more there are."""
        self.number_bits = max(-U_LOG[6][0], log2(20 * size))
        self._set_odds(partners, size, size)

    def take_partners(self, partners: Partners) -> None:
        """Go by so many partners a record: among those of the largest system, or of its own."""
        behind = BACKGROUND / max(2, len(self.sizes))
        pairs = sum(size * (size - 1) for size in self.sizes)
        self._set_odds(partners, max(self.sizes) + behind, pairs / max(self.count, 1) + behind)

    def _set_odds(self, partners: Partners, across: float, within: float) -> None:
        self.partners = partners
        self.prior_across, self.prior_within = log2(partners.across / across), log2(partners.within / within)
        # Where few have a partner in the other system, few have a brother or sister there: one to five, either way.
        self.kin_across, self.kin_within = log2(0.6 / 3), log2(min(partners.within, 1.0) / 3)

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
        middles = Counter(w for r in self.records for w in r.middle_words)
        self.middle_bits = {w: -log2((n + 1.0) / total) for w, n in middles.items()}
        have_one = sum(1 for r in self.records if r.middle_words) + BACKGROUND * SHARES[2]
        self.no_middle_bits = -log2(have_one / total)
        letters = Counter(r.given[0] for r in self.records if r.given)
        self.letter_bits = {letter: -log2((n + BACKGROUND / 16) / total) for letter, n in letters.items()}
        self.forms = forms_of(self.records, BACKGROUND, {w for w, n in given.items() if n == 1})

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
        upn = _upn(a, b) if a.upns and b.upns else UPN_MISSING
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
            or (given == G_DIFFERENT and birth not in NEARLY)
            or (given == G_MISSING and not (a.is_unborn or b.is_unborn) and family >= F_OTHER)
        ):  # fmt: skip
            return None
        strangers = U_LOG[0][given] if given > G_INITIAL else 0.0
        strangers -= g_bits
        if family in (F_DIFFERENT, F_CARER, F_MISSING):
            strangers += U_LOG[1][family]
        strangers -= f_bits
        is_whole = given in (G_EXACT, G_VARIANT) and family in (F_EXACT, F_VARIANT)
        if is_whole and (a.full in self.births or b.full in self.births):
            # First and last names go together (Muhammad Khan): as many people of the whole name as birth dates.
            people = max(self.births.get(a.full, 1), self.births.get(b.full, 1))
            # Turned round, the name is as much rarer among strangers as it is among records of one person.
            strangers = max(strangers, log2(people / self.total) + (self.m[2][1] if order else 0.0))
        if strangers < -22.0:
            strangers = -22.0
        kin = R_LOG[0][given] + R_LOG[1][family] + R_LOG[2][order]
        if (given <= G_VARIANT or by_middle == 3) and (a.has_namesake or b.has_namesake) and birth != B_EXACT:
            kin += 5.0
        if given == G_FUZZY and not order:
            x, y = self.given_bits.get(a.given, 0.0), self.given_bits.get(b.given, 0.0)
            if is_slip(W_FUZZY, a.given, b.given, x, y, min(x, y), self.most_bits):
                kin -= 2.0
        # A letter alone is as rare among kin as it is elsewhere.
        kin -= self.forms.initial * (given == G_INITIAL) + self.forms.family_initial * (family == F_INITIAL)
        # Nobody gives twins one name.
        if given <= G_KNOWN and birth in (B_EXACT, B_SWAPPED, B_CLOSE) and not (a.is_custom and b.is_custom):
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

    def learn(self, pairs: Iterable[tuple[int, int]], share: float = 1.0, partners: Partners | None = None) -> None:
        """Estimate m and the number of partners by expectation and maximisation over these pairs.

        The pairs are ``share`` of all that are worth comparing, chosen without regard to what they are. m is held
        within a factor of three of its prior. ``partners``: given, not estimated.
        """
        records = self.records
        held = []
        if partners is not None:
            self.take_partners(partners)
        for i, j in pairs:
            found = self.compare(records[i], records[j], hurry=True)
            if found is not None:
                held.append((*found, records[i].system == records[j].system))
        for _ in range(6):
            if partners is None:
                self._learn_partners(held, share)
            if not self._learn_chances(held):
                break
        if partners is None:
            self._learn_partners(held, share)

    def _learn_partners(self, held: Sequence[Compared], share: float) -> None:
        """How many partners a record has, from how many of the pairs are likely of one person, turn by turn."""
        apart: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
        for levels, strangers, kin, is_within in held:
            same = sum(self.m[n][level] for n, level in enumerate(levels))
            if same - strangers > 0:
                apart[is_within].append((same - strangers, same - kin))
        # Pairs there could be one of for each record: as many as the largest system leaves to the others.
        alone = max(self.sizes)
        crossing = (self.count**2 - sum(size**2 for size in self.sizes)) / 2 / alone
        for _ in range(30):
            before = self.partners
            odds = (self.prior_across, self.kin_across), (self.prior_within, self.kin_within)
            found = [
                sum(
                    1.0 / (1.0 + 2.0 ** min(60.0, -same - prior) + 2.0 ** min(60.0, -other - kin))
                    for same, other in pairs
                )
                / share
                for pairs, (prior, kin) in zip(apart, odds, strict=True)
            ]
            self.take_partners(
                Partners(
                    _bounded((found[0] + BELIEVED * USUAL.across) / (crossing + BELIEVED)),
                    _bounded((2 * found[1] + BELIEVED * USUAL.within) / (self.count + BELIEVED)),
                )
            )
            if all(
                abs(log2(now / was)) < 0.01
                for now, was in (
                    (self.partners.across, before.across),
                    (self.partners.within, before.within),
                )
            ):
                return

    def _learn_chances(self, held: Sequence[Compared]) -> bool:
        """One turn of estimating m. False when there are too few pairs to learn from."""
        counts = [[0.0] * len(f) for f in FIELDS]
        expected = 0.0
        for levels, strangers, relatives, is_within in held:
            same = sum(self.m[n][level] for n, level in enumerate(levels))
            strangers -= self.prior_within if is_within else self.prior_across
            relatives -= self.kin_within if is_within else self.kin_across
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
            return False
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
        return True


def _bounded(partners: float) -> float:
    return min(max(partners, FEWEST), MOST)


def _upn(a: Record, b: Record) -> int:
    """A UPN is a check letter, nine digits for authority, school and year, and a serial. A child who changed school has
    another number; two of one school and year are two children who were enrolled together."""
    if a.upns & b.upns:
        return UPN_SAME
    return UPN_TOGETHER if {upn[1:10] for upn in a.upns} & {upn[1:10] for upn in b.upns} else UPN_DIFFERENT


def _nhs(a: Record, b: Record) -> int:
    if not a.nhs or not b.nhs:
        return 3
    if a.nhs == b.nhs:
        return 0 if a.nhs_ok else 1
    if a.nhs_ok and b.nhs_ok:
        return 2
    return 1 if OSA.distance(a.nhs, b.nhs, score_cutoff=1) == 1 else 3
