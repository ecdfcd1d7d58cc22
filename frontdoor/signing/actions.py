"""Naming who signs while one is away, ending that, and noting what was signed for whom."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from frontdoor.access import Denied, Permission, Refused, holds
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.notifications.actions import notify
from frontdoor.signing.models import Delegation
from frontdoor.signing.readers import kinds_of
from frontdoor.ui.formats import day

#: Nobody names a colleague for longer: an absence that goes on is entered anew, and looked at.
LONGEST = timedelta(days=366)
PATH = "/signatures/for/"


def may_name_for(user: User, *, by: User) -> bool:
    """Whether this user may say who signs for that one: themselves, their team's manager, a service manager."""
    is_manager = user.team is not None and user.team.is_active and user.team.manager_id == by.pk
    return by.pk == user.pk or is_manager or holds(by, Permission.SIGNING_ARRANGE)


@transaction.atomic
def delegate(*, of: User, to: User, from_on: date, until_on: date, by: User, at: datetime) -> Delegation:
    """Name who signs for somebody from one day to another, both included; both of them are told.

    It widens whose work the colleague signs, never what they may sign. Raises Denied for somebody the actor does not
    answer for; Refused, naming the field, for a colleague who may sign nothing of it, for days that are over or out of
    order, or where somebody else is named for these days.
    """
    if not may_name_for(of, by=by):
        raise Denied(
            Permission.SIGNING_ARRANGE,
            "Only they themselves, the manager of their team or a service manager names who signs for them.",
        )
    if not kinds_of(of):
        raise Refused(f"{of.name} signs nothing, so nobody signs for them.", code="nothing", field="of")
    if to.pk == of.pk:
        raise Refused("Choose a colleague: nobody signs for themselves.", code="own", field="to")
    if not to.is_active or not ({kind.code for kind in kinds_of(of)} & {kind.code for kind in kinds_of(to)}):
        raise Refused(
            f"{to.name} may sign nothing that {of.name} signs: choose somebody whose own role allows it.",
            code="role", field="to",
        )  # fmt: skip
    if until_on < from_on:
        raise Refused("The last day is before the first.", code="order", field="until_on")
    if until_on < timezone.localdate(at):
        raise Refused("These days are over.", code="over", field="until_on")
    if until_on - from_on > LONGEST:
        raise Refused("Name somebody for a year at most.", code="too_long", field="until_on")
    locked = User.objects.select_for_update(of=("self",)).get(pk=of.pk)
    standing = Delegation.objects.filter(of=locked, ended_at=None, from_on__lte=until_on, until_on__gte=from_on)
    other = standing.select_related("to").order_by("from_on", "pk").first()
    if other is not None:
        raise Refused(
            f"{other.to.name} signs for {of.name} from {day(other.from_on)} to {day(other.until_on)} already: "
            "end that first.",
            code="overlaps", field="from_on",
        )  # fmt: skip
    row = Delegation.objects.create(of=locked, to=to, from_on=from_on, until_on=until_on, entered_at=at, entered_by=by)
    detail = {"for": of.pk, "to": to.pk, "from": from_on.isoformat(), "until": until_on.isoformat()}
    write_audit("signing.delegated", by=by, detail=detail)
    days = f"from {day(from_on)} to {day(until_on)}"
    _tell(row, f"{to.name} signs for {of.name} {days}.", by=by)
    return row


@transaction.atomic
def withdraw(*, delegation: Delegation, by: User, at: datetime) -> Delegation:
    """End it from this moment on: by either of the two, or whoever may name somebody. What was signed stays."""
    if by.pk != delegation.to_id and not may_name_for(delegation.of, by=by):
        raise Denied(Permission.SIGNING_ARRANGE, "Only the two of them, or a manager above, ends this.")
    locked = Delegation.objects.select_for_update(of=("self",)).select_related("of", "to").get(pk=delegation.pk)
    if locked.ended_at is not None or locked.until_on < timezone.localdate(at):
        raise Refused("This has ended already.", code="ended")
    locked.ended_at, locked.ended_by = at, by
    locked.save()
    write_audit("signing.withdrawn", by=by, detail={"for": locked.of_id, "to": locked.to_id})
    _tell(locked, f"{locked.to.name} no longer signs for {locked.of.name}.", by=by)
    return locked


def _tell(row: Delegation, text: str, *, by: User) -> None:
    notify([each for each in (row.of, row.to) if each != by], kind="signing", text=text, path=PATH)
