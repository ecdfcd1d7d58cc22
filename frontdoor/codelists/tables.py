"""Every code list as a rule table, for its page and the file of rules."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from frontdoor.codelists import lists
from frontdoor.codelists.models import Code
from frontdoor.dated import Column, Table, register

#: Names of lists whose words do not follow from their file's name.
LABELS = {
    "caf_heading": "Headings of an early-help assessment", "category_of_abuse": "Categories of abuse",
    "closure_reason": "Reasons for closing", "contact_outcome": "Outcomes of a contact", "dash_grade": "DASH grades",
    "early_help_ending": "How early help ends", "factor": "Factors found by an assessment", "grade": "Grades",
    "lateness_reason": "Why a deadline was missed", "never_seen_reason": "Why a child was never seen",
    "not_seen_reason": "Why a child was not seen", "outcome_outside": "Outcomes as agencies are told them",
    "primary_need": "Primary needs", "referral_source": "Sources of referrals", "relationship": "Relationships",
    "retention": "How long records are kept", "upn_unknown": "Why a pupil number is not known",
    "visit_place": "Places of a visit", "warning_kind": "Kinds of warning", "lawful_basis": "Lawful bases",
    "document_kind": "Kinds of document", "dimension": "Dimensions of an assessment", "language": "Languages",
    "disability": "Disabilities", "ethnicity": "Ethnic groups", "religion": "Religions", "sex": "Sex",
    "level_of_need": "Levels of need", "consent_status": "Consent", "assessment_outcome": "Outcomes of an assessment",
    "harm_word": "Words of harm, which choose the sentence on a line of the queue",
}  # fmt: skip
COLUMNS = (
    Column("code", "Code", hint="A short word or number. It cannot be changed later, because records use it."),
    Column("label", "Words", hint="What people see"),
    Column("position", "Place in the list", "number"),
)
ATTRIBUTES = Column("attributes", "What it means to the system", "attributes", required=False)


def kinds_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, type]:
    """Of which kind each attribute of a list is: as the product ships it, and so reads it."""
    return {name: type(value) for row in rows for name, value in row.get("attributes", {}).items()}


def name_of(list_name: str) -> str:
    """The name of a list's table."""
    return f"codes_{list_name}"


def register_lists() -> None:
    """Each list is a table of its own."""
    shipped = lists.shipped()
    register(
        *(
            Table(
                name=name_of(name), label=LABELS.get(name, name.replace("_", " ").capitalize()),
                about="Answers people choose from, each with its words.", model=Code,
                columns=(*COLUMNS, replace(ATTRIBUTES, kinds=kinds_of(shipped[name]))),
                permission="rules.edit", where=(("list_name", name),), title="label", is_list=True,
            )
            for name in lists.names()
        )
    )  # fmt: skip
