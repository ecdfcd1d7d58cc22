"""Marking a line of a chronology as significant, and taking the mark off; printing one. Each leaves its audit row."""

from datetime import datetime

from django.db import transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people.models import Person, SignificantEvent


@transaction.atomic
def mark_event(*, person: Person, event: str, by: User, at: datetime, reason: str) -> SignificantEvent:
    """Say that a line of the chronology is significant, and why. Marked already: refused with who did."""
    require(by, Permission.PEOPLE_EDIT)
    if not reason.strip():
        raise Refused("Say why this event is significant.", code="reason_required", field="reason")
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    standing = SignificantEvent.objects.in_force().filter(person=locked, event=event).select_related("marked_by")
    if (already := standing.first()) is not None:
        raise Refused(f"{already.marked_by.name} has marked this event already.", code="marked", field="reason")
    made = SignificantEvent.objects.create(
        person=locked, event=event, reason=reason.strip(), marked_at=at, marked_by=by
    )
    _note("person.event_marked", person, event, by=by, at=at, reason=reason)
    return made


def _note(done: str, person: Person, event: str, *, by: User, at: datetime, reason: str) -> None:
    write_audit(
        done,
        by=by,
        reference=person.reference,
        people=[person],
        reason=reason.strip(),
        detail={"event": event, "at": at.isoformat()},
    )


@transaction.atomic
def unmark_event(*, person: Person, event: str, by: User, at: datetime, reason: str) -> SignificantEvent:
    """Take the mark off a line, with the reason; the mark itself is kept as history."""
    require(by, Permission.PEOPLE_EDIT)
    if not reason.strip():
        raise Refused("Say why this event is not significant.", code="reason_required", field="reason")
    rows = SignificantEvent.objects.in_force().select_for_update().filter(person=person, event=event)
    if (mark := rows.first()) is None:
        raise Refused("This event is not marked as significant.", code="not_marked", field="reason")
    mark.ended_at, mark.ended_by, mark.ended_reason = at, by, reason.strip()
    mark.save()
    _note("person.event_unmarked", person, event, by=by, at=at, reason=reason)
    return mark


@transaction.atomic
def note_printed(*, person: Person, by: User, at: datetime, events: int, only_significant: bool) -> None:
    """Leave the audit row of a chronology made into a PDF, before it leaves."""
    write_audit(
        "person.chronology_printed",
        by=by,
        reference=person.reference,
        people=[person],
        detail={"events": events, "only_significant": only_significant, "at": at.isoformat()},
    )
