"""A child protection plan: from the conference that decided it to its end, with its reviews and core groups."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral

STATUSES = ["running", "ended"]
#: The clocks of a plan's reviews, of which one runs for as long as the plan does.
REVIEWS = ["first_review_conference", "review_conference"]
CORE_GROUP = "core_group"


class PlanEnding(models.TextChoices):
    """Why a plan ends."""

    NO_LONGER_AT_RISK = "no_longer_at_risk", "No longer at risk of significant harm"
    TRANSFERRED = "transferred", "Transferred to another authority, whose conference has been held"
    TURNED_18 = "turned_18", "Turned 18"
    DIED = "died", "The child has died"
    ADOPTED = "adopted", "The child was adopted"
    LOOKED_AFTER = "looked_after", "Looked after, and no plan is needed beside the care plan"
    LEFT_UK = "left_uk", "Has left the United Kingdom for good"
    ENTERED_IN_ERROR = "entered_in_error", "Entered in error"


class ProtectionPlanQuerySet(VisibleQuerySet):
    """Questions about child protection plans."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())

    def running(self) -> Self:
        """Those that have not ended."""
        return self.filter(status="running")

    def true(self) -> Self:
        """Without those that were entered in error: no child was ever on them."""
        return self.exclude(ending=PlanEnding.ENTERED_IN_ERROR)

    def on(self, day: date) -> Self:
        """Those a child was on, on this day; a plan's last day is not one of them."""
        return self.true().filter(Q(ended_on=None) | Q(ended_on__gt=day), started_on__lte=day)


P = Permission
MACHINE = Machine(
    act("review", "Record a review conference", "running", P.REFERRAL_DECIDE),
    act("record_core_group", "Record a core group", "running", P.REFERRAL_WORK),
    act("change_people", "Change who leads the plan", "running", P.REFERRAL_ALLOCATE),
    move("end", "End the plan", "running", "ended", P.REFERRAL_DECIDE, "plan.ended", needs_reason=True),
)


@tracked()
@MACHINE
class ProtectionPlan(Record):
    """One child's plan. It begins on the day of its conference, whether of an enquiry or of a transfer in."""

    PREFIX: ClassVar[str] = "N"

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        ENDED = "ended", "Ended"

    status = FSMField(choices=Status.choices, default=Status.RUNNING)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="plans")
    # The referral's child, for the rule of one at a time; empty only while nobody has confirmed who the child is.
    child = models.ForeignKey("people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Empty: the child's plan was transferred in, and no enquiry was made here.
    conference = models.OneToOneField(
        "referrals.Conference", null=True, blank=True, on_delete=models.PROTECT, related_name="plan"
    )
    started_on = models.DateField()
    # A code of ``category_of_abuse``, as it is now; each review keeps its own.
    category = models.CharField(max_length=4)
    first_category = models.CharField(max_length=4)
    # Of a plan transferred in: the authority it came from, and why its conference was late, if it was.
    came_from = models.CharField(max_length=200, blank=True)
    late_reason = models.TextField(blank=True)
    lead = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    practitioner_name = models.CharField(max_length=200, blank=True)
    practitioner_role = models.CharField(max_length=200, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ending = models.CharField(max_length=20, choices=PlanEnding.choices, blank=True)

    objects = ProtectionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "child protection plan"
        constraints: ClassVar = [
            one_of("status", STATUSES, name="plan_status_known"),
            one_of("ending", ["", *PlanEnding.values], name="plan_ending_known"),
            all_or_none("ended_at", "ended_by", "ended_on", name="plan_ended_by_somebody"),
            models.CheckConstraint(
                condition=Q(status="running", ended_on=None, ending="")
                | (Q(status="ended", ended_on__isnull=False) & ~Q(ending="")),
                name="plan_ended_with_why",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")), name="plan_ends_after_it_began"
            ),
            models.UniqueConstraint(fields=["child"], condition=Q(status="running"), name="plan_one_running_per_child"),
            models.UniqueConstraint(
                fields=["referral"], condition=Q(status="running"), name="plan_one_running_per_referral"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["child", "ended_on"], name="plan_of_child")]

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return str(self.status) == self.Status.RUNNING

    @property
    def active_lead(self) -> User | None:
        """The lead worker, if their account is open."""
        return self.lead if self.lead is not None and self.lead.is_active else None

    @MACHINE.step
    def end(self, *, by: User, at: datetime, ending: str, ended_on: date) -> None:
        """It ends on this day, with why."""
        self.ended_at, self.ended_by, self.ending, self.ended_on = at, by, ending, ended_on


class PlanReview(models.Model):
    """A review conference: the plan goes on, maybe under another category, or ends."""

    class Decision(models.TextChoices):
        GO_ON = "go_on", "The plan goes on"
        END = "end", "The plan ends"

    plan = models.ForeignKey(ProtectionPlan, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    result = models.CharField(max_length=10, choices=Decision.choices)
    category = models.CharField(max_length=4)
    decided = models.TextField()
    late_reason = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            one_of("result", ["go_on", "end"], name="plan_review_result_known"),
            models.UniqueConstraint(fields=["plan", "held_on"], name="plan_review_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"review {self.held_on}"


class CoreGroup(models.Model):
    """A meeting of the professionals and the family who carry out the plan."""

    plan = models.ForeignKey(ProtectionPlan, on_delete=models.PROTECT, related_name="core_groups")
    held_on = models.DateField()
    agreed = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "held_on"], name="core_group_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"core group {self.held_on}"
