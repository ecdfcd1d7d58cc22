"""Putting a hold on a record, and ending it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.retention.models import Hold


@transaction.atomic
def hold(*, person: Person, kind: str, reason: str, by: User, at: datetime, until_on: date | None = None) -> Hold:
    """Stop the disposal of a record. Raises Denied without the permission, Refused without a reason."""
    require(by, Permission.RETENTION_HOLD)
    check_conflict(by, person)
    if kind not in Hold.Kind.values:
        raise Refused("Choose what the hold is for.", code="kind", field="kind")
    if not reason.strip():
        raise Refused("Say why nothing may be destroyed.", code="reason", field="reason")
    if until_on is not None and until_on <= timezone.localdate(at):
        raise Refused("The last day of the hold must be in the future.", code="past", field="until_on")
    made: Hold = Hold.objects.create(
        person=person, kind=kind, reason=reason.strip(), until_on=until_on, set_at=at, set_by=by
    )
    write_audit(
        "retention.held", by=by, reference=person.reference, people=[person], reason=made.reason, detail={"kind": kind}
    )
    return made


@transaction.atomic
def end_hold(*, held: Hold, reason: str, by: User, at: datetime) -> Hold:
    """End a hold, with the reason."""
    require(by, Permission.RETENTION_HOLD)
    if not reason.strip():
        raise Refused("Say why the hold ends.", code="reason", field="reason")
    row = Hold.objects.select_for_update().select_related("person").get(pk=held.pk)
    if row.ended_at is not None:
        raise Refused("This hold has been ended already.", code="ended")
    row.ended_at, row.ended_by, row.ended_why = at, by, reason.strip()
    row.save()
    write_audit(
        "retention.hold_ended", by=by, reference=row.person.reference, people=[row.person_id], reason=reason.strip()
    )
    return row
