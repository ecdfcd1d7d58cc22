"""Recording a strategy discussion: one record for each child discussed, and the clocks that it stops and starts."""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.people.access import check_conflict
from frontdoor.ui.formats import joined, moment
from frontdoor.workflow.actions import touch
from referrals import endings
from referrals.models import Referral
from referrals.protection.enquiries import begin
from referrals.protection.measure_models import Followed
from referrals.protection.minutes import Decided, Minutes, left_out
from referrals.protection.models import AgreedAction, DiscussionParticipant, StrategyDiscussion

DISCUSSION, RECONVENE = "strategy_discussion", "strategy_reconvene"


@transaction.atomic
def record_strategy_discussion(
    *, referral: Referral, by: User, at: datetime, minutes: Minutes, version: int | None = None
) -> StrategyDiscussion:
    """Record a strategy discussion about a child, and about brothers and sisters on the same contact; return its own.

    1. Each child's referral keeps the whole of it, with what was decided for that child.
    2. It stops the clock of the discussion that was due. Without a social worker, police and health it starts the one
       of a full discussion on the next working day, which only a full one held later stops.
    3. A decision for a section 47 enquiry opens one, with the conference's clock; while one is open none is added.

    Raises Refused, naming the field (of a child ``<field>-<id of its referral>``): not held between receipt and now;
    held without somebody who has to be there and without an emergency; something left out; a child's referral that
    has ended or is of another family.
    """
    require(by, Permission.REFERRAL_DECIDE)
    if referral.pk not in [child.referral.pk for child in minutes.children]:
        raise Refused("Say what was decided for the child of this referral.", code="required", field="children")
    _check(minutes, by=by, at=at)
    made: dict[int, StrategyDiscussion] = {}
    together = uuid.uuid4()
    # Always in one order: two who record at once wait for each other.
    for child in sorted(minutes.children, key=lambda each: each.referral.pk):
        is_own = child.referral.pk == referral.pk
        locked = touch(child.referral, version=version if is_own else None)
        if not is_own:
            _check_together(referral, locked, by=by)
        made[locked.pk] = _record(locked, child, minutes, together, by=by, at=at)
    return made[referral.pk]


def _check(minutes: Minutes, *, by: User, at: datetime) -> None:
    """What holds of the discussion as a whole."""
    for name, value, words in (
        ("chair_name", minutes.chair_name, "Say who chaired it."),
        ("chair_role", minutes.chair_role, "Say the role of whoever chaired it."),
    ):
        if not value.strip():
            raise Refused(words, code="required", field=name)
    if minutes.held_at > at:
        raise Refused("The discussion cannot be in the future.", code="in_future", field="held_at")
    for row in minutes.participants:
        if not row.name.strip():
            raise Refused("Say who each participant is, by name.", code="required", field="participants")
    if minutes.missing and not minutes.emergency_reason.strip():
        who = joined(minutes.missing)
        raise Refused(
            f"It was held without {who}. That is for an emergency only: say why it could not wait. "
            "A full discussion is then due on the next working day.",
            code="not_full",
            field="emergency_reason",
        )
    for child in minutes.children:
        for name, words in left_out(child):
            raise Refused(f"{words}.", code="required", field=f"{name}-{child.referral.pk}")


def _check_together(referral: Referral, other: Referral, *, by: User) -> None:
    """Only children of one contact and family are minuted together, and only by whoever may see them."""
    is_of_family = (
        other.contact_id == referral.contact_id
        and other.contact_person.family_group == referral.contact_person.family_group
    )
    if not is_of_family or not Referral.objects.visible_to(by).filter(pk=other.pk).exists():
        raise Refused("Only brothers and sisters on the same contact can be recorded together.", code="other_family")


def _record(
    referral: Referral, child: Decided, minutes: Minutes, together: uuid.UUID, *, by: User, at: datetime
) -> StrategyDiscussion:
    if referral.child is not None:
        check_conflict(by, referral.child)
    if not referral.is_open:
        raise Refused(f"Referral {referral.reference} has ended.", code="ended")
    # A time is typed to the minute.
    if minutes.held_at < referral.received_at.replace(second=0, microsecond=0):
        raise Refused(
            f"The discussion cannot have been before the contact: it was received on {moment(referral.received_at)}.",
            code="before_receipt",
            field="held_at",
        )
    referral.save()
    row = StrategyDiscussion.objects.create(
        referral=referral,
        together=together,
        held_at=minutes.held_at,
        chair_name=minutes.chair_name,
        chair_role=minutes.chair_role,
        outcome=child.outcome,
        decision=child.decision,
        immediate_safety=child.immediate_safety,
        who_sees=child.who_sees,
        see_by=child.see_by,
        emergency_reason=minutes.emergency_reason,
        recorded_at=at,
        recorded_by=by,
    )
    DiscussionParticipant.objects.bulk_create(
        DiscussionParticipant(
            discussion=row, agency=each.agency, name=each.name, role=each.role, attendance=each.attendance,
            brought=each.brought,
        )
        for each in minutes.participants
    )  # fmt: skip
    AgreedAction.objects.bulk_create(
        AgreedAction(discussion=row, what=each.what, owner=each.owner, due_on=each.due_on) for each in minutes.actions
    )
    endings.set_aside(referral, by=by, at=at)
    _clocks(referral, row, is_full=minutes.is_full, by=by)
    if row.decides_section_47:
        begin(row, by=by, at=at)
    write_audit(
        "referral.strategy_discussion",
        by=by,
        reference=referral.reference,
        people=[referral.child] if referral.child else (),
        detail={"outcome": row.outcome, "full": minutes.is_full},
    )
    return row


def _clocks(referral: Referral, row: StrategyDiscussion, *, is_full: bool, by: User) -> None:
    """Stop what the discussion was due for, at the moment it was held; start what follows from it."""
    held_at, reference = row.held_at, referral.reference
    if held_at >= _asked_at(referral):
        _stop(reference, DISCUSSION, held_at=held_at, by=by)
    allocation = referral.current_allocation()
    team, worker = (allocation.team, allocation.active_worker) if allocation else (None, None)
    if is_full:
        for clock in Clock.objects.of(reference).filter(rule=RECONVENE, stopped_at=None, started_at__lt=held_at):
            _stop(reference, clock.rule, held_at=held_at, by=by)
    elif not StrategyDiscussion.objects.filter(referral=referral, held_at__gt=held_at).full().exists():
        clocks.start(RECONVENE, reference=reference, started_at=held_at, by=by, team=team, worker=worker)


def answered(referral: Referral, *, by: User) -> None:
    """A discussion held before its referral joined this one answers what this one's discussion is due for."""
    last = referral.strategy_discussions.filter(held_at__gte=_asked_at(referral)).order_by("-held_at", "-id").first()
    if last is not None:
        _stop(referral.reference, DISCUSSION, held_at=last.held_at, by=by)


def _asked_at(referral: Referral) -> datetime:
    """When what a discussion is due for was told or began.

    Of an open child the last fast track that joined the referral; police protection and an emergency order as well.
    """
    last: datetime | None = referral.news.filter(is_fast_track=True).aggregate(last=Max("contact__received_at"))["last"]
    measures = referral.measures.exclude(followed=Followed.ENTERED_IN_ERROR)
    began: datetime | None = measures.aggregate(last=Max("began_at"))["last"]
    return max(each for each in (referral.received_at, last, began) if each is not None)


def _stop(reference: str, rule: str, *, held_at: datetime, by: User) -> None:
    """Stop a clock at the moment the discussion was held, whenever it is written down: then it was in time or late."""
    for clock in Clock.objects.of(reference).filter(rule=rule, stopped_at=None):
        clocks.stop(reference=reference, rule=rule, at=max(held_at, clock.started_at), by=by)
