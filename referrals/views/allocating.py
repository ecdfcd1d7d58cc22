"""The pages on which a referral is given to somebody with those of the family, and what a worker holds to others."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.accounts.models import Team, User
from frontdoor.codelists import lists
from frontdoor.ui.formats import joined
from frontdoor.ui.responses import page
from referrals import forms, holding, passing_on, readers, teams
from referrals.allocating import Allocated, GivenOut, NotAllocated, allocate_families, allocate_family
from referrals.allocation_forms import AllocateForm, BoardFilter, GiveOutForm, PassOnForm
from referrals.caseload import board as boards
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
        for name, rows in passing_on.by_colleague(result.passed).items()
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REFERRAL_ALLOCATE)
def board(request: StaffRequest) -> HttpResponse:
    """Who waits for a worker in a team, whom they could go to, what everybody holds; families are given out here."""
    user, now = request.user, timezone.now()
    every = list(holding.teams())
    code = request.GET.get("team", "")
    shown_teams = [team for team in every if team.code == code] if code else _own(user, every)
    here = f"{reverse('referrals:board')}?{urlencode({'team': code})}" if code else reverse("referrals:board")
    found = boards.read(shown_teams, user, now)
    form = acting.form(request, GiveOutForm, board=found)
    rows = [row for family in found.families for row in family.referrals]
    audit.shows(request, [row.child for row in rows if row.child is not None], reason="on the allocation board")
    done = acting.carry_out(
        request,
        form,
        lambda given, at: allocate_families(chosen=form.chosen(), by=user, at=at),
        said=lambda result: _given_out(request, result),
        to=here,
    )
    context = {
        "form": form,
        "board": found,
        "filter": BoardFilter(initial={"team": code}, teams=every),
        "names": [team.name for team in shown_teams],
        "bars": [(load.worker.name, load.filled) for load in found.loads],
        "warnings": readers.warnings_of(rows, user),
        "now": now,
    }
    return done or page(request, "referrals/board.html", context)


def _own(user: User, every: Sequence[Team]) -> list[Team]:
    """The teams of a manager that hold cases; where theirs hold none, all that do."""
    mine = {team.pk for team in teams.of_manager(user)}
    return [team for team in every if team.pk in mine] or list(every)


def _given_out(request: StaffRequest, result: GivenOut) -> str:
    """Who has what now; each who still waits stands in a message of its own, with the reason."""
    _say_of_each(request, "Not allocated", result.refused)
    return " ".join(
        f"{joined([row.child_name for row in rows])}: allocated to {name}"
        + ("." if name == request.user.name else ", who has been sent a notice.")
        for name, rows in passing_on.by_colleague(result.given).items()
    )
