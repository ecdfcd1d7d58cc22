"""What a screener does on the page of a contact, one act for each button."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from contacts.models import Contact, ContactPerson
from contacts.queue import actions as queue_actions
from contacts.screening import actions
from contacts.screening.details import settle_details
from contacts.screening.forms import GoOnForm, GradeForm, LetSeeForm, LinkForm, UnlinkForm
from contacts.screening.views.contact import address_of, carry_out, opened, show
from frontdoor import acting
from frontdoor.access import Permission, Refused, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.people.models import Person

P = Permission


@require_POST
@needs(P.CONTACT_SCREEN)
def grade(request: StaffRequest, reference: str) -> HttpResponse:
    """Give or change the grade."""
    contact, _ = opened(request, reference)
    return carry_out(
        request,
        contact,
        GradeForm,
        lambda given, at: actions.grade(contact=contact, by=request.user, at=at, **given),
        prefix="grade",
        said="The grade has been saved",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def go_on(request: StaffRequest, reference: str) -> HttpResponse:
    """Go on without waiting for an answer."""
    contact, _ = opened(request, reference)
    return carry_out(
        request,
        contact,
        GoOnForm,
        lambda given, at: actions.go_on(contact=contact, by=request.user, at=at, **given),
        prefix="go-on",
        said="You are screening it again",
    )


def _at_once(request: StaffRequest, contact: Contact, act: Callable[[datetime], object], said: str) -> HttpResponse:
    """One act without anything typed, and back to the page."""
    return acting.at_once(request, act, said=said, back=address_of(contact.reference))


@require_POST
@needs(P.CONTACT_SCREEN)
def release(request: StaffRequest, reference: str) -> HttpResponse:
    """Give the contact back to the queue."""
    contact, _ = opened(request, reference)
    release_it = queue_actions.release_together if request.POST.get("from") == "queue" else actions.release
    return _at_once(
        request,
        contact,
        lambda at: release_it(contact=contact, by=request.user, at=at),
        "The contact is back on the queue",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def acknowledge(request: StaffRequest, reference: str) -> HttpResponse:
    """Say that a person has received it."""
    contact, _ = opened(request, reference)
    return _at_once(
        request,
        contact,
        lambda at: actions.acknowledge(contact=contact, by=request.user, at=at),
        "Receipt has been acknowledged",
    )


def _opened_at(request: StaffRequest, reference: str, position: int) -> tuple[Contact, ContactPerson]:
    """The contact, and the one on it who is meant."""
    contact, rows = opened(request, reference)
    for row in rows:
        if row.position == position:
            return contact, row
    raise Http404


@require_POST
@needs(P.CONTACT_SCREEN)
def link(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Confirm that this person on the contact is that record."""
    contact, row = _opened_at(request, reference, position)

    def act(given: dict[str, Any], at: datetime) -> ContactPerson:
        try:
            person: Person = get_visible(Person, request.user, given["person"])
        except Http404 as absent:
            raise Refused(
                "There is no record with this reference that you can view.", code="no_person", field="person"
            ) from absent
        return actions.link_person(on_contact=row, person=person, by=request.user, at=at)

    return carry_out(request, contact, LinkForm, act, prefix=f"link-{position}", said="The link has been confirmed")


@require_POST
@needs(P.CONTACT_SCREEN)
def not_this(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Answer a candidate with no: never offered again for this person on this contact."""
    contact, row = _opened_at(request, reference, position)
    person: Person = get_visible(Person, request.user, request.POST.get("person", ""))
    return _at_once(
        request,
        contact,
        lambda at: actions.not_this_person(on_contact=row, person=person, by=request.user, at=at),
        "Noted: this is not the person",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def unlink(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Take a wrong link back, with the reason."""
    contact, row = _opened_at(request, reference, position)
    return carry_out(
        request,
        contact,
        UnlinkForm,
        lambda given, at: actions.unlink_person(on_contact=row, by=request.user, at=at, **given),
        prefix=f"unlink-{position}",
        said="The link has been removed",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def let_others_see(request: StaffRequest, reference: str) -> HttpResponse:
    """Open up a contact that stayed hidden when a link was taken back."""
    contact, _ = opened(request, reference)
    return carry_out(
        request,
        contact,
        LetSeeForm,
        lambda given, at: actions.let_others_see(contact=contact, by=request.user, at=at, **given),
        prefix="let-see",
        said="Others may see the contact again",
    )


@require_POST
@needs(P.PEOPLE_EDIT)
def details(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Take the ticked details onto the record; leave the rest."""
    contact, row = _opened_at(request, reference, position)
    version = request.POST.get("version", "")
    return _at_once(
        request,
        contact,
        lambda at: settle_details(
            on_contact=row,
            accept=request.POST.getlist("accept"),
            by=request.user,
            at=at,
            version=int(version) if version.isascii() and version.isdigit() else None,
        ),
        "Saved. What was on record before stays in its history.",
    )


@require_POST
@needs(P.CONTACT_VIEW)
def show_address(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Open one confidential address as given: a POST with its own evidence."""
    _, row = _opened_at(request, reference, position)
    if not row.address_is_confidential or row.is_address_held_back:
        raise Http404
    actions.show_address(on_contact=row, by=request.user, at=timezone.now())
    return show(request, *opened(request, reference), shown=position)
