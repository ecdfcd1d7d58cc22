"""``manage.py same_events_export``: contacts that were typed in again as episodes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from frontdoor.exchange.legacy.linking import write_csv
from frontdoor.exchange.models import SameEvent

HEADER = ["contact_no", "client_no", "episode_id", "person_id"]


class Command(BaseCommand):
    """Every event recognised as entered in both systems."""

    help = "Write contact_no,client_no,episode_id,person_id of every event recognised as entered twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say how many events it holds."""
        rows = SameEvent.objects.recognised().order_by("episode_id").values_list(*HEADER)
        try:
            count = write_csv(options["file"], HEADER, rows)
        except OSError as refused:
            raise CommandError(f"{options['file']} cannot be written: {refused.strerror}.") from None
        self.stdout.write(f"{count:,} events")
