"""Who may sign for whom, what was signed for whom, and what managers noted of their oversight."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.db import all_or_none


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Questions about who signs for whom."""

    def at(self, moment: datetime) -> Self:
        """Those in force on the day of this moment, between people whose accounts are open."""
        on = timezone.localdate(moment)
        rows = self.filter(from_on__lte=on, until_on__gte=on, entered_at__lte=moment)
        return rows.filter(Q(ended_at=None) | Q(ended_at__gt=moment), of__is_active=True, to__is_active=True)

    def to_come(self, moment: datetime) -> Self:
        """Those in force, and those entered that begin later."""
        return self.filter(until_on__gte=timezone.localdate(moment), ended_at=None)


class Delegation(models.Model):
    """Days, the last one included, on which one manager signs for another who is away. Never changed: it is ended."""

    of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signs_for")
    from_on = models.DateField()
    until_on = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("ended_at", "ended_by", name="delegation_ended_by_somebody"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(of=F("to")), name="delegation_to_another"),
            ExclusionConstraint(
                name="delegation_one_at_a_time",
                expressions=[
                    (
                        Func(
                            F("from_on"),
                            F("until_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("of", RangeOperators.EQUAL),
                ],
                condition=Q(ended_at=None),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["to", "until_on"], name="delegation_to")]

    def __str__(self) -> str:
        return f"delegation {self.pk} of {self.of_id}"


class SignedFor(models.Model):
    """That what stands in a record's history was signed, or returned, by one manager for another. Only added to."""

    reference = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "signed for"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by=F("on_behalf_of")), name="signed_for_another"),
        ]
        indexes: ClassVar = [models.Index(fields=["reference"], name="signed_for_of")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.reference}"


class OversightNote(models.Model):
    """What a manager notes of their oversight of a record. Only added to: a later row corrects an earlier one."""

    reference = models.CharField(max_length=10)
    # The day the manager looked at it.
    on = models.DateField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(corrects=F("id")), name="oversight_corrects_another"),
        ]
        indexes: ClassVar = [models.Index(fields=["reference", "-on", "-id"], name="oversight_of")]

    def __str__(self) -> str:
        return f"oversight of {self.reference}"
