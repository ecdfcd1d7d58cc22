"""The body of an early-help assessment (CAF), checked whole, and the receipt for it."""

import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from assessments.early_help.actions import headings
from assessments.early_help.facts import MOST_ROWS, TEXTS, ActionFacts, ConsentFacts, EarlyHelpFacts, MemberFacts
from assessments.early_help.models import EarlyHelpAssessment
from contacts.facts import PersonFacts, ReferrerFacts
from contacts.fields import CONSENT, LONGEST_TEXT, MOST_PEOPLE, OF_FAMILY, OF_REFERRER
from frontdoor.accounts.models import Agency
from frontdoor.api.bodies import Child, FamilyMember, FamilyTold, Referrer, person_facts, referrer_facts
from frontdoor.api.receipts import stamp
from frontdoor.api.validation import Body, answer, body, code, day, flag, inner, many, moment, number, read, text
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


NAME, ROLE = answer(OF_REFERRER["name"], required=True), answer(OF_REFERRER["role"])
ORGANISATION, EMAIL = answer(OF_REFERRER["organisation"]), answer(OF_REFERRER["email"])
PHONE, CALLED = answer(OF_REFERRER["telephone"]), {"telephone": "phone"}
Assessor = body(
    "Assessor", need=["name"], called=CALLED, name=NAME, role=ROLE, telephone=PHONE, email=EMAIL,
    organisation=ORGANISATION,
)  # fmt: skip
TeamMember = body(
    "TeamMember", need=["name"], called=CALLED, name=NAME, role=ROLE, telephone=PHONE, organisation=ORGANISATION
)
PlanAction = body(
    "PlanAction", need=["what"], what=text(1000, required=True), who=text(200), by_when=day(may_be_ahead=True)
)
EarlyHelpConsent = body(
    "EarlyHelpConsent",
    need=["status"],
    called={"by": "given_by"},
    status=code(CONSENT, required=True),
    reason=answer(OF_FAMILY["agreement_reason"]),
    by=answer(OF_FAMILY["agreement_by"]),
    to_share=code(CONSENT),
    share_with=text(500),
    exceptions=text(500),
    signed_on=day(),
)


class _EarlyHelp(Body):
    read_as_empty = ("lead_professional",)


@cache
def early_help_body(under: tuple[tuple[str, str], ...]) -> type[Body]:
    """The body of an assessment under these headings (code, label)."""
    found = {code: text(LONGEST_TEXT, lines=True, said=label) for code, label in under}
    asked = {name: text(LONGEST_TEXT, lines=True, said=words) for name, words, _ in TEXTS if name in OTHER_TEXTS}
    return body(
        "EarlyHelpAssessment",
        _EarlyHelp,
        need=["child", "situation", "lead_professional"],
        called={"assessed_at": "occurred_at", "situation": "concerns", "is_safeguarding": "safeguarding"},
        agency_reference=text(100),
        assessed_at=moment(),
        child=inner(Child, required=True),
        family=many(FamilyMember, MOST_PEOPLE),
        situation=text(LONGEST_TEXT, required=True, lines=True, said="What has led to the assessment"),
        **asked,
        findings=inner(body("Findings", **found)),
        level_of_need=number(1, 4, "invalid_code"),
        is_safeguarding=flag("A child may not be safe: telephone the front door as well"),
        lead_professional=inner(Referrer, required=True),
        assessor=inner(Assessor),
        consent=inner(EarlyHelpConsent),
        family_told=inner(FamilyTold),
        actions=many(PlanAction, MOST_ROWS),
        team=many(TeamMember, MOST_ROWS),
    )


def early_help_facts(value: Any, now: datetime) -> EarlyHelpFacts:
    """The early-help assessment a body means. Raises Problem 400 with every error at once."""
    in_force = (heading for _, listed in headings(london_date(now)) for heading in listed)
    told = read(early_help_body(tuple(in_force)), value, now).answers()
    lead = referrer_facts(told.pop("lead_professional"))
    assessor, family = _part(told, "assessor"), _part(told, "family_told")
    return EarlyHelpFacts(
        child=replace(person_facts(told.pop("child")), role="subject"),
        family=[_relative(row) for row in told.pop("family", ())],
        lead=lead,
        organisation=assessor.pop("organisation", ""),
        assessor=ReferrerFacts(**assessor or {"name": lead.name, "role": lead.role, "telephone": lead.telephone}),
        consent=ConsentFacts(**(_part(told, "consent") or {"status": "not_sought"})),
        family_told=family.get("told", ""),
        told_reason=family.get("told_reason", ""),
        level_of_need=str(told.pop("level_of_need", "")),
        texts={name: told.pop(name, "") for name, _, _ in TEXTS},
        findings=_part(told, "findings"),
        actions=[ActionFacts(**row.answers()) for row in told.pop("actions", ())],
        team=[MemberFacts(**row.answers()) for row in told.pop("team", ())],
        **told,
    )


def _part(told: dict[str, Any], name: str) -> dict[str, Any]:
    """What an object inside says, taken out of what is told."""
    found: Body | None = told.pop(name, None)
    return found.answers() if found is not None else {}


def _relative(given: Body) -> PersonFacts:
    """Somebody of the family of a child: a parent or carer, or another child."""
    person = person_facts(given, is_child=False)
    person.role = "sibling" if person.is_child else "carer"
    return person


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
