"""Agencies and their webhooks: chosen, looked at, stopped, and messages sent again by hand."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import acting
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.api.webhooks import actions, readers
from frontdoor.api.webhooks.forms import EndpointForm
from frontdoor.api.webhooks.models import WebhookEndpoint
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
def agencies(request: StaffRequest) -> HttpResponse:
    """Every agency and how its webhooks stand."""
    return page(request, "agencies/list.html", {"lines": readers.lines()})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def webhooks(request: StaffRequest, code: str) -> HttpResponse:
    """One agency's webhooks; one is added here, and its secret shown this once."""
    agency = _agency(code)

    def show(form: EndpointForm, made: WebhookEndpoint | None = None, secret: str = "") -> HttpResponse:
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

    title = f"Webhook of {agency.name}"
    form = acting.form(request, EndpointForm, called=title)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.add(agency=agency, url=given["url"], by=request.user, at=at),
        to=lambda made: show(acting.form(request, EndpointForm, is_sent=False, called=title), *made),
    )
    return done or show(form)


@require_safe
@needs(P.AGENCY_MANAGE)
def one(request: StaffRequest, code: str, key: int) -> HttpResponse:
    """One webhook: how it stands, what was given up, what waits, and the last attempts."""
    return _shown(request, _endpoint(code, key))


def _shown(request: StaffRequest, endpoint: WebhookEndpoint, secret: str = "") -> HttpResponse:
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
def rotate(request: StaffRequest, code: str, key: int) -> HttpResponse:
    """A new secret, shown this once."""
    endpoint = _endpoint(code, key)
    return acting.at_once(
        request,
        lambda at: actions.rotate(endpoint=endpoint, by=request.user, at=at),
        to=lambda secret: _shown(request, _endpoint(code, key), secret),
        back=reverse("agencies:webhook", args=[code, key]),
    )


@require_POST
@needs(P.AGENCY_MANAGE)
def act(request: StaffRequest, code: str, key: int) -> HttpResponse:
    """Stop it, try it now, or have messages sent again."""
    endpoint = _endpoint(code, key)
    what, number = request.POST.get("do", ""), request.POST.get("seq", "")
    chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None
    if what not in ("stop", "try", "again") or (what == "again" and number and chosen is None):
        raise Http404

    def do(at: datetime) -> str:
        if what == "stop":
            actions.stop(endpoint=endpoint, by=request.user, at=at)
            return "Nothing is sent to this address any more."
        if what == "try":
            actions.try_now(endpoint=endpoint, by=request.user, at=at)
            return "Waiting messages will be sent within seconds."
        sent = actions.send_again(endpoint=endpoint, by=request.user, at=at, seq=chosen)
        return f"{'One message is' if sent == 1 else f'{sent} messages are'} sent again within seconds."

    return acting.at_once(request, do, said=lambda told: told, back=reverse("agencies:webhook", args=[code, key]))
