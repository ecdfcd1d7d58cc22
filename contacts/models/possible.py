"""Whom a child on an open contact may be, before anybody has said so."""

from typing import Any, ClassVar

from django.db import models

from frontdoor.db import all_or_none


class PossiblePerson(models.Model):
    """Somebody on record whom a child on a contact may be, above the review threshold, and nobody has answered yet.

    Kept when it is found, so that a page matches nobody anew, and made again when records change. Never of anybody
    restricted or adoption-protected: what stands here may be shown to every screener, and moves places on the queue.
    A row goes when it is answered, with yes or no, or no longer found. "Not sure" is no answer: it is kept on the row.
    """

    on_contact = models.ForeignKey("contacts.ContactPerson", on_delete=models.PROTECT, related_name="possible")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    # The probability in hundredths, and in words.
    score = models.PositiveSmallIntegerField()
    likelihood = models.CharField(max_length=20)
    reasons: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    doubts: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    found_at = models.DateTimeField()
    unsure_at = models.DateTimeField(null=True, blank=True)
    unsure_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["on_contact", "person"], name="possible_person_once"),
            all_or_none("unsure_at", "unsure_by", name="possible_person_unsure_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.likelihood}: {self.person_id} for {self.on_contact_id}"
