"""Filled by those who stand above: what to do when somebody signs in, fails to, signs out, or forgot a password."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest

from frontdoor.accounts.models import User

# Called with the event's name, the account (None when nobody knows whose) and the request.
session_events: list[Callable[[str, User | None, HttpRequest], None]] = []


# Called with the address somebody typed who forgot their password, and when.
forgotten: list[Callable[[str, datetime], None]] = []


def tell(event: str, user: User | None, request: HttpRequest) -> None:
    """Tell everyone who asked to know."""
    for each in session_events:
        each(event, user, request)
