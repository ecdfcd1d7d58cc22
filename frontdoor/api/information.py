"""Requests for information as an agency reads them, and its answer, checked whole."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contacts.agencies.information.actions import LONGEST_REPLY
from contacts.agencies.information.models import InformationRequest
from contacts.agencies.information.readers import Outside, for_outside
from contacts.models import Contact
from frontdoor.accounts.models import Agency
from frontdoor.api.receipts import stamp
from frontdoor.api.validation import body, code, read, text
from frontdoor.codelists import lists

REFERENCE = re.compile(r"I-[0-9A-Z]{8}")
STATES = ("open", "answered", "withdrawn", "closed")
SENSITIVITIES = tuple(InformationRequest.Sensitivity.values)
MOST = 100
Reply = body(
    "InformationReply",
    need=["reply"],
    reply=text(LONGEST_REPLY, required=True, lines=True, strict=True),
    said_by=text(200, said="Name and role", strict=True),
    sensitivity=code(SENSITIVITIES, said="restricted: only whoever asked, and managers, read it"),
)


def own_requests(agency: Agency) -> list[InformationRequest]:
    """What is asked of an agency and still wanted, the nearest deadline first; at most a hundred."""
    rows = InformationRequest.objects.out().sent_to(agency).select_related("clock", "contact")
    return list(rows.order_by("deadline_at", "pk")[:MOST])


def own_request(agency: Agency, reference: str) -> InformationRequest | None:
    """One request to this agency; None for another agency's as for one that does not exist or was not sent."""
    if not REFERENCE.fullmatch(reference):
        return None
    rows = InformationRequest.objects.sent_to(agency).select_related("clock", "contact")
    found: InformationRequest | None = rows.filter(code=reference).first()
    return found


def request_documents(requests: Sequence[InformationRequest]) -> list[dict[str, Any]]:
    """What the agency is told: what is asked and why, by when, and whether it is still wanted; not of which contact."""
    said = for_outside(requests)
    return [_document(asked, said[asked.pk]) for asked in requests]


def _document(asked: InformationRequest, said: Outside) -> dict[str, Any]:
    state = asked.state
    if state == "open" and asked.contact.status == Contact.Status.DECIDED:
        state = "closed"
    here = f"/api/v1/information-requests/{asked.code}"
    return {
        "reference": asked.code,
        "status": state,
        "asked_of": asked.asked_of,
        "question": said.question,
        "why": said.why,
        "lawful_basis": lists.label("lawful_basis", asked.lawful_basis),
        "asked_at": stamp(asked.sent_at),
        "answer_by": stamp(asked.deadline),
        "chased_at": stamp(asked.chased_at),
        "answered_at": stamp(asked.replied_at),
        "links": {"self": here, "reply": f"{here}/reply"},
    }


def reply_facts(value: Any, now: datetime) -> dict[str, str]:
    """The answer a body means. Raises Problem 400 with every error at once."""
    return {"said_by": "", "sensitivity": "ordinary", **read(Reply, value, now).answers()}
