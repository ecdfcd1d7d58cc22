"""How two records' names agree, through whatever form, and how much that says: the evidence of names. Pure."""

from rapidfuzz.distance import OSA

from frontdoor.people.matching.forms import Forms, slip_bits, through
from frontdoor.people.matching.levels import (
    F_CARER,
    F_DIFFERENT,
    F_EXACT,
    F_FORMER,
    F_MISSING,
    F_OTHER,
    G_DIFFERENT,
    G_EXACT,
    G_FUZZY,
    G_KNOWN,
    G_MIDDLE,
    G_PART,
    G_VARIANT,
    TO_FAMILY,
    TO_GIVEN,
    W_DIFFERENT,
    W_EXACT,
    W_FUZZY,
    W_INITIAL,
    W_MISSING,
    W_PART,
    W_VARIANT,
)
from frontdoor.people.matching.names import Words, bits_of, is_slip
from frontdoor.people.matching.records import CUSTOM, Record
from frontdoor.people.matching.spellings import same_family

# First name, family name and order speak of one event where a chain of names is turned: it is not three chances.
CHAIN_BITS = 5.0


class Naming:
    """How rare names are in these records, and what two records' names say."""

    words: Words
    # log2 of the chances among the records of one person, field by field.
    m: list[list[float]]
    # Bits of each word as a first, a family and a middle name, of a first letter, and the most a name may say.
    given_bits: dict[str, float]
    family_bits: dict[str, float]
    middle_bits: dict[str, float]
    # Bits of having a middle name at all.
    no_middle_bits: float
    letter_bits: dict[str, float]
    most_bits: float
    forms: Forms

    def names(self, a: Record, b: Record) -> tuple[int, int, int, float, float, int]:
        """Levels of given name, family name and their order, the bits of both, and how middle names were used."""
        compare = self.words.compare
        by_middle = 0
        if a.given == b.given and len(a.given) > 1:
            given, g_bits = G_EXACT, min(self.given_bits[a.given], self.most_bits)
        else:
            w, part = compare(a.given, b.given)
            if w == W_DIFFERENT:
                w = self._of_short_names(a.given, b.given)
            given = TO_GIVEN[w]
            g_bits = self._given_bits(w, a.given, b.given, part)
            if a.known or b.known or given > G_VARIANT:
                given, g_bits, by_middle = self._given_otherwise(a, b, given, g_bits)
        if a.family == b.family and len(a.family) > 1:
            family, f_bits = F_EXACT, min(self.family_bits[a.family], self.most_bits)
        else:
            w, part = compare(a.family, b.family)
            family = TO_FAMILY[w]
            f_bits = self._family_bits(w, a.family, b.family, part)
            if family > F_FORMER:
                family, f_bits = self._family_otherwise(a, b, family, f_bits)
        if given >= G_DIFFERENT or family in (F_DIFFERENT, F_CARER, F_MISSING, F_OTHER):
            w, part = compare(a.given, b.family)
            v, part_v = compare(a.family, b.given)
            if (w <= W_PART and (v <= W_PART or v == W_MISSING)) or (v <= W_PART and w == W_MISSING):
                one, two = (
                    self._either_bits(w, a.given, b.family, part),
                    self._either_bits(v, a.family, b.given, part_v),
                )
                if w == W_EXACT == v:
                    # As rare as the names are the wrong way round: Ahmed Ali is a name too, Prowse Ffion a mistake.
                    turned = through(max(self._as_written(a), self._as_written(b)), 0.0, one + two, self.m[2][1])
                    one, two = one + (turned - one - two) / 2, two + (turned - one - two) / 2
                # Which of the two names is whose given one nobody can say, least of all the order of the records. The
                # closer agreement counts as the family name's, which brothers and sisters share.
                (close, f_at), (loose, g_at) = sorted(((w, one), (v, two)), key=lambda each: (each[0], -each[1]))
                gain = one + two + self.m[0][TO_GIVEN[loose]] + self.m[1][TO_FAMILY[close]] + self.m[2][1]
                if gain > g_bits + f_bits + self.m[0][given] + self.m[1][family]:
                    return TO_GIVEN[loose], TO_FAMILY[close], 1, g_at, f_at, 1
            if len(a.sounds & b.sounds) > 1:
                any_bits = self._any_order(a, b)
                is_chain = bool(any_bits) and given in (G_MIDDLE, G_DIFFERENT) and self._is_chain(a, b)
                any_bits += CHAIN_BITS if is_chain else 0.0
                gain = any_bits + self.m[0][G_MIDDLE] + self.m[1][F_OTHER] + self.m[2][1]
                if gain > g_bits + f_bits + self.m[0][given] + self.m[1][family]:
                    return G_MIDDLE, F_OTHER, 1, any_bits / 2, any_bits / 2, 3 if is_chain else 1
        return given, family, 0, g_bits, f_bits, by_middle

    def _is_chain(self, a: Record, b: Record) -> bool:
        """Whether each one's first name stands somewhere in the other's name: a chain of names in another order.

        Brothers, or a parent and a child, share the names of their fathers, and one has a first name of his own."""
        return all(
            any(self.words.compare(word, other)[0] <= W_VARIANT for other in two.all_words)
            for one, two in ((a, b), (b, a))
            for word in one.given_words
        ) and bool(a.given_words and b.given_words)

    def _of_short_names(self, a: str, b: str) -> int:
        """The level of two first names of which one is short.

        Names of two or three letters differ by one and mean two people (Leo, Lea), unless one is hardly a name (Lep);
        and three letters may be the beginning of a name that is said in short (Rhi)."""
        shorter, longer = sorted((a, b), key=len)
        if len(shorter) >= 2 and len(longer) <= 3 and OSA.distance(a, b, score_cutoff=1) == 1:
            x, y = self.given_bits.get(a, self.most_bits), self.given_bits.get(b, self.most_bits)
            return W_FUZZY if is_slip(W_FUZZY, a, b, x, y, min(x, y), self.most_bits) else W_DIFFERENT
        is_short = len(shorter) == 3 and len(longer) > 4 and longer.startswith(shorter) and longer.isalpha()
        return W_PART if is_short else W_DIFFERENT

    def _given_bits(self, level: int, a: str, b: str, part: str) -> float:
        """Bits of two first names that agree at this level of words; the form they agree through counts in."""
        if level == W_INITIAL:
            return self.letter_bits.get(a[:1], 4.0) + self.forms.initial
        return self._bits(level, a, b, part, 0)

    def _family_bits(self, level: int, a: str, b: str, part: str) -> float:
        """The same of two family names."""
        if level == W_INITIAL:
            return 4.0 + self.forms.family_initial
        return self._bits(level, a, b, part, 1)

    def _bits(self, level: int, a: str, b: str, part: str, place: int) -> float:
        first, second = (self.family_bits, self.given_bits) if place else (self.given_bits, self.family_bits)
        most, chance = self.most_bits, self.m[place][(TO_GIVEN, TO_FAMILY)[place][level]]
        if level == W_PART:
            shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
            x, y = (min(first.get(w, second.get(w, most)), most) for w in (shorter, longer))
            if shorter == part:
                # One word alone here, one of several there; but not the name that brothers share, the next telling
                # them apart.
                if not any(same_family(part, shared) for shared in CUSTOM):
                    return through(x, self.forms.double if place else self.forms.many, x, chance)
            elif not part and not place:
                # A short form of a name, as the data have it.
                return through(x, 0.0, y, chance)
        elif level in (W_VARIANT, W_FUZZY):
            x, y = first.get(a, second.get(a, most)), first.get(b, second.get(b, most))
            common = min(x, y, most)
            if is_slip(level, a, b, x, y, common, most):
                return max(slip_bits(common, chance, self.forms.rare), 1.0)
        return bits_of(level, a, b, part, first, second, most)

    def _paid(self, level: int, a: str, b: str, part: str, place: int) -> float:
        """Bits of a name (``place`` 0: a first, 1: a family name) that agrees through a form and a slip in one level:
        those of the slip, less its chance, for that is not counted with the level."""
        if level == W_EXACT:
            return self._bits(level, a, b, part, place)
        return self._bits(level, a, b, part, place) + self.m[place][(TO_GIVEN, TO_FAMILY)[place][level]]

    def _either_bits(self, level: int, a: str, b: str, part: str) -> float:
        """Bits of a first name that is the other's family name: as common as it is as either."""
        return min(self._given_bits(level, a, b, part), self._family_bits(level, a, b, part))

    def _as_written(self, r: Record) -> float:
        """Bits of a first and a family name, each where it stands."""
        given, family = self.given_bits.get(r.given, self.most_bits), self.family_bits.get(r.family, self.most_bits)
        return min(given, self.most_bits) + min(family, self.most_bits)

    def _any_order(self, a: Record, b: Record) -> float:
        """Bits of the two rarest words of the name that both have anywhere: customs differ in which stands where."""
        alike = [
            (min(self._given_bits(W_EXACT, x, y, ""), self._family_bits(W_EXACT, x, y, "")), x, y)
            for x in a.all_words
            for y in b.all_words
            if len(x) > 2 and len(y) > 2 and self.words.compare(x, y)[0] <= W_VARIANT
        ]
        # The rarest, and the rarest of those of two other words: the same whichever record is asked first.
        alike.sort(key=lambda each: -each[0])
        best = max(
            (
                one[0] + two[0]
                for n, one in enumerate(alike)
                for two in alike[n + 1 :]
                if one[1] != two[1] and one[2] != two[2]
            ),
            default=1.0,
        )
        return max(best - 1.0, 0.0)

    def _given_otherwise(self, a: Record, b: Record, given: int, g_bits: float) -> tuple[int, float, int]:
        """The given name through what somebody is known as, or through the middle name (1; 2 and 3: both crosswise)."""
        compare = self.words.compare
        ways = []
        for one, other in ((a.known, b.given), (a.given, b.known), (a.known, b.known)) if a.known or b.known else ():
            if one and other:
                w, part = compare(one, other)
                if w <= W_FUZZY:
                    level = G_KNOWN if w == W_EXACT else TO_GIVEN[w]
                    bits = self._given_bits(w, one, other, part)
                    # A form and a slip are two events, and the level of a slip has the chance of one of them.
                    bits = through(bits, self.forms.known, bits, self.m[0][G_KNOWN]) if w == W_EXACT else bits - 1.0
                    ways.append((level, -max(bits, 1.0)))
        if ways:
            # The best of all ways, not the first: which is the first depends on the order of the records.
            level, against = min(ways)
            if level == G_KNOWN and given > G_KNOWN:
                return G_KNOWN, -against, 0
            if given > G_FUZZY:
                given, g_bits = level, -against
        if given > G_PART and (a.middle or b.middle):
            one_way, other_way = self._as_middle(a.given, b), self._as_middle(b.given, a)
            if one_way and other_way:
                return G_MIDDLE, max(one_way + other_way - 1, 1.0), 3
            if one_way or other_way:
                first, rest = (b.given, a.middle_words) if one_way else (a.given, b.middle_words)
                if any(len(w) == 1 and first.startswith(w) for w in rest):
                    return G_MIDDLE, max(one_way + other_way + 1, 1.0), 2
                bits = one_way + other_way
                return G_MIDDLE, through(bits, self.forms.middle, bits, self.m[0][G_MIDDLE]), 1
        return given, g_bits, 0

    def _as_middle(self, name: str, other: Record) -> float:
        """Bits of a given name being a middle name of the other record; 0 if it is not."""
        for middle in other.middle_words if name else ():
            w, part = self.words.compare(name, middle)
            if w <= W_FUZZY and len(middle) > 2:
                return max(self._paid(w, name, middle, part, 0), 1.0)
        return 0.0

    def _family_otherwise(self, a: Record, b: Record, family: int, bits: float) -> tuple[int, float]:
        """The family name through a former one, through another word of the name, or through the carer's."""
        compare = self.words.compare
        found = []
        for one, other in (
            ((a.former, b.family), (a.family, b.former), (a.former, b.former)) if a.former or b.former else ()
        ):
            if one and other:
                w, part = compare(one, other)
                if w <= W_FUZZY:
                    plain = self._paid(w, one, other, part, 1)
                    found.append(through(plain, self.forms.former, plain, self.m[1][F_FORMER]))
        if found:
            return F_FORMER, max(found)
        if family in (F_DIFFERENT, F_MISSING) and (a.middle or b.middle):
            for name, others in ((a.family, b.middle_words), (b.family, a.middle_words)):
                for word in others if name else ():
                    w, part = compare(name, word)
                    if w <= W_VARIANT and len(word) > 2:
                        # As rare as the word is as a middle name: a father's is, James is not.
                        plain = self._paid(w, name, word, part, 1)
                        filed = min(self.middle_bits.get(word, self.most_bits), self.most_bits)
                        found.append(through(filed, 0.0, plain, self.m[1][F_OTHER]))
        if found:
            return F_OTHER, max(found)
        if family == F_DIFFERENT and (a.family_set & b.kin_words or b.family_set & a.kin_words):
            return F_CARER, 0.0
        return family, bits

    def middle(self, a: Record, b: Record) -> tuple[int, float]:
        if not a.middle or not b.middle:
            return 4, 0.0
        w, part = self.words.compare(a.middle, b.middle)
        if w == W_EXACT:
            # As common as it is among middle names: a father's name, or James, is rarer as a first name.
            filed = min(max(self.middle_bits.get(word, 7.0) for word in r.middle_words) for r in (a, b))
            bits = min(self._given_bits(W_EXACT, a.middle, b.middle, part), filed - self.no_middle_bits, 7.0)
            return 0, max(bits, 1.0)
        if w == W_INITIAL:
            return 1, 0.0
        if w in (W_VARIANT, W_FUZZY, W_PART):
            return 2, 0.0
        for x in a.middle_words:
            for y in b.middle_words:
                if x[0] == y[0] and (len(x) == 1 or len(y) == 1):
                    return 1, 0.0
        # A father's name that one system files as a middle and the other as a family name is not another name.
        for one, two in ((a, b), (b, a)):
            if any(self.words.compare(x, y)[0] <= W_VARIANT for x in one.middle_words for y in two.family_words):
                return 4, 0.0
        return 3, 0.0
