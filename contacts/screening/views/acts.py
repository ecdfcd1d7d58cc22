"""What a screener does on the page of a contact, one act for each button."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from contacts.models import Contact, ContactPerson
from contacts.queue import actions as queue_actions
from contacts.screening import actions, own_grades
from contacts.screening.details import settle_details
from contacts.screening.forms import GoOnForm, GradeForm, LetSeeForm, LinkForm, OwnGradeForm, UnlinkForm
from contacts.screening.views.contact import act_on, address_of, carry_out, opened, show
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, get_named, get_visible
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.people.models import Person

P = Permission


@require_POST
@needs(P.CONTACT_SCREEN)
def grade(request: StaffRequest, reference: str) -> HttpResponse:
    """Give or change the grade."""
    return act_on(request, reference, GradeForm, actions.grade, prefix="grade", said="The grade has been saved")


@require_POST
@needs(P.CONTACT_SCREEN)
def grade_child(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Give a child a grade of their own, or the contact's again."""
    contact, row = _opened_at(request, reference, position)
    return carry_out(
        request,
        contact,
        OwnGradeForm,
        partial(own_grades.grade_child, on_contact=row),
        prefix=f"own-grade-{position}",
        said="The grade has been saved",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def go_on(request: StaffRequest, reference: str) -> HttpResponse:
    """Go on without waiting for an answer."""
    return act_on(request, reference, GoOnForm, actions.go_on, prefix="go-on", said="You are screening it again")


def _at_once(request: StaffRequest, contact: Contact, act: Callable[..., object], said: str) -> HttpResponse:
    """One act without anything typed, given ``by`` and ``at``, and back to the page."""
    return acting.at_once(
        request, lambda at: act(by=request.user, at=at), said=said, back=address_of(contact.reference)
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def release(request: StaffRequest, reference: str) -> HttpResponse:
    """Give the contact back to the queue."""
    contact, _ = opened(request, reference)
    release_it = queue_actions.release_together if request.POST.get("from") == "queue" else actions.release
    return _at_once(request, contact, partial(release_it, contact=contact), "The contact is back on the queue")


@require_POST
@needs(P.CONTACT_SCREEN)
def acknowledge(request: StaffRequest, reference: str) -> HttpResponse:
    """Say that a person has received it."""
    contact, _ = opened(request, reference)
    return _at_once(request, contact, partial(actions.acknowledge, contact=contact), "Receipt has been acknowledged")


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

    def act(*, by: User, at: datetime, person: str, **given: Any) -> ContactPerson:
        absent = "There is no record with this reference that you can view."
        record: Person = get_named(Person, by, person, absent=absent, field="person")
        return actions.link_person(on_contact=row, person=record, by=by, at=at)

    return carry_out(request, contact, LinkForm, act, prefix=f"link-{position}", said="The link has been confirmed")


@require_POST
@needs(P.CONTACT_SCREEN)
def not_this(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Answer a candidate with no: never offered again for this person on this contact."""
    contact, row = _opened_at(request, reference, position)
    person: Person = get_visible(Person, request.user, request.POST.get("person", ""))
    no = partial(actions.not_this_person, on_contact=row, person=person)
    return _at_once(request, contact, no, "Noted: this is not the person")


@require_POST
@needs(P.CONTACT_SCREEN)
def unlink(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Take a wrong link back, with the reason."""
    contact, row = _opened_at(request, reference, position)
    return carry_out(
        request,
        contact,
        UnlinkForm,
        partial(actions.unlink_person, on_contact=row),
        prefix=f"unlink-{position}",
        said="The link has been removed",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def let_others_see(request: StaffRequest, reference: str) -> HttpResponse:
    """Open up a contact that stayed hidden when a link was taken back."""
    return act_on(
        request,
        reference,
        LetSeeForm,
        actions.let_others_see,
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
        partial(
            settle_details,
            on_contact=row,
            accept=request.POST.getlist("accept"),
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
