"""Planning, holding, moving and cancelling supervision sessions, with the clock of when the next is due."""

from datetime import date, datetime

from django.db import transaction

from frontdoor.access import Denied, Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.workflow.actions import born, lock, move, touch
from referrals.models import Referral
from supervision.models import Session, SessionText, by_somebody_entitled, is_above, target_days

RULE = "supervision"


def about(referral: Referral | None) -> list[Person]:
    """Whom a session is about: the child of its referral, once it is known who that is."""
    return [referral.child] if referral is not None and referral.child is not None else []


@transaction.atomic
def plan(
    *,
    worker: User,
    supervisor: User,
    by: User,
    at: datetime,
    planned_for: datetime,
    referral: Referral | None = None,
    since: datetime | None = None,
) -> Session:
    """Plan a session and start the clock of when it is due, counted from ``since`` (the session before; default now).

    Raises Refused when the worker has one planned about the same, when supervisor and worker are one person, or when
    nobody supervises people of the worker's roles; Denied when ``by`` is neither the supervisor nor above the worker.
    """
    require(by, Permission.SUPERVISION_HOLD)
    if worker.pk == supervisor.pk:
        raise Refused("You cannot supervise yourself: choose another supervisor.", code="same", field="supervisor")
    if by.pk == worker.pk or (by.pk != supervisor.pk and not is_above(by, worker)):
        raise Denied(
            Permission.SUPERVISION_HOLD, "Only the supervisor or a manager above the worker can plan a session."
        )
    if not worker.is_active or worker.is_machine:
        raise Refused("This colleague has left.", code="left", field="worker")
    if referral is not None and not referral.is_open:
        raise Refused("This referral has ended.", code="ended", field="referral")
    User.objects.select_for_update(of=("self",)).get(pk=worker.pk)
    standing = Session.objects.planned().filter(worker=worker, referral=referral).first()
    if standing is not None:
        raise Refused(f"One is planned already: {standing.reference}. Move or record that one.", code="planned")
    days = target_days(worker, london_date(at))
    if days is None:
        raise Refused("No target is set for this colleague’s role, so none is due.", code="no_target", field="worker")
    session = Session(worker=worker, supervisor=supervisor, referral=referral, planned_for=planned_for)
    session.save()
    whom = about(referral)
    born(session, by=by, at=at, people=whom)
    for person in whom:
        people.involve(
            person=person, reference=session.reference, kind="supervision", at=at, team=worker.team, worker=worker,
            status_label="Planned",
        )  # fmt: skip
    clocks.start(
        RULE, reference=session.reference, started_at=since or at, by=by, team=worker.team, worker=worker,
        every_days=days,
    )  # fmt: skip
    return session


@transaction.atomic
def replan(*, session: Session, by: User, at: datetime, planned_for: datetime, version: int | None = None) -> Session:
    """Move a planned session to another time. Its clock runs on: a later date does not make it due later."""
    require(by, Permission.SUPERVISION_HOLD)
    locked = touch(session, version=version)
    if not locked.is_open:
        raise Refused("This session is no longer planned.", code="wrong_status")
    refusal = by_somebody_entitled(locked, by=by, at=at)
    if refusal:
        raise Refused(refusal, code="blocked")
    before, locked.planned_for = locked.planned_for, planned_for
    locked.save()
    record(
        "supervision.moved", by=by, reference=locked.reference, people=about(locked.referral),
        detail={"from": before.isoformat(), "to": planned_for.isoformat()},
    )  # fmt: skip
    return locked


@transaction.atomic
def hold(
    *,
    session: Session,
    by: User,
    at: datetime,
    held_at: datetime,
    decisions: str,
    actions: str = "",
    discussion: str = "",
    next_for: datetime | None = None,
    version: int | None = None,
) -> Session:
    """Record what was decided, stop the clock as of ``held_at``, and plan the next session with its own.

    The next is counted from when this one was held, and planned for ``next_for`` (default: its last day). None
    follows when the referral has ended, the worker has left or has no target.
    """
    if not decisions.strip():
        raise Refused("Say what was decided.", code="decisions_required", field="decisions")
    done = move(session, "hold", by=by, at=at, version=version, people=about(session.referral), held_at=held_at)
    SessionText.objects.create(session=done, decisions=decisions, actions=actions, discussion=discussion)
    clocks.stop(reference=done.reference, at=held_at, by=by)
    people.end_involvement(reference=done.reference, at=held_at, status_label="Held")
    if _goes_on(done, london_date(at)):
        following = plan(
            worker=done.worker,
            supervisor=done.supervisor,
            by=by,
            at=at,
            planned_for=next_for or held_at,
            referral=done.referral,
            since=held_at,
        )
        if next_for is None:
            due = clocks.running_on([following.reference]).first()
            if due is not None:
                following.planned_for = due.due_at
                following.save()
        done = lock(done)
        done.next_session = following
        done.save()
    return done


def _goes_on(session: Session, on: date) -> bool:
    """Whether another session is due after this one."""
    ended = session.referral is not None and not session.referral.is_open
    return not ended and session.worker.is_active and target_days(session.worker, on) is not None


@transaction.atomic
def cancel(*, session: Session, by: User, at: datetime, reason: str, version: int | None = None) -> Session:
    """A session that will not take place, with the reason; its clock stops and no other follows."""
    done = move(session, "cancel", by=by, at=at, reason=reason, version=version, people=about(session.referral))
    clocks.stop(reference=done.reference, at=at, by=by, rule=RULE, reason="cancelled")
    people.end_involvement(reference=done.reference, at=at, status_label="Cancelled")
    return done
