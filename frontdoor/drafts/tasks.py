"""The edge: what was typed and not sent is thrown away when its time is over."""

from celery import shared_task
from django.utils import timezone

from frontdoor.drafts import lasting


@shared_task(name="drafts.tasks.throw_away")
def throw_away() -> None:
    """Throw away the drafts that have been kept for their time."""
    lasting.throw_away_overdue(timezone.now())
