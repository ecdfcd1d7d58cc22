"""Which records are of one person: probabilistic linkage of whole extracts, after Fellegi and Sunter. Pure.

1. Records that share a blocking key are compared, field by field; each field agrees at a *level* (the same, alike,
   different, missing).
2. A pair is one of three things: the same person, two people of one household (brother and sister, twins, parent and
   child), or strangers. Each level has a chance under each of the three; a name's chance among strangers is how common
   it is in the data. So a shared surname, address and telephone speak against strangers, and never against a sibling.
3. How often true pairs agree (m) is estimated from the data by expectation and maximisation, held near the priors
   written here, which come from general knowledge of such records and not from one extract.
4. How many records have a partner at all is estimated with it: it decides how much evidence a pair needs.
5. What is nearly certain, has no rival and contradicts nothing is linked by itself; the rest above a threshold is for
   a person to decide. How nearly certain follows from the errors to expect in the data at hand.

Nothing here depends on the order of the records or on chance.
"""

import gc
import multiprocessing
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import gcd, log2
from typing import Any

from frontdoor.people.matching.evidence import USUAL, Linker, Partners
from frontdoor.people.matching.homes import place_bits
from frontdoor.people.matching.levels import (
    B_DIFFERENT,
    B_EST_FAR,
    B_EXACT,
    B_UNBORN_FAR,
    F_DIFFERENT,
    F_EXACT,
    F_FORMER,
    F_VARIANT,
    G_DIFFERENT,
    G_EXACT,
    G_MIDDLE,
    G_VARIANT,
    SENTENCES,
    U_LOG,
    UPN_SAME,
    UPN_TOGETHER,
    W_DIFFERENT,
)
from frontdoor.people.matching.records import Record, Sketch, candidates
from frontdoor.people.matching.rivals import alone, weighed_together

__all__ = ["Linked", "Pair", "Partners", "Sketch", "link"]

# A pair at or above a threshold is linked without a person, if nothing speaks against it. It is the lowest of these,
# but none under the floor, at which no more than so many of the pairs linked are expected to be wrong.
STEPS = (0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999)
FLOOR = 0.95
WRONG = 0.001
# So few pairs say nothing of their errors: then this one, if none is given.
FEW, CAUTIOUS = 100, 0.998
# The doubt of a pair that is under it.
UNSETTLED = "The evidence alone does not settle it."
# At or above this one a pair is shown to a person.
REVIEW = 0.15
# At or above this one a pair counts as somebody else whom a record may be.
RIVALS = 0.02
NOBODY_ELSE = "Nobody else in the other system could be meant"
SOMEBODY_ELSE = "Somebody else in the other system may be meant"
# A rival within this many bits makes a link a person's decision.
RIVAL_BITS = 7.0
# First names that are plainly one; a parent of the same name and number is so many years older.
NAMED = (G_EXACT, G_VARIANT)
A_CHILD = 10
# Pairs from which the chances and the number of partners are estimated.
SAMPLE = 50_000


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
    # log2 of the chances the estimation ended with, field by field.
    logs: tuple[tuple[float, ...], ...] = ()
    # How many partners a record has on average, as the estimation ended or as given.
    partners: Partners = USUAL
    # From which probability pairs were linked, and which threshold the errors to expect speak for.
    threshold: float = STEPS[-1]
    chosen: float = STEPS[-1]

    @property
    def expected_wrong(self) -> float:
        """How many of the pairs linked without a person are to be expected wrong, by their probabilities."""
        return sum(1 - p.probability for p in self.pairs if p.is_automatic)

    def more_from(self, threshold: float) -> tuple[int, float]:
        """How many more pairs this threshold would link, where nothing else speaks against, and how many wrong ones."""
        more = [p for p in self.pairs if p.doubts == (UNSETTLED,) and p.probability >= threshold]
        return len(more), sum(1 - p.probability for p in more)

    @property
    def automatic(self) -> tuple[Pair, ...]:
        """The pairs linked without a person."""
        return tuple(p for p in self.pairs if p.is_automatic)

    @property
    def review(self) -> tuple[Pair, ...]:
        """The pairs a person has to decide."""
        return tuple(p for p in self.pairs if not p.is_automatic)


_STATE: dict[str, Any] = {}

Kept = tuple[int, int, float, float]  # records, weight, log2 odds
Beside = dict[tuple[int, int], float]  # what the other candidates of a pair's records add to its weight
Asked = tuple[int, int, list[str]]  # records, what speaks against joining them


def _weigh_part(number: int) -> tuple[int, list[Kept]]:
    """Compare the pairs of one part; runs in a child process, which has the linker from its parent."""
    linker: Linker = _STATE["linker"]
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
    sketches: Sequence[Sketch],
    *,
    automatic: float | None = None,
    floor: float = FLOOR,
    review: float = REVIEW,
    processes: int = 1,
    partners: Partners | None = None,
) -> Linked:
    """Find the records that are of one person, across systems and within them.

    ``automatic``, ``floor`` and ``review`` are probabilities. Pairs are linked from the threshold the data speak for,
    never under ``floor`` nor under ``automatic`` if it is given; ``review`` shows a pair to a person. ``processes``
    above 1 divides the comparing where the platform can fork. The answer does not depend on it, nor on the order of
    ``sketches``. ``partners``: how many records of the same person a record has on average, where somebody knows; else
    it is estimated.
    """
    collects = gc.isenabled()
    gc.disable()  # Millions of small objects and not one cycle: looking for cycles would take a third of the time.
    try:
        return _link(sketches, automatic, floor, review, processes, partners)
    finally:
        _STATE.clear()
        if collects:
            gc.enable()


def _link(
    sketches: Sequence[Sketch],
    automatic: float | None,
    floor: float,
    review: float,
    processes: int,
    partners: Partners | None,
) -> Linked:
    linker = Linker(sketches)
    if linker.count < 2:
        return Linked((), (), 0)
    parts = candidates(linker.records)
    sample, share = _sample(parts, linker.count)
    linker.learn(sample, share, partners)
    _STATE.update(linker=linker, parts=parts, least=min(_odds(review), _odds(floor), _odds(RIVALS)))
    can_fork = "fork" in multiprocessing.get_all_start_methods() and not multiprocessing.current_process().daemon
    if processes > 1 and len(parts) > 1 and can_fork:
        answers = _divided(len(parts), processes)
    else:
        answers = [_weigh_part(number) for number in range(len(parts))]
    every = [k for _, found in answers for k in found]
    beside = _beside(linker, every)
    least = min(_odds(review), _odds(floor))
    kept = sorted(
        ((i, j, w + beside[i, j], odds + beside[i, j]) for i, j, w, odds in every if odds + beside[i, j] >= least),
        key=lambda k: (-round(k[3], 6), k[0], k[1]),
    )
    doubts = [
        contradictions(linker, a, b) + ["A record is protected."] * (a.is_protected or b.is_protected)
        for a, b in ((linker.records[i], linker.records[j]) for i, j, _, _ in kept)
    ]
    clear = [_probability(odds) for (_, _, _, odds), speaks in zip(kept, doubts, strict=True) if not speaks]
    chosen = choose(clear, floor, max(automatic or CAUTIOUS, floor))
    return replace(
        _decide(linker, kept, doubts, max(automatic or floor, chosen), beside),
        chosen=chosen,
        compared=sum(count for count, _ in answers),
    )


def _beside(linker: Linker, kept: Sequence[Kept]) -> Beside:
    """What the other candidates of the two records add to the weight of each pair, or take from it.

    Protected records count as nobody's: what is said of a pair must not tell that there is one."""
    records, sizes = linker.records, Counter(r.system for r in linker.records)
    crossing = sorted(
        (i, j, odds)
        for i, j, _, odds in kept
        if records[i].system != records[j].system and not (records[i].is_protected or records[j].is_protected)
    )
    again = {(i, j) for i, j, _, odds in kept if records[i].system == records[j].system and odds >= _odds(REVIEW)}
    found = weighed_together(
        crossing,
        lambda i, j: i * len(sizes) + records[j].system,
        lambda node: alone(sizes[node % len(sizes)] * 2.0**linker.prior_across),
        again,
    )
    beside = {(i, j): 0.0 for i, j, _, _ in kept}
    return beside | {(i, j): now - was for (i, j, was), now in zip(crossing, found, strict=True)}


def choose(probabilities: Sequence[float], floor: float, usual: float) -> float:
    """The lowest threshold, none under ``floor``, at which at most one in a thousand of these pairs is expected wrong.

    The strictest where there is none, the ``usual`` one where there are too few pairs to tell. ``probabilities`` are of
    the pairs nothing speaks against.
    """
    if sum(p >= floor for p in probabilities) < FEW:
        return usual
    steps = sorted({floor, *(step for step in STEPS if step > floor)})
    for step in steps[:-1]:
        over = [p for p in probabilities if p >= step]
        if over and sum(1 - p for p in over) <= WRONG * len(over):
            return step
    return steps[-1]


def _divided(parts: int, processes: int) -> list[tuple[int, list[Kept]]]:
    """The parts shared out between this process and forked ones. This one works too: each process that works comes to
    have memory of its own for all records, and one that only waits would be one more.
    """
    context = multiprocessing.get_context("fork")
    helpers = []
    for turn in range(1, processes):
        receiver, sender = context.Pipe(duplex=False)
        helper = context.Process(target=_help, args=(sender, range(turn, parts, processes)))
        helper.start()
        sender.close()
        helpers.append((helper, receiver))
    answers = [_weigh_part(number) for number in range(0, parts, processes)]
    for helper, receiver in helpers:
        try:
            answers += receiver.recv()
        except EOFError:
            raise RuntimeError("A process that compared records ended before its answer.") from None
        helper.join()
    return answers


def _help(sender: Any, numbers: range) -> None:
    """What a forked process does: its parts, and the answer sent back."""
    sender.send([_weigh_part(number) for number in numbers])
    sender.close()


def _odds(probability: float) -> float:
    return log2(probability / (1 - probability))


def _probability(odds: float) -> float:
    return 1 / (1 + 2 ** min(-odds, 60))


def _sample(parts: list["array[int]"], n: int) -> tuple[Iterator[tuple[int, int]], float]:
    """Some 50,000 pairs for estimating, and which share of all they are.

    Every pair of as many records as it takes: pairs chosen from among the keys would be those that share many, and true
    ones more often than they are.
    """
    found = array("Q")
    # Parts far from each other, each once: the step has no divisor in common with their number.
    step = next(s for s in range(int(len(parts) * 0.618) or 1, 2 * len(parts) + 2) if gcd(s, len(parts)) == 1)
    taken = 0
    while taken < len(parts) and len(found) < SAMPLE:
        found.extend(sorted(set(parts[taken * step % len(parts)])))
        taken += 1
    return (divmod(packed, n) for packed in found), taken / len(parts)


def _decide(linker: Linker, kept: list[Kept], spoken: Sequence[list[str]], threshold: float, beside: Beside) -> Linked:
    """Which pairs are linked by themselves: strongest first, joining groups only where nothing contradicts.

    ``spoken``: what speaks against each pair, however likely it is.
    """
    records, automatic = linker.records, _odds(threshold)
    near: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    sure: set[tuple[int, int]] = set()
    for i, j, _, odds in kept:
        near[i].append((j, odds))
        near[j].append((i, odds))
        if odds >= automatic:
            sure.add((i, j))
    group = {i: [i] for i in near}
    doubted: list[list[str]] = []
    for (i, j, _, odds), against in zip(kept, spoken, strict=True):
        doubts = [UNSETTLED] * (odds < automatic) + against
        rivals = _rivals(records, near, sure, i, j, odds) + _rivals(records, near, sure, j, i, odds)
        if any(not records[k].is_protected for k in rivals):
            doubts.append("Another record of the same system fits about as well.")
        elif rivals and UNSETTLED not in doubts:
            # A protected one: a person decides, and is not told why.
            doubts.insert(0, UNSETTLED)
        doubted.append(doubts)
    for equals in _equally_strong(kept):
        _join(linker, group, [(kept[n][0], kept[n][1], doubted[n]) for n in equals if not doubted[n]])
    pairs = []
    for (i, j, weight, odds), doubts in zip(kept, doubted, strict=True):
        a, b = records[i], records[j]
        said = reasons_of(linker, a, b, beside[i, j])
        pairs.append(
            Pair(a.key, b.key, round(weight, 2), round(_probability(odds), 6), said, not doubts, tuple(doubts))
        )
    clusters = {tuple(records[m].key for m in members) for members in group.values() if len(members) > 1}
    return Linked(
        tuple(pairs), tuple(sorted(clusters)), 0, tuple(tuple(row) for row in linker.m), linker.partners, threshold
    )


def _equally_strong(kept: list[Kept]) -> Iterator[list[int]]:
    """The places of pairs that are exactly as strong as each other, strongest first."""
    for _, places in groupby(range(len(kept)), key=lambda n: round(kept[n][3], 6)):
        yield list(places)


def _join(linker: Linker, group: dict[int, list[int]], pairs: Sequence[Asked]) -> None:
    """Bring the groups of these pairs together where nothing contradicts; where something does, all are doubted.

    The pairs are equally strong, so none goes before another: whose key sorts first must not decide who is joined.
    """
    bundles: dict[int, tuple[set[int], list[Asked]]] = {}
    for pair in pairs:
        if group[pair[0]] is group[pair[1]]:
            continue
        members, asked = {*group[pair[0]], *group[pair[1]]}, [pair]
        for more, others in {id(bundles[m]): bundles[m] for m in members if m in bundles}.values():
            members |= more
            asked += others
        bundles |= dict.fromkeys(members, (members, asked))
    for members, asked in {id(bundle): bundle for bundle in bundles.values()}.values():
        said, joined = {(i, j) for i, j, _ in asked}, sorted(members)
        crossing = (
            (x, y)
            for n, x in enumerate(joined)
            for y in joined[n + 1 :]
            if group[x] is not group[y] and (x, y) not in said
        )
        if any(_keeps_apart(linker, x, y) for x, y in crossing):
            for _, _, doubts in asked:
                doubts.append("Linking them would join records that contradict one another.")
        else:
            group |= dict.fromkeys(joined, joined)


def _rivals(
    records: list[Record],
    near: dict[int, list[tuple[int, float]]],
    sure: set[tuple[int, int]],
    i: int,
    j: int,
    odds: float,
) -> list[int]:
    """The other records of j's system that fit i about as well as j does, and are not j over again."""
    return [
        other
        for other, its in near[i]
        if (
            other != j
            and records[other].system == records[j].system
            and records[i].system != records[j].system
            and its >= odds - RIVAL_BITS
            and (min(other, j), max(other, j)) not in sure
        )
    ]


def contradictions(linker: Linker, a: Record, b: Record) -> list[str]:
    """Why two records cannot be linked without a person, in whole sentences."""
    found = linker.compare(a, b)
    assert found is not None
    given, family, _, _, birth, sex, nhs, upn, house, _, _ = found[0]
    is_numbered, doubts = nhs == 0 or upn == UPN_SAME, []
    if nhs == 2:
        doubts.append("Their NHS numbers are both valid and different.")
    if upn == UPN_TOGETHER and not (nhs == 0 and given <= G_VARIANT and birth == B_EXACT):
        doubts.append("One school gave them different pupil numbers in one year, as it does to two children.")
    is_named = given in NAMED and family in (F_EXACT, F_VARIANT, F_FORMER)
    is_mistyped = is_numbered and is_named and abs(a.year - b.year) < A_CHILD and not (a.has_namesake or b.has_namesake)
    if birth in (B_DIFFERENT, B_UNBORN_FAR, B_EST_FAR) and not (birth == B_DIFFERENT and is_mistyped):
        doubts.append("Their dates of birth cannot be one date.")
    if sex == 1 and not (is_numbered and given <= G_VARIANT and birth == B_EXACT):
        doubts.append("Their recorded sexes are different.")
    is_sure = birth == B_EXACT and (
        (nhs == 0 and upn == UPN_SAME) or (is_numbered and family == F_EXACT and is_short_for(a.given, b.given))
    )
    if given == G_DIFFERENT and not is_sure:
        doubts.append("Their first names are different.")
    elif given == G_MIDDLE and not is_numbered and has_each_its_own(linker, a, b):
        doubts.append("Each has a name that the other has not, as brothers and sisters do.")
    if family == F_DIFFERENT and nhs and upn and (birth != B_EXACT or house > 1):
        doubts.append("Their family names are different.")
    return doubts


def is_short_for(one: str, other: str) -> bool:
    """Whether one name is some letters of the other in their order, the first among them: Vera and Veronika."""
    shorter, longer = sorted((one, other), key=len)
    letters = iter(longer)
    return len(shorter) >= 3 and longer[:1] == shorter[:1] and all(letter in letters for letter in shorter)


def has_each_its_own(linker: Linker, a: Record, b: Record) -> bool:
    """Whether each one's name has a word that the other's has in no form: brothers and sisters share the names of their
    fathers, in whatever places, and each has one of its own."""
    words = [
        {w for w in (*r.all_words, *r.known.split(), *r.former.split()) if len(w) > 1 and w not in r.kin_words}
        for r in (a, b)
    ]
    every = [{*r.all_words, *r.known.split(), *r.former.split()} for r in (a, b)]
    return all(
        any(all(linker.words.compare(w, v)[0] >= W_DIFFERENT for v in other) for w in one)
        for one, other in ((words[0], every[1]), (words[1], every[0]))
    )


def _keeps_apart(linker: Linker, x: int, y: int) -> bool:
    a, b = linker.records[min(x, y)], linker.records[max(x, y)]
    if contradictions(linker, a, b):
        return True
    found = linker.compare(a, b)
    assert found is not None
    return linker.weigh(a, b, found)[1] < 0


def reasons_of(linker: Linker, a: Record, b: Record, beside: float = 0.0) -> tuple[tuple[str, float], ...]:
    """What speaks for and against, in plain words with its bits against strangers; the strongest first.

    The bits add up to the pair's weight, but for rounding. ``beside``: what the other candidates add to it.
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
    if abs(rest) >= 0.15:
        parts.append(("How common the names are together", rest))
    if beside:
        parts.append((NOBODY_ELSE if beside > 0 else SOMEBODY_ELSE, beside))
    del strangers
    return tuple(sorted(((s, round(w, 2)) for s, w in parts), key=lambda p: (-abs(p[1]), p[0])))


def _stranger_bits(linker: Linker, a: Record, b: Record, n: int, level: int) -> float:
    """log2 of the chance of one field's level among strangers."""
    if n in (0, 1):
        _given, _family, _order, g_bits, f_bits, _ = linker.names(a, b)
        bits = g_bits if n == 0 else f_bits
        return U_LOG[n][level] if not bits else -bits
    if n == 3 and level == 0:
        return U_LOG[3][0] - linker.middle(a, b)[1]
    if n == 4 and level == B_EXACT:
        return -linker.birth_bits[a.ordinal]
    if n in (6, 7) and level == 0:
        return -linker.number_bits
    if n == 8 and level == 0:
        return -min(-U_LOG[8][0], max(1.0, min(a.address_bits, b.address_bits)))
    if n == 8 and level < 4:
        return max(U_LOG[8][level], -place_bits(a, b, level))
    if n == 9 and level == 0:
        return -min(a.school_bits, 6.0)
    if n == 10 and level == 0:
        return -min(a.ethnic_bits, 4.0)
    return U_LOG[n][level]
