"""What someone is typing, kept as typed. No history, no audit: it is nobody's record yet."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from frontdoor.accounts.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    """Questions about drafts."""

    def of(self, user: User) -> Self:
        """This person's own drafts; nobody sees anybody else's."""
        return self.filter(user=user)

    def open(self) -> Self:
        """Drafts not yet submitted."""
        return self.filter(consumed_at__isnull=True)


class Draft(models.Model):
    """One form's fields, raw as the browser sent them, with the version the server gave what is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="drafts")
    kind = models.SlugField(max_length=40)
    # The record the form is about, when there is one already; empty for a new record.
    about = models.CharField(max_length=10, blank=True)
    # Where the form stands and what it is called there; neither ever holds anything about a person.
    address = models.CharField(max_length=4000, blank=True)
    title = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")
    # The version of what is kept: ours alone to give, rising, and never given twice.
    sequence = models.BigIntegerField(default=0)
    # The page (a tab's own random name) whose sending is kept, and its number among the sendings of that page.
    page = models.CharField(max_length=36, blank=True, default="", db_default="")
    page_number = models.BigIntegerField(default=0, db_default=0)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    saved_at = models.DateTimeField(db_default=Now())
    consumed_at = models.DateTimeField(null=True, blank=True)
    # The record the submitted form became: a second press of the button lands on it.
    became = models.CharField(max_length=10, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["user", "-saved_at"], name="draft_open_of", condition=models.Q(consumed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} draft"

    @property
    def is_kept(self) -> bool:
        """Whether there is something to show again."""
        return self.consumed_at is None and bool(self.body)

    @property
    def is_record(self) -> bool:
        """Whether the form was submitted and became a record: it is never opened again."""
        return self.consumed_at is not None and self.became != ""
