"""Telling people: notices and alerts, written in the transaction of what they tell of; also that a job met a fault."""

import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from frontdoor.access import Denied, Permission, Refused, Role, holds, require
from frontdoor.accounts.models import OnDuty, User, on_duty
from frontdoor.audit.actions import record
from frontdoor.db import shortened
from frontdoor.limits import is_lost
from frontdoor.notifications import hooks
from frontdoor.notifications.models import QUIET, Alert, AlertQuerySet, Notice
from frontdoor.people.access import hidden_among, hidden_references, holders_about
from frontdoor.wording import worded

CLIMB_AFTER = timedelta(minutes=15)
LONGEST_TEXT = 250
#: So many alerts stand on a screen at most.
MOST_ALERTS = 20
Item = TypeVar("Item")
log = structlog.get_logger(__name__)


def notify(
    users: Iterable[User],
    *,
    kind: str,
    text: str,
    reference: str = "",
    path: str = "",
    urgent: bool = False,
    once_key: str = "",
) -> int:
    """Write a notice for each active person once; ``text`` names a reference, never a child.

    With ``once_key`` a person who has that notice already gets no second. Returns how many people it is for.
    """
    people = {user.pk: user for user in users if user.is_active and not user.is_machine}
    Notice.objects.bulk_create(
        [
            Notice(
                user=user,
                kind=kind,
                text=shortened(text, LONGEST_TEXT),
                reference=reference,
                path=path,
                is_urgent=urgent,
                once_key=once_key,
            )
            for user in people.values()
        ],
        ignore_conflicts=bool(once_key),
    )
    return len(people)


def one_by_one(items: Iterable[Item], act: Callable[[Item], int], *, what: str, at: datetime) -> int:
    """Do ``act`` for each, which keeps its own transaction and returns how much it did; returns how much was done.

    What fails is left for the next time; only when the database has gone away, all of it is. The log says of which kind
    and where, never in the words of the failure, which may hold what it was about; administrators get one notice a day
    of each. ``what`` names the work in the log and the notice ("chase information").
    """
    done = 0
    for item in items:
        try:
            done += act(item)
        except Exception as problem:
            if is_lost(problem):
                raise
            left_aside(item, problem, what=what, at=at)
    return done


def together_or_each(items: Sequence[Item], act: Callable[[Sequence[Item]], int], *, what: str, at: datetime) -> int:
    """Do ``act`` for all of them in one transaction; where one of them makes that fail, for each alone.

    Returns how much was done. What fails alone is left for the next time and told of, as in :func:`one_by_one`.
    """
    try:
        with transaction.atomic():
            return act(items)
    except Exception as problem:
        if is_lost(problem):
            raise

        def alone(item: Item) -> int:
            with transaction.atomic():
                return act([item])

        return one_by_one(items, alone, what=what, at=at)


def each_step(steps: Mapping[str, Callable[[datetime], object]], *, at: datetime) -> None:
    """Do the steps of a job in turn, each whether or not those before it could be done; their names as ``what``."""
    for what, step in steps.items():
        try:
            step(at)
        except Exception as problem:
            if is_lost(problem):
                raise
            left_aside("all of it", problem, what=what, at=at)


def left_aside(item: object, problem: Exception, *, what: str, at: datetime) -> None:
    """Say in the log, and to administrators, that one thing of many could not be done and was left."""
    place = traceback.extract_tb(problem.__traceback__)[-1]
    key = shortened(str(getattr(item, "pk", item)), 40)
    log.error("left_aside", what=what, id=key, error=type(problem).__name__, file=place.filename, line=place.lineno)
    notify(
        administrators(),
        kind="left-aside",
        text=f"Could not {what} ({key}); the others went on. The log of the worker says where it failed",
        once_key=f"left-{what[:50]}-{key}-{timezone.localdate(at):%Y%m%d}",
    )


def mark_read(*, by: User, at: datetime, notices: Collection[int] | None = None, until: int | None = None) -> int:
    """Mark these of one's own notices read, or (None) all of them; returns how many.

    ``until`` is the newest that the page showed (its key): what came since has not been seen and stays new.
    """
    rows = Notice.objects.of(by).unread()
    if notices is not None:
        rows = rows.filter(pk__in=notices)
    if until is not None:
        rows = rows.filter(pk__lte=until)
    return rows.update(read_at=at)


def mark_unread(*, by: User, read_at: datetime) -> int:
    """Take back that one's own notices were marked read at this very moment; returns how many are new again."""
    return Notice.objects.of(by).filter(read_at=read_at).update(read_at=None)


def duty_managers(at: datetime) -> list[User]:
    """Who is the duty manager now; every active duty manager when the rota names nobody."""
    found = list(on_duty("duty", at))
    return found or list(User.objects.filter(is_active=True, roles__contains=[Role.DUTY_MANAGER.value]))


def administrators() -> list[User]:
    """Who looks after the system."""
    return list(User.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR.value]))


def on_call(at: datetime) -> list[User]:
    """The on-call manager now; every service manager when the rota names nobody."""
    found = list(on_duty("on_call", at))
    return found or list(User.objects.filter(is_active=True, roles__contains=[Role.SERVICE_MANAGER.value]))


def next_in_line(at: datetime, level: int, *, kind: str) -> list[User]:
    """Whom an untaken alert goes to at this height.

    First the emergency duty team and the on-call manager where the rota names them, with the team managers; then the
    service managers as well (PRACTICE: untaken after 15 minutes it goes to the next manager). One that is to be kept
    quiet goes to the on-call manager alone.
    """
    if kind in QUIET:
        return on_call(at)
    found = [*on_duty("edt", at), *on_duty("on_call", at)]
    roles = [Role.TEAM_MANAGER.value] if level < 2 else [Role.TEAM_MANAGER.value, Role.SERVICE_MANAGER.value]
    found += User.objects.filter(is_active=True, roles__overlap=roles)
    return found


def who_may_know(reference: str, people: Iterable[User], *, at: datetime) -> list[User]:
    """Those of these people who may know of a record.

    Where it is hidden from any of them, the colleagues named on the restriction and the on-call manager as well:
    somebody has to be able to act.
    """
    told = list(people)
    may = [user for user in told if not hidden_among([reference], user)]
    return may if len(may) == len(told) else [*may, *holders_about(reference), *on_call(at)]


@transaction.atomic
def raise_alert(*, kind: str, reference: str, text: str, path: str, at: datetime, to: Iterable[User]) -> Alert:
    """Put an alert on these people's screens until one of them takes it; raising it again adds people only.

    About a hidden record it goes to those :func:`who_may_know` of it.
    """
    alert, _ = Alert.objects.get_or_create(
        kind=kind,
        reference=reference,
        taken_at=None,
        defaults={"text": shortened(text, LONGEST_TEXT), "path": path, "raised_at": at, "climbs_at": at + CLIMB_AFTER},
    )
    people = list(to) if kind in QUIET else who_may_know(reference, to, at=at)
    alert.told.add(*people)
    notify(people, kind=kind, text=text, reference=reference, path=path, urgent=True, once_key=f"alert-{alert.pk}-0")
    return alert


@transaction.atomic
def take_alert(*, alert: Alert, by: User, at: datetime) -> Alert:
    """Take an alert by name; it leaves every screen. Raises Refused with who has it when somebody was faster."""
    # Without a join: after waiting for another taker's lock only the locked row itself is read again.
    locked = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
    if locked.taken_by is not None:
        raise Refused(f"{locked.taken_by} has already taken this.", code="taken")
    if not locked.told.filter(pk=by.pk).exists():
        if locked.kind in QUIET:
            raise Denied("alert.quiet")
        require(by, Permission.CONTACT_DECIDE_ANY)
    locked.taken_at, locked.taken_by, locked.climbs_at = at, by, None
    locked.save()
    record("alert.taken", by=by, reference=locked.reference, detail={"kind": locked.kind, "level": locked.level})
    for told in hooks.on_taken:
        told(locked, by, at)
    return locked


def alerts_for(user: User) -> list[Alert]:
    """Untaken alerts this person was told of, and for a manager every one that is no secret, oldest first.

    None about a record hidden from them, but for the on-call manager, whom it may have gone to all the same.
    """
    return _alerts(user, at=timezone.now())


@worded(at=datetime)
def _alerts(user: User, *, at: datetime) -> QuerySet[Alert, Alert]:
    rows = Alert.objects.waiting()
    told = Q(pk__in=Alert.objects.told_to(user).values("pk"))
    rows = rows.filter(told | ~Q(kind__in=QUIET) if holds(user, Permission.CONTACT_DECIDE_ANY) else told)
    may = Q(kind__in=QUIET) | ~Q(reference__in=hidden_references(user))
    turns = OnDuty.objects.at(at).filter(kind="on_call", user=user.pk)
    may |= told if Role.SERVICE_MANAGER.value in user.roles else told & Q(Exists(turns))
    return rows.filter(may).order_by("raised_at", "id")[:MOST_ALERTS]


def climb(at: datetime) -> int:
    """Take every alert nobody took in time to the next people; returns how many climbed. Safe to run twice."""
    keys = list(_to_climb(at).order_by("id").values_list("pk", flat=True))
    return one_by_one(keys, lambda key: _climb_one(key, at), what="take an alert further", at=at)


def _to_climb(at: datetime) -> AlertQuerySet:
    return Alert.objects.waiting().filter(climbs_at__lte=at)


@transaction.atomic
def _climb_one(key: int, at: datetime) -> int:
    alert = _to_climb(at).select_for_update(skip_locked=True).filter(pk=key).first()
    if alert is None:
        return 0
    alert.level += 1
    alert.climbs_at = at + CLIMB_AFTER
    alert.save()
    people = next_in_line(at, alert.level, kind=alert.kind)
    if alert.kind not in QUIET:
        people = who_may_know(alert.reference, people, at=at)
    alert.told.add(*people)
    notify(
        people, kind=alert.kind, text=f"Not taken yet: {alert.text}", reference=alert.reference, path=alert.path,
        urgent=True, once_key=f"alert-{alert.pk}-{alert.level}",
    )  # fmt: skip
    return 1
