"""The body of an early-help assessment (CAF), checked whole, and the receipt for it."""

import re
from datetime import datetime
from typing import Any

from assessments.early_help.actions import headings
from assessments.early_help.facts import MOST_ROWS, TEXTS, ActionFacts, ConsentFacts, EarlyHelpFacts, MemberFacts
from assessments.early_help.models import EarlyHelpAssessment
from contacts.facts import ReferrerFacts
from frontdoor.accounts.models import Agency
from frontdoor.api.problems import FieldError, Problem
from frontdoor.api.receipts import stamp
from frontdoor.api.validation import (
    CONSENT,
    EMAIL,
    LONGEST_TEXT,
    MOST_PEOPLE,
    TOLD,
    Reader,
    child_facts,
    family_member_facts,
    referrer_facts,
    summary,
)
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date

REFERENCE = re.compile(r"E-[0-9A-Z]{8}")
#: The long texts a body may hold beside ``concerns``, which is what has led to the assessment.
OTHER_TEXTS = tuple(name for name, _, _ in TEXTS if name != "situation")
OUTCOMES = {
    "returned": "Returned: the family’s agreement is needed",
    "stepped_up": "Stepped up to the front door",
    "ended": "Early help has ended",
}


def early_help_facts(value: Any, now: datetime) -> EarlyHelpFacts:
    """The early-help assessment a body means. Raises Problem 400 with every error at once."""
    if not isinstance(value, dict):
        raise Problem(400, "invalid_body", "", [FieldError("", "invalid_type", "This has to be an object.")])
    today = london_date(now)
    body = Reader(value, "", [])
    facts = EarlyHelpFacts()
    facts.agency_reference = body.text("agency_reference", 100)
    facts.assessed_at = body.moment("occurred_at", now)
    facts.texts = {"situation": body.text("concerns", LONGEST_TEXT, required=True, lines=True)}
    child = body.inner("child", required=True)
    if child is not None:
        facts.child = child_facts(child, today)
        facts.child.role = "subject"
    facts.family = [family_member_facts(row, today) for row in body.rows("family", MOST_PEOPLE)]
    facts.lead = referrer_facts(body, "lead_professional")
    facts.assessor = _assessor(body, facts)
    facts.consent = _consent(body, now)
    told = body.inner("family_told")
    if told is not None:
        facts.family_told = told.code("status", TOLD, required=True)
        facts.told_reason = told.text("reason", 1000, lines=True)
        told.done()
    level = body.number("level_of_need", 1, 4, "invalid_code")
    facts.level_of_need = str(level) if level else ""
    facts.is_safeguarding = bool(body.flag("safeguarding"))
    for name in OTHER_TEXTS:
        facts.texts[name] = body.text(name, LONGEST_TEXT, lines=True)
    findings = body.inner("findings")
    if findings is not None:
        for code in [code for _, rows in headings(today) for code, _ in rows]:
            facts.findings[code] = findings.text(code, LONGEST_TEXT, lines=True)
        findings.done()
    facts.actions = [_action(row, now) for row in body.rows("actions", MOST_ROWS)]
    facts.team = [_member(row) for row in body.rows("team", MOST_ROWS)]
    body.done()
    if body.errors:
        raise Problem(400, "invalid_body", summary(body.errors), body.errors)
    return facts


def _assessor(body: Reader, facts: EarlyHelpFacts) -> ReferrerFacts:
    reader = body.inner("assessor")
    if reader is None:
        return ReferrerFacts(name=facts.lead.name, role=facts.lead.role, telephone=facts.lead.telephone)
    email = reader.text("email", 254)
    if email and not EMAIL.fullmatch(email):
        reader.wrong("email", "invalid_format", "This is no e-mail address.")
    found = ReferrerFacts(
        name=reader.text("name", 200, required=True),
        role=reader.text("role", 100),
        telephone=reader.text("phone", 40),
        email=email,
    )
    facts.organisation = reader.text("organisation", 150)
    reader.done()
    return found


def _consent(body: Reader, now: datetime) -> ConsentFacts:
    """What the family agrees to; nothing said is not asked."""
    reader = body.inner("consent")
    if reader is None:
        return ConsentFacts(status="not_sought")
    found = ConsentFacts(
        status=reader.code("status", CONSENT, required=True),
        reason=reader.text("reason", 1000, lines=True),
        by=reader.text("given_by", 200),
        to_share=reader.code("to_share", CONSENT),
        share_with=reader.text("share_with", 500),
        exceptions=reader.text("exceptions", 500),
        signed_on=reader.day("signed_on", london_date(now)),
    )
    reader.done()
    return found


def _action(reader: Reader, now: datetime) -> ActionFacts:
    found = ActionFacts(
        what=reader.text("what", 1000, required=True),
        who=reader.text("who", 200),
        by_when=reader.day("by_when", london_date(now), may_be_ahead=True),
    )
    reader.done()
    return found


def _member(reader: Reader) -> MemberFacts:
    found = MemberFacts(
        name=reader.text("name", 200, required=True),
        role=reader.text("role", 100),
        organisation=reader.text("organisation", 150),
        telephone=reader.text("phone", 40),
    )
    reader.done()
    return found


def early_help_receipt(assessment: EarlyHelpAssessment, at: datetime) -> dict[str, Any]:
    """The receipt of an early-help assessment: the shape of a contact's, whatever is known of the child."""
    due = (
        Clock.objects.filter(reference=assessment.reference, rule="acknowledgement")
        .order_by("id")
        .values_list("due_at", flat=True)
        .first()
    )
    code = {"returned": "returned", "stepped_up": "stepped_up", "closed": "ended"}.get(assessment.status, "")
    status = "decided" if code else "in_screening" if assessment.acknowledged_at else "received"
    decided_at = assessment.ended_at or assessment.received_at
    return {
        "reference": assessment.reference,
        "agency_reference": assessment.agency_reference,
        "received_at": stamp(assessment.received_at),
        "acknowledge_by": stamp(due),
        "status": status,
        "acknowledged_at": stamp(assessment.acknowledged_at),
        "decided_at": stamp(decided_at) if code else None,
        "outcome": {"code": code, "label": OUTCOMES[code]} if code else None,
        "links": {"self": f"/api/v1/early-help-assessments/{assessment.reference}"},
    }


def own_early_help(agency: Agency, reference: str) -> EarlyHelpAssessment | None:
    """The agency's assessment with this reference; None for another agency's as for one that does not exist."""
    if not REFERENCE.fullmatch(reference):
        return None
    found: EarlyHelpAssessment | None = EarlyHelpAssessment.objects.filter(agency=agency, reference=reference).first()
    return found
