"""Answering whether a contact is about brothers and sisters too."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from contacts.models import Contact
from contacts.screening.household import answer_household
from contacts.screening.views.contact import opened
from contacts.screening.views.household import PAGES, offered
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.ui.responses import page


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_SCREEN)
def household(request: StaffRequest, reference: str) -> HttpResponse:
    """The questions as a page of their own; answered, back to the page they stood on."""
    contact, _ = opened(request, reference)
    # Of several contacts decided together the page is another one's.
    back: Contact = get_visible(Contact, request.user, request.POST.get("back") or reference)
    on = request.POST.get("page", "")
    on = on if on in PAGES else "contact"
    offer = offered(request, contact, on, back=back.reference, is_sent=True)
    done = acting.carry_out(
        request,
        offer.form,
        lambda given, at: answer_household(contact=contact, answers=offer.form.answers(), by=request.user, at=at),
        said=lambda kept: (
            "Saved. Whoever works with a child you added has been told."
            if any(answer.on_contact_id for answer in kept)
            else "Saved."
        ),
        to=reverse(PAGES[on], args=[back.reference]),
    )
    return done or page(
        request, "contacts/siblings.html", {"contact": contact, "offer": offer, "form": offer.form}
    )  # fmt: skip
