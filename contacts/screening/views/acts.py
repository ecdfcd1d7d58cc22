"""What a screener does on the page of a contact, one act for each button."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from contacts.models import Contact, ContactPerson
from contacts.queue import actions as queue_actions
from contacts.screening import actions
from contacts.screening.details import settle_details
from contacts.screening.forms import ActForm, GoOnForm, GradeForm, LetSeeForm, LinkForm, UnlinkForm
from contacts.screening.views.contact import opened, show
from frontdoor import audit
from frontdoor.access import Permission, Refused, Stale, get_visible
from frontdoor.access import page as needs
from frontdoor.people.models import Person
from frontdoor.ui.formats import moment

P = Permission


def why(refused: Refused) -> str:
    """The refusal in words, with when it happened where somebody else was first."""
    if not isinstance(refused, Stale):
        return refused.message
    when = f" That was on {moment(refused.when)}." if refused.when else ""
    return f"{refused.message}{when} Look again; what you typed is still here, and can be sent if it is still right."


def carry_out(
    request: HttpRequest,
    reference: str,
    name: str,
    form: ActForm,
    act: Callable[[Contact, dict[str, Any], datetime], Any],
    said: str,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """One act on a contact: done and back to the page, or the page again with what was typed and why not."""
    found, _ = opened(request, reference)
    if form.is_valid():
        try:
            act(found, form.cleaned_data, timezone.now())
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, why(refused))
        else:
            messages.success(request, said)
            return redirect("contacts:contact", found.reference)
    found, rows = opened(request, reference)
    # The version moves on with the page: sending again is a choice made with the change in sight.
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(found.version)
    form.data = data
    return show(request, found, rows, {name: form, **(extra or {})})


@require_POST
@needs(P.CONTACT_SCREEN)
def grade(request: HttpRequest, reference: str) -> HttpResponse:
    """Give or change the grade."""
    user: Any = request.user
    return carry_out(
        request,
        reference,
        "grade",
        GradeForm(request.POST, prefix="grade"),
        lambda contact, given, at: actions.grade(contact=contact, by=user, at=at, **given),
        "The grade is kept",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def go_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on without waiting for an answer."""
    user: Any = request.user
    return carry_out(
        request,
        reference,
        "go_on",
        GoOnForm(request.POST, prefix="go-on"),
        lambda contact, given, at: actions.go_on(contact=contact, by=user, at=at, **given),
        "You are screening it again",
    )


def at_once(request: HttpRequest, reference: str, act: Callable[[Contact, datetime], Any], said: str) -> HttpResponse:
    """One act without anything typed: done, or said why not, and back to the page."""
    found, _ = opened(request, reference)
    try:
        act(found, timezone.now())
    except Refused as refused:
        audit.refused(request, refused)
        messages.warning(request, why(refused).split(" Look again")[0])
    else:
        messages.success(request, said)
    return redirect("contacts:contact", found.reference)


@require_POST
@needs(P.CONTACT_SCREEN)
def release(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the contact back to the queue."""
    user: Any = request.user
    release_it = queue_actions.release_together if request.POST.get("from") == "queue" else actions.release
    return at_once(
        request,
        reference,
        lambda contact, at: release_it(contact=contact, by=user, at=at),
        "The contact is back on the queue",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a person has received it."""
    user: Any = request.user
    return at_once(
        request,
        reference,
        lambda contact, at: actions.acknowledge(contact=contact, by=user, at=at),
        "Receipt is acknowledged",
    )


def _row(request: HttpRequest, reference: str, position: int) -> ContactPerson:
    _, rows = opened(request, reference)
    for row in rows:
        if row.position == position:
            return row
    raise Http404


@require_POST
@needs(P.CONTACT_SCREEN)
def link(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Confirm that this person on the contact is that record."""
    row = _row(request, reference, position)
    user: Any = request.user

    def act(contact: Contact, given: dict[str, Any], at: datetime) -> None:
        try:
            person: Person = get_visible(Person, user, given["person"])
        except Http404 as absent:
            raise Refused("There is no record with this reference.", code="no_person", field="person") from absent
        actions.link_person(on_contact=row, person=person, by=user, at=at)

    form = LinkForm(request.POST, prefix=f"link-{position}")
    return carry_out(request, reference, "link", form, act, "The link is confirmed", {"link_key": position})


@require_POST
@needs(P.CONTACT_SCREEN)
def not_this(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Answer a candidate with no: never offered again for this person on this contact."""
    row = _row(request, reference, position)
    user: Any = request.user
    person: Person = get_visible(Person, user, request.POST.get("person", ""))
    return at_once(
        request,
        reference,
        lambda contact, at: actions.not_this_person(on_contact=row, person=person, by=user, at=at),
        "Remembered: not this person",
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def unlink(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Take a wrong link back, with the reason."""
    row = _row(request, reference, position)
    user: Any = request.user
    return carry_out(
        request,
        reference,
        "unlink",
        UnlinkForm(request.POST, prefix=f"unlink-{position}"),
        lambda contact, given, at: actions.unlink_person(on_contact=row, by=user, at=at, **given),
        "The link is taken back",
        {"unlink_key": position},
    )


@require_POST
@needs(P.CONTACT_SCREEN)
def let_others_see(request: HttpRequest, reference: str) -> HttpResponse:
    """Open up a contact that stayed hidden when a link was taken back."""
    user: Any = request.user
    return carry_out(
        request,
        reference,
        "let_see",
        LetSeeForm(request.POST, prefix="let-see"),
        lambda contact, given, at: actions.let_others_see(contact=contact, by=user, at=at, **given),
        "Others may see the contact again",
    )


@require_POST
@needs(P.PEOPLE_EDIT)
def details(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Take the ticked details onto the record; leave the rest."""
    row = _row(request, reference, position)
    user: Any = request.user
    version = request.POST.get("version", "")
    return at_once(
        request,
        reference,
        lambda contact, at: settle_details(
            on_contact=row,
            accept=request.POST.getlist("accept"),
            by=user,
            at=at,
            version=int(version) if version.isascii() and version.isdigit() else None,
        ),
        "Your answer is kept. What was on record before stays in its history.",
    )


@require_POST
@needs(P.CONTACT_VIEW)
def show_address(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Open one confidential address as given: a POST with its own evidence."""
    row = _row(request, reference, position)
    if not row.address_is_confidential:
        raise Http404
    actions.show_address(on_contact=row, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return show(request, *opened(request, reference), shown=position)
