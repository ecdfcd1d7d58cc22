"""The plain early-help form behind a secure link: kept as typed, sent once, told nothing of what we know."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from assessments.early_help.forms import EarlyHelpScreen, asks_for_rows
from assessments.early_help.steps import record_behind_link
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.links.views import behind, kept, network_body
from frontdoor import acting
from frontdoor.access import Refused
from frontdoor.ui.responses import page


@behind(SecureLink.Purpose.EARLY_HELP)
def form(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """The form: opened as it was left, saved to go on later, or sent."""
    at = timezone.now()
    links.opened(link=link, at=at)
    told = ""
    if request.method != "POST":
        typed = kept(link)
        first = {"organisation": link.agency.name if link.agency else ""}
        screen = EarlyHelpScreen(typed, judge=False) if typed is not None else EarlyHelpScreen(initial=first)
        return _page(request, link, screen)
    sending = "save" not in request.POST and not asks_for_rows(request.POST)
    screen = EarlyHelpScreen(request.POST, judge=sending)
    try:
        # Kept first, whatever becomes of it: nothing typed here is ever lost.
        links.keep_draft(link=link, body=network_body(request), at=at)
        if sending and screen.is_valid():
            record_behind_link(link=link, facts=screen.facts(), at=at)
            return redirect(request.path)
    except Refused as refused:
        acting.refuse(request, [screen.form], refused)
        if refused.code == "submitted":
            return redirect(request.path)
    if "save" in request.POST:
        told = "Saved. You can close this page and come back later, from any device, with the same link."
    return _page(request, link, screen, told)


def _page(request: HttpRequest, link: SecureLink, screen: EarlyHelpScreen, told: str = "") -> HttpResponse:
    wrong = screen.form.is_bound and screen.judge and not screen.is_valid()
    return page(
        request,
        "partner/early_help.html",
        {"link": link, "screen": screen, "form": screen.form if wrong else None, "told": told},
        status=422 if wrong else 200,
    )
