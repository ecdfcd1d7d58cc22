"""``manage.py rules_import FILE [--dry-run]``: the rules a file says, all of them or none."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from frontdoor.rules.actions import FileRefused, put_all
from frontdoor.rules.files import parse


class Command(BaseCommand):
    """Make every rule table what the file says; a fault refuses the whole file, naming table, row and column."""

    help = "Read every dated rule table and code list from a file written by rules_export."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether it is only tried."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="do everything and keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read it and say what changed; faults go to stderr, one a line, and nothing is kept."""
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as failed:
            raise CommandError(f"{file}: {failed.strerror}.") from None
        try:
            changed = put_all(
                wanted=parse(content), by=None, at=timezone.now(), on=timezone.localdate(), is_trial=options["dry_run"]
            )
        except FileRefused as refused:
            for fault in refused.faults[1:]:
                self.stderr.write(str(fault))
            raise CommandError(f"{refused.faults[0]} Nothing was changed.") from None
        for name, count in changed.items():
            self.stdout.write(f"{name:34} {count:>6,} changed")
        if not changed:
            self.stdout.write("The file is the same as the rules now.")
        if options["dry_run"]:
            self.stdout.write("Nothing was kept: this was a trial.")
