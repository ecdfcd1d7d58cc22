"""The body of an early help assessment (CAF): one child, what was found, agreement, and who leads."""

from datetime import datetime
from typing import Any

from contacts.facts import ContactFacts
from frontdoor.api.problems import FieldError, Problem
from frontdoor.api.validation import LONGEST_TEXT, Reader, child_facts, family_facts, referrer_facts, summary
from frontdoor.clocks.working_days import london_date


def early_help_facts(value: Any, now: datetime) -> ContactFacts:
    """The contact an early help assessment is recorded as. Raises Problem 400 with every error at once."""
    if not isinstance(value, dict):
        raise Problem(400, "invalid_body", "", [FieldError("", "invalid_type", "This has to be an object.")])
    body = Reader(value, "", [])
    facts = ContactFacts(kind="early_help_request", how="api")
    facts.agency_reference = body.text("agency_reference", 100)
    facts.occurred_at = body.moment("occurred_at", now)
    facts.concerns = body.text("concerns", LONGEST_TEXT, required=True, lines=True)
    child = body.inner("child", required=True)
    if child is not None:
        facts.people = [child_facts(child, london_date(now))]
    facts.referrer = referrer_facts(body, "lead_professional")
    facts.families = [family_facts(body)]
    body.done()
    if body.errors:
        raise Problem(400, "invalid_body", summary(body.errors), body.errors)
    return facts
