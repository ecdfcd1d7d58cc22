"""Requests for information as they are shown: on a contact, on the list, and counted on a line of the queue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from contacts.agencies.information.models import InformationRequest
from contacts.models import Contact
from frontdoor.accounts.models import User
from frontdoor.people.protection.secrets import addresses_in, without
from frontdoor.wording import worded

SHOWN = 100


@dataclass(frozen=True)
class Shown:
    """A request, and whether its answer may be read by whoever looks."""

    asked: InformationRequest
    may_read: bool
    is_own: bool


def shown_on(contact: Contact, user: User) -> list[Shown]:
    """What was asked about a contact, with the answers this user may read."""
    rows = InformationRequest.objects.about(contact, user).select_related(
        "contact", "clock", "agency", "asked_by", "approved_by", "withdrawn_by", "reply_recorded_by"
    )
    return [Shown(row, row.reply_readable_by(user), row.contact_id == contact.pk) for row in rows]


@dataclass(frozen=True)
class Outside:
    """What is asked and why, as it leaves the house."""

    question: str
    why: str


def for_outside(requests: Sequence[InformationRequest]) -> dict[int, Outside]:
    """Of each request (by key) its words without confidential addresses, in a fixed number of queries."""
    secrets = addresses_in({asked.contact.reference for asked in requests})
    return {
        asked.pk: Outside(*(without(text, secrets[asked.contact.reference]) for text in (asked.question, asked.why)))
        for asked in requests
    }


def waiting_for(user: User) -> tuple[list[InformationRequest], list[InformationRequest]]:
    """What waits for a manager's yes, and what is out, nearest deadline first; as far as this user may see it."""
    rows = InformationRequest.objects.visible_to(user).select_related("contact", "clock", "asked_by")
    held = rows.awaiting_agreement().exclude(contact__status=Contact.Status.DECIDED).order_by("asked_at", "pk")
    return list(held[:SHOWN]), list(rows.out().order_by("deadline_at", "pk")[:SHOWN])


def counts(contacts: Collection[int]) -> dict[int, tuple[int, int]]:
    """For each of these contacts (ids) with requests not taken back: how many were answered, how many made."""
    return {key: (answered, asked) for key, answered, asked in _counts(contacts=contacts)} if contacts else {}


@worded(contacts=[int])
def _counts(*, contacts: Collection[int]) -> QuerySet[InformationRequest, tuple[int, int, int]]:
    rows = InformationRequest.objects.filter(contact_id__in=contacts, withdrawn_at=None).values("contact_id")
    found: QuerySet[InformationRequest, tuple[int, int, int]] = (
        rows.annotate(asked=Count("pk"), answered=Count("replied_at"))
        .order_by()
        .values_list("contact_id", "answered", "asked")
    )
    return found
