"""Sign-ins, failures, sign-outs and changes of how somebody signs in, as evidence."""

from django.http import HttpRequest

from frontdoor.accounts.models import User
from frontdoor.audit.actions import record
from frontdoor.audit.models import Entry
from frontdoor.quiet import without_secrets

KINDS = {
    "session.signed_in": Entry.Kind.SIGNED_IN,
    "session.signed_out": Entry.Kind.SIGNED_OUT,
    "session.failed": Entry.Kind.DENIED,
    "session.code_failed": Entry.Kind.DENIED,
    "session.codes_locked": Entry.Kind.DENIED,
    "session.locked": Entry.Kind.DENIED,
    "session.flooded": Entry.Kind.DENIED,
}
#: Done to an account by nobody knows whom: the row is about it, and names nobody as whoever did it.
DONE_TO = {"session.locked", "session.flooded"}
#: What everybody does every day is no act on their account.
EVERY_DAY = {"session.signed_in", "session.signed_out"}
#: Only told to whose it is said to be: the failure itself is a row already, and what it says of itself proves nothing.
ONLY_TOLD = {"session.passkey_failed"}


def keep(event: str, user: User | None, request: HttpRequest) -> None:
    """Write the row. What was typed is in none of them: people type passwords into name fields."""
    if event in ONLY_TOLD:
        return
    record(
        event,
        by=None if event in DONE_TO else user,
        kind=KINDS.get(event, Entry.Kind.ACTED),
        reference=f"ST-{user.pk}" if user is not None and event not in EVERY_DAY else "",
        path=without_secrets(request.path),
    )
