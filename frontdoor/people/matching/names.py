"""How two names agree, word by word, and how much that says. Pure."""

from rapidfuzz.distance import OSA, JaroWinkler

from frontdoor.people.matching.levels import (
    W_DIFFERENT,
    W_EXACT,
    W_FUZZY,
    W_INITIAL,
    W_MISSING,
    W_PART,
    W_VARIANT,
)
from frontdoor.people.matching.spellings import plain, same_family, sound


class Words:
    """How two names agree, remembered."""

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
    if heard == sound(b) and len(heard) >= 2:
        alike = JaroWinkler.similarity(a, b)
        if alike >= 0.82 or (a[0] != b[0] and JaroWinkler.similarity(plain(a), plain(b)) >= 0.9):
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


def bits_of(
    level: int, a: str, b: str, part: str, first: dict[str, float], second: dict[str, float], most: float
) -> float:
    """How surprising this agreement is among strangers, in bits, whatever form the names have."""
    if level >= W_INITIAL:
        return 0.0
    if level == W_PART:
        return min(first.get(part, second.get(part, 6.0)) - 1.5, 8.0) if part else 6.0
    x, y = first.get(a, second.get(a, most)), first.get(b, second.get(b, most))
    common = min(x, y, most)
    return common if level == W_EXACT else max(min(common - 1.0, 9.0), 1.0)


def is_slip(level: int, a: str, b: str, x: float, y: float, common: float, most: float) -> bool:
    """Whether one of two like spellings is hardly a name: next to nobody else has it, or a hundred times as many have
    the other; and the other is common."""
    is_rare = max(x, y) >= min(most - 1.1, common + 6.6)
    return level in (W_VARIANT, W_FUZZY) and a[0] == b[0] and is_rare and common <= most - 2
