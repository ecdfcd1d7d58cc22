"""How often names stand in a form of their own, and what an agreement through such a form says. Pure.

A former name, a short name or two names turned round are as rare among strangers as among the records of one person. So
what such an agreement says is not how common the name is alone, but how common the name is in that form.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from frontdoor.people.matching.levels import G_FUZZY, U_LOG
from frontdoor.people.matching.records import Record

# Two strangers' names are as near as a slip of the hand: of those hardly anybody bears.
NEAR = 2.0 ** U_LOG[0][G_FUZZY]


@dataclass(frozen=True, slots=True)
class Forms:
    """In bits: how surprising it is that one of two records has a former family name, a name somebody is known as, a
    middle name, a family name or a first name of two words or more, a first or a family name that is a letter only.
    ``rare``: the share of records with a name that hardly anybody else has."""

    former: float
    known: float
    middle: float
    double: float
    many: float
    initial: float
    family_initial: float
    rare: float


# What is usual among such records.
SHARES = (0.03, 0.06, 0.3, 0.08, 0.02, 0.004, 0.002, 0.05)


def _told(shares: Sequence[float]) -> Forms:
    *each, rare = shares
    bits = [-log2(1.0 - (1.0 - share) ** 2) for share in each]
    return Forms(*(*bits, rare))


USUAL_FORMS = _told(SHARES)


def forms_of(records: Sequence[Record], behind: int, is_rare: set[str]) -> Forms:
    """As these records have it, with so many usual ones behind them. ``is_rare``: the first names borne by one."""
    seen = [0] * len(SHARES)
    for r in records:
        for place, has in enumerate(
            (
                r.former and r.former != r.family,
                r.known and r.known != r.given,
                r.middle,
                len(r.family_words) > 1,
                len(r.given_words) > 1,
                len(r.given) == 1,
                len(r.family) == 1,
                r.given in is_rare,
            )
        ):
            seen[place] += bool(has)
    total = len(records) + behind
    return _told([(n + share * behind) / total for n, share in zip(seen, SHARES, strict=True)])


def through(bits: float, form: float, plain: float, chance: float) -> float:
    """Bits of a name that agrees through a form: of both, but never more than the plain agreement says in the end.

    Whatever happens to the records of one person happens to those of others: a form cannot make a name rarer.
    ``chance``: log2 of the chance of this form among the records of one person."""
    return max(min(bits + form, plain - chance), 1.0)


def slip_bits(common: float, chance: float, rare: float) -> float:
    """Bits of a spelling hardly anybody has beside the usual one: strangers of the usual name make such slips as often,
    and a few have a rare name that is like it."""
    return -log2(2.0 ** (chance - common) + rare * NEAR)
