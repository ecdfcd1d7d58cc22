"""Whom else a record may be: a record has one partner in another system, so its candidates share one chance. Pure.

Where a record most likely has a partner and one record alone could be it, that it is nobody's is the less likely; where
two could, neither is likely; and whoever already has a partner of their own is hardly anybody's rival. This is the sum
over all ways to pair the records off, by messages between neighbours (exact where candidates form no ring).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from math import log2

# Two records and the log2 odds of the pair by itself.
Edge = tuple[int, int, float]

# The share of partners that are not among the candidates at all, for mistakes beyond recognition; and that a record has
# no partner is never taken for less likely than this.
LOST, ALONE = 0.1, 0.25
TURNS = 40


def alone(partners: float) -> float:
    """How likely a record has no partner among its candidates, before anything is known of them."""
    return max(1.0 - partners * (1.0 - LOST), ALONE)


def weighed_together(
    edges: Sequence[Edge],
    node_of: Callable[[int, int], int],
    alone_of: Callable[[int], float],
    are_one: Collection[tuple[int, int]],
) -> list[float]:
    """log2 odds of each pair, the others considered.

    ``node_of(i, j)``: the place of record i towards the system of record j; ``alone_of(node)``: how likely it has no
    partner there. ``are_one``: pairs of records within a system that are one person over again, and no rivals.
    """
    at: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for number, (i, j, _) in enumerate(edges):
        at[node_of(i, j)].append((number, 0, j))
        at[node_of(j, i)].append((number, 1, i))
    odds = [2.0**bits for _, _, bits in edges]
    # What each end of a pair tells the other: how free it is.
    free = [[1.0, 1.0] for _ in edges]
    turning: list[tuple[float, list[tuple[int, int, list[tuple[int, int]]]]]] = []
    for node, held in at.items():
        none = alone_of(node)
        if len(held) == 1:
            number, side, _ = held[0]
            free[number][side] = 1.0 / none
            continue
        turning.append((none, [
            (number, side, [
                (n, 1 - end) for n, end, far in held if far != mine and (min(far, mine), max(far, mine)) not in are_one
            ])
            for number, side, mine in held
        ]))  # fmt: skip
    for _ in range(TURNS):
        change, told = 0.0, []
        for none, asked in turning:
            for number, side, rivals in asked:
                new = 1.0 / (none + sum(odds[n] * free[n][end] for n, end in rivals))
                change = max(change, abs(log2(new / free[number][side])))
                told.append((number, side, new))
        # All at once: what one end is told in this turn must not depend on which was asked first.
        for number, side, new in told:
            free[number][side] = new
        if change < 0.01:
            break
    return [bits + log2(one) + log2(other) for (_, _, bits), (one, other) in zip(edges, free, strict=True)]
