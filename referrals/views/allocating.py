"""The pages on which a referral is given to somebody with those of the family, and what a worker holds to others."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.ui.formats import joined
from frontdoor.ui.responses import page
from referrals import forms, passing_on, readers, teams
from referrals.allocating import Allocated, NotAllocated, allocate_family
from referrals.allocation_forms import AllocateForm, PassOnForm
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
            "warnings": readers.warnings_of([found, *form.family], user),
            "label": lists.label,
        },
    )


def _told(request: StaffRequest, result: Allocated) -> str:
    """Who was allocated to whom; each who was not stands in a message of its own, with the reason."""
    _say_of_each(request, "Not allocated", result.refused)
    now = result.referral.current_allocation()
    names = joined([row.child_name for row in (result.referral, *result.others)])
    if now is None or now.worker is None:
        return f"{names}: in the team’s tray, without a worker yet."
    told = f"{names}: allocated to {now.worker.name}, {now.team.name}"
    is_told = now.worker_id != request.user.pk and (result.is_new or result.others)
    return f"{told}, who has been sent a notice." if is_told else f"{told}."


def _say_of_each(request: StaffRequest, what: str, missed: Iterable[NotAllocated]) -> None:
    for each in missed:
        audit.refused(request, each.why)
        messages.warning(request, f"{what}: {each.referral.child_name}, {each.referral.reference}. {each.why.message}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REFERRAL_ALLOCATE)
def pass_on(request: StaffRequest, key: int) -> HttpResponse:
    """Give what a worker holds to others, whole families together: before they leave, or while they are away."""
    user = request.user
    worker = get_object_or_404(User.objects.filter(is_machine=False), pk=key)
    families = passing_on.held_by(worker, user)
    form = acting.form(
        request, PassOnForm, called=f"Pass on the work of {worker.name}", worker=worker, families=families, user=user
    )
    audit.shows(request, [row.child for family in families for row in family if row.child is not None])
    done = acting.carry_out(
        request,
        form,
        lambda given, at: passing_on.pass_on(
            worker=worker, chosen=form.chosen(), by=user, at=at, reason=given["reason"]
        ),
        said=lambda result: _passed(request, result),
        to=request.path,
    )
    context = {"form": form, "worker": worker, "families": families}
    return done or page(request, "referrals/pass_on.html", context)


def _passed(request: StaffRequest, result: passing_on.PassedOn) -> str:
    """Who has what now; what stays where it was is said in messages of its own, with the reason."""
    _say_of_each(request, "Not passed on", result.refused)
    _say_of_each(request, "Passed on, but not all that hangs on it", result.stays)
    return " ".join(
        f"{joined([row.child_name for row in rows])}: passed to {name}, who has been sent a notice."
        for name, rows in passing_on.in_words(result).items()
    )
