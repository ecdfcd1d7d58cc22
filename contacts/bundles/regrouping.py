"""Open contacts are compared again when the records of the people confirmed on them were joined or taken apart."""

from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.bundles import actions as bundles
from contacts.models import Contact
from contacts.ranking.ranks import rerank
from frontdoor.notifications import outbox
from frontdoor.workflow.actions import lock

KIND = "contacts.regroup"


def people_joined_or_parted(people: set[int], at: datetime) -> None:
    """Ask for each open contact about these people to be looked at, in a transaction of its own.

    Not in this one: it holds the people, and whoever confirms a person on a contact takes the family's turn first.
    """
    rows = Contact.objects.on_queue().filter(people__person_id__in=people).order_by("reference")
    for reference in rows.values_list("reference", flat=True).distinct():
        outbox.put(KIND, {"contact": reference}, at=at)


@outbox.handler(KIND)
def regroup(payload: dict[str, Any], at: datetime) -> None:
    """Put one contact in its place on the queue and into its family's bundle; nothing when it was decided since."""
    contact = Contact.objects.on_queue().filter(reference=payload["contact"]).first()
    if contact is None:
        return
    with transaction.atomic():
        bundles.take_turns(contact)
        locked = lock(contact)
        if locked.is_on_queue:
            rerank(locked, at=at)
            bundles.bundle_contact(contact=locked, by=None, at=at)
