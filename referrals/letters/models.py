"""A letter about one child to one person at one address, the templates of letters, and what keeps one from the home."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.people.access import hidden_people
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral

STATUSES = ["draft", "checked", "sent", "withdrawn"]
OPEN_STATUSES = STATUSES[:2]
EVERY_OPEN = " ".join(OPEN_STATUSES)


class LetterTemplate(Dated, Shipped):
    """The wording of one kind of letter, with the fields of :mod:`referrals.letters.fields` in braces."""

    KEY = ("code",)

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    wording = models.TextField()
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [never_two("code", name="letter_template_once_a_day")]

    def __str__(self) -> str:
        return self.name


class LetterGuard(Dated, Shipped):
    """What a contact is, or says, that keeps letters from the home until a social worker has said yes.

    A type of contact, words that stand in one (a line each), or both.
    """

    KEY = ("code",)

    code = models.SlugField(max_length=40)
    label = models.CharField(max_length=100)
    contact_type = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [never_two("code", name="letter_guard_once_a_day")]

    def __str__(self) -> str:
        return self.label


class LetterQuerySet(VisibleQuerySet):
    """Questions about letters."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see, to nobody who is hidden from them."""
        rows = self.filter(referral__in=Referral.objects.visible_to(user).order_by())
        return rows.exclude(recipient__in=hidden_people(user))

    def open(self) -> Self:
        """Neither sent nor withdrawn."""
        return self.filter(status__in=OPEN_STATUSES)


P = Permission
MACHINE = Machine(
    act("edit", "Change the letter", "draft", P.REFERRAL_WORK),
    move("pass_check", "Check before it leaves", "draft", "checked", P.REFERRAL_WORK, "letter.checked"),
    move("send", "Record that it was posted", "checked", "sent", P.REFERRAL_WORK, "letter.sent"),
    move("take_back", "Change it after all", "checked", "draft", P.REFERRAL_WORK, "letter.taken_back"),
    move("withdraw", "Withdraw", EVERY_OPEN, "withdrawn", P.REFERRAL_WORK, "letter.withdrawn", needs_reason=True),
)  # fmt: skip


@tracked()
@MACHINE
class Letter(Record):
    """One letter: drafted from a template, checked, then printed and posted, or withdrawn.

    The address is kept by its key and by the key of its version (its newest row of history), and as it then read: a
    version that is not the newest any more has to be chosen again.
    """

    PREFIX: ClassVar[str] = "L"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        CHECKED = "checked", "Checked, to be printed and posted"
        SENT = "sent", "Posted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    status = FSMField(choices=Status.choices, default=Status.DRAFT)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="letters")
    # The version of the template it was drafted from, and its code.
    template = models.ForeignKey(LetterTemplate, on_delete=models.PROTECT, related_name="+")
    kind = models.SlugField(max_length=40)
    subject = models.CharField(max_length=200)
    # Empty once the record of whom it went to has been destroyed.
    recipient = models.ForeignKey("people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_name = models.CharField(max_length=620)
    # What they are to the child, in words.
    to_whom = models.CharField(max_length=100)
    address_key = models.BigIntegerField()
    address_version = models.BigIntegerField()
    to_lines = models.TextField()
    text = models.TextField()
    # As it is printed, without what was taken out: from the check on.
    printed_text = models.TextField(blank=True)
    # Who else is named, and whether each of them knows: [{"name", "answer", "reason"}].
    named = models.JSONField(default=list, blank=True)
    # What was taken out at the check, in words, with how often: {"confidential address": 2}.
    taken_out = models.JSONField(default=dict, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # A social worker's yes to a letter to the home, and what it was given in sight of: each contact with each reason.
    home_yes_at = models.DateTimeField(null=True, blank=True)
    home_yes_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    home_yes_reason = models.TextField(blank=True)
    home_yes_for = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    posted_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(
        "documents.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("status", STATUSES, name="letter_status_known"),
            all_or_none("drafted_at", "drafted_by", name="letter_drafted_by_somebody"),
            all_or_none("home_yes_at", "home_yes_by", name="letter_home_yes_by_somebody"),
            all_or_none("checked_at", "checked_by", name="letter_checked_by_somebody"),
            all_or_none("sent_at", "sent_by", name="letter_sent_by_somebody"),
            all_or_none("withdrawn_at", "withdrawn_by", name="letter_withdrawn_by_somebody"),
            models.CheckConstraint(
                condition=Q(home_yes_at__isnull=True) | ~Q(home_yes_reason=""), name="letter_home_yes_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["checked", "sent"]) | Q(checked_at__isnull=False) & ~Q(printed_text=""),
                name="letter_checked_before_it_leaves",
            ),
            models.CheckConstraint(
                condition=~Q(status="sent")
                | Q(sent_at__isnull=False, posted_on__isnull=False, document__isnull=False) & ~Q(sha256=""),
                name="letter_sent_is_kept",
            ),
            models.UniqueConstraint(
                fields=["referral", "kind", "recipient"],
                condition=Q(status__in=OPEN_STATUSES),
                name="letter_one_open_of_a_kind",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["referral", "-id"], name="letter_of_referral")]

    @property
    def is_open(self) -> bool:
        """Whether it has neither been sent nor withdrawn."""
        return self.status in OPEN_STATUSES

    @MACHINE.step
    def pass_check(
        self, *, by: User, at: datetime, printed_text: str, named: list[dict[str, str]], taken_out: dict[str, int]
    ) -> None:
        """Somebody has looked it through: what is printed stands from now on."""
        self.checked_at, self.checked_by = at, by
        self.printed_text, self.named, self.taken_out = printed_text, named, taken_out

    @MACHINE.step
    def take_back(self, *, by: User, at: datetime) -> None:
        """It is changed after all, and looked through again."""
        self.checked_at = self.checked_by = None
        self.printed_text, self.named, self.taken_out = "", [], {}

    @MACHINE.step
    def send(self, *, by: User, at: datetime, posted_on: date, document: Any, sha256: str) -> None:
        """It was printed and posted; the paper is kept as a document of the record."""
        self.sent_at, self.sent_by, self.posted_on = at, by, posted_on
        self.document, self.sha256 = document, sha256

    @MACHINE.step
    def withdraw(self, *, by: User, at: datetime) -> None:
        """It is not sent."""
        self.withdrawn_at, self.withdrawn_by = at, by
