"""On which days of the week somebody works: entered by them or the manager of their team, from a day on."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from frontdoor.access import Denied, Permission, Refused
from frontdoor.accounts.models import WEEKDAYS, User, WorkingPattern
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.staff.readers import reference_of
from referrals.absences import LONGEST_AGO, answered_for


@transaction.atomic
def enter(*, user: User, days: Sequence[int], from_on: date, by: User, at: datetime) -> WorkingPattern:
    """Enter on which days (1 is Monday) somebody works from a day on, until another row begins.

    Raises Denied for somebody the actor does not answer for; Refused, naming the field, without a day, for what is no
    day of the week, for a beginning more than 60 days ago, or where they work these days on that day already.
    """
    if not answered_for(by).filter(pk=user.pk).exists():
        raise Denied(
            Permission.REFERRAL_ALLOCATE, "Only they themselves, or the manager of their team, say when they work."
        )
    chosen = sorted(set(days))
    if not chosen or not set(chosen) <= set(range(1, len(WEEKDAYS) + 1)):
        raise Refused("Choose on which days of the week they work.", code="required", field="days")
    if from_on < london_date(at) - LONGEST_AGO:
        raise Refused("This began too long ago: enter it from 60 days ago at most.", code="too_old", field="from_on")
    User.objects.select_for_update().get(pk=user.pk)
    now = WorkingPattern.objects.of([user.pk], from_on).get(user.pk)
    if (now.days if now is not None else [1, 2, 3, 4, 5]) == chosen:
        raise Refused("They work on these days already.", code="unchanged", field="days")
    row = WorkingPattern.objects.create(user=user, days=chosen, from_on=from_on, entered_at=at, entered_by=by)
    detail = {"from": from_on.isoformat(), "days": chosen}
    write_audit("staff.working_days_entered", by=by, reference=reference_of(user), detail=detail)
    return row


def of_those_answered_for(by: User, today: date) -> QuerySet[WorkingPattern]:
    """What was entered of the colleagues somebody answers for: what holds on this day and what begins later."""
    people = answered_for(by)
    now = WorkingPattern.objects.of(list(people.values_list("pk", flat=True)), today)
    wanted = Q(pk__in=[row.pk for row in now.values()]) | Q(from_on__gt=today)
    rows = WorkingPattern.objects.filter(wanted, user__in=people)
    return rows.select_related("user", "entered_by").order_by("user__name", "from_on", "pk")
