"""The closed list of fields a template of a letter may hold, and how its wording is filled. Pure."""

import re
from collections.abc import Mapping

#: Name in braces to what it stands for. Nothing else may stand in braces.
FIELDS = {
    "child": "the child’s name",
    "recipient": "the name of whom it goes to",
    "worker": "the name of the child’s worker",
    "team": "the team that works with the child",
    "date": "the day it is drafted",
    "outcome": "the outcome of the section 47 enquiry, authorised by a second manager",
    "support": "the support that follows the section 47 enquiry",
    "closing_reason": "why the case was closed",
}
#: What a template needs that has no value, as a sentence.
LACKING = {
    "worker": "This letter names the child’s worker, and there is none: allocate the referral first.",
    "team": "This letter names the team, and the referral has none: allocate the referral first.",
    "outcome": "This letter tells the outcome of a section 47 enquiry, and none has been authorised on this referral.",
    "closing_reason": "This letter tells that the case was closed: close the referral first.",
    "child": "The child has no name on record: add it first.",
}
#: Invented values for the preview of a template.
SAMPLE = {
    "child": "Sam Example", "recipient": "Mary Example", "worker": "Sol Worker", "team": "Assessment team",
    "date": "24 November 2026", "outcome": "Concerns not substantiated", "support": "Help from the family hub.",
    "closing_reason": "Case closed after assessment, no further action",
}  # fmt: skip
BRACED = re.compile(r"\{([^{}]*)\}")


def unknown(wording: str) -> list[str]:
    """What stands in braces and is no field, and braces that do not close."""
    found = [name for name in BRACED.findall(wording) if name not in FIELDS]
    return found + re.findall(r"[{}]", BRACED.sub("", wording))


def filled(wording: str, values: Mapping[str, str]) -> str:
    """The wording with its values; a paragraph of nothing but empty fields goes. Raises KeyError for a missing one."""
    told = [(part, BRACED.sub(lambda found: values[found[1]], part)) for part in re.split(r"\n\s*\n", wording.strip())]
    return "\n\n".join(text for _, text in told if text.strip())


def needed(wording: str) -> list[str]:
    """The fields a wording holds, in its order."""
    return list(dict.fromkeys(name for name in BRACED.findall(wording) if name in FIELDS))
