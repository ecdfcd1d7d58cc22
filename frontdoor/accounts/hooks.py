"""Filled by the audit, which stands above: what to do when somebody signs in, fails to, or signs out."""

from collections.abc import Callable

from django.http import HttpRequest

from frontdoor.accounts.models import User

# Called with the event's name, the account (None when a sign-in failed) and the request.
session_events: list[Callable[[str, User | None, HttpRequest], None]] = []


def tell(event: str, user: User | None, request: HttpRequest) -> None:
    """Tell everyone who asked to know."""
    for each in session_events:
        each(event, user, request)
