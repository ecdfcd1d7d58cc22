"""Finding a person, and the one record of a person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import audit
from frontdoor.access import Denied, Permission, Refused, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.pages import forms
from frontdoor.people import actions, identifiers
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.people.protection import actions as protection
from frontdoor.people.record import overview as record
from frontdoor.people.search import search as find
from frontdoor.ui.responses import page

P = Permission
REASON = "reason-for-"


def _found(request: HttpRequest, q: str, after: str) -> dict[str, Any]:
    result = find(request.user, q, after=after or None)
    if result.hits:
        audit.shows(request, [hit.person for hit in result.hits])
    return {"q": q, "result": result, "asked": bool(q.strip()), "today": timezone.localdate(), "record": record}


@require_safe
@needs(P.PEOPLE_SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """The search page; an address with ``q`` works without JavaScript."""
    q = request.GET.get("q", "")
    return page(request, "pages/people.html", _found(request, q, request.GET.get("after", "")))


@require_POST
@needs(P.PEOPLE_SEARCH)
def found(request: HttpRequest) -> HttpResponse:
    """Live search: a POST, so that no name stands in an address, a log or the browser's history."""
    context = _found(request, request.POST.get("q", ""), request.POST.get("after", ""))
    return page(request, "pages/people.html", context, fragment="pages/_people.html")


def opened(request: HttpRequest, reference: str) -> Person:
    """The person if the user may see them: 404 otherwise, 403 on a declared conflict; the read is noted as opened."""
    person: Person = get_visible(Person, request.user, reference)
    turned_away(request, person)
    return person


def turned_away(request: HttpRequest, person: Person) -> None:
    """Raise Denied, and leave the note of it, when the user has declared that they know this person."""
    try:
        check_conflict(request.user, person)
    except Denied:
        protection.note_conflict_met(person=person, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        raise


def typed_or_role(request: HttpRequest, person: Person, relation: str) -> str:
    """Why the user may read on: what they typed today, a working relation, or the call they are taking."""
    typed = request.session.get(REASON + str(person.reference))
    if typed:
        return str(typed)
    return relation or ("search from a call" if holds(request.user, P.CONTACT_RECORD) else "")


def reason_for(request: HttpRequest, person: Person, at: datetime) -> str:
    """Why the user may read on, or "" when they have to say it first."""
    return typed_or_role(request, person, record.relation(request.user, person, at))


def moved(request: HttpRequest, who: Person, name: str) -> HttpResponse:
    """On to the record that one has been joined to: whose record it is now is itself something read."""
    audit.shows(request, [who], kind="opened", reference=who.reference)
    return redirect(name, who.reference)


@require_POST
@needs(P.PEOPLE_VIEW)
def why(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the typed reason for this session, and go on to the record."""
    who = opened(request, reference)
    form = forms.ReasonForm(request.POST)
    if not form.is_valid():
        return page(request, "pages/why.html", {"reference": who.reference, "form": form})
    request.session[REASON + str(who.reference)] = form.cleaned_data["reason"]
    return redirect("pages:person", who.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Change key facts."""
    who = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    if request.method == "POST":
        form = forms.KeyFacts(request.POST)
        if form.is_valid():
            actions.amend_person(
                person=who,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                **form.facts(),
            )
            messages.success(request, "The record is up to date")
            return redirect("pages:person", who.reference)
    else:
        form = forms.KeyFacts(
            initial={
                **{name: getattr(who, name) for name in forms.KeyFacts.base_fields if hasattr(who, name)},
                "interpreter_needed": {True: "yes", False: "no", None: ""}[who.interpreter_needed],
            }
        )
    return page(request, "pages/person_form.html", {"person": who, "form": form, "title": "Change key facts"})


def _add_telephone(number: str, safe: str, safe_time: str, **common: Any) -> None:
    actions.add_telephone(number=number, is_safe=forms.yes_no(safe), safe_time=safe_time, **common)


ADD: dict[str, tuple[str, type[django_forms.Form], Callable[..., Any]]] = {
    "names": ("Add a name", forms.NameForm, actions.add_name),
    "identifiers": ("Add an identifier", forms.IdentifierForm, actions.add_identifier),
    "addresses": ("Add an address", forms.AddressForm, actions.add_address),
    "telephones": ("Add a telephone number", forms.TelephoneForm, _add_telephone),
    "warnings": ("Add a warning", forms.WarningForm, actions.add_warning),
    "relationships": ("Add a relationship", forms.RelationshipForm, actions.add_relationship),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def add(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """Add a name, an identifier, an address, a telephone number, a warning or a relationship."""
    who = opened(request, reference)
    if what not in ADD:
        raise Http404
    audit.shows(request, [who], kind="opened", reference=who.reference)
    title, form_class, act = ADD[what]
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            if what == "relationships":
                facts = _relation(request, facts)
            done = act(person=who, by=request.user, at=timezone.now(), **facts)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "Added")
            if what == "identifiers":
                told = identifiers.check(done.kind, done.value).warning
                if told:
                    messages.warning(request, told)
            return redirect("pages:person", who.reference)
    return page(request, "pages/person_form.html", {"person": who, "form": form, "title": title})


def _relation(request: HttpRequest, facts: dict[str, Any]) -> dict[str, Any]:
    try:
        other = get_visible(Person, request.user, facts["other"])
    except Http404 as absent:
        raise Refused("There is no person with this reference.", code="no_person", field="other") from absent
    return {
        "other": other,
        "kind": facts["kind"],
        "has_parental_responsibility": forms.yes_no(facts["responsibility"]),
        "lives_with": forms.yes_no(facts["lives"]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def review_warning(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Look at a warning again: keep it to a new date, or end it with the reason."""
    who = opened(request, reference)
    warning = get_object_or_404(who.warnings.filter(ended_at__isnull=True), pk=key)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    form = forms.ReviewWarning(request.POST or None)
    if request.method == "POST" and form.is_valid():
        common: dict[str, Any] = {
            "warning": warning,
            "by": request.user,
            "at": timezone.now(),
            "reason": form.cleaned_data["reason"],
        }
        if form.cleaned_data["decision"] == "end":
            actions.end_warning(**common)
        else:
            actions.review_warning(review_on=form.cleaned_data["review_on"], **common)
        messages.success(request, "The warning is reviewed")
        return redirect("pages:person", who.reference)
    title = f"Review the warning: {lists.label('warning_kind', warning.kind)}"
    return page(request, "pages/person_form.html", {"person": who, "form": form, "title": title, "lead": warning.text})
