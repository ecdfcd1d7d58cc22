"""The assessment: its machine, what is written in it, the visits, the factors."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django_fsm import FSMField

from assessments.early_help import models as early_help  # noqa: F401 (its models belong to this app)
from assessments.filler import says_too_little
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import about_visible
from frontdoor.workflow.machines import Machine, act, move


def not_the_author(record: "Assessment", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Nobody authorises or returns what they wrote or submitted themselves."""
    if by.pk in (record.author_id, record.submitted_by_id):
        return "A manager who did not write it has to authorise the assessment."
    return None


def child_was_seen(record: "Assessment", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """What is handed on says at least why its author thinks the child could not be seen."""
    if record.child_seen() or record.never_seen_reason:
        return None
    return "The child has not been seen, and no reason is given: the assessment cannot go on."


def manager_says_why_unseen(record: "Assessment", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """A child never seen needs the reason of the manager who signs, in their own words (F2): a code is none."""
    if record.child_seen() or not says_too_little(str(facts.get("never_seen", ""))):
        return None
    return "Nobody has seen this child: say in your own words why you sign it off all the same."


class AssessmentQuerySet(VisibleQuerySet):
    """Questions about assessments."""

    def visible_to(self, user: User) -> Self:
        """Assessments whose child the user may see; none without the permission to view assessments."""
        if not holds(user, Permission.ASSESSMENT_VIEW):
            return self.none()
        return about_visible(self, user)

    def open(self) -> Self:
        """Being written or waiting for a manager."""
        return self.filter(status__in=OPEN)

    def written_by(self, user: User) -> Self:
        """Open ones this person writes."""
        return self.open().filter(author=user)

    def unwritten(self) -> Self:
        """Being written by somebody whose account has ended: a manager gives them to another author."""
        return self.filter(status="in_progress", author__is_active=False)

    def waiting_for(self, user: User) -> Self:
        """Submitted ones that somebody other than the author, such as this person, may authorise."""
        return self.filter(status="submitted").exclude(author=user).exclude(submitted_by=user)


def _is_not_own(assessment: "Assessment", user: User) -> bool:
    return user.pk not in (assessment.author_id, assessment.submitted_by_id)


P = Permission
MACHINE = Machine(
    act("write", "Write", "in_progress", P.ASSESSMENT_WRITE),
    act("change_author", "Give to another author", "in_progress", P.ASSESSMENT_AUTHORISE),
    move(
        "submit", "Submit for authorisation", "in_progress", "submitted", P.ASSESSMENT_WRITE, "assessment.submitted",
        child_was_seen,
    ),
    move(
        "authorise", "Authorise", "submitted", "authorised", P.ASSESSMENT_AUTHORISE, "assessment.authorised",
        not_the_author, manager_says_why_unseen, needs_reason=True, offered=_is_not_own,
    ),
    move(
        "return_with_comments", "Return with comments", "submitted", "in_progress", P.ASSESSMENT_AUTHORISE,
        "assessment.returned", not_the_author, needs_reason=True, offered=_is_not_own,
    ),
    move(
        "abandon", "Abandon", "in_progress submitted", "abandoned", P.ASSESSMENT_AUTHORISE, "assessment.abandoned",
        needs_reason=True,
    ),
    act("add_note", "Add a note", "authorised", P.ASSESSMENT_WRITE),
)  # fmt: skip


@tracked()
@MACHINE
class Assessment(Record):
    """A statutory assessment of one child, begun from the child's referral."""

    PREFIX: ClassVar[str] = "A"

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", "In progress"
        SUBMITTED = "submitted", "Waiting for a manager"
        AUTHORISED = "authorised", "Authorised"
        ABANDONED = "abandoned", "Abandoned"

    class Kind(models.TextChoices):
        SINGLE = "single", "Single assessment"
        INITIAL = "initial", "Initial assessment"
        CORE = "core", "Core assessment"

    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = FSMField(choices=Status.choices, default=Status.IN_PROGRESS, db_index=True)
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="assessments_written")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # The clock runs on the referral for its first assessment and on the assessment itself for any further one.
    clock_reference = models.CharField(max_length=10)
    clock_rule = models.CharField(max_length=40)
    outcome = models.CharField(max_length=40, blank=True)
    never_seen_reason = models.CharField(max_length=40, blank=True)
    # What it held when it was last returned (assessments.returned.as_written); empty when it never was.
    returned_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    authorised_at = models.DateTimeField(null=True, blank=True)
    authorised_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    abandoned_at = models.DateTimeField(null=True, blank=True)
    abandoned_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("status", ["in_progress", "submitted", "authorised", "abandoned"], name="assessment_status_known"),
            one_of("kind", ["single", "initial", "core"], name="assessment_kind_known"),
            all_or_none("started_at", "started_by", name="assessment_started_by_somebody"),
            all_or_none("submitted_at", "submitted_by", name="assessment_submitted_by_somebody"),
            all_or_none("authorised_at", "authorised_by", name="assessment_authorised_by_somebody"),
            all_or_none("abandoned_at", "abandoned_by", name="assessment_abandoned_by_somebody"),
            models.UniqueConstraint(
                fields=["referral"],
                condition=models.Q(status__in=["in_progress", "submitted"]),
                name="assessment_one_open_per_referral",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="authorised") | ~models.Q(authorised_by=models.F("author")),
                name="assessment_not_self_authorised",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["author", "-started_at", "-id"], name="assessment_mine"),
            models.Index(fields=["status", "submitted_at", "id"], name="assessment_waiting"),
        ]

    @property
    def child(self) -> Any:
        """The child the referral is about."""
        return self.referral.child

    def child_seen(self) -> bool:
        """Whether a visit during this referral saw the child; a virtual contact is not a sight of the child."""
        return Visit.objects.filter(
            models.Q(assessment=self) | models.Q(referral=self.referral_id, assessment=None),
            is_seen=True,
            withdrawn_at=None,
        ).exists()

    @MACHINE.step
    def submit(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """The worker has finished and hands it to a manager."""
        self.submitted_at, self.submitted_by = at, by

    @MACHINE.step
    def return_with_comments(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """A manager asks for more; the comments are the reason of the move."""
        self.submitted_at = self.submitted_by = None
        self.returned_as = facts.get("as_written", "")

    @MACHINE.step
    def authorise(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """A manager who did not write it agrees with it; the manager's decision is the reason of the move."""
        self.authorised_at, self.authorised_by = at, by

    @MACHINE.step
    def abandon(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """A manager ends it unfinished, with a reason."""
        self.abandoned_at, self.abandoned_by = at, by


OPEN = (Assessment.Status.IN_PROGRESS.value, Assessment.Status.SUBMITTED.value)


@tracked()
class AssessmentText(models.Model):
    """The long texts of an assessment, in their own row so that a move does not copy them into history."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="text")
    purpose = models.TextField(blank=True)
    information_from = models.TextField(blank=True)
    worries = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    impact = models.TextField(blank=True)
    unknown = models.TextField(blank=True)
    conclusion = models.TextField(blank=True)
    outcome_reason = models.TextField(blank=True)
    never_seen_detail = models.TextField(blank=True)
    # Of the manager who signs: why, though nobody saw the child. What stands above is its author's proposal.
    signed_unseen_because = models.TextField(blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"text of {self.assessment_id}"


@tracked()
class ChildViews(models.Model):
    """What the child says, in the child's own words, and how it was asked; or why it could not be had."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="views")
    words = models.TextField(blank=True)
    wishes = models.TextField(blank=True)
    how = models.TextField(blank=True)
    why_not = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "child views"

    def __str__(self) -> str:
        return f"views in {self.assessment_id}"


@tracked()
class DimensionEntry(models.Model):
    """What was found about one dimension of one domain. The dimensions are a dated code list."""

    class Finding(models.TextChoices):
        STRENGTH = "strength", "A strength"
        NEED = "need", "Needs something"
        CONCERN = "concern", "A concern"
        NOT_KNOWN = "not_known", "Not known yet"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="dimensions")
    code = models.CharField(max_length=40)
    finding = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    evidence = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "dimension entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "code"], name="assessment_dimension_once"),
            one_of("finding", ["", "strength", "need", "concern", "not_known"], name="assessment_finding_known"),
        ]

    def __str__(self) -> str:
        return f"{self.code} in {self.assessment_id}"


@tracked()
class Factor(models.Model):
    """A factor identified at the end of the assessment. Rows end; a factor chosen again is a new row."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="factors")
    code = models.CharField(max_length=4)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "code"], condition=models.Q(ended_at=None), name="assessment_factor_once"
            )
        ]

    def __str__(self) -> str:
        return self.code


class SectionState(models.Model):
    """Who saved a section last and how often it has been saved; a draft belongs to one such number."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sections")
    name = models.CharField(max_length=20)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "name"], name="assessment_section_once"),
            all_or_none("saved_at", "saved_by", name="assessment_section_saved_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.assessment_id}"


class VisitQuerySet(VisibleQuerySet):
    """Questions about visits."""

    def visible_to(self, user: User) -> Self:
        """Visits of assessments and referrals the user may see."""
        return self.filter(assessment__in=Assessment.objects.visible_to(user))

    def standing(self) -> Self:
        """Those not withdrawn as entered in error."""
        return self.filter(withdrawn_at=None)


@tracked()
class Visit(models.Model):
    """One visit, or one attempt, and whether the child was seen. Only a visit in person is a sight of the child."""

    class Mode(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        VIRTUAL = "virtual", "By video"
        TELEPHONE = "telephone", "By telephone"

    class Alone(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        NOT_APPLICABLE = "not_applicable", "Not applicable: age or communication"

    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="visits")
    assessment = models.ForeignKey(Assessment, null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    happened_at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=Mode.choices)
    place = models.CharField(max_length=40)
    visited_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    is_seen = models.BooleanField()
    seen_alone = models.CharField(max_length=15, choices=Alone.choices, blank=True)
    not_seen_reason = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("mode", ["in_person", "virtual", "telephone"], name="visit_mode_known"),
            one_of("seen_alone", ["", "yes", "no", "not_applicable"], name="visit_seen_alone_known"),
            models.CheckConstraint(
                condition=models.Q(is_seen=False) | models.Q(mode="in_person"), name="visit_seen_only_in_person"
            ),
            models.CheckConstraint(
                condition=(models.Q(is_seen=True) & ~models.Q(seen_alone="") & models.Q(not_seen_reason=""))
                | (models.Q(is_seen=False, seen_alone="") & ~models.Q(not_seen_reason="")),
                name="visit_says_alone_or_why_not",
            ),
            all_or_none("recorded_at", "recorded_by", name="visit_recorded_by_somebody"),
            all_or_none("withdrawn_at", "withdrawn_by", name="visit_withdrawn_by_somebody"),
        ]
        indexes: ClassVar = [models.Index(fields=["referral", "-happened_at"], name="visit_of_referral")]

    def __str__(self) -> str:
        return f"visit {timezone.localdate(self.happened_at)}"


@tracked()
class VisitText(models.Model):
    """The words of a visit: what was observed, who was there, why the child was not seen alone."""

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="text")
    observed = models.TextField(blank=True)
    present = models.TextField(blank=True)
    detail = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"text of visit {self.visit_id}"


class Addendum(models.Model):
    """A note added to an authorised assessment, which itself is never changed."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "addenda"
        constraints: ClassVar = [all_or_none("added_at", "added_by", name="addendum_added_by_somebody")]

    def __str__(self) -> str:
        return f"addendum to {self.assessment_id}"
