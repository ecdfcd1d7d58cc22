"""Somebody leaves: what they were screening goes back to the queue, and what they asked for stays somebody's."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from contacts.models import OPEN, Contact
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.staff.hooks import SHOWN, Holding
from frontdoor.workflow.actions import move, touch


def _claimed(user: User) -> "QuerySet[Contact, Contact]":
    return Contact.objects.filter(claimed_by=user, status__in=OPEN).order_by("pk")


def _holding(what: str, rows: "QuerySet[Contact, Contact]", reader: User, then: str) -> Iterable[Holding]:
    seen = rows.filter(pk__in=Contact.objects.visible_to(reader))
    number = seen.count()
    if not number:
        return
    may_open = holds(reader, Permission.CONTACT_VIEW)
    references = seen.values_list("reference", flat=True)[:SHOWN] if may_open else []
    lines = tuple((reference, reverse("contacts:contact", args=[reference])) for reference in references)
    yield Holding(what, number, lines, then)


def held(user: User, reader: User) -> Iterable[Holding]:
    """What they are screening, and the contacts for which they wait for information they asked for."""
    yield from _holding("Contacts they are screening", _claimed(user), reader, "go back to the queue")
    waiting = Contact.objects.open().filter(
        information_requests__asked_by=user, information_requests__replied_at=None,
        information_requests__withdrawn_at=None,
    ).distinct().order_by("pk")  # fmt: skip
    then = "stay on the queue; the duty manager is told of the answer"
    yield from _holding("Contacts about which they asked for information", waiting, reader, then)


def still_held() -> set[int]:
    """Keys of ended accounts of people that stand as whoever screens a contact."""
    rows = Contact.objects.filter(claimed_by__is_active=False, claimed_by__is_machine=False, status__in=OPEN)
    return {key for key in rows.values_list("claimed_by_id", flat=True) if key is not None}


@transaction.atomic
def let_go(user: User, by: User, at: datetime) -> None:
    """Give back to the queue what they hold; a contact that waits for information goes on waiting, held by nobody."""
    for row in _claimed(user):
        if row.status == Contact.Status.IN_SCREENING:
            move(row, "release", by=by, at=at, check_permission=False)
            continue
        changed = touch(row)
        changed.claimed_by = changed.claimed_until = None
        changed.save()
        write_audit("contact.released", by=by, reference=changed.reference)
