"""The mark that says a database holds invented people only, and the truth behind its invented notifications."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class DemoMark(models.Model):
    """One row in a demonstration database; without it nothing may empty the database."""

    people = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    made_for = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"demonstration borough of {self.people}, seed {self.seed}"


class FeedTruth(models.Model):
    """One invented notification: which households it is really about, and what was planted in it.

    Only figures are measured against it; nothing that handles a contact reads it.
    """

    # Notifications written together are measured together.
    run = models.PositiveIntegerField()
    contact = models.OneToOneField("contacts.Contact", on_delete=models.PROTECT, related_name="+")
    families = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    incident = models.PositiveIntegerField()
    plants = ArrayField(models.CharField(max_length=30), default=list, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run"], name="feed_truth_run")]

    def __str__(self) -> str:
        return f"truth of notification {self.contact_id}"
