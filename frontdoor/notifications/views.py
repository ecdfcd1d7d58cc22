"""The bell and the alert bar: one's own notices, and alerts until somebody takes them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from frontdoor import access
from frontdoor.access import StaffRequest
from frontdoor.notifications import actions, screen
from frontdoor.ui.responses import page

SHOWN = 50


@access.signed_in
def notices(request: StaffRequest) -> HttpResponse:
    """One's own notices, newest first, fifty at a time by key."""
    rows = screen.notices_of(request.user)
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: SHOWN + 1])
    older = f"?before={found[SHOWN - 1].pk}" if len(found) > SHOWN else None
    newer = reverse("notifications:notices") if before else None
    return page(request, "notifications/notices.html", {"notices": found[:SHOWN], "older": older, "newest": newer})


@require_POST
@access.signed_in
def read(request: StaffRequest) -> HttpResponse:
    """Mark one of one's own notices read, or all."""
    chosen = request.POST.get("notice", "")
    number = int(chosen) if chosen.isdigit() and len(chosen) < 19 else None
    actions.mark_read(by=request.user, at=timezone.now(), notice_id=number)
    return redirect("notifications:notices")


@access.signed_in
def alerts(request: StaffRequest) -> HttpResponse:
    """The alerts that wait for a person: a page, and the bar alone for the poll of every screen."""
    lines = screen.alert_lines(request.user)
    return page(request, "notifications/alerts.html", {"lines": lines}, fragment="notifications/_bar.html")


@require_POST
@access.signed_in
def take(request: StaffRequest, alert_id: int) -> HttpResponse:
    """Take an alert by name and go to what it is about."""
    alert = screen.alert_told_to(request.user, alert_id)
    if alert is None:
        raise Http404
    actions.take_alert(alert=alert, by=request.user, at=timezone.now())
    messages.success(request, "You have taken the alert. It has left every other screen.")
    return redirect(alert.path or "notifications:alerts")
