"""Every write a referral can undergo after it was opened. The ways in are in ``decisions`` and ``fast_track``."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from contacts.ranking.ranks import rerank_about
from contacts.screening import actions as contacts
from frontdoor.access import Denied, Permission, Refused, holds, require
from frontdoor.accounts.models import Team, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks import rules
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.models import closures
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.notifications.actions import duty_managers, notify
from frontdoor.people.access import check_conflict
from frontdoor.people.actions import end_involvement, involve, update_involvement
from frontdoor.people.models import Involvement, Person
from frontdoor.workflow.actions import history, lock, move, touch
from referrals import endings, owed
from referrals.births import (
    Response,
    assessment_rule,
    give,
    join_open_work,
    new_person,
    open_referral_of,
    start_work,
)
from referrals.decisions import (
    ChildDecision,
    Decided,
    Telephoned,
    confirm_telephone,
    decide_contact,
    reopen_contact,
    return_contact,
    sign_off_contact,
)
from referrals.fast_track import (
    alert_taken,
    fast_track,
    leave_queue_when_decided,
    record_and_fast_track,
    record_call,
    stand_down,
    take_fast_track,
)
from referrals.models import (
    OPEN_STATUSES,
    AgeAssessment,
    Allocation,
    Measure,
    OpenWorkNews,
    ProtectionPlan,
    Referral,
    StrategyDiscussion,
    ending_rule,
    nothing_begun,
)
from referrals.protection import enquiries, measures, plans
from referrals.protection.actions import answered, record_strategy_discussion
from referrals.transfers import following
from referrals.unaccompanied import actions as unaccompanied

__all__ = [
    "ChildDecision",
    "Decided",
    "Response",
    "Telephoned",
    "accept",
    "alert_taken",
    "allocate",
    "become_contact",
    "close",
    "confirm_child",
    "confirm_telephone",
    "decide_contact",
    "fast_track",
    "no_further_action",
    "provide_service",
    "record_and_fast_track",
    "record_call",
    "record_strategy_discussion",
    "reopen",
    "reopen_contact",
    "return_contact",
    "set_primary_need",
    "sign_off_contact",
    "stand_down",
    "take_fast_track",
    "take_news",
    "tell_of_parted",
    "why_not_a_contact",
]

#: Closure reasons of the returns that say an assessment was made.
AFTER_ASSESSMENT = frozenset({"RC8", "RC9"})
#: The one that says another authority has the case; a child who died or was adopted meanwhile is said to have.
ELSEWHERE = "RC5"
WHEN_ELSEWHERE = frozenset({ELSEWHERE, "RC1", "RC2"})


def _check_own_family(referral: Referral, *, by: User) -> None:
    if referral.child is not None:
        check_conflict(by, referral.child)


def _label(referral: Referral) -> None:
    update_involvement(reference=referral.reference, status_label=str(referral.get_status_display()))


def _read_again(referral: Referral) -> Referral:
    found: Referral = Referral.objects.select_related("child", "contact", "contact_person").get(pk=referral.pk)
    return found


@transaction.atomic
def confirm_child(
    *, referral: Referral, by: User, at: datetime, person: Person | None, version: int | None = None
) -> Referral:
    """Say which record the child of a fast-tracked referral is, or (``person`` None) that there is none yet.

    A child who turns out to have open work never gets a second episode: this referral joins the open one, with the
    fast track on it, and ends as "joined". Raises Refused when the child is confirmed already.
    """
    require(by, Permission.CONTACT_SCREEN)
    locked = touch(referral, version=version)
    if locked.child is not None:
        raise Refused("The child has already been confirmed.", code="confirmed")
    row = locked.contact_person
    child = person or row.person
    if child is None:
        waiting = contacts.unanswered(locked.contact, by, [row])
        if waiting:
            raise Refused(
                "Check the possible matches on the contact first: say for each whether it is this child.",
                code="unanswered_match",
            )
        child = new_person(row, by=by, at=at)
    else:
        check_conflict(by, child)
        contacts.link_person(on_contact=row, person=child, by=by, at=at)
    standing = open_referral_of(child)
    if standing is not None and standing.pk != locked.pk:
        return _join(locked, standing, child, by=by, at=at)
    locked.child = child
    locked.save()
    enquiries.confirmed(locked, child)
    measures.confirmed(locked, child)
    plans.confirmed(locked, child)
    involve(
        person=child,
        reference=locked.reference,
        kind=Involvement.Kind.REFERRAL,
        at=locked.received_at,
        status_label=str(locked.get_status_display()),
    )
    write_audit("referral.child_confirmed", by=by, reference=locked.reference, people=[child])
    return locked


def _join(referral: Referral, standing: Referral, child: Person, *, by: User, at: datetime) -> Referral:
    join_open_work(referral=standing, contact=referral.contact, by=by, at=at, is_fast_track=referral.is_fast_track)
    row = referral.contact_person
    row.refresh_from_db()
    row.outcome, row.joined_reference = "open_work", standing.reference
    row.save()
    enquiries.pass_on(referral, to=standing, by=by, at=at)
    unaccompanied.pass_on(referral, to=standing)
    measures.pass_on(referral, to=standing, by=by, at=at)
    following.joined(referral, by=by, at=at, to=standing)
    plans.pass_on(referral, to=standing, by=by, at=at)
    answered(standing, by=by)
    rule = ending_rule(Referral.Ending.JOINED, london_date(at))
    reason = f"The child has open work: joined to {standing.reference}."
    moved = move(
        referral, "no_further_action", by=by, at=at, reason=reason, decision_reason=reason, check_permission=False,
        ending=Referral.Ending.JOINED, is_nfa=rule.is_nfa, is_returnable=rule.is_returnable,
        joined_reference=standing.reference, people=[child],
    )  # fmt: skip
    _end(moved, by=by, at=at, why="joined to open work")
    leave_queue_when_decided(moved.contact, by=by, at=at)
    return moved


def why_not_a_contact(references: Iterable[str]) -> dict[str, str]:
    """Of these open referrals, those on which something has begun, each with a sentence: they go on or are closed."""
    rows = Referral.objects.filter(reference__in=list(references))
    begun = rows.exclude(status__in=("awaiting_decision", "accepted")) | rows.filter(
        Exists(Allocation.objects.filter(referral=OuterRef("pk"), worker__isnull=False))
        | Exists(StrategyDiscussion.objects.filter(referral=OuterRef("pk")))
        | Exists(Measure.objects.filter(referral=OuterRef("pk")))
        | Exists(ProtectionPlan.objects.filter(referral=OuterRef("pk")))
        | Exists(AgeAssessment.objects.filter(referral=OuterRef("pk")))
    )
    return {
        reference: f"Work has begun on {reference}: keep it open, or close it first."
        for reference in begun.values_list("reference", flat=True)
    }


@transaction.atomic
def become_contact(*, reference: str, goes_on: str, by: User, at: datetime) -> Referral:
    """Two records are of one child, who has one open referral: this one ends, its contact joins the one that goes on.

    Called while the records are joined, with the record's lock held. Raises Denied without the permission to decide
    referrals, Refused when something has begun on it or one of the two has ended meanwhile.
    """
    require(by, Permission.REFERRAL_DECIDE)
    found = {
        row.reference: row
        for row in Referral.objects.filter(reference__in=[reference, goes_on], status__in=OPEN_STATUSES).order_by("pk")
    }
    if len(found) < 2:
        raise Refused("One of the referrals has ended meanwhile: look at both records again.", code="ended")
    for why in why_not_a_contact([reference]).values():
        raise Refused(why, code="both_begun", field="goes_on")
    locked, standing = lock(found[reference]), found[goes_on]
    if locked.child is None:
        raise Refused("Confirm first who the child of the referral is.", code="unconfirmed")
    return _join(locked, standing, locked.child, by=by, at=at)


def tell_of_parted(people: set[int], at: datetime) -> None:
    """Records were taken apart: a referral that had become a contact on what is another child's again needs a decision.

    Nothing is opened again by itself; every duty manager is told which contact to reopen.
    """
    ended = Referral.objects.filter(child__in=people, ending=Referral.Ending.JOINED).exclude(joined_reference="")
    rows = list(ended.select_related("contact"))
    goes_on = {
        row.reference: row.child_id
        for row in Referral.objects.filter(reference__in=[each.joined_reference for each in rows])
    }
    told = duty_managers(at) if rows else []
    one_of = dict(Person.objects.filter(pk__in={*goes_on.values()} - {None}).values_list("pk", "merged_into_id"))
    for row in rows:
        child = goes_on.get(row.joined_reference)
        if child is not None and row.child_id not in (child, one_of[child]):
            notify(
                told,
                kind="parted",
                text=f"Two records were taken apart: {row.reference} had ended as a contact on {row.joined_reference}, "
                f"which is another child's. Reopen {row.contact.reference} and decide it again",
                reference=row.contact.reference,
                path=f"/contacts/{row.contact.reference}/",
                once_key=f"parted-{row.reference}-{at.isoformat()}",
                urgent=True,
            )


@transaction.atomic
def accept(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    reason: str,
    response: Response,
    version: int | None = None,
) -> Referral:
    """Decide that a referral awaiting a decision is taken on, with the kind of response, and perhaps whose it is.

    The clocks of the work start from the contact's receipt. Raises Refused while the child is not confirmed.
    """
    require(by, Permission.REFERRAL_DECIDE)
    locked = lock(referral, version=version)
    _check_own_family(locked, by=by)
    if response.kind not in Referral.Response.values:
        raise Refused("Choose the response to the referral.", code="required", field="response_type")
    moved = move(
        locked,
        "accept",
        by=by,
        at=at,
        reason=reason,
        decision_reason=reason,
        response_type=response.kind,
        primary_need=response.primary_need,
        people=[locked.child] if locked.child else (),
    )
    _label(moved)
    endings.set_aside(moved, by=by, at=at)
    if response.kind != Referral.Response.STRATEGY_DISCUSSION:
        clocks.stop(reference=moved.reference, rule="strategy_discussion", at=at, by=by, reason="not decided on")
    start_work(moved, by=by, at=at, response=response)
    leave_queue_when_decided(moved.contact, by=by, at=at)
    return _read_again(moved)


@transaction.atomic
def no_further_action(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    reason: str,
    ending: str = Referral.Ending.NO_FURTHER_ACTION,
    version: int | None = None,
) -> Referral:
    """End a referral at the decision, before anything began. What it means for the returns is looked up (data).

    Where a second manager signs endings it stays open, with what this one proposed, until another says the same.
    """
    require(by, Permission.REFERRAL_DECIDE)
    locked = lock(referral, version=version)
    _check_own_family(locked, by=by)
    if ending not in Referral.Ending.values or ending in (Referral.Ending.STOOD_DOWN, Referral.Ending.JOINED):
        raise Refused("Choose how it ends.", code="required", field="ending")
    if locked.child is None and contacts.unanswered(locked.contact, by, [locked.contact_person]):
        raise Refused(
            "Check the possible matches on the contact first: say for each whether it is this child.",
            code="unanswered_match",
        )
    if nothing_begun(locked, by=by, at=at) is None and endings.hold_or_sign(
        locked, ending=ending, reason=reason, by=by, at=at
    ):
        return _read_again(locked)
    rule = ending_rule(ending, london_date(at))
    moved = move(
        locked, "no_further_action", by=by, at=at, reason=reason, decision_reason=reason, ending=ending,
        is_nfa=rule.is_nfa, is_returnable=rule.is_returnable, people=[locked.child] if locked.child else (),
    )  # fmt: skip
    _end(moved, by=by, at=at)
    leave_queue_when_decided(moved.contact, by=by, at=at)
    return moved


@transaction.atomic
def allocate(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    team: Team,
    worker: User | None,
    reason: str = "",
    version: int | None = None,
) -> Referral:
    """Give a referral to a team, and to a named worker of it; with no worker it stays unallocated, in the team's tray.

    Used for the first allocation and every later one: the rows keep the history, and reallocating needs a reason.
    A worker's own team has it with them. Raises Refused when it has ended or awaits a decision, or when they may not
    hold cases; Denied when the worker has declared a conflict.
    """
    require(by, Permission.REFERRAL_ALLOCATE)
    locked = touch(referral, version=version)
    _check_own_family(locked, by=by)
    if not locked.is_open:
        raise Refused("This referral has ended, so nobody can be allocated to it.", code="ended")
    if locked.status == Referral.Status.AWAITING_DECISION and worker is not None:
        raise Refused("Decide the referral first, then allocate it.", code="undecided")
    before = locked.current_allocation()
    if before is not None and before.present_worker(at) not in (None, worker) and not reason.strip():
        raise Refused("Say why it is passing to somebody else.", code="required", field="reason")
    locked.save()
    give(locked, team=team, worker=worker, by=by, at=at, reason=reason)
    endings.set_aside(locked, by=by, at=at)
    after = locked.current_allocation()
    is_new = before is None or after is None or before.pk != after.pk
    if is_new and (before is not None or worker is None):
        event = "referral.reallocated" if worker is not None else "referral.sent_to_team"
        write_audit(
            event, by=by, reference=locked.reference, reason=reason, people=[locked.child] if locked.child else ()
        )
    if before is not None and before.worker is not None and before.worker not in (worker, by):
        notify(
            [before.worker],
            kind="reallocated",
            text=f"Referral {locked.reference} has passed to somebody else",
            reference=locked.reference,
            path=f"/referrals/{locked.reference}/",
        )
    return _read_again(locked)


@transaction.atomic
def provide_service(
    *, referral: Referral, by: User, at: datetime, service: str, reason: str, version: int | None = None
) -> Referral:
    """Begin a service: after an assessment, or without one where the response was other than an assessment."""
    locked = lock(referral, version=version)
    _check_own_family(locked, by=by)
    if service not in Referral.Service.values:
        raise Refused("Choose the service.", code="required", field="service")
    if locked.status != Referral.Status.ASSESSED and locked.response_type == Referral.Response.ASSESSMENT:
        raise Refused(
            "This referral was accepted for an assessment: the service follows the assessment.", code="assess_first"
        )
    moved = move(locked, "provide_service", by=by, at=at, reason=reason, service=service)
    rerank_about([moved.child_id] if moved.child_id else [], at=at)
    _label(moved)
    endings.set_aside(moved, by=by, at=at)
    return moved


@transaction.atomic
def set_primary_need(
    *, referral: Referral, by: User, at: datetime, primary_need: str, version: int | None = None
) -> Referral:
    """Set the child's primary need, at the decision or the assessment; the caller's reason is kept apart."""
    require(by, Permission.REFERRAL_WORK)
    locked = touch(referral, version=version)
    _check_own_family(locked, by=by)
    if not lists.is_valid("primary_need", primary_need, on=london_date(at)):
        raise Refused("Choose the primary need from the list.", code="invalid", field="primary_need")
    locked.primary_need = primary_need
    locked.save()
    write_audit("referral.need_set", by=by, reference=locked.reference, detail={"need": primary_need})
    return locked


@transaction.atomic
def take_news(*, news: OpenWorkNews, by: User, at: datetime, what_next: str) -> OpenWorkNews:
    """The worker acknowledges new information, saying what they will do about it; it leaves the manager's list."""
    require(by, Permission.REFERRAL_WORK)
    locked = OpenWorkNews.objects.select_for_update(of=("self",)).select_related("referral", "contact").get(pk=news.pk)
    if locked.taken_by is not None:
        raise Refused(f"{locked.taken_by} has already taken this.", code="taken")
    if not what_next.strip():
        raise Refused("Say what you will do about it.", code="required", field="what_next")
    worker = locked.referral.current_worker
    if worker != by and not holds(by, Permission.REFERRAL_ALLOCATE):
        raise Denied(
            Permission.REFERRAL_ALLOCATE,
            "Only the child’s worker or a manager can acknowledge new information about an open child.",
        )
    locked.taken_at, locked.taken_by, locked.what_next = at, by, what_next
    locked.save()
    for rule in ("open_work_take", "open_work_take_red"):
        clocks.stop(
            reference=locked.referral.reference,
            rule=rule,
            label=f"Acknowledge new information: {locked.contact.reference}",
            at=at,
            by=by,
        )
    write_audit(
        "referral.news_taken",
        by=by,
        reference=locked.referral.reference,
        reason=what_next,
        detail={"contact": locked.contact.reference},
    )
    return locked


@transaction.atomic
def close(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    closure_reason: str,
    what_changed: str,
    version: int | None = None,
) -> Referral:
    """Close a referral with the reason of the returns and what changed for the child.

    Refused while anything below it is open, while news waits to be taken, and with RC8 or RC9 where no assessment was
    ever made (Children in Need census). Where a second manager signs endings and nothing was done on it, whoever was
    allocated, it stays open, with what this one proposed, until another says the same.
    """
    require(by, Permission.REFERRAL_CLOSE)
    locked = lock(referral, version=version)
    _check_own_family(locked, by=by)
    if not lists.is_valid("closure_reason", closure_reason, on=london_date(at)):
        raise Refused("Choose the reason for closing from the list.", code="required", field="closure_reason")
    if not what_changed.strip():
        raise Refused("Say what has changed for the child.", code="required", field="what_changed")
    if closure_reason in AFTER_ASSESSMENT and not history(locked.reference).filter(to_status="assessed").exists():
        raise Refused(
            f"{closure_reason} says “after assessment”, and no assessment was made on this referral.",
            code="no_assessment",
            field="closure_reason",
        )
    _check_elsewhere(locked, closure_reason)
    is_new = locked.status == Referral.Status.ACCEPTED and nothing_begun(locked, by=by, at=at) is None
    if is_new and endings.is_held(locked, by=by, at=at):
        raise Refused(
            "Nothing has begun on it: end it without further work, which a second manager signs.", code="not_begun"
        )
    if locked.news.filter(taken_at__isnull=True).exists():
        raise Refused("New information about the child has not been acknowledged: acknowledge it first.", code="news")
    is_early = locked.status in (Referral.Status.ACCEPTED, Referral.Status.ALLOCATED)
    if (
        is_early
        and not endings.was_worked_on(locked)
        and endings.hold_or_sign(locked, ending=closure_reason, reason=what_changed, by=by, at=at)
    ):
        return _read_again(locked)
    moved = move(
        locked,
        "close",
        by=by,
        at=at,
        reason=what_changed,
        closure_reason=closure_reason,
        what_changed=what_changed,
        people=[locked.child] if locked.child else (),
    )
    _end(moved, by=by, at=at)
    return moved


def _check_elsewhere(referral: Referral, closure_reason: str) -> None:
    """Another authority has the case once somebody there has accepted it by name, and only then."""
    taken = following.accepted_elsewhere(referral)
    if closure_reason == ELSEWHERE and taken is None:
        raise Refused(
            f"{ELSEWHERE} says that another authority has the case: propose the transfer, and record who accepted it.",
            code="not_accepted_elsewhere",
            field="closure_reason",
        )
    if taken is not None and closure_reason not in WHEN_ELSEWHERE:
        raise Refused(
            f"{taken.accepted_name}, {taken.to_authority}, has accepted the case: close it with {ELSEWHERE}, or say on "
            f"transfer {taken.reference} that they have not accepted it after all.",
            code="accepted_elsewhere",
            field="closure_reason",
        )


def _end(referral: Referral, *, by: User, at: datetime, why: str = "ended") -> None:
    Allocation.objects.filter(referral=referral, to_at__isnull=True).update(to_at=at)
    endings.set_aside(referral, by=by, at=at)
    following.ended(referral, by=by, at=at)
    # What the type owes is not done because the referral has ended.
    if referral.joined_reference:
        owed.pass_to(referral, after=referral.joined_reference)
    clocks.stop(reference=referral.reference, at=at, by=by, reason=why, but=owed.rules_on(referral))
    rerank_about([referral.child_id] if referral.child_id else [], at=at)
    end_involvement(reference=referral.reference, at=at, status_label=str(referral.get_status_display()))


@transaction.atomic
def reopen(*, referral: Referral, by: User, at: datetime, reason: str, version: int | None = None) -> Referral:
    """Take up again a referral closed in error, soon after (data: five working days). Later news is a new referral."""
    locked = lock(referral, version=version)
    _check_own_family(locked, by=by)
    not_after = None
    if locked.closed_at is not None:
        rule = rules.find("referral_reopen", london_date(locked.closed_at))
        not_after = moments(rule, locked.closed_at, closures()).due_at if rule else locked.closed_at
    standing = open_referral_of(locked.child)
    if standing is not None:
        raise Refused(f"The child now has open work: {standing.reference}.", code="open_work")
    moved = move(locked, "reopen", by=by, at=at, reason=reason, not_after=not_after)
    if moved.child is not None:
        involve(
            person=moved.child,
            reference=moved.reference,
            kind=Involvement.Kind.REFERRAL,
            at=moved.received_at,
            status_label=str(moved.get_status_display()),
        )
    clocks.start("allocation", reference=moved.reference, started_at=at, by=by)
    was_assessed = history(moved.reference).filter(to_status="assessed").exists()
    if not was_assessed and moved.response_type != Referral.Response.OTHER:
        clocks.start(assessment_rule(moved.received_on), reference=moved.reference, started_at=moved.received_at, by=by)
    return moved
