"""Notifications that come as files: what was received, what became of each, and what could not be read."""

from typing import ClassVar

from django.db import models

from frontdoor.db import all_or_none


class FeedFile(models.Model):
    """A file an agency sent, byte for byte, and how many of its notifications went which way."""

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="feed_files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    taken = models.PositiveIntegerField(default=0)
    updates = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "sha256"], name="feed_file_once")]

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
    corrected = models.TextField(blank=True)
    sent_on_at = models.DateTimeField(null=True, blank=True)
    sent_on_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    set_aside_at = models.DateTimeField(null=True, blank=True)
    set_aside_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    set_aside_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            all_or_none("looked_at", "looked_by", name="quarantined_looked_by_somebody"),
            all_or_none("sent_on_at", "sent_on_by", name="quarantined_sent_on_by_somebody"),
            all_or_none("set_aside_at", "set_aside_by", name="quarantined_set_aside_by_somebody"),
            models.CheckConstraint(
                condition=models.Q(sent_on_at__isnull=True) | models.Q(set_aside_at__isnull=True),
                name="quarantined_ends_one_way",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="quarantined_waiting",
                condition=models.Q(sent_on_at__isnull=True, set_aside_at__isnull=True),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"quarantined message {self.pk}"

    @property
    def text(self) -> str:
        """The message as text; what is no text shows as such."""
        return self.corrected or bytes(self.content).decode("utf-8", errors="replace")
