"""Where somebody lives, as far as two addresses can be compared: however each of them was written. Pure."""

import re
from dataclasses import dataclass

from frontdoor.people import identifiers
from frontdoor.people.asking import SHORT
from frontdoor.people.words import JOINERS, SPLIT, fold, words

#: The last word of a line of an address that many households share ("Northgate Hospital", not "Hospital Road").
COMMUNAL = frozenset(
    [
        "refuge",
        "refuges",
        "hostel",
        "hospital",
        "infirmary",
        "school",
        "academy",
        "nursery",
        "college",
        "prison",
        "barracks",
        "shelter",
        "hotel",
        "ward",
    ]
)
CHILDRENS_HOME = re.compile(r"\bchild(ren)?\W?s? (care )?home\b|\bresidential (children|care)", re.IGNORECASE)
#: A whole postcode as the last words of an address typed on one line.
LAST_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\W*$", re.IGNORECASE)
FLAT = frozenset(["flat", "apartment", "apt", "unit", "room"])


@dataclass(frozen=True)
class Home:
    """Where somebody lives, as given: a key to compare, and whether it says that two people are one household."""

    key: str = ""
    is_communal: bool = False
    is_confidential: bool = False

    @property
    def is_household(self) -> bool:
        """Whether one address means one household."""
        return bool(self.key) and not self.is_communal and not self.is_confidential


#: No address, or none that could be compared.
NOWHERE = Home()


def home_of(address: str, postcode: str, *, is_communal: bool = False, is_confidential: bool = False) -> Home:
    """An address as given, for comparing: the postcode with its numbers, or with its first line where it has none.

    Without a postcode the whole text counts.
    """
    key = identifiers.postcode_key(postcode)
    parts = [part.strip() for part in address.split(",") if part.strip()]
    if key and parts and identifiers.postcode_key(parts[-1]) == key:
        parts.pop()
    communal = is_communal or bool(CHILDRENS_HOME.search(address)) or any(_is_shared(part) for part in parts)
    if not parts:
        return Home("", communal, is_confidential)
    tokens = words(" ".join(parts))
    if not key:
        return Home(f"text:{' '.join(tokens)}" if len(tokens) > 2 else "", communal, is_confidential)
    plain = re.findall(r"\w+", " ".join(parts).casefold())
    numbers = [
        word
        for position, word in enumerate(plain)
        if any(c.isdigit() for c in word) or (position and plain[position - 1] in FLAT and len(word) <= 3)
    ]
    return Home(f"{key}:{'-'.join(numbers) or '-'.join(words(parts[0]))}", communal, is_confidential)


def _is_shared(part: str) -> bool:
    found = words(part)
    return bool(found) and found[-1] in COMMUNAL


def place_of(address: str, postcode: str) -> str:
    """What one house is known by however it is written, whoever lives there and however many; empty for too little.

    A part of a postcode is too little to tell two roads apart: then the whole text counts.
    """
    typed = LAST_POSTCODE.search(address)
    if typed is not None:
        address, postcode = address[: typed.start()], postcode or typed[0]
    is_whole = identifiers.POSTCODE.fullmatch(identifiers.place_key(postcode)) is not None
    return home_of(address, postcode if is_whole else "").key


def street_of(address: str) -> str:
    """Number and street of an address as the search folds them, whatever town stands behind; empty without a number.

    For an address given without a postcode: all that can be held against one that has it.
    """
    typed = LAST_POSTCODE.search(address)
    found: list[str] = []
    for part in (address[: typed.start()] if typed is not None else address).split(","):
        told = [SHORT.get(word, word) for word in SPLIT.split(JOINERS.sub("", fold(part))) if word]
        found += told
        if any(len(word) > 2 and word.isalpha() and word not in FLAT for word in told):
            return " ".join(found) if any(word[0].isdigit() for word in found) else ""
    return ""
