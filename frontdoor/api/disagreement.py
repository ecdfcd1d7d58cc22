"""A disagreement as an agency sends it, and what it is told of it: that it is open, stands or is made again."""

from datetime import datetime
from typing import Any

from contacts.agencies.disagreements.actions import LONGEST
from contacts.agencies.disagreements.models import Disagreement
from contacts.models import Contact
from frontdoor.api.receipts import stamp
from frontdoor.api.validation import body, read, text

NewDisagreement = body(
    "NewDisagreement",
    need=["because"],
    because=text(LONGEST, required=True, lines=True, strict=True),
    said_by=text(200, strict=True),
)


def disagreement_facts(value: Any, now: datetime) -> tuple[str, str]:
    """Why, and who says so. Raises Problem 400 with every error at once."""
    told = read(NewDisagreement, value, now).answers()
    return told["because"], told.get("said_by", "")


def latest_disagreement(contact: Contact) -> Disagreement | None:
    """The latest disagreement about a contact."""
    found: Disagreement | None = Disagreement.objects.filter(contact=contact).order_by("-said_at", "-id").first()
    return found


def disagreement_receipt(reference: str, found: Disagreement | None) -> dict[str, Any]:
    """What the agency is told, without the reasons: those are talked about, not sent. None: nobody has disagreed."""
    return {
        "reference": reference,
        "received_at": stamp(found.said_at) if found else None,
        "answer_by": stamp(found.due_at) if found else None,
        "status": (found.answer or "open") if found else "none",
        "answered_at": stamp(found.answered_at) if found else None,
        "links": {"contact": f"/api/v1/contacts/{reference}"},
    }
