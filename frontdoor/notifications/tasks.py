"""The edge: beat asks for a drain every five seconds, and each hour whether the heads of the day are still to leave."""

from celery import shared_task
from django.utils import timezone

from frontdoor.notifications import heads, outbox


@shared_task(name="notifications.tasks.drain")
def drain() -> None:
    """Do what waits in the outbox."""
    outbox.drain(timezone.now())


@shared_task(name="notifications.tasks.keep_heads")
def keep_heads() -> None:
    """Have the heads of the audit trail leave, once a day."""
    heads.put_for_today(timezone.now())
