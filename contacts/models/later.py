"""What was said after a contact was recorded: words and corrections beside what was given, which stays as it was."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

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
        rows = self.select_related("by", "on_contact").prefetch_related("people_added__on_contact")
        return rows.order_by("at", "pk")

    def told_to(self, user: User) -> Self:
        """The same with ``leads_to``: the reference of the contact opened for it, where the user may see that one."""
        opened = Contact.objects.visible_to(user).order_by().filter(reference=OuterRef("opened_reference"))
        return self.in_order().annotate(leads_to=Subquery(opened.values("reference")[:1]))


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
    # The contact of its own that was opened for it, after the decision.
    opened_reference = models.CharField(max_length=10, blank=True, default="", db_default="")
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
        indexes: ClassVar = [
            models.Index(fields=["opened_reference"], condition=~Q(opened_reference=""), name="contact_addition_opened")
        ]

    def __str__(self) -> str:
        return f"addition to {self.contact_id}"

    @property
    def added(self) -> list[ContactPerson]:
        """Whom it added to this contact; nobody where it opened one of its own."""
        return [row.on_contact for row in self.people_added.all() if row.on_contact.contact_id == self.contact_id]

    @property
    def heading(self) -> str:
        """What it is, in words."""
        if not self.corrects:
            return "Said later"
        whose = str(self.on_contact) if self.on_contact is not None else self.get_corrects_display()
        return f"Correction: {whose}"


class AddedPerson(models.Model):
    """A child or adult named later: whose row was added, to the contact or to the one that was opened, by which words.

    Who was named when the contact was recorded has no such row, and stays as given.
    """

    addition = models.ForeignKey(ContactAddition, on_delete=models.PROTECT, related_name="people_added")
    on_contact = models.OneToOneField(ContactPerson, on_delete=models.PROTECT, related_name="added")

    def __str__(self) -> str:
        return f"added to {self.addition_id}: {self.on_contact_id}"
