"""Police protection and emergency protection orders: one child kept safe by law, until a moment and no longer."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral

LONGEST_POLICE_PROTECTION = timedelta(hours=72)


class MeasureQuerySet(VisibleQuerySet):
    """Questions about police protection and emergency orders."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())

    def running(self) -> Self:
        """Of which nobody has recorded the end; their time may be over."""
        return self.filter(status="running")


class Followed(models.TextChoices):
    """What the child's safety rests on once it has ended."""

    HOME = "home", "The child went home, or to family"
    ACCOMMODATED = "accommodated", "The child is accommodated by agreement (section 20)"
    ORDER = "order", "An emergency protection order was made"
    CARE_ORDER = "care_order", "An interim care order was made"
    DISCHARGED = "discharged", "The court discharged the order"
    RAN_OUT = "ran_out", "Its time ran out, and no order or agreement followed"
    DIED = "died", "The child has died"
    ENTERED_IN_ERROR = "entered_in_error", "Entered in error"


def _is_order(measure: "Measure", user: User) -> bool:
    return measure.is_order and measure.extended_at is None


P = Permission
MACHINE = Machine(
    act("tell", "Record who was told", "running", P.REFERRAL_WORK),
    act("place", "Change where the child is", "running", P.REFERRAL_WORK),
    act("extend", "Record an extension", "running", P.REFERRAL_WORK, offered=_is_order),
    move("end", "Record that it has ended", "running", "ended", P.REFERRAL_WORK, "measure.ended", needs_reason=True),
)


@tracked()
@MACHINE
class Measure(Record):
    """One child under police protection, or under an emergency protection order."""

    PREFIX: ClassVar[str] = "M"

    class Kind(models.TextChoices):
        POLICE = "police", "Police protection"
        ORDER = "order", "Emergency protection order"

    class Status(models.TextChoices):
        RUNNING = "running", "In force"
        ENDED = "ended", "Ended"

    status = FSMField(choices=Status.choices, default=Status.RUNNING)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="measures")
    # The referral's child, for the rule of one at a time; empty only while nobody has confirmed who the child is.
    child = models.ForeignKey("people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The item of a handover it was recorded from.
    item = models.ForeignKey("contacts.HandoverItem", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Police protection: the designated officer and the police's own reference.
    officer = models.CharField(max_length=200, blank=True)
    police_reference = models.CharField(max_length=100, blank=True)
    # An order: the court, when it extended the order, and the end before that.
    court = models.CharField(max_length=200, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    extended_from = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=300, blank=True)
    place_is_confidential = models.BooleanField(default=False)
    parents_told_at = models.DateTimeField(null=True, blank=True)
    # Who told which parent; or why they have not been told.
    parents_told = models.TextField(blank=True)
    authority_told_at = models.DateTimeField(null=True, blank=True)
    authority_told = models.CharField(max_length=200, blank=True)
    followed = models.CharField(max_length=20, choices=Followed.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Who ended it: the designated officer, the court; and why.
    ended_whose = models.CharField(max_length=200, blank=True)
    ended_reason = models.TextField(blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "police protection or emergency order"
        verbose_name_plural = "police protection and emergency orders"
        constraints: ClassVar = [
            one_of("status", ["running", "ended"], name="measure_status_known"),
            one_of("kind", ["police", "order"], name="measure_kind_known"),
            one_of("followed", ["", *Followed.values], name="measure_followed_known"),
            all_or_none("ended_at", "ended_by", name="measure_ended_by_somebody"),
            all_or_none("extended_at", "extended_from", name="measure_extended_from_an_end"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("began_at")) & (Q(ended_at=None) | Q(ended_at__lte=F("ends_at"))),
                name="measure_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(kind="police")
                | Q(ends_at__lte=F("began_at") + LONGEST_POLICE_PROTECTION, extended_at__isnull=True),
                name="measure_police_72_hours",
            ),
            models.CheckConstraint(
                condition=Q(kind="police") & ~Q(officer="") | Q(kind="order") & ~Q(court=""),
                name="measure_says_whose",
            ),
            models.CheckConstraint(
                condition=Q(status="running", ended_at__isnull=True, followed="")
                | Q(status="ended", ended_at__isnull=False) & ~Q(followed=""),
                name="measure_ended_says_what_followed",
            ),
            models.UniqueConstraint(
                fields=["child", "kind"], condition=Q(status="running"), name="measure_one_running_per_child"
            ),
            models.UniqueConstraint(
                fields=["referral", "kind"], condition=Q(status="running"), name="measure_one_running_per_referral"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ends_at"], name="measure_running", condition=Q(status="running")),
        ]

    @property
    def is_order(self) -> bool:
        """Whether a court made it."""
        return self.kind == self.Kind.ORDER

    def is_over(self, at: datetime) -> bool:
        """Whether its time has run out, whatever anybody has recorded."""
        return self.status == self.Status.RUNNING and self.ends_at <= at

    @MACHINE.step
    def end(self, *, by: User, at: datetime, ended_at: datetime, followed: str, whose: str) -> None:
        """It has ended, early or in its time; the reason is that of the move as well."""
        self.ended_at, self.ended_by = ended_at, by
        self.followed, self.ended_whose = followed, whose
