"""What stops the disposal of a record: a court, an inquiry, a complaint, whoever asked."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
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
