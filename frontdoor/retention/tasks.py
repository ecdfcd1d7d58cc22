"""The edge: files whose rows are gone are removed."""

from celery import shared_task

from frontdoor.retention import disposal


@shared_task(name="retention.tasks.remove_files")
def remove_files() -> None:
    """Remove the files of destroyed documents."""
    disposal.remove_files()
