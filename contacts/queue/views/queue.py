"""The queue page, and claiming from it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts.models import Contact
from contacts.queue import actions as queue_actions
from contacts.queue import readers as queue
from contacts.recording.forms import kinds
from contacts.screening import actions
from contacts.screening.forms import QueueFilter
from frontdoor import audit
from frontdoor.access import Denied, Permission, Refused, get_visible, holds, signed_in
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.ui.responses import page

View = Callable[..., HttpResponse]
P = Permission


def _screeners(view: View) -> View:
    """Those who see the whole queue and those who screen it: contact officers screen too."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not (holds(request.user, P.QUEUE_VIEW) or holds(request.user, P.CONTACT_SCREEN)):
            raise Denied(P.QUEUE_VIEW)
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@signed_in
@_screeners
def listing(request: HttpRequest) -> HttpResponse:
    """Open contacts and fast tracks, first what cannot wait."""
    now = timezone.now()
    wanted = queue.Wanted.of(request.GET)
    found = queue.read(request.user, wanted, now)
    if found.people:
        audit.shows(request, found.people, reason="on the queue")
    chosen = {"tab": wanted.tab, "type": wanted.kind, "grade": wanted.grade, "state": wanted.state}
    if wanted.is_oldest_first:
        chosen["order"] = "oldest"

    def address(**changed: str) -> str:
        query = urlencode({key: value for key, value in {**chosen, **changed}.items() if value})
        return f"{request.path}?{query}" if query else request.path

    words = {"type": dict(kinds()), "grade": dict(lists.choices("grade")) | {"none": "No grade yet"}}
    words["state"] = dict(queue.STATES)
    return page(
        request,
        "contacts/queue.html",
        {
            "now": now,
            "lines": found.lines,
            "wanted": wanted,
            "tabs": [
                {"href": address(tab=key), "text": text, "active": key == wanted.tab, "count": count}
                for key, text, count in queue.tabs(request.user, now)
            ],
            "filter": QueueFilter(initial=chosen),
            "chosen": [
                {"text": words[key].get(chosen[key], chosen[key]), "href": address(**{key: ""})}
                for key in ("type", "grade", "state")
                if chosen[key]
            ],
            "clear_href": address(type="", grade="", state=""),
            "order_href": address(order="" if wanted.is_oldest_first else "oldest"),
            "first_href": address() if wanted.after else "",
            "next_href": address(after=found.after) if found.after else "",
            "may_claim": holds(request.user, P.CONTACT_SCREEN),
            "may_sign": holds(request.user, P.CONTACT_SIGN_OFF),
            "may_feed": holds(request.user, P.FEED_HANDLE),
            "may_weigh": holds(request.user, P.RULES_MANAGE),
            "since": now.isoformat(),
            "back": "?" + urlencode(chosen) if any(chosen.values()) else "",
            "views": [
                {
                    "key": view.pk,
                    "name": view.name,
                    "href": f"{request.path}?{view.query}" if view.query else request.path,
                }
                for view in queue_actions.views_of(request.user)  # type: ignore[arg-type]
            ],
            "saved": {key: value for key, value in chosen.items() if value},
        },
        fragment="contacts/_queue.html",
    )


@require_POST
@signed_in
@_screeners
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the queue under a name, or take a kept view away."""
    user: Any = request.user
    if "drop" in request.POST:
        key = request.POST["drop"]
        if key.isascii() and key.isdigit() and len(key) < 16:
            queue_actions.drop_view(by=user, key=int(key))
        messages.success(request, "The view is taken away.")
        return redirect("contacts:queue")
    wanted = queue.Wanted.of(request.POST)
    chosen = {"tab": wanted.tab, "type": wanted.kind, "grade": wanted.grade, "state": wanted.state}
    chosen["order"] = "oldest" if wanted.is_oldest_first else ""
    try:
        view = queue_actions.save_view(by=user, name=request.POST.get("name", ""), chosen=chosen)
    except Refused as refused:
        audit.refused(request, refused)
        messages.warning(request, refused.message)
        return redirect("contacts:queue")
    messages.success(request, "The view is kept.")
    return redirect(f"{reverse('contacts:queue')}?{view.query}")


@require_POST
@needs(P.CONTACT_SCREEN)
def claim(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a contact by name and go to it; when somebody else holds it, say who."""
    user: Any = request.user
    contact: Contact = get_visible(Contact, user, reference)
    claim_it = queue_actions.claim_together if request.POST.get("from") == "queue" else actions.claim
    try:
        claim_it(contact=contact, by=user, at=timezone.now())
    except Refused as refused:
        audit.refused(request, refused)
        messages.warning(request, f"{contact.reference} was not claimed. {refused.message}")
        return redirect("contacts:queue" if request.POST.get("from") == "queue" else "contacts:contact", *(
            [] if request.POST.get("from") == "queue" else [contact.reference]
        ))  # fmt: skip
    return redirect("contacts:contact", contact.reference)
