"""The outline of an assessment: its sections, and what each still needs. Pure: no database, no Django models."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

#: First day of Working Together 2013, which replaced the initial and the core assessment by a single one.
SINGLE_ASSESSMENT_FROM = date(2013, 4, 15)

#: Codes withdrawn from the Children in Need census, with the last day they may be recorded.
WITHDRAWN_FACTORS: Mapping[str, date] = {"18A": date(2021, 3, 31), "19A": date(2021, 3, 31)}
NO_FACTORS = "21"

#: The three domains of the assessment framework, in order: section name, domain code, heading.
DOMAINS: tuple[tuple[str, str, str], ...] = (
    ("development", "CDN", "The child’s developmental needs"),
    ("parenting", "PC", "Parenting capacity"),
    ("environment", "FEF", "Family and environmental factors"),
)

#: Prompts of the analysis: field, question, hint.
ANALYSIS: tuple[tuple[str, str, str], ...] = (
    ("worries", "What are we worried about, for this child?", "What has happened, how often, how badly, when last."),
    ("strengths", "What is working well?", "What keeps the child safe now, and who does it."),
    ("impact", "What is daily life like for the child, and what will happen if nothing changes?", ""),
    ("unknown", "What do we still not know?", "And what would change our minds."),
    ("conclusion", "What does it all mean?", "Your professional judgement, and why; not a repeat of the facts."),
)


@dataclass(frozen=True)
class Section:
    """A page of the assessment that is written and saved by itself."""

    name: str
    title: str


SECTIONS: tuple[Section, ...] = (
    Section("purpose", "Why we are assessing"),
    Section("child", "The child’s views"),
    *(Section(name, title) for name, _, title in DOMAINS),
    Section("analysis", "Analysis"),
    Section("outcome", "Outcome and factors"),
)
SECTION_TITLES: Mapping[str, str] = {section.name: section.title for section in SECTIONS}


@dataclass(frozen=True)
class Written:
    """What has been written so far, as plain values."""

    purpose: str = ""
    child_words: str = ""
    child_why_not: str = ""
    dimensions: Collection[str] = ()
    expected_dimensions: Mapping[str, Collection[str]] = field(default_factory=dict)
    analysis: Mapping[str, str] = field(default_factory=dict)
    outcome: str = ""
    outcome_reason: str = ""
    factors: Collection[str] = ()
    seen: bool = False
    never_seen_reason: str = ""


def kinds_on(referred_on: date) -> tuple[str, ...]:
    """Kinds of statutory assessment under the edition in force on the day of the referral.

    Initial and core assessment under the Assessment Framework 2000 and Working Together 2006 and 2010; the
    single assessment from Working Together 2013.
    """
    return ("single",) if referred_on >= SINGLE_ASSESSMENT_FROM else ("initial", "core")


def missing(written: Written) -> dict[str, list[str]]:
    """What each section still needs before the assessment can be submitted: section name to whole sentences.

    ``visits`` stands for the visits page. An empty dictionary means that it is complete.
    """
    needs: dict[str, list[str]] = {}

    def need(section: str, sentence: str) -> None:
        needs.setdefault(section, []).append(sentence)

    if not written.purpose.strip():
        need("purpose", "Say why the child is being assessed.")
    if not written.seen and not written.never_seen_reason:
        need("visits", "Record a visit at which the child was seen, or say why the child was never seen.")
    if not written.child_words.strip() and not written.child_why_not.strip():
        need("child", "Write what the child says, or why the child’s views could not be had.")
    for section, code, title in DOMAINS:
        left = len(set(written.expected_dimensions.get(code, ())) - set(written.dimensions))
        if left:
            need(section, f"{title}: {left} {'dimension is' if left == 1 else 'dimensions are'} still to be written.")
    for name, question, _ in ANALYSIS:
        if not written.analysis.get(name, "").strip():
            need("analysis", f"Answer “{question}”")
    if not written.outcome:
        need("outcome", "Choose the outcome.")
    elif not written.outcome_reason.strip():
        need("outcome", "Give the reason for the outcome.")
    if not written.factors:
        need("outcome", "Choose the factors identified, or “no factors identified”.")
    return needs


def wrong_factors(codes: Collection[str], *, on: date, allowed: Collection[str], ends_work: bool) -> list[str]:
    """Whole sentences about factors that cannot stand together, or not on this day; empty when all is well.

    Rules of the Children in Need census: 21 stands alone and only where no further work follows (8869), no code twice
    (8898), 18A and 19A withdrawn with the year ending March 2021 (8945, 8950), every code in the list of its day.
    """
    told: list[str] = []
    given = list(codes)
    if len(given) != len(set(given)):
        told.append("The same factor is chosen twice.")
    if NO_FACTORS in given and len(set(given)) > 1:
        told.append("“No factors identified” cannot be chosen together with a factor.")
    if given == [NO_FACTORS] and not ends_work:
        told.append("“No factors identified” can only be chosen when the outcome is no further action.")
    for code in sorted(set(given)):
        last = WITHDRAWN_FACTORS.get(code)
        if last is not None and on > last:
            after = f"{last.day} March {last.year}"
            told.append(f"Factor {code} cannot be recorded after {after}; choose {code[:2]}B or {code[:2]}C.")
        elif code not in allowed and last is None:
            told.append(f"Factor {code} is not in the list for this date.")
    return told
