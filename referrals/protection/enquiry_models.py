"""A section 47 enquiry about one child, from the discussion that decided it to its outcome or the conference held."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral
from referrals.protection.minutes import is_unborn

STATUSES = ["open", "to_sign", "conference_due", "concluded", "discontinued"]
OPEN_STATUSES = STATUSES[:3]
EVERY_OPEN = " ".join(OPEN_STATUSES)


class Result(models.TextChoices):
    """How an enquiry ends (PRACTICE)."""

    NOT_SUBSTANTIATED = "not_substantiated", "Concerns not substantiated"
    NO_CONTINUING_RISK = "no_continuing_risk", "Substantiated, no continuing risk of significant harm"
    CONTINUING_RISK = "continuing_risk", "Substantiated, continuing risk: to conference"


class EnquiryEnding(models.TextChoices):
    """Why a manager ends an enquiry that has no outcome, or whose conference is not held."""

    ENTERED_IN_ERROR = "entered_in_error", "Entered in error"
    DIED = "died", "The child has died"
    ADOPTED = "adopted", "The child was adopted"
    ACCEPTED_ELSEWHERE = "accepted_elsewhere", "Accepted by another authority"
    # Of an old system's alone.
    NOT_RECORDED = "not_recorded", "Not recorded in the old system"


#: What a person can choose.
ENDINGS_OFFERED = tuple(each for each in EnquiryEnding if each != EnquiryEnding.NOT_RECORDED)


def is_known_whether_seen(record: "Enquiry", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """No outcome while nobody has said whether the child was seen; of an unborn child nobody asks."""
    if record.seen_at is not None or record.not_seen_reason or is_unborn(record.referral):
        return None
    return "Record first when the child was seen, and whether alone, or why not."


def by_another(record: "Enquiry", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Nobody authorises an outcome of their own."""
    if record.proposed_by_id != by.pk:
        return None
    return "You recorded this outcome: another manager has to authorise it."


def ends_here(record: "Enquiry", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """An outcome of continuing risk leads to a conference."""
    return "The outcome is a conference." if record.needs_conference else None


def goes_on(record: "Enquiry", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Only an outcome of continuing risk leads to a conference."""
    return None if record.needs_conference else "The outcome needs no conference."


class EnquiryQuerySet(VisibleQuerySet):
    """Questions about section 47 enquiries."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())

    def open(self) -> Self:
        """Without an authorised outcome, or with a conference to be held."""
        return self.filter(status__in=OPEN_STATUSES)


def _may_sign(enquiry: "Enquiry", user: User) -> bool:
    return enquiry.proposed_by_id != user.pk


def _may_sign_here(enquiry: "Enquiry", user: User) -> bool:
    return _may_sign(enquiry, user) and not enquiry.needs_conference


def _may_sign_on(enquiry: "Enquiry", user: User) -> bool:
    return _may_sign(enquiry, user) and enquiry.needs_conference


def _is_born(enquiry: "Enquiry", user: User) -> bool:
    return not is_unborn(enquiry.referral)


P = Permission
MACHINE = Machine(
    act("record_seen", "Record whether the child was seen", "open", P.REFERRAL_WORK, offered=_is_born),
    move(
        "propose", "Record the outcome", "open", "to_sign", P.REFERRAL_WORK, "enquiry.proposed", is_known_whether_seen,
    ),
    move(
        "authorise", "Authorise the outcome", "to_sign", "concluded", P.REFERRAL_DECIDE, "enquiry.authorised",
        by_another, ends_here, offered=_may_sign_here,
    ),
    move(
        "send_to_conference", "Authorise the outcome", "to_sign", "conference_due", P.REFERRAL_DECIDE,
        "enquiry.sent_to_conference", by_another, goes_on, offered=_may_sign_on,
    ),
    move(
        "send_back", "Return with comments", "to_sign", "open", P.REFERRAL_DECIDE, "enquiry.returned",
        needs_reason=True,
    ),
    move(
        "hold_conference", "Record the conference", "conference_due", "concluded", P.REFERRAL_DECIDE,
        "enquiry.conference_held",
    ),
    act("change_lead", "Change the lead worker", EVERY_OPEN, P.REFERRAL_ALLOCATE),
    move(
        "discontinue", "End without an outcome", EVERY_OPEN, "discontinued", P.REFERRAL_DECIDE, "enquiry.discontinued",
        needs_reason=True,
    ),
)  # fmt: skip


@tracked()
@MACHINE
class Enquiry(Record):
    """One child's section 47 enquiry. Single-agency or joint is read from the discussion that decided it."""

    PREFIX: ClassVar[str] = "Q"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        TO_SIGN = "to_sign", "Outcome waits for a second manager"
        CONFERENCE_DUE = "conference_due", "Conference due"
        CONCLUDED = "concluded", "Concluded"
        DISCONTINUED = "discontinued", "Ended without an outcome"

    status = FSMField(choices=Status.choices, default=Status.OPEN)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="enquiries")
    # The referral's child, for the rule of one at a time; empty only while nobody has confirmed who the child is.
    child = models.ForeignKey("people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    discussion = models.ForeignKey("referrals.StrategyDiscussion", on_delete=models.PROTECT, related_name="enquiries")
    started_on = models.DateField()
    lead = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Who led it by an old system, as it was typed there; nobody of ours.
    lead_name = models.CharField(max_length=150, blank=True, db_default="", default="")
    seen_at = models.DateTimeField(null=True, blank=True)
    not_seen_reason = models.TextField(blank=True)
    is_seen_alone = models.BooleanField(null=True, blank=True)
    not_alone_reason = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=Result.choices, blank=True)
    findings = models.TextField(blank=True)
    support = models.TextField(blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authorised_at = models.DateTimeField(null=True, blank=True)
    authorised_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ending = models.CharField(max_length=20, choices=EnquiryEnding.choices, blank=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name = "section 47 enquiry"
        verbose_name_plural = "section 47 enquiries"
        constraints: ClassVar = [
            one_of("status", STATUSES, name="enquiry_status_known"),
            one_of("outcome", ["", *Result.values], name="enquiry_outcome_known"),
            one_of("ending", ["", *EnquiryEnding.values], name="enquiry_ending_known"),
            all_or_none("proposed_at", "proposed_by", name="enquiry_proposed_by_somebody"),
            all_or_none("authorised_at", "authorised_by", name="enquiry_authorised_by_somebody"),
            all_or_none("ended_at", "ended_by", name="enquiry_ended_by_somebody"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(status__in=OPEN_STATUSES), name="enquiry_one_open_per_child"
            ),
            models.UniqueConstraint(
                fields=["referral"], condition=Q(status__in=OPEN_STATUSES), name="enquiry_one_open_per_referral"
            ),
            models.CheckConstraint(
                condition=Q(authorised_by=None) | ~Q(authorised_by=models.F("proposed_by")),
                name="enquiry_not_self_authorised",
            ),
            models.CheckConstraint(
                # An old system does not say who authorised what it holds, nor when.
                condition=~Q(status__in=["conference_due", "concluded"])
                | Q(authorised_at__isnull=False)
                | ~Q(origin="frontdoor"),
                name="enquiry_concluded_when_authorised",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["proposed_at"], name="enquiry_to_sign", condition=Q(status="to_sign"))
        ]

    @property
    def needs_conference(self) -> bool:
        """Whether its outcome leads to a conference."""
        return self.outcome == Result.CONTINUING_RISK

    @property
    def is_open(self) -> bool:
        """Whether an outcome is to be authorised, or a conference to be held."""
        return self.status in OPEN_STATUSES

    @property
    def active_lead(self) -> User | None:
        """The lead worker, if their account is open."""
        return self.lead if self.lead is not None and self.lead.is_active else None

    @MACHINE.step
    def propose(self, *, by: User, at: datetime, outcome: str, findings: str, support: str) -> None:
        """What was found, put to a second manager."""
        self.outcome, self.findings, self.support = outcome, findings, support
        self.proposed_at, self.proposed_by = at, by

    @MACHINE.step
    def send_back(self, *, by: User, at: datetime) -> None:
        """A manager asks for more; the comments are the reason of the move."""

    @MACHINE.step
    def authorise(self, *, by: User, at: datetime) -> None:
        """A second manager agrees, and no conference follows."""
        self.authorised_at, self.authorised_by = at, by

    @MACHINE.step
    def send_to_conference(self, *, by: User, at: datetime) -> None:
        """A second manager agrees that the risk continues: the conference is owed."""
        self.authorised_at, self.authorised_by = at, by

    @MACHINE.step
    def hold_conference(self, *, by: User, at: datetime) -> None:
        """The conference was held; its own row says when and with what result."""

    @MACHINE.step
    def discontinue(self, *, by: User, at: datetime, ending: str) -> None:
        """A manager ends it, with why."""
        self.ended_at, self.ended_by, self.ending = at, by, ending


class Conference(models.Model):
    """The initial child protection conference about one child."""

    class Decision(models.TextChoices):
        PLAN = "plan", "Child protection plan"
        NO_PLAN = "no_plan", "No child protection plan"
        # Of an old system's alone.
        NOT_RECORDED = "not_recorded", "Not recorded in the old system"

    OFFERED: ClassVar = (Decision.PLAN, Decision.NO_PLAN)

    enquiry = models.OneToOneField(Enquiry, on_delete=models.PROTECT, related_name="conference")
    held_on = models.DateField()
    result = models.CharField(max_length=12, choices=Decision.choices)
    # A code of ``category_of_abuse``, where there is a plan.
    category = models.CharField(max_length=4, blank=True)
    late_reason = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            one_of("result", ["plan", "no_plan", "not_recorded"], name="conference_result_known"),
            models.CheckConstraint(
                condition=Q(result="plan") & ~Q(category="") | Q(result__in=["no_plan", "not_recorded"], category=""),
                name="conference_category_with_a_plan",
            ),
        ]

    def __str__(self) -> str:
        return f"conference {self.held_on}"
