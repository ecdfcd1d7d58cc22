"""What tells one early-help assessment that is not recorded yet from another: the child it is about."""

from django.http import QueryDict
from django.utils import timezone

from contacts.recording.drafted import age_typed, joined
from frontdoor.clocks.working_days import london_date


def said(typed: QueryDict) -> str:
    """As far as it has been typed: "about Sam Example, 6 years"; "" when nobody is named."""
    child = joined(typed, "child_given_name", "child_family_name")
    return f"about {child}{age_typed(typed, 'child_', london_date(timezone.now()))}" if child else ""
