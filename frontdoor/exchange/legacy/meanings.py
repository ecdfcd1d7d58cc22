"""What a local wording means: codes and words into the lists of the returns. Pure; the rules are data beside it.

Words are read before codes, because old systems re-used numbers ("7 - Police", "RC7: closed after assessment, no
further action"). A wording that may mean several codes gives them all, joined by ``|``; one that means
nothing gives "".
"""

import json
import re
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "meanings.json"

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
SEX = {"M": "M", "F": "F", "U": "U", "1": "M", "2": "F", "0": "U", "9": "U"}
NOTHING_SAID = frozenset({"", "n/a", "na", "-", "--", "nan", "?", "null", "not mapped", "zzcodeerror", "n.a.", "."})
UNMAPPED = re.compile(r"code '(?P<inner>[^']*)' is not mapped", re.I)
EMPTY_CODES = frozenset({"othe", "other", "unk", "none", ""})
NOT_THIS = re.compile(r"\((?:not|excl\w*)\b[^)]*\)", re.I)
LEADING = {
    "source": re.compile(r"^\W*(\d{1,2}[A-F]?)\b|\[(\d{1,2}[A-F]?)\]", re.I),
    "need": re.compile(r"\b(N\d)", re.I),
    "closure": re.compile(r"\b(RC\d)", re.I),
}


@cache
def _rules(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    shipped = json.loads(DATA.read_text(encoding="utf-8"))
    return tuple((code, re.compile(pattern)) for code, pattern in shipped.get(name, []))


@cache
def meaning(name: str, value: str) -> str | None:
    """The code (or codes joined by ``|``) a wording of this list means.

    "" when it says nothing ("n/a", "Not Mapped"); None when nobody knows yet, so that a person has to say.
    """
    tidy = " ".join(value.replace("\xa0", " ").split()).strip("‘’“”'\" .").strip()
    if tidy.upper() in CODES.get(name, ()):
        return tidy.upper()
    if name == "sex":
        return SEX.get(tidy.upper()[:1]) if tidy else ""
    if name == "ethnicity" and tidy.upper() in FORMER_ETHNICITY:
        return FORMER_ETHNICITY[tidy.upper()]
    folded = tidy.casefold().replace("’", "'").replace("‘", "'").replace("–", "-")
    if name == "need" and folded == "nan":
        return "N0"
    if folded in NOTHING_SAID:
        return ""
    unmapped = UNMAPPED.fullmatch(folded) or UNMAPPED.search(folded)
    if unmapped:
        folded = unmapped["inner"]
        if folded in EMPTY_CODES:
            return ""
    said = NOT_THIS.sub(" ", folded)
    said = re.sub(r"(?<=\b\w)\.(?=\w\.)|(?<=\b\w)\.(?=\w\b)", "", said)  # n.s.p.c.c. as nspcc
    for code, pattern in _rules(name):
        if pattern.search(said):
            return code
    leading = LEADING.get(name)
    if leading is not None:
        match = leading.search(tidy)
        if match:
            code = next(group for group in match.groups() if group).upper()
            if code in CODES[name]:
                return code
    return None
