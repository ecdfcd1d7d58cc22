"""Confidential addresses that may have been given to somebody they are to be kept from, for a manager to decide."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.models import AddressQuestion
from contacts.screening import actions as contacts
from contacts.screening.addresses import decide_address
from contacts.screening.forms import AddressForm
from contacts.screening.views.contact import opened
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.people.access import check_conflict_of
from frontdoor.ui.responses import page

P = Permission
SHOWN = 200


@require_safe
@needs(P.ADDRESS_DECIDE)
def listing(request: StaffRequest) -> HttpResponse:
    """Those that wait for this user, the oldest first."""
    rows = AddressQuestion.objects.visible_to(request.user).waiting_for(request.user)
    found = list(
        rows.select_related("on_contact__contact", "on_contact__person", "address").order_by("asked_at", "pk")[:SHOWN]
    )
    audit.shows(request, {q.on_contact.person_id for q in found if q.on_contact.person_id is not None})
    return page(request, "contacts/addresses.html", {"questions": found, "label": lists.label})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ADDRESS_DECIDE)
def question(request: StaffRequest, key: int) -> HttpResponse:
    """One of them: who is on the contact, who lives with the children, and whether the address is theirs.

    Closed to whoever has declared that they know somebody the contact is about.
    """
    rows = AddressQuestion.objects.visible_to(request.user).open()
    found = get_object_or_404(rows.select_related("on_contact__contact", "on_contact__person", "address"), pk=key)
    contact, everybody = opened(request, found.on_contact.contact.reference)
    check_conflict_of(request.user, contact.reference)
    showing = request.method == "POST" and "show" in request.POST
    form = acting.form(
        request, AddressForm, record=contact, at=reverse("contacts:address", args=[key]), is_sent=not showing
    )
    if showing:
        contacts.show_address(on_contact=found.on_contact, by=request.user, at=timezone.now())
    else:
        done = acting.carry_out(
            request,
            form,
            lambda given, at: decide_address(question=found, by=request.user, at=at, **given),
            said="Saved",
            to=reverse("contacts:addresses"),
        )
        if done is not None:
            return done
    audit.shows(
        request,
        {row.person_id for row in everybody if row.person_id is not None},
        kind="opened",
        reference=contact.reference,
    )
    context = {
        "question": found,
        "row": found.on_contact,
        "contact": contact,
        "people": everybody,
        "form": form,
        "shown": showing,
        "label": lists.label,
    }
    return page(request, "contacts/address.html", context)
