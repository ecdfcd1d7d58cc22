"""What is done in a section 47 enquiry, from the discussion that decides it to the conference."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import end_of_office_day, london_date
from frontdoor.codelists import lists
from frontdoor.notifications.actions import duty_managers, notify, who_may_know
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.ui.formats import day
from frontdoor.workflow.actions import born, lock, move, touch
from referrals.models import Referral
from referrals.protection import plans
from referrals.protection.enquiry_models import ENDINGS_OFFERED, Conference, Enquiry, EnquiryEnding, Result
from referrals.protection.models import StrategyDiscussion

RULE = "section47_conference"
#: Moves that end a referral, or the fast track it came from.
ENDINGS = frozenset({"close", "no_further_action", "undo"})


def begin(discussion: StrategyDiscussion, *, by: User, at: datetime) -> Enquiry:
    """The child's enquiry, opened by this discussion unless one is open: a later discussion adds none.

    It starts on the day of the discussion, and the 15 working days to the conference with it. The caller holds the
    referral's lock.
    """
    referral = discussion.referral
    standing: Enquiry | None = Enquiry.objects.open().filter(referral=referral).first()
    if standing is not None:
        return standing
    allocation = referral.current_allocation()
    worker = allocation.active_worker if allocation else None
    enquiry: Enquiry = Enquiry.objects.create(
        referral=referral,
        child=referral.child,
        discussion=discussion,
        started_on=london_date(discussion.held_at),
        lead=worker,
    )
    born(enquiry, by=by, at=at, people=_people(enquiry))
    clocks.start(
        RULE,
        reference=referral.reference,
        started_at=discussion.held_at,
        by=by,
        team=allocation.team if allocation else None,
        worker=worker,
    )
    return enquiry


@transaction.atomic
def record_seen(
    *,
    enquiry: Enquiry,
    by: User,
    at: datetime,
    seen_at: datetime | None = None,
    not_seen_reason: str = "",
    is_seen_alone: bool | None = None,
    not_alone_reason: str = "",
    version: int | None = None,
) -> Enquiry:
    """When the child was seen and whether alone, or why not. Raises Refused, naming the field, on half an answer."""
    require(by, Permission.REFERRAL_WORK)
    locked = _open(touch(enquiry, version=version), by=by, statuses=(Enquiry.Status.OPEN,))
    if seen_at is None and not not_seen_reason.strip():
        raise Refused("Say when the child was seen, or why not.", code="required", field="not_seen_reason")
    if seen_at is not None and seen_at > at:
        raise Refused("The child cannot have been seen in the future.", code="in_future", field="seen_at")
    if seen_at is not None and london_date(seen_at) < locked.started_on:
        raise Refused(
            f"The enquiry started on {day(locked.started_on)}: what was seen before is not part of it.",
            code="before_start",
            field="seen_at",
        )
    if seen_at is not None and is_seen_alone is None:
        raise Refused("Say whether the child was seen alone.", code="required", field="is_seen_alone")
    if seen_at is not None and not is_seen_alone and not not_alone_reason.strip():
        raise Refused("Say why the child was not seen alone.", code="required", field="not_alone_reason")
    was_seen = seen_at is not None
    locked.seen_at, locked.not_seen_reason = seen_at, "" if was_seen else not_seen_reason
    locked.is_seen_alone = is_seen_alone if was_seen else None
    locked.not_alone_reason = not_alone_reason if was_seen and not is_seen_alone else ""
    locked.save()
    write_audit("enquiry.seen", by=by, reference=locked.reference, people=_people(locked))
    return locked


@transaction.atomic
def change_lead(
    *, enquiry: Enquiry, by: User, at: datetime, lead: User, reason: str, version: int | None = None
) -> Enquiry:
    """Give the enquiry to another lead worker, with why. Denied when the worker has declared a conflict."""
    require(by, Permission.REFERRAL_ALLOCATE)
    locked = _open(touch(enquiry, version=version), by=by)
    if not reason.strip():
        raise Refused("Say why it passes to somebody else.", code="required", field="reason")
    if not holds(lead, Permission.CASE_HOLD) or not lead.is_active:
        raise Refused("Choose somebody who may hold cases.", code="not_a_worker", field="lead")
    if locked.child is not None:
        check_conflict(lead, locked.child)
    locked.lead = lead
    locked.save()
    write_audit("enquiry.lead_changed", by=by, reference=locked.reference, reason=reason, people=_people(locked))
    if lead != by:
        _tell([lead], locked, at=at, text=f"You lead section 47 enquiry {locked.reference}")
    return locked


def passed_on(referral: Referral, before: User, after: User, by: User, at: datetime, reason: str) -> None:
    """Whoever takes on a referral leads the open enquiry its worker led. Raises as :func:`change_lead`."""
    for led in Enquiry.objects.open().filter(referral=referral, lead=before):
        change_lead(enquiry=led, by=by, at=at, lead=after, reason=reason)


@transaction.atomic
def propose(
    *,
    enquiry: Enquiry,
    by: User,
    at: datetime,
    outcome: str,
    findings: str,
    support: str = "",
    version: int | None = None,
) -> Enquiry:
    """Record what was found, for a second manager to authorise; whoever may is told."""
    locked = _open(lock(enquiry, version=version), by=by)
    if outcome not in Result.values:
        raise Refused("Choose the outcome.", code="required", field="outcome")
    if not findings.strip():
        raise Refused("Say what was found, and how that leads to the outcome.", code="required", field="findings")
    if outcome == Result.NO_CONTINUING_RISK and not support.strip():
        raise Refused("Say what support follows.", code="required", field="support")
    moved = move(
        locked, "propose", by=by, at=at, reason=findings, outcome=outcome, findings=findings, support=support,
        people=_people(locked),
    )  # fmt: skip
    allocation = moved.referral.current_allocation()
    manager = allocation.team.manager if allocation else None
    own = [manager] if manager is not None and manager.is_active and manager != by else []
    managers = own or [user for user in duty_managers(at) if user != by]
    _tell(managers, moved, at=at, text=f"The outcome of section 47 enquiry {moved.reference} waits for your signature")
    return moved


@transaction.atomic
def authorise(*, enquiry: Enquiry, by: User, at: datetime, reason: str = "", version: int | None = None) -> Enquiry:
    """A second manager agrees with the outcome: the conference's clock stops at once, or the conference is owed.

    Raises Refused for whoever recorded the outcome.
    """
    locked = _open(lock(enquiry, version=version), by=by)
    name = "send_to_conference" if locked.needs_conference else "authorise"
    moved = move(locked, name, by=by, at=at, reason=reason, people=_people(locked))
    if not moved.needs_conference:
        clocks.stop(reference=moved.referral.reference, rule=RULE, at=at, by=by, reason="no conference needed")
    if moved.proposed_by is not None:
        _tell([moved.proposed_by], moved, at=at, text=f"The outcome of {moved.reference} has been authorised")
    return moved


@transaction.atomic
def send_back(*, enquiry: Enquiry, by: User, at: datetime, reason: str, version: int | None = None) -> Enquiry:
    """Return the outcome with comments to whoever recorded it."""
    locked = _open(lock(enquiry, version=version), by=by)
    moved = move(locked, "send_back", by=by, at=at, reason=reason, people=_people(locked))
    if moved.proposed_by is not None and moved.proposed_by != by:
        _tell([moved.proposed_by], moved, at=at, text=f"The outcome of {moved.reference} has come back with comments")
    return moved


@transaction.atomic
def hold_conference(
    *,
    enquiry: Enquiry,
    by: User,
    at: datetime,
    held_on: date,
    result: str,
    category: str = "",
    late_reason: str = "",
    version: int | None = None,
) -> Conference:
    """Record the conference: its clock stops on the day it was held, whenever it is written down; a plan begins.

    Raises Refused naming the field: not on a working day, before the enquiry or after today; a plan without its
    category; late without a reason.
    """
    locked = _open(lock(enquiry, version=version), by=by)
    if held_on < locked.started_on:
        raise Refused(
            f"The conference cannot have been before the enquiry, which started on {day(locked.started_on)}.",
            code="before_start",
            field="held_on",
        )
    plans.check_day(held_on, at, called="The conference")
    if result not in Conference.OFFERED:
        raise Refused("Choose the result for the child.", code="required", field="result")
    has_plan = result == Conference.Decision.PLAN
    if has_plan and not lists.is_valid("category_of_abuse", category, on=held_on):
        raise Refused("Choose the category of the plan.", code="required", field="category")
    clock = Clock.objects.of(locked.referral.reference).filter(rule=RULE, stopped_at=None).first()
    is_late = clock is not None and held_on > london_date(clock.due_at)
    if is_late and not late_reason.strip():
        raise Refused(
            "It was held after its deadline: say why it was late.", code="late_reason_required", field="late_reason"
        )
    moved = move(locked, "hold_conference", by=by, at=at, reason=late_reason, people=_people(locked))
    made: Conference = Conference.objects.create(
        enquiry=moved,
        held_on=held_on,
        result=result,
        category=category if has_plan else "",
        late_reason=late_reason if is_late else "",
        recorded_at=at,
        recorded_by=by,
    )
    if clock is not None:
        stopped = max(clock.started_at, min(at, end_of_office_day(held_on)))
        clocks.stop(reference=clock.reference, rule=RULE, at=stopped, by=by, reason="conference held")
    if has_plan:
        plans.begin(made, lead=moved.active_lead, by=by, at=at)
    return made


@transaction.atomic
def discontinue(
    *, enquiry: Enquiry, by: User, at: datetime, ending: str, reason: str, version: int | None = None
) -> Enquiry:
    """A manager ends an enquiry without an outcome, or whose conference will not be held; its clock stops."""
    locked = _open(lock(enquiry, version=version), by=by)
    if ending not in ENDINGS_OFFERED:
        raise Refused("Choose why it ends.", code="required", field="ending")
    moved = move(locked, "discontinue", by=by, at=at, reason=reason, ending=ending, people=_people(locked))
    why = str(EnquiryEnding(ending).label).lower()
    clocks.stop(reference=moved.referral.reference, rule=RULE, at=at, by=by, reason=f"enquiry ended: {why}")
    return moved


def confirmed(referral: Referral, child: Person) -> None:
    """Who the child is has been confirmed: the referral's enquiries are that child's."""
    Enquiry.objects.filter(referral=referral).update(child=child)


def pass_on(referral: Referral, *, to: Referral, by: User, at: datetime) -> None:
    """A referral joins the child's open one: what was discussed and is being enquired into goes with it.

    Where the open one has an enquiry already, that goes on and this one's ends: there is one at a time.
    """
    own: Enquiry | None = Enquiry.objects.open().filter(referral=referral).first()
    standing: Enquiry | None = Enquiry.objects.open().filter(referral=to).first()
    if own is not None and standing is not None:
        move(
            own, "discontinue", by=by, at=at, reason=f"Enquiry {standing.reference} goes on.", check_permission=False,
            ending=EnquiryEnding.ENTERED_IN_ERROR,
        )  # fmt: skip
        clocks.stop(reference=referral.reference, rule=RULE, at=at, by=by, reason="joined to open work")
    StrategyDiscussion.objects.filter(referral=referral).update(referral=to)
    Enquiry.objects.filter(referral=referral).update(referral=to, child=to.child)
    allocation = to.current_allocation()
    for clock in Clock.objects.of(referral.reference).filter(rule__in=[RULE, "strategy_reconvene"], stopped_at=None):
        clocks.carry(
            clock=clock, reference=to.reference, team=allocation.team if allocation else None,
            worker=allocation.active_worker if allocation else None,
        )  # fmt: skip


def open_enquiry(record: Any, name: str, by: Any, at: datetime) -> Iterable[str]:
    """A blocker: no referral ends while an enquiry of its child is open, or its conference owed."""
    if isinstance(record, Referral) and name in ENDINGS:
        for each in Enquiry.objects.open().filter(referral=record).order_by("pk"):
            what = "its conference is owed" if each.status == Enquiry.Status.CONFERENCE_DUE else "is still open"
            yield (
                f"Section 47 enquiry {each.reference}: {what}. Have its outcome authorised and its conference held, "
                "or have a manager end it with a reason, first."
            )


def below(referral: Referral, user: User) -> Iterable[tuple[str, str]]:
    """What :func:`open_enquiry` refuses for, as a page links to it."""
    for each in Enquiry.objects.visible_to(user).open().filter(referral=referral).order_by("pk"):
        words = f"Section 47 enquiry {each.reference}: {each.get_status_display().lower()}"
        yield words, reverse("referrals:enquiry", args=[each.reference])


def _open(enquiry: Enquiry, *, by: User, statuses: Iterable[str] = ()) -> Enquiry:
    """The enquiry, if its child is not of this user's own family, and its status one of these."""
    if enquiry.child is not None:
        check_conflict(by, enquiry.child)
    if enquiry.status not in (statuses or [enquiry.status]):
        raise Refused("The enquiry is no longer open.", code="wrong_status")
    return enquiry


def _people(enquiry: Enquiry) -> list[Person]:
    return [enquiry.child] if enquiry.child is not None else []


def _tell(users: Iterable[User], enquiry: Enquiry, *, at: datetime, text: str) -> None:
    """Tell those of these people who may know of the child's referral."""
    notify(
        who_may_know(enquiry.referral.reference, users, at=at),
        kind="enquiry",
        text=text,
        reference=enquiry.referral.reference,
        path=reverse("referrals:enquiry", args=[enquiry.reference]),
    )
