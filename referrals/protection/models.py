"""A strategy discussion as each child's record keeps it: when, who sat at the table, what was decided, what follows."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none, one_of
from referrals.models import Referral


class Agency(models.TextChoices):
    """Whose people take part in a strategy discussion."""

    SOCIAL_CARE = "social_care", "Social care"
    POLICE = "police", "Police"
    HEALTH = "health", "Health"
    EDUCATION = "education", "Education"
    OTHER = "other", "Another agency"


class Attendance(models.TextChoices):
    """Whether somebody took part."""

    ATTENDED = "attended", "Attended"
    APOLOGIES = "apologies", "Apologies"
    ASKED = "asked", "Asked to send information"


#: Without one of these at the table it is held only in an emergency (PRACTICE).
NEEDED = (Agency.SOCIAL_CARE, Agency.POLICE, Agency.HEALTH)


class Outcome(models.TextChoices):
    """What a strategy discussion decided for a child."""

    NO_FURTHER_ACTION = "no_further_action", "No further action"
    ASSESS = "assess", "Go on with the assessment"
    SINGLE_AGENCY = "section47_single", "Section 47 enquiry, single agency (social care)"
    JOINT = "section47_joint", "Section 47 enquiry, joint (social care and police)"
    # What was recorded before the kind of enquiry, and what else was decided, were asked for.
    SECTION_47 = "section47", "Section 47 enquiry"
    NO_ENQUIRY = "no_enquiry", "No section 47 enquiry"


#: What can be decided now; and what of all that is a section 47 enquiry.
OFFERED = (Outcome.NO_FURTHER_ACTION, Outcome.ASSESS, Outcome.SINGLE_AGENCY, Outcome.JOINT)
ENQUIRIES = (Outcome.SINGLE_AGENCY, Outcome.JOINT, Outcome.SECTION_47)


class StrategyDiscussionQuerySet(VisibleQuerySet):
    """Questions about strategy discussions."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())

    def deciding_section_47(self) -> Self:
        """Those that decided on a section 47 enquiry for their child."""
        return self.filter(outcome__in=ENQUIRIES)

    def full(self) -> Self:
        """Those at which a social worker, police and health were."""
        rows = self
        for agency in NEEDED:
            there = DiscussionParticipant.objects.filter(
                discussion=OuterRef("pk"), agency=agency, attendance=Attendance.ATTENDED
            )
            rows = rows.filter(Exists(there))
        return rows

    def whole(self) -> Self:
        """With what a page of the minutes shows, the latest first."""
        return (
            self.select_related("referral__child", "referral__contact_person", "recorded_by")
            .prefetch_related("participants", "actions")
            .order_by("-held_at", "-id")
        )


class StrategyDiscussion(models.Model):
    """A strategy discussion as it was held about the child of one referral.

    Children discussed together have a row each, with the same ``together``: what is kept, hidden or destroyed with one
    child's record is never another's.
    """

    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="strategy_discussions")
    # Empty for what an old system kept.
    together = models.UUIDField(null=True, blank=True)
    held_at = models.DateTimeField()
    chair_name = models.CharField(max_length=200, db_default="", default="")
    chair_role = models.CharField(max_length=150, blank=True, db_default="", default="")
    outcome = models.CharField(
        max_length=20, choices=Outcome.choices, db_default=Outcome.NO_ENQUIRY, default=Outcome.NO_ENQUIRY
    )
    # Why; of a section 47 enquiry, how the threshold is met.
    decision = models.TextField()
    immediate_safety = models.TextField(blank=True, db_default="", default="")
    who_sees = models.CharField(max_length=250, blank=True, db_default="", default="")
    see_by = models.DateTimeField(null=True, blank=True)
    # Why it was held without somebody who has to be there.
    emergency_reason = models.TextField(blank=True, db_default="", default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    objects = StrategyDiscussionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("recorded_at", "recorded_by", name="strategy_recorded_by_somebody"),
            one_of("outcome", Outcome.values, name="strategy_outcome_known"),
            models.UniqueConstraint(fields=["together", "referral"], name="strategy_once_for_each_child"),
        ]

    def __str__(self) -> str:
        return f"strategy discussion {timezone.localdate(self.held_at)}"

    @property
    def decides_section_47(self) -> bool:
        """Whether a section 47 enquiry was decided for the child."""
        return self.outcome in ENQUIRIES

    @property
    def missing(self) -> list[str]:
        """The agencies that have to be at the table and were not, in words."""
        there = {row.agency for row in self.participants.all() if row.attendance == Attendance.ATTENDED}
        return [agency.label for agency in NEEDED if agency not in there]


class DiscussionParticipant(models.Model):
    """Somebody at a discussion, or asked to it, and what their agency brought."""

    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="participants")
    agency = models.CharField(max_length=20, choices=Agency.choices)
    # Empty only where the discussion was recorded before participants were named.
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=150, blank=True)
    attendance = models.CharField(max_length=20, choices=Attendance.choices)
    brought = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            one_of("agency", Agency.values, name="discussion_agency_known"),
            one_of("attendance", Attendance.values, name="discussion_attendance_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.get_agency_display()


class AgreedAction(models.Model):
    """What was agreed to be done, by whom and by which day."""

    discussion = models.ForeignKey(StrategyDiscussion, on_delete=models.PROTECT, related_name="actions")
    what = models.CharField(max_length=500)
    owner = models.CharField(max_length=200)
    due_on = models.DateField()

    def __str__(self) -> str:
        return self.what[:60]
