"""What screening passes on: a record for each child, which waits until somebody in early help takes it on by name.

The clock is that of the list of what was sent (``referrals.sending``): taking it on here answers it there, and what is
answered there is taken on here. One contact's child has one record, however often that is decided. What was sent is
always locked before the record kept of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from assessments.early_help import actions, steps
from assessments.early_help.facts import ConsentFacts, EarlyHelpFacts
from assessments.early_help.models import ENDED, EarlyHelpAssessment
from contacts.facts import ReferrerFacts
from contacts.families.telling import telling_for
from contacts.models import ContactPerson
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.people.access import check_conflict_of
from frontdoor.people.actions import involve
from frontdoor.workflow.actions import lock, move
from referrals import sending
from referrals.answers import outcome_attributes
from referrals.hooks import Keeper
from referrals.models import Sent

Status = EarlyHelpAssessment.Status


def facts_of(row: ContactPerson) -> EarlyHelpFacts:
    """What goes along with a child: the words of the contact about their family, level, agreement, and who is named."""
    contact, telling = row.contact, telling_for(row)
    family = contact.families.filter(number=row.family_group).first()
    child, *others = steps.of_one_family(row)
    words = contact.text
    facts = EarlyHelpFacts(
        child=child,
        family=others,
        level_of_need=row.level_of_need or contact.level_by_screening,
        texts={
            "situation": telling.of("concerns", words.concerns) or telling.plain(contact.summary),
            "child_comments": telling.of("child_said", words.child_said),
            "conclusion": telling.plain(row.outcome_reason),
        },
    )
    if family is not None:
        facts.consent = ConsentFacts(
            status=family.agreement, by=family.agreement_by, reason=family.agreement_reason,
            share_with=family.agreement_scope,
        )  # fmt: skip
        facts.family_told, facts.told_reason = family.told, family.told_reason
    return facts


def _is_early_help(sent: Sent, at: datetime) -> bool:
    """Whether it goes to early help: the outcome is told outside as that. Restricted kinds stay on their own list."""
    outside = outcome_attributes(london_date(at)).get(sent.outcome, {}).get("outside")
    return outside == "early_help" and not sent.contact.type.is_restricted


def _kept(sent: Sent) -> EarlyHelpAssessment | None:
    """The record of what was sent, locked; None where there is none."""
    if sent.contact_person_id is None:
        return None
    found = EarlyHelpAssessment.objects.filter(contact_person=sent.contact_person_id).first()
    return lock(found) if found is not None else None


def _sent(sent: Sent, by: User, at: datetime) -> None:
    """A record that waits: a new one, the one of before again, or none where early help has it already."""
    row = sent.contact_person
    if row is None or not _is_early_help(sent, at):
        return
    kept = _kept(sent)
    if kept is None:
        made = actions.receive(row, facts_of(row), by=by, at=at)
        _link(made, by=by, at=at)
        return
    if kept.status in ENDED.split():
        if kept.status in (Status.DECLINED, Status.WITHDRAWN):
            actions.written_anew(kept, facts_of(row), at=at)
        again = _wait_again(kept, by=by, at=at, reason="decided anew")
        _link(again, by=by, at=at)
        return
    lead = kept.current_lead()
    name = lead.name if lead is not None and sending.is_named(lead.name) else f"Early help {kept.reference}"
    sending.answered(
        sent, by=by, at=at, taken_at=at, who_took_it=name,
        how_we_know=f"Early help has it already: {kept.reference}.",
    )  # fmt: skip


def _link(assessment: EarlyHelpAssessment, *, by: User, at: datetime) -> None:
    """Whoever is confirmed on the contact is confirmed here, so that it is theirs, and hidden where they are."""
    row = assessment.contact_person
    if row is None:
        return
    given = steps.family_of(row)
    for here, there in zip(assessment.people.order_by("position"), given, strict=False):
        if there.person is not None:
            actions.confirm(assessment, here, there.person, by=by, at=at)


def _wait_again(assessment: EarlyHelpAssessment, *, by: User, at: datetime, reason: str) -> EarlyHelpAssessment:
    moved = move(assessment, "send_again", by=by, at=at, reason=reason, check_permission=False)
    actions.nobody_leads(moved, at=at)
    for row in moved.people.exclude(person=None).select_related("person"):
        if row.person is not None:
            role = "subject" if row.is_child and row.role == "subject" else row.role or "adult"
            involve(
                person=row.person, reference=moved.reference, kind="early_help", role=role, at=at,
                status_label=str(moved.get_status_display()),
            )  # fmt: skip
    return moved


def _taken(sent: Sent, by: User, at: datetime) -> None:
    """The list of what was sent says that it was taken: then it is taken on here, by whoever was named there."""
    kept = _kept(sent)
    if kept is not None and kept.status == Status.DECLINED:
        kept = _wait_again(kept, by=by, at=at, reason="taken after all")
    if kept is not None and kept.status == Status.WAITING:
        _take_on(kept, ReferrerFacts(name=sent.who_took_it, is_professional=True), by=by, at=at, checked=False)


def _no_longer(sent: Sent, by: User, at: datetime, reason: str) -> None:
    kept = _kept(sent)
    if kept is not None and kept.status == Status.WAITING:
        moved = move(kept, "withdraw", by=by, at=at, reason=reason, check_permission=False)
        actions.ended(moved, by=by, at=at)


def _put_right(sent: Sent, by: User, at: datetime, reason: str) -> None:
    kept = _kept(sent)
    if kept is None or kept.status == Status.WAITING:
        return
    if kept.status != Status.DRAFT:
        raise Refused(
            f"Early help {kept.reference} is {str(kept.get_status_display()).lower()}: somebody there has begun.",
            code="begun",
        )
    _wait_again(kept, by=by, at=at, reason=reason)


def _where(rows: Sequence[Sent], user: User) -> Mapping[int, tuple[str, str]]:
    children = [row.contact_person_id for row in rows if row.contact_person_id is not None]
    kept = EarlyHelpAssessment.objects.visible_to(user).filter(contact_person__in=children)
    found = dict(kept.values_list("contact_person", "reference"))
    return {
        row.pk: (
            found[row.contact_person_id],
            reverse("assessments:early_help_one", args=[found[row.contact_person_id]]),
        )
        for row in rows
        if row.contact_person_id in found
    }


KEEPER = Keeper(sent=_sent, taken=_taken, no_longer=_no_longer, put_right=_put_right, where=_where)


def waited_on(assessment: EarlyHelpAssessment) -> Sent | None:
    """What was sent and waits for this record to be taken on."""
    if assessment.contact_person_id is None:
        return None
    rows = Sent.objects.waiting().filter(contact_person=assessment.contact_person_id)
    found: Sent | None = rows.select_related("contact", "clock", "sent_by").order_by("-pk").first()
    return found


def _hold(assessment: EarlyHelpAssessment, *, by: User, version: int | None) -> tuple[Sent, EarlyHelpAssessment]:
    """What was sent and its record, both locked, in that order; Refused when it does not wait any more."""
    require(by, Permission.EARLY_HELP_WRITE)
    check_conflict_of(by, assessment.reference)
    sent = waited_on(assessment)
    if sent is None:
        raise Refused("This is not waiting any more.", code="not_waiting")
    return sending.hold(sent), lock(assessment, version=version)


def _take_on(
    assessment: EarlyHelpAssessment, lead: ReferrerFacts, *, by: User, at: datetime, checked: bool
) -> EarlyHelpAssessment:
    moved = move(assessment, "take_on", by=by, at=at, check_permission=checked)
    actions.lead_now(moved, lead, at=at)
    actions.label_again(moved)
    return moved


@transaction.atomic
def take_on(
    *, assessment: EarlyHelpAssessment, lead: ReferrerFacts, by: User, at: datetime, version: int | None = None
) -> EarlyHelpAssessment:
    """Somebody in early help takes it on by name, and leads it: the one act that answers the list of what was sent.

    Raises Refused without a name, and when it does not wait any more.
    """
    sent, locked = _hold(assessment, by=by, version=version)
    if not sending.is_named(lead.name):
        raise Refused("Say who is taking it on, by name.", code="required", field="name")
    moved = _take_on(locked, lead, by=by, at=at, checked=True)
    sending.answered(
        sent,
        by=by,
        at=at,
        taken_at=at,
        who_took_it=lead.name,
        how_we_know=f"Taken on in early help: {moved.reference}.",
    )
    return moved


@transaction.atomic
def decline(
    *, assessment: EarlyHelpAssessment, reason: str, by: User, at: datetime, version: int | None = None
) -> EarlyHelpAssessment:
    """Early help will not take it: back to a manager, who says where the child goes instead. Its clock runs on."""
    sent, locked = _hold(assessment, by=by, version=version)
    moved = move(locked, "decline", by=by, at=at, reason=reason)
    actions.ended(moved, by=by, at=at)
    sending.declined(sent, by=by, at=at, reason=reason)
    return moved
