"""What was said of brothers and sisters not on a contact: that it is about them too, or not, or they live elsewhere."""

from typing import ClassVar, Self

from django.db import models

from contacts.models.contact import Contact, ContactPerson
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet
from frontdoor.people.models import Person


class HouseholdAnswerQuerySet(VisibleQuerySet):
    """Questions about what was said of brothers and sisters."""

    def visible_to(self, user: User) -> Self:
        """Those on contacts the user may see, about nobody hidden from them."""
        contacts = Contact.objects.visible_to(user)
        return self.filter(contact__in=contacts, person__in=Person.objects.visible_to(user))


class HouseholdAnswer(models.Model):
    """Whether a contact is about a brother or sister on record too; asked once for each contact, and kept.

    ``on_contact``: the child added to the contact by the answer "about", and nobody whoever told us has named.
    """

    class Answer(models.TextChoices):
        ABOUT = "about", "About this child too"
        NOT_ABOUT = "not_about", "Not about this child"
        ELSEWHERE = "elsewhere", "Lives elsewhere"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="household_answers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    on_contact = models.OneToOneField(
        ContactPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="household_answer"
    )
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = HouseholdAnswerQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "person"], name="household_answer_once"),
            models.CheckConstraint(
                condition=models.Q(answer="about", on_contact__isnull=False)
                | models.Q(answer__in=["not_about", "elsewhere"], on_contact__isnull=True),
                name="household_answer_adds_whom_it_is_about",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person"], name="household_answer_of")]

    def __str__(self) -> str:
        return f"{self.answer}: {self.person_id} on {self.contact_id}"
