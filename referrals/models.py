"""A referral: the decision that children's services take a child on, and everything that is said of whose it is."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_fsm import FSMField

from contacts.models import Contact
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import Absence, User
from frontdoor.clocks.models import Clock
from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import about_visible, hidden_references, with_joined
from frontdoor.workflow.machines import Machine, act, move

STATUSES = [
    "awaiting_decision",
    "accepted",
    "allocated",
    "in_assessment",
    "assessed",
    "in_service",
    "no_further_action",
    "closed",
]
OPEN_STATUSES = STATUSES[:6]
RESPONSE_TYPES = ["assessment", "strategy_discussion", "other"]


def child_is_confirmed(record: "Referral", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Nothing goes beyond the decision while nobody has said which record the child's is."""
    if record.child_id is None and facts.get("child") is None:
        return "Confirm first who the child is: choose the record, or say that there is none yet."
    return None


def nothing_begun(record: "Referral", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """No further action only while nothing has begun (PRACTICE, machines)."""
    if record.allocations.filter(worker__isnull=False).exists():
        return "A worker has been allocated: close the referral instead, and say what has changed for the child."
    return None


def soon_after(record: "Referral", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Reopening is for a closure in error, soon after it; later news is a new referral."""
    last: datetime | None = facts.get("not_after")
    if last is not None and at > last:
        return (
            "It was closed too long ago to be reopened as closed in error: record the new information as a new contact."
        )
    return None


class ReferralQuerySet(VisibleQuerySet):
    """Questions about referrals."""

    def visible_to(self, user: User) -> Self:
        """Referrals of children the user may see, or of nobody yet; none without the permission to view them."""
        return self.known_to(user) if holds(user, Permission.REFERRAL_VIEW) else self.none()

    def known_to(self, user: User) -> Self:
        """Those of which the user may know that there is one, whatever their role lets them open: for a number."""
        return about_visible(self, user).exclude(contact__reference__in=hidden_references(user))

    def open(self) -> Self:
        """Not ended."""
        return self.filter(status__in=OPEN_STATUSES)

    def awaiting_decision(self) -> Self:
        """Fast-tracked and imported ones nobody has decided."""
        return self.filter(status="awaiting_decision")

    def unallocated(self, at: datetime | None = None) -> Self:
        """Open ones without a current named worker who is here, in every state: a team's tray is not a worker.

        Computed from the allocation rows and never from the status (PRACTICE, machines). Nobody whose account has
        ended works on anything, nor does anybody who is away for long at this moment (default: now).
        """
        held = Allocation.objects.current().with_present_worker(at or timezone.now()).filter(referral=OuterRef("pk"))
        return self.open().filter(~Exists(held))

    def of_child(self, person_id: int) -> Self:
        """One child's referrals, the newest first."""
        return self.filter(child__in=with_joined([person_id])).order_by("-received_on", "-id")


def _has_no_child(referral: "Referral", user: User) -> bool:
    return referral.child_id is None


def _has_child(referral: "Referral", user: User) -> bool:
    return referral.child_id is not None


def _has_no_worker(referral: "Referral", user: User) -> bool:
    return referral.current_worker is None


def _has_worker(referral: "Referral", user: User) -> bool:
    return referral.current_worker is not None


def _may_be_assessed(referral: "Referral", user: User) -> bool:
    return referral.status != "allocated" or referral.response_type != "other"


def _may_be_served(referral: "Referral", user: User) -> bool:
    return referral.status == "assessed" or referral.response_type != "assessment"


def _owes(referral: "Referral", user: User) -> bool:
    owing = {(contact.type.own_clock, contact.received_at) for contact in referral.owing_contacts(user)}
    found = Clock.objects.of(referral.reference).filter(rule__in={rule for rule, _ in owing}) if owing else []
    # The transfer scheme has a page of its own.
    own = (clock for clock in found if clock.rule != "transfer_scheme")
    return any((clock.rule, clock.started_at) in owing for clock in own)


def _is_unaccompanied(referral: "Referral", user: User) -> bool:
    """Whether the child came alone, by its own contact or one that joined it."""
    is_owed = Clock.objects.of(referral.reference).filter(rule="transfer_scheme")
    return referral.contact.type.code == "unaccompanied_child" or is_owed.exists()


def _may_be_transferred(referral: "Referral", user: User) -> bool:
    return referral.current_allocation() is not None and not referral.transfers.waiting().exists()


def _may_be_asked_for(referral: "Referral", user: User) -> bool:
    now = referral.current_allocation()
    own = {user.team_id, *user.teams_managed.values_list("pk", flat=True)} - {None}
    return now is not None and bool(own - {now.team_id}) and not referral.transfers.waiting().exists()


def _may_have_a_plan(referral: "Referral", user: User) -> bool:
    """A plan transferring in, or one that only the referral's service tells of."""
    if referral.plans.running().exists():
        return False
    if referral.service == "protection_plan":
        return True
    return any(contact.type.own_clock == "transfer_in_conference" for contact in referral.owing_contacts(user))


def _may_step_down(referral: "Referral", user: User) -> bool:
    return referral.child_id is not None and holds(user, P.EARLY_HELP_WRITE)


P = Permission
ALL_OPEN, BEGUN = " ".join(OPEN_STATUSES), " ".join(OPEN_STATUSES[1:])
MACHINE = Machine(
    act("confirm_child", "Say who the child is", "awaiting_decision", P.CONTACT_SCREEN, offered=_has_no_child),
    move(
        "accept", "Accept", "awaiting_decision", "accepted", P.REFERRAL_DECIDE, "referral.accepted",
        child_is_confirmed, needs_reason=True, offered=_has_child,
    ),
    move(
        "allocate", "Allocate", "accepted", "allocated", P.REFERRAL_ALLOCATE, "referral.allocated",
        child_is_confirmed, offered=_has_no_worker,
    ),
    act("allocate_anew", "Allocate", " ".join(OPEN_STATUSES[2:]), P.REFERRAL_ALLOCATE, offered=_has_no_worker),
    act("reallocate", "Reallocate", BEGUN, P.REFERRAL_ALLOCATE, offered=_has_worker),
    move(
        "start_assessment", "Start an assessment", "allocated assessed in_service", "in_assessment",
        P.ASSESSMENT_WRITE, "referral.assessment_started", offered=_may_be_assessed,
    ),
    act("discuss_strategy", "Record a strategy discussion", ALL_OPEN, P.REFERRAL_DECIDE),
    act("record_measure", "Record police protection or an emergency order", ALL_OPEN, P.REFERRAL_WORK),
    act(
        "record_plan", "Record a conference without an enquiry", ALL_OPEN, P.REFERRAL_DECIDE, offered=_may_have_a_plan,
    ),
    move(
        "provide_service", "Provide a service", "accepted allocated assessed", "in_service", P.REFERRAL_DECIDE,
        "referral.service_started", needs_reason=True, offered=_may_be_served,
    ),
    act("set_need", "Set the primary need", ALL_OPEN, P.REFERRAL_WORK, offered=_has_child),
    move(
        "no_further_action", "No further action", "awaiting_decision accepted", "no_further_action",
        P.REFERRAL_DECIDE, "referral.ended_at_decision", nothing_begun, needs_reason=True, offered=_has_no_worker,
    ),
    act("write_letter", "Write a letter", " ".join(STATUSES), P.REFERRAL_WORK, offered=_has_child),
    act("record_owed", "What is owed was done", " ".join(STATUSES), P.REFERRAL_WORK, offered=_owes),
    act(
        "care_alone", "Unaccompanied child", " ".join(STATUSES), P.REFERRAL_WORK, offered=_is_unaccompanied,
    ),
    act("transfer", "Transfer to another team", BEGUN, P.REFERRAL_WORK, offered=_may_be_transferred),
    act(
        "transfer_elsewhere", "Transfer to another authority", BEGUN, P.REFERRAL_WORK, offered=_may_be_transferred
    ),
    act("ask_for", "Ask for this case", BEGUN, P.REFERRAL_ALLOCATE, offered=_may_be_asked_for),
    act("step_down", "Step down to early help", ALL_OPEN, P.REFERRAL_CLOSE, offered=_may_step_down),
    move(
        "close", "Close", "accepted allocated assessed in_service", "closed", P.REFERRAL_CLOSE, "referral.closed",
    ),
    move(
        "reopen", "Reopen: closed in error", "closed", "accepted", P.REFERRAL_REOPEN, "referral.reopened", soon_after,
        needs_reason=True,
    ),
    move(
        "finish_assessment", "Assessment authorised", "in_assessment", "assessed", P.ASSESSMENT_AUTHORISE,
        "referral.assessed",
    ),
    move(
        "abandon_assessment", "Assessment abandoned", "in_assessment", "allocated", P.ASSESSMENT_AUTHORISE,
        "referral.assessment_abandoned", needs_reason=True,
    ),
    move(
        "go_on_with_service", "Assessment abandoned, service goes on", "in_assessment", "in_service",
        P.ASSESSMENT_AUTHORISE, "referral.assessment_abandoned", needs_reason=True,
    ),
    move(
        "undo", "Undo the decision", "accepted allocated", "no_further_action", P.CONTACT_SCREEN,
        "referral.decision_undone", nothing_begun,
    ),
)  # fmt: skip


@tracked()
@MACHINE
class Referral(Record):
    """One child taken on from one contact. Source, date, risk and texts are read from the contact, never retyped."""

    PREFIX = "R"

    class Status(models.TextChoices):
        AWAITING_DECISION = "awaiting_decision", "Awaiting decision"
        ACCEPTED = "accepted", "Accepted"
        ALLOCATED = "allocated", "Allocated"
        IN_ASSESSMENT = "in_assessment", "In assessment"
        ASSESSED = "assessed", "Assessed"
        IN_SERVICE = "in_service", "In service"
        NO_FURTHER_ACTION = "no_further_action", "No further action"
        CLOSED = "closed", "Closed"

    class Response(models.TextChoices):
        ASSESSMENT = "assessment", "Assessment"
        STRATEGY_DISCUSSION = "strategy_discussion", "Strategy discussion"
        OTHER = "other", "Other statutory response"

    class Service(models.TextChoices):
        CHILD_IN_NEED = "child_in_need", "Child in need"
        PROTECTION_PLAN = "protection_plan", "Child protection plan"
        OTHER = "other", "Other statutory work"

    class Ending(models.TextChoices):
        NO_FURTHER_ACTION = "no_further_action", "No further action"
        ADVICE = "advice", "Information and advice"
        EARLY_HELP = "early_help", "Early help"
        NAMED_SERVICE = "named_service", "Passed to a named service"
        ANOTHER_AUTHORITY = "another_authority", "Passed to another authority"
        STOOD_DOWN = "stood_down", "Entered on fast track, not child protection"
        JOINED = "joined", "Joined to open work"
        UNDONE = "undone", "Decision undone"

    status = FSMField(default=Status.AWAITING_DECISION, choices=Status.choices)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="referrals")
    contact_person = models.ForeignKey("contacts.ContactPerson", on_delete=models.PROTECT, related_name="referrals")
    # Empty only while a fast-tracked child has not been confirmed to be somebody on record, or nobody yet.
    child = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="referrals"
    )
    # Copied from the contact: clocks and returns count from its receipt.
    received_at = models.DateTimeField()
    received_on = models.DateField()
    source = models.CharField(max_length=4, blank=True)
    is_fast_track = models.BooleanField(default=False)
    response_type = models.CharField(max_length=20, choices=Response.choices, blank=True)
    primary_need = models.CharField(max_length=4, blank=True)
    service = models.CharField(max_length=20, choices=Service.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision_reason = models.TextField(blank=True)
    # How it ended when it ended at the decision; whether that is a ReferralNFA of the returns.
    ending = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    is_returnable = models.BooleanField(default=True)
    is_nfa = models.BooleanField(default=False)
    joined_reference = models.CharField(max_length=10, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closure_reason = models.CharField(max_length=4, blank=True)
    what_changed = models.TextField(blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("status", STATUSES, name="referral_status_known"),
            one_of("response_type", ["", *RESPONSE_TYPES], name="referral_response_known"),
            all_or_none("decided_at", "decided_by", name="referral_decided_by_somebody"),
            all_or_none("closed_at", "closed_by", name="referral_closed_by_somebody"),
            models.UniqueConstraint(
                fields=["contact_person"],
                condition=Q(status__in=OPEN_STATUSES),
                name="referral_one_open_per_child_given",
            ),
            models.UniqueConstraint(
                fields=["child"], condition=Q(status__in=OPEN_STATUSES[1:]), name="referral_one_episode_per_child"
            ),
            models.CheckConstraint(
                condition=Q(child__isnull=False) | Q(status__in=["awaiting_decision", "no_further_action"]),
                name="referral_child_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | (Q(closed_at__isnull=False) & ~Q(closure_reason="")),
                name="referral_closed_with_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at", "id"], name="referral_open", condition=Q(status__in=OPEN_STATUSES)),
            models.Index(
                fields=["received_at", "id"], name="referral_undecided", condition=Q(status="awaiting_decision")
            ),
            models.Index(fields=["child", "-received_on"], name="referral_of_child"),
            models.Index(fields=["contact"], name="referral_of_contact"),
        ]

    def owing_contacts(self, user: User | None = None) -> list[Contact]:
        """The contacts worked on here whose type owes something: its own, and those that joined it, however late.

        With ``user``, of those that joined only what this user may see.
        """
        references, new = {self.reference}, {self.reference}
        while new:
            # A referral that joined this one brought along what had joined it.
            joined = Referral.objects.filter(joined_reference__in=new).values_list("reference", flat=True)
            new = {*joined} - references
            references |= new
        shown = Contact.objects.all() if user is None else Contact.objects.visible_to(user)
        joined_it = shown.filter(people__joined_reference__in=references).exclude(pk=self.contact_id)
        found = [self.contact, *joined_it.select_related("type").order_by("id").distinct()]
        return [contact for contact in found if contact.type.own_clock]

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.status in OPEN_STATUSES

    @property
    def child_name(self) -> str:
        """The child's name on record, or as given while nobody has confirmed who it is."""
        if self.child is not None:
            return str(self.child.display_name)
        return str(self.contact_person)

    def current_allocation(self) -> "Allocation | None":
        """The allocation in force now, if there is one."""
        return self.allocations.filter(to_at__isnull=True).select_related("team", "worker").first()

    @property
    def current_worker(self) -> User | None:
        """The named worker now; None when the referral is unallocated."""
        allocation = self.current_allocation()
        return allocation.active_worker if allocation else None

    @MACHINE.step
    def accept(
        self,
        *,
        by: User,
        at: datetime,
        decision_reason: str,
        response_type: str,
        primary_need: str = "",
        child: Any = None,
    ) -> None:
        """Taken on, with the kind of response."""
        self.child = child or self.child
        self.decided_at, self.decided_by, self.decision_reason = at, by, decision_reason
        self.response_type, self.primary_need = response_type, primary_need

    @MACHINE.step
    def allocate(self, *, by: User, at: datetime) -> None:
        """Given to a named worker; the allocation row says who."""

    @MACHINE.step
    def start_assessment(self, *, by: User, at: datetime) -> None:
        """An assessment has been started."""

    @MACHINE.step
    def finish_assessment(self, *, by: User, at: datetime) -> None:
        """The assessment has been authorised."""

    @MACHINE.step
    def abandon_assessment(self, *, by: User, at: datetime) -> None:
        """The first assessment was abandoned by a manager; the referral stands where it was."""

    @MACHINE.step
    def go_on_with_service(self, *, by: User, at: datetime) -> None:
        """A further assessment was abandoned by a manager while a service is provided; the service goes on."""

    @MACHINE.step
    def provide_service(self, *, by: User, at: datetime, service: str) -> None:
        """A service is provided: after an assessment, or without one where the response type allows."""
        self.service = service

    @MACHINE.step
    def no_further_action(
        self,
        *,
        by: User,
        at: datetime,
        decision_reason: str,
        ending: str = "no_further_action",
        is_nfa: bool = True,
        is_returnable: bool = True,
        joined_reference: str = "",
    ) -> None:
        """Ended at the decision, before anything began."""
        self.decided_at, self.decided_by, self.decision_reason = at, by, decision_reason
        self.ending, self.is_nfa, self.is_returnable = ending, is_nfa, is_returnable
        self.joined_reference = joined_reference

    @MACHINE.step
    def undo(self, *, by: User, at: datetime) -> None:
        """The decision that opened it was taken back within its minute: it never was a referral of the returns."""
        self.ending, self.is_nfa, self.is_returnable = self.Ending.UNDONE, False, False

    @MACHINE.step
    def close(self, *, by: User, at: datetime, closure_reason: str, what_changed: str) -> None:
        """The work has ended, with the reason of the returns and what changed for the child."""
        self.closed_at, self.closed_by = at, by
        self.closure_reason, self.what_changed = closure_reason, what_changed

    @MACHINE.step
    def reopen(self, *, by: User, at: datetime, not_after: datetime | None = None) -> None:
        """Closed in error: a manager takes it up again."""
        self.closed_at = self.closed_by = None
        self.closure_reason = self.what_changed = ""


class AllocationQuerySet(VisibleQuerySet):
    """Questions about allocations."""

    def visible_to(self, user: User) -> Self:
        """Allocations of referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user))

    def current(self) -> Self:
        """Those in force."""
        return self.filter(to_at__isnull=True)

    def with_worker(self) -> Self:
        """Those with a named worker whose account is open."""
        return self.filter(worker__isnull=False, worker__is_active=True)

    def with_present_worker(self, at: datetime) -> Self:
        """Those of them whose worker is not away for long at this moment."""
        return self.with_worker().exclude(worker__in=Absence.objects.long(at).values("user"))


@tracked()
class Allocation(models.Model):
    """Whose a referral is, from when to when. A team without a worker is a tray, not an allocation to anybody."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="allocations")
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="+")
    worker = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    allocated_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral"], condition=Q(to_at__isnull=True), name="allocation_one_now"),
            models.CheckConstraint(
                condition=Q(to_at__isnull=True) | Q(to_at__gte=models.F("from_at")), name="allocation_ends_after_start"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["worker"], condition=Q(to_at__isnull=True), name="allocation_of_worker"),
            models.Index(fields=["team"], condition=Q(to_at__isnull=True), name="allocation_of_team"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.worker_id or 'no worker'}"

    @property
    def active_worker(self) -> User | None:
        """The named worker, if their account is open: nobody who left works on it."""
        return self.worker if self.worker is not None and self.worker.is_active else None

    def present_worker(self, at: datetime) -> User | None:
        """The named worker, unless they left or are away for long at this moment."""
        worker = self.active_worker
        return None if worker is not None and Absence.objects.long(at).filter(user=worker).exists() else worker


class OpenWorkNews(models.Model):
    """News of a child with open work: it stays on the list of the worker's manager until the worker takes it."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="news")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="news")
    is_fast_track = models.BooleanField(default=False)
    raised_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    what_next = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            all_or_none("taken_at", "taken_by", name="open_work_news_taken_by_somebody"),
            models.UniqueConstraint(fields=["referral", "contact"], name="open_work_news_once"),
        ]

    def __str__(self) -> str:
        return f"news {self.contact_id} on {self.referral_id}"


class EndingRule(Dated, Shipped):
    """What an ending at the decision means for the returns. Data, with dates: authorities differ."""

    KEY = ("ending",)

    ending = models.CharField(max_length=20)
    is_nfa = models.BooleanField()
    is_returnable = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [never_two("ending", name="ending_rule_once_a_day")]

    def __str__(self) -> str:
        return self.ending


def ending_rule(ending: str, on: date) -> EndingRule:
    """What this ending means on this day. Raises DoesNotExist when no row says so: the rules' checks see to one."""
    found: EndingRule = EndingRule.objects.in_force(on).get(ending=ending)
    return found


from referrals.bulk_models import BulkAct as BulkAct  # noqa: E402
from referrals.bulk_models import BulkRow as BulkRow  # noqa: E402
from referrals.bulk_models import BulkRule as BulkRule  # noqa: E402
from referrals.bulk_models import DipSample as DipSample  # noqa: E402
from referrals.bulk_models import bulk_rule as bulk_rule  # noqa: E402
from referrals.caseload.models import CaseloadRule as CaseloadRule  # noqa: E402
from referrals.caseload.models import CaseWeight as CaseWeight  # noqa: E402
from referrals.ending_models import EndingProposal as EndingProposal  # noqa: E402
from referrals.letters.models import Letter as Letter  # noqa: E402
from referrals.letters.models import LetterGuard as LetterGuard  # noqa: E402
from referrals.letters.models import LetterTemplate as LetterTemplate  # noqa: E402
from referrals.protection.enquiry_models import Conference as Conference  # noqa: E402
from referrals.protection.enquiry_models import Enquiry as Enquiry  # noqa: E402
from referrals.protection.measure_models import Measure as Measure  # noqa: E402
from referrals.protection.models import AgreedAction as AgreedAction  # noqa: E402
from referrals.protection.models import DiscussionParticipant as DiscussionParticipant  # noqa: E402
from referrals.protection.models import StrategyDiscussion as StrategyDiscussion  # noqa: E402
from referrals.protection.plan_models import CoreGroup as CoreGroup  # noqa: E402
from referrals.protection.plan_models import PlanReview as PlanReview  # noqa: E402
from referrals.protection.plan_models import ProtectionPlan as ProtectionPlan  # noqa: E402
from referrals.sent_models import ProposedSending as ProposedSending  # noqa: E402
from referrals.sent_models import Sent as Sent  # noqa: E402
from referrals.transfers.models import Transfer as Transfer  # noqa: E402
from referrals.transfers.models import TransferCheck as TransferCheck  # noqa: E402
from referrals.transfers.models import TransferItem as TransferItem  # noqa: E402
from referrals.unaccompanied.age_models import AgeAssessment as AgeAssessment  # noqa: E402
from referrals.unaccompanied.models import Unaccompanied as Unaccompanied  # noqa: E402
