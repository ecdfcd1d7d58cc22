"""The edge: beat asks hourly for the ranks that time has changed, each minute for what a change of shift needs."""

from celery import shared_task
from django.utils import timezone

from contacts.handover import packs
from contacts.queue_actions import forget_lookers
from contacts.ranks import recompute_aged


@shared_task(name="contacts.tasks.rank")
def rank() -> None:
    """Write the ranks that time has changed; forget who has gone."""
    now = timezone.now()
    recompute_aged(now)
    forget_lookers(now)


@shared_task(name="contacts.tasks.handover")
def handover() -> None:
    """Make the packs that are due, then escalate what nobody took."""
    now = timezone.now()
    packs.bring_up_to_date(now)
    packs.escalate(now)
