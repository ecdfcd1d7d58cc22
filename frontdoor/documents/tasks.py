"""The edges: beat asks what waits, and each document is worked on by itself."""

from celery import shared_task
from django.utils import timezone

from frontdoor.documents import space, working


@shared_task(name="documents.tasks.tick")
def tick() -> None:
    """Hand out the documents that wait for a scan or for their text; say when there is no room for more."""
    at = timezone.now()
    space.tell(at)
    for key in working.take_due(at):
        work.delay(key)


@shared_task(name="documents.tasks.work")
def work(key: int) -> None:
    """Scan one document and read its text."""
    working.work_on(key, timezone.now())
