"""Asking, answering by hand, a manager's yes, chasing and taking back; the list of what is out."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts.agencies.information import actions, readers
from contacts.agencies.information.forms import CALLED, AskForm, ReasonForm, ReplyForm
from contacts.agencies.information.models import InformationRequest
from contacts.models import Contact
from contacts.screening import readers as contact_readers
from contacts.screening.views.contact import address_of, carry_out, opened
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.ui.responses import page

P = Permission


def _one(request: StaffRequest, reference: str, key: int) -> tuple[Contact, InformationRequest]:
    """The contact the user has before them, and a request asked about it."""
    found, _ = opened(request, reference)
    rows = InformationRequest.objects.visible_to(request.user).about(found, request.user)
    asked: InformationRequest = get_object_or_404(rows, pk=key)
    return found, asked


@require_POST
@needs(P.CONTACT_SCREEN)
def ask(request: StaffRequest, reference: str) -> HttpResponse:
    """Ask for information."""
    contact, _ = opened(request, reference)
    return carry_out(
        request,
        contact,
        AskForm,
        partial(actions.ask_information, contact=contact),
        prefix="ask",
        said="The request is saved. No deadline is paused while you wait.",
        others=len(contact_readers.together(contact, request.user)) - 1,
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def reply(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Keep an answer that came by telephone or letter."""
    contact, asked = _one(request, reference, key)

    def act(*, version: int | None, **answer: Any) -> InformationRequest:
        return actions.record_reply(request=asked, **answer)

    return carry_out(request, contact, ReplyForm, act, prefix=f"reply-{key}", said="The answer has been saved")


def _with_reason(
    request: StaffRequest, reference: str, key: int, name: str, act: Callable[..., InformationRequest], said: str
) -> HttpResponse:
    contact, asked = _one(request, reference, key)
    return carry_out(
        request,
        contact,
        ReasonForm,
        lambda *, by, at, reason, version: act(request=asked, by=by, at=at, reason=reason),
        prefix=f"{name}-{key}",
        said=said,
        called=CALLED[name],
    )


@require_POST
@needs(P.CONTACT_DECIDE_ANY)
def agree(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """A manager's yes to a check without the family's agreement."""
    return _with_reason(request, reference, key, "agree", actions.approve, "It has been sent")


@require_POST
@needs(P.CONTACT_SCREEN)
def withdraw(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Take a request back."""
    return _with_reason(request, reference, key, "withdraw", actions.withdraw, "It has been withdrawn")


@require_POST
@needs(P.CONTACT_SCREEN)
def chase(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Ask again for what has not come."""
    contact, asked = _one(request, reference, key)
    return acting.at_once(
        request,
        lambda at: actions.chase(request=asked, by=request.user, at=at),
        said="They have been asked again by e-mail" if asked.asked_email else "Recorded: they were asked again",
        back=address_of(contact.reference),
    )


@require_safe
@needs(P.CONTACT_SCREEN)
def listing(request: StaffRequest) -> HttpResponse:
    """What waits for a manager's yes, and what has been asked and has not come."""
    user = request.user
    held, out = readers.waiting_for(user)
    return page(
        request,
        "information/list.html",
        {"held": held, "out": out, "now": timezone.now(), "may_agree": holds(user, P.CONTACT_DECIDE_ANY)},
    )
