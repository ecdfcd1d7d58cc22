"""Which referrals a user may not know of beside those about hidden people."""

from typing import Any

from django.db.models import QuerySet

from frontdoor.accounts.models import User
from referrals.models import Referral


def from_contacts_taken_under_restriction(user: User) -> QuerySet[Any, Any]:
    """References of referrals of contacts somebody else took under a restriction."""
    rows = Referral.objects.filter(contact__taken_under_restriction_by__isnull=False)
    return rows.exclude(contact__taken_under_restriction_by=user.pk).values("reference")
