"""Sign-ins, failures and sign-outs as evidence."""

from django.http import HttpRequest

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record
from frontdoor.audit.models import Entry

KINDS = {
    "session.signed_in": Entry.Kind.SIGNED_IN,
    "session.signed_out": Entry.Kind.SIGNED_OUT,
    "session.failed": Entry.Kind.DENIED,
    "session.code_failed": Entry.Kind.DENIED,
    "session.codes_locked": Entry.Kind.DENIED,
}


def keep(event: str, user: User | None, request: HttpRequest) -> None:
    """Write the row. What was typed is in none of them: people type passwords into name fields."""
    record(event, by=user, kind=KINDS[event], path=request.path)
