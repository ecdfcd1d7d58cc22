"""How a name becomes words one can look up: one spelling for every way of typing it, in any script. Pure."""

import re
import unicodedata
from functools import lru_cache

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
NO_NAME = frozenset("unknown unnamed notknown nk tbc na none anon anonymous".split())


def fold(text: str) -> str:
    """Lower case without marks: ``Zoë`` and ``ZOE`` are both ``zoe``. Letters of other scripts stay as they are."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) or not _is_latin_mark(c))
    return unicodedata.normalize("NFKC", bare.casefold()).translate(LETTERS)


def _is_latin_mark(character: str) -> bool:
    # Vowel signs of Indic scripts and the like carry meaning; the combining diacritical blocks do not when searching.
    return character <= "\u036f" or "\u1ab0" <= character <= "\u1aff" or "\u1dc0" <= character <= "\u1dff"


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


def query_words(text: str) -> list[str]:
    """Words of a typed query: as :func:`words`, without titles; hyphenated parts are not joined."""
    found = list(dict.fromkeys(p for p in SPLIT.split(JOINERS.sub("", fold(text))) if p))
    return [w[:LONGEST] for w in found if w not in TITLES] or [w[:LONGEST] for w in found]


def is_no_name(text: str) -> bool:
    """Whether what was given for a name says that there is none ("Unknown", "not known", "?")."""
    joined = "".join(words(text))
    return not joined or joined in NO_NAME or joined in ("unknownunknown", "notgiven", "babyunknown")
