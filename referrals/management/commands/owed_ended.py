"""``manage.py owed_ended``: what contacts owe and an earlier release took for settled by their decision, as CSV."""

from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand

from frontdoor.ui.csvs import csv_file
from referrals import owed


class Command(BaseCommand):
    """Prints ``reference,owed,ended_at``, the longest ago first; of everybody, hidden or not. It changes nothing."""

    help = (
        "List what a decision ended before release 0.2 though it is owed until it is done: reference, owed, ended_at."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read and print."""
        rows = owed.all_ended_with_decision()
        ended = ((row, row.stopped_at) for row in rows)
        lines = ([row.reference, row.label, at.astimezone(UTC).isoformat()] for row, at in ended if at is not None)
        csv_file(self.stdout, ["reference", "owed", "ended_at"], lines)
