"""What an agency is told of a contact: the same shape and the same words whatever is known of the children."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from contacts.models import Contact
from frontdoor.accounts.models import Agency
from frontdoor.clocks.models import Clock

REFERENCE = re.compile(r"C-[0-9A-Z]{8}")
UNDO = timedelta(minutes=1)
OUTCOMES = {
    "referral": "Referral",
    "early_help": "Early help",
    "signposted": "Passed to another service",
    "information_and_advice": "Information and advice",
    "no_further_action": "No further action",
}


def stamp(moment: datetime | None) -> str | None:
    """A moment in UTC with Z, to the microsecond."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def status_of(contact: Contact, at: datetime) -> str:
    """``received`` until a person has it, ``decided`` once decided and the minute of undo is over, else in screening.

    A fast-tracked contact is decided when its referrals are.
    """
    settled = contact.status == Contact.Status.DECIDED and not (contact.is_fast_track and contact.is_on_queue)
    if settled and contact.decided_at is not None and at >= contact.decided_at + UNDO:
        return "decided"
    if contact.status == Contact.Status.RECEIVED and contact.claimed_at_moment(at) is None:
        return "received"
    if contact.is_fast_track and contact.is_on_queue and contact.acknowledged_at is None:
        return "received"
    return "in_screening"


def receipt(contact: Contact, at: datetime) -> dict[str, Any]:
    """The receipt."""
    status = status_of(contact, at)
    due = (
        Clock.objects.filter(reference=contact.reference, rule="acknowledgement")
        .order_by("id")
        .values_list("due_at", flat=True)
        .first()
    )
    outcome = None
    if status == "decided" and contact.outcome_outside:
        outcome = {"code": contact.outcome_outside, "label": OUTCOMES[contact.outcome_outside]}
    return {
        "reference": contact.reference,
        "agency_reference": contact.agency_reference,
        "received_at": stamp(contact.received_at),
        "acknowledge_by": stamp(due),
        "status": status,
        "acknowledged_at": stamp(contact.acknowledged_at),
        "decided_at": stamp(contact.decided_at) if status == "decided" else None,
        "outcome": outcome,
        "links": {"self": f"/api/v1/contacts/{contact.reference}"},
    }


def own_contact(agency: Agency, reference: str) -> Contact | None:
    """The agency's contact with this reference; None for another agency's as for one that does not exist."""
    if not REFERENCE.fullmatch(reference):
        return None
    found: Contact | None = Contact.objects.filter(agency=agency, reference=reference).first()
    return found


def own_contacts(agency: Agency, agency_reference: str) -> list[Contact]:
    """The agency's contacts under its own reference, newest first, at most a hundred."""
    if "\x00" in agency_reference:
        return []
    rows = Contact.objects.filter(agency=agency, agency_reference=agency_reference)
    return list(rows.order_by("-received_at", "-id")[:100])
