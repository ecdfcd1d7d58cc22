"""``manage.py agency_webhook AGENCY``: an agency's webhooks from the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from frontdoor.access import Refused
from frontdoor.api.management.agencies import named
from frontdoor.api.webhooks import actions, readers
from frontdoor.api.webhooks.models import WebhookEndpoint


class Command(BaseCommand):
    """Lists them, or does one thing: adds one, gives one a new secret, stops one, has messages sent again."""

    help = "List, add, rotate, stop or send again the webhooks of an agency."

    def add_arguments(self, parser: CommandParser) -> None:
        """The agency's code, and one thing to do."""
        parser.add_argument("agency", help="the agency’s code, for example police")
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--add", metavar="URL", help="send its events to this address; prints the secret, once")
        one.add_argument("--rotate", metavar="NUMBER", type=int, help="a new secret for this webhook; prints it, once")
        one.add_argument("--stop", metavar="NUMBER", type=int, help="send nothing to this webhook any more")
        one.add_argument("--again", metavar="NUMBER", type=int, help="send again what was given up on this webhook")
        one.add_argument("--try-now", metavar="NUMBER", type=int, help="try at once what waits for this webhook")

    def handle(self, *args: Any, agency: str, **options: Any) -> None:
        """Do it; a secret stands alone on stdout."""
        found, now = named(agency), timezone.now()
        try:
            if options["add"] is not None:
                self.stdout.write(actions.add(agency=found, url=options["add"], by=None, at=now)[1])
            elif options["rotate"] is not None:
                one = self._one(found, options["rotate"])
                self.stdout.write(actions.rotate(endpoint=one, by=None, at=now))
            elif options["stop"] is not None:
                actions.stop(endpoint=self._one(found, options["stop"]), by=None, at=now)
            elif options["again"] is not None:
                number = actions.send_again(endpoint=self._one(found, options["again"]), by=None, at=now)
                self.stdout.write(f"again={number}")
            elif options["try_now"] is not None:
                actions.try_now(endpoint=self._one(found, options["try_now"]), by=None, at=now)
            else:
                for row in readers.of_agency(found):
                    counts = f"waiting={row.waiting} given_up={row.dead}"
                    self.stdout.write(f"{row.endpoint.pk} {row.endpoint.url} {row.state[0]}: {counts}")
        except Refused as refused:
            raise CommandError(refused.message) from refused

    def _one(self, agency: Any, key: int) -> WebhookEndpoint:
        found = readers.one_of(agency, key)
        if found is None:
            numbers = ", ".join(str(row.endpoint.pk) for row in readers.of_agency(agency))
            raise CommandError(f"{agency.name} has no webhook {key}. It has: {numbers or 'none'}.")
        return found
