"""Which family on a contact a part of what was said is about, where a contact is about several."""

from typing import ClassVar

from django.db import models

from contacts.models.contact import Contact
from frontdoor.db import tracked


@tracked()
class FamilyText(models.Model):
    """A part of a text of a contact, from one character to another, and the family it is about; none: about all.

    A text without such rows has not been separated: it counts as about all of them. The text itself stays as given.
    """

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="family_texts")
    # The column of the contact or of its texts.
    field = models.CharField(max_length=40)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    # The number of the family (:class:`FamilyGroup`).
    family = models.PositiveSmallIntegerField(null=True, blank=True)
    chosen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "field", "start"], name="family_text_part_once"),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="family_text_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.start} of {self.contact_id}"
