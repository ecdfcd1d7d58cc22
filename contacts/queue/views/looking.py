"""What a screener opens in place on the queue: a contact's text, who else is looking, and what has come meanwhile."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from contacts.models import Contact
from contacts.queue import actions as queue_actions
from contacts.screening import closing, readers
from contacts.screening.forms import grades
from frontdoor import audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.ui.responses import is_htmx, page
from frontdoor.workflow.actions import can

P = Permission


@require_safe
@needs(P.CONTACT_SCREEN)
def look(request: StaffRequest, reference: str) -> HttpResponse:
    """A contact's text beside the family's history; the audit keeps that this user opened it."""
    contact: Contact = get_visible(Contact, request.user, reference)
    now = timezone.now()
    readers.keep_out(readers.rows_of(contact), request.user, now)
    found = readers.look(contact, request.user, now)
    others = readers.together(contact, request.user)[1:] if request.GET.get("alone") != "1" else []
    audit.shows(request, found.shown, kind="opened", reference=contact.reference, reason="on the queue")
    is_first = contact.reference not in closing.opened_by(request.user, [contact.reference])
    readers.note_opened(contact, request.user)
    # A box that stands there already, and may be ticked, is left alone.
    is_alone_on_line = request.headers.get("HX-Target") == f"open-{contact.reference}" and not others
    return page(
        request,
        "contacts/look.html",
        {
            "contact": contact,
            "look": found,
            "now": now,
            "others": others,
            "may_tick": is_first and is_alone_on_line and _may_tick(contact, found, request.user, now),
            "grades": grades() if "grade" in can(contact, request.user) and not contact.grade else [],
            **_lookers(contact, request.user, now),
        },
        fragment="contacts/_looked.html",
    )


def _may_tick(contact: Contact, found: readers.Look, user: User, at: datetime) -> bool:
    """Whether the contact, alone on its line, can be ticked to be closed in bulk now that its text is open."""
    children = [row for row in found.people if row.is_child]
    unchecked = [contact.pk] if found.possible else []
    why_not = closing.why_not_ticked([(contact, children)], by=user, at=at, unchecked=unchecked)
    return "decide" in can(contact, user) and not why_not[contact.pk]


def _lookers(contact: Contact, user: User, now: datetime) -> dict[str, Any]:
    return {"lookers": queue_actions.looking(contact=contact, by=user, at=now)}


@require_safe
@needs(P.CONTACT_SCREEN)
def lookers(request: StaffRequest, reference: str) -> HttpResponse:
    """Who else has this contact open now; asking says that one has it open oneself."""
    contact: Contact = get_visible(Contact, request.user, reference)
    found = _lookers(contact, request.user, timezone.now())
    return page(request, "contacts/lookers.html", {"contact": contact, **found}, fragment="contacts/_lookers.html")


@require_safe
@needs(P.CONTACT_SCREEN)
def news(request: StaffRequest) -> HttpResponse:
    """What has come since the list was made: a number, and child protection by its reference. Nothing of a person.

    Answers 204 when that is what the asker has already, so that nothing is read out twice.
    """
    now = timezone.now()
    since = _moment(request.GET.get("since", "")) or now
    rows = Contact.objects.visible_to(request.user).on_queue()
    new = len(rows.filter(recorded_at__gt=since).values_list("pk")[:100])
    fast = list(
        rows.filter(tier=0, fast_tracked_at__gt=since)
        .order_by("-fast_tracked_at", "-id")
        .values_list("reference", flat=True)[:5]
    )
    have = f"{new}-{len(fast)}"
    if is_htmx(request) and request.GET.get("have", "0-0") == have:
        return HttpResponse(status=204)
    back = request.GET.get("back", "")[:300]
    return page(
        request,
        "contacts/news.html",
        {
            "since": since.isoformat(),
            "new": new,
            "fast": fast,
            "have": have,
            "back": back if back.startswith("?") else "",
            "may_screen": holds(request.user, P.CONTACT_SCREEN),
        },
        fragment="contacts/_news.html",
    )


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
