"""``manage.py verify_audit``: is the audit trail whole, and does it still hold what was kept elsewhere?"""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from frontdoor.audit import heads
from frontdoor.audit.verify import faults


class Command(BaseCommand):
    """Checks every link of the 64 chains; exit 1 and the rows by name when one was altered, removed or added."""

    help = "Verify the audit trail and print the chain heads, to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` is printed with the heads; ``--heads`` names a file of heads that were kept."""
        parser.add_argument("--at", type=parse_datetime, help="the moment to print beside the heads (ISO 8601)")
        parser.add_argument(
            "--heads",
            type=Path,
            metavar="FILE",
            help="heads kept elsewhere, to compare with: a daily file, or what this command once printed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, compare, print, and exit 1 when something is wrong."""
        kept = self._kept(options["heads"]) if options["heads"] else []
        found = [*map(str, faults()), *map(str, heads.differences(kept))]
        for fault in found:
            self.stderr.write(fault)
        links = 0
        for head in heads.current():
            links += head.position
            self.stdout.write(str(head))
        self.stdout.write(f"links={links} faults={len(found)}")
        if found:
            sys.exit(1)

    def _kept(self, file: Path) -> list[heads.Head]:
        try:
            return heads.read(file.read_text(encoding="utf-8"))
        except OSError as wrong:
            raise CommandError(f"{file} cannot be read: {wrong.strerror}.") from wrong
        except UnicodeDecodeError as wrong:
            raise CommandError(f"{file} is no file of heads: it is not text.") from wrong
        except ValueError as wrong:
            raise CommandError(f"{file} is no file of heads to compare with: {wrong}.") from wrong
