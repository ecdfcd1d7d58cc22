"""The edge: beat asks every six hours how common each name is by now."""

from celery import shared_task

from frontdoor.people.matching.weights import count_bearers


@shared_task(name="people.tasks.count_names")
def count_names() -> None:
    """Count again how many people bear each word of a name."""
    count_bearers()
