"""The continuum of need as dated data, and every choice of a level by screening beside the agency's."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from frontdoor.dated import Begun, Shipped
from frontdoor.db import one_of

LEVELS = ["1", "2", "3", "4"]
LEVEL_COLUMNS = ("code", "name", "description", "who_responds", "consent", "indicators")


class ThresholdEdition(Begun, Shipped):
    """One edition of the threshold document, from a day on. Editions are never changed: a new one follows."""

    valid_from = models.DateField(unique=True)
    title = models.CharField(max_length=150)
    introduction = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.title} from {self.valid_from}"

    def parts(self) -> list[dict[str, Any]]:
        """Its levels as plain values, in order: those given for writing, else those that stand."""
        given: list[dict[str, Any]] | None = getattr(self, "_parts", None)
        if given is None:
            given = list(self.levels.order_by("code").values(*LEVEL_COLUMNS)) if self.pk else []
        return [{name: part.get(name, "") for name in LEVEL_COLUMNS} for part in given]

    def give_parts(self, levels: list[dict[str, Any]]) -> None:
        """Say which levels it is to have; :meth:`write_parts` writes them once it is saved."""
        self._parts = levels

    def drop_parts(self) -> None:
        """Remove its levels, before it goes itself: it was taken back before its first day."""
        ThresholdLevel.objects.filter(edition_id=self.pk).delete()

    def write_parts(self) -> None:
        """Make its levels those that were given."""
        for part in self.parts():
            ThresholdLevel.objects.update_or_create(
                edition_id=self.pk, code=part["code"], defaults={k: v for k, v in part.items() if k != "code"}
            )


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
