"""The chronology of a person: filtered, searched, a page at a time, with what is significant marked, and as a PDF."""

from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from frontdoor import acting, asked, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.db import tidy_reference
from frontdoor.pages.people import ask_why, moved, opened, reason_for
from frontdoor.pages.sections import sections
from frontdoor.people.models import Person
from frontdoor.people.record import chronology as chronicle
from frontdoor.people.record import significance
from frontdoor.people.record.chronology import Window, read_mark
from frontdoor.printing import chronology as printing
from frontdoor.ui.dates import DateField
from frontdoor.ui.formats import short_day
from frontdoor.ui.forms import Checkboxes, UiForm, long_text
from frontdoor.ui.responses import page, pdf

P = Permission


class ChronologyFilter(UiForm):
    """Which lines of a chronology are shown."""

    keeps_no_draft = "a filter: its words are kept for the session, the rest stands in the address"
    words = django_forms.CharField(label="Search within", max_length=100, required=False)
    since = DateField(label="From", required=False)
    until = DateField(label="To", required=False)
    kind = django_forms.MultipleChoiceField(label="Kinds", required=False, widget=Checkboxes())
    significant = django_forms.BooleanField(label="Significant events only", required=False)

    handling = django_forms.BooleanField(
        label="Show how the work was passed on, and what passed between its author and a manager", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", list(chronicle.kinds().items()))

    def clean(self) -> dict[str, Any]:
        """The days stand in order."""
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "Enter a day after the first")
        return data

    def window(self) -> Window:
        """What is asked for."""
        data = self.cleaned_data
        return Window(
            kinds=frozenset(data.get("kind") or ()),
            since=data.get("since"),
            until=data.get("until"),
            words=(data.get("words") or "").replace("\x00", "").strip(),
            only_significant=bool(data.get("significant")),
            with_handling=bool(data.get("handling")),
        )


class MarkForm(UiForm):
    """Why an event is significant, or is not."""

    called = "Mark an event as significant"
    reason = long_text(
        "Why does this event matter for understanding this person’s life?", longest=500, missing="Say why"
    )


def _let_in(request: StaffRequest, reference: str) -> tuple[Person, str] | HttpResponse:
    """The person and why the user may read on; or the page that asks why."""
    who = opened(request, reference)
    reason = reason_for(request, who, timezone.now())
    if not reason:
        return ask_why(request, who)
    audit.shows(request, [who], kind="opened", reference=who.reference, reason=reason)
    return who, reason


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_VIEW)
def chronology(request: StaffRequest, reference: str) -> HttpResponse:
    """What happened, newest first, fifty lines at a time. Its filters are sent by POST: their words are kept for the
    session and stand in no address."""
    if request.method == "POST":
        here = reverse("pages:chronology", args=[opened(request, reference).reference])
        return asked.lead_on(request, here, box="words", filters=ChronologyFilter.base_fields)
    let = _let_in(request, reference)
    if isinstance(let, HttpResponse):
        return let
    who, _ = let
    if who.reference != tidy_reference(reference):
        return moved(request, who, "pages:chronology")
    sent = asked.address(request, box="words")
    filled = asked.filled(request, sent, box="words")
    form = ChronologyFilter(filled if set(filled) - {"after"} else {})
    wanted = form.window() if form.is_valid() else Window()
    after = read_mark(request.GET.get("after", ""))
    found = chronicle.chronology(who, request.user, Window(**{**wanted.__dict__, "after": after}))
    return page(
        request,
        "pages/chronology.html",
        {
            "person": who,
            "sections": sections(request.user, who.reference, "Chronology"),
            "filter": form,
            "query": _query(filled),
            "chosen": _chosen(who, sent, wanted),
            "events": found.events,
            "kinds": chronicle.kinds(),
            "is_first": after is None,
            "first": _address(who, sent),
            "following": _address(who, sent, after=found.next_after) if found.next_after else "",
            "may_mark": holds(request.user, P.PEOPLE_EDIT),
        },
        status=422 if form.errors else 200,
    )


def _query(sent: QueryDict) -> list[tuple[str, str]]:
    """The filters as they were sent, without the page's mark."""
    return [(name, value) for name, values in sent.lists() for value in values if name != "after" and value]


def _address(who: Person, sent: QueryDict, *, without: tuple[str, str] = ("", ""), after: str = "") -> str:
    query = QueryDict(mutable=True)
    for name, value in _query(sent):
        part = name.partition("_")[0]
        if (name, value) != without and (part, "") != without:
            query.appendlist(name, value)
    if after:
        query["after"] = after
    text = query.urlencode()
    return reverse("pages:chronology", args=[who.reference]) + (f"?{text}" if text else "")


def _chosen(who: Person, sent: QueryDict, asked: Window) -> list[dict[str, str]]:
    """The filters in force, each with the address without it."""
    words = chronicle.kinds()
    found = [
        {"text": words.get(kind, kind), "href": _address(who, sent, without=("kind", kind))}
        for kind in sorted(asked.kinds)
    ]
    if asked.words:
        found.append({"text": f"“{asked.words}”", "href": _address(who, sent, without=("s", ""))})
    if asked.since:
        found.append({"text": f"from {short_day(asked.since)}", "href": _address(who, sent, without=("since", ""))})
    if asked.until:
        found.append({"text": f"to {short_day(asked.until)}", "href": _address(who, sent, without=("until", ""))})
    if asked.only_significant:
        found.append({"text": "significant", "href": _address(who, sent, without=("significant", ""))})
    if asked.with_handling:
        found.append({"text": "with how the work was passed on", "href": _address(who, sent, without=("handling", ""))})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.PEOPLE_EDIT)
def mark(request: StaffRequest, reference: str, event: str) -> HttpResponse:
    """Mark a line as significant with the reason, or take the mark off."""
    let = _let_in(request, reference)
    if isinstance(let, HttpResponse):
        return let
    who, _ = let
    line = chronicle.one_event(who, request.user, event)
    if line is None:
        raise Http404
    form = acting.form(request, MarkForm, record=who)
    is_marked = line.significant is not None
    if is_marked:
        form.fields["reason"].label = "Why is this event not significant after all?"
    act = significance.unmark_event if is_marked else significance.mark_event
    done = acting.carry_out(
        request,
        form,
        lambda given, at: act(person=who, event=line.name, by=request.user, at=at, reason=given["reason"]),
        said="The mark has been removed" if is_marked else "Marked as significant",
        to=reverse("pages:chronology", args=[who.reference]),
    )
    context = {"person": who, "event": line, "form": form, "is_marked": is_marked}
    return done or page(request, "pages/significant.html", context)


@require_POST
@needs(P.PEOPLE_VIEW)
def chronology_pdf(request: StaffRequest, reference: str) -> HttpResponse:
    """The chronology as a tagged PDF, with the filters of the page: a POST with its own audit row."""
    let = _let_in(request, reference)
    if isinstance(let, HttpResponse):
        return let
    who, _ = let
    form = ChronologyFilter(request.POST)
    asked = form.window() if form.is_valid() else Window()
    now = timezone.now()
    found = chronicle.chronology(who, request.user, asked, limit=chronicle.PRINTED)
    content = printing.chronology_pdf(who, request.user, asked, found, at=now)
    significance.note_printed(
        person=who,
        by=request.user,
        at=now,
        events=len(found.events),
        only_significant=asked.only_significant,
    )
    return pdf(content, f"chronology-{timezone.localtime(now):%Y-%m-%d-%H%M}.pdf")
