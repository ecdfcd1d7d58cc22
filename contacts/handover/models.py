"""What a handover keeps: the shifts as dated data, the pack of each change, and its items, taken and never removed."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from contacts.handover.shifts import SHIFT_LABELS, Plan, Shift
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.models import hidden as hidden_elsewhere
from frontdoor.dated import Begun, Shipped
from frontdoor.db import VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import about_visible, hidden_people
from frontdoor.people.models import Person

LONGEST_PROTECTION = timedelta(hours=72)
SHIFTS = [(shift.value, SHIFT_LABELS[shift]) for shift in Shift]


class ShiftPlan(Begun, Shipped):
    """The hours of the shifts from a day on. Never changed: a new row follows."""

    valid_from = models.DateField(unique=True)
    day_from = models.TimeField()
    day_to = models.TimeField()
    friday_to = models.TimeField(null=True, blank=True)
    edt_changes = ArrayField(models.TimeField())
    take_by = models.TimeField()
    take_minutes = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    set_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            all_or_none("set_at", "set_by", name="shift_plan_set_by_somebody"),
            models.CheckConstraint(
                condition=Q(day_to__gt=F("day_from")) & (Q(friday_to=None) | Q(friday_to__gt=F("day_from"))),
                name="shift_plan_day_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(edt_changes__len__gte=1), name="shift_plan_duty_team_changes"),
        ]

    def __str__(self) -> str:
        return f"shifts from {self.valid_from}"

    @property
    def plan(self) -> Plan:
        """As the counting functions take it."""
        return Plan(
            self.day_from, self.day_to, self.friday_to, tuple(self.edt_changes), self.take_by, self.take_minutes
        )


class HandoverPackQuerySet(models.QuerySet["HandoverPack"]):
    """Questions about packs."""

    def newest_first(self) -> Self:
        """The latest change first."""
        return self.order_by("-changed_at", "-id")

    def before(self, at: datetime) -> Self:
        """Of changes earlier than this moment."""
        return self.filter(changed_at__lt=at)


class HandoverPack(models.Model):
    """What one shift hands to the next: one for each change of shift."""

    began_at = models.DateTimeField()
    changed_at = models.DateTimeField(unique=True)
    shift_before = models.CharField(max_length=3, choices=SHIFTS)
    shift_after = models.CharField(max_length=3, choices=SHIFTS)
    take_by = models.DateTimeField()
    made_at = models.DateTimeField()

    objects = HandoverPackQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("shift_before", ["day", "edt"], name="handover_shift_before_known"),
            one_of("shift_after", ["day", "edt"], name="handover_shift_after_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_shift_before_display()} to {self.get_shift_after_display().lower()}"


class HandoverItemQuerySet(VisibleQuerySet):
    """Questions about items."""

    def visible_to(self, user: User) -> Self:
        """Items for whoever works at the front door, without those of records hidden from them."""
        if not holds(user, Permission.HANDOVER):
            return self.none()
        rows = about_visible(self, user)
        rows = rows.exclude(reference__in=Person.objects.filter(pk__in=hidden_people(user)).values("reference"))
        for references in hidden_elsewhere:
            rows = rows.exclude(reference__in=references(user))
        return rows

    def handed(self) -> Self:
        """Handed over already, taken or not."""
        return self.filter(pack__isnull=False)

    def waiting(self) -> Self:
        """Written for a change of shift that is still to come."""
        return self.filter(pack__isnull=True)

    def untaken(self) -> Self:
        """Handed over, and nobody has taken it yet."""
        return self.handed().filter(taken_at__isnull=True)

    def late(self, at: datetime) -> Self:
        """Not taken by when it had to be, whether or not anything has escalated it."""
        return self.untaken().filter(take_by__lt=at)


@tracked()
class HandoverItem(models.Model):
    """One thing one shift hands to the next. Written by hand, or made from what happened and what is pending."""

    class Kind(models.TextChoices):
        ACTION = "action", "Needs action"
        INFORMATION = "information", "For information"
        VISIT = "visit", "Visit or check requested"
        PLACED = "placed", "Child placed or moved"
        STRATEGY = "strategy", "Strategy discussion held"
        CALL = "call", "Call expected"
        AUTHORITY = "authority", "Contact for another authority"

    class Why(models.TextChoices):
        WRITTEN = "", "Written by hand"
        FAST_TRACK = "fast_track", "Child protection fast track, not decided yet"
        SERIOUS = "serious", "Red, or marked child protection, and not decided yet"
        SAFE_UNTIL = "safe_until", "A child is safe only until a time before the next day team"
        SIGN_OFF = "sign_off", "Decided in the shift, to be signed by a manager"
        LOGGED = "logged", "Recorded in the shift and not decided yet"
        DEADLINE = "deadline", "A deadline in hours passes in the shift that comes"
        DECIDED = "decided", "Decided in the shift"

    class Basis(models.TextChoices):
        S20 = "s20", "Section 20, by agreement"
        POLICE_PROTECTION = "police_protection", "Police protection"
        EPO = "epo", "Emergency protection order"
        INTERIM_CARE_ORDER = "interim_care_order", "Interim care order"
        FAMILY = "family", "Family arrangement, no order"

    pack = models.ForeignKey(HandoverPack, null=True, blank=True, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True)
    reference = models.CharField(max_length=10, blank=True)
    text = models.TextField(blank=True)
    # Until when: to act, to visit, when the call is expected.
    due_at = models.DateTimeField(null=True, blank=True)
    risk = models.TextField(blank=True)
    ring = models.CharField(max_length=200, blank=True)
    otherwise = models.TextField(blank=True)
    place = models.CharField(max_length=300, blank=True)
    place_is_confidential = models.BooleanField(default=False)
    legal_basis = models.CharField(max_length=20, choices=Basis.choices, blank=True)
    agreed_by = models.CharField(max_length=200, blank=True)
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    with_whom = models.CharField(max_length=300, blank=True)
    with_health = models.BooleanField(null=True, blank=True)
    reconvene_on = models.DateField(null=True, blank=True)
    caller = models.CharField(max_length=200, blank=True)
    authority = models.CharField(max_length=150, blank=True)
    passed_to = models.CharField(max_length=200, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_name = models.CharField(max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    take_by = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of(
                "kind",
                ["action", "information", "visit", "placed", "strategy", "call", "authority"],
                name="handover_kind_known",
            ),
            all_or_none("taken_at", "taken_by", name="handover_taken_by_somebody"),
            all_or_none("written_at", "written_by", name="handover_written_by_somebody"),
            all_or_none("acknowledged_at", "acknowledged_by", name="handover_acknowledged_by_somebody"),
            all_or_none("pack", "take_by", name="handover_handed_has_a_time"),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(pack__isnull=False), name="handover_taken_after_it_is_handed"
            ),
            models.CheckConstraint(
                condition=~Q(why="") | Q(written_by__isnull=False), name="handover_by_hand_has_a_writer"
            ),
            models.CheckConstraint(
                condition=~Q(legal_basis="police_protection")
                | Q(until_at__gt=F("from_at"), until_at__lte=F("from_at") + LONGEST_PROTECTION),
                name="handover_police_protection_72_hours",
            ),
            models.UniqueConstraint(
                fields=["pack", "reference", "why"], name="handover_made_once", condition=~Q(why="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["take_by", "id"], name="handover_untaken", condition=Q(taken_at=None)),
            models.Index(fields=["reference"], name="handover_of"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}".strip()

    def is_late(self, at: datetime) -> bool:
        """Whether it was not taken by when it had to be."""
        return self.taken_at is None and self.take_by is not None and self.take_by < at


def plan_on(day: date) -> Plan:
    """The shifts that hold on this day; as shipped where a council has none of that day."""
    found = ShiftPlan.objects.in_force(day).first()
    return found.plan if found else Plan()
