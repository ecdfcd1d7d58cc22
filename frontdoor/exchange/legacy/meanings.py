"""What a local wording means: codes and words into the lists of the returns. Pure; the rules are data beside it.

1. The words of the official lists, however they are decorated (a number before them, brackets, capitals, "&"), are
   their code.
2. Other words go through the rules, first to last. Words are read before codes, because old systems re-used numbers
   ("7 - Police", "RC7: closed after assessment, no further action").
3. A code beside words that its own official words hold ("5B - Other internal, excluding housing"), or that may mean
   several codes and this one among them, says which. Where a code and its words contradict each other, and where a
   rule says ``?``, a person has to say.

A wording that may mean several codes gives them all, joined by ``|``; one that means nothing gives "".
"""

import json
import re
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"

#: (file, column) to the list its values are read by.
LISTS = {
    ("carecase_episodes.csv", "referral_source"): "source",
    ("carecase_episodes.csv", "primary_need"): "need",
    ("carecase_episodes.csv", "referral_nfa"): "yes_no",
    ("carecase_episodes.csv", "closure_reason"): "closure",
    ("carecase_assessments.csv", "outcome"): "assessment_outcome",
    ("carecase_assessments.csv", "child_seen"): "yes_no",
    ("carecase_assessments.csv", "seen_alone"): "yes_no",
    ("carecase_s47.csv", "outcome"): "s47_outcome",
    ("carecase_s47.csv", "icpc_required"): "yes_no",
    ("carecase_relationships.csv", "relationship"): "relationship",
    ("carecase_people.csv", "ethnicity"): "ethnicity",
    ("carecase_people.csv", "gender"): "sex",
    ("firstcall_people.csv", "ETHNIC"): "ethnicity",
    ("firstcall_people.csv", "SEX"): "sex",
    ("firstcall_contacts.csv", "SOURCE"): "source",
    ("firstcall_contacts.csv", "REASON"): "need",
    ("firstcall_contacts.csv", "RISK"): "risk",
    ("firstcall_contacts.csv", "OUTCOME"): "contact_outcome",
    ("firstcall_contact_children.csv", "ROLE"): "role",
}
SOURCES = "1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 5D 6 7 8 9 10"
NEEDS = "N0 N1 N2 N3 N4 N5 N6 N7 N8 N9"
CLOSURES = "RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8 RC9"
#: Ethnicity: the former two-character code of each code, where there was one.
ETHNICITIES = (
    "WBRI=A1 WIRI=A2 WOTH=A3 WIRT=A4 WROM=A5 MWBC=B1 MWBA=B2 MWAS=B3 MOTH=B4 AIND=C1 APKN=C2 ABAN=C3 AOTH=C4 BCRB=D1 "
    "BAFR=D2 BOTH=D3 CHNE=E1 OOTH=E2 REFU=E3 NOBT=E4"
)
FORMER_ETHNICITY = {former: code for code, former in (pair.split("=") for pair in ETHNICITIES.split())}
CODES = {
    "source": SOURCES.split(),
    "need": NEEDS.split(),
    "closure": CLOSURES.split(),
    "ethnicity": list(FORMER_ETHNICITY.values()),
}
#: DfE sex, and the former codes of gender.
SEX = {"M": "M", "F": "F", "U": "U", "1": "M", "2": "F", "0": "U", "9": "U"}
NOTHING_SAID = frozenset({"", "n/a", "na", "-", "--", "nan", "?", "null", "not mapped", "zzcodeerror", "n.a.", "."})
UNMAPPED = re.compile(r"code '(?P<inner>[^']*)' is not mapped", re.I)
EMPTY_CODES = frozenset({"othe", "other", "unk", "none", ""})
NOT_THIS = re.compile(r"\((?:not|excl\w*)\b[^)]*\)", re.I)
#: How a code stands beside words. A bare number with a bracket ("59) Primary health") numbers the lines of a list.
BESIDE = {
    "source": re.compile(r"^\W*(?:[a-z]\d?\)\s*)?(\d[A-F]|\d{1,2}(?![\w)]))\b|[\[(](\d{1,2}[A-F]?)[\])]", re.I),
    "need": re.compile(r"\b(N\d)(?![\d])", re.I),
    "closure": re.compile(r"\b(RC\d)(?![\d])", re.I),
    "ethnicity": re.compile(r"^\W*(?:[a-z]\)\s*)?([A-Z]{4})\b|[\[(]([A-Z]{4})[\])]", re.I),
}
#: What stands before words without belonging to them: "a) ", "59) ", "(CS) ", "3b: ", "N1 - ", "RC8. ".
NUMBERED = re.compile(r"^\W*(?:(?:[a-z]|\d{1,3})\d?\)|\(\w{1,3}\))\s*", re.I)
#: Codes that were never used with another meaning: where the words say something else, one of the two is wrong.
SURE = re.compile(r"\d[A-F]|N\d|[A-Z]{4}")
#: Codes that may be a number of another list, or a word ("Both"): beside unknown words they mean nothing.
UNSURE = re.compile(r"\d+|[A-Z]{4}")


@cache
def _rules(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    shipped = json.loads((DATA / "meanings.json").read_text(encoding="utf-8"))
    return tuple((code, re.compile(pattern)) for code, pattern in shipped.get(name, []))


@cache
def official(name: str) -> dict[str, list[str]]:
    """The wordings of the official list by code; empty for a list that no return has."""
    shipped: dict[str, dict[str, list[str]]] = json.loads((DATA / "official.json").read_text(encoding="utf-8"))
    return shipped.get(name, {})


@cache
def _by_words(name: str) -> dict[str, str]:
    """Official words, plainly written, to their code; words that are official for two codes are left out."""
    codes: dict[str, set[str]] = {}
    for code, wordings in official(name).items():
        for wording in wordings:
            codes.setdefault(plain(wording), set()).add(code)
    return {words: next(iter(found)) for words, found in codes.items() if len(found) == 1}


def plain(words: str) -> str:
    """Words without case, punctuation and the ways of writing "and", "including" and "for example"."""
    words = words.casefold().replace("’", "'").replace("‘", "'").replace("'", "")
    words = words.replace("&", " and ").replace("+", " and ")
    words = re.sub(r"\be\.? ?g\b\.?|\bfor example\b", " eg ", words)
    words = re.sub(r"\binc(?:l)?\b\.?", " including ", words)
    return " ".join(re.findall(r"[^\W_]+", words))


@cache
def meaning(name: str, value: str) -> str | None:
    """The code (or codes joined by ``|``) a wording of this list means.

    "" when it says nothing ("n/a", "Not Mapped"); None when nobody knows yet, so that a person has to say.
    """
    tidy = " ".join(value.replace("\xa0", " ").split()).strip("‘’“”'\" .").strip()
    bare = tidy.strip("()[]").upper()
    if bare in CODES.get(name, ()):
        return bare
    if name == "sex" and bare in SEX:
        return SEX[bare]
    if name == "ethnicity" and bare in FORMER_ETHNICITY:
        return FORMER_ETHNICITY[bare]
    folded = tidy.casefold().replace("’", "'").replace("‘", "'").replace("–", "-")
    if name == "need" and folded == "nan":
        return "N0"
    if folded in NOTHING_SAID:
        return ""
    unmapped = UNMAPPED.search(folded)
    if unmapped:
        tidy = folded = unmapped["inner"]
        if folded in EMPTY_CODES:
            return ""
    code, words = _parted(name, tidy)
    found = _by_words(name).get(plain(tidy)) or _by_words(name).get(plain(words))
    if found is None:
        if code and (not plain(words) or _is_among(words, official(name).get(code, []))):
            return code
        found = _by_rules(name, folded)
    return _agreed(code, found)


def _parted(name: str, tidy: str) -> tuple[str, str]:
    """The code of the list that stands beside the words, "" when there is none, and the words alone."""
    pattern = BESIDE.get(name)
    match = pattern.search(tidy) if pattern else None
    code = next(group for group in match.groups() if group).upper() if match else ""
    if code not in CODES.get(name, ()):
        return "", NUMBERED.sub("", tidy)
    assert match is not None
    return code, NUMBERED.sub("", f"{tidy[: match.start()]} {tidy[match.end() :]}".strip())


def _is_among(words: str, wordings: list[str]) -> bool:
    """Whether every word stands in the official wordings."""
    said = set(plain(words).split())
    return bool(said) and said <= set(plain(" ".join(wordings)).split()) | {"excluding", "and", "or", "the", "of"}


def _by_rules(name: str, folded: str) -> str | None:
    said = NOT_THIS.sub(" ", folded)
    said = re.sub(r"(?<=\b\w)\.(?=\w\.)|(?<=\b\w)\.(?=\w\b)", "", said)  # n.s.p.c.c. as nspcc
    for code, pattern in _rules(name):
        if pattern.search(said):
            return None if code == "?" else code
    return None


def _agreed(code: str, found: str | None) -> str | None:
    """What a code and what its words mean say together; None where they contradict each other."""
    if not code or found == code:
        return found
    if found is None:
        return None if UNSURE.fullmatch(code) else code
    if code in found.split("|"):
        return code
    return None if SURE.fullmatch(code) else found
