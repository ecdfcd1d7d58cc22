"""The edge: beat asks every five seconds for what waits to be sent to agencies."""

from celery import shared_task
from django.utils import timezone

from frontdoor.api.webhooks import sending


@shared_task(name="api.tasks.webhooks")
def webhooks() -> None:
    """Give each endpoint that is due a turn of its own, so that a slow one holds up no other."""
    for key in sending.due(timezone.now()):
        send_to.apply_async((key,), expires=60)


@shared_task(name="api.tasks.send_to")
def send_to(endpoint_id: int) -> None:
    """Send what waits for one endpoint."""
    sending.send_each([endpoint_id], timezone.now())
