"""``manage.py plan_register``: the children on a child protection plan at a moment, as CSV."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from frontdoor.clocks.management.at import moment
from frontdoor.ui.csvs import csv_file
from referrals.protection import register


class Command(BaseCommand):
    """Prints ``person,category,started_on,reviewed_on,next_review_due`` by person; of everybody, hidden or not."""

    help = "List the children on a plan as CSV: person, category, started_on, reviewed_on, next_review_due."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` takes the moment, default now."""
        parser.add_argument("--at", default="", help="the moment (ISO 8601), default now")

    def handle(self, *args: Any, at: str, **options: Any) -> None:
        """Read and print."""
        csv_file(self.stdout, register.HEAD, (line.cells() for line in register.at(moment(at))))
