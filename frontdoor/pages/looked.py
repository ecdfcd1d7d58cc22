"""Who looked: found by somebody's name or reference, by member of staff and by days; its lists; the same as a file."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdoor import asked, audit
from frontdoor.access import Permission, StaffRequest, ask_again
from frontdoor.access import page as needs
from frontdoor.audit.actions import exported
from frontdoor.db import by_name
from frontdoor.pages.looked_forms import LookedForm
from frontdoor.people.asking import reference_in
from frontdoor.people.models import Person
from frontdoor.people.record import looked
from frontdoor.people.record import overview as record
from frontdoor.people.record.looked import Rows, Which
from frontdoor.people.search import Page
from frontdoor.people.search import search as find
from frontdoor.staff import readers
from frontdoor.ui.csvs import csv_response
from frontdoor.ui.formats import local
from frontdoor.ui.responses import page

P = Permission
LINES = 100
#: More rows than this in one file are asked for in parts: a file has to be whole, or it says something untrue.
MOST_EXPORTED = 10_000
HEAD = ("when", "who", "user_name", "what", "record", "reason")
#: The lists: what each is called, and what it holds.
LISTS: dict[Which, tuple[str, str]] = {
    Which.ALL: ("Everything", "Every read and act, for one member of staff or some days."),
    Which.BREAK_GLASS: ("Break-glass", "Restricted records opened in an emergency, or asked for, with the reason."),
    Which.REFUSALS: ("Refusals", "What somebody tried and was refused or is not allowed."),
    Which.OUTSIDERS: ("Outsiders’ views", "What agencies read over the API, and who opened a secure link."),
    Which.UNUSUAL: (
        "Unusual runs of reading",
        "Who opened more records than the limits say that their own work does not lead to. What they did on those days,"
        " with the reasons they gave, stands under their name.",
    ),
}


@require_safe
@needs(P.WHO_LOOKED)
def search(request: StaffRequest) -> HttpResponse:
    """Find whose record it is about. ``s`` is the key of what was typed into the box: it stands in no address."""
    typed = (asked.typed(request) or request.GET.get("reference", "")).replace("\x00", "").strip()
    reference, is_certain = reference_in(typed)
    if is_certain:
        return redirect("pages:who_looked", reference)
    result = Page()
    if typed:
        result = find(request.user, typed, after=request.GET.get("after") or None, on=timezone.localdate())
    if result.hits:
        audit.shows(request, [hit.person for hit in result.hits], reason="who looked")
    context = {"q": typed, "result": result, "today": timezone.localdate(), "lists": _lists()}
    return page(request, "pages/who_looked_search.html", context)


@require_safe
@needs(P.WHO_LOOKED)
def listing(request: StaffRequest, which: str) -> HttpResponse:
    """One of the lists, by member of staff and days."""
    if which not in set(Which):
        raise Http404
    name = Which(which)
    title, lead = LISTS[name]
    context = {"title": title, "lead": lead, "here": reverse("pages:who_looked_list", args=[which])}
    return _shown(request, looked.those(name), context | {"which": name}, of=which)


@require_safe
@needs(P.WHO_LOOKED)
def who_looked(request: StaffRequest, reference: str) -> HttpResponse:
    """Everybody who saw, opened or changed what is held on a person, or on another record, newest first."""
    person = record.for_oversight(reference)
    if person is not None:
        rows, about = looked.about(person), str(person.reference)
    else:
        about, is_certain = reference_in(reference)
        rows = looked.about_record(about)
        if not is_certain or about.startswith("P-") or not rows.exists():
            raise Http404
    context = {"title": "Who looked", "lead": "", "here": reverse("pages:who_looked", args=[about])}
    return _shown(request, rows, context | {"reference": about}, of=about, person=person)


def _lists() -> list[dict[str, str]]:
    return [
        {"text": title, "about": lead, "href": reverse("pages:who_looked_list", args=[which.value])}
        for which, (title, lead) in LISTS.items()
    ]


def _shown(
    request: StaffRequest, rows: Rows, context: dict[str, Any], *, of: str, person: Person | None = None
) -> HttpResponse:
    """The rows with their filters: a page of them, or all as a file."""
    form = LookedForm(request.GET, staff=list(readers.people().order_by(*by_name("name"), "username")))
    if not form.is_valid():
        return page(request, "pages/who_looked.html", {**context, "form": form, "lines": None, "lists": _lists()})
    rows = looked.narrowed(rows, by=form.user, since=form.cleaned_data["since"], until=form.cleaned_data["until"])
    reference = str(context.get("reference", ""))
    address = f"{context['here']}?{urlencode(form.kept)}"
    if request.GET.get("format") == "csv":
        return ask_again(request) or _file(
            request, rows, address, of=of, reference=reference, people=[person] if person else []
        )
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = looked.older_than(rows, int(after))
    found = list(rows[: LINES + 1])
    shown = found[:LINES]
    people = [person.pk] if person is not None else looked.people_named(shown)
    if people or reference:
        audit.shows(request, people, reference=reference)
    more = {**form.kept, "after": str(shown[-1].pk)} if len(found) > LINES else {}
    context |= {
        "form": form,
        "lines": looked.lines(shown, request.user),
        "lists": _lists(),
        "older": f"{context['here']}?{urlencode(more)}" if more else "",
        "csv": f"{context['here']}?{urlencode({**form.kept, 'format': 'csv'})}",
    }
    return page(request, "pages/who_looked.html", context)


def _file(
    request: StaffRequest, rows: Rows, back: str, *, of: str, reference: str, people: list[Person]
) -> HttpResponse:
    """The rows as CSV, which is itself evidence; back to the page when there are too many for one file."""
    found = list(rows[: MOST_EXPORTED + 1])
    if len(found) > MOST_EXPORTED:
        told = f"There are more than {MOST_EXPORTED:,} rows. Choose fewer days or one member of staff, then export."
        messages.warning(request, told)
        return redirect(back)
    lines = looked.lines(found, request.user)
    exported(by=request.user, of=of, rows=len(lines), reference=reference, people=people or looked.people_named(found))
    return csv_response(
        f"who-looked-{of}-{timezone.localdate()}.csv",
        HEAD,
        (
            (
                local(line.entry.at).isoformat(sep=" ", timespec="seconds"),
                line.who,
                line.username,
                line.what,
                line.entry.reference,
                line.reason,
            )
            for line in lines
        ),
    )
