"""The edge: beat asks hourly for the ranks time has changed, each minute for shifts, files and what is to be chased."""

from celery import shared_task
from django.utils import timezone

from contacts.feeds.actions import take_waiting
from contacts.handover import packs
from contacts.information.actions import chase_overdue
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


@shared_task(name="contacts.tasks.chase")
def chase() -> None:
    """Ask again for information that is overdue."""
    chase_overdue(timezone.now())


@shared_task(name="contacts.tasks.take_feeds")
def take_feeds() -> None:
    """Take in files of notifications that wait or were stopped midway."""
    take_waiting(timezone.now())
