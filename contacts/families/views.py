"""The page on which the families of one contact are told apart."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from contacts.families import actions
from contacts.families.forms import FamiliesForm
from contacts.screening.views.contact import address_of, opened
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.ui.responses import page


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_SCREEN)
def families(request: StaffRequest, reference: str) -> HttpResponse:
    """Which person, and which part of the text, is of which family."""
    contact, rows = opened(request, reference)
    audit.shows(
        request,
        {row.person_id for row in rows if row.person_id is not None},
        kind="opened",
        reference=contact.reference,
    )
    form = acting.form(
        request,
        FamiliesForm,
        record=contact,
        people=rows,
        parts=actions.parts_on(contact),
        labels=dict(contact.families.values_list("number", "label")),
        chosen={(part.field, part.start, part.end): part.family for part in contact.family_texts.all()},
    )
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.separate_families(contact=contact, by=request.user, at=at, **form.said()),
        said="Saved: which family each person and each part of the text is of.",
        to=address_of(contact.reference),
    )
    return done or page(request, "contacts/families.html", {"contact": contact, "form": form})
