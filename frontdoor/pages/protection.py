"""Restricting a record, opening one in an emergency, declared conflicts, and who looked."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from frontdoor import acting
from frontdoor.access import Permission, Refused, StaffRequest, fresh
from frontdoor.access import page as needs
from frontdoor.pages import forms
from frontdoor.pages.people import act_on_record, address_of, opened
from frontdoor.people.models import Person, Restriction
from frontdoor.people.protection import actions as protection
from frontdoor.people.record import overview as record
from frontdoor.ui.responses import page

P = Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.BREAK_GLASS)
@fresh
def break_glass(request: StaffRequest) -> HttpResponse:
    """Ask for a restricted record: absent, open and ambiguous answer alike; a grant goes straight to the record."""
    form = acting.form(request, forms.BreakGlassForm)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: protection.break_glass(by=request.user, at=at, **given),
        said="The record is open to you. The data protection officer has been told.",
        to=lambda person: address_of(person) if person else reverse("pages:people"),
        undone=lambda person: None if person else Refused(protection.NOT_GRANTED, code="nothing_opened", field="query"),
    )
    return done or page(request, "pages/break_glass.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RESTRICTION_SET)
def restrict(request: StaffRequest, reference: str) -> HttpResponse:
    """Restrict a record to named colleagues."""
    who = opened(request, reference)
    return act_on_record(
        request,
        who,
        acting.form(request, forms.RestrictForm, record=who),
        lambda given, at: protection.set_restriction(person=who, by=request.user, at=at, **given),
        title="Restrict this record",
        said=f"{who.reference} is restricted to the colleagues you named",
        to=reverse("pages:people"),
    )


def _restriction_of(who: Person, key: int) -> Restriction:
    """A restriction in force on this record; 404 when it has none of that key."""
    restriction = record.restriction_of(who, key)
    if restriction is None:
        raise Http404
    return restriction


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RESTRICTION_SET)
def add_holder(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Name one more colleague on a restriction: only somebody who sees the record can."""
    who = opened(request, reference)
    restriction = _restriction_of(who, key)
    return act_on_record(
        request,
        who,
        acting.form(request, forms.HolderForm, record=who),
        lambda given, at: protection.add_holder(restriction=restriction, by=request.user, at=at, **given),
        title="Name a colleague who may see this record",
        said="The record is open to them",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RESTRICTION_SET)
def end_restriction(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """End a restriction, with the reason."""
    who = opened(request, reference)
    restriction = _restriction_of(who, key)
    return act_on_record(
        request,
        who,
        acting.form(request, forms.EndRestriction, record=who),
        lambda given, at: protection.end_restriction(restriction=restriction, by=request.user, at=at, **given),
        title="End the restriction",
        said="The restriction has ended",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def conflict(request: StaffRequest, reference: str) -> HttpResponse:
    """Declare that a member of staff knows or is related to this person."""
    who = opened(request, reference)
    return act_on_record(
        request,
        who,
        acting.form(request, forms.ConflictForm, record=who),
        lambda given, at: protection.declare_conflict(user=given["username"], person=who, by=request.user, at=at),
        title="Declare that a colleague knows this person",
        said="The record is closed to them",
        to=lambda declared: reverse("pages:home") if declared.user_id == request.user.pk else address_of(who),
    )
