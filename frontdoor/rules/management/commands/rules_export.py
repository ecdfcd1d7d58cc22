"""``manage.py rules_export FILE``: every dated rule table and code list as one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from frontdoor.audit.actions import record as write_audit
from frontdoor.rules.files import export


class Command(BaseCommand):
    """Write the rules; what is exported, imported and exported again is the same file byte for byte."""

    help = "Write every dated rule table and code list to one file (JSON)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where it goes."""
        parser.add_argument("file", metavar="FILE", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file; one that cannot be written is one line on stderr."""
        file: Path = options["file"]
        content = export()
        try:
            file.write_bytes(content)
        except OSError as failed:
            raise CommandError(f"{file}: {failed.strerror}.") from None
        write_audit("rules.exported", by=None)
        self.stdout.write(f"{len(content):,} bytes written to {file}")
