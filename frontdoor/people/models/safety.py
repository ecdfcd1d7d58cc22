"""What endangers a person, a household or a worker, and how old the knowledge is."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models

from frontdoor.db import all_or_none, tracked


class WarningQuerySet(models.QuerySet["Warning"]):
    """Questions about warnings."""

    def in_force(self) -> "WarningQuerySet":
        """Warnings nobody has ended. A review date that has passed ages a warning; it never removes it."""
        return self.filter(ended_at__isnull=True)


@tracked()
class Warning(models.Model):
    """A danger known about a person, their household or an address: shown wherever somebody may meet it.

    ``address`` is a row of the person's own. Whom a warning reaches says :mod:`frontdoor.people.protection.reach`.
    """

    class About(models.TextChoices):
        PERSON = "person", "This person"
        HOUSEHOLD = "household", "Everybody in the household"
        ADDRESS = "address", "The address"

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="warnings")
    about = models.CharField(max_length=10, choices=About.choices, default=About.PERSON)
    address = models.ForeignKey(
        "people.Address", null=True, blank=True, on_delete=models.PROTECT, related_name="warnings"
    )
    # An address that stands on no record of the person: as it was typed, with the postcode as it is looked up.
    place = models.CharField(max_length=300, blank=True, db_default="")
    place_postcode = models.CharField(max_length=10, blank=True, db_default="")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=1000)
    evidence = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    review_on = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_reason = models.CharField(max_length=500, blank=True)

    objects = WarningQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("set_at", "set_by", name="warning_set_by_somebody"),
            all_or_none("reviewed_at", "reviewed_by", name="warning_reviewed_by_somebody"),
            all_or_none("ended_at", "ended_by", name="warning_ended_by_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person"], condition=models.Q(ended_at__isnull=True), name="warning_in_force"),
            models.Index(fields=["review_on"], condition=models.Q(ended_at__isnull=True), name="warning_to_review"),
            models.Index(
                fields=["place_postcode"],
                condition=models.Q(ended_at__isnull=True) & ~models.Q(place_postcode=""),
                name="warning_of_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def overdue_days(self, on: date) -> int:
        """Days since the review was due; 0 when it is not yet due."""
        return max((on - self.review_on).days, 0)
