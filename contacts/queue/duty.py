"""The rota: who is on duty, from when to when. Alerts and sign-offs go to whoever it names."""

from datetime import datetime

from django.db import transaction

from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import OnDuty, User
from frontdoor.audit.actions import record as write_audit

#: What somebody must be allowed to do to take a turn of a kind.
NEEDS = {"duty": Permission.CONTACT_SIGN_OFF, "on_call": Permission.CONTACT_SIGN_OFF, "edt": Permission.HANDOVER}


@transaction.atomic
def add_turn(*, user: User, kind: str, from_at: datetime, to_at: datetime, by: User, at: datetime) -> OnDuty:
    """Put somebody on the rota. Raises Refused naming the field: an end before its beginning, a role that may not."""
    require(by, Permission.CONTACT_DECIDE_ANY)
    if to_at <= from_at:
        raise Refused("The end has to be after the start.", code="order", field="to_at")
    if to_at <= at:
        raise Refused("That time has already passed.", code="past", field="to_at")
    if not user.is_active or not holds(user, NEEDS[kind]):
        raise Refused(f"The role of {user.name} does not allow this duty.", code="role", field="user")
    if OnDuty.objects.filter(user=user, kind=kind, from_at__lt=to_at, to_at__gt=from_at).exists():
        raise Refused(
            f"{user.name} is already on the rota for this duty at that time.", code="overlap", field="from_at"
        )
    turn = OnDuty.objects.create(user=user, team=user.team, kind=kind, from_at=from_at, to_at=to_at)
    write_audit("duty.turn_added", by=by, detail={"user": user.pk, "kind": kind, "from": from_at.isoformat()})
    return turn


@transaction.atomic
def end_turn(*, turn: OnDuty, by: User, at: datetime) -> None:
    """End a turn now; one that has not begun is taken off the rota. The audit keeps that it was there."""
    require(by, Permission.CONTACT_DECIDE_ANY)
    write_audit(
        "duty.turn_ended", by=by, detail={"user": turn.user_id, "kind": turn.kind, "to": turn.to_at.isoformat()}
    )
    if turn.from_at < at:
        turn.to_at = min(turn.to_at, at)
        turn.save()
    else:
        turn.delete()
