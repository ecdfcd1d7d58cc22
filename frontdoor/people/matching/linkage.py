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

import gc
import multiprocessing
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from frontdoor.people.matching.evidence import Linker
from frontdoor.people.matching.homes import place_bits
from frontdoor.people.matching.levels import (
    B_DIFFERENT,
    B_EST_FAR,
    B_EXACT,
    B_UNBORN_FAR,
    F_DIFFERENT,
    G_DIFFERENT,
    G_VARIANT,
    SENTENCES,
    U_LOG,
)
from frontdoor.people.matching.records import Record, Sketch, candidates

__all__ = ["Linked", "Pair", "Sketch", "link"]

# A pair at or above the first is linked without a person, if nothing speaks against it; at or above the second it is
# shown to one.
AUTOMATIC = 0.998
REVIEW = 0.15
# A rival within this many bits makes a link a person's decision.
RIVAL_BITS = 7.0


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
    sketches: Sequence[Sketch], *, automatic: float = AUTOMATIC, review: float = REVIEW, processes: int = 1
) -> Linked:
    """Find the records that are of one person, across systems and within them.

    ``automatic`` and ``review`` are probabilities; ``processes`` above 1 divides the comparing where the platform can
    fork. The answer does not depend on it, nor on the order of ``sketches``.
    """
    collects = gc.isenabled()
    gc.disable()  # Millions of small objects and not one cycle: looking for cycles would take a third of the time.
    try:
        return _link(sketches, automatic, review, processes)
    finally:
        _STATE.clear()
        if collects:
            gc.enable()


def _link(sketches: Sequence[Sketch], automatic: float, review: float, processes: int) -> Linked:
    linker = Linker(sketches)
    if linker.count < 2:
        return Linked((), (), 0)
    parts = candidates(linker.records)
    linker.learn(_sample(parts, linker.count))
    _STATE.update(linker=linker, parts=parts, least=min(_odds(review), _odds(automatic)))
    can_fork = "fork" in multiprocessing.get_all_start_methods() and not multiprocessing.current_process().daemon
    if processes > 1 and len(parts) > 1 and can_fork:
        answers = _divided(len(parts), processes)
    else:
        answers = [_weigh_part(number) for number in range(len(parts))]
    kept = sorted((k for _, found in answers for k in found), key=lambda k: (-round(k[3], 6), k[0], k[1]))
    return _decide(linker, kept, _odds(automatic), sum(count for count, _ in answers))


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


def _sample(parts: list["array[int]"], n: int) -> Iterator[tuple[int, int]]:
    """Up to some 60,000 pairs for estimating, spread over all parts."""
    total = sum(len(p) for p in parts)
    step = max(1, total // 60_000)
    for part in parts:
        for packed in sorted(set(part[::step])):
            yield divmod(packed, n)


def _decide(linker: Linker, kept: list[Kept], automatic: float, compared: int) -> Linked:
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
        doubts += contradictions(linker, a, b)
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
                reasons_of(linker, a, b),
                not doubts,
                tuple(doubts),
            )
        )
    clusters = {tuple(records[m].key for m in members) for members in group.values() if len(members) > 1}
    return Linked(tuple(pairs), tuple(sorted(clusters)), compared, tuple(tuple(row) for row in linker.m))


def _has_rival(
    records: list[Record],
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


def contradictions(linker: Linker, a: Record, b: Record) -> list[str]:
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


def _keeps_apart(linker: Linker, x: int, y: int) -> bool:
    a, b = linker.records[min(x, y)], linker.records[max(x, y)]
    if contradictions(linker, a, b):
        return True
    found = linker.compare(a, b)
    assert found is not None
    return linker.weigh(a, b, found)[1] < 0


def reasons_of(linker: Linker, a: Record, b: Record) -> tuple[tuple[str, float], ...]:
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
    if abs(rest) >= 0.15:
        parts.append(("How common the names are together", rest))
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
