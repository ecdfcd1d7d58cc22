"""The edge: beat asks every minute whether an ended account holds anything that somebody should have."""

from celery import shared_task
from django.utils import timezone

from frontdoor.staff import actions


@shared_task(name="staff.tasks.let_go")
def let_go() -> None:
    """Let go of what accounts hold that ended before, or in the moment something was given to them."""
    actions.let_go_of_the_ended(at=timezone.now())
