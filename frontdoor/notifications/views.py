"""The bell and the alert bar: one's own notices, and alerts until somebody takes them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from frontdoor import access, audit
from frontdoor.access import StaffRequest
from frontdoor.notifications import actions, screen
from frontdoor.ui.responses import page


@access.signed_in
def notices(request: StaffRequest) -> HttpResponse:
    """One's own notices: the urgent first, then what is not read by child, then what was read, fifty at a time."""
    before = request.GET.get("before", "")
    mark = int(before) if before.isdigit() and len(before) < 19 else None
    found = screen.page_of(request.user, timezone.now(), before=mark)
    if found.people or found.given_on:
        audit.shows(request, found.people, given_on=found.given_on)
    values = {
        "found": found,
        "older": f"?before={found.next}" if found.next else None,
        "newest": reverse("notifications:notices") if mark is not None else None,
    }
    return page(request, "notifications/notices.html", values)


@require_POST
@access.signed_in
def read(request: StaffRequest) -> HttpResponse:
    """Mark one's own notices read: those named, or all."""
    chosen = [int(each) for each in request.POST.getlist("notice") if each.isdigit() and len(each) < 19]
    everything = request.POST.get("all") == "yes"
    actions.mark_read(by=request.user, at=timezone.now(), notices=None if everything else chosen)
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
