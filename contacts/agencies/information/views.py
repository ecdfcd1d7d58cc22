"""Asking, answering by hand, a manager's yes, chasing and taking back; the list of what is out."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from contacts.agencies.information import actions, readers
from contacts.agencies.information.forms import AskForm, ReasonForm, ReplyForm
from contacts.agencies.information.models import InformationRequest
from contacts.models import Contact
from contacts.screening import readers as contact_readers
from contacts.screening.forms import ActForm
from contacts.screening.views.acts import at_once, carry_out
from contacts.screening.views.contact import opened
from frontdoor.access import Permission, holds
from frontdoor.access import page as needs
from frontdoor.ui.responses import page

P = Permission


def _one(request: HttpRequest, reference: str, key: int) -> InformationRequest:
    """A request asked about a contact the user has before them."""
    found, _ = opened(request, reference)
    rows = InformationRequest.objects.visible_to(request.user).about(found, request.user)
    asked: InformationRequest = get_object_or_404(rows, pk=key)
    return asked


@require_POST
@needs(P.CONTACT_SCREEN)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for information."""
    user: Any = request.user
    found, _ = opened(request, reference)
    others = len(contact_readers.together(found, user)) - 1
    return carry_out(
        request,
        reference,
        "ask",
        AskForm(request.POST, prefix="ask", others=others),
        lambda contact, given, at: actions.ask_information(contact=contact, by=user, at=at, **given),
        "The request is kept. No deadline stands still for it.",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def reply(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Keep an answer that came by telephone or letter."""
    user: Any = request.user
    asked = _one(request, reference, key)

    def act(contact: Contact, given: dict[str, Any], at: datetime) -> None:
        del given["version"]
        actions.record_reply(request=asked, by=user, at=at, **given)

    form = ReplyForm(request.POST, prefix=f"reply-{key}")
    return carry_out(request, reference, "reply", form, act, "The answer is kept", {"reply_key": key})


def _with_reason(request: HttpRequest, reference: str, key: int, name: str, act: Any, told: str) -> HttpResponse:
    user: Any = request.user
    asked = _one(request, reference, key)
    form: ActForm = ReasonForm(request.POST, prefix=f"{name}-{key}")
    return carry_out(
        request,
        reference,
        "reason",
        form,
        lambda contact, given, at: act(request=asked, by=user, at=at, reason=given["reason"]),
        told,
        {"reason_key": f"{name}-{key}"},
    )


@require_POST
@needs(P.CONTACT_DECIDE_ANY)
def agree(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """A manager's yes to a check without the family's agreement."""
    return _with_reason(request, reference, key, "agree", actions.approve, "It has been sent")


@require_POST
@needs(P.CONTACT_SCREEN)
def withdraw(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Take a request back."""
    return _with_reason(request, reference, key, "withdraw", actions.withdraw, "It is taken back")


@require_POST
@needs(P.CONTACT_SCREEN)
def chase(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Ask again for what has not come."""
    user: Any = request.user
    asked = _one(request, reference, key)
    told = "They are asked again by e-mail" if asked.asked_email else "It is noted that they were asked again"
    return at_once(request, reference, lambda contact, at: actions.chase(request=asked, by=user, at=at), told)


@require_safe
@needs(P.CONTACT_SCREEN)
def listing(request: HttpRequest) -> HttpResponse:
    """What waits for a manager's yes, and what has been asked and has not come."""
    user: Any = request.user
    held, out = readers.waiting_for(user)
    return page(
        request,
        "information/list.html",
        {"held": held, "out": out, "now": timezone.now(), "may_agree": holds(user, P.CONTACT_DECIDE_ANY)},
    )
