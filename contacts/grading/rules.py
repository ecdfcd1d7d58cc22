"""The grade a notification without one gets for the time being, by published rules. Pure: imports no models."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contacts.facts import NOTHING, ContactFacts

ORDER = ("red", "amber", "green", "blue")
YEAR = timedelta(days=365)
#: Said of a notification in which no rule found anything.
NOTHING_FOUND = ("green", "Nothing in it suggests greater urgency; somebody has to read it")
NEGATED = re.compile(r"\b(no|not|nor|without|denies|denied|never)\b[^.;,]{0,30}$", re.IGNORECASE)
WORDS = {
    "injury": re.compile(r"\b(injur\w*|bruis\w*|fractur\w*|burn(s|ed|t)?|bleeding)\b", re.IGNORECASE),
    "weapon": re.compile(r"\b(weapon\w*|knife|knives|firearm\w*|gun|machete)\b", re.IGNORECASE),
    "missing": re.compile(r"\b(reported missing|missing from home|missing person)\b", re.IGNORECASE),
    "exploitation": re.compile(r"\b(exploit\w*|county lines|trafficked|trafficking)\b", re.IGNORECASE),
    "pregnancy": re.compile(r"\bpregnan\w*\b", re.IGNORECASE),
    "child_present": re.compile(r"\bchild(ren)? (was|were) present\b", re.IGNORECASE),
}
NONE_SAID = re.compile(NOTHING, re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """A sign, how often it has to be there (0: that it is there), the grade it gives and the sentence it is told in."""

    code: str
    grade: str
    sentence: str
    at_least: int = 0


#: As shipped; a council's own rows take their place.
RULES = (
    Rule("police_protection", "red", "The police used their powers of protection"),
    Rule("dash_high", "red", "The DASH grade is high"),
    Rule("under_one_injury", "red", "An injury is reported and a child is under one or unborn"),
    Rule("weapon_child_present", "red", "A weapon is reported and a child was present"),
    Rule("on_plan", "red", "A child is on a protection plan now"),
    Rule("dash_ticks", "red", "14 or more DASH questions were answered yes", 14),
    Rule("dash_medium", "amber", "The DASH grade is medium"),
    Rule("dash_ticks", "amber", "10 or more DASH questions were answered yes", 10),
    Rule("under_one", "amber", "A child is under one or unborn"),
    Rule("pregnancy", "amber", "Somebody is pregnant"),
    Rule("injury", "amber", "An injury is reported"),
    Rule("weapon", "amber", "A weapon is reported"),
    Rule("missing", "amber", "A child is reported missing"),
    Rule("exploitation", "amber", "Exploitation is suspected"),
    Rule("repeat", "amber", "It is the third notification or a later one about a child in 12 months", 2),
    Rule("child_present", "green", "A child was present"),
)


@dataclass(frozen=True)
class Graded:
    """A provisional grade with the sentences that led to it, the weightiest first."""

    grade: str
    reasons: tuple[str, ...]


def signs_of(facts: ContactFacts, on: date, *, earlier: int = 0) -> dict[str, int]:
    """The signs in a notification, each with how often. ``earlier``: notifications about a child in 12 months."""
    text = facts.concerns
    said = {reason.casefold() for reason in facts.grade_reasons}
    found = {code for code, pattern in WORDS.items() if _says(text, pattern) or code in said}
    if not NONE_SAID.match(facts.injuries):
        found.add("injury")
    if not NONE_SAID.match(facts.pregnancy):
        found.add("pregnancy")
    if facts.kind == "missing":
        found.add("missing")
    if any(_under_one(child.date_of_birth, child.expected_on, on) for child in facts.children):
        found.add("under_one")
    if facts.powers_of_protection_at is not None:
        found.add("police_protection")
    if facts.dash_grade:
        found.add(f"dash_{facts.dash_grade}")
    found |= {"under_one_injury"} if {"under_one", "injury"} <= found else set()
    found |= {"weapon_child_present"} if {"weapon", "child_present"} <= found else set()
    signs = dict.fromkeys(found, 1)
    if facts.dash_ticks:
        signs["dash_ticks"] = facts.dash_ticks
    if earlier:
        signs["repeat"] = earlier
    return signs


def _says(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether the text says it somewhere without denying it in the words before."""
    return any(not NEGATED.search(text[max(0, found.start() - 60) : found.start()]) for found in pattern.finditer(text))


def _under_one(born: date | None, expected: date | None, on: date) -> bool:
    return expected is not None if born is None else born > on - YEAR


def provisional(signs: dict[str, int], rules: Iterable[Rule] = RULES) -> Graded:
    """The worst grade of the rules that hold, with their sentences; more signs never make it milder."""
    held = [rule for rule in rules if signs.get(rule.code, 0) >= max(rule.at_least, 1)]
    held.sort(key=lambda rule: ORDER.index(rule.grade))
    if not held:
        return Graded(NOTHING_FOUND[0], (NOTHING_FOUND[1],))
    return Graded(held[0].grade, tuple(dict.fromkeys(rule.sentence for rule in _strongest(held))))


def _strongest(held: Sequence[Rule]) -> list[Rule]:
    """Of rules about one sign only the weightiest speaks."""
    first: dict[str, Rule] = {}
    for rule in held:
        first.setdefault(rule.code, rule)
    return list(first.values())
