"""The edge: beat asks hourly for the ranks that time has changed."""

from celery import shared_task
from django.utils import timezone

from contacts.ranks import recompute_aged


@shared_task(name="contacts.tasks.rank")
def rank() -> None:
    """Write the ranks that time has changed."""
    recompute_aged(timezone.now())
