"""The early-help assessment (CAF): its machine, the people as given, what was found, the plan and its reviews."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django_fsm import FSMField

from contacts.models import Contact, PersonAsGiven
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import about_visible
from frontdoor.people.ages import is_grown_up, years_old
from frontdoor.workflow.machines import Machine, act, move

STATUSES = ["waiting", "draft", "active", "returned", "stepped_up", "closed", "declined", "withdrawn"]
OPEN_STATUSES = ["waiting", "draft", "active", "returned"]
#: What has ended, and may be sent again by a new decision on the contact it came from.
ENDED = "stepped_up closed declined withdrawn"


def agreed(record: "EarlyHelpAssessment", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Early help goes on with the family's agreement, or because a child may not be safe."""
    if facts.get("may_go_on"):
        return None
    return "The family has not agreed, and it is not a safeguarding concern: ask for their agreement first."


def is_led(record: "EarlyHelpAssessment", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Nothing is active without somebody who leads it."""
    if record.leads.filter(to_at=None).exists():
        return None
    return "Name the lead professional first."


def nobody(record: "EarlyHelpAssessment", user: User) -> bool:
    """Offered to nobody on its page."""
    return False


class EarlyHelpQuerySet(VisibleQuerySet):
    """Questions about early-help assessments."""

    def visible_to(self, user: User) -> Self:
        """Those about nobody hidden from the user, nor of a contact that is; none without the permission to view."""
        if not holds(user, Permission.EARLY_HELP_VIEW):
            return self.none()
        seen = Contact.objects.visible_to(user).order_by()
        return about_visible(self, user).filter(Q(contact_person=None) | Q(contact_person__contact__in=seen))

    def waiting(self) -> Self:
        """Passed on by screening, and not yet taken on."""
        return self.filter(status="waiting")

    def open(self) -> Self:
        """Waiting to be taken on, being written, active, or returned for agreement."""
        return self.filter(status__in=OPEN_STATUSES)


P = Permission
MACHINE = Machine(
    move("take_on", "Take on", "waiting", "draft", P.EARLY_HELP_WRITE, "early_help.taken_on"),
    move("decline", "Decline", "waiting", "declined", P.EARLY_HELP_WRITE, "early_help.declined", needs_reason=True),
    # What follows from the contact it came from; nobody presses these.
    move(
        "withdraw", "Take back", "waiting", "withdrawn", P.EARLY_HELP_WRITE, "early_help.withdrawn", needs_reason=True,
        offered=nobody,
    ),
    move(
        "send_again", "Send again", f"draft {ENDED}", "waiting", P.EARLY_HELP_WRITE, "early_help.sent_again",
        needs_reason=True, offered=nobody,
    ),
    act("write", "Edit", "draft active returned", P.EARLY_HELP_WRITE),
    move(
        "begin", "Begin early help", "draft returned", "active", P.EARLY_HELP_WRITE, "early_help.begun",
        agreed, is_led,
    ),
    act("review", "Record a review", "active", P.EARLY_HELP_WRITE),
    move(
        "send_back", "Return for agreement", "draft active", "returned", P.EARLY_HELP_WRITE, "early_help.returned",
        needs_reason=True,
    ),
    move(
        "step_up", "Step up", "draft active returned", "stepped_up", P.EARLY_HELP_WRITE, "early_help.stepped_up",
        needs_reason=True,
    ),
    move(
        "close", "Close", "draft active returned", "closed", P.EARLY_HELP_WRITE, "early_help.closed",
        needs_reason=True,
    ),
)  # fmt: skip


@tracked()
@MACHINE
class EarlyHelpAssessment(Record):
    """One family's early help around one child, whoever wrote it: staff, an agency's form or an agency's system."""

    PREFIX: ClassVar[str] = "E"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting to be taken on"
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETURNED = "returned", "Returned for agreement"
        STEPPED_UP = "stepped_up", "Stepped up"
        CLOSED = "closed", "Closed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back by screening"

    class How(models.TextChoices):
        STAFF = "staff", "Recorded by staff"
        FORM = "form", "An agency’s web form"
        API = "api", "An agency’s system"
        STEP_DOWN = "step_down", "Stepped down"
        CONTACT = "contact", "Passed on by screening"

    status = FSMField(choices=Status.choices, default=Status.DRAFT, db_index=True)
    how = models.CharField(max_length=10, choices=How.choices)
    received_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency_reference = models.CharField(max_length=100, blank=True)
    organisation = models.CharField(max_length=150, blank=True)
    assessor_name = models.CharField(max_length=200, blank=True)
    assessor_role = models.CharField(max_length=100, blank=True)
    assessor_telephone = models.CharField(max_length=40, blank=True)
    assessor_email = models.CharField(max_length=254, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    level_of_need = models.CharField(max_length=1, blank=True)
    is_safeguarding = models.BooleanField(default=False)
    # Agreement: to keep it, to share it, with whom and with whom not, by whom and when it was signed.
    consent = models.CharField(max_length=20, blank=True)
    consent_to_share = models.CharField(max_length=20, blank=True)
    consent_by = models.CharField(max_length=200, blank=True)
    share_with = models.CharField(max_length=500, blank=True)
    share_exceptions = models.CharField(max_length=500, blank=True)
    consent_signed_on = models.DateField(null=True, blank=True)
    family_told = models.CharField(max_length=20, blank=True)
    # A person has seen that it has come.
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Where it came from on the way down, and where it went on the way up.
    came_from = models.CharField(max_length=10, blank=True)
    # The child of the contact that was decided as early help: one record of each, however often that is decided.
    contact_person = models.OneToOneField(
        "contacts.ContactPerson", null=True, blank=True, on_delete=models.PROTECT, related_name="early_help"
    )
    contact = models.ForeignKey(
        "contacts.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="stepped_up_from"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ending = models.CharField(max_length=40, blank=True)

    objects = EarlyHelpQuerySet.as_manager()

    class Meta:
        verbose_name = "early-help assessment"
        constraints: ClassVar = [
            one_of("status", STATUSES, name="early_help_status_known"),
            all_or_none("acknowledged_at", "acknowledged_by", name="early_help_acknowledged_by_somebody"),
            all_or_none("ended_at", "ended_by", name="early_help_ended_by_somebody"),
            models.CheckConstraint(
                condition=~models.Q(status="stepped_up") | models.Q(contact__isnull=False),
                name="early_help_stepped_up_to_a_contact",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="early_help_listed"),
            models.Index(fields=["agency", "agency_reference"], name="early_help_agency_ref"),
        ]

    @property
    def child(self) -> "EarlyHelpPerson":
        """The child it is about, as given."""
        found: EarlyHelpPerson = next(row for row in self.people.all() if row.is_child and row.role == "subject")
        return found

    def current_lead(self) -> "LeadProfessional | None":
        """Who leads it now."""
        return next((row for row in self.leads.all() if row.to_at is None), None)

    @MACHINE.step
    def take_on(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """Somebody in early help has taken it, by name."""

    @MACHINE.step
    def decline(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """Early help will not take it: a manager says where the child goes instead."""
        self.ended_at, self.ended_by, self.ending = at, by, "declined"

    @MACHINE.step
    def withdraw(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """The decision it came from no longer stands."""
        self.ended_at, self.ended_by, self.ending = at, by, "withdrawn"

    @MACHINE.step
    def send_again(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """It waits to be taken on again: decided anew, or it was wrong that it had been taken."""
        self.ended_at, self.ended_by, self.ending = None, None, ""

    @MACHINE.step
    def begin(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """The plan goes ahead, with the family's agreement."""

    @MACHINE.step
    def send_back(self, *, by: Any, at: datetime, **facts: Any) -> None:
        """Back to whoever wrote it: the family has not agreed, or no longer agrees."""

    @MACHINE.step
    def step_up(self, *, by: Any, at: datetime, contact: Any, **facts: Any) -> None:
        """The child needs more: a contact has been made from it in the same act."""
        self.contact, self.ending = contact, "stepped_up"
        self.ended_at, self.ended_by = at, by

    @MACHINE.step
    def close(self, *, by: Any, at: datetime, ending: str, **facts: Any) -> None:
        """Ended, with what became of it."""
        self.ended_at, self.ended_by, self.ending = at, by, ending


@tracked()
class EarlyHelpText(models.Model):
    """The long texts, in their own row so that a move does not copy them into history."""

    assessment = models.OneToOneField(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="text")
    situation = models.TextField(blank=True)
    home = models.TextField(blank=True)
    present = models.TextField(blank=True)
    services = models.TextField(blank=True)
    strengths = models.TextField(blank=True)
    needs = models.TextField(blank=True)
    conclusion = models.TextField(blank=True)
    child_comments = models.TextField(blank=True)
    parent_comments = models.TextField(blank=True)
    consent_reason = models.TextField(blank=True)
    told_reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"text of {self.assessment_id}"


@tracked()
class EarlyHelpPerson(PersonAsGiven):
    """The child, or somebody of the family, exactly as given; a link to a record only when a person confirms it."""

    assessment = models.ForeignKey(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="people")
    position = models.PositiveSmallIntegerField()
    address_lines = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name_plural = "early help people"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "position"], name="early_help_person_once"),
            all_or_none("linked_at", "linked_by", name="early_help_person_linked_by_somebody"),
        ]

    @property
    def age_question(self) -> str:
        """Asked of somebody given as a child who was 18 or over when it came; "" of anybody else."""
        born, on = self.date_of_birth, london_date(self.assessment.received_at)
        if not self.is_child or born is None or not is_grown_up(born, on):
            return ""
        meant = "the child this assessment is about" if self.role == "subject" else "a child"
        return f"{years_old(born, on)} years old: is this person {meant}?"


@tracked()
class EarlyHelpFinding(models.Model):
    """What was found under one heading. The headings are a dated code list."""

    assessment = models.ForeignKey(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="findings")
    code = models.CharField(max_length=40)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "code"], name="early_help_finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} in {self.assessment_id}"


@tracked()
class LeadProfessional(models.Model):
    """Who led the plan, from when to when; a change keeps both and why."""

    assessment = models.ForeignKey(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="leads")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=100, blank=True)
    organisation = models.CharField(max_length=150, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    is_professional = models.BooleanField(default=True)
    withhold_name_from_family = models.BooleanField(default=False)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment"], condition=models.Q(to_at=None), name="early_help_one_lead_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class TeamMember(models.Model):
    """Somebody of the team around the child."""

    assessment = models.ForeignKey(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="team")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=100, blank=True)
    organisation = models.CharField(max_length=150, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


@tracked()
class EarlyHelpAction(models.Model):
    """One thing of the plan: what, who, by when, and whether it is done."""

    assessment = models.ForeignKey(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="actions")
    what = models.CharField(max_length=1000)
    who = models.CharField(max_length=200, blank=True)
    by_when = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [all_or_none("done_at", "done_by", name="early_help_action_done_by_somebody")]

    def __str__(self) -> str:
        return self.what[:60]


@tracked()
class EarlyHelpReview(models.Model):
    """One review of the plan: who was there, what has changed, and whether it goes on."""

    class Outcome(models.TextChoices):
        CONTINUE = "continue", "Goes on"
        SINGLE_AGENCY = "single_agency", "One agency goes on alone"
        CLOSE = "close", "Ends: the family needs no more"
        STEP_UP = "step_up", "The child needs more"

    assessment = models.ForeignKey(EarlyHelpAssessment, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    present = models.CharField(max_length=500, blank=True)
    summary = models.TextField()
    child_view = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            one_of("outcome", ["continue", "single_agency", "close", "step_up"], name="early_help_review_outcome_known")
        ]

    def __str__(self) -> str:
        return f"review of {self.assessment_id}"
