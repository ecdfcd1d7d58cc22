"""The continuum of need as dated data, and every choice of a level by screening beside the agency's."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from frontdoor.db import one_of

LEVELS = ["1", "2", "3", "4"]


class EditionQuerySet(models.QuerySet["ThresholdEdition"]):
    """Questions about editions."""

    def in_force(self, on: date) -> Self:
        """The edition in force on a day, as a queryset of one."""
        return self.filter(valid_from__lte=on).order_by("-valid_from")[:1]


class ThresholdEdition(models.Model):
    """One edition of the threshold document, from a day on. Editions are never changed: a new one follows."""

    valid_from = models.DateField(unique=True)
    title = models.CharField(max_length=150)
    introduction = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = EditionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.title} from {self.valid_from}"


class ThresholdLevel(models.Model):
    """One level of one edition: its name, what it looks like in each domain, who responds, and agreement."""

    edition = models.ForeignKey(ThresholdEdition, on_delete=models.PROTECT, related_name="levels")
    code = models.CharField(max_length=1)
    name = models.CharField(max_length=100)
    description = models.TextField()
    who_responds = models.TextField()
    consent = models.TextField()
    # Domain code to the lines of what it looks like.
    indicators = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            one_of("code", LEVELS, name="threshold_level_known"),
            models.UniqueConstraint(fields=["edition", "code"], name="threshold_level_once"),
        ]

    def __str__(self) -> str:
        return f"Level {self.code}: {self.name}"


class LevelChoice(models.Model):
    """A level chosen by screening, beside the agency's, by the edition in force: where they differ, with the reason."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="level_choices")
    edition = models.ForeignKey(ThresholdEdition, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_agency = models.CharField(max_length=1, blank=True)
    by_screening = models.CharField(max_length=1)
    reason = models.TextField(blank=True)
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["contact", "-id"], name="level_choice_of")]

    def __str__(self) -> str:
        return f"{self.by_agency or '–'}→{self.by_screening}"
