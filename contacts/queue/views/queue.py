"""The queue page, and claiming from it."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts import taken
from contacts.models import Contact
from contacts.queue import actions as queue_actions
from contacts.queue import readers as queue
from contacts.queue.forms import ViewForm
from contacts.recording.forms import kinds
from contacts.screening import actions
from contacts.screening.forms import QueueFilter
from frontdoor import acting, asked, audit
from frontdoor.access import Denied, Permission, StaffRequest, holds, signed_in
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.ui.responses import page

View = Callable[..., HttpResponse]
P = Permission


def _screeners(view: View) -> View:
    """Those who see the whole queue and those who screen it: contact officers screen too."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not (holds(request.user, P.QUEUE_VIEW) or holds(request.user, P.CONTACT_SCREEN)):
            raise Denied(P.QUEUE_VIEW)
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@signed_in
@_screeners
def listing(request: StaffRequest) -> HttpResponse:
    """Open contacts and fast tracks, first what cannot wait."""
    return _show(request, request.GET, acting.form(request, ViewForm))


def _show(request: StaffRequest, filters: QueryDict, view_form: ViewForm) -> HttpResponse:
    """The page of the contacts these filters let through; ``view_form`` names a view of them."""
    now = timezone.now()
    here = reverse("contacts:queue")
    key = str(filters.get("s", ""))
    wanted = queue.Wanted.of(filters, asked.words(request, key))
    found = queue.read(request.user, wanted, now)
    if found.people or found.given_on:
        audit.shows(request, found.people, reason="on the queue", given_on=found.given_on)
    saved = {"tab": wanted.tab, "type": wanted.kind, "grade": wanted.grade, "state": wanted.state}
    if wanted.is_oldest_first:
        saved["order"] = "oldest"
    # Of a name looked for, the address has the key alone; a view kept under a name of its own has not even that.
    chosen = {**saved, "s": key} if wanted.name else saved

    def address(**changed: str) -> str:
        query = urlencode({key: value for key, value in {**chosen, **changed}.items() if value})
        return f"{here}?{query}" if query else here

    words = {"type": dict(kinds()), "grade": dict(lists.choices("grade")) | {"none": "No grade yet"}}
    words["state"] = dict(queue.STATES)
    return page(
        request,
        "contacts/queue.html",
        {
            "now": now,
            "lines": found.lines,
            "taken": taken.lines(request.user),
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
            ]
            + ([{"text": f"Named {wanted.name}", "href": address(s="")}] if wanted.name else []),
            "clear_href": address(type="", grade="", state="", s=""),
            "order_href": address(order="" if wanted.is_oldest_first else "oldest"),
            "first_href": address() if wanted.after else "",
            "next_href": address(after=found.after) if found.after else "",
            "may_claim": holds(request.user, P.CONTACT_SCREEN),
            "is_compact": queue_actions.is_compact(request.user),
            "may_sign": holds(request.user, P.CONTACT_SIGN_OFF),
            "may_feed": holds(request.user, P.FEED_HANDLE),
            "may_weigh": holds(request.user, P.RULES_MANAGE),
            "since": now.isoformat(),
            "back": "?" + urlencode(chosen) if any(chosen.values()) else "",
            "views": [
                {
                    "key": view.pk,
                    "name": view.name,
                    "href": f"{here}?{view.query}" if view.query else here,
                }
                for view in queue_actions.views_of(request.user)
            ],
            "form": view_form,
            "saved": {key: value for key, value in saved.items() if value},
            "asked_key": key if wanted.name else "",
        },
        fragment="contacts/_queue.html",
    )


@require_POST
@signed_in
@_screeners
def find(request: StaffRequest) -> HttpResponse:
    """Show of the queue, as it is filtered, those about somebody of this name: kept for the session, never in an
    address. The whole queue is looked through, not only the page."""
    typed = " ".join(request.POST.get("name", "").split())
    return redirect(_as_filtered(request.POST, s=asked.keep(request, typed) if typed else ""))


def _as_filtered(sent: QueryDict, **more: str) -> str:
    """The address of the queue with the filters sent along by a form on it."""
    kept = {name: sent.get(name, "")[:40] for name in ("tab", "type", "grade", "state", "order")} | more
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{reverse('contacts:queue')}?{query}" if query else reverse("contacts:queue")


@require_POST
@signed_in
@_screeners
def density(request: StaffRequest) -> HttpResponse:
    """Show the lines in one row each, or whole, from now on and wherever this user signs in."""
    return acting.at_once(
        request,
        lambda at: queue_actions.set_density(by=request.user, is_compact=request.POST.get("density") == "compact"),
        back=_as_filtered(request.POST, s=request.POST.get("s", "")[:40]),
    )


@require_POST
@signed_in
@_screeners
def save_view(request: StaffRequest) -> HttpResponse:
    """Keep the filters of the queue under a name, or take a kept view away."""
    here = reverse("contacts:queue")
    dropped = request.POST.get("drop", "")
    form = acting.form(request, ViewForm, at=here, is_sent=not dropped)
    if dropped:
        key = int(dropped) if dropped.isascii() and dropped.isdigit() and len(dropped) < 16 else 0
        return acting.at_once(
            request,
            lambda at: queue_actions.drop_view(by=request.user, key=key),
            said="The view has been deleted.",
            back=here,
        )
    wanted = queue.Wanted.of(request.POST)
    chosen = {"tab": wanted.tab, "type": wanted.kind, "grade": wanted.grade, "state": wanted.state}
    chosen["order"] = "oldest" if wanted.is_oldest_first else ""
    done = acting.carry_out(
        request,
        form,
        lambda given, at: queue_actions.save_view(by=request.user, name=given["name"], chosen=chosen),
        said="The view has been saved.",
        to=lambda view: f"{here}?{view.query}",
    )
    return done or _show(request, request.POST, form)


@require_POST
@needs(P.CONTACT_SCREEN)
def claim(request: StaffRequest, reference: str) -> HttpResponse:
    """Take a contact by name and go to it; when somebody else holds it, say who."""
    contact = taken.to_act_on(Contact, request.user, reference)
    is_on_queue = request.POST.get("from") == "queue"
    claim_it = queue_actions.claim_together if is_on_queue else actions.claim
    here = reverse("contacts:contact", args=[contact.reference])
    return acting.at_once(
        request,
        lambda at: claim_it(contact=contact, by=request.user, at=at),
        unsaid=f"{contact.reference} was not claimed.",
        to=here,
        back=reverse("contacts:queue") if is_on_queue else here,
    )
