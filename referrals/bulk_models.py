"""Bulk closures: the act, what became of each row, and the sample another manager reviews."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from frontdoor.accounts.models import User
from frontdoor.dated import Begun, Shipped
from frontdoor.db import all_or_none, one_of


class BulkRule(Begun, Shipped):
    """How many may be closed in bulk, how many of a hundred are reviewed, and how long re-contacts count."""

    most = models.PositiveSmallIntegerField(default=20)
    share = models.PositiveSmallIntegerField(default=10)
    recontact_days = models.PositiveSmallIntegerField(default=28)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(most__gte=1, share__gte=1, share__lte=100), name="bulk_rule_makes_sense")
        ]

    def __str__(self) -> str:
        return f"at most {self.most}"


def bulk_rule(on: date) -> BulkRule:
    """The rule of the day; the shipped one when a council has none."""
    found: BulkRule | None = BulkRule.objects.in_force(on).first()
    return found or BulkRule()


class BulkAct(models.Model):
    """One act that ended several contacts with a common reason."""

    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=40)
    reason = models.TextField()
    # What the sample is drawn by: the same seed and rows give the same sample.
    seed = models.CharField(max_length=32)
    is_sampled = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="bulk_act_at"),
            models.Index(fields=["at"], name="bulk_act_unsampled", condition=Q(is_sampled=False)),
        ]

    def __str__(self) -> str:
        return f"bulk act {self.pk}"


class BulkRow(models.Model):
    """One contact of the act: ended, refused when its turn came, or left out beforehand, and why."""

    act = models.ForeignKey(BulkAct, on_delete=models.PROTECT, related_name="rows")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="bulk_rows")
    line = models.CharField(max_length=250, blank=True)
    result = models.CharField(max_length=10)
    why = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            one_of("result", ["ended", "refused", "left_out"], name="bulk_row_result_known"),
            models.UniqueConstraint(fields=["act", "contact"], name="bulk_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.result}"


class DipSampleQuerySet(models.QuerySet["DipSample"]):
    """Questions about samples."""

    def waiting(self) -> "DipSampleQuerySet":
        """Not reviewed yet."""
        return self.filter(looked_at__isnull=True)

    def for_user(self, user: User) -> "DipSampleQuerySet":
        """What this manager may review: theirs and nobody's, never what they closed themselves."""
        return self.filter(Q(to=user) | Q(to__isnull=True)).exclude(row__act__by=user)


class DipSample(models.Model):
    """A bulk closure that another manager reviews the same day: agreed with, or overturned."""

    row = models.OneToOneField(BulkRow, on_delete=models.PROTECT, related_name="sample")
    to = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    due_on = models.DateField()
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_overturned = models.BooleanField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = DipSampleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("looked_at", "looked_by", "is_overturned", name="dip_sample_looked_at_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="dip_sample_waiting", condition=Q(looked_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"sample of {self.row_id}"
