"""The page behind the link of a web form: kept as typed, sent once, showing nothing of what we know."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.agencies.links.views import behind, fields_as_sent, is_saving, kept
from contacts.agencies.webforms.models import WebForm
from contacts.recording.rows import change_rows
from frontdoor import acting
from frontdoor.access import Refused
from frontdoor.api.problems import Problem
from frontdoor.api.webform.actions import take_behind_link
from frontdoor.api.webform.forms import MOST, NOUNS, WebScreen
from frontdoor.ui.responses import page

_BUTTON = re.compile(r"(add|remove)_\w+")


@behind(SecureLink.Purpose.CONTACT, used="partner/contact_received.html")
def form(request: HttpRequest, link: SecureLink) -> HttpResponse:
    """The form: opened as it was left, kept to go on later, or sent."""
    at = timezone.now()
    web_form = WebForm.objects.select_related("agency").filter(pk=link.row or 0, withdrawn_at=None).first()
    if web_form is None:
        return page(request, "partner/ended.html", status=404)
    links.opened(link=link, at=at)
    if request.method != "POST":
        return _shown(request, link, WebScreen(web_form, kept(link), judge=False))
    data = request.POST.copy()
    is_row = change_rows(data, NOUNS, most=MOST)
    for name in [name for name in data if _BUTTON.fullmatch(name)]:
        del data[name]
    is_sent = not is_row and not is_saving(request)
    screen = WebScreen(web_form, data, judge=is_sent)
    try:
        # Kept first, whatever becomes of it: nothing typed here is ever lost.
        links.keep_draft(link=link, body=fields_as_sent(data), at=at)
        if is_sent and screen.is_valid():
            take_behind_link(link=link, key=web_form.pk, body=screen.body(), at=at)
            return redirect(request.path)
    except Problem as problem:
        if problem.code == "idempotency_mismatch":  # sent in another window meanwhile
            return redirect(request.path)
        screen.place(problem)
    except Refused as refused:
        if refused.code == "submitted":
            return redirect(request.path)
        screen.judge = True
        acting.refuse(request, [screen.form], refused)
    is_kept = is_saving(request) and not screen.has_errors
    told = "Saved. Nothing has been sent yet: come back with the same link." if is_kept else ""
    return _shown(request, link, screen, told)


def _shown(request: HttpRequest, link: SecureLink, screen: WebScreen, told: str = "") -> HttpResponse:
    context = {"link": link, "screen": screen, "form": screen.form, "told": told, "most": MOST}
    return page(request, "partner/contact.html", context, status=422 if screen.has_errors else 200)
