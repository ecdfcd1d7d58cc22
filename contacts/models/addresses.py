"""Confidential addresses that may have been given to somebody they are to be kept from."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from contacts.models.contact import Contact
from frontdoor.accounts.models import User
from frontdoor.db import VisibleQuerySet, all_or_none
from frontdoor.people.access import known_references
from frontdoor.people.models import Person


class AddressQuestionQuerySet(VisibleQuerySet):
    """Questions about whose an address is."""

    def visible_to(self, user: User) -> Self:
        """Those on contacts the user may see, about nobody hidden from them."""
        rows = self.filter(on_contact__contact__in=Contact.objects.visible_to(user))
        people = Person.objects.visible_to(user)
        return rows.filter(Q(on_contact__person__isnull=True) | Q(on_contact__person__in=people))

    def open(self) -> Self:
        """Those no manager has answered."""
        return self.filter(decided_at__isnull=True)

    def waiting_for(self, user: User) -> Self:
        """Those open for this user to answer: about nobody they have declared they know."""
        return self.open().exclude(on_contact__contact__reference__in=known_references(user))


class AddressQuestion(models.Model):
    """A confidential address given for, or taken onto the record of, somebody it may have to be kept from.

    Nothing changes until a manager says whether it is theirs. ``address``: the row of the record it was taken to.
    """

    on_contact = models.ForeignKey("contacts.ContactPerson", on_delete=models.PROTECT, related_name="address_questions")
    address = models.ForeignKey(
        "people.Address", null=True, blank=True, on_delete=models.PROTECT, related_name="questions"
    )
    asked_at = models.DateTimeField()
    is_theirs = models.BooleanField(null=True, blank=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AddressQuestionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            all_or_none("decided_at", "decided_by", name="address_question_decided_by_somebody"),
            models.UniqueConstraint(
                fields=["on_contact", "address"], name="address_question_once", nulls_distinct=False
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at", "id"], name="address_question_open", condition=Q(decided_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"whose address {self.pk}"
