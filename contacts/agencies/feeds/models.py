"""Notifications that come as files: what was received, what became of each, and what could not be read."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.db import all_or_none


class FeedFile(models.Model):
    """A file an agency sent, byte for byte, how far it has been taken in, and what became of its notifications."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="feed_files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    # How many notifications, from the first, have been dealt with; it goes on from there after a stop.
    done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    # How often it was begun since it last got on: counted before the work, which may end the worker.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    taken = models.PositiveIntegerField(default=0)
    updates = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "sha256"], name="feed_file_once")]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="feed_file_unfinished", condition=Q(finished_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"feed file {self.pk}"


class FeedItem(models.Model):
    """One notification of a file that was taken in: the same reference with the same content is never taken twice."""

    file = models.ForeignKey(FeedFile, on_delete=models.PROTECT, related_name="items")
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    agency_reference = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="feed_items")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "agency_reference", "digest"], name="feed_item_once")
        ]

    def __str__(self) -> str:
        return f"feed item {self.pk}"


class QuarantineQuerySet(models.QuerySet["Quarantined"]):
    """Questions about messages that could not be read."""

    def visible_to(self, user: User) -> "QuarantineQuerySet":
        """All of them for whoever handles files; nobody yet knows whom an unreadable message is about."""
        return self if holds(user, Permission.FEED_HANDLE) else self.none()

    def waiting(self) -> "QuarantineQuerySet":
        """Those nobody has dealt with, the oldest first."""
        rows = self.filter(corrected_as__isnull=True, set_aside_at__isnull=True)
        return rows.select_related("file__agency", "looked_by").order_by("pk")


class Quarantined(models.Model):
    """A message that could not be read: kept until somebody corrects it and sends it on, or sets it aside."""

    file = models.ForeignKey(FeedFile, on_delete=models.PROTECT, related_name="quarantined")
    # Its place in the file; 0 for the file as a whole.
    number = models.PositiveIntegerField(default=0)
    content = models.BinaryField()
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # The file made of its corrected text; what was received stays as it was.
    corrected_as = models.ForeignKey(
        FeedFile, null=True, blank=True, on_delete=models.PROTECT, related_name="correction_of"
    )
    sent_on_at = models.DateTimeField(null=True, blank=True)
    sent_on_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    set_aside_reason = models.CharField(max_length=500, blank=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="quarantined_once"),
            all_or_none("looked_at", "looked_by", name="quarantined_looked_by_somebody"),
            all_or_none("sent_on_at", "sent_on_by", "corrected_as", name="quarantined_sent_on_by_somebody"),
            all_or_none("set_aside_at", "set_aside_by", name="quarantined_set_aside_by_somebody"),
            models.CheckConstraint(
                condition=Q(set_aside_at__isnull=True) | ~Q(set_aside_reason=""), name="quarantined_set_aside_why"
            ),
            models.CheckConstraint(
                condition=Q(sent_on_at__isnull=True) | Q(set_aside_at__isnull=True), name="quarantined_ends_one_way"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="quarantined_waiting",
                condition=Q(corrected_as__isnull=True, set_aside_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"quarantined message {self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has dealt with it."""
        return self.sent_on_at is None and self.set_aside_at is None

    @property
    def text(self) -> str:
        """The message as text; what is no text shows as such."""
        return bytes(self.content).decode("utf-8", errors="replace")
