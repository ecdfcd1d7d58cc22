"""``manage.py agency_token AGENCY``: a new bearer token of an agency, alone on stdout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from frontdoor.accounts.models import ApiToken
from frontdoor.api.management.agencies import named
from frontdoor.audit.actions import record as write_audit


class Command(BaseCommand):
    """Adds a token and revokes none; the token is shown this once and kept only as a hash."""

    help = "Print a new bearer token for an agency’s API client."

    def add_arguments(self, parser: CommandParser) -> None:
        """The agency's code."""
        parser.add_argument("agency", help="the agency’s code, for example police")

    @transaction.atomic
    def handle(self, *args: Any, agency: str, **options: Any) -> None:
        """Issue and print; an unknown agency is one line on stderr and exit code 1."""
        found = named(agency)
        token = ApiToken.issue(found, "agency_token")
        write_audit("agency.token_issued", by=None, agency=found)
        self.stdout.write(token)
