"""Sharing the load: who is on duty and holds what, how the queue grew, what may be late; and the rota."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.queue import duty, load
from contacts.queue.forms import TurnForm
from frontdoor import audit
from frontdoor.access import Permission, Refused, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import OnDuty
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

P = Permission


@require_safe
@needs(P.CONTACT_SCREEN)
def shared(request: HttpRequest) -> HttpResponse:
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
def rota(request: HttpRequest) -> HttpResponse:
    """Turns that run or are to come; one added or ended."""
    user: Any = request.user
    now = timezone.now()
    ending = request.POST.get("end", "")
    if request.method == "POST" and ending.isascii() and ending.isdigit() and len(ending) < 16:
        turn = get_object_or_404(OnDuty, pk=int(ending))
        duty.end_turn(turn=turn, by=user, at=now)
        messages.success(request, "The turn is ended.")
        return redirect("contacts:rota")
    form = TurnForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            duty.add_turn(**form.cleaned_data, by=user, at=now)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "The turn is on the rota.")
            return redirect("contacts:rota")
    return page(request, "contacts/rota.html", {"form": form, "turns": load.turns(now), "now": now})
