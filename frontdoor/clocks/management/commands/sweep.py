"""``manage.py sweep``: the breach sweep once, without Celery."""

from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from frontdoor.clocks.sweep import sweep


class Command(BaseCommand):
    """Flags late deadlines and warns of near ones; the last line is ``flagged=N warned=N running=N``."""

    help = "Run the breach sweep once."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` takes the moment, default now."""
        parser.add_argument("--at", default="", help="the moment (ISO 8601), default now")

    def handle(self, *args: Any, at: str, **options: Any) -> None:
        """Sweep and print what was done."""
        moment = timezone.now()
        if at:
            try:
                parsed = parse_datetime(at)
            except ValueError:
                parsed = None
            if parsed is None:
                raise CommandError(f"--at is {at!r}: give a moment such as 2026-11-23T09:00:00Z.")
            moment = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        done = sweep(moment)
        self.stdout.write(f"flagged={done.flagged} warned={done.warned} running={done.running}")
