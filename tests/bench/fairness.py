"""Whether the linkage serves every community alike: recall, precision and review by group, with their intervals.

The community is a label of the answers alone. The product infers, holds and uses none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import sqrt

Pairs = set[tuple[str, str]]

# Of fewer pairs (records, for the share to review) than this no share is shown: one child more or less would move it
# by more than the gap that is looked for.
FEWEST = 30
# A community further below the whole than this is pointed at.
GAP = 0.02
TOO_FEW = "too few to show"


def wilson(hit: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Between which shares the true one lies, 95 times in a hundred (Wilson, 1927); everything is possible of none."""
    if not of:
        return 0.0, 1.0
    share, square = hit / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def told(hit: int, of: int) -> str:
    """A share with its interval, or that there are too few."""
    if of < FEWEST:
        return TOO_FEW
    low, high = wilson(hit, of)
    return f"{hit / of:.3f} ({low:.3f}–{high:.3f})"


def table(
    title: str,
    groups: Mapping[str, Iterable[tuple[str, str]]],
    automatic: Pairs,
    review: Pairs,
    theirs: Pairs | None = None,
) -> list[str]:
    """The lines of recall by group: how many pairs, how many found automatically, with a person's review, and by
    another tool if ``theirs`` is given."""
    lines = [
        f"{title:38}{'pairs':>6}  {'automatic':22}{'and review':22}{'Splink' if theirs is not None else ''}".rstrip()
    ]
    for name, held in sorted(groups.items()):
        pairs = list(held)
        auto = sum(p in automatic for p in pairs)
        both = auto + sum(p in review for p in pairs)
        other = told(sum(p in theirs for p in pairs), len(pairs)) if theirs is not None else ""
        lines.append(
            f"  {name:36}{len(pairs):6}  {told(auto, len(pairs)):22}{told(both, len(pairs)):22}{other}".rstrip()
        )
    return lines


def communities(pairs: Mapping[tuple[str, str], str], automatic: Pairs, review: Pairs) -> list[str]:
    """The lines of how each community fares. ``pairs``: the true ones with the community of their person.

    A wrong pair counts against the communities of both its records; one of records that have no true partner has
    none, and stands in the whole alone. Review: how many of the community's records stand in a pair put to a person.
    """
    of: dict[str, str] = {}
    groups: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair, community in pairs.items():
        of.update(dict.fromkeys(pair, community))
        groups[community].append(pair)
    said: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for pair in automatic:
        for community in {of[key] for key in pair if key in of}:
            said[community] += 1
            wrong[community] += pair not in pairs
    asked = Counter(of[key] for key in {key for pair in review for key in pair} if key in of)
    records = Counter(of.values())
    whole = len(automatic & pairs.keys()) / max(len(pairs), 1)
    lines = [
        f"{'by community':32}{'pairs':>6}  {'automatic recall':22}{'precision':22}"
        f"{'records to review':22}beside the whole",
        f"  {'(whole)':30}{len(pairs):6}  {told(len(automatic & pairs.keys()), len(pairs)):22}"
        f"{told(len(automatic & pairs.keys()), len(automatic)):22}{told(asked.total(), len(of))}",
    ]
    for community, held in sorted(groups.items()):
        found = sum(pair in automatic for pair in held)
        lines.append(
            f"  {community:30}{len(held):6}  {told(found, len(held)):22}"
            f"{told(said[community] - wrong[community], said[community]):22}"
            f"{told(asked[community], records[community]):22}{_beside(found, len(held), whole)}"
        )
    return lines


def _beside(found: int, of: int, whole: float) -> str:
    """How far from the whole, and whether that is more than chance can have done."""
    if of < FEWEST:
        return ""
    apart = found / of - whole
    if apart >= -GAP:
        return f"{apart:+.3f}"
    beyond = wilson(found, of)[1] < whole
    return f"{apart:+.3f} LOW, " + ("more than chance" if beyond else "chance may have done it")
