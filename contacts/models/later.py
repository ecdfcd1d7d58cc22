"""What was said after a contact was recorded: words and corrections beside what was given, which stays as it was."""

from typing import ClassVar, Self

from django.db import models

from contacts.models.contact import Contact, ContactPerson
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, one_of


class ContactAdditionQuerySet(VisibleQuerySet):
    """Questions about what was said later."""

    def visible_to(self, user: User) -> Self:
        """Those on contacts the user may see."""
        return self.filter(contact__in=Contact.objects.visible_to(user).order_by())

    def in_order(self) -> Self:
        """As they were added, with what a page says of each."""
        return self.select_related("by", "on_contact").order_by("at", "pk")


class ContactAddition(models.Model):
    """Words added to a contact, or a correction of something given on it: who, when; never changed afterwards.

    ``corrects`` is empty for words; a correction of what was given of somebody names their row (``on_contact``).
    """

    class Corrects(models.TextChoices):
        CALLER = "caller", "The caller, or how to reach them"
        TOLD = "told", "What happened"
        PLACE = "place", "Where the child is"
        PERSON = "person", "Somebody on the contact"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="additions")
    corrects = models.CharField(max_length=10, choices=Corrects.choices, blank=True)
    on_contact = models.ForeignKey(
        ContactPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    text = models.TextField()
    said_by = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ContactAdditionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("corrects", ["", "caller", "told", "place", "person"], name="contact_addition_corrects_known"),
            models.CheckConstraint(condition=~models.Q(text=""), name="contact_addition_says_something"),
            models.CheckConstraint(
                condition=models.Q(corrects="person", on_contact__isnull=False)
                | (~models.Q(corrects="person") & models.Q(on_contact__isnull=True)),
                name="contact_addition_corrects_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"addition to {self.contact_id}"

    @property
    def heading(self) -> str:
        """What it is, in words."""
        if not self.corrects:
            return "Said later"
        whose = str(self.on_contact) if self.on_contact is not None else self.get_corrects_display()
        return f"Correction: {whose}"
