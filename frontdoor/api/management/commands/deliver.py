"""``manage.py deliver``: what waits in the outbox and for webhooks, once, without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from frontdoor.api.webhooks import sending
from frontdoor.api.webhooks.models import WebhookDelivery
from frontdoor.clocks.management.at import moment
from frontdoor.notifications import outbox


class Command(BaseCommand):
    """Numbers events, sends messages and webhooks.

    The last line is ``done=N arrived=N failed=N waiting=N given_up=N``.
    """

    help = "Do what waits in the outbox and send webhooks once."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--at`` takes the moment, default now."""
        parser.add_argument("--at", default="", help="the moment (ISO 8601), default now")

    def handle(self, *args: Any, at: str, **options: Any) -> None:
        """Drain, send, and print what was done and what is left."""
        now = moment(at)
        done = outbox.drain(now)
        sent = sending.send_due(now)
        rows = WebhookDelivery.objects.filter(endpoint__ended_at=None)
        self.stdout.write(
            f"done={done} arrived={sent.arrived} failed={sent.failed} waiting={rows.waiting().count()}"
            f" given_up={rows.dead().count()}"
        )
