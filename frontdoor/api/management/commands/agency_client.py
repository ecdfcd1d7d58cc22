"""``manage.py agency_client AGENCY``: a new OAuth client of an agency, its id and secret each on a line of stdout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from frontdoor.api.management.agencies import named
from frontdoor.api.oauth import issue_client
from frontdoor.audit.actions import record as write_audit


class Command(BaseCommand):
    """Adds a client and revokes none; the secret is shown this once and kept only as a hash."""

    help = "Print a new OAuth client id and secret for an agency."

    def add_arguments(self, parser: CommandParser) -> None:
        """The agency's code."""
        parser.add_argument("agency", help="the agency’s code, for example police")

    @transaction.atomic
    def handle(self, *args: Any, agency: str, **options: Any) -> None:
        """Issue and print; an unknown agency is one line on stderr and exit code 1."""
        found = named(agency)
        client_id, secret = issue_client(found)
        write_audit("agency.client_issued", by=None, agency=found)
        self.stdout.write(f"client_id={client_id}\nclient_secret={secret}")
