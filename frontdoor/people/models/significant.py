"""Which lines of a chronology somebody has marked as significant, and why."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from frontdoor.db import all_or_none, tracked


class SignificantEventQuerySet(models.QuerySet["SignificantEvent"]):
    """Questions about significant events."""

    def in_force(self) -> "SignificantEventQuerySet":
        """Marks nobody has taken away."""
        return self.filter(ended_at__isnull=True)


@tracked()
class SignificantEvent(models.Model):
    """A line of a person's chronology that somebody says matters for understanding this child, with the reason."""

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="significant_events")
    # The line's own key: its source and the key of its row there ("status-123").
    event = models.CharField(max_length=40)
    reason = models.CharField(max_length=500)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_reason = models.CharField(max_length=500, blank=True)

    objects = SignificantEventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="significant_event_says_why"),
            all_or_none("marked_at", "marked_by", name="significant_event_marked_by_somebody"),
            all_or_none("ended_at", "ended_by", name="significant_event_ended_by_somebody"),
            models.UniqueConstraint(
                fields=["person", "event"],
                condition=models.Q(ended_at__isnull=True),
                name="significant_event_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} of person {self.person_id}"
