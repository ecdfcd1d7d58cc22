"""The bell and the alert bar: one's own notices, and alerts until somebody takes them."""

from datetime import UTC, datetime
from urllib.parse import urlencode

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
    mark = _key(request.GET.get("before", ""))
    marked = _moment(request.GET.get("marked", ""))
    found = screen.page_of(request.user, timezone.now(), before=mark)
    if found.people or found.given_on:
        audit.shows(request, found.people, given_on=found.given_on)
    values = {
        "found": found,
        "older": f"?before={found.next}" if found.next else None,
        "newest": reverse("notifications:notices") if mark is not None else None,
        "marked": screen.marked_at(request.user, marked) if marked is not None else 0,
        "marked_at": marked.isoformat() if marked is not None else "",
    }
    return page(request, "notifications/notices.html", values)


@require_POST
@access.signed_in
def read(request: StaffRequest) -> HttpResponse:
    """Mark one's own notices read, those named or all that the page knew of; or take one such press back."""
    page_of_notices = reverse("notifications:notices")
    undone = _moment(request.POST.get("undo", ""))
    if undone is not None:
        number = actions.mark_unread(by=request.user, read_at=undone)
        messages.success(request, f"{number} notice{'' if number == 1 else 's'} marked as new again.")
        return redirect(page_of_notices)
    chosen = [key for each in request.POST.getlist("notice") if (key := _key(each)) is not None]
    everything = request.POST.get("all") == "yes"
    now = timezone.now()
    until = _key(request.POST.get("until", ""))
    actions.mark_read(by=request.user, at=now, notices=None if everything else chosen, until=until)
    return redirect(f"{page_of_notices}?{urlencode({'marked': now.isoformat()})}")


def _key(given: str) -> int | None:
    """The key of a notice as an address or a form has it; None for anything else."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _moment(given: str) -> datetime | None:
    """A moment as an address or a form has it; None for anything else."""
    try:
        found = datetime.fromisoformat(given)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


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
