"""Files of notifications: sending one, what could not be read, and agencies that may send without a grade."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.agencies import allow_ungraded
from contacts.feed_forms import DropForm, SendOnForm, SetAsideForm, UngradedForm
from contacts.feeds import actions
from contacts.models import FeedFile, Quarantined
from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.clocks.working_days import london_date
from frontdoor.ui.responses import page

P = Permission
SHOWN = 50


def _waiting() -> Any:
    rows = Quarantined.objects.filter(sent_on_at__isnull=True, set_aside_at__isnull=True)
    return rows.select_related("file__agency", "looked_by").order_by("pk")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.FEED_HANDLE)
def feeds(request: HttpRequest) -> HttpResponse:
    """Send a file of notifications; the last files and what became of them."""
    form = DropForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        file = actions.drop(
            agency=form.cleaned_data["agency"], name=sent.name, content=sent.read(),
            by=request.user, at=timezone.now(),  # type: ignore[arg-type]
        )  # fmt: skip
        messages.success(
            request,
            f"{file.taken:,} taken in, {file.updates:,} updates, {file.known:,} known already, "
            f"{file.unread:,} in quarantine",
        )
        return redirect("contacts:quarantine" if file.unread else "contacts:feeds")
    files = FeedFile.objects.defer("content").select_related("agency", "received_by").order_by("-pk")[:SHOWN]
    return page(request, "contacts/feeds.html", {"form": form, "files": files, "waiting": _waiting().count()})


@require_safe
@needs(P.FEED_HANDLE)
def quarantine(request: HttpRequest) -> HttpResponse:
    """Messages that could not be read and wait for somebody."""
    return page(request, "contacts/quarantine.html", {"rows": _waiting().defer("content")[:SHOWN]})


def _message(request: HttpRequest, key: int, bound: dict[str, Any] | None = None) -> HttpResponse:
    found = get_object_or_404(Quarantined.objects.select_related("file__agency", "looked_by", "sent_on_by"), pk=key)
    found = actions.look(message=found, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    context = {
        "message": found,
        "send_on_form": SendOnForm(initial={"text": found.text}),
        "set_aside_form": SetAsideForm(),
        **(bound or {}),
    }
    return page(request, "contacts/quarantined.html", context)


@require_safe
@needs(P.FEED_HANDLE)
def message(request: HttpRequest, key: int) -> HttpResponse:
    """One message as it was received, and what may be done with it."""
    return _message(request, key)


@require_POST
@needs(P.FEED_HANDLE)
def send_on(request: HttpRequest, key: int) -> HttpResponse:
    """Take a corrected message in."""
    found = get_object_or_404(Quarantined, pk=key)
    form = SendOnForm(request.POST)
    if form.is_valid():
        try:
            made = actions.send_on(
                message=found,
                text=form.cleaned_data["text"],
                by=request.user,
                at=timezone.now(),  # type: ignore[arg-type]
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error("text" if refused.field else None, refused.message)
        else:
            said = ", ".join(contact.reference for contact in made) or "nothing that was not known already"
            messages.success(request, f"Sent on: {said}")
            return redirect("contacts:quarantine")
    return _message(request, key, {"send_on_form": form})


@require_POST
@needs(P.FEED_HANDLE)
def set_aside(request: HttpRequest, key: int) -> HttpResponse:
    """Set a message aside with a reason."""
    found = get_object_or_404(Quarantined, pk=key)
    form = SetAsideForm(request.POST)
    if form.is_valid():
        try:
            actions.set_aside(
                message=found,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),  # type: ignore[arg-type]
            )
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
    form = UngradedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            allow_ungraded(
                agency=given["agency"], until=given["until"], reason=given["reason"],
                by=request.user, at=timezone.now(),  # type: ignore[arg-type]
            )  # fmt: skip
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field, refused.message)
        else:
            messages.success(request, "Kept")
            return redirect("contacts:ungraded")
    today = london_date(timezone.now())
    rows = Agency.objects.filter(may_send_ungraded_until__gte=today).order_by("name")
    return page(request, "contacts/ungraded.html", {"form": form, "agencies": rows})
