"""The events of each agency, numbered 1, 2, 3 … after the commit of what they tell of."""

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models.fields.json import KT

from contacts.models import Contact
from frontdoor.accounts.models import Agency
from frontdoor.api.models import AgencyEvent
from frontdoor.api.receipts import UNDO, receipt
from frontdoor.api.webhooks import actions as webhooks
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Outbox

log = structlog.get_logger(__name__)

KIND = "agency.event"
ACKNOWLEDGED, DECIDED, CORRECTED = "contact.acknowledged", "contact.decided", "contact.corrected"
ANSWERED = "contact.disagreement_answered"
TYPES = (ACKNOWLEDGED, DECIDED, CORRECTED, ANSWERED)
MOST = 100


@outbox.handler(KIND)
def number_event(payload: dict[str, Any], at: datetime) -> None:
    """Give one event its number, under a lock on the agency's row: no number twice, none left out.

    A decision is told when the minute of undo is over, and not at all when it was taken back in that minute. A
    decision after one that was already told is told as a correction. Safe to run twice.
    """
    contact = Contact.objects.filter(reference=payload["contact"]).select_related("agency").first()
    if contact is None or contact.agency is None:
        return
    kind = str(payload["type"])
    moment = contact.acknowledged_at
    if kind == ANSWERED:
        answered = contact.disagreements.filter(pk=payload["disagreement"], answered_at__isnull=False).first()
        if answered is not None and answered.answered_at is not None:
            agency = Agency.objects.select_for_update(no_key=True).get(pk=contact.agency.pk)
            _tell(agency, contact, kind, answered.answered_at, at)
        return
    if kind != ACKNOWLEDGED:
        if contact.status != Contact.Status.DECIDED or (contact.is_fast_track and contact.is_on_queue):
            return
        moment = contact.decided_at
        if moment is not None and at < moment + UNDO:
            outbox.put(KIND, payload, at=moment + UNDO)
            return
    if moment is None:
        return
    # NO KEY: contacts of the agency may go on being recorded meanwhile.
    agency = Agency.objects.select_for_update(no_key=True).get(pk=contact.agency.pk)
    told = AgencyEvent.objects.filter(agency=agency, contact=contact)
    if kind != ACKNOWLEDGED:
        if contact.acknowledged_at is not None:
            # Decided without a claim: it was acknowledged by being decided, and the agency hears both, in order.
            _tell(agency, contact, ACKNOWLEDGED, contact.acknowledged_at, at)
        kind = CORRECTED if told.filter(type=DECIDED).exclude(occurred_at=moment).exists() else DECIDED
    _tell(agency, contact, kind, moment, at)


def _tell(agency: Agency, contact: Contact, kind: str, moment: datetime, at: datetime) -> None:
    """Number one event, unless it has been. The agency's row is locked."""
    events = AgencyEvent.objects.filter(agency=agency)
    if events.filter(contact=contact, type=kind, occurred_at=moment).exists():
        return
    last = events.order_by("-seq").values_list("seq", flat=True).first() or 0
    made = AgencyEvent.objects.create(
        agency=agency, seq=last + 1, type=kind, contact=contact, occurred_at=moment, receipt=receipt(contact, at)
    )
    webhooks.put(made, at=at)


@transaction.atomic
def number_waiting(agency: Agency, at: datetime) -> None:
    """Number what waits for this agency now, so that nobody who asks has to wait for the next drain.

    What cannot be numbered is left to the drain, which counts its tries and tells somebody; the others go on.
    """
    waiting = (
        Outbox.objects.select_for_update(skip_locked=True)
        .filter(kind=KIND, done_at__isnull=True, gave_up_at__isnull=True, available_at__lte=at)
        .alias(about=KT("payload__contact"))
        .filter(about__in=Contact.objects.filter(agency=agency).values("reference"))
        .order_by("available_at", "id")[:500]
    )
    for row in waiting:
        try:
            with transaction.atomic():
                number_event(row.payload, at)
        except Exception as problem:
            log.warning("event_not_numbered", id=row.pk, error=type(problem).__name__)
            continue
        row.done_at, row.attempts = at, row.attempts + 1
        row.save()


def events_after(agency: Agency, after: int) -> tuple[list[AgencyEvent], bool]:
    """At most a hundred of the agency's events after a number, in order, and whether there are more."""
    rows = list(AgencyEvent.objects.filter(agency=agency, seq__gt=after).order_by("seq")[: MOST + 1])
    return rows[:MOST], len(rows) > MOST
