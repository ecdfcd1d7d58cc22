"""``manage.py unallocated``: the open referrals without a named worker who was here at a moment, as CSV."""

from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from frontdoor.clocks.management.at import moment
from frontdoor.ui.csvs import csv_file
from referrals import unworked


class Command(BaseCommand):
    """Prints ``reference,since,reason``, the longest without a worker first; of everybody, hidden or not."""

    help = "List the open referrals without a named worker as CSV: reference, since, reason."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` takes the moment, default now."""
        parser.add_argument("--at", default="", help="the moment (ISO 8601), default now")

    def handle(self, *args: Any, at: str, **options: Any) -> None:
        """Read and print."""
        rows = unworked.at(moment(at))
        lines = ([row.reference, row.since.astimezone(UTC).isoformat(), row.reason] for row in rows)
        csv_file(self.stdout, ["reference", "since", "reason"], lines)
