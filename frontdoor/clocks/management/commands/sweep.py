"""``manage.py sweep``: the breach sweep once, without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from frontdoor.clocks.management.at import moment
from frontdoor.clocks.sweep import sweep


class Command(BaseCommand):
    """Flags late deadlines and warns of near ones; the last line is ``flagged=N warned=N running=N``."""

    help = "Run the breach sweep once."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` takes the moment, default now."""
        parser.add_argument("--at", default="", help="the moment (ISO 8601), default now")

    def handle(self, *args: Any, at: str, **options: Any) -> None:
        """Sweep and print what was done."""
        done = sweep(moment(at))
        self.stdout.write(f"flagged={done.flagged} warned={done.warned} running={done.running}")
