"""The steps between early help and the front door, each one act: up to a contact, down from a referral."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from assessments.early_help import actions
from assessments.early_help.facts import TEXTS, ActionFacts, ConsentFacts, EarlyHelpFacts
from assessments.early_help.models import EarlyHelpAssessment, EarlyHelpPerson
from assessments.models import Assessment
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.facts import ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.families.telling import telling_for
from contacts.fields import OF_FAMILY
from contacts.given import as_given
from contacts.models import Contact, ContactPerson
from contacts.recording import actions as recording
from contacts.recording.gravest import first_sentence
from contacts.screening import actions as screening
from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people.access import check_conflict
from frontdoor.workflow.actions import move
from referrals import actions as referrals
from referrals.models import Referral

#: Where a contact counts as coming from when staff step their own early help up.
EARLY_HELP_SOURCE = "5D"
#: An action holds so many letters (EarlyHelpAction.what); what is longer is carried as several.
LONGEST_ACTION = 1000


def _for_contact(row: EarlyHelpPerson) -> PersonFacts:
    """Somebody as given, as a contact takes them; a confirmed record is offered first."""
    reference = row.person.reference if row.person is not None else ""
    return replace(actions.person_facts(row), suggested_reference=reference)


def as_contact(assessment: EarlyHelpAssessment, *, reason: str, grade: str, child_protection: bool) -> ContactFacts:
    """The contact an early-help assessment becomes: everything as it stands, nothing typed again but the reason."""
    text = assessment.text
    parts = [reason, f"Stepped up from early help {assessment.reference}."]
    parts += [f"{question}\n{value}" for name, question, _ in TEXTS if (value := getattr(text, name)).strip()]
    labels = {code: label for _, listed in actions.headings(london_date(assessment.received_at))
              for code, label in listed}  # fmt: skip
    parts += [
        f"{labels.get(row.code, row.code)}\n{row.text}"
        for row in assessment.findings.order_by("pk")
        if row.text.strip()
    ]
    plan = [
        f"– {row.what}{f' ({row.who})' if row.who else ''}{': done' if row.done_at else ''}"
        for row in assessment.actions.order_by("pk")
    ]
    if plan:
        parts.append("The plan so far\n" + "\n".join(plan))
    lead = assessment.current_lead()
    child = assessment.child
    return ContactFacts(
        kind="concern",
        how="early_help",
        source="" if assessment.agency else EARLY_HELP_SOURCE,
        agency_reference=assessment.agency_reference,
        occurred_at=assessment.assessed_at,
        referrer=ReferrerFacts(
            name=lead.name if lead else assessment.assessor_name,
            role=lead.role if lead else assessment.assessor_role,
            organisation=(lead.organisation if lead else "") or assessment.organisation,
            telephone=lead.telephone if lead else assessment.assessor_telephone,
            email=lead.email if lead else assessment.assessor_email,
            is_professional=lead.is_professional if lead else True,
            withhold_name_from_family=lead.withhold_name_from_family if lead else False,
        ),
        summary=first_sentence(reason),
        concerns="\n\n".join(parts),
        child_said=text.child_comments or child.account,
        grade=grade,
        grade_reasons=["stepped up from early help"] if grade else [],
        level_of_need=assessment.level_of_need,
        child_protection=child_protection,
        child_location="Not known" if child_protection else "",
        people=[_for_contact(row) for row in assessment.people.select_related("person").order_by("position")],
        families=[
            FamilyFacts(
                told=assessment.family_told,
                told_reason=text.told_reason,
                agreement=assessment.consent,
                agreement_reason=text.consent_reason,
                agreement_by=assessment.consent_by,
                agreement_scope=OF_FAMILY["agreement_scope"].as_kept(assessment.share_with),
            )
        ],
    )


@transaction.atomic
def step_up(
    *,
    assessment: EarlyHelpAssessment,
    by: User,
    at: datetime,
    reason: str,
    grade: str = "",
    child_protection: bool = False,
    version: int | None = None,
) -> Contact:
    """The child needs more: one act makes the contact, with people, texts, agreement and level as they stand.

    Records already confirmed on the assessment are confirmed on the contact. Child protection goes on the fast track
    in the same transaction.
    """
    require(by, Permission.CONTACT_RECORD)
    locked = actions.locked_for_step(assessment, by=by, version=version)
    if not reason.strip():
        raise Refused("Say why the child needs more.", code="required", field="reason")
    if locked.status not in ("draft", "active", "returned"):
        raise Refused(f"It is {locked.get_status_display().lower()} already.", code="wrong_status")
    facts = as_contact(locked, reason=reason, grade=grade, child_protection=child_protection)
    make = referrals.record_and_fast_track if child_protection else recording.record_contact
    contact = make(facts=facts, by=by, agency=locked.agency, at=at)
    if holds(by, Permission.CONTACT_SCREEN):
        given = {row.position: row for row in contact.people.all()}
        for row in locked.people.exclude(person=None).select_related("person").order_by("position"):
            if row.person is not None:
                screening.link_person(on_contact=given[row.position], person=row.person, by=by, at=at)
    moved = move(locked, "step_up", by=by, at=at, reason=reason, contact=contact)
    actions.ended(moved, by=by, at=at)
    contact.refresh_from_db()
    return contact


def carried(
    referral: Referral, *, lead: ReferrerFacts, reason: str, consent: ConsentFacts, at: datetime
) -> EarlyHelpFacts:
    """What goes down with a child: the people as given, what was found, the conclusion, and the plan as its actions."""
    contact, row = referral.contact, referral.contact_person
    latest: Assessment | None = (
        Assessment.objects.filter(referral=referral, status="authorised").select_related("text", "views").last()
    )
    telling = telling_for(row)
    child_said = telling.of("child_said", contact.text.child_said)
    texts = {
        "situation": telling.of("concerns", contact.text.concerns), "conclusion": reason, "child_comments": child_said,
    }  # fmt: skip
    findings: dict[str, str] = {}
    plan: list[ActionFacts] = []
    if latest is not None:
        text = latest.text
        texts |= {
            "strengths": text.strengths,
            "needs": text.worries,
            "home": text.impact,
            "conclusion": f"{text.conclusion}\n\n{reason}".strip(),
            "child_comments": latest.views.words or child_said,
        }
        findings = {entry.code: entry.evidence for entry in latest.dimensions.all() if entry.evidence.strip()}
        if text.outcome_reason.strip():
            plan += [ActionFacts(what=part, who=lead.name) for part in in_parts(text.outcome_reason)]
    child, *others = of_one_family(row)
    return EarlyHelpFacts(
        child=child,
        family=others,
        lead=lead,
        organisation=lead.organisation,
        level_of_need=row.level_of_need if row.level_of_need in ("2", "3") else "3",
        consent=consent,
        texts=texts,
        findings=_headed(findings, london_date(at)),
        actions=plan,
    )


def in_parts(text: str, longest: int = LONGEST_ACTION) -> list[str]:
    """A text in parts that each fit an action, cut between words where there are any: together they are all of it."""
    parts, rest = [], text.strip()
    while len(rest) > longest:
        gap = max(rest.rfind(" ", 0, longest + 1), rest.rfind("\n", 0, longest + 1))
        end = gap if gap > 0 else longest
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def family_of(row: ContactPerson) -> list[ContactPerson]:
    """The child of a contact first, then everybody of the same family on it."""
    others = row.contact.people.filter(family_group=row.family_group).exclude(pk=row.pk)
    return [row, *others.select_related("person").order_by("position")]


def of_one_family(row: ContactPerson) -> list[PersonFacts]:
    """The same as given: the child it is about, and brothers, sisters and adults."""
    child, *others = [as_given(each, [each.address]) for each in family_of(row)]
    child.role = "subject"
    return [child, *(_sibling(other) for other in others)]


def _sibling(facts: PersonFacts) -> PersonFacts:
    if facts.is_child and facts.role == "subject":
        facts.role = "sibling"
    return facts


def _headed(findings: dict[str, str], on: date) -> dict[str, str]:
    """What a statutory assessment found, under the headings of the common form: which goes where is data."""
    found: dict[str, str] = {}
    for row in lists.rows("caf_heading", on=on):
        texts = [findings[code] for code in row.attributes.get("dimensions", []) if code in findings]
        if texts:
            found[row.code] = "\n\n".join(texts)
    return found


@transaction.atomic
def step_down(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    reason: str,
    lead: ReferrerFacts,
    consent: ConsentFacts,
    version: int | None = None,
) -> EarlyHelpAssessment:
    """Statutory work ends and early help begins, one act: the plan is carried, a named person has taken it.

    Before anything began the referral ends as early help; after an authorised assessment it closes with RC9, otherwise
    with RC7. Refused without the family's agreement, without a lead, and where the referral may not end.
    """
    require(by, Permission.REFERRAL_CLOSE)
    if referral.child is None:
        raise Refused("Confirm first who the child is.", code="no_child")
    check_conflict(by, referral.child)
    if not reason.strip():
        raise Refused("Say why early help is now enough, and what has changed.", code="required", field="reason")
    if not lead.name.strip():
        raise Refused("Name the lead professional who has taken it.", code="required", field="lead_name")
    if not actions.may_go_on(consent.status, is_safeguarding=False, on=london_date(at)):
        raise Refused("Early help needs the family’s agreement.", code="agreement", field="consent")
    facts = carried(referral, lead=lead, reason=reason, consent=consent, at=at)
    made = actions.record(facts=facts, by=by, at=at, how="step_down", came_from=referral.reference)
    made.refresh_from_db()
    others = [each.person for each in family_of(referral.contact_person)[1:]]
    for row, person in zip(made.people.order_by("position"), [referral.child, *others], strict=True):
        if person is not None:
            actions.link(row=row, person=person, by=by, at=at)
    if referral.status in ("awaiting_decision", "accepted"):
        ended = referrals.no_further_action(
            referral=referral, by=by, at=at, reason=reason, ending=Referral.Ending.EARLY_HELP, version=version
        )
        proposed_with = "“End without further work”, as early help"
    else:
        assessed = Assessment.objects.filter(referral=referral, status="authorised").exists()
        closure_reason = "RC9" if assessed else "RC7"
        ended = referrals.close(
            referral=referral, by=by, at=at, closure_reason=closure_reason, what_changed=reason, version=version
        )
        proposed_with = f"“Close”, with {closure_reason}"
    if ended.is_open:
        raise Refused(
            f"A second manager has to sign this ending: propose it with {proposed_with}; "
            "the other manager then steps it down.",
            code="second_manager",
        )
    found: EarlyHelpAssessment = EarlyHelpAssessment.objects.get(pk=made.pk)
    return found


@transaction.atomic
def record_behind_link(*, link: SecureLink, facts: EarlyHelpFacts, at: datetime) -> EarlyHelpAssessment:
    """Keep what somebody sent behind a secure link and use the link up: both, or neither."""
    made = actions.record(facts=facts, by=None, agency=link.agency, at=at, how="form")
    links.use(link=link, became=made.reference, at=at)
    return made
