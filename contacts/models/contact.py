"""A contact: one approach to the front door about one or more children, kept exactly as given."""

from datetime import date, datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from contacts.models.named import Named
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.dated import Dated, Shipped, current, never_two
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.notifications.models import Alert
from frontdoor.people.access import about_hidden, about_visible, hidden_references
from frontdoor.people.identifiers import of_ringing
from frontdoor.people.models import part_words
from frontdoor.workflow.machines import Machine, act, move

GRADES = ["red", "amber", "green", "blue"]
STATUSES = ["received", "in_screening", "awaiting_information", "awaiting_sign_off", "decided"]
#: Still to be screened.
OPEN = ["received", "in_screening", "awaiting_information"]


class ContactType(Dated, Shipped):
    """A kind of contact: what it asks for, where it goes, and what it counts as. Data, with dates.

    A contact keeps the row that was in force when it came.
    """

    KEY = ("code",)
    #: Timescales of every contact: a type that names one of these has none of its own.
    OF_EVERY_CONTACT: ClassVar = ("", "referral_decision", "acknowledgement")

    code = models.SlugField(max_length=40)
    label = models.CharField(max_length=100)
    hint = models.CharField(max_length=250, blank=True)
    default_route = models.CharField(max_length=40, default="screening")
    clock_rule = models.CharField(max_length=40, blank=True)
    mandatory = models.JSONField(default=list, blank=True)
    may_become_referral = models.BooleanField(default=True)
    counts_in_returns = models.BooleanField(default=True)
    is_restricted = models.BooleanField(default=False)
    ranks_with_concerns = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [never_two("code", name="contact_type_once_a_day")]

    def __str__(self) -> str:
        return self.label

    @property
    def own_clock(self) -> str:
        """The timescale of what the type owes beside the decision (a visit, a report); "" where it owes nothing."""
        return "" if self.clock_rule in self.OF_EVERY_CONTACT else self.clock_rule


def contact_type(code: str, on: date) -> ContactType:
    """The type of this code as it is on a day; one that has ended as it last was, for what comes in all the same.

    Raises DoesNotExist when there never was one.
    """
    found: ContactType | None = current(ContactType.objects.filter(code=code), on)
    if found is None:
        raise ContactType.DoesNotExist(f"There is no type of contact called {code}.")
    return found


class ContactQuerySet(VisibleQuerySet):
    """Questions about contacts."""

    def visible_to(self, user: User) -> Self:
        """Contacts about nobody hidden from the user; restricted kinds only for those who handle allegations."""
        return self._of_kinds_for(about_visible(self, user), user)

    def _of_kinds_for(self, rows: Self, user: User) -> Self:
        if holds(user, Permission.CONTACT_ALLEGATION):
            return rows
        return rows.filter(Q(type__is_restricted=False) | Q(recorded_by=user.pk))

    def taken_by_others(self, user: User) -> Self:
        """Contacts somebody else took under a restriction: all this user may know of them is a line that says so.

        Each was open to everybody when it was taken, so that the line tells nobody that there is such a contact.
        """
        rows = self.filter(taken_under_restriction_by__isnull=False, reference__in=hidden_references(user))
        return self._of_kinds_for(rows, user)

    def told_of(self, user: User) -> Self:
        """Contacts that may be about somebody restricted, as this user alone, and others named, were told; taken or
        not. None about somebody hidden from them.
        """
        if not user.is_active:
            return self.none()
        told = Alert.objects.quiet_for(user).values("reference")
        return self._of_kinds_for(self.filter(reference__in=told).exclude(reference__in=about_hidden(user)), user)

    def counted(self) -> Self:
        """Those that count in figures and returns: what a contact is about says whether it does."""
        return self.filter(type__counts_in_returns=True)

    def open(self) -> Self:
        """Not yet decided."""
        return self.exclude(status=Contact.Status.DECIDED)

    def on_queue(self) -> Self:
        """What stands on the duty manager's queue: open ones, and fast-tracked ones until somebody decides them."""
        return self.filter(Q(is_on_queue=True))


def graded_for_now(grade: str) -> Q:
    """The condition that this is the grade for now: the one given, unless a possible match calls for a worse one."""
    given = Q(grade=grade) & (Q(rank__isnull=True) | Q(rank__raised_grade=""))
    return given | Q(rank__raised_grade=grade) if grade else given


def _is_fast_track(contact: "Contact", user: User) -> bool:
    return contact.is_fast_track


def _is_ordinary(contact: "Contact", user: User) -> bool:
    return not contact.is_fast_track


def _owes(contact: "Contact", user: User) -> bool:
    rule = contact.type.own_clock
    return bool(rule) and Clock.objects.of(contact.reference).filter(rule=rule).exists()


def _agreed_by_telephone(contact: "Contact", user: User) -> bool:
    # What stands on the queue waits for its decision: nothing is asked of each of its lines.
    if contact.is_on_queue or contact.decided_by_id == user.pk:
        return False
    waiting = Clock.objects.running().of(contact.reference).filter(rule="telephone_confirmation")
    return waiting.filter(Q(worker=None) | Q(worker=user) | Q(worker__is_active=False)).exists()


def _is_anothers_proposal(contact: "Contact", user: User) -> bool:
    return contact.proposed_by_id != user.pk


def _is_of_an_open_kind(contact: "Contact", user: User) -> bool:
    return not contact.type.is_restricted


def _asks_for_information(contact: "Contact", user: User) -> bool:
    return contact.type.code == "information_request"


def _was_told_privately(contact: "Contact", user: User) -> bool:
    return not contact.is_professional and contact.agency_id is None


P = Permission
ANY, UNDECIDED, SCREENING = (" ".join(part) for part in (STATUSES, STATUSES[:-1], OPEN))
MACHINE = Machine(
    move("claim", "Claim", "received", "in_screening", P.CONTACT_SCREEN, "contact.claimed"),
    act("take_over", "Claim", "in_screening awaiting_information", P.CONTACT_SCREEN),
    move("release", "Release", "in_screening", "received", P.CONTACT_SCREEN, "contact.released"),
    act("ask", "Ask for information", "in_screening awaiting_information", P.CONTACT_SCREEN),
    move(
        "wait", "Wait for information", "in_screening", "awaiting_information", P.CONTACT_SCREEN, "contact.waiting",
        needs_reason=True,
    ),
    move("resume", "Go on screening", "awaiting_information", "in_screening", P.CONTACT_SCREEN, "contact.resumed"),
    act("grade", "Give a grade", UNDECIDED, P.CONTACT_SCREEN),
    act("choose_level", "Choose the level of need", UNDECIDED, P.CONTACT_SCREEN),
    move(
        "change_type", "Change the type", "in_screening", "in_screening", P.CONTACT_SCREEN, "contact.type_changed",
        needs_reason=True, offered=_is_of_an_open_kind,
    ),
    move("decide", "Decide", SCREENING, "decided", P.CONTACT_SCREEN, "contact.decided", needs_reason=True),
    move(
        "propose", "Propose", "in_screening awaiting_information", "awaiting_sign_off", P.CONTACT_SCREEN,
        "contact.proposed", needs_reason=True,
    ),
    move(
        "sign_off", "Sign off", "awaiting_sign_off", "decided", P.CONTACT_SIGN_OFF, "contact.signed_off",
        offered=_is_anothers_proposal,
    ),
    move(
        "send_back", "Return with comments", "awaiting_sign_off", "in_screening", P.CONTACT_SIGN_OFF,
        "contact.returned", needs_reason=True,
    ),
    move(
        "fast_track", "Child protection: fast track", UNDECIDED, "decided", P.CONTACT_FAST_TRACK,
        "contact.fast_tracked", offered=_is_ordinary,
    ),
    act(
        "acknowledge_to", "Record an acknowledgement", ANY, P.CONTACT_SCREEN, offered=_was_told_privately,
    ),
    act("add_later", "Add what was said later", ANY, P.CONTACT_RECORD),
    act(
        "confirm_telephone", "Confirm what was agreed by telephone", "decided", P.CONTACT_SIGN_OFF,
        offered=_agreed_by_telephone,
    ),
    act("reply", "The reply", ANY, P.CONTACT_SCREEN, offered=_asks_for_information),
    act("record_owed", "What is owed was done", ANY, P.CONTACT_SCREEN, offered=_owes),
    act("take_later", "Take what was said later", "decided", P.CONTACT_DECIDE_ANY),
    act("tell", "Tell a person now", ANY, P.CONTACT_FAST_TRACK, offered=_is_fast_track),
    move(
        "stand_down", "Stand down", "decided", "received", P.CONTACT_STAND_DOWN, "contact.stood_down",
        needs_reason=True, offered=_is_fast_track,
    ),
    move(
        "reopen", "Reopen", "decided", "in_screening", P.CONTACT_REOPEN, "contact.reopened",
        needs_reason=True, offered=_is_ordinary,
    ),
    move("undo", "Undo the decision", "decided", "in_screening", P.CONTACT_SCREEN, "contact.decision_undone"),
)  # fmt: skip


@tracked()
@MACHINE
class Contact(Record):
    """One approach. The people on it are kept as given, with a link to a record only when a person confirms it."""

    PREFIX = "C"

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        IN_SCREENING = "in_screening", "In screening"
        AWAITING_INFORMATION = "awaiting_information", "Waiting for information"
        AWAITING_SIGN_OFF = "awaiting_sign_off", "Waiting for sign-off"
        DECIDED = "decided", "Decided"

    status = FSMField(default=Status.RECEIVED, choices=Status.choices)
    type = models.ForeignKey(ContactType, on_delete=models.PROTECT)
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT)
    agency_reference = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=4, blank=True)
    how = models.CharField(max_length=20, blank=True)
    # Who is telling us.
    referrer_name = models.CharField(max_length=200, blank=True)
    referrer_role = models.CharField(max_length=100, blank=True)
    referrer_organisation = models.CharField(max_length=150, blank=True)
    referrer_telephone = models.CharField(max_length=40, blank=True)
    # None: not known whether it is safe.
    referrer_is_safe_to_ring = models.BooleanField(null=True, blank=True)
    referrer_safe_time = models.CharField(max_length=100, blank=True, default="", db_default="")
    referrer_email = models.CharField(max_length=254, blank=True)
    is_professional = models.BooleanField(default=False)
    is_anonymous = models.BooleanField(default=False)
    withhold_name_from_family = models.BooleanField(default=False)
    is_the_child = models.BooleanField(default=False)
    safe_way = models.CharField(max_length=250, blank=True)
    # One sentence for the queue, and where the child is.
    summary = models.CharField(max_length=250, blank=True)
    # Somebody chose the sentence: it is not found again by the words of harm.
    sentence_is_marked = models.BooleanField(default=False, db_default=False)
    child_location = models.CharField(max_length=250, blank=True)
    safe_until = models.DateTimeField(null=True, blank=True)
    child_protection_marked = models.BooleanField(default=False)
    information_only = models.BooleanField(default=False)
    no_child_identified = models.BooleanField(default=False)
    grade = models.CharField(max_length=10, blank=True)
    agency_grade = models.CharField(max_length=10, blank=True)
    # What whoever told us calls it, in their own system: read by contacts.grading.theirs, never taken for ours.
    own_grade = models.CharField(max_length=40, blank=True, default="", db_default="")
    grade_reasons = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    # Worked out by rule because the agency gave none; the sentences say which rules. Until a person grades it.
    grade_is_provisional = models.BooleanField(default=False)
    provisional_reasons = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    level_by_agency = models.CharField(max_length=1, blank=True)
    level_by_screening = models.CharField(max_length=1, blank=True)
    dash_grade = models.CharField(max_length=10, blank=True)
    dash_ticks = models.PositiveSmallIntegerField(null=True, blank=True)
    incident_reference = models.CharField(max_length=100, blank=True)
    powers_of_protection_at = models.DateTimeField(null=True, blank=True)
    # Screening: a claim is by a named person and ends by itself at claimed_until.
    claimed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    claimed_until = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The weightiest outcome among the children's, in our words and in the words for outside.
    outcome = models.CharField(max_length=40, blank=True)
    outcome_outside = models.CharField(max_length=40, blank=True)
    # Fast track: on the queue, above everything, until its referrals are decided.
    is_fast_track = models.BooleanField(default=False)
    fast_tracked_at = models.DateTimeField(null=True, blank=True)
    fast_tracked_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_under_restriction_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_on_queue = models.BooleanField(default=True)
    # 0 fast track, 1 red, 2 the rest: the first thing the queue is ordered by.
    tier = models.PositiveSmallIntegerField(default=2)
    rank_at = models.DateTimeField()
    # Where it is screened, or was; every contact on the queue stands in one.
    bundle = models.ForeignKey(
        "contacts.Bundle", null=True, blank=True, on_delete=models.PROTECT, related_name="contacts"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("status", STATUSES, name="contact_status_known"),
            one_of("grade", ["", *GRADES], name="contact_grade_known"),
            all_or_none("claimed_by", "claimed_until", name="contact_claim_whole"),
            all_or_none("decided_at", "decided_by", name="contact_decided_by_somebody"),
            all_or_none("acknowledged_at", "acknowledged_by", name="contact_acknowledged_by_somebody"),
            all_or_none("proposed_at", "proposed_by", name="contact_proposed_by_somebody"),
            all_or_none("fast_tracked_at", "fast_tracked_by", name="contact_fast_tracked_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tier", "rank_at", "id"], name="contact_queue", condition=Q(is_on_queue=True)),
            models.Index(fields=["status"], name="contact_status_on_queue", condition=Q(is_on_queue=True)),
            models.Index(fields=["recorded_at"], name="contact_arrived", condition=Q(is_on_queue=True)),
            models.Index(fields=["decided_at"], name="contact_decided", condition=Q(decided_at__isnull=False)),
            models.Index(fields=["agency", "agency_reference"], name="contact_agency_ref"),
            models.Index(
                fields=["agency", "received_at"], name="contact_agency_received", condition=Q(agency__isnull=False)
            ),
            models.Index(fields=["-received_at"], name="contact_received"),
            models.Index(fields=["recorded_by", "-received_at"], name="contact_recorded_by"),
        ]

    def claimed_at_moment(self, at: datetime) -> User | None:
        """Who holds the contact at this moment: a claim past its time is no claim."""
        if self.claimed_by is not None and self.claimed_until is not None and self.claimed_until > at:
            return self.claimed_by
        return None

    @property
    def grade_for_now(self) -> str:
        """The grade, or the worse one that somebody a child may be, not confirmed, calls for."""
        rank = getattr(self, "rank", None)
        return (rank.raised_grade if rank is not None else "") or self.grade

    @MACHINE.step
    def undo(self, *, by: User, at: datetime, until: datetime) -> None:
        """Taken back by whoever decided, before the referrer is told."""
        self.decided_at = self.decided_by = None
        self.outcome = self.outcome_outside = ""
        self.is_on_queue = True
        self._take(by, until)

    def _take(self, by: User, until: datetime) -> None:
        self.claimed_by, self.claimed_until = by, until

    def _let_go(self) -> None:
        self.claimed_by = self.claimed_until = None

    @MACHINE.step
    def claim(self, *, by: User, at: datetime, until: datetime) -> None:
        """Take it by name, until a time."""
        self._take(by, until)
        if self.acknowledged_at is None:
            self.acknowledged_at, self.acknowledged_by = at, by

    @MACHINE.step
    def release(self, *, by: User, at: datetime) -> None:
        """Give it back to the queue."""
        self._let_go()

    @MACHINE.step
    def wait(self, *, by: User, at: datetime) -> None:
        """Something has been asked; no clock is paused for it."""

    @MACHINE.step
    def resume(self, *, by: User, at: datetime, until: datetime, taker: User | None = None) -> None:
        """Go on, with the answer or without it; ``taker``: whose it is when a machine says that it has come."""
        self._take(taker or by, until)

    @MACHINE.step
    def change_type(self, *, by: User, at: datetime, kind: ContactType) -> None:
        """It is about something else than it was recorded as."""
        if "notification" in (self.type.code, kind.code):
            self.information_only = kind.code == "notification"
        self.type = kind

    @MACHINE.step
    def propose(self, *, by: User, at: datetime) -> None:
        """Put an outcome to somebody who may sign it."""
        self.proposed_at, self.proposed_by = at, by
        self._let_go()

    @MACHINE.step
    def send_back(self, *, by: User, at: datetime, until: datetime) -> None:
        """Back to whoever proposed, with what to do."""
        if self.proposed_by is not None:
            self._take(self.proposed_by, until)
        self.proposed_at = self.proposed_by = None

    @MACHINE.step
    def decide(self, *, by: User, at: datetime) -> None:
        """Decided by somebody who may decide it alone."""
        self.decided_at, self.decided_by = at, by
        self.is_on_queue = False
        self._let_go()

    @MACHINE.step
    def sign_off(self, *, by: User, at: datetime) -> None:
        """Signed by a manager other than the proposer."""
        self.decided_at, self.decided_by = at, by
        self.is_on_queue = False

    @MACHINE.step
    def fast_track(self, *, by: User, at: datetime) -> None:
        """Straight to referrals awaiting a decision; stays on the queue, on top, until they are decided."""
        self.decided_at, self.decided_by = at, by
        self.is_fast_track, self.fast_tracked_at, self.fast_tracked_by = True, at, by
        self.tier, self.is_on_queue = 0, True
        self._let_go()

    @MACHINE.step
    def stand_down(self, *, by: User, at: datetime) -> None:
        """Back to ordinary screening with its original receipt time."""
        self.decided_at = self.decided_by = None
        self.outcome = self.outcome_outside = ""
        self.is_fast_track, self.is_on_queue = False, True
        self.tier = 1 if self.grade == "red" else 2

    @MACHINE.step
    def reopen(self, *, by: User, at: datetime, until: datetime) -> None:
        """Decided wrongly: a manager takes it up again."""
        self.decided_at = self.decided_by = None
        self.outcome = self.outcome_outside = ""
        self.is_on_queue = True
        self._take(by, until)


@tracked()
class FamilyGroup(models.Model):
    """One family on a contact: what they know and agree to."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="families")
    number = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(max_length=100, blank=True)
    told = models.CharField(max_length=20, blank=True)
    told_reason = models.TextField(blank=True)
    agreement = models.CharField(max_length=20, blank=True)
    agreement_reason = models.TextField(blank=True)
    agreement_by = models.CharField(max_length=200, blank=True)
    agreement_scope = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["contact", "number"], name="family_number_once")]

    def __str__(self) -> str:
        return f"family {self.number}"


class PersonAsGiven(models.Model):
    """A child or adult exactly as given, on a contact or on an early-help assessment: the columns both keep."""

    is_child = models.BooleanField()
    role = models.CharField(max_length=20, default="subject")
    # Longer than anybody may write them here: as long as those on record, where first and middle names stand together.
    given_name = models.CharField(max_length=150, blank=True)
    family_name = models.CharField(max_length=150, blank=True)
    known_as = models.CharField(max_length=100, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    dob_is_estimated = models.BooleanField(default=False)
    expected_on = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    ethnicity = models.CharField(max_length=4, blank=True)
    nhs_number = models.CharField(max_length=20, blank=True)
    upn = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=60, blank=True)
    interpreter = models.CharField(max_length=100, blank=True)
    school = models.CharField(max_length=150, blank=True)
    gp = models.CharField(max_length=150, blank=True)
    disability = models.CharField(max_length=250, blank=True)
    communication = models.CharField(max_length=250, blank=True)
    account = models.TextField(blank=True)
    relationship = models.CharField(max_length=60, blank=True)
    parental_responsibility = models.BooleanField(null=True, blank=True)
    lives_with_children = models.BooleanField(null=True, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    # None: not known. Who does not know that we are involved is not to learn it from us.
    is_safe_to_ring = models.BooleanField(null=True, blank=True)
    safe_time = models.CharField(max_length=100, blank=True, default="", db_default="")
    knows_of_us = models.BooleanField(null=True, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    address_is_confidential = models.BooleanField(default=False)
    # A record, once a person has confirmed that it is this one.
    person = models.ForeignKey("people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(null=True, blank=True)
    linked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or ("child" if self.is_child else "adult")

    @property
    def name(self) -> str:
        """The name as given."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)

    @property
    def part(self) -> str:
        """What this person has to do with it, in words; nothing for the child it is about."""
        return part_words(self.role)

    @property
    def of_ringing(self) -> str:
        """Whether it is safe to ring them, in words; "" where nobody said."""
        return of_ringing(self.telephone, self.is_safe_to_ring)

    @property
    def who(self) -> str:
        """What they are to the children and what they have to do with it, in words: a child, a relation, an adult."""
        if self.is_child:
            return "child"
        relation = lists.label("relationship", self.relationship) if self.relationship else ""
        part = self.part if self.role == "suspect" or not relation else ""
        return (
            ", ".join(words for words in (relation, part[:1].lower() + part[1:] if relation else part) if words)
            or "adult"
        )

    @property
    def is_address_held_back(self) -> bool:
        """Whether the address is shown, offered, taken and compared for nobody until a manager has said whose it is."""
        return False


@tracked()
class ContactPerson(PersonAsGiven):
    """A child or adult exactly as given on one contact, with what was decided about a child."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="people")
    position = models.PositiveSmallIntegerField()
    family_group = models.PositiveSmallIntegerField(default=1)
    address = models.CharField(max_length=300, blank=True)
    # Confidential, and perhaps to be kept from this very person: a manager decides whose it is.
    address_is_withheld = models.BooleanField(default=False, db_default=False)
    suggested_reference = models.CharField(max_length=10, blank=True)
    # Details given that somebody chose not to take onto the record: not offered again.
    details_left = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    level_of_need = models.CharField(max_length=1, blank=True)
    grade = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    outcome_reason = models.TextField(blank=True)
    outcome_detail = models.JSONField(default=dict, blank=True)
    joined_reference = models.CharField(max_length=10, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = []
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "position"], name="contact_person_position_once"),
            all_or_none("linked_at", "linked_by", name="contact_person_linked_by_somebody"),
            all_or_none("decided_at", "decided_by", name="contact_person_decided_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person"], name="contact_person_of"),
            GinIndex(
                OpClass(Named("given_name", "family_name", "known_as"), name="gin_trgm_ops"),
                condition=Q(person__isnull=True),
                name="contact_person_named",
            ),
        ]

    @property
    def is_address_held_back(self) -> bool:
        """Whether the address is shown, offered, taken and compared for nobody until a manager has said whose it is."""
        return self.address_is_withheld


class GradeChange(models.Model):
    """A change of a contact's grade, or of one child's own (``on_contact``): both grades, who and why stay."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="grade_changes")
    on_contact = models.ForeignKey(
        ContactPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="grade_changes"
    )
    before = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10)
    reason = models.TextField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.before}→{self.after}"
