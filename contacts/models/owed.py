"""What a type of contact owes beside the decision (a visit, an interview, a report): what became of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from frontdoor.db import all_or_none, one_of


class OwedEvent(models.Model):
    """What stopped a type's own clock: that it was done, or was offered and declined, when, by whom, and what was
    found; or that it is not owed, and why. Taken back where it was wrong.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        DECLINED = "declined", "Offered and declined"
        NOT_OWED = "not_owed", "Not owed"

    contact = models.ForeignKey("contacts.Contact", on_delete=models.PROTECT, related_name="owed_events")
    # The clock it stopped; its reference says whether the contact or a referral of it owed it.
    clock = models.ForeignKey("clocks.Clock", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, default=Outcome.DONE, db_default=Outcome.DONE.value
    )
    # When it was done or offered, or was said not to be owed.
    done_at = models.DateTimeField()
    # Who did or offered it; empty where it is not owed.
    who_did_it = models.CharField(max_length=150, blank=True)
    note = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_why = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            one_of("outcome", ["done", "declined", "not_owed"], name="owed_event_outcome_known"),
            all_or_none("recorded_at", "recorded_by", name="owed_event_recorded_by_somebody"),
            all_or_none("taken_back_at", "taken_back_by", name="owed_event_taken_back_by_somebody"),
            models.UniqueConstraint(fields=["clock"], condition=Q(taken_back_at__isnull=True), name="owed_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.outcome}"
