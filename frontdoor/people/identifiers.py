"""Identifiers: how they are written, and whether their check digit or letter is right. Pure.

A wrong check digit is a warning to the person typing, never a reason to lose what the paper says.
"""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

from frontdoor.db import as_seen

# FACTS §8: no I, O or S among check letters.
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]")
NHS = re.compile(r"\d{10}")
#: What people put between the groups of a number.
BETWEEN = re.compile(r"[\s.,/_·•\-‐-―−]")
#: One digit all through: what a system writes where it may not leave the field empty. Its check digit is right.
STANDS_FOR_NONE = re.compile(r"[A-Z]?(\d)\1{9,11}")

# Local authority numbers that stand in a UPN: the 2023 English list and the pseudo-authorities of the CIN census rules.
LOCAL_AUTHORITIES = frozenset(
    [f"{n:03d}" for n in (*range(1, 6), *range(660, 682), *range(701, 709))]
    + (
        "201 202 203 204 205 206 207 208 209 210 211 212 213 301 302 303 304 305 306 307 308 309 310 311 "
        "312 313 314 315 316 317 318 319 320 330 331 332 333 334 335 336 340 341 342 343 344 350 351 352 "
        "353 354 355 356 357 358 359 370 371 372 373 380 381 382 383 384 390 391 392 393 394 420 800 801 "
        "802 803 805 806 807 808 810 811 812 813 815 816 820 821 822 823 825 826 830 831 835 836 837 838 "
        "839 840 841 845 846 850 851 852 855 856 857 860 861 865 866 867 868 869 870 871 872 873 874 876 "
        "877 878 879 880 881 882 883 884 885 886 887 888 889 890 891 892 893 894 895 896 908 909 916 919 "
        "921 925 926 928 929 931 933 935 936 937 938 940 941 942 943 "
    ).split()
)

KINDS: dict[str, str] = {
    "nhs": "NHS number",
    "upn": "Unique pupil number",
    "former_upn": "Former unique pupil number",
    "local": "Local authority child ID",
    "home_office": "Home Office reference",
    "police": "Police reference",
    "national_insurance": "National Insurance number",
    "carecase": "Old system reference (CareCase)",
    "firstcall": "Old system reference (FirstCall)",
    "paper": "Paper file number",
    "other": "Other",
}


@dataclass(frozen=True)
class Checked:
    """An identifier as stored, whether its check is right (None: the kind has none), and a sentence if it is odd."""

    value: str
    check_ok: bool | None
    warning: str = ""


def tidy(kind: str, value: str) -> str:
    """The identifier as stored, in plain characters: numbers without what parts their groups, in upper case."""
    if kind in ("nhs", "upn", "former_upn", "national_insurance"):
        return as_seen(BETWEEN.sub("", as_seen(value)).upper())
    return " ".join(as_seen(value).split())


def nhs_check_digit(first_nine: str) -> int | None:
    """The tenth digit of an NHS number: weights 10 to 2, modulus 11. None where no valid number exists (10)."""
    total = sum(int(d) * w for d, w in zip(first_nine, range(10, 1, -1), strict=True))
    check = 11 - total % 11
    return 0 if check == 11 else None if check == 10 else check


def nhs_ok(value: str) -> bool:
    """Whether these ten digits are an NHS number with a right check digit."""
    return bool(value.isascii() and NHS.fullmatch(value)) and nhs_check_digit(value[:9]) == int(value[9])


def upn_check_letter(rest: str) -> str:
    """Check letter for the twelve characters after it: Σ value × position (2 to 13) modulus 23.

    A temporary UPN ends in a letter, whose value is its place among the check letters. ValueError for any other.
    """
    total = sum(_upn_value(c) * position for position, c in enumerate(rest, start=2))
    return UPN_LETTERS[total % 23]


def _upn_value(character: str) -> int:
    return int(character) if character in string.digits else UPN_LETTERS.index(character)


def upn_ok(value: str) -> bool:
    """Whether this is a UPN (permanent or temporary) with a right check letter. The authority is not looked at."""
    if not value.isascii() or not UPN.fullmatch(value) or (not value[12].isdigit() and value[12] not in UPN_LETTERS):
        return False
    return upn_check_letter(value[1:]) == value[0]


def is_placeholder(kind: str, value: str) -> bool:
    """Whether this is written where no number is known (0000000000): nobody's, and evidence of nothing."""
    return kind in ("nhs", "upn", "former_upn") and bool(STANDS_FOR_NONE.fullmatch(tidy(kind, value)))


def check(kind: str, value: str) -> Checked:
    """Tidy an identifier and check it. Never raises: what is odd is said in ``warning``."""
    value = tidy(kind, value)
    if is_placeholder(kind, value):
        return Checked(value, False, "This stands where no number is known: it is nobody’s, and is not looked up.")
    if kind == "nhs":
        if nhs_ok(value):
            return Checked(value, True)
        if not NHS.fullmatch(value):
            return Checked(value, False, "An NHS number has 10 digits. Check it with whoever gave it.")
        return Checked(value, False, "The check digit of this NHS number is wrong. Check it with whoever gave it.")
    if kind in ("upn", "former_upn"):
        if not UPN.fullmatch(value):
            return Checked(
                value, False, "A UPN has a letter, 11 digits and a digit or letter. Check it with the school."
            )
        if not upn_ok(value):
            return Checked(value, False, "The check letter of this UPN is wrong. Check it with the school.")
        if value[1:4] not in LOCAL_AUTHORITIES:
            return Checked(value, True, f"No local authority has the number {value[1:4]} in this UPN.")
        return Checked(value, True)
    return Checked(value, None)


def oddities(given: Mapping[str, str]) -> list[str]:
    """What is odd about the identifiers given (kind: as written), each a sentence that begins with its name."""
    checked = [(kind, value, check(kind, value).warning) for kind, value in given.items() if value.strip()]
    return [f"{KINDS[kind]} {value}: {warning}" for kind, value, warning in checked if warning]


def doubt(text: str) -> str:
    """What is odd about a typed string that looks like an NHS number or a UPN; "" when nothing is, or it is neither."""
    compact = BETWEEN.sub("", as_seen(text)).upper()
    # A telephone number may have ten digits as well, and begins with nought.
    if NHS.fullmatch(compact) and (compact[0] != "0" or is_placeholder("nhs", compact)):
        return check("nhs", compact).warning
    return check("upn", compact).warning if UPN.fullmatch(compact) else ""


def guess(text: str) -> list[tuple[str, str]]:
    """What a typed string may be as an identifier: (kind, value) pairs, best first; kind "" means any kind.

    Nothing for what stands where no number is known.
    """
    text = as_seen(text)
    compact = BETWEEN.sub("", text).upper()
    found: list[tuple[str, str]] = []
    if STANDS_FOR_NONE.fullmatch(compact):
        return found
    if compact.isascii() and NHS.fullmatch(compact):
        found.append(("nhs", compact))
    if compact.isascii() and UPN.fullmatch(compact):
        found.append(("upn", compact))
    if any(c.isdigit() for c in compact) and len(compact) >= 4:
        found.append(("", " ".join(text.split())))
        if compact != found[-1][1]:
            found.append(("", compact))
    return found


#: How nearly every telephone number here is written: nothing to be worked out.
ORDINARY_NUMBER = re.compile(r"(?:\+44|0044|0(?!0))[\d\s()\-]*")
#: Two numbers with only a space between them.
TWO_NUMBERS = re.compile(r"(?<![\d+])(0[1-9](?:[ \-]?\d){8,9})\s+(?=[0+])")
DATE = re.compile(r"(?<![\d./-])\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?![\d./-])")
LEAST_DIGITS = 6
#: A telephone number with the words beside it, on record.
LONGEST_TELEPHONE = 100


def telephone_keys(text: str) -> tuple[str, ...]:
    """Every telephone number in what was written, as it is looked up, each once and in order.

    Digits in national form, of one abroad 00 and the country before them. Words beside a number ("Mum, not after 5pm")
    are no part of it, nor is an extension: who rings the school is answered by the school. None when there are too
    few digits to mean anything.
    """
    text = as_seen(text)
    digits = re.sub(r"[^\d+]", "", text)
    if ORDINARY_NUMBER.fullmatch(text.strip()) and len(_national(digits)) in (10, 11):
        return (_national(digits),)
    found = dict.fromkeys(_national(number) for number in _worked_out(text))
    if not found and not any(c.isalpha() for c in text):
        found = dict.fromkeys([_national(digits)])
    return tuple(key for key in found if len(key) >= LEAST_DIGITS)


def telephone_key(text: str) -> str:
    """The first telephone number in what was written, as :func:`telephone_keys` gives it; "" when there is none."""
    return next(iter(telephone_keys(text)), "")


def telephones_apart(text: str) -> list[str]:
    """What was written as a telephone number: apart where it is several numbers and nothing else, else whole.

    Words are never parted from the numbers beside them: "not safe" may be said of each.
    """
    text = " ".join(text.split())
    if not any(c.isalpha() for c in text.lower().replace(" or ", "").replace(" and ", "")):
        parts = [part for part in re.split(r"\s*(?:[/,;&]|\bor\b|\band\b)\s*", _parted(text)) if part]
        keys = telephone_keys(text)
        if len(keys) > 1 and [key for part in parts for key in telephone_keys(part)] == [*keys]:
            return parts
    return [text]


#: Words with a number that say it is not safe to ring it, or not at all times. Any of them is a warning.
NOT_SAFE = re.compile(
    r"(?:\bnot|n't|\bnever|\bun)(?: be)? ?safe|\bonly safe|\bsafe only"
    r"|\b(?:do not|don'?t|never|must not|cannot|can'?t) (?:be )?(?:ring|rung|call|phone|telephone|dial|contact|use)"
    r"|\bno (?:phone )?calls?\b"
    r"|\b(?:checks|monitors|reads|takes) (?:all )?(?:her|his|their|the|this|my) "
    r"(?:phone|telephone|mobile|calls|texts|messages)"
)
APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ`´", "'"))


def says_not_safe(text: str) -> bool:
    """Whether the words written with a telephone number say that it is not safe to ring it ("NOT SAFE after 5pm")."""
    if not any(c.isalpha() for c in text):
        return False
    plain = re.sub(r"[^\w']+", " ", as_seen(text).translate(APOSTROPHES).casefold())
    return bool(NOT_SAFE.search(plain))


def safe_to_ring(text: str, said: bool | None) -> bool | None:
    """Whether it is safe to ring a number: as a person said, else False where the words with it say that it is not.

    Never True by itself: words that sound safe leave it unknown (None), and somebody asks.
    """
    return False if said is None and says_not_safe(text) else said


def of_ringing(text: str, said: bool | None) -> str:
    """The same in words, "" where nobody knows. What stands on the words with the number alone asks to be confirmed."""
    if said:
        return "safe to ring"
    if says_not_safe(text):
        return "not safe to ring, as said with the number: ask"
    return "not safe to ring" if said is False else ""


def _national(digits: str) -> str:
    """Digits (with a "+" before a country) in national form."""
    for country in ("+44", "0044"):
        if digits.startswith(country):
            digits = "0" + digits.removeprefix(country).removeprefix("0")
    return digits.replace("+", "00")[:20]


def _parted(text: str) -> str:
    return TWO_NUMBERS.sub(r"\1 / ", DATE.sub(" ", text))


def _worked_out(text: str) -> list[str]:
    """Country and number without an extension, "+353…", of every telephone number in a text."""
    import phonenumbers  # the numbering plans of the world: loaded when a number is not an ordinary one

    possible = phonenumbers.Leniency.POSSIBLE
    found = phonenumbers.PhoneNumberMatcher(_parted(text), "GB", leniency=possible)
    numbers = [match.number for match in found]
    return [f"+{each.country_code}{phonenumbers.national_significant_number(each)}" for each in numbers]


POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
POSTCODE_OUTWARD = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d?[A-Z]?")


def place_key(postcode: str) -> str:
    """What was written as a postcode, whatever it is, as it is looked up: letters and digits, in upper case."""
    return "".join(c for c in as_seen(postcode).upper() if c.isalnum())


def postcode_key(text: str) -> str:
    """A whole or partial postcode as looked up (upper case, nothing between), or "" when the text is not one."""
    key = place_key(text)
    return (
        key
        if key.isascii() and (POSTCODE.fullmatch(key) or (len(key) >= 3 and POSTCODE_OUTWARD.fullmatch(key)))
        else ""
    )
