"""Supervision: the time a worker and their supervisor take to think about the work, and what they decided."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission, Role, holds
from frontdoor.accounts.models import User
from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import about_visible, hidden_references
from frontdoor.workflow.machines import Machine, move

STATUSES = ["planned", "held", "cancelled"]


@tracked(exclude=["shipped"])
class SupervisionTarget(Dated, Shipped):
    """How often somebody in a role is to be supervised, with the dates from which it applies. Local data."""

    KEY = ("role",)

    # Which roles there are says frontdoor.access; the rule table offers them. No copy here that every new role changes.
    role = models.CharField(max_length=40)
    every_days = models.PositiveSmallIntegerField()
    valid_from = models.DateField()

    class Meta:
        constraints: ClassVar = [
            never_two("role", name="supervision_target_once_a_day"),
            models.CheckConstraint(condition=Q(every_days__gte=1), name="supervision_target_some_days"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: every {self.every_days} days"


def target_days(worker: User, on: date) -> int | None:
    """The shortest target of the worker's roles on this day; None when none of them has one."""
    rows = SupervisionTarget.objects.in_force(on).filter(role__in=worker.roles)
    return min(rows.values_list("every_days", flat=True), default=None)


def is_above(user: User, worker: User) -> bool:
    """Whether this user manages the worker: as manager of their team, or of the whole service."""
    if Role.SERVICE_MANAGER.value in user.roles:
        return True
    return worker.team is not None and worker.team.manager_id == user.pk


def by_somebody_entitled(record: "Session", *, by: User, at: datetime, **facts: Any) -> str | None:
    """Only the supervisor, or a manager above the worker, says what became of a session."""
    if by.pk == record.worker_id:
        return "Your supervisor records your supervision."
    if by.pk != record.supervisor_id and not is_above(by, record.worker):
        return f"Only {record.supervisor}, or a manager above {record.worker}, can do this."
    return None


def not_ahead(record: "Session", *, by: User, at: datetime, **facts: Any) -> str | None:
    """What has not happened yet was not held."""
    held_at: datetime | None = facts.get("held_at")
    return "The session cannot have been held in the future." if held_at is not None and held_at > at else None


class SessionQuerySet(VisibleQuerySet):
    """Questions about supervision sessions."""

    def visible_to(self, user: User) -> Self:
        """Sessions of the worker and the supervisor themselves, and of the managers above the worker.

        Who audits practice without managing sees only what is on a child's file, once held: a worker's own
        supervision is confidential to the two of them and the managers above. None about anybody hidden from the user.
        """
        if not holds(user, Permission.SUPERVISION_VIEW):
            return self.none()
        rows = about_visible(self, user).exclude(
            referral__isnull=False, referral__reference__in=hidden_references(user)
        )
        if Role.SERVICE_MANAGER.value in user.roles:
            return rows
        mine = Q(worker=user.pk) | Q(supervisor=user.pk) | Q(worker__team__manager=user.pk)
        if Role.QUALITY_OFFICER.value in user.roles:
            mine |= Q(referral__isnull=False, status="held")
        return rows.filter(mine)

    def planned(self) -> Self:
        """Still to be held."""
        return self.filter(status="planned")

    def held(self) -> Self:
        """Held, the newest first."""
        return self.filter(status="held").order_by("-held_at", "-id")


P = Permission
MACHINE = Machine(
    move(
        "hold", "Record the session", "planned", "held", P.SUPERVISION_HOLD, "supervision.held",
        by_somebody_entitled, not_ahead,
    ),
    move(
        "cancel", "Cancel", "planned", "cancelled", P.SUPERVISION_HOLD, "supervision.cancelled",
        by_somebody_entitled, needs_reason=True,
    ),
)  # fmt: skip


@tracked()
@MACHINE
class Session(Record):
    """One supervision session of one worker, about all their work or about one referral."""

    PREFIX = "S"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"

    status = FSMField(default=Status.PLANNED, choices=Status.choices)
    worker = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="supervision_sessions")
    supervisor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="supervisions_given")
    referral = models.ForeignKey(
        "referrals.Referral", null=True, blank=True, on_delete=models.PROTECT, related_name="supervision_sessions"
    )
    planned_for = models.DateTimeField()
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The session planned when this one was held: the chain of a worker's supervision.
    next_session = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="session_before"
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "supervision session"
        constraints: ClassVar = [
            one_of("status", STATUSES, name="session_status_known"),
            all_or_none("held_at", "held_by", name="session_held_by_somebody"),
            models.CheckConstraint(condition=~Q(status="held") | Q(held_at__isnull=False), name="session_held_when"),
            models.CheckConstraint(condition=~Q(worker=models.F("supervisor")), name="session_of_two_people"),
            models.UniqueConstraint(
                fields=["worker", "referral"], condition=Q(status="planned"), nulls_distinct=False,
                name="session_one_planned",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["worker", "-held_at"], name="session_of_worker"),
            models.Index(fields=["planned_for", "id"], condition=Q(status="planned"), name="session_planned"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it is still to be held."""
        return str(self.status) == self.Status.PLANNED.value

    @MACHINE.step
    def hold(self, *, by: User, at: datetime, held_at: datetime) -> None:
        """It took place."""
        self.held_at, self.held_by = held_at, by

    @MACHINE.step
    def cancel(self, *, by: User, at: datetime) -> None:
        """It will not take place, and no other is due in its stead."""


@tracked()
class SessionText(models.Model):
    """What was said and decided; apart from the session, so that its history does not copy it at each move."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="text")
    discussion = models.TextField(blank=True)
    decisions = models.TextField()
    actions = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"text of {self.session_id}"
