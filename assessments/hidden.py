"""Which assessments and early help a user may not know of beside those about hidden people."""

from typing import Any

from django.db.models import QuerySet

from assessments.early_help.models import EarlyHelpAssessment
from assessments.models import Assessment
from contacts.hidden import taken_under_restriction


def of_contacts_taken_under_restriction(user: int) -> QuerySet[Any, Any]:
    """References of assessments of children referred from a contact somebody else took under a restriction."""
    rows = Assessment.objects.filter(referral__contact__reference__in=taken_under_restriction(user))
    return rows.order_by().values("reference")


def early_help_of_contacts_taken_under_restriction(user: int) -> QuerySet[Any, Any]:
    """References of early help of children passed on from such a contact."""
    rows = EarlyHelpAssessment.objects.filter(contact_person__contact__reference__in=taken_under_restriction(user))
    return rows.order_by().values("reference")
