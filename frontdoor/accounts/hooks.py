"""Filled by the audit, which stands above: what to do when somebody signs in, fails to, or signs out."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

# Called with the event's name, the account (None when a sign-in failed) and the request.
session_events: list[Callable[[str, Any, HttpRequest], None]] = []


def tell(event: str, user: Any, request: HttpRequest) -> None:
    """Tell everyone who asked to know."""
    for each in session_events:
        each(event, user, request)
