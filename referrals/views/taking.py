"""Taking a contact under a restriction and giving it back; the list of those who were told."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts import taken
from contacts.models import Contact
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, get_visible, require, signed_in
from frontdoor.access import page as needs
from frontdoor.ui.responses import page
from referrals import taking
from referrals.forms import GiveBackForm, TakeForm

P = Permission


@require_safe
@signed_in
def listing(request: StaffRequest) -> HttpResponse:
    """Contacts that may be about somebody on a record one holds, and those one has taken."""
    return page(request, "referrals/restricted.html", {"held": taken.held(request.user), "now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_VIEW)
def take(request: StaffRequest, reference: str) -> HttpResponse:
    """Take a contact, or take it over from whoever took it."""
    contact = taken.to_take(request.user, reference)
    was_told = taken.was_told(request.user, contact.reference)
    if not was_told:
        require(request.user, P.RESTRICTION_SET)
    form = acting.form(request, TakeForm, record=contact, was_told=was_told)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: taking.take_contact(contact=contact, by=request.user, at=at, **given),
        said="You have taken the contact. Nobody else sees it until you give it back.",
        to=reverse("contacts:contact", args=[contact.reference]),
    )
    is_mine = contact.taken_under_restriction_by_id == request.user.pk
    is_taken = contact.taken_under_restriction_by_id is not None and not is_mine
    values = {"contact": contact, "form": form, "is_taken": is_taken, "is_mine": is_mine}
    return done or page(request, "referrals/take.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_VIEW)
def give_back(request: StaffRequest, reference: str) -> HttpResponse:
    """Give a contact back to everybody."""
    contact: Contact = get_visible(Contact, request.user, reference)
    form = acting.form(request, GiveBackForm, record=contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: taking.give_back(contact=contact, by=request.user, at=at, **given),
        said="The contact is back. Others see it again.",
        to=reverse("contacts:contact", args=[contact.reference]),
    )
    return done or page(request, "referrals/give_back.html", {"contact": contact, "form": form})
