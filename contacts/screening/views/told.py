"""The page on which an acknowledgement to the family, the public or a child is recorded."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from contacts.screening.acknowledging import acknowledge_to, may_reach_home
from contacts.screening.told_forms import ToldForm
from contacts.screening.views.contact import address_of, opened
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.ui.responses import page


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_SCREEN)
def told(request: StaffRequest, reference: str) -> HttpResponse:
    """Who was told that the contact was received: when, how, by whom, in which words."""
    contact, rows = opened(request, reference)
    people = {row.person_id for row in rows if row.person_id is not None}
    audit.shows(request, people, kind="opened", reference=contact.reference)
    form = acting.form(request, ToldForm, record=contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: acknowledge_to(contact=contact, by=request.user, at=at, **given),
        said="The acknowledgement is recorded.",
        to=address_of(contact.reference),
    )
    context = {
        "contact": contact,
        "form": form,
        "may_reach_home": may_reach_home(contact),
        "acknowledgements": list(contact.acknowledgements.select_related("told_by").order_by("-told_at", "-pk")),
    }
    return done or page(request, "contacts/told.html", context)
