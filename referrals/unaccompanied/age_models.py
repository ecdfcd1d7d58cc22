"""The assessment of a young person's age: by two, told before it is decided, the claimed date beside the assessed."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral

STATUSES = ["begun", "minded_to", "decided", "withdrawn"]
OPEN_STATUSES = STATUSES[:2]
P = Permission


def _by_another(record: "AgeAssessment", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Neither assessor decides."""
    if by.pk not in (record.first_assessor_id, record.second_assessor_id):
        return None
    return "You are one of the two assessors: a manager who is neither decides."


def _may_decide(record: "AgeAssessment", user: User) -> bool:
    return user.pk not in (record.first_assessor_id, record.second_assessor_id)


MACHINE = Machine(
    act("change_assessors", "Change the assessors", " ".join(OPEN_STATUSES), P.REFERRAL_WORK),
    move(
        "tell", "Record what the young person was told", "begun", "minded_to", P.REFERRAL_WORK, "ageassessment.told",
    ),
    move(
        "think_again", "Take up again", "minded_to", "begun", P.REFERRAL_WORK, "ageassessment.taken_up_again",
        needs_reason=True,
    ),
    move(
        "decide", "Decide", "minded_to", "decided", P.REFERRAL_DECIDE, "ageassessment.decided", _by_another,
        offered=_may_decide,
    ),
    move(
        "withdraw", "Withdraw", " ".join(OPEN_STATUSES), "withdrawn", P.REFERRAL_DECIDE, "ageassessment.withdrawn",
        needs_reason=True,
    ),
)  # fmt: skip


class AgeAssessmentQuerySet(VisibleQuerySet):
    """Questions about assessments of age."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())

    def open(self) -> Self:
        """Neither decided nor withdrawn: the young person is treated as a child."""
        return self.filter(status__in=OPEN_STATUSES)


@tracked()
@MACHINE
class AgeAssessment(Record):
    """One assessment of age. While it is open the young person is treated as a child."""

    PREFIX: ClassVar[str] = "G"

    class Status(models.TextChoices):
        BEGUN = "begun", "Begun"
        MINDED_TO = "minded_to", "Young person told what the assessors are minded to decide"
        DECIDED = "decided", "Decided"
        WITHDRAWN = "withdrawn", "Withdrawn"

    status = FSMField(choices=Status.choices, default=Status.BEGUN)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="age_assessments")
    # As claimed when it began; nothing here ever changes it.
    claimed_on = models.DateField(null=True, blank=True)
    claimed = models.CharField(max_length=200, blank=True)
    disputed_by = models.CharField(max_length=150)
    dispute = models.TextField()
    first_assessor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    second_assessor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # What the young person was told, with whom, and answered.
    minded_to = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    appropriate_adult = models.CharField(max_length=150, blank=True)
    interpreter = models.CharField(max_length=150, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # None: not decided.
    is_child = models.BooleanField(null=True, blank=True)
    assessed_on = models.DateField(null=True, blank=True)
    is_day_known = models.BooleanField(null=True, blank=True)
    reasons = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AgeAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "age assessment"
        verbose_name_plural = "age assessments"
        constraints: ClassVar = [
            one_of("status", STATUSES, name="age_assessment_status_known"),
            all_or_none("told_at", "told_by", name="age_assessment_told_by_somebody"),
            all_or_none("decided_at", "decided_by", name="age_assessment_decided_by_somebody"),
            models.CheckConstraint(
                condition=~Q(first_assessor=models.F("second_assessor")), name="age_assessment_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["minded_to", "decided"])
                | Q(told_at__isnull=False) & ~Q(appropriate_adult="") & ~Q(interpreter=""),
                name="age_assessment_told_with_whom",
            ),
            models.CheckConstraint(
                condition=~Q(status="decided")
                | Q(decided_at__isnull=False, assessed_on__isnull=False, is_child__isnull=False) & ~Q(reasons=""),
                name="age_assessment_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | ~Q(decided_by=models.F("first_assessor")) & ~Q(decided_by=models.F("second_assessor")),
                name="age_assessment_not_self_decided",
            ),
            models.UniqueConstraint(
                fields=["referral"], condition=Q(status__in=OPEN_STATUSES), name="age_assessment_one_open",
            ),
        ]  # fmt: skip

    @property
    def is_open(self) -> bool:
        """Whether the young person is treated as a child because of it."""
        return self.status in OPEN_STATUSES

    @MACHINE.step
    def tell(
        self, *, by: User, at: datetime, told_at: datetime, minded_to: str, answer: str, appropriate_adult: str,
        interpreter: str,
    ) -> None:  # fmt: skip
        """The young person was told what the assessors are minded to decide, and why, and has answered."""
        self.told_at, self.told_by = told_at, by
        self.minded_to, self.answer = minded_to, answer
        self.appropriate_adult, self.interpreter = appropriate_adult, interpreter

    @MACHINE.step
    def think_again(self, *, by: User, at: datetime) -> None:
        """What the young person answered is looked into; they will be told again."""

    @MACHINE.step
    def decide(
        self, *, by: User, at: datetime, is_child: bool, assessed_on: date, is_day_known: bool, reasons: str
    ) -> None:
        """A manager who is neither assessor decides, with reasons."""
        self.is_child, self.assessed_on, self.is_day_known, self.reasons = is_child, assessed_on, is_day_known, reasons
        self.decided_at, self.decided_by = at, by

    @MACHINE.step
    def withdraw(self, *, by: User, at: datetime) -> None:
        """It is not gone on with; the reason of the move says why."""
