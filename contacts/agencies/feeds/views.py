"""Files of notifications: sending one, what could not be read, and agencies that may send without a grade."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.agencies.actions import allow_ungraded
from contacts.agencies.feeds import actions
from contacts.agencies.feeds.forms import DropForm, SendOnForm, SetAsideForm, UngradedForm
from contacts.agencies.feeds.models import FeedFile, Quarantined
from contacts.models import Contact
from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.clocks.working_days import london_date
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

P = Permission
SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.FEED_HANDLE)
def feeds(request: HttpRequest) -> HttpResponse:
    """Send a file of notifications; the last files and what became of them."""
    user: Any = request.user
    form = DropForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        now = timezone.now()
        content = sent.read()
        file = actions.drop(agency=form.cleaned_data["agency"], name=sent.name, content=content, by=user, at=now)
        if len(content) <= actions.AT_ONCE:
            file = actions.take(file=file, at=now)
        messages.success(request, _became(file))
        return redirect("contacts:quarantine" if file.unread else "contacts:feeds")
    files = FeedFile.objects.defer("content").select_related("agency", "received_by").order_by("-pk")[:SHOWN]
    waiting = Quarantined.objects.visible_to(user).waiting().count()
    return page(request, "contacts/feeds.html", {"form": form, "files": files, "waiting": waiting})


def _became(file: FeedFile) -> str:
    if file.finished_at is None:
        return "The file is kept. It is taken in within some minutes: look here again."
    return (
        f"{file.taken:,} taken in, {file.updates:,} updates, {file.known:,} known already, "
        f"{file.unread:,} could not be read"
    )


@require_safe
@needs(P.FEED_HANDLE)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Messages that could not be read and wait for somebody."""
    user: Any = request.user
    waiting = Quarantined.objects.visible_to(user).waiting()
    rows = waiting.defer("content", "file__content")[:SHOWN]
    return page(request, "contacts/quarantine.html", {"rows": rows, "total": waiting.count(), "shown": SHOWN})


def _message(request: HttpRequest, key: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    """The page of one message. Its text is shown while it waits; afterwards it stands on the contacts it became."""
    user: Any = request.user
    rows = (
        Quarantined.objects.visible_to(user)
        .select_related("file__agency", "looked_by", "sent_on_by", "set_aside_by", "corrected_as")
        .defer("file__content", "corrected_as__content")
    )
    found = get_object_or_404(rows, pk=key)
    found = actions.look(message=found, by=user, at=timezone.now())
    made: list[Contact] = []
    if found.corrected_as is not None:
        visible = Contact.objects.visible_to(user)
        made = list(visible.filter(feed_items__file=found.corrected_as_id).order_by("pk"))
    forms = {
        "send_on_form": SendOnForm(initial={"text": found.text}),
        "set_aside_form": SetAsideForm(),
        **(bound or {}),
    }
    failed = next((form for form in forms.values() if form.is_bound), None)
    return page(request, "contacts/quarantined.html", {"message": found, "made": made, "form": failed, **forms})


@require_safe
@needs(P.FEED_HANDLE)
def message(request: HttpRequest, key: int) -> HttpResponse:
    """One message as it was received, and what may be done with it."""
    return _message(request, key)


@require_POST
@needs(P.FEED_HANDLE)
def send_on(request: HttpRequest, key: int) -> HttpResponse:
    """Take a corrected message in."""
    user: Any = request.user
    found = get_object_or_404(Quarantined, pk=key)
    form = SendOnForm(request.POST)
    if form.is_valid():
        now = timezone.now()
        try:
            file = actions.send_on(message=found, text=form.cleaned_data["text"], by=user, at=now)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error("text" if refused.field else None, refused.message)
        else:
            messages.success(request, f"Sent on: {_became(actions.take(file=file, at=now))}")
            return redirect("contacts:quarantine")
    return _message(request, key, {"send_on_form": form})


@require_POST
@needs(P.FEED_HANDLE)
def set_aside(request: HttpRequest, key: int) -> HttpResponse:
    """Set a message aside with a reason."""
    user: Any = request.user
    found = get_object_or_404(Quarantined, pk=key)
    form = SetAsideForm(request.POST)
    if form.is_valid():
        try:
            actions.set_aside(message=found, reason=form.cleaned_data["reason"], by=user, at=timezone.now())
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, "Set aside. It stays kept with your reason.")
            return redirect("contacts:quarantine")
    return _message(request, key, {"set_aside_form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def ungraded(request: HttpRequest) -> HttpResponse:
    """Agencies that may send notifications without a grade for the time being."""
    user: Any = request.user
    form = UngradedForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            allow_ungraded(
                agency=given["agency"], until=given["until"], reason=given["reason"], by=user, at=timezone.now()
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, "Kept")
            return redirect("contacts:ungraded")
    today = london_date(timezone.now())
    rows = Agency.objects.filter(may_send_ungraded_until__gte=today).order_by("name")
    return page(request, "contacts/ungraded.html", {"form": form, "agencies": rows})
