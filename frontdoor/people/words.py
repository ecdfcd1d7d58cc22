"""How a name becomes words one can look up: one spelling for every way of typing it, in any script. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from frontdoor.db import is_unseen

# Letters that do not fall apart into a base letter and a mark.
LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŋ": "ng",
        "ə": "e",
    }
)
# Inside a name these join (O'Brien, Nguyễn’s); other punctuation separates.
JOINERS = re.compile("['’‘ʼʻ`´·]")
SPLIT = re.compile(r"[\W_]+")
HYPHENS = re.compile(r"[-‐-―−]")
LONGEST = 80
TITLES = frozenset("mr mrs ms miss mx dr master baby".split())
#: Said where there is no name, whatever stands beside it.
NO_NAME = frozenset("unknown unnamed notknown anonymous notgiven babyunknown".split())
#: Said where there is no name, and borne as names as well: Na is a surname of Korea, None one of Italy.
MAY_BE_NAMES = frozenset("nk tbc na none anon".split())


def fold(text: str) -> str:
    """Lower case without marks: ``Zoë`` and ``ZOE`` are both ``zoe``. Letters of other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) or not _is_latin_mark(c))
    return unicodedata.normalize("NFKC", bare.casefold()).translate(LETTERS)


def _is_latin_mark(character: str) -> bool:
    # Vowel signs of Indic scripts and the like carry meaning; the combining diacritical blocks do not when searching.
    return character <= "\u036f" or "\u1ab0" <= character <= "\u1aff" or "\u1dc0" <= character <= "\u1dff"


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is compared, each character with where it stood in the text as written.

    ``text`` holds folded letters and digits; ``'`` for what joins inside a word or is not seen at all (an apostrophe, a
    zero-width space); a space for everything else. ``starts`` and ``ends`` are offsets into the text as written.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def folded_in_place(text: str) -> Folded:
    """The text folded as :func:`fold` does, letter by letter, so that what is found can be shown where it stands."""
    if text.isascii():
        return Folded(text.translate(ASCII_PLACES), range(len(text)), range(1, len(text) + 1))
    found: list[tuple[str, int, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _belongs_to_the_letter_before(text[end]):
            end += 1
        found += [(c, start, end) for c in _places(text[start:end])]
        start = end
    return Folded("".join(c for c, _, _ in found), [s for _, s, _ in found], [e for _, _, e in found])


def _belongs_to_the_letter_before(character: str) -> bool:
    # Marks, and the vowels and endings of a Korean syllable written apart.
    return bool(unicodedata.combining(character)) or "\u1160" <= character <= "\u11ff"


@lru_cache(maxsize=10_000)
def _places(written: str) -> str:
    if JOINERS.fullmatch(written):
        return "'"
    return "".join(
        "'" if is_unseen(c) or JOINERS.fullmatch(c) else c if c.isalnum() or unicodedata.category(c)[0] == "M" else " "
        for c in fold(written)
    )


ASCII_PLACES = {n: _places(chr(n)) for n in range(128)}


def words(text: str) -> list[str]:
    """The distinct look-up words of a name, in order. Hyphenated names give their parts and the whole joined."""
    return list(_words(text))


# Names come again and again: an import asks for each of them several times.
@lru_cache(maxsize=100_000)
def _words(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    folded = JOINERS.sub("", fold(text))
    for chunk in folded.split():
        parts = [p for p in SPLIT.split(chunk) if p] if not chunk.isalnum() else [chunk]
        for part in parts or []:
            found[part[:LONGEST]] = None
        if len(parts) > 1 and HYPHENS.search(chunk):
            found["".join(parts)[:LONGEST]] = None
    return tuple(found)


def in_order(name: str) -> tuple[str, str]:
    """A name as it is put in order beside others: capital or not, accent or not, apostrophe or not."""
    return HYPHENS.sub(" ", JOINERS.sub("", fold(name))), name


def query_words(text: str) -> list[str]:
    """Words of a typed query: as :func:`words`, without titles; hyphenated parts are not joined."""
    found = list(dict.fromkeys(p for p in SPLIT.split(JOINERS.sub("", fold(text))) if p))
    return [w[:LONGEST] for w in found if w not in TITLES] or [w[:LONGEST] for w in found]


def is_no_name(text: str) -> bool:
    """Whether what was given for a whole name says that there is none ("Unknown", "not known", "Na", "?")."""
    return _says_none(text) or all(word in NO_NAME or word in MAY_BE_NAMES for word in words(text))


def may_be_a_name(text: str) -> bool:
    """Whether a whole name is one that also says that there is none ("Na", "Nk"): whoever gave it can be asked."""
    found = words(text)
    return bool(found) and all(word in MAY_BE_NAMES for word in found)


def name_parts(*parts: str) -> tuple[str, ...]:
    """The parts of one name, each empty where it says that there is none: a part beside a name is a name itself.

    "Na" beside "Kimtrial" is kept; "Unknown" beside it is not; "Na" alone is no name.
    """
    if is_no_name(" ".join(parts)):
        return ("",) * len(parts)
    return tuple("" if _says_none(part) else part.strip() for part in parts)


def _says_none(text: str) -> bool:
    found = words(text)
    joined = "".join(found)
    return not joined or joined in NO_NAME or (len(found) > 1 and joined in MAY_BE_NAMES)
