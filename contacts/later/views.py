"""Adding what was said later, on a page of its own, and a manager's taking of it."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from contacts.later import actions
from contacts.later.forms import LaterForm
from contacts.screening import readers
from contacts.screening.views.contact import address_of, opened
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.ui.responses import page

P = Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_RECORD)
def add(request: StaffRequest, reference: str) -> HttpResponse:
    """What was said, beside what was recorded first."""
    contact, rows = opened(request, reference)
    form = acting.form(request, LaterForm, about=contact.reference, people=rows)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.add_later(contact=contact, by=request.user, at=at, **given),
        said="Added to the contact",
        to=address_of(contact.reference),
    )
    if done is not None:
        return done
    audit.shows(
        request, {row.person_id for row in rows if row.person_id is not None}, kind="opened", reference=reference
    )
    context = {"contact": contact, "form": form, "words": readers.words(contact)}
    return page(request, "contacts/later.html", context)


@require_POST
@needs(P.CONTACT_DECIDE_ANY)
def take(request: StaffRequest, reference: str) -> HttpResponse:
    """A manager has read it."""
    contact, _ = opened(request, reference)
    given = request.POST.get("seen", "")
    seen = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    return acting.at_once(
        request,
        lambda at: actions.take_later(contact=contact, by=request.user, at=at, seen=seen),
        said="You have taken what was said later",
        back=address_of(contact.reference),
    )
