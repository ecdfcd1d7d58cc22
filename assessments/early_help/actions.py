"""Every write an early-help assessment can undergo. The steps to and from contacts and referrals are in ``steps``."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from assessments.early_help.facts import EarlyHelpFacts, missing
from assessments.early_help.models import (
    EarlyHelpAction,
    EarlyHelpAssessment,
    EarlyHelpFinding,
    EarlyHelpPerson,
    EarlyHelpReview,
    EarlyHelpText,
    LeadProfessional,
    TeamMember,
)
from contacts.facts import PersonFacts, ReferrerFacts
from contacts.fields import PERSON_COLUMNS
from contacts.given import as_given, sought
from contacts.models import ContactPerson
from contacts.taken import seen_to, to_be_told
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Agency, User, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import LONDON, at_london, london_date
from frontdoor.codelists import lists
from frontdoor.drafts import actions as drafts
from frontdoor.notifications.actions import raise_alert
from frontdoor.people.access import check_conflict, check_conflict_of, holders_of, is_restricted_to_some
from frontdoor.people.actions import end_involvement, involve, leave, update_involvement
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import Person
from frontdoor.workflow.actions import born, lock, move, touch

Status = EarlyHelpAssessment.Status
REVIEW, ACKNOWLEDGE = "early_help_review", "acknowledgement"
NO_AGREEMENT = "The family has not agreed to it. Early help needs their agreement: talk it through with them."


def may_go_on(consent: str, *, is_safeguarding: bool, on: date) -> bool:
    """Whether early help goes on with this agreement: the rule stands with the codes of agreement (data)."""
    rule = next((row.attributes.get("early_help", "") for row in lists.rows("consent_status", on=on)
                 if row.code == consent), "")  # fmt: skip
    return rule == "accept" or (rule == "safeguarding" and is_safeguarding)


def headings(on: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The headings of the form in force on a day, by domain: domain code and its (code, label) pairs."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in lists.rows("caf_heading", on=on):
        found.setdefault(str(row.attributes.get("domain")), []).append((row.code, row.label))
    return list(found.items())


@transaction.atomic
def record(
    *,
    facts: EarlyHelpFacts,
    by: User | None,
    at: datetime,
    how: str,
    agency: Agency | None = None,
    draft_id: UUID | None = None,
    as_draft: bool = False,
    came_from: str = "",
) -> EarlyHelpAssessment:
    """Keep one early-help assessment exactly as given, whoever wrote it, and begin it where the family agrees.

    ``by`` is the member of staff, or None when an agency sent it. Without agreement it is returned, unless it is a
    safeguarding concern. With ``as_draft`` (staff) it is kept as it is and nothing begins. Raises Refused with the
    field that is missing, AlreadySubmitted when the draft was used before.
    """
    if by is not None:
        require(by, Permission.EARLY_HELP_WRITE)
    if not as_draft:
        for name, sentence in missing(facts):
            raise Refused(sentence, code="required", field=name)
    assessment = EarlyHelpAssessment(how=how, received_at=at, recorded_by=by, agency=agency, came_from=came_from)
    assessment.agency_reference = facts.agency_reference
    _set_columns(assessment, facts)
    assessment.save()
    if draft_id is not None and by is not None:
        drafts.consume(by=by, draft_id=draft_id, kind="early_help", reference=assessment.reference, at=at)
    EarlyHelpText.objects.create(assessment=assessment)
    _keep(assessment, facts, at=at)
    LeadProfessional.objects.create(assessment=assessment, from_at=at, **_lead_columns(facts.lead))
    EarlyHelpAction.objects.bulk_create([EarlyHelpAction(assessment=assessment, **vars(row)) for row in facts.actions])
    TeamMember.objects.bulk_create([TeamMember(assessment=assessment, **vars(row)) for row in facts.team])
    born(assessment, by=by, at=at, agency=agency)
    if by is None:
        clocks.start(ACKNOWLEDGE, reference=assessment.reference, started_at=at, by=None, agency=agency)
    _look_for_restricted(assessment, at=at)
    return assessment if as_draft else _go_on_or_return(assessment, by=by, at=at)


def _go_on_or_return(assessment: EarlyHelpAssessment, *, by: User | None, at: datetime) -> EarlyHelpAssessment:
    """Begun, or returned for agreement; for an agency the machine makes the move the rule has decided."""
    actor, checked = by or system_user(), by is not None
    if may_go_on(assessment.consent, is_safeguarding=assessment.is_safeguarding, on=london_date(at)):
        moved = move(assessment, "begin", by=actor, at=at, check_permission=checked, may_go_on=True)
        _start_review(moved, at=at, by=by)
        return moved
    return move(assessment, "send_back", by=actor, at=at, check_permission=checked, reason=NO_AGREEMENT)


def _start_review(assessment: EarlyHelpAssessment, *, at: datetime, by: User | None) -> None:
    clocks.start(REVIEW, reference=assessment.reference, started_at=at, by=by, agency=assessment.agency)


def _set_columns(assessment: EarlyHelpAssessment, facts: EarlyHelpFacts) -> None:
    who, agreement = facts.assessor, facts.consent
    assessment.organisation = facts.organisation or (assessment.agency.name if assessment.agency else "")
    assessment.assessor_name, assessment.assessor_role = who.name, who.role
    assessment.assessor_telephone, assessment.assessor_email = who.telephone, who.email
    assessment.assessed_at = facts.assessed_at
    assessment.level_of_need, assessment.is_safeguarding = facts.level_of_need, facts.is_safeguarding
    assessment.consent, assessment.consent_to_share = agreement.status, agreement.to_share
    assessment.consent_by, assessment.share_with = agreement.by, agreement.share_with
    assessment.share_exceptions, assessment.consent_signed_on = agreement.exceptions, agreement.signed_on
    assessment.family_told = facts.family_told


def _lead_columns(lead: ReferrerFacts) -> dict[str, Any]:
    names = ("name", "role", "organisation", "telephone", "email", "is_professional", "withhold_name_from_family")
    return {name: getattr(lead, name) for name in names}


def _keep(assessment: EarlyHelpAssessment, facts: EarlyHelpFacts, *, at: datetime) -> None:
    """The texts, what was found and the people as given. An earlier row is written over; history keeps it."""
    text = assessment.text
    for name, value in facts.texts.items():
        setattr(text, name, value)
    text.consent_reason, text.told_reason = facts.consent.reason, facts.told_reason
    text.save()
    known = {code for _, listed in headings(london_date(at)) for code, _ in listed}
    for code, value in facts.findings.items():
        if code in known:
            row = EarlyHelpFinding.objects.filter(assessment=assessment, code=code).first()
            if row is None and value.strip():
                EarlyHelpFinding.objects.create(assessment=assessment, code=code, text=value)
            elif row is not None and row.text != value:
                row.text = value
                row.save()
    rows = {row.position: row for row in assessment.people.all()}
    for position, person in enumerate(facts.people, start=1):
        row_of = rows.get(position) or EarlyHelpPerson(assessment=assessment, position=position)
        _give(row_of, person)
        row_of.save()


def receive(row: ContactPerson, facts: EarlyHelpFacts, *, by: User, at: datetime) -> EarlyHelpAssessment:
    """Keep what screening has passed on of one child of a contact: it waits to be taken on, and nobody leads it yet."""
    assessment = EarlyHelpAssessment(
        status=Status.WAITING, how=EarlyHelpAssessment.How.CONTACT, received_at=at, recorded_by=by,
        came_from=row.contact.reference, contact_person=row,
    )  # fmt: skip
    _set_columns(assessment, facts)
    assessment.save()
    EarlyHelpText.objects.create(assessment=assessment)
    _keep(assessment, facts, at=at)
    born(assessment, by=by, at=at)
    _look_for_restricted(assessment, at=at)
    return assessment


def written_anew(assessment: EarlyHelpAssessment, facts: EarlyHelpFacts, *, at: datetime) -> None:
    """Write over what was passed on before and nobody took on; the caller has locked it."""
    _set_columns(assessment, facts)
    assessment.save()
    _keep(assessment, facts, at=at)


def lead_now(assessment: EarlyHelpAssessment, lead: ReferrerFacts, *, at: datetime) -> None:
    """From now on somebody leads what nobody led."""
    LeadProfessional.objects.create(assessment=assessment, from_at=at, **_lead_columns(lead))


def nobody_leads(assessment: EarlyHelpAssessment, *, at: datetime) -> None:
    """From now on nobody leads it; who did stays."""
    LeadProfessional.objects.filter(assessment=assessment, to_at=None).update(to_at=at)


def _give(row: EarlyHelpPerson, person: PersonFacts) -> None:
    for name in PERSON_COLUMNS:
        setattr(row, name, getattr(person, name))
    if person.address is not None:
        row.address_lines, row.postcode = person.address.lines, person.address.postcode
        row.address_is_confidential = person.address.is_confidential


def person_facts(row: EarlyHelpPerson) -> PersonFacts:
    """Somebody as given."""
    return as_given(row, row.address_lines)


def _look_for_restricted(assessment: EarlyHelpAssessment, *, at: datetime) -> None:
    """Silently: a child who may be somebody restricted is told to the named holders, and to nobody else."""
    for hit in matching.restricted_hits(sought(person_facts(assessment.child))):
        if hit.needs_answer:
            raise_alert(
                kind="restricted-early-help",
                reference=assessment.reference,
                text=f"Early help {assessment.reference} may be about somebody on a record you hold.",
                path=f"/early-help/{assessment.reference}/",
                at=at,
                to=to_be_told(holders_of(hit.person), at),
            )


def _open(assessment: EarlyHelpAssessment, *, by: User, version: int | None = None) -> EarlyHelpAssessment:
    """The locked assessment with its version raised, if it is open and this person may write in it."""
    require(by, Permission.EARLY_HELP_WRITE)
    check_conflict_of(by, assessment.reference)
    locked = touch(assessment, version=version)
    if locked.status not in (Status.DRAFT, Status.ACTIVE, Status.RETURNED):
        raise Refused(f"It is {locked.get_status_display().lower()}: it cannot be edited.", code="wrong_status")
    return locked


@transaction.atomic
def update(
    *, assessment: EarlyHelpAssessment, facts: EarlyHelpFacts, by: User, at: datetime, version: int | None = None
) -> EarlyHelpAssessment:
    """Write it again: people, texts, findings and agreement. Lead, plan and team have acts of their own."""
    locked = _open(assessment, by=by, version=version)
    _set_columns(locked, facts)
    locked.save()
    _keep(locked, facts, at=at)
    write_audit("early_help.written", by=by, reference=locked.reference)
    return locked


@transaction.atomic
def begin(
    *, assessment: EarlyHelpAssessment, by: User, at: datetime, version: int | None = None
) -> EarlyHelpAssessment:
    """Go ahead with a draft, or with one that was returned and is agreed now. The review clock starts."""
    check_conflict_of(by, assessment.reference)
    locked = lock(assessment, version=version)
    allowed = may_go_on(locked.consent, is_safeguarding=locked.is_safeguarding, on=london_date(at))
    moved = move(locked, "begin", by=by, at=at, may_go_on=allowed)
    _start_review(moved, at=at, by=by)
    label_again(moved)
    return moved


@transaction.atomic
def send_back(
    *, assessment: EarlyHelpAssessment, by: User, at: datetime, reason: str, version: int | None = None
) -> EarlyHelpAssessment:
    """Return it for the family's agreement, with what to do."""
    moved = move(assessment, "send_back", by=by, at=at, reason=reason, version=version)
    clocks.stop(reference=moved.reference, rule=REVIEW, at=at, by=by, reason="returned")
    label_again(moved)
    return moved


@transaction.atomic
def acknowledge(*, assessment: EarlyHelpAssessment, by: User, at: datetime) -> EarlyHelpAssessment:
    """Say that a person has seen it; set once, and it stays."""
    require(by, Permission.EARLY_HELP_WRITE)
    locked = touch(assessment)
    if locked.acknowledged_at is None:
        locked.acknowledged_at, locked.acknowledged_by = at, by
        locked.save()
        clocks.stop(reference=locked.reference, rule=ACKNOWLEDGE, at=at, by=by)
        write_audit("early_help.acknowledged", by=by, reference=locked.reference)
    return locked


def label_again(assessment: EarlyHelpAssessment) -> None:
    """The records of those it is about say where it stands now."""
    update_involvement(reference=assessment.reference, status_label=str(assessment.get_status_display()))


@transaction.atomic
def link(*, row: EarlyHelpPerson, person: Person, by: User, at: datetime) -> EarlyHelpPerson:
    """Confirm that somebody as given is this record. Nothing given overwrites the record."""
    check_conflict(by, person)
    locked = _open(row.assessment, by=by)
    locked.save()
    return confirm(locked, row, person, by=by, at=at)


def confirm(
    locked: EarlyHelpAssessment, row: EarlyHelpPerson, person: Person, *, by: User, at: datetime
) -> EarlyHelpPerson:
    """The link itself, on an assessment that the caller has locked and may write."""
    found = EarlyHelpPerson.objects.select_for_update(of=("self",)).select_related("person").get(pk=row.pk)
    if found.person_id == person.pk:
        return found
    if found.person is not None:
        leave(reference=locked.reference, person=found.person)
    found.person, found.linked_at, found.linked_by = person, at, by
    found.save()
    involve(
        person=person,
        reference=locked.reference,
        kind="early_help",
        role="subject" if found.is_child and found.role == "subject" else found.role or "adult",
        at=locked.received_at,
        status_label=str(locked.get_status_display()),
    )
    if is_restricted_to_some(locked.reference):
        seen_to(locked.reference, by=by, at=at)
    write_audit(
        "early_help.person_linked", by=by, reference=locked.reference, people=[person],
        detail={"position": found.position},
    )  # fmt: skip
    return found


@transaction.atomic
def change_lead(
    *, assessment: EarlyHelpAssessment, lead: ReferrerFacts, reason: str, by: User, at: datetime,
    version: int | None = None,
) -> EarlyHelpAssessment:  # fmt: skip
    """Somebody else leads from now on; who led before, and why it changed, stays."""
    locked = _open(assessment, by=by, version=version)
    if not lead.name.strip():
        raise Refused("Name the lead professional.", code="required", field="name")
    if not reason.strip():
        raise Refused("Say why the lead is changing.", code="required", field="reason")
    locked.save()
    LeadProfessional.objects.filter(assessment=locked, to_at=None).update(to_at=at)
    LeadProfessional.objects.create(assessment=locked, from_at=at, reason=reason, **_lead_columns(lead))
    write_audit("early_help.lead_changed", by=by, reference=locked.reference)
    return locked


@transaction.atomic
def add_action(
    *, assessment: EarlyHelpAssessment, what: str, who: str, by_when: date | None, by: User, at: datetime
) -> EarlyHelpAction:
    """Add one thing to the plan."""
    locked = _open(assessment, by=by)
    if not what.strip():
        raise Refused("Say what is to be done.", code="required", field="what")
    locked.save()
    made = EarlyHelpAction.objects.create(assessment=locked, what=what, who=who, by_when=by_when)
    write_audit("early_help.action_added", by=by, reference=locked.reference)
    return made


@transaction.atomic
def finish_action(*, action: EarlyHelpAction, by: User, at: datetime) -> EarlyHelpAction:
    """One thing of the plan is done."""
    locked = _open(action.assessment, by=by)
    locked.save()
    found = EarlyHelpAction.objects.select_for_update(of=("self",)).get(pk=action.pk)
    if found.done_at is None:
        found.done_at, found.done_by = at, by
        found.save()
        write_audit("early_help.action_done", by=by, reference=locked.reference)
    return found


@transaction.atomic
def add_member(
    *, assessment: EarlyHelpAssessment, name: str, role: str, organisation: str, telephone: str, by: User, at: datetime
) -> TeamMember:
    """Somebody joins the team around the child."""
    locked = _open(assessment, by=by)
    if not name.strip():
        raise Refused("Enter the name.", code="required", field="name")
    locked.save()
    made = TeamMember.objects.create(
        assessment=locked, name=name, role=role, organisation=organisation, telephone=telephone
    )
    write_audit("early_help.member_added", by=by, reference=locked.reference)
    return made


@transaction.atomic
def end_member(*, member: TeamMember, by: User, at: datetime) -> TeamMember:
    """Somebody leaves the team around the child."""
    locked = _open(member.assessment, by=by)
    locked.save()
    found = TeamMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if found.ended_at is None:
        found.ended_at = at
        found.save()
        write_audit("early_help.member_left", by=by, reference=locked.reference)
    return found


@transaction.atomic
def review(
    *,
    assessment: EarlyHelpAssessment,
    held_on: date,
    present: str,
    summary: str,
    child_view: str,
    outcome: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> EarlyHelpReview:
    """Record a review. When the plan goes on the next review's clock runs from the day this one was held."""
    locked = _open(assessment, by=by, version=version)
    if locked.status != Status.ACTIVE:
        raise Refused("Only active early help is reviewed.", code="wrong_status")
    if held_on > london_date(at):
        raise Refused("A review cannot have been held in the future.", code="in_future", field="held_on")
    if not summary.strip():
        raise Refused("Write what has changed.", code="required", field="summary")
    if outcome not in EarlyHelpReview.Outcome.values:
        raise Refused("Choose what happens next.", code="required", field="outcome")
    locked.save()
    made = EarlyHelpReview.objects.create(
        assessment=locked, held_on=held_on, present=present, summary=summary, child_view=child_view, outcome=outcome,
        recorded_by=by,
    )  # fmt: skip
    clocks.stop(reference=locked.reference, rule=REVIEW, at=at, by=by, reason="reviewed")
    write_audit("early_help.reviewed", by=by, reference=locked.reference, detail={"outcome": outcome})
    if outcome in ("continue", "single_agency"):
        _start_review(locked, at=min(at_london(held_on, at.astimezone(LONDON).time()), at), by=by)
    return made


@transaction.atomic
def close(
    *, assessment: EarlyHelpAssessment, ending: str, reason: str, by: User, at: datetime, version: int | None = None
) -> EarlyHelpAssessment:
    """End it, with how (a code of ``early_help_ending``) and what has changed for the child."""
    check_conflict_of(by, assessment.reference)
    if not lists.is_valid("early_help_ending", ending, on=london_date(at)):
        raise Refused("Choose how it ended.", code="required", field="ending")
    moved = move(assessment, "close", by=by, at=at, reason=reason, version=version, ending=ending)
    ended(moved, by=by, at=at)
    return moved


def ended(assessment: EarlyHelpAssessment, *, by: User, at: datetime) -> None:
    """What follows whenever it ends: clocks stop, the family's open work ends, and whoever was told has seen to it."""
    clocks.stop(reference=assessment.reference, at=at, by=by, reason="ended")
    seen_to(assessment.reference, by=by, at=at)
    end_involvement(reference=assessment.reference, at=at, status_label=str(assessment.get_status_display()))


def locked_for_step(assessment: EarlyHelpAssessment, *, by: User, version: int | None) -> EarlyHelpAssessment:
    """The assessment locked for a step to another record."""
    require(by, Permission.EARLY_HELP_WRITE)
    check_conflict_of(by, assessment.reference)
    return lock(assessment, version=version)
