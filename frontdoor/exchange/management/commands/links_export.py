"""``manage.py links_export``: which old records stand in one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from frontdoor.exchange.legacy.linking import pairs_in_one_record, write_csv


class Command(BaseCommand):
    """Every pair of CareCase person and FirstCall client that stand in one record."""

    help = "Write person_id,client_no of every CareCase person and FirstCall client that stand in one record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say how many pairs it holds."""
        try:
            count = write_csv(options["file"], ["person_id", "client_no"], pairs_in_one_record())
        except OSError as refused:
            raise CommandError(f"{options['file']} cannot be written: {refused.strerror}.") from None
        self.stdout.write(f"{count:,} pairs")
