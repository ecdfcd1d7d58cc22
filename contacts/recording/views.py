"""Recording a contact while a caller talks: one long page, kept as it is typed, recorded once."""

import re
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.fields import OF_A_TYPE
from contacts.given import sought
from contacts.models import Contact, ContactType
from contacts.recording import actions, lookup
from contacts.recording.forms import ContactScreen, bind, kinds, person_facts
from contacts.recording.rows import change_rows
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.ui.responses import page

KIND = "contact"
#: Nouns of the buttons "add_child", "remove_child" … and the rows they act on.
ROWS = {"child": "children", "adult": "adults", "family": "families"}
_ROW = re.compile(r"id_(children|adults)-(\d{1,2})-lookup")
_BUTTONS = re.compile(r"csrfmiddlewaretoken|(add|remove|find)_\w+|keep|later|fast_track")
#: Parts of the page a person goes straight to, in the order of a call.
SECTIONS = [
    ("caller", "Who is calling"),
    ("now", "Where the child is now"),
    ("people", "Children and adults"),
    ("happened", "What happened"),
    ("harm", "Injuries and pregnancy"),
    ("family", "What the family knows"),
    ("needs", "Language, school and GP"),
    ("police", "Police, and can it wait"),
    ("grade", "Level of need and grade"),
]


def _type_hints() -> list[tuple[str, str]]:
    """What stands beside the types of contact in use today."""
    rows = ContactType.objects.in_force(timezone.localdate()).exclude(hint="").order_by("position")
    return list(rows.values_list("label", "hint"))


def _type_questions() -> list[tuple[str, list[str]]]:
    """What some types in use today ask beside what every contact asks: the types, and the names of the questions."""
    called = dict(kinds())
    asked: dict[str, list[str]] = {}
    for fact in OF_A_TYPE:
        labels = [called[code] for code in fact.kinds if code in called]
        if labels:
            asked.setdefault(" or ".join(labels), []).append(fact.name)
    return list(asked.items())


@require_safe
@needs(Permission.CONTACT_RECORD)
def new(request: StaffRequest) -> HttpResponse:
    """A fresh page with an id of its own: the id keeps the draft and makes submitting it twice harmless."""
    return redirect("contacts:new_draft", uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_RECORD)
def new_draft(request: StaffRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The page of a call: shown as left, kept, changed by a row, or recorded."""
    if request.method != "POST":
        try:
            kept = drafts.load(by=request.user, draft_id=draft_id)
        except AlreadySubmitted as done:
            return redirect("contacts:contact", done.reference)
        return show(request, draft_id, ContactScreen() if kept is None else bind(kept, "keep"))
    try:
        return _posted(request, draft_id)
    except AlreadySubmitted as done:
        return redirect("contacts:contact", done.reference)


def _posted(request: StaffRequest, draft_id: uuid.UUID) -> HttpResponse:
    data = request.POST.copy()
    found = re.fullmatch(r"(children|adults)-(\d{1,2})", data.get("find_person", ""))
    if found is not None or change_rows(data, ROWS) or "keep" in data or "later" in data:
        keep(request, draft_id, data)
        if "later" in data:
            messages.success(request, "What you typed is saved with your drafts")
            return redirect("drafts:list")
        wanted = (found[1], int(found[2])) if found else None
        return show(request, draft_id, bind(data, "keep"), look_for=wanted)
    screen = bind(data)
    if screen.is_valid():
        try:
            contact = actions.record_contact(
                facts=screen.facts(),
                by=request.user,
                at=timezone.now(),
                received_at=screen.received_at,
                draft_id=draft_id,
            )
        except Refused as refused:
            acting.refuse(request, [screen.form], refused)
        else:
            return redirect("contacts:recorded", contact.reference)
    keep(request, draft_id, data)
    return show(request, draft_id, screen)


def keep(request: StaffRequest, draft_id: uuid.UUID, data: QueryDict) -> None:
    """Keep what was sent. Raises AlreadySubmitted when it is a record already."""
    acting.keep_whole(request, draft_id=draft_id, kind=KIND, data=data, but=_BUTTONS)


def show(
    request: StaffRequest,
    draft_id: uuid.UUID,
    screen: ContactScreen,
    *,
    look_for: tuple[str, int] | None = None,
    extra: tuple[str, ...] = (),
    status: int | None = None,
) -> HttpResponse:
    """The page with what was typed, its errors, and the people it suggests.

    ``extra``: sentences for the top of the page. Also for the fast track, which comes back here when something is
    missing.
    """
    rows = [*screen.children.forms, *screen.adults.forms]
    picked = [str(row["suggested_reference"].value() or "") for row in rows]
    suggested = lookup.chosen(request.user, picked) if any(picked) else {}
    lines: dict[str, lookup.Lines] = {}
    if look_for is not None and (row := lookup.row_of(screen, *look_for)) is not None:
        lines[row.prefix or ""] = _known(request, screen, row, is_child=look_for[0] == "children")
    shown = {line.person.pk for line in suggested.values()} | {
        k.person.pk for found in lines.values() for k in found.people
    }
    given = {each.reference for found in lines.values() for each in found.named}
    if shown or given:
        audit.shows(request, shown, reason="search from a call", given_on=given)
    return page(
        request,
        "contacts/new.html",
        {
            "draft_id": draft_id,
            "screen": screen,
            "form": screen.form,
            "children": screen.children,
            "adults": screen.adults,
            "families": screen.families,
            "suggested": suggested,
            "found": lines,
            "extra": extra,
            "today": timezone.localdate(),
            "now": timezone.now(),
            "sections": SECTIONS,
            "anchors": [
                {"href": f"#{key}", "text": f"{number}. {text}"} for number, (key, text) in enumerate(SECTIONS, start=1)
            ],
            "version": drafts.version(by=request.user, draft_id=draft_id),
            "fast_track_href": reverse("referrals:record_fast_track", args=[draft_id]),
            "type_hints": _type_hints(),
            "type_questions": _type_questions(),
        },
        status=status,
    )


def _known(request: StaffRequest, screen: ContactScreen, row: Any, *, is_child: bool) -> lookup.Lines:
    today = timezone.localdate()
    others = [each for each in (*screen.children.forms, *screen.adults.forms) if each is not row]
    return lookup.known(
        request.user,
        sought(person_facts(row, screen.home, today), home=screen.home),
        is_child=is_child,
        on=today,
        chosen_already=[str(each["suggested_reference"].value() or "") for each in others],
    )


@require_POST
@needs(Permission.PEOPLE_SEARCH)
def known(request: StaffRequest) -> HttpResponse:
    """Who may be meant by one row, as it is typed: a POST, so that no name stands in an address or a history."""
    named = _ROW.fullmatch(request.headers.get("HX-Trigger", "") or request.POST.get("row", ""))
    screen = bind(request.POST, "keep")
    row = lookup.row_of(screen, named[1], int(named[2])) if named else None
    if row is None:
        raise Http404
    lines = _known(request, screen, row, is_child=named is not None and named[1] == "children")
    picked = str(row["suggested_reference"].value() or "")
    suggested = lookup.chosen(request.user, [picked]) if picked else {}
    shown = [line.person for line in (*lines.people, *suggested.values())]
    given = {each.reference for each in lines.named}
    if shown or given:
        audit.shows(request, shown, reason="search from a call", given_on=given)
    return page(
        request,
        "contacts/_known.html",
        {
            "row": row,
            "lines": lines,
            "asked": lines.is_asked,
            "suggested": suggested,
            "today": timezone.localdate(),
            "now": timezone.now(),
        },
    )


@require_safe
@needs(Permission.CONTACT_RECORD)
def recorded(request: StaffRequest, reference: str) -> HttpResponse:
    """The receipt: the reference to read out, and what happens next."""
    contact: Contact = get_visible(Contact, request.user, reference)
    due = Clock.objects.visible_to(request.user).of(contact.reference).running().order_by("due_at", "id").first()
    return page(request, "contacts/recorded.html", {"contact": contact, "due": due, "now": timezone.now()})
