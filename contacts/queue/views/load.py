"""Sharing the load: who is on duty and holds what, how the queue grew, what may be late; and the rota."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.queue import duty, load
from contacts.queue.forms import TurnForm
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import OnDuty
from frontdoor.ui.responses import page

P = Permission


@require_safe
@needs(P.CONTACT_SCREEN)
def shared(request: StaffRequest) -> HttpResponse:
    """How the load stands now."""
    now = timezone.now()
    points, totals = load.depth(request.user, now)
    return page(
        request,
        "contacts/load.html",
        {
            "now": now,
            "on_duty": load.on_duty_now(now),
            "holdings": load.holdings(request.user, now),
            "points": points,
            "totals": totals,
            "oldest": load.oldest(request.user),
            "forecast": load.forecast(request.user, now),
            "may_plan": holds(request.user, P.CONTACT_DECIDE_ANY),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_DECIDE_ANY)
def rota(request: StaffRequest) -> HttpResponse:
    """Turns that run or are to come; one added or ended."""
    now = timezone.now()
    ending = request.POST.get("end", "")
    if request.method == "POST" and ending.isascii() and ending.isdigit() and len(ending) < 16:
        turn = get_object_or_404(OnDuty, pk=int(ending))
        return acting.at_once(
            request,
            lambda at: duty.end_turn(turn=turn, by=request.user, at=at),
            said="Their time on the rota has ended.",
            back=reverse("contacts:rota"),
        )
    form = acting.form(request, TurnForm, is_sent=not ending)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: duty.add_turn(**given, by=request.user, at=at),
        said="They are on the rota.",
        to=reverse("contacts:rota"),
    )
    return done or page(request, "contacts/rota.html", {"form": form, "turns": load.turns(now), "now": now})
