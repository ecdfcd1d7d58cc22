"""Agencies and their webhooks: chosen, looked at, stopped, and messages sent again by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.api.webhooks import actions, readers
from frontdoor.api.webhooks.forms import EndpointForm
from frontdoor.api.webhooks.models import WebhookEndpoint
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

P = Permission


def _agency(code: str) -> Agency:
    found = readers.agency_named(code)
    if found is None:
        raise Http404
    return found


def _endpoint(code: str, key: int) -> WebhookEndpoint:
    found = readers.one_of(_agency(code), key)
    if found is None:
        raise Http404
    return found


@require_safe
@needs(P.AGENCY_MANAGE)
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency and how its webhooks stand."""
    return page(request, "agencies/list.html", {"lines": readers.lines()})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def webhooks(request: HttpRequest, code: str) -> HttpResponse:
    """One agency's webhooks; one is added here, and its secret shown this once."""
    user: Any = request.user
    agency = _agency(code)
    form = EndpointForm(posted(request))
    secret = ""
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.add(agency=agency, url=form.cleaned_data["url"], by=user, at=timezone.now())
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            form = EndpointForm()
    return page(
        request,
        "agencies/webhooks.html",
        {
            "agency": agency,
            "form": form,
            "secret": secret,
            "made": made,
            "standings": readers.of_agency(agency),
            "last_number": readers.last_number(agency),
        },
    )


@require_safe
@needs(P.AGENCY_MANAGE)
def one(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """One webhook: how it stands, what was given up, what waits, and the last attempts."""
    return _shown(request, _endpoint(code, key))


def _shown(request: HttpRequest, endpoint: WebhookEndpoint, secret: str = "") -> HttpResponse:
    return page(
        request,
        "agencies/webhook.html",
        {
            "endpoint": endpoint,
            "standing": readers.standings([endpoint])[0],
            "dead": readers.dead_letters(endpoint),
            "waiting": readers.still_waiting(endpoint),
            "attempts": readers.attempts(endpoint),
            "secret": secret,
            "now": timezone.now(),
            "shown": readers.SHOWN,
        },
    )


@require_POST
@needs(P.AGENCY_MANAGE)
def rotate(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A new secret, shown this once."""
    user: Any = request.user
    endpoint = _endpoint(code, key)
    secret = actions.rotate(endpoint=endpoint, by=user, at=timezone.now())
    return _shown(request, _endpoint(code, key), secret)


@require_POST
@needs(P.AGENCY_MANAGE)
def act(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Stop it, try it now, or have messages sent again."""
    user: Any = request.user
    endpoint = _endpoint(code, key)
    now = timezone.now()
    what, number = request.POST.get("do", ""), request.POST.get("seq", "")
    if what == "stop":
        actions.stop(endpoint=endpoint, by=user, at=now)
        messages.success(request, "Nothing is sent to this address any more.")
    elif what == "try":
        actions.try_now(endpoint=endpoint, by=user, at=now)
        messages.success(request, "What waits is tried within seconds.")
    elif what == "again":
        chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None
        if number and chosen is None:
            raise Http404
        sent = actions.send_again(endpoint=endpoint, by=user, at=now, seq=chosen)
        messages.success(
            request, f"{'One message is' if sent == 1 else f'{sent} messages are'} sent again within seconds."
        )
    else:
        raise Http404
    return redirect("agencies:webhook", code, key)
