"""Clocks: started deadlines, each with its rule and edition; and the local rules and closures behind them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from frontdoor.accounts.models import User
from frontdoor.clocks.editions import BY_THE_CLOCK, Rule, Unit
from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import VisibleQuerySet, all_or_none, tracked
from frontdoor.notifications.models import Alert
from frontdoor.people.access import about_visible

UNITS = [(unit.value, unit.value.replace("_", " ")) for unit in Unit]


# Filled by the apps above: references of their records a user may not know of beside those about hidden people (an
# allegation against a professional, a contact taken under a restriction).
hidden: list[Callable[[Any], models.QuerySet[Any, Any]]] = []


class ClosureDay(models.Model):
    """A day on which the council is closed besides bank holidays, so that it does not count as a working day."""

    day = models.DateField(unique=True)
    why = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.day} {self.why}"


@tracked(exclude=["shipped"])
class LocalRule(Dated, Shipped):
    """A timescale the council set itself, with the dates from which it applies; possibly for one agency only."""

    KEY = ("code", "agency")

    code = models.SlugField(max_length=40)
    label = models.CharField(max_length=100)
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=20, choices=UNITS)
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT)
    valid_from = models.DateField()
    may_pause = models.BooleanField(default=False)
    warn_minutes = models.PositiveIntegerField(null=True, blank=True)
    escalate_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "valid_from"], name="local_rule_of")]
        constraints: ClassVar = [never_two("code", Coalesce("agency", 0), name="local_rule_once_a_day")]

    def __str__(self) -> str:
        return f"{self.label} from {self.valid_from}"

    def as_rule(self) -> Rule:
        """The rule as the counting functions take it."""
        return Rule(
            code=self.code,
            label=self.label,
            amount=self.amount,
            unit=Unit(self.unit),
            edition=f"local from {self.valid_from.isoformat()}",
            source="the council's own timescale",
            from_on=self.valid_from,
            to_on=self.valid_to,
            starts="its start",
            statutory=False,
            may_pause=self.may_pause,
            warn_minutes=self.warn_minutes,
            escalate_minutes=self.escalate_minutes,
        )


#: Rules whose clocks only those know of who were told by a quiet alert about the same record.
QUIET_RULES = frozenset({"restricted_take"})


class ClockQuerySet(VisibleQuerySet):
    """Questions about clocks."""

    def visible_to(self, user: User) -> Self:
        """Clocks on records about people this user may know of, and that the apps above let them see."""
        rows = about_visible(self, user)
        told = Alert.objects.quiet_for(user).values("reference")
        rows = rows.filter(~Q(rule__in=QUIET_RULES) | Q(reference__in=told))
        for references in hidden:
            rows = rows.exclude(reference__in=references(user))
        return rows

    def running(self) -> Self:
        """Clocks not stopped and not paused."""
        return self.filter(stopped_at__isnull=True, paused_at__isnull=True)

    def late(self, at: datetime) -> Self:
        """Running clocks past their due time at this moment, whether or not a sweep has seen them."""
        return self.running().filter(due_at__lt=at)

    def about_to_be(self, at: datetime) -> Self:
        """Running clocks inside their warning time at this moment."""
        return self.running().filter(due_at__gte=at, warn_at__lte=at)

    def paused(self) -> Self:
        """Paused clocks."""
        return self.filter(paused_at__isnull=False)

    def missed(self, since: datetime) -> Self:
        """Clocks stopped since this moment, after their due time."""
        return self.filter(stopped_at__gt=F("due_at"), stopped_at__gte=since)

    def of(self, reference: str) -> Self:
        """Clocks on this record."""
        return self.filter(reference=reference)


class Clock(models.Model):
    """A started deadline on a record."""

    reference = models.CharField(max_length=10)
    rule = models.SlugField(max_length=40)
    label = models.CharField(max_length=100)
    edition = models.CharField(max_length=60)
    # The timescale as it was when the clock started, so that a rule changed later does not change its explanation.
    amount = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=20, choices=UNITS, blank=True, db_default="", default="")
    is_statutory = models.BooleanField()
    may_pause = models.BooleanField(default=False)
    team = models.ForeignKey("accounts.Team", null=True, blank=True, on_delete=models.PROTECT)
    worker = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    day_0 = models.DateField()
    due_at = models.DateTimeField()
    warn_at = models.DateTimeField(null=True, blank=True)
    escalate_at = models.DateTimeField(null=True, blank=True)
    # The next moment at which the sweep has something to do; null when there is none. The one thing it looks for.
    next_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    stop_reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="clock_next", condition=Q(next_at__isnull=False)),
            models.Index(fields=["reference"], name="clock_of"),
            # The board's index: it holds what the counts need, so that they read this small part of the table alone.
            models.Index(
                fields=["due_at", "id"],
                include=["warn_at", "reference", "team", "worker", "rule"],
                name="clock_running",
                condition=Q(stopped_at=None, paused_at=None),
            ),
            models.Index(
                fields=["worker", "due_at"], name="clock_worker", condition=Q(stopped_at=None, worker__isnull=False)
            ),
            models.Index(
                fields=["team", "due_at"], name="clock_team", condition=Q(stopped_at=None, team__isnull=False)
            ),
            models.Index(fields=["-stopped_at", "-id"], name="clock_missed", condition=Q(stopped_at__gt=F("due_at"))),
            models.Index(fields=["due_at", "id"], name="clock_paused", condition=Q(paused_at__isnull=False)),
        ]
        constraints: ClassVar = [
            all_or_none("stopped_at", "stopped_by", name="clock_stopped_by_somebody"),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(stopped_at__isnull=True, paused_at__isnull=True),
                name="clock_still_has_no_next",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(is_statutory=False), name="clock_statutory_never_paused"
            ),
            models.UniqueConstraint(
                fields=["reference", "rule", "label"], name="clock_one_running", condition=Q(stopped_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} on {self.reference}"

    def is_late(self, at: datetime) -> bool:
        """Whether the deadline has passed while the clock ran, or had passed when it was stopped or paused."""
        return (self.stopped_at or self.paused_at or at) > self.due_at

    @property
    def is_by_the_clock(self) -> bool:
        """Whether it ends at its moment whatever day it is, so that what is left is not said in working days."""
        return self.rule in BY_THE_CLOCK


class Pause(models.Model):
    """A stretch for which a local clock was paused, and why."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    def __str__(self) -> str:
        return f"pause of {self.clock}"


class LatenessReason(models.Model):
    """Why a deadline was missed, in the words of somebody who knows."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="reasons")
    code = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.code} for {self.clock}"


def closures() -> dict[date, str]:
    """Every closure day of the council, and why it is one."""
    return dict(ClosureDay.objects.values_list("day", "why"))
