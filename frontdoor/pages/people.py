"""Finding a person, and the one record of a person."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import audit
from frontdoor.access import Denied, Permission, Refused, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.pages import forms
from frontdoor.people import actions, identifiers, protection, record
from frontdoor.people.access import check_conflict
from frontdoor.people.merge import standing_merges
from frontdoor.people.models import Person
from frontdoor.people.search import search as find
from frontdoor.ui.responses import page

P = Permission
REASON = "reason-for-"
Row = TypeVar("Row")


NAMES_FIRST = ["primary", "known_as", "alias", "former"]


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
    try:
        check_conflict(request.user, person)
    except Denied:
        protection.note_conflict_met(person=person, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        raise
    return person


def _reason(request: HttpRequest, person: Person, at: datetime) -> str:
    """Why the user may read on: a working relation, the call they are taking, or what they typed today."""
    typed = request.session.get(REASON + str(person.reference))
    if typed:
        return str(typed)
    return record.relation(request.user, person, at) or (
        "search from a call" if holds(request.user, P.CONTACT_RECORD) else ""
    )


def _moved(request: HttpRequest, who: Person, name: str) -> HttpResponse:
    """On to the record that one has been joined to: whose record it is now is itself something read."""
    audit.shows(request, [who], kind="opened", reference=who.reference)
    return redirect(name, who.reference)


def once(rows: Iterable[Row], key: Callable[[Row], Any]) -> list[Row]:
    """Rows that say the same become one for showing: each of two joined records may hold it."""
    told: dict[Any, Row] = {}
    for row in rows:
        told.setdefault(key(row), row)
    return list(told.values())


@require_safe
@needs(P.PEOPLE_VIEW)
def person(request: HttpRequest, reference: str) -> HttpResponse:
    """The one record of a person; the reference of a record joined to it leads here."""
    now = timezone.now()
    who = opened(request, reference)
    if who.reference != tidy_reference(reference):
        return _moved(request, who, "pages:person")
    reason = _reason(request, who, now)
    if not reason:
        return page(request, "pages/why.html", {"reference": who.reference, "form": forms.ReasonForm()})
    return _record(request, who, reason)


def _record(request: HttpRequest, who: Person, reason: str, shown: int | None = None) -> HttpResponse:
    now = timezone.now()
    relatives = record.family(who, request.user)
    audit.shows(request, [who, *(r.person for r in relatives)], kind="opened", reference=who.reference, reason=reason)
    parts = record.involvements(who, request.user)
    restrictions, may_see = record.who_may_see(who)
    open_work = [p for p in parts if p.closed_at is None]
    return page(
        request,
        "pages/person.html",
        {
            "person": who,
            "now": now,
            "today": timezone.localdate(),
            "names": once(
                sorted(who.names.order_by("-pk"), key=lambda n: NAMES_FIRST.index(n.kind)), lambda n: n.full.casefold()
            ),
            "identifiers": [
                (identifiers.KINDS.get(i.kind, i.kind), i)
                for i in once(who.identifiers.order_by("kind", "pk"), lambda i: (i.kind, i.value, i.valid_to))
            ],
            "addresses": once(
                record.addresses(who),
                lambda a: (a.lines.casefold(), a.postcode_key, a.kind, a.is_confidential, a.ended_on, a.why),
            ),
            "merges": standing_merges(who),
            "notes": record.texts(who),
            "may_unmerge": holds(request.user, P.PEOPLE_UNMERGE),
            "shown": shown,
            "telephones": once(
                who.telephones.filter(ended_on__isnull=True).order_by("pk"),
                lambda t: (t.number_key, t.is_safe, t.safe_time),
            ),
            "relatives": relatives,
            "warnings": list(
                who.warnings.filter(ended_at__isnull=True).select_related("set_by", "reviewed_by").order_by("review_on")
            ),
            "open_work": open_work,
            "clocks": _clocks(request, [p.reference for p in open_work]),
            "closed_work": [p for p in parts if p.closed_at is not None][:20],
            "restrictions": restrictions,
            "may_see": may_see,
            "missing": record.missing(who),
            "label": lists.label,
            "disabilities": ", ".join(lists.label("disability", code) for code in who.disabilities),
            "href_of": record.href_of,
            "may_edit": holds(request.user, P.PEOPLE_EDIT),
            "may_restrict": holds(request.user, P.RESTRICTION_SET),
            "may_ask_who": holds(request.user, P.WHO_LOOKED),
        },
    )


def _clocks(request: HttpRequest, references: list[str]) -> dict[str, list[Clock]]:
    """Clocks not stopped yet by record, the nearest deadline first; one query whatever their number."""
    rows = Clock.objects.visible_to(request.user).filter(reference__in=references, stopped_at__isnull=True)
    found: dict[str, list[Clock]] = {}
    for clock in rows.order_by("due_at", "pk"):
        found.setdefault(clock.reference, []).append(clock)
    return found


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


@require_safe
@needs(P.PEOPLE_VIEW)
def chronology(request: HttpRequest, reference: str) -> HttpResponse:
    """What happened, newest first."""
    who = opened(request, reference)
    if who.reference != tidy_reference(reference):
        return _moved(request, who, "pages:chronology")
    reason = _reason(request, who, timezone.now())
    if not reason:
        return page(request, "pages/why.html", {"reference": who.reference, "form": forms.ReasonForm()})
    audit.shows(request, [who], kind="opened", reference=who.reference, reason=reason)
    return page(request, "pages/chronology.html", {"person": who, "events": record.chronology(who, request.user)})


@require_POST
@needs(P.PEOPLE_VIEW)
def show_address(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Open one confidential address: a POST with its own audit row."""
    who = opened(request, reference)
    reason = _reason(request, who, timezone.now())
    if not reason:
        return page(request, "pages/why.html", {"reference": who.reference, "form": forms.ReasonForm()})
    address = get_object_or_404(who.addresses.select_related("person"), pk=key, is_confidential=True)
    actions.show_address(address=address, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return _record(request, who, reason, shown=address.pk)


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
