"""The edge: beat asks for a sweep every minute."""

from celery import shared_task
from django.utils import timezone

from frontdoor.clocks.sweep import sweep as run


@shared_task(name="clocks.tasks.sweep")
def sweep() -> None:
    """Run the breach sweep now."""
    run(timezone.now())
