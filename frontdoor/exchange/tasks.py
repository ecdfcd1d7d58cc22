"""The edge: beat asks every few seconds whether an import is to be done, and a worker does it."""

from celery import shared_task
from django.utils import timezone

from frontdoor.exchange import working


@shared_task(name="exchange.tasks.take_up")
def take_up() -> None:
    """Have the next import done: one that waits, or one whose worker was killed."""
    run_id = working.next_to_do(timezone.now())
    if run_id is not None:
        do_import.delay(run_id)
    elif working.is_to_look_again():
        look_again.delay()


@shared_task(name="exchange.tasks.look_again")
def look_again() -> None:
    """Look again at what had been left undecided for want of a meaning that a person has given since."""
    working.look_again(timezone.now())


@shared_task(name="exchange.tasks.do_import")
def do_import(run_id: int) -> None:
    """Do one import."""
    working.work(run_id, timezone.now())
