"""The edge: beat asks hourly for the ranks time has changed, each minute for shifts, files and what is to be chased."""

from celery import shared_task
from django.utils import timezone

from contacts.agencies.feeds.actions import take_waiting
from contacts.agencies.information.actions import chase_overdue
from contacts.agencies.links.actions import forget_typed
from contacts.agencies.webforms.actions import forget_ended
from contacts.handover import packs
from contacts.identity.proposing import propose_missing
from contacts.queue.actions import forget_lookers
from contacts.ranking.ranks import recompute_aged
from contacts.recording.actions import start_missing_decisions
from contacts.taken import find_another
from frontdoor.notifications.actions import each_step


@shared_task(name="contacts.tasks.rank")
def rank() -> None:
    """Write the ranks that time has changed; forget who has gone and what has ended; start clocks left out before."""
    now = timezone.now()
    steps = {
        "rank what has aged": recompute_aged,
        "find who children may be": propose_missing,
        "forget who has gone": forget_lookers,
        "forget what was typed behind links that ended": forget_typed,
        "forget whom unused web forms were sent to": forget_ended,
        "start the decision's clock where there is none": start_missing_decisions,
    }
    each_step(steps, at=now)


@shared_task(name="contacts.tasks.handover")
def handover() -> None:
    """Make the packs that are due, then escalate what nobody took, or nobody who took it is there for any more."""
    now = timezone.now()
    steps = {
        "make the packs of the handover": packs.bring_up_to_date,
        "escalate in the handover": packs.escalate,
        "find another holder": find_another,
    }
    each_step(steps, at=now)


@shared_task(name="contacts.tasks.chase")
def chase() -> None:
    """Ask again for information that is overdue."""
    chase_overdue(timezone.now())


@shared_task(name="contacts.tasks.take_feeds")
def take_feeds() -> None:
    """Take in police files that wait or were stopped midway."""
    take_waiting(timezone.now())
