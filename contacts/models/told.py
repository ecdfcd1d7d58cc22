"""What the family, the public or a child was told of a contact: that it was received, and nothing of what followed."""

from typing import ClassVar

from django.db import models

from contacts.models.contact import Contact
from frontdoor.db import all_or_none, one_of


class Acknowledgement(models.Model):
    """One acknowledgement to somebody who is no professional: to whom, how, when, by whom and in which words.

    The outcome goes to professionals alone. Rows are never changed.
    """

    class Whom(models.TextChoices):
        FAMILY = "family", "Somebody of the family"
        PUBLIC = "public", "A member of the public"
        CHILD = "child", "The child"

    class How(models.TextChoices):
        TELEPHONE = "telephone", "By telephone"
        IN_PERSON = "in_person", "In person"
        LETTER = "letter", "By letter"
        MESSAGE = "message", "By text message or e-mail"
        SAFE_WAY = "safe_way", "In the safe way the child asked for"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="acknowledgements")
    whom = models.CharField(max_length=10, choices=Whom.choices)
    name = models.CharField(max_length=200, blank=True)
    how = models.CharField(max_length=10, choices=How.choices)
    said = models.CharField(max_length=1000)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            one_of("whom", ["family", "public", "child"], name="acknowledgement_whom_known"),
            one_of(
                "how", ["telephone", "in_person", "letter", "message", "safe_way"], name="acknowledgement_how_known"
            ),
            all_or_none("told_at", "told_by", name="acknowledgement_told_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}"

    @property
    def to_whom(self) -> str:
        """Who was told, inside a sentence."""
        whom = self.Whom(self.whom).label
        return f"{whom[:1].lower()}{whom[1:]}" + (f" ({self.name})" if self.name else "")
