"""What every page behind a secure link has in common: the link checked, tries counted, the draft kept, the receipt."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from contacts.agencies.links import actions
from contacts.agencies.links.models import SecureLink
from frontdoor import acting, audit
from frontdoor.access import Refused, public
from frontdoor.networks import network
from frontdoor.ui.forms import UiForm
from frontdoor.ui.responses import error, page

Form = TypeVar("Form", bound=UiForm)
PartnerView = Callable[..., HttpResponse]


def behind(purpose: str, *, used: str = "partner/receipt.html") -> Callable[[PartnerView], PartnerView]:
    """Decorate a view: only the holder of a link for this purpose gets in, and not too often.

    A link that is wrong, over or taken back gets the same 404. The view is called with the link; of one that has been
    used only the page ``used`` is shown.
    """

    def decorate(view: PartnerView) -> PartnerView:
        @public
        @sensitive_variables("token")
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponse:
            at = timezone.now()
            if request.method not in ("GET", "HEAD", "POST"):
                answer = error(request, 404)
                answer.status_code = 405
                answer["Allow"] = "GET, HEAD, POST"
                return answer
            link = actions.find(token, purpose, at)
            # Guesses are counted where they come from, a right link by itself: guessing shuts no partner out, not
            # even one behind the same address.
            if not actions.may_try(network(request) if link is None else f"link {link.pk}", at):
                answer = error(
                    request, 429, "There have been too many attempts. Wait a minute and open the link again."
                )
                answer["Retry-After"] = "60"
                return answer
            if link is None:
                return page(request, "partner/ended.html", status=404)
            audit.shows_outside(request, event="link.read", agency=link.agency, reference=link.reference)
            answer = receipt(request, link, used) if link.used_at is not None else view(request, link)
            answer["Cache-Control"] = "no-store"
            return answer

        return guarded

    return decorate


def receipt(request: HttpRequest, link: SecureLink, template: str) -> HttpResponse:
    """That it has been received, with its reference, and nothing else."""
    return page(request, template, {"link": link, "is_again": request.method == "POST"})


def kept(link: SecureLink) -> QueryDict | None:
    """The form as it was typed, if anything was kept."""
    return QueryDict(bytes(link.body)) if link.body else None


def opened_form(request: HttpRequest, kind: type[Form], link: SecureLink) -> Form:
    """The form as it was sent, or filled with what is kept behind the link."""
    if request.method != "POST":
        return kind(initial=dict(parse_qsl(bytes(link.body).decode(), keep_blank_values=True)))
    made = kind(request.POST)
    made.is_sent = True
    return made


def carry_out(
    request: HttpRequest, link: SecureLink, form: UiForm, act: Callable[[dict[str, Any], datetime], object]
) -> HttpResponse | None:
    """Keep what was sent behind the link and carry the act out; None when the page is to be shown with the form.

    The same as ``acting.carry_out`` for somebody who has a link and no account. Sent with ``save`` it is only kept.
    """
    if not form.is_sent:
        return None
    at = timezone.now()
    try:
        actions.keep_draft(link=link, body=network_body(request), at=at)
        if is_saving(request):
            form.show_as_typed()
            return None
        if not form.is_valid():
            return None
        act(form.cleaned_data, at)
    except Refused as refused:
        acting.refuse(request, [form], refused)
        return None
    return redirect(request.path)


def is_saving(request: HttpRequest) -> bool:
    """Whether the form was sent only to be kept."""
    return "save" in request.POST


def network_body(request: HttpRequest) -> bytes:
    """The fields as sent, without what belongs to the sending itself."""
    return fields_as_sent(request.POST)


def fields_as_sent(sent: QueryDict) -> bytes:
    """The same of fields that were put in order first."""
    data = sent.copy()
    for name in ("csrfmiddlewaretoken", "save", "send"):
        data.pop(name, None)
    return str(data.urlencode()).encode()
