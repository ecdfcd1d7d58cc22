"""Whom a child may be, answered where it is read: on the queue, on the page of a decision, on one of its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.identity import actions, offers
from contacts.identity import readers as identity
from contacts.models import Contact, ContactPerson
from contacts.queue import readers as queue
from contacts.screening import actions as screening
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.people.access import check_conflict_of
from frontdoor.ui.responses import is_htmx, page

P = Permission
#: Where it may be answered, and where that page is.
PLACES = {"queue": "contacts:queue", "decide": "referrals:decide"}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def who(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """What was given beside what is on record, and the answer: this is them, somebody else, or not sure."""
    contact: Contact = get_visible(Contact, request.user, reference)
    check_conflict_of(request.user, contact.reference)
    row = contact.people.filter(position=position, is_child=True).select_related("contact", "person").first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return _answer(request, contact, row)
    return _show(request, contact, row)


def _show(
    request: StaffRequest, contact: Contact, row: ContactPerson, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    on_contact = identity.rows_on(request.user, [contact.pk]).get(contact.pk, [])
    found = {contact.pk: [each for each in on_contact if each.on_contact == row]}
    people = [each.person_id for rows in found.values() for each in rows]
    confirmed = [row.person_id] if row.person_id is not None else []
    known = queue.Background(request.user, [contact], [*people, *confirmed], now)
    audit.shows(request, [*people, *confirmed], kind="opened", reference=contact.reference, reason="on duty")
    place = request.GET.get("on", "")
    return page(
        request,
        "contacts/who.html",
        {
            "contact": contact,
            "row": row,
            "on": place if place in PLACES else "",
            "today": timezone.localdate(),
            "offers": offers.offers(queue.possible_on([contact], found, known)),
            "known": known.of([contact], confirmed) if confirmed else [],
            "may_send": holds(request.user, P.CONTACT_DECIDE_ANY),
            **more,
        },
        fragment="contacts/_who.html",
        status=status,
    )


def _answer(request: StaffRequest, contact: Contact, row: ContactPerson) -> HttpResponse:
    """Carry the answer out; on a page that asked in place the same fragment says what became of it."""
    answer, _, asked = request.POST.get("answer", "").partition(" ")
    possible = identity.rows_on(request.user, [contact.pk]).get(contact.pk, [])
    person = next((p.person for p in possible if p.on_contact == row and p.person.reference == asked), None)
    if person is None or answer not in ("same", "other", "unsure", "send"):
        raise Http404
    now, user = timezone.now(), request.user
    said = ""
    try:
        if answer == "same":
            screening.link_person(on_contact=row, person=person, by=user, at=now)
            said = f"Confirmed: {person.display_name}"
        elif answer == "other":
            screening.not_this_person(on_contact=row, person=person, by=user, at=now)
            said = "Noted: this is somebody else"
        elif answer == "unsure":
            actions.not_sure(on_contact=row, person=person, by=user, at=now)
            said = "Noted: not sure. The match stays possible"
        else:
            sent = actions.send_to_worker(on_contact=row, person=person, by=user, at=now)
            said = f"Sent to {', '.join(worker.name for worker in sent)}"
    except Refused as refused:
        audit.refused(request, refused)
        if is_htmx(request):
            return _show(request, contact, row, refused=acting.in_full(refused), status=422)
        messages.warning(request, acting.in_full(refused))
    place = request.GET.get("on", "")
    if is_htmx(request):
        fresh = contact.people.select_related("contact", "person").get(pk=row.pk)
        now_is: Contact = get_visible(Contact, user, contact.reference)
        version = _version_on(request, now_is, raised=1 if answer == "same" else 0)
        return _show(request, now_is, fresh, said=said, version=version)
    if said:
        messages.success(request, f"{said}.")
    if place == "queue":
        return redirect("contacts:queue")
    return redirect(reverse(PLACES.get(place, "contacts:contact"), args=[contact.reference]))


def _version_on(request: StaffRequest, contact: Contact, *, raised: int) -> int | None:
    """The version a decision on the page goes on with: the present one, if nothing but this answer came between.

    ``raised``: by how much the answer may have raised it. None where somebody else has changed the contact.
    """
    sent = request.POST.get(f"version-{contact.reference}", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        return None
    return contact.version if contact.version in (int(sent), int(sent) + raised) else None
