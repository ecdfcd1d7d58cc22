"""The immutable record of every change of status."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from frontdoor.audit.models import Chained, chain_triggers
from frontdoor.workflow.machines import MACHINES

EVIDENCE = ("reference", "model", "move", "from_status", "to_status", "by_id", "reason", "happened_at", "recorded_at")


class StatusChange(Chained):
    """One change of status: who, from, to, why, when in the world and when in the system. Never altered."""

    EVIDENCE = EVIDENCE

    reference = models.CharField(max_length=10)
    model = models.CharField(max_length=40)
    move = models.CharField(max_length=40)
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30)
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reference", "id"], name="status_change_of")]
        triggers: ClassVar = chain_triggers(EVIDENCE)

    def __str__(self) -> str:
        return f"{self.reference} {self.from_status}→{self.to_status}"

    @property
    def status_words(self) -> str:
        """The status it led to, in the words of its machine; of a machine that is gone, the code with spaces."""
        for model in MACHINES:
            field = model._meta.get_field("status")
            if model._meta.label_lower == self.model and isinstance(field, models.Field):
                known = dict(field.flatchoices)
                return str(known.get(self.to_status) or self.to_status.replace("_", " ").capitalize())
        return self.to_status.replace("_", " ").capitalize()
