"""Finding a person, and the one record of a person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.recording import named
from frontdoor import acting, asked, audit
from frontdoor.access import Permission, StaffRequest, get_named, get_visible
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.pages import finding, forms, reading
from frontdoor.pages.warning_forms import ReviewWarning, WarningForm
from frontdoor.people import actions, identifiers
from frontdoor.people.asking import reference_in
from frontdoor.people.models import Address, Person
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection import runs, warnings
from frontdoor.people.record import overview as record
from frontdoor.people.search import Page
from frontdoor.people.search import search as find
from frontdoor.ui.forms import UiForm
from frontdoor.ui.responses import page

P = Permission
OF_RESTRICTED = (
    "This record is restricted: a warning set here is shown only to those who may see it, also where it is about the "
    "household or the address. What others have to be warned of belongs on the record of somebody they may see."
)
Result = TypeVar("Result")


def _found(request: StaffRequest, q: str, after: str) -> dict[str, Any]:
    reference, is_certain = reference_in(q)
    opens = finding.address_of(request.user, reference)
    now = timezone.now()
    today = timezone.localdate(now)
    if is_certain and not opens:
        result = Page(explained=finding.no_such_record(reference))
    elif opens and not reference.startswith("P-"):
        result = Page()
    else:
        result = find(request.user, q, after=after or None, on=today)
    given = named.given(request.user, result.ways)
    if result.hits or given:
        on = {each.reference for each in given}
        audit.shows(request, [hit.person for hit in result.hits], given_on=on)
    return {
        "q": q,
        "result": result,
        "asked": bool(q.strip()),
        "now": now,
        "today": today,
        "given": given,
        "record": record,
        "opens": {"href": opens, "reference": reference} if opens else None,
    }


@require_safe
@needs(P.PEOPLE_SEARCH)
def search(request: StaffRequest) -> HttpResponse:
    """The search page: ``s`` is the key of what was typed into a box. An address that somebody wrote with ``q`` works,
    but no page of ours leads to one."""
    return page(request, "pages/people.html", _found(request, asked.typed(request), request.GET.get("after", "")))


@require_POST
@needs(P.PEOPLE_SEARCH)
def found(request: StaffRequest) -> HttpResponse:
    """Live search: a POST, so that no name stands in an address, a log or the browser's history."""
    context = _found(request, request.POST.get("q", ""), request.POST.get("after", ""))
    return page(request, "pages/people.html", context, fragment="pages/_people.html")


def opened(request: StaffRequest, reference: str) -> Person:
    """The person if the user may see them: 404 otherwise, 403 on a declared conflict; the read is noted as opened."""
    person: Person = get_visible(Person, request.user, reference)
    turned_away(request, person)
    return person


def turned_away(request: StaffRequest, person: Person) -> None:
    """Raise Denied, and leave the note of it, when the user has declared that they know this person."""
    protection.keep_out(people=[person], by=request.user, at=timezone.now())


def reason_for(request: StaffRequest, person: Person, at: datetime) -> str:
    """Why the user may read on, or "" when they have to say it first."""
    return reading.reason(request, person, record.relation(request.user, person, at), at)


def moved(request: StaffRequest, who: Person, name: str) -> HttpResponse:
    """On to the record that one has been joined to: whose record it is now is itself something read."""
    audit.shows(request, [who], kind="opened", reference=who.reference)
    return redirect(name, who.reference)


def ask_why(request: StaffRequest, who: Person) -> HttpResponse:
    """The page that asks why somebody reads on whose work does not say it; it leads on to the page they wanted."""
    if request.method == "GET":
        request.session[reading.ASKED_AT + str(who.reference)] = request.get_full_path()
    return _asked(request, who, _reason_form(request, who))


def _asked(request: StaffRequest, who: Person, form: forms.ReasonForm) -> HttpResponse:
    in_words = runs.waits_for_words(request.user)
    context = {"reference": who.reference, "form": form, "offered": {} if in_words else reading.OFFERED}
    return page(request, "pages/why.html", context)


def _reason_form(request: StaffRequest, who: Person, *, is_sent: bool = False) -> forms.ReasonForm:
    return acting.form(request, forms.ReasonForm, record=who, at=address_of(who), is_sent=is_sent)


def address_of(who: Person) -> str:
    """The one record of a person."""
    return reverse("pages:person", args=[who.reference])


@require_POST
@needs(P.PEOPLE_VIEW)
def why(request: StaffRequest, reference: str) -> HttpResponse:
    """Keep the reason for this session, a pressed button or words, and go on to the page that asked for it.

    After an unusual run of reading only words are taken, once.
    """
    who = opened(request, reference)
    wanted = str(request.session.get(reading.ASKED_AT + str(who.reference), "") or address_of(who))
    pressed = "" if runs.waits_for_words(request.user) else reading.OFFERED.get(request.POST.get("why", ""), "")
    if pressed:
        runs.say_why(person=who, by=request.user, reason=pressed, at=timezone.now())
        request.session[reading.SAID + str(who.reference)] = pressed
        return redirect(wanted)
    form = _reason_form(request, who, is_sent=True)

    def keep(given: dict[str, Any], at: datetime) -> None:
        runs.say_why(person=who, by=request.user, reason=given["reason"], at=at)
        request.session[reading.SAID + str(who.reference)] = given["reason"]

    return acting.carry_out(request, form, keep, to=wanted) or _asked(request, who, form)


def act_on_record(
    request: StaffRequest,
    who: Person,
    form: UiForm,
    act: Callable[[dict[str, Any], datetime], Result],
    *,
    title: str,
    said: str,
    to: str | Callable[[Result], str] = "",
    lead: str = "",
) -> HttpResponse:
    """The page of one act on a person's record: its form, what it refuses, and back to the record or on to ``to``."""
    audit.shows(request, [who], kind="opened", reference=who.reference)
    done = acting.carry_out(request, form, act, said=said, to=to or address_of(who))
    return done or page(request, "pages/person_form.html", {"person": who, "form": form, "title": title, "lead": lead})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def change(request: StaffRequest, reference: str) -> HttpResponse:
    """Change key facts."""
    who = opened(request, reference)
    form = acting.form(
        request,
        forms.KeyFacts,
        record=who,
        initial={
            **{name: getattr(who, name) for name in forms.KeyFacts.base_fields if hasattr(who, name)},
            "interpreter_needed": {True: "yes", False: "no", None: ""}[who.interpreter_needed],
        },
    )
    return act_on_record(
        request,
        who,
        form,
        lambda given, at: actions.amend_person(
            person=who, by=request.user, at=at, version=given["version"], reason=given["reason"], **form.facts()
        ),
        title="Change key facts",
        said="The record is up to date",
    )


def _add_telephone(number: str, safe: str, safe_time: str, **common: Any) -> None:
    actions.add_telephone(number=number, is_safe=forms.yes_no(safe), safe_time=safe_time, **common)


ADD: dict[str, tuple[str, type[UiForm], Callable[..., Any]]] = {
    "names": ("Add a name", forms.NameForm, actions.add_name),
    "identifiers": ("Add an identifier", forms.IdentifierForm, actions.add_identifier),
    "addresses": ("Add an address", forms.AddressForm, actions.add_address),
    "telephones": ("Add a telephone number", forms.TelephoneForm, _add_telephone),
    "warnings": ("Add a warning", WarningForm, warnings.add_warning),
    "relationships": ("Add a relationship", forms.RelationshipForm, actions.add_relationship),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def add(request: StaffRequest, reference: str, what: str) -> HttpResponse:
    """Add a name, an identifier, an address, a telephone number, a warning or a relationship."""
    who = opened(request, reference)
    if what not in ADD:
        raise Http404
    title, kind, act = ADD[what]
    more: dict[str, Any] = {"places": _lived_at(who)} if what == "warnings" else {}
    form = acting.form(request, kind, record=who, called=title, **more)

    def do(given: dict[str, Any], at: datetime) -> Any:
        if isinstance(form, WarningForm):
            facts = form.facts()
        else:
            facts = _relation(request, given) if what == "relationships" else given
        return act(person=who, by=request.user, at=at, **facts)

    def to(made: Any) -> str:
        if what == "identifiers" and (told := identifiers.check(made.kind, made.value).warning):
            messages.warning(request, told)
        return address_of(who)

    lead = OF_RESTRICTED if what == "warnings" and who.restrictions.in_force().exists() else ""
    return act_on_record(request, who, form, do, title=title, said="Added", to=to, lead=lead)


def _lived_at(who: Person) -> list[Address]:
    """The addresses somebody has now, as a warning may be about one of them."""
    return list(who.addresses.filter(ended_on__isnull=True).exclude(lines="", postcode="").order_by("pk"))


def _relation(request: StaffRequest, facts: dict[str, Any]) -> dict[str, Any]:
    absent = "There is no person with this reference that you can view."
    return {
        "other": get_named(Person, request.user, facts["other"], absent=absent, field="other"),
        "kind": facts["kind"],
        "has_parental_responsibility": forms.yes_no(facts["responsibility"]),
        "lives_with": forms.yes_no(facts["lives"]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def review_warning(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Look at a warning again: keep it to a new date, or end it with the reason."""
    who = opened(request, reference)
    warning = get_object_or_404(who.warnings.filter(ended_at__isnull=True), pk=key)
    form = acting.form(request, ReviewWarning, record=who)

    def do(given: dict[str, Any], at: datetime) -> None:
        common: dict[str, Any] = {"warning": warning, "by": request.user, "at": at, "reason": given["reason"]}
        if given["decision"] == "end":
            warnings.end_warning(**common)
        else:
            warnings.review_warning(review_on=given["review_on"], **common)

    title = f"Review the warning: {lists.label('warning_kind', warning.kind)}"
    return act_on_record(request, who, form, do, title=title, said="The warning is reviewed", lead=warning.text)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def end_address(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Say until when somebody lived at an address. A confidential one ends without being shown."""
    who = opened(request, reference)
    address = get_object_or_404(who.addresses, pk=key)
    return act_on_record(
        request,
        who,
        acting.form(request, forms.EndAddress, record=who),
        lambda given, at: actions.end_address(address=address, by=request.user, at=at, **given),
        title="End an address",
        said="The address has ended",
        lead="Confidential address" if address.is_confidential else f"{address.lines} {address.postcode}".strip(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def end_identifier(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Say until when an identifier was theirs."""
    who = opened(request, reference)
    identifier = get_object_or_404(who.identifiers, pk=key)
    return act_on_record(
        request,
        who,
        acting.form(request, forms.EndIdentifier, record=who),
        lambda given, at: actions.end_identifier(identifier=identifier, by=request.user, at=at, **given),
        title="End an identifier",
        said="The identifier has ended",
        lead=f"{identifiers.KINDS.get(identifier.kind, identifier.kind)}: {identifier.value}",
    )
