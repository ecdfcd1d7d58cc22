"""Which referrals a user may not know of beside those about hidden people."""

from typing import Any

from django.db.models import QuerySet

from contacts.hidden import taken_under_restriction
from referrals.models import Referral


def from_contacts_taken_under_restriction(user: int) -> QuerySet[Any, Any]:
    """References of referrals of contacts somebody else took under a restriction."""
    rows = Referral.objects.filter(contact__reference__in=taken_under_restriction(user))
    return rows.order_by().values("reference")
