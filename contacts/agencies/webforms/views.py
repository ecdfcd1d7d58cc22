"""Web forms for professionals: sent while they are on the telephone, listed with how far each has come, withdrawn."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.agencies.webforms import actions, readers
from contacts.agencies.webforms.forms import SendForm
from contacts.agencies.webforms.models import WebForm
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.ui.responses import page

P = Permission


@require_safe
@needs(P.WEB_FORM_SEND)
def web_forms(request: StaffRequest) -> HttpResponse:
    """The web forms that were sent."""
    return page(request, "contacts/web_forms.html", {"lines": readers.lines(timezone.now()), "shown": readers.SHOWN})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.WEB_FORM_SEND)
def send(request: StaffRequest) -> HttpResponse:
    """Send one to a named professional."""
    form = acting.form(request, SendForm)

    def do(given: dict[str, Any], at: datetime) -> WebForm:
        return actions.send(by=request.user, at=at, **given)

    done = acting.carry_out(
        request, form, do, said="The link is on its way to the address you gave.", to=reverse("contacts:web_forms")
    )
    rule = actions.rule_on(timezone.now())
    return done or page(request, "contacts/web_form_send.html", {"form": form, "hours": rule.hours})


@require_POST
@needs(P.WEB_FORM_SEND)
def withdraw(request: StaffRequest, key: int) -> HttpResponse:
    """Take one back."""
    found = get_object_or_404(WebForm.objects.select_related("agency"), pk=key)
    return acting.at_once(
        request,
        lambda at: actions.withdraw(web_form=found, by=request.user, at=at),
        said="The web form no longer works.",
        back=reverse("contacts:web_forms"),
    )
