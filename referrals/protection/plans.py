"""What is done about a child protection plan, from the conference that decides it to its end."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.ranking.ranks import rerank_about
from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.editions import has_rule
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import end_of_office_day, london_date, why_not_working
from frontdoor.codelists import lists
from frontdoor.notifications.actions import notify, who_may_know
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.ui.formats import day
from frontdoor.workflow.actions import born, lock, move, touch
from referrals.models import Referral
from referrals.protection.enquiry_models import Conference, Enquiry
from referrals.protection.plan_models import CORE_GROUP, REVIEWS, CoreGroup, PlanEnding, PlanReview, ProtectionPlan

FIRST_REVIEW, REVIEW = REVIEWS
TRANSFER_IN = "transfer_in_conference"
#: Moves that end a referral, or the fast track it came from.
ENDINGS = frozenset({"close", "no_further_action", "undo"})


def begin(conference: Conference, *, lead: User | None, by: User, at: datetime) -> ProtectionPlan:
    """The plan a conference has decided, in its transaction: from its day, with the clocks of review and core group.

    Raises Refused while the child is on a plan. The caller holds the referral's or the enquiry's lock.
    """
    return _begin(
        conference.enquiry.referral, started_on=conference.held_on, category=conference.category, lead=lead, by=by,
        at=at, conference=conference,
    )  # fmt: skip


@transaction.atomic
def record_transfer_in(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    held_on: date,
    result: str,
    came_from: str,
    category: str = "",
    late_reason: str = "",
    version: int | None = None,
) -> ProtectionPlan | None:
    """Record the conference of a plan from elsewhere, which no enquiry here came before; return the plan, if there is.

    What its contact owes is done with it. Raises Refused naming the field: not on a working day or in the future; a
    plan without its category; late without a reason; while the child is on a plan here, or in an enquiry.
    """
    require(by, Permission.REFERRAL_DECIDE)
    locked = touch(referral, version=version)
    if locked.child is not None:
        check_conflict(by, locked.child)
    if not locked.is_open:
        raise Refused(f"Referral {locked.reference} has ended.", code="ended")
    if Enquiry.objects.open().filter(referral=locked).exists():
        raise Refused("A section 47 enquiry is open: record the conference there.", code="enquiry_open")
    check_day(held_on, at, called="The conference")
    if result not in Conference.OFFERED:
        raise Refused("Choose the result for the child.", code="required", field="result")
    if not came_from.strip():
        raise Refused("Say where the plan came from.", code="required", field="came_from")
    owed = Clock.objects.of(locked.reference).filter(rule=TRANSFER_IN, stopped_at=None).order_by("due_at", "id").first()
    if owed is not None and held_on < owed.day_0:
        raise Refused(
            f"The conference cannot have been before we heard of the plan, on {day(owed.day_0)}.",
            code="before_start",
            field="held_on",
        )
    is_late = owed is not None and held_on > london_date(owed.due_at)
    if is_late and not late_reason.strip():
        raise Refused(
            "It was held after its deadline: say why it was late.", code="late_reason_required", field="late_reason"
        )
    if owed is not None:
        _stop(locked, TRANSFER_IN, held_on, by=by, at=at, reason="conference held")
    write_audit(
        "plan.transfer_in_conference_held", by=by, reference=locked.reference, reason=late_reason,
        people=[locked.child] if locked.child is not None else [], detail={"result": result},
    )  # fmt: skip
    if result != Conference.Decision.PLAN:
        return None
    allocation = locked.current_allocation()
    return _begin(
        locked, started_on=held_on, category=category, lead=allocation.active_worker if allocation else None, by=by,
        at=at, came_from=came_from, late_reason=late_reason if is_late else "",
    )  # fmt: skip


def _begin(
    referral: Referral, *, started_on: date, category: str, lead: User | None, by: User, at: datetime, **facts: Any
) -> ProtectionPlan:
    if not lists.is_valid("category_of_abuse", category, on=started_on):
        raise Refused("Choose the category of the plan.", code="required", field="category")
    if not (has_rule(FIRST_REVIEW, started_on) and has_rule(CORE_GROUP, started_on)):
        raise Refused("No plan can have begun so long ago: check the year.", code="too_old", field="held_on")
    standing = ProtectionPlan.objects.running().filter(referral=referral)
    if referral.child is not None:
        standing = ProtectionPlan.objects.running().filter(child=referral.child) | standing
    if standing.exists():
        raise Refused(
            "The child is on a plan already: record a review conference there, or end that plan first.", code="on_plan"
        )
    plan: ProtectionPlan = ProtectionPlan.objects.create(
        referral=referral,
        child=referral.child,
        started_on=started_on,
        category=category,
        first_category=category,
        lead=lead,
        **facts,
    )
    born(plan, by=by, at=at, people=_people(plan))
    for rule in (FIRST_REVIEW, CORE_GROUP):
        _start(plan, rule, started_on, by=by, at=at)
    rerank_about([plan.child_id] if plan.child_id else [], at=at)
    return plan


@transaction.atomic
def review(
    *,
    plan: ProtectionPlan,
    by: User,
    at: datetime,
    held_on: date,
    result: str,
    decided: str,
    category: str = "",
    ending: str = "",
    late_reason: str = "",
    version: int | None = None,
) -> PlanReview:
    """Record a review conference: the next one is due within six months of it, or the plan ends on its day.

    Its category stays unless another is given. Raises Refused naming the field: not on a working day, in the future,
    or not after the conference before it; late without a reason; ending without why.
    """
    require(by, Permission.REFERRAL_DECIDE)
    ends = result == PlanReview.Decision.END
    locked = _running(lock(plan, version=version) if ends else touch(plan, version=version), by=by)
    check_day(held_on, at, called="The review conference")
    last = max([locked.started_on, *locked.reviews.values_list("held_on", flat=True)])
    if held_on <= last:
        raise Refused(
            f"The conference before this one was on {day(last)}: a review is after it.",
            code="before_start",
            field="held_on",
        )
    if result not in PlanReview.Decision.values:
        raise Refused("Choose whether the plan goes on.", code="required", field="result")
    if not decided.strip():
        raise Refused("Say what was decided, and why.", code="required", field="decided")
    becomes = category or locked.category
    if category and not lists.is_valid("category_of_abuse", category, on=held_on):
        raise Refused("Choose the category of the plan.", code="required", field="category")
    clock = review_clock(locked)
    is_late = clock is not None and held_on > london_date(clock.due_at)
    if is_late and not late_reason.strip():
        raise Refused(
            "It was held after its deadline: say why it was late.", code="late_reason_required", field="late_reason"
        )
    made: PlanReview = PlanReview.objects.create(
        plan=locked, held_on=held_on, result=result, category=becomes, decided=decided,
        late_reason=late_reason if is_late else "", recorded_at=at, recorded_by=by,
    )  # fmt: skip
    write_audit("plan.reviewed", by=by, reference=locked.reference, people=_people(locked), detail={"result": result})
    if clock is not None:
        _stop(locked.referral, clock.rule, held_on, by=by, at=at, reason="review conference held")
    if ends:
        _end(locked, by=by, at=at, ending=ending, ended_on=held_on, reason=decided)
        return made
    locked.category = becomes
    locked.save()
    _start(locked, REVIEW, held_on, by=by, at=at)
    return made


@transaction.atomic
def record_core_group(
    *, plan: ProtectionPlan, by: User, at: datetime, held_on: date, agreed: str, version: int | None = None
) -> CoreGroup:
    """Record a meeting of the core group; the first one's clock stops on the day it was held."""
    require(by, Permission.REFERRAL_WORK)
    locked = _running(touch(plan, version=version), by=by)
    if held_on > london_date(at):
        raise Refused("The core group cannot be in the future.", code="in_future", field="held_on")
    if held_on < locked.started_on:
        raise Refused(
            f"The plan began on {day(locked.started_on)}: its core group meets after that.",
            code="before_start",
            field="held_on",
        )
    if not agreed.strip():
        raise Refused("Say what was agreed.", code="required", field="agreed")
    if locked.core_groups.filter(held_on=held_on).exists():
        raise Refused("A core group of this day has been recorded.", code="recorded", field="held_on")
    made: CoreGroup = CoreGroup.objects.create(
        plan=locked, held_on=held_on, agreed=agreed, recorded_at=at, recorded_by=by
    )
    write_audit("plan.core_group_held", by=by, reference=locked.reference, people=_people(locked))
    _stop(locked.referral, CORE_GROUP, held_on, by=by, at=at, reason="core group held")
    return made


@transaction.atomic
def change_people(
    *,
    plan: ProtectionPlan,
    by: User,
    at: datetime,
    lead: User,
    reason: str,
    practitioner_name: str = "",
    practitioner_role: str = "",
    version: int | None = None,
) -> ProtectionPlan:
    """Say who leads the plan: its lead worker, and the lead child protection practitioner with their role."""
    require(by, Permission.REFERRAL_ALLOCATE)
    locked = _running(touch(plan, version=version), by=by)
    if not reason.strip():
        raise Refused("Say why it changes.", code="required", field="reason")
    if bool(practitioner_name.strip()) != bool(practitioner_role.strip()):
        raise Refused("Say both who the practitioner is and in which role.", code="required", field="practitioner_role")
    if not holds(lead, Permission.CASE_HOLD) or not lead.is_active:
        raise Refused("Choose somebody who may hold cases.", code="not_a_worker", field="lead")
    if locked.child is not None:
        check_conflict(lead, locked.child)
    is_new = lead != locked.lead
    locked.lead, locked.practitioner_name, locked.practitioner_role = lead, practitioner_name, practitioner_role
    locked.save()
    write_audit("plan.people_changed", by=by, reference=locked.reference, reason=reason, people=_people(locked))
    if is_new and lead != by:
        notify(
            who_may_know(locked.referral.reference, [lead], at=at), kind="plan",
            text=f"You lead child protection plan {locked.reference}", reference=locked.referral.reference,
            path=reverse("referrals:plan", args=[locked.reference]),
        )  # fmt: skip
    return locked


def passed_on(referral: Referral, before: User, after: User, by: User, at: datetime, reason: str) -> None:
    """Whoever takes on a referral leads the running plan its worker led. Raises as :func:`change_people`."""
    for led in ProtectionPlan.objects.running().filter(referral=referral, lead=before):
        change_people(
            plan=led, by=by, at=at, lead=after, reason=reason, practitioner_name=led.practitioner_name,
            practitioner_role=led.practitioner_role,
        )  # fmt: skip


@transaction.atomic
def end(
    *,
    plan: ProtectionPlan,
    by: User,
    at: datetime,
    ending: str,
    ended_on: date,
    reason: str,
    version: int | None = None,
) -> ProtectionPlan:
    """A manager ends a plan without a review conference, with why; its clocks stop."""
    locked = _running(lock(plan, version=version), by=by)
    if ended_on > london_date(at):
        raise Refused("The plan cannot end in the future.", code="in_future", field="ended_on")
    last = max([locked.started_on, *locked.reviews.values_list("held_on", flat=True)])
    if ended_on < last:
        raise Refused(
            f"Its last conference was on {day(last)}: it cannot have ended before.",
            code="before_start",
            field="ended_on",
        )
    return _end(locked, by=by, at=at, ending=ending, ended_on=ended_on, reason=reason)


def _end(plan: ProtectionPlan, *, by: User, at: datetime, ending: str, ended_on: date, reason: str) -> ProtectionPlan:
    if ending not in PlanEnding.values:
        raise Refused("Choose why the plan ends.", code="required", field="ending")
    moved = move(plan, "end", by=by, at=at, reason=reason, ending=ending, ended_on=ended_on, people=_people(plan))
    for rule in (*REVIEWS, CORE_GROUP):
        why = f"plan ended: {str(PlanEnding(ending).label).lower()}"
        _stop(moved.referral, rule, ended_on, by=by, at=at, reason=why)
    rerank_about([moved.child_id] if moved.child_id else [], at=at)
    return moved


def confirmed(referral: Referral, child: Person) -> None:
    """Who the child is has been confirmed: the referral's plans are that child's."""
    if ProtectionPlan.objects.running().filter(child=child).exclude(referral=referral).exists():
        raise Refused("This child is on a plan already: end one of the two plans first.", code="on_plan")
    ProtectionPlan.objects.filter(referral=referral).update(child=child)


def pass_on(referral: Referral, *, to: Referral, by: User, at: datetime) -> None:
    """A referral joins the child's open one: the plan decided on it goes with it, and its clocks.

    Raises Refused where the open one has a running plan of its own: somebody has to say which goes on.
    """
    running = ProtectionPlan.objects.running()
    if running.filter(referral=referral).exists() and running.filter(referral=to).exists():
        raise Refused("This child is on a plan already: end one of the two plans first.", code="on_plan")
    ProtectionPlan.objects.filter(referral=referral).update(referral=to, child=to.child)
    allocation = to.current_allocation()
    rules = [*REVIEWS, CORE_GROUP]
    for clock in Clock.objects.of(referral.reference).filter(rule__in=rules, stopped_at=None):
        clocks.carry(
            clock=clock, reference=to.reference, team=allocation.team if allocation else None,
            worker=allocation.active_worker if allocation else None,
        )  # fmt: skip


def running_plan(record: Any, name: str, by: Any, at: datetime) -> Iterable[str]:
    """A blocker: no referral ends while its child is on a plan."""
    if isinstance(record, Referral) and name in ENDINGS:
        for each in ProtectionPlan.objects.running().filter(referral=record).order_by("pk"):
            yield (
                f"Child protection plan {each.reference} is running. Record the review conference that ends it, or "
                "have a manager end it with a reason, first."
            )


def below(referral: Referral, user: User) -> Iterable[tuple[str, str]]:
    """What :func:`running_plan` refuses for, as a page links to it."""
    for each in ProtectionPlan.objects.visible_to(user).running().filter(referral=referral).order_by("pk"):
        yield f"Child protection plan {each.reference}: running", reverse("referrals:plan", args=[each.reference])


def review_clock(plan: ProtectionPlan) -> Clock | None:
    """The running clock of the next review."""
    found: Clock | None = Clock.objects.of(plan.referral.reference).filter(rule__in=REVIEWS, stopped_at=None).first()
    return found


def check_day(held_on: date, at: datetime, *, called: str) -> None:
    """A conference is held on a working day that has come. Raises Refused on ``held_on`` otherwise."""
    if held_on > london_date(at):
        raise Refused(f"{called} cannot be in the future.", code="in_future", field="held_on")
    closed = why_not_working(held_on, closures())
    if closed:
        raise Refused(
            f"A conference is held on a working day, and {day(held_on)} is none ({closed}): check the date.",
            code="not_working",
            field="held_on",
        )


def _start(plan: ProtectionPlan, rule: str, on: date, *, by: User, at: datetime) -> None:
    """Start a clock on the day of a conference, whenever it is written down."""
    allocation = plan.referral.current_allocation()
    clocks.start(
        rule, reference=plan.referral.reference, started_at=min(at, end_of_office_day(on)), by=by,
        team=allocation.team if allocation else None, worker=allocation.active_worker if allocation else None,
    )  # fmt: skip


def _stop(referral: Referral, rule: str, on: date, *, by: User, at: datetime, reason: str) -> None:
    for clock in Clock.objects.of(referral.reference).filter(rule=rule, stopped_at=None):
        stopped = max(clock.started_at, min(at, end_of_office_day(on)))
        clocks.stop(reference=clock.reference, rule=rule, label=clock.label, at=stopped, by=by, reason=reason)


def _running(plan: ProtectionPlan, *, by: User) -> ProtectionPlan:
    """The plan, if its child is not of this user's own family and it has not ended."""
    if plan.child is not None:
        check_conflict(by, plan.child)
    if not plan.is_running:
        raise Refused("The plan has ended.", code="wrong_status")
    return plan


def _people(plan: ProtectionPlan) -> list[Person]:
    return [plan.child] if plan.child is not None else []
