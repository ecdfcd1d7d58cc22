"""The page on which a referral is given to somebody, with those of the child's brothers and sisters."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.ui.formats import joined
from frontdoor.ui.responses import page
from referrals import forms, teams
from referrals.allocating import Allocated, allocate_family
from referrals.allocation_forms import AllocateForm
from referrals.views.working import address_of, shown

TITLE = "Who will work on this referral?"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REFERRAL_ALLOCATE)
def allocate(request: StaffRequest, reference: str) -> HttpResponse:
    """Allocate a referral, and those of the family's other children that have no worker, in one form and one act."""
    user = request.user
    found = shown(request, reference)
    form = acting.form(request, AllocateForm, record=found, called=TITLE)
    form.offer_family(teams.waiting_with(found, user), user)
    forms.say_cases(form, user)
    audit.shows(request, [row.child for row in form.family if row.child is not None])

    def act(given: dict[str, Any], at: datetime) -> Allocated:
        plain = {name: value for name, value in given.items() if name != "others"}
        return allocate_family(referral=found, others=form.chosen(), by=user, at=at, **plain)

    done = acting.carry_out(
        request, form, act, said=lambda result: _told(request, result), to=address_of(found.reference)
    )
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": found,
            "form": form,
            "title": TITLE,
            "button": "Allocate",
            "who": found.child_name,
            "back": "referrals:referral",
        },
    )


def _told(request: StaffRequest, result: Allocated) -> str:
    """Who was allocated to whom; each who was not stands in a message of its own, with the reason."""
    for missed in result.refused:
        audit.refused(request, missed.why)
        messages.warning(
            request, f"Not allocated: {missed.referral.child_name}, {missed.referral.reference}. {missed.why.message}"
        )
    now = result.referral.current_allocation()
    names = joined([row.child_name for row in (result.referral, *result.others)])
    if now is None or now.worker is None:
        return f"{names}: in the team’s tray, without a worker yet."
    told = f"{names}: allocated to {now.worker.name}, {now.team.name}"
    is_told = now.worker_id != request.user.pk and (result.is_new or result.others)
    return f"{told}, who has been sent a notice." if is_told else f"{told}."
