"""The edge: beat asks for a drain every five seconds."""

from celery import shared_task
from django.utils import timezone

from frontdoor.notifications import outbox


@shared_task(name="notifications.tasks.drain")
def drain() -> None:
    """Do what waits in the outbox."""
    outbox.drain(timezone.now())
