"""What stops the disposal of a record: a court, an inquiry, a complaint, whoever asked."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from frontdoor.db import all_or_none, one_of, tracked


class HoldQuerySet(models.QuerySet["Hold"]):
    """Questions about holds."""

    def in_force(self, on: date) -> Self:
        """Holds that stop disposal on this day."""
        return self.filter(ended_at__isnull=True).exclude(until_on__lt=on)


@tracked()
class Hold(models.Model):
    """Nothing of this person's record may be destroyed, from when, for what reason and until when."""

    class Kind(models.TextChoices):
        LEGAL = "legal", "Court or legal proceedings"
        INQUIRY = "inquiry", "Public inquiry or review"
        COMPLAINT = "complaint", "Complaint"
        ACCESS = "access", "Somebody has asked for their record"
        OTHER = "other", "Another reason"

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=500)
    until_on = models.DateField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_why = models.CharField(max_length=500, blank=True, default="")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("kind", ["legal", "inquiry", "complaint", "access", "other"], name="hold_kind_known"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="hold_says_why"),
            all_or_none("ended_at", "ended_by", name="hold_ended_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class DisposalQuerySet(models.QuerySet["Disposal"]):
    """Questions about disposals."""

    def waiting(self) -> Self:
        """Proposed, and neither withdrawn nor carried out."""
        return self.filter(withdrawn_at__isnull=True, destroyed_at__isnull=True)

    def done(self) -> Self:
        """Carried out."""
        return self.filter(destroyed_at__isnull=False)


@tracked()
class Disposal(models.Model):
    """A record somebody proposes to destroy; once a second person has agreed, all that is left of it.

    It names the record by key and reference only, so that it can stand when the record is gone.
    """

    person_key = models.BigIntegerField()
    reference = models.CharField(max_length=10)
    rule = models.CharField(max_length=200)
    kept_until = models.DateField()
    # What would go, by table and what becomes of it, and a hash over all of it as it was seen.
    counts = models.JSONField()
    print = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    destroyed_at = models.DateTimeField(null=True, blank=True)
    gone_references = ArrayField(models.CharField(max_length=10), default=list, blank=True)

    objects = DisposalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("proposed_at", "proposed_by", name="disposal_proposed_by_somebody"),
            all_or_none("withdrawn_at", "withdrawn_by", name="disposal_withdrawn_by_somebody"),
            all_or_none("approved_at", "approved_by", name="disposal_approved_by_somebody"),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("proposed_by")),
                name="disposal_needs_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True)
                | models.Q(approved_at__isnull=False, withdrawn_at__isnull=True),
                name="disposal_destroyed_when_approved",
            ),
            models.UniqueConstraint(
                fields=["person_key"],
                condition=models.Q(withdrawn_at__isnull=True, destroyed_at__isnull=True),
                name="disposal_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"disposal of {self.reference}"


class FileToRemove(models.Model):
    """A file outside the database whose rows are gone, until it is gone too."""

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=64)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(removed_at__isnull=True), name="file_to_remove_waiting")
        ]

    def __str__(self) -> str:
        return f"file of {self.disposal_id}"
