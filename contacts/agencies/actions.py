"""What an agency may do for the time being: send notifications without a grade until a day."""

from datetime import date, datetime

from django.db import transaction

from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import Agency, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date


@transaction.atomic
def allow_ungraded(*, agency: Agency, until: date | None, by: User, at: datetime, reason: str) -> Agency:
    """Let an agency send notifications without a grade until a day (included), or no longer; with a reason."""
    require(by, Permission.AGENCY_MANAGE)
    if not reason.strip():
        raise Refused("Say why.", code="reason_required", field="reason")
    if until is not None and until < london_date(at):
        raise Refused("Choose today or a later day.", code="past", field="until")
    locked: Agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    locked.may_send_ungraded_until = until
    locked.save(update_fields=["may_send_ungraded_until"])
    write_audit(
        "agency.ungraded_allowed", by=by, reason=reason,
        detail={"agency": locked.code, "until": until.isoformat() if until else None},
    )  # fmt: skip
    return locked
