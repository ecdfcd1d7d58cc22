"""One contact: what was given, who it may be, and what may be done next."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from contacts.models import Contact
from frontdoor.access import Permission, get_visible
from frontdoor.access import page as needs
from frontdoor.ui.responses import page


@require_safe
@needs(Permission.CONTACT_VIEW)
def contact(request: HttpRequest, reference: str) -> HttpResponse:
    """The contact as it stands."""
    found: Contact = get_visible(Contact, request.user, reference)
    return page(request, "contacts/contact.html", {"contact": found})
