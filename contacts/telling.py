"""What the referrer is to be told: left in the outbox in the transaction it follows from, written above."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from contacts.facts import WEB_FORM
from contacts.models import Contact
from frontdoor.notifications import outbox

KIND = "contacts.mail"
#: An outcome is told when the decision can no longer be taken back.
AFTER = timedelta(minutes=1)


class About(StrEnum):
    """What a message is about. Each is written in :mod:`contacts.agencies.mail`."""

    ACKNOWLEDGED = "acknowledged"
    OUTCOME = "outcome"
    DISAGREEMENT = "disagreement"
    REQUEST = "request"
    REMINDER = "reminder"
    WEB_FORM = "web_form"
    RECEIVED = "received"


def put(about: About, *, at: datetime, **payload: Any) -> None:
    """Leave a message in the outbox, in the transaction it follows from; ``payload`` holds references and keys only."""
    outbox.put(KIND, {"about": about.value, **payload}, at=at)


def put_acknowledged(contact: Contact, *, at: datetime) -> None:
    """In the transaction of the first acknowledgement: a professional is told by e-mail who told us without a system.

    Not the family, the public or a child: what reaches a shared mailbox may put somebody in danger. They are rung.
    """
    is_without_system = contact.agency_id is None or contact.how == WEB_FORM
    if is_without_system and contact.is_professional and contact.referrer_email:
        put(About.ACKNOWLEDGED, at=at, contact=contact.reference)
