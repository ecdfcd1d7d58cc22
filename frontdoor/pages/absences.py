"""Who is away, and who works on which days: one's own, and for a manager those of the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, holds, signed_in
from frontdoor.accounts.models import Absence, User, WorkingPattern
from frontdoor.pages.staff_forms import AbsenceForm, WorkingDaysForm
from frontdoor.signing import actions as signing
from frontdoor.signing import readers
from frontdoor.signing.models import Delegation
from frontdoor.ui.formats import day
from frontdoor.ui.responses import page
from referrals import absences as actions
from referrals.caseload import working_days as days


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def absences(request: StaffRequest) -> HttpResponse:
    """What runs and what is to come of those one answers for, a form for one more; sent with ``end`` one is ended."""
    user, here = request.user, reverse("pages:absences")
    people = actions.answered_for(user)
    theirs = Absence.objects.filter(user__in=people)
    given = request.POST.get("end", "")
    if given:
        key = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
        ending = get_object_or_404(theirs, pk=key)
        return acting.at_once(
            request,
            lambda at: actions.end(absence=ending, by=user, at=at),
            said=lambda row: f"{row.user.name} is no longer entered as {row.words}",
            back=here,
        )
    form = acting.form(request, AbsenceForm, people=people)

    def enter(answers: dict[str, Any], at: datetime) -> Absence:
        return actions.enter(by=user, at=at, **answers)

    done = acting.carry_out(
        request,
        form,
        enter,
        said=lambda row: f"{row.user.name} is entered as {row.words}{_offered(row, user)}",
        to=here,
    )
    now = timezone.now()
    rows = list(theirs.to_come(now).select_related("user__team", "entered_by").order_by("from_on", "pk"))
    context = {
        "form": form,
        "rows": rows,
        "signing": _signing(rows, user, now),
        "today": timezone.localdate(now),
        "may_pass_on": holds(user, Permission.REFERRAL_ALLOCATE),
    }
    return done or page(request, "pages/absences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def working_days(request: StaffRequest) -> HttpResponse:
    """On which days of the week those one answers for work, now and from a day to come, and a form for a change."""
    user, here = request.user, reverse("pages:working_days")
    form = acting.form(request, WorkingDaysForm, people=actions.answered_for(user))

    def enter(answers: dict[str, Any], at: datetime) -> WorkingPattern:
        return days.enter(by=user, at=at, **answers)

    done = acting.carry_out(
        request, form, enter, said=lambda row: f"{row.user.name} works {row.words} from {day(row.from_on)}", to=here
    )
    today = timezone.localdate()
    context = {"form": form, "rows": list(days.of_those_answered_for(user, today)), "today": today}
    return done or page(request, "pages/working_days.html", context)


@dataclass(frozen=True)
class Signing:
    """Who signs for somebody in the days of an absence, and where one names somebody; empty where one may not."""

    names: str
    href: str


def _signing(rows: Sequence[Absence], user: User, at: datetime) -> dict[int, Signing]:
    """By absence (key), of those who sign: who does it for them meanwhile."""
    of_signers = [row for row in rows if readers.kinds_of(row.user)]
    named = readers.covered({row.user_id for row in of_signers}, at)
    return {row.pk: Signing(_names(row, named.get(row.user_id, [])), _address(row, user)) for row in of_signers}


def _names(row: Absence, found: Sequence[Delegation]) -> str:
    meanwhile = [
        each
        for each in found
        if each.until_on >= row.from_on and (row.until_on is None or each.from_on <= row.until_on)
    ]
    return " and ".join(f"{each.to.name} until {day(each.until_on)}" for each in meanwhile)


def _address(row: Absence, user: User) -> str:
    if not signing.may_name_for(row.user, by=user):
        return ""
    query = QueryDict(mutable=True)
    query.update({"of": str(row.user_id), "from_on": row.from_on.isoformat()})
    if row.until_on is not None:
        query["until_on"] = row.until_on.isoformat()
    return f"{reverse('pages:signs_for')}?{query.urlencode()}"


def _offered(row: Absence, user: User) -> str:
    may = readers.kinds_of(row.user) and signing.may_name_for(row.user, by=user)
    return ". Name who signs for them meanwhile" if may else ""
