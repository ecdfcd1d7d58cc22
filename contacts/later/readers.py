"""Where a contact came from that was opened for what was said later on another."""

from collections.abc import Iterable

from django.urls import reverse

from contacts.models import Contact, ContactAddition
from frontdoor.accounts.models import User
from frontdoor.people.access import known_references


def origin(contact: Contact, user: User) -> Iterable[tuple[str, str]]:
    """The contact on which it was said, where this user may open that one: a line of text and its address."""
    told = ContactAddition.objects.visible_to(user).filter(opened_reference=contact.reference)
    for reference in told.exclude(contact__reference__in=known_references(user)).values_list(
        "contact__reference", flat=True
    ):
        yield f"Opened for what was said later on {reference}", reverse("contacts:contact", args=[reference])
