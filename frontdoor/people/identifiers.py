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
BETWEEN = re.compile(r"[\s.\-‐-―−]")

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


def check(kind: str, value: str) -> Checked:
    """Tidy an identifier and check it. Never raises: what is odd is said in ``warning``."""
    value = tidy(kind, value)
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


def guess(text: str) -> list[tuple[str, str]]:
    """What a typed string may be as an identifier: (kind, value) pairs, best first; kind "" means any kind."""
    text = as_seen(text)
    compact = BETWEEN.sub("", text).upper()
    found: list[tuple[str, str]] = []
    if compact.isascii() and NHS.fullmatch(compact):
        found.append(("nhs", compact))
    if compact.isascii() and UPN.fullmatch(compact):
        found.append(("upn", compact))
    if any(c.isdigit() for c in compact) and len(compact) >= 4:
        found.append(("", " ".join(text.split())))
        if compact != found[-1][1]:
            found.append(("", compact))
    return found


#: How nearly every number here is written: nothing to be worked out.
ORDINARY_NUMBER = re.compile(r"(?:\+44|0044|0(?!0))[\d\s()\-]*")


def telephone_key(number: str) -> str:
    """A telephone number as looked up: digits in national form, of one abroad 00 and the country before them.

    An extension is left out: who rings the school is answered by the school. "" when there are too few digits to
    mean anything.
    """
    number = as_seen(number)
    digits = re.sub(r"[^\d+]", "", number)
    if not ORDINARY_NUMBER.fullmatch(number.strip()):
        digits = _worked_out(number) or digits
    if digits.startswith("+44"):
        digits = "0" + digits[3:].removeprefix("0")
    elif digits.startswith("0044"):
        digits = "0" + digits[4:].removeprefix("0")
    digits = digits.replace("+", "00")[:20]
    return digits if len(digits) >= 6 else ""


def _worked_out(number: str) -> str:
    """Country and number without an extension, "+353…"; "" when it is no telephone number."""
    import phonenumbers  # the numbering plans of the world: loaded when a number is not an ordinary one

    try:
        found = phonenumbers.parse(re.sub(r"^\s*00", "+", number), "GB")
    except phonenumbers.NumberParseException:
        return ""
    return f"+{found.country_code}{phonenumbers.national_significant_number(found)}"


POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
POSTCODE_OUTWARD = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d?[A-Z]?")


def place_key(postcode: str) -> str:
    """What was written as a postcode, whatever it is, as it is looked up: upper case, no space."""
    return re.sub(r"\s", "", as_seen(postcode)).upper()


def postcode_key(text: str) -> str:
    """A whole or partial postcode as looked up (upper case, no space), or "" when the text is not one."""
    key = place_key(text)
    return (
        key
        if key.isascii() and (POSTCODE.fullmatch(key) or (len(key) >= 3 and POSTCODE_OUTWARD.fullmatch(key)))
        else ""
    )
