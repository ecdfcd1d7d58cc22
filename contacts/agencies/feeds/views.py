"""Police files: sending one, what could not be read, and agencies that may send without a grade."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.agencies.actions import allow_ungraded
from contacts.agencies.feeds import actions
from contacts.agencies.feeds.forms import DropForm, SendOnForm, SetAsideForm, UngradedForm
from contacts.agencies.feeds.models import FeedFile, Quarantined
from contacts.models import Contact
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.accounts.models import Agency
from frontdoor.clocks.working_days import london_date
from frontdoor.db import by_name
from frontdoor.ui.forms import UiForm
from frontdoor.ui.responses import page

P = Permission
SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.FEED_HANDLE)
def feeds(request: StaffRequest) -> HttpResponse:
    """Send a file of notifications; the last files and what became of them."""
    form = acting.form(request, DropForm)

    def drop(given: dict[str, Any], at: datetime) -> FeedFile:
        sent = given["file"]
        content = sent.read()
        file = actions.drop(agency=given["agency"], name=sent.name, content=content, by=request.user, at=at)
        return actions.take(file=file, at=at) if len(content) <= actions.AT_ONCE else file

    done = acting.carry_out(
        request,
        form,
        drop,
        said=_became,
        to=lambda file: reverse("contacts:quarantine" if file.unread else "contacts:feeds"),
        in_parts=True,  # each notification of the file is taken in by itself
    )
    if done is not None:
        return done
    files = FeedFile.objects.defer("content").select_related("agency", "received_by").order_by("-pk")[:SHOWN]
    waiting = Quarantined.objects.visible_to(request.user).waiting().count()
    return page(request, "contacts/feeds.html", {"form": form, "files": files, "waiting": waiting})


def _became(file: FeedFile) -> str:
    if file.finished_at is None:
        return "The file is saved. It will be read within a few minutes: check back here."
    return (
        f"{file.taken:,} taken in, {file.updates:,} updates, {file.known:,} known already, "
        f"{file.unread:,} could not be read"
    )


@require_safe
@needs(P.FEED_HANDLE)
def quarantine(request: StaffRequest) -> HttpResponse:
    """Messages that could not be read and wait for somebody."""
    waiting = Quarantined.objects.visible_to(request.user).waiting()
    rows = waiting.defer("content", "file__content")[:SHOWN]
    return page(request, "contacts/quarantine.html", {"rows": rows, "total": waiting.count(), "shown": SHOWN})


def _message(request: StaffRequest, key: int, sent: UiForm | None = None) -> HttpResponse:
    """The page of one message. Its text is shown while it waits; afterwards it stands on the contacts it became.

    ``sent`` is the form that came back.
    """
    user = request.user
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
    send_on_form = sent if isinstance(sent, SendOnForm) else _send_on_form(request, found, is_sent=False)
    set_aside_form = sent if isinstance(sent, SetAsideForm) else _set_aside_form(request, found, is_sent=False)
    return page(
        request,
        "contacts/quarantined.html",
        {
            "message": found,
            "made": made,
            "form": sent,
            "send_on_form": send_on_form,
            "set_aside_form": set_aside_form,
        },
    )


def _address_of(message: Quarantined) -> str:
    return reverse("contacts:quarantined", args=[message.pk])


def _send_on_form(request: StaffRequest, found: Quarantined, *, is_sent: bool) -> SendOnForm:
    at = _address_of(found)
    return acting.form(request, SendOnForm, at=at, is_sent=is_sent, initial={"text": found.text})


def _set_aside_form(request: StaffRequest, found: Quarantined, *, is_sent: bool) -> SetAsideForm:
    return acting.form(request, SetAsideForm, at=_address_of(found), is_sent=is_sent)


@require_safe
@needs(P.FEED_HANDLE)
def message(request: StaffRequest, key: int) -> HttpResponse:
    """One message as it was received, and what may be done with it."""
    return _message(request, key)


@require_POST
@needs(P.FEED_HANDLE)
def send_on(request: StaffRequest, key: int) -> HttpResponse:
    """Take a corrected message in."""
    found = get_object_or_404(Quarantined, pk=key)
    form = _send_on_form(request, found, is_sent=True)

    def act(given: dict[str, Any], at: datetime) -> FeedFile:
        file = actions.send_on(message=found, text=given["text"], by=request.user, at=at)
        return actions.take(file=file, at=at)

    done = acting.carry_out(
        request,
        form,
        act,
        said=lambda file: f"Sent on: {_became(file)}",
        to=reverse("contacts:quarantine"),
        place=lambda refused: (form, "text" if refused.field else None),
        in_parts=True,  # each notification of the message is taken in by itself
    )
    return done or _message(request, key, form)


@require_POST
@needs(P.FEED_HANDLE)
def set_aside(request: StaffRequest, key: int) -> HttpResponse:
    """Set a message aside with a reason."""
    found = get_object_or_404(Quarantined, pk=key)
    form = _set_aside_form(request, found, is_sent=True)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.set_aside(message=found, by=request.user, at=at, **given),
        said="Set aside. It stays kept with your reason.",
        to=reverse("contacts:quarantine"),
    )
    return done or _message(request, key, form)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.AGENCY_MANAGE)
def ungraded(request: StaffRequest) -> HttpResponse:
    """Agencies that may send notifications without a grade for the time being."""
    form = acting.form(request, UngradedForm)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: allow_ungraded(by=request.user, at=at, **given),
        said="Kept",
        to=reverse("contacts:ungraded"),
    )
    today = london_date(timezone.now())
    rows = Agency.objects.filter(may_send_ungraded_until__gte=today).order_by(*by_name("name"))
    return done or page(request, "contacts/ungraded.html", {"form": form, "agencies": rows})
