"""The edge: beat asks hourly for samples that are still to be drawn."""

from celery import shared_task
from django.utils import timezone

from referrals.together import draw_waiting


@shared_task(name="referrals.tasks.draw")
def draw() -> None:
    """Draw the samples of acts that were cut short."""
    draw_waiting(timezone.now())
