"""What is told to somebody who asks for information: written by one, approved by another, before it counts as told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from frontdoor.db import all_or_none


class Reply(models.Model):
    """A reply to a request for information: what is released, to whom and on what lawful basis, and who approved it.

    One stands at a time: written anew, the one before is replaced and stays to be read.
    """

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="replies")
    released_to = models.CharField(max_length=200)
    # A code of "lawful_basis".
    lawful_basis = models.CharField(max_length=100)
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            all_or_none("written_at", "written_by", name="reply_written_by_somebody"),
            all_or_none("approved_at", "approved_by", name="reply_approved_by_somebody"),
            all_or_none("replaced_at", "replaced_by", name="reply_replaced_by_somebody"),
            models.UniqueConstraint(fields=["contact"], condition=Q(replaced_at__isnull=True), name="reply_one_stands"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["written_at"], name="reply_to_approve", condition=Q(replaced_at=None, approved_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"reply {self.pk}"
