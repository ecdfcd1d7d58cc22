"""Restricting a record, opening one in an emergency, declared conflicts, and who looked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.db import tidy_reference
from frontdoor.pages import forms
from frontdoor.pages.people import opened
from frontdoor.people.protection import actions as protection
from frontdoor.people.record import overview as record
from frontdoor.ui.responses import page

P = Permission
LINES = 100


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.BREAK_GLASS)
def break_glass(request: HttpRequest) -> HttpResponse:
    """Ask for a restricted record: absent, open and ambiguous answer alike; a grant goes straight to the record."""
    form = forms.BreakGlassForm(request.POST or None)
    nothing = ""
    if request.method == "POST" and form.is_valid():
        try:
            person = protection.break_glass(
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                query=form.cleaned_data["query"],
                reason=form.cleaned_data["reason"],
                hours=form.cleaned_data["hours"],
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            if person is not None:
                messages.success(request, "The record is open to you. The data protection officer has been told.")
                return redirect("pages:person", person.reference)
            nothing = protection.NOT_GRANTED
    return page(request, "pages/break_glass.html", {"form": form, "nothing": nothing})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RESTRICTION_SET)
def restrict(request: HttpRequest, reference: str) -> HttpResponse:
    """Restrict a record to named colleagues."""
    who = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    form = forms.RestrictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        protection.set_restriction(
            person=who,
            holders=form.cleaned_data["holders"],
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            reason=form.cleaned_data["reason"],
            kind=form.cleaned_data["kind"],
        )
        messages.success(request, f"{who.reference} is restricted to the colleagues you named")
        return redirect("pages:people")
    return page(request, "pages/person_form.html", {"person": who, "form": form, "title": "Restrict this record"})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RESTRICTION_SET)
def end_restriction(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """End a restriction, with the reason."""
    who = opened(request, reference)
    restriction = record.restriction_of(who, key)
    if restriction is None:
        raise Http404
    audit.shows(request, [who], kind="opened", reference=who.reference)
    form = forms.EndRestriction(request.POST or None)
    if request.method == "POST" and form.is_valid():
        protection.end_restriction(
            restriction=restriction,
            by=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, "The restriction has ended")
        return redirect("pages:person", who.reference)
    return page(request, "pages/person_form.html", {"person": who, "form": form, "title": "End the restriction"})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def conflict(request: HttpRequest, reference: str) -> HttpResponse:
    """Declare that a member of staff knows or is related to this person."""
    who = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    form = forms.ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.cleaned_data["username"]
        protection.declare_conflict(user=user, person=who, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, "The record is closed to them")
        return redirect(
            "pages:home" if user == request.user else "pages:person", *([] if user == request.user else [who.reference])
        )
    return page(
        request,
        "pages/person_form.html",
        {"person": who, "form": form, "title": "Declare that a colleague knows this person"},
    )


@require_safe
@needs(P.WHO_LOOKED)
def who_looked_search(request: HttpRequest) -> HttpResponse:
    """Ask for a record by its reference."""
    asked = tidy_reference(request.GET.get("reference", ""))
    if asked:
        return redirect("pages:who_looked", asked)
    return page(request, "pages/who_looked_search.html", {})


@require_safe
@needs(P.WHO_LOOKED)
def who_looked(request: HttpRequest, reference: str) -> HttpResponse:
    """Everybody who saw, opened or changed what is held on a person, newest first, by key."""
    person = record.for_oversight(reference)
    if person is None:
        raise Http404
    audit.shows(request, [person], reference=person.reference)
    entries = record.entries_about(person)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        entries = entries.filter(id__lt=int(after))
    rows: list[Any] = list(entries[: LINES + 1])
    return page(
        request,
        "pages/who_looked.html",
        {
            "reference": person.reference,
            "entries": rows[:LINES],
            "sentence": audit.sentence,
            "after": rows[LINES - 1].pk if len(rows) > LINES else None,
        },
    )
