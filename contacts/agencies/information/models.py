"""Something asked of an agency or a person about a contact, or about all contacts screened together, and the answer."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none, new_reference, one_of, tracked

ORDINARY, SENSITIVE, RESTRICTED = "ordinary", "sensitive", "restricted"


def new_code() -> str:
    """A new reference of a request: what it is called outside."""
    return new_reference("I")


class InformationRequestQuerySet(VisibleQuerySet):
    """Questions about requests for information."""

    def visible_to(self, user: User) -> Self:
        """Those asked from contacts the user may see."""
        contacts: Any = self.model._meta.get_field("contact").related_model
        return self.filter(contact__in=contacts.objects.visible_to(user).order_by().values("pk"))

    def about(self, contact: Any, user: User) -> Self:
        """Those asked from this contact or for it too, from contacts the user may see, in the order of asking."""
        through: Any = self.model.also_about.through
        too = through.objects.filter(informationrequest=OuterRef("pk"), contact=contact.pk)
        return self.visible_to(user).filter(Q(contact=contact.pk) | Q(Exists(too))).order_by("pk")

    def outstanding(self) -> Self:
        """Neither answered nor taken back; also those that still wait for a manager's yes."""
        return self.filter(replied_at=None, withdrawn_at=None)

    def awaiting_agreement(self) -> Self:
        """Held until a manager says yes."""
        return self.outstanding().filter(sent_at=None)

    def out(self) -> Self:
        """Sent and still wanted: not answered, not taken back, the contact not decided; with its ``deadline``."""
        rows = self.outstanding().filter(sent_at__isnull=False).exclude(contact__status="decided")
        return rows.annotate(deadline_at=Coalesce(F("clock__due_at"), F("due_at")))

    def sent_to(self, agency: Any) -> Self:
        """Those an agency may know of: asked of it, and sent."""
        return self.filter(agency=agency, sent_at__isnull=False)


@tracked()
class InformationRequest(models.Model):
    """One question to one agency or person."""

    class Sensitivity(models.TextChoices):
        ORDINARY = ORDINARY, "Ordinary"
        SENSITIVE = SENSITIVE, "Sensitive: only for those who screen contacts"
        RESTRICTED = RESTRICTED, "Restricted: only for whoever asked, and managers"

    class Way(models.TextChoices):
        HAND = "hand", "Recorded by hand"
        LINK = "link", "By secure link"
        API = "api", "By the agency’s system"

    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="information_requests")
    # The others of its bundle, where it was asked for all of them.
    also_about = models.ManyToManyField("contacts.Contact", related_name="+", blank=True)
    agency = models.ForeignKey("accounts.Agency", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_of = models.CharField(max_length=150)
    asked_email = models.EmailField(blank=True)
    question = models.TextField()
    why = models.TextField()
    lawful_basis = models.CharField(max_length=100)
    without_agreement_reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # Whose reason lets it leave without the family's agreement.
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    clock = models.ForeignKey("clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    chased_at = models.DateTimeField(null=True, blank=True)
    chases = models.PositiveSmallIntegerField(default=0)
    # How many of them nobody asked for.
    chases_by_itself = models.PositiveSmallIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    reply_sensitivity = models.CharField(max_length=12, choices=Sensitivity.choices, default=ORDINARY)
    said_by = models.CharField(max_length=200, blank=True)
    reply_came = models.CharField(max_length=4, choices=Way.choices, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    reply_recorded_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("replied_at", "reply_recorded_by", name="information_reply_recorded_by_somebody"),
            all_or_none("approved_at", "approved_by", name="information_approved_by_somebody"),
            all_or_none("withdrawn_at", "withdrawn_by", name="information_withdrawn_by_somebody"),
            all_or_none("sent_at", "due_at", name="information_sent_with_a_deadline"),
            one_of("reply_sensitivity", [ORDINARY, SENSITIVE, RESTRICTED], name="information_sensitivity_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(replied_at=None), name="information_answered_or_withdrawn"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agency", "due_at"], name="information_of_an_agency"),
            models.Index(
                fields=["due_at"], name="information_outstanding", condition=Q(replied_at=None, withdrawn_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def clock_label(self) -> str:
        """What its deadline is called on the board: by its reference, never by whom or what it is about."""
        return f"Information asked for, {self.code}"

    @property
    def deadline(self) -> datetime | None:
        """When the answer is due: as its clock says, which may have stood still."""
        return self.clock.due_at if self.clock is not None else self.due_at

    def reply_readable_by(self, user: User) -> bool:
        """Whether this user, who sees the request, reads the answer as well."""
        if self.reply_sensitivity == RESTRICTED:
            return user.pk == self.asked_by_id or holds(user, Permission.CONTACT_DECIDE_ANY)
        return self.reply_sensitivity == ORDINARY or holds(user, Permission.CONTACT_SCREEN)

    @property
    def state(self) -> str:
        """Where it stands, in one word of ours."""
        if self.replied_at is not None:
            return "answered"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "waiting" if self.sent_at is None else "open"
