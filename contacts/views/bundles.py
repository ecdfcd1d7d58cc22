"""Taking a contact out of its bundle and joining two by hand."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from contacts import bundles
from contacts.models import Contact
from contacts.screening_forms import JoinForm, SplitForm
from contacts.views.acts import carry_out
from frontdoor.access import Permission, Refused, get_visible
from frontdoor.access import page as needs

P = Permission


@require_POST
@needs(P.CONTACT_SCREEN)
def split(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the contact out of its bundle."""
    user: Any = request.user
    return carry_out(
        request, reference, "split", SplitForm(request.POST, prefix="split"),
        lambda contact, given, at: bundles.split(contact=contact, by=user, at=at, reason=given["reason"]),
        "It stands in a bundle of its own",
    )  # fmt: skip


@require_POST
@needs(P.CONTACT_SCREEN)
def join(request: HttpRequest, reference: str) -> HttpResponse:
    """Join the contact's bundle with another contact's."""
    user: Any = request.user

    def act(contact: Contact, given: dict[str, Any], at: datetime) -> None:
        try:
            other: Contact = get_visible(Contact, user, given["other"])
        except Http404 as absent:
            raise Refused("There is no contact with this reference.", code="no_contact", field="other") from absent
        bundles.join(contact=contact, other=other, by=user, at=at, reason=given["reason"])

    return carry_out(request, reference, "join", JoinForm(request.POST, prefix="join"), act, "They are bundled")
