"""Who is away, and who works on which days: one's own, and for a manager those of the team."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, holds, signed_in
from frontdoor.accounts.models import Absence, WorkingPattern
from frontdoor.pages.staff_forms import AbsenceForm, WorkingDaysForm
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
        request, form, enter, said=lambda row: f"{row.user.name} is entered as {row.words}", to=here
    )
    now = timezone.now()
    context = {
        "form": form,
        "rows": list(theirs.to_come(now).select_related("user", "entered_by").order_by("from_on", "pk")),
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
