"""What was sent to somebody outside, until somebody there has taken it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from contacts.models import Contact
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none


class SentQuerySet(VisibleQuerySet):
    """Questions about what was sent."""

    def visible_to(self, user: User) -> Self:
        """Of contacts the user may see."""
        return self.filter(contact__in=Contact.objects.visible_to(user).order_by())

    def waiting(self) -> Self:
        """Sent, and not yet taken; what the other side declined waits for a manager."""
        return self.filter(taken_at__isnull=True, ended_at__isnull=True)

    def declined(self) -> Self:
        """Waiting for a manager: the other side will not take it."""
        return self.waiting().filter(declined_at__isnull=False)

    def taken(self) -> Self:
        """Taken by the other side, as far as anybody knows."""
        return self.filter(taken_at__isnull=False, put_right_at__isnull=True)


class ProposedSending(models.Model):
    """What was put to a manager about adults only: why, and where it goes (the detail of a decision).

    A child's stands on the child. It stays when it was signed or came back, and is written over when proposed again.
    """

    contact = models.OneToOneField("contacts.Contact", on_delete=models.PROTECT, related_name="proposed_sending")
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"proposed of {self.contact_id}"


class Sent(models.Model):
    """One child (or a contact about adults) passed to a service or authority: who was told; who took it, when, how."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="sent")
    contact_person = models.ForeignKey(
        "contacts.ContactPerson", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=40)
    receiver = models.CharField(max_length=150)
    told = models.CharField(max_length=150, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # None of what was sent before it had one.
    clock = models.ForeignKey("clocks.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The other side's answer, as a member of staff wrote it down.
    taken_at = models.DateTimeField(null=True, blank=True)
    who_took_it = models.CharField(max_length=150, blank=True)
    how_we_know = models.CharField(max_length=250, blank=True)
    noted_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The other side will not take it: it still waits, for a manager to say where the child goes instead.
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    declined_reason = models.TextField(blank=True, db_default="", default="")
    # It was wrong that it was taken: this stays as it was said, and another row waits from the first start.
    put_right_at = models.DateTimeField(null=True, blank=True)
    put_right_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    put_right_reason = models.TextField(blank=True, db_default="", default="")
    # The decision it came from no longer stands.
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            all_or_none("sent_at", "sent_by", name="sent_by_somebody"),
            all_or_none("taken_at", "noted_at", "noted_by", name="sent_taken_noted_by_somebody"),
            all_or_none("declined_at", "declined_by", name="sent_declined_by_somebody"),
            all_or_none("put_right_at", "put_right_by", name="sent_put_right_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sent_at", "id"],
                condition=Q(taken_at__isnull=True, ended_at__isnull=True),
                name="sent_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"sent {self.contact_id} {self.outcome}"
