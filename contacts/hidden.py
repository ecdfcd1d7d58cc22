"""Which contacts a user may not know of beside those about hidden people, for rows that hold a reference alone."""

from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact, ContactType
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User


def taken_under_restriction(user: User) -> QuerySet[Any, Any]:
    """References of contacts somebody else took under a restriction."""
    rows = Contact.objects.filter(taken_under_restriction_by__isnull=False)
    return rows.exclude(taken_under_restriction_by=user.pk).values("reference")


def of_restricted_kinds(user: User) -> QuerySet[Any, Any]:
    """References of contacts of restricted kinds, for whoever does not handle allegations and did not record them."""
    if holds(user, Permission.CONTACT_ALLEGATION):
        return Contact.objects.none().values("reference")
    kinds = list(ContactType.objects.filter(is_restricted=True).values_list("pk", flat=True))
    return Contact.objects.filter(type__in=kinds).exclude(recorded_by=user.pk).values("reference")
