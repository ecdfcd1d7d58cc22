"""What the pages of supervision show, in a fixed number of queries."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from frontdoor.access import Permission, Role, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.db import by_name
from supervision.models import Session, SupervisionTarget

LINES = 100


def seen(references: list[str], user: User) -> set[str]:
    """Which of these sessions the user may see."""
    rows = Session.objects.visible_to(user).filter(reference__in=references)
    return set(rows.values_list("reference", flat=True))


def clocks_of(sessions: list[Session], user: User) -> dict[str, Clock]:
    """The running clock of each planned session; overdue is read from it and nothing else."""
    rows = Clock.objects.visible_to(user).running().filter(reference__in=[s.reference for s in sessions])
    return {clock.reference: clock for clock in rows.order_by("-due_at", "-id")}


def sessions(user: User, status: str, *, mine: bool) -> list[Session]:
    """One's own sessions, or those of the people one supervises or manages; planned by date, held the newest first."""
    own = Q(worker=user.pk)
    rows = Session.objects.visible_to(user).filter(own if mine else ~own, status=status)
    rows = rows.select_related("worker", "worker__team", "supervisor", "referral", "referral__child")
    order = ("planned_for", "id") if status == Session.Status.PLANNED else ("-held_at", "-id")
    return list(rows.order_by(*order)[:LINES])


def supervised_by(user: User) -> QuerySet[User]:
    """Colleagues this user may plan supervision for: those of the teams they manage, or their own team's workers."""
    rows = User.objects.filter(is_active=True, is_machine=False).exclude(pk=user.pk)
    if Role.SERVICE_MANAGER.value in user.roles:
        return rows.order_by(*by_name("name"))
    mine = Q(team__manager=user.pk)
    if holds(user, Permission.SUPERVISION_HOLD) and user.team_id:
        mine |= Q(team=user.team_id)
    return rows.filter(mine).order_by(*by_name("name"))


def without_any(user: User) -> list[User]:
    """Colleagues of the user with a target for their role, for whom no session is planned at all."""
    today = timezone.localdate()
    roles = SupervisionTarget.objects.in_force(today)
    planned = Session.objects.planned().filter(referral__isnull=True).values("worker")
    rows = supervised_by(user).filter(roles__overlap=list(roles.values_list("role", flat=True).distinct()))
    return list(rows.exclude(pk__in=planned).select_related("team")[:LINES])


def overdue(lines: list[Session], clocks: dict[str, Clock], at: datetime) -> int:
    """How many of these planned sessions are past their deadline."""
    return sum(s.reference in clocks and clocks[s.reference].is_late(at) for s in lines)
