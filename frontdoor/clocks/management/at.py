"""The ``--at`` of commands."""

from datetime import UTC, datetime

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime


def moment(text: str) -> datetime:
    """The moment given as ISO 8601 (without a zone: UTC), now for an empty text. Raises CommandError otherwise."""
    if not text:
        return timezone.now()
    try:
        parsed = parse_datetime(text)
    except ValueError:
        parsed = None
    # The calendar of bank holidays and the editions reach no further; arithmetic at the ends of time overflows.
    if parsed is None or not 1990 <= parsed.year <= 2100:
        raise CommandError(f"--at is {text!r}: give a moment such as 2026-11-23T09:00:00Z.")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
