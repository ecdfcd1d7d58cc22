"""Somebody is away: entered by them or their manager; away for long, what they hold counts as without a worker.

How long is long is the council's rule ``long_absence`` of the day on which it began. Where the last day is known, and
it is long, it counts from its first day: whoever plans three weeks passes the work on before. Where it is open, it
counts from the first day after so many. Absences that follow each other without a working day between are one.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from frontdoor.access import Denied, Permission, Refused, holds
from frontdoor.accounts.models import Absence, User, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks import rules
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import add_working_days, at_london, london_date
from frontdoor.db import by_name
from frontdoor.notifications.actions import notify, one_by_one
from frontdoor.staff.readers import reference_of
from frontdoor.workflow.actions import lock
from referrals.leaving import who_allocates
from referrals.models import Allocation, Referral

RULE = "long_absence"
DAY = timedelta(days=1)
#: Nobody enters what lies longer ago: it would make work late that was done.
LONGEST_AGO = timedelta(days=60)


def answered_for(by: User) -> QuerySet[User]:
    """Whose absences somebody enters: their own and those of the teams they manage.

    Of others who allocate, those of the team they belong to.
    """
    teams = by.teams_managed.filter(is_active=True)
    theirs = Q(team__in=teams)
    if not teams.exists() and by.team_id is not None and holds(by, Permission.REFERRAL_ALLOCATE):
        theirs = Q(team=by.team_id)
    return User.objects.filter(Q(pk=by.pk) | theirs, is_active=True, is_machine=False).order_by(*by_name("name"))


def away(users: Collection[int | None], at: datetime) -> dict[int, Absence]:
    """Those of these colleagues (keys; None is nobody) who are away at this moment, for however short."""
    keys = {key for key in users if key is not None}
    return {row.user_id: row for row in Absence.objects.at(at).filter(user__in=keys)}


@transaction.atomic
def enter(*, user: User, kind: str, from_on: date, until_on: date | None, by: User, at: datetime) -> Absence:
    """Enter that somebody is or will be away; ``until_on`` is the last day, None while nobody knows.

    Raises Denied for somebody the actor does not answer for; Refused, naming the field, for a last day before the
    first, for what lies more than 60 days ago, or where another absence of theirs stands in these days.
    """
    _check_may(user, by)
    if kind not in Absence.Kind.values:
        raise Refused("Choose what kind of absence it is.", code="required", field="kind")
    if until_on is not None and until_on < from_on:
        raise Refused("The last day away is before the first.", code="order", field="until_on")
    if from_on < london_date(at) - LONGEST_AGO:
        raise Refused("This began too long ago: enter it from 60 days ago at most.", code="too_old", field="from_on")
    locked = User.objects.select_for_update().get(pk=user.pk)
    standing = locked.absences.filter(ended_at=None).filter(Q(until_on=None) | Q(until_on__gte=from_on))
    if until_on is not None:
        standing = standing.filter(from_on__lte=until_on)
    if (other := standing.order_by("from_on", "pk").first()) is not None:
        raise Refused(
            f"{locked.name} is entered as {other.words} already: end that first.", code="overlaps", field="from_on"
        )
    row = Absence.objects.create(
        user=locked, kind=kind, from_on=from_on, until_on=until_on, entered_at=at, entered_by=by,
        counts_from=_counts_from(locked, from_on, until_on),
    )  # fmt: skip
    # Of what kind it is stays on the row: whoever reads what was done to an account need not know of an illness.
    detail = {"from": from_on.isoformat(), "until": until_on.isoformat() if until_on else ""}
    write_audit("staff.absence_entered", by=by, reference=reference_of(locked), detail=detail)
    _tell(row, f"{locked.name} is entered as {row.words}.", by=by)
    return row


@transaction.atomic
def end(*, absence: Absence, by: User, at: datetime) -> Absence:
    """Say that somebody is back from now on, or that what was to come will not be; what was stays.

    Raises Denied as :func:`enter`; Refused when it has ended already.
    """
    _check_may(absence.user, by)
    locked = Absence.objects.select_for_update(of=("self",)).select_related("user").get(pk=absence.pk)
    if locked.ended_at is not None or (locked.until_on is not None and locked.until_on < london_date(at)):
        raise Refused("This absence has ended already.", code="ended")
    locked.ended_at, locked.ended_by = at, by
    locked.save()
    write_audit("staff.absence_ended", by=by, reference=reference_of(locked.user))
    _tell(locked, f"{locked.user.name} is no longer entered as {locked.words}.", by=by)
    return locked


def _check_may(user: User, by: User) -> None:
    if not answered_for(by).filter(pk=user.pk).exists():
        raise Denied(
            Permission.REFERRAL_ALLOCATE, "Only they themselves, or the manager of their team, say that they are away."
        )


def _tell(row: Absence, text: str, *, by: User) -> None:
    manager = row.user.team.manager if row.user.team is not None else None
    told = [each for each in (row.user, manager) if each is not None and each != by]
    notify(told, kind="absence", text=text, path=reverse("pages:absences"))


def _counts_from(user: User, from_on: date, until_on: date | None) -> date | None:
    """The day from which what they hold counts as without a worker; None where they are not away for long enough."""
    began = _began(user, from_on)
    rule = rules.find(RULE, began)
    if rule is None:
        return None
    last = london_date(moments(rule, at_london(began - DAY, time(12)), closures()).due_at)
    first = add_working_days(last, 1, closures())
    if until_on is None:
        return max(from_on, first)
    return from_on if until_on >= first else None


def _began(user: User, from_on: date) -> date:
    """The first day of all that leads up to this day without a working day between."""
    began = from_on
    closed = closures()
    for row in user.absences.filter(from_on__lte=from_on).order_by("-from_on", "-pk"):
        last = row.last_on
        if last is None or last < row.from_on:
            continue
        if add_working_days(last, 1, closed) < began:
            break
        began = min(began, row.from_on)
    return began


def follow(at: datetime) -> int:
    """Let the allocation clock run on what somebody away for long holds, and stop it when they are back.

    Whoever allocates is told once of each absence. Returns on how many referrals a clock was started or stopped.
    """
    long = list(Absence.objects.long(at).select_related("user").order_by("pk"))
    started = one_by_one(long, lambda row: _start(row, at), what="count out somebody who is away", at=at)
    held = Allocation.objects.current().with_present_worker(at).filter(referral__reference=OuterRef("reference"))
    back = Clock.objects.filter(Exists(held), rule="allocation", stopped_at=None).order_by("pk")
    references = list(back.values_list("reference", flat=True))
    return started + one_by_one(references, lambda each: _stop(each, at), what="count in somebody who is back", at=at)


@transaction.atomic
def _start(absence: Absence, at: datetime) -> int:
    assert absence.counts_from is not None
    since = at_london(absence.counts_from, time())
    running = Clock.objects.filter(reference=OuterRef("reference"), rule="allocation", stopped_at=None)
    now = Allocation.objects.current().filter(worker=absence.user)
    rows = Referral.objects.open().filter(~Exists(running), allocations__in=now).order_by("pk")
    told: dict[int, tuple[User, int]] = {}
    done = 0
    for found in rows:
        referral = lock(found)
        held = referral.current_allocation()
        if held is None or held.worker_id != absence.user_id:
            continue
        done += 1
        started = max(since, held.from_at)
        clocks.start("allocation", reference=referral.reference, started_at=started, by=system_user(), team=held.team)
        for each in who_allocates(referral, held, at):
            told[each.pk] = (each, told.get(each.pk, (each, 0))[1] + 1)
    for each, number in told.values():
        text = f"{absence.user.name} is {absence.words}. Open referrals that count as without a worker: {number}."
        path = reverse("referrals:pass_on", args=[absence.user_id])
        notify([each], kind="away", text=text, path=path, urgent=True, once_key=f"away-{absence.pk}")
    return done


@transaction.atomic
def _stop(reference: str, at: datetime) -> int:
    referral = lock(Referral.objects.get(reference=reference))
    held = referral.current_allocation()
    if held is None or held.present_worker(at) is None:
        return 0
    return clocks.stop(reference=reference, rule="allocation", at=at, by=system_user(), reason="The worker is here.")
