"""Names compared for bundling: the same, or one name written otherwise. Pure."""

from collections.abc import Collection, Iterable

from frontdoor.people.matching.spellings import same_family
from frontdoor.people.words import is_no_name, may_be_a_name, words


def tidy_name(text: str) -> str:
    """A name, or a part of one, for comparing; empty when none was given."""
    return "" if is_no_name(text) and not may_be_a_name(text) else " ".join(sorted(words(text)))


def alike(a: str, b: str) -> bool:
    """Whether two names, normalised, are one name written otherwise: each word the same, well known, or one slip off.

    Short words have to be nearly the same: too many short names are one letter apart.
    """
    if a == b:
        return bool(a)
    ours, theirs = a.split(), b.split()
    if len(ours) != len(theirs):
        return False
    for word in ours:
        found = next((other for other in theirs if other == word), None) or next(
            (other for other in theirs if same_family(word, other) or _one_slip(word, other)), None
        )
        if found is None:
            return False
        theirs.remove(found)
    return bool(ours)


def _one_slip(a: str, b: str) -> bool:
    """One letter more or less, or in words of four letters or more one other or two neighbours changed over."""
    short = min(len(a), len(b))
    if short < 3 or abs(len(a) - len(b)) > 1 or (short == 3 and (len(a) == len(b) or a[0] != b[0])):
        return False
    start = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest, other = a[start:], b[start:]
    return (
        rest[1:] == other
        or rest == other[1:]
        or rest[1:] == other[1:]
        or (rest[:2] == other[:2][::-1] and rest[2:] == other[2:])
    )


def any_alike(ours: Iterable[str], theirs: Collection[str]) -> bool:
    return any(alike(x, y) for x in ours for y in theirs)
