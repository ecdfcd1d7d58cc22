"""Adding what was said later, on a page of its own, and a manager's taking of it."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from contacts.later import actions
from contacts.later.forms import AdultLater, ChildLater, LaterForm, people_named
from contacts.later.joining import takes_more
from contacts.models import ContactAddition
from contacts.screening import readers
from contacts.screening.views.contact import address_of, opened
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.clocks.working_days import london_date
from frontdoor.ui.responses import page

P = Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_RECORD)
def add(request: StaffRequest, reference: str) -> HttpResponse:
    """What was said, beside what was recorded first."""
    contact, rows = opened(request, reference)
    opens = not takes_more(contact)
    form = acting.form(request, LaterForm, about=contact.reference, people=rows, opens=opens)
    child = ChildLater(acting.typed(form), prefix="child")
    adult = AdultLater(acting.typed(form), prefix="adult")
    acting.together(form, [child, adult])
    done = acting.carry_out(
        request,
        (form, child, adult),
        lambda given, at: actions.add_later(
            contact=contact, by=request.user, at=at, people=people_named([child, adult], london_date(at)), **given
        ),
        said=_said,
        to=lambda added: address_of(added.opened_reference or contact.reference),
    )
    if done is not None:
        return done
    audit.shows(
        request, {row.person_id for row in rows if row.person_id is not None}, kind="opened", reference=reference
    )
    context = {
        "contact": contact, "form": form, "child": child, "adult": adult, "opens": opens,
        "words": readers.words(contact),
    }  # fmt: skip
    return page(request, "contacts/later.html", context)


def _said(added: ContactAddition) -> str:
    if added.opened_reference:
        return f"{added.opened_reference} was opened for what was said later on {added.contact.reference}"
    return "Added to the contact"


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
