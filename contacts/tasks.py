"""The edge: beat asks hourly for the ranks that time has changed."""

from celery import shared_task
from django.utils import timezone

from contacts.queue_actions import forget_lookers
from contacts.ranks import recompute_aged


@shared_task(name="contacts.tasks.rank")
def rank() -> None:
    """Write the ranks that time has changed; forget who has gone."""
    now = timezone.now()
    recompute_aged(now)
    forget_lookers(now)
