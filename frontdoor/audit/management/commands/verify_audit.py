"""``manage.py verify_audit``: is the audit trail whole?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.dateparse import parse_datetime

from frontdoor.audit.models import ChainHead
from frontdoor.audit.verify import faults


class Command(BaseCommand):
    """Checks every link of the 64 chains; exit 1 and the rows by name when one was altered, removed or added."""

    help = "Verify the audit trail and print the chain heads, to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` is printed with the heads."""
        parser.add_argument("--at", type=parse_datetime, help="the moment to print beside the heads (ISO 8601)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and exit 1 when something is wrong."""
        found = list(faults())
        for fault in found:
            self.stderr.write(str(fault))
        links = 0
        for head in ChainHead.objects.order_by("chain"):
            links += head.position
            if head.position:
                self.stdout.write(f"{head.chain:2} {head.position} {bytes(head.hash).hex()}")
        self.stdout.write(f"links={links} faults={len(found)}")
        if found:
            sys.exit(1)
