"""``manage.py handover``: make the handovers that are due and escalate what nobody took, without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contacts.handover import packs
from frontdoor.clocks.management.at import moment


class Command(BaseCommand):
    """Makes a pack for every change of shift that has none.

    The last line is ``made=N escalated=N``.
    """

    help = "Make the handovers that are due and escalate what nobody took."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` takes the moment, default now."""
        parser.add_argument("--at", default="", help="the moment (ISO 8601), default now")

    def handle(self, *args: Any, at: str, **options: Any) -> None:
        """Make, escalate, and print how many of each."""
        now = moment(at)
        made = packs.bring_up_to_date(now)
        self.stdout.write(f"made={made} escalated={packs.escalate(now)}")
