"""Every component on two pages, for looking at and for the accessibility tests. Not served in production."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict

from frontdoor.ui.dates import DateField, DateTimeField, IsoDateField
from frontdoor.ui.forms import Checkboxes, Radios, UiForm
from frontdoor.ui.responses import error, page

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
YES_NO = [("yes", "Yes"), ("no", "No")]


class EveryWidget(UiForm):
    """One field of each kind the pages use."""

    needed_when = {"why_not": ("told", ["no"], "Say why the family has not been told")}

    name = forms.CharField(label="Caller’s name", help_text="As the caller gives it", max_length=100)
    telephone = forms.CharField(
        label="Number to ring back", required=False, widget=forms.TextInput(attrs={"class": "govuk-input--width-20"})
    )
    children = forms.IntegerField(label="How many children?", min_value=0, required=False)
    born = DateField(label="Date of birth", help_text="For example, 3 3 2022", latest="today")
    occurred = DateTimeField(label="When did it happen?", help_text="The time can be 2:05pm or 14:05", required=False)
    review_on = IsoDateField(label="Review on", help_text="For example, 23/11/2026", required=False)
    told = forms.ChoiceField(
        label="Does the family know?",
        choices=YES_NO,
        widget=Radios(reveals={"no": ["why_not"]}, hints={"yes": "Say by whom in the text"}),
    )
    why_not = forms.CharField(label="Why not?", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    worries = forms.MultipleChoiceField(
        label="What are the worries?",
        required=False,
        choices=[("neglect", "Neglect"), ("injury", "Injury"), ("none", "None of these")],
        widget=Checkboxes(exclusive="none"),
    )
    source = forms.ChoiceField(
        label="Source", choices=[("", "Choose one"), ("3A", "General practitioner"), ("6", "Police")]
    )
    concerns = forms.CharField(
        label="What happened, in the caller’s words", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    attachment = forms.FileField(label="Attach a document", required=False)
    password = forms.CharField(label="Password", required=False, widget=forms.PasswordInput)
    urgent = forms.BooleanField(label="The caller has rung 999", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, initial=1, required=False)


class ChildForm(UiForm):
    """A child in the repeated part."""

    given = forms.CharField(label="Given name", required=False)
    born = DateField(label="Date of birth", required=False)


ChildFormSet = forms.formset_factory(ChildForm, extra=1, can_delete=False)


def _public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    vars(view)["permission"] = "public"
    return view


def _lines() -> list[dict[str, Any]]:
    return [
        {
            "href": "#one",
            "reference": "C-7K3M9Q2D",
            "fast_track": True,
            "ages": "7 months, 3 children",
            "surname": "Examplewood",
            "sentence": "Baby brought to hospital with a bruise nobody can explain; mother says he rolled off a bed.",
            "where": "Kettering Cross General, ward 4, with grandmother",
            "safe_until": NOW + timedelta(hours=4),
            "agency_grade": "amber",
            "grade": "red",
            "source": "Hospital, paediatric nurse",
            "known": ["open to Sam Invented, Assessment 2", "plan ended 2024", "2 contacts in 12 months"],
            "warnings": ["dogs", "do not visit alone"],
            "agreement": "not told",
            "information": "2 of 4",
            "unmatched": True,
            "claimed_by": "Alex Madeup",
            "claimed_since": NOW - timedelta(minutes=12),
            "state": "In screening",
            "state_colour": "blue",
            "clock": {"label": "Decide", "due_at": NOW - timedelta(hours=2), "warn_at": None},
            "selectable": {
                "name": "chosen",
                "value": "C-7K3M9Q2D",
                "disabled_why": "A fast track is never ended in bulk",
            },
        },
        {
            "href": "#two",
            "reference": "C-8P4N0R3E",
            "ages": "unborn and 4 years",
            "surname": "Sampleby",
            "sentence": "School worried about hunger and lateness over three weeks.",
            "where": "At school until 3:15pm",
            "grade": "green",
            "source": "School, designated lead",
            "agreement": "agrees",
            "state": "Received",
            "clock": {"label": "Decide", "due_at": NOW + timedelta(days=1, hours=10), "warn_at": None},
            "selectable": {"name": "chosen", "value": "C-8P4N0R3E"},
        },
    ]


@_public
def components(request: HttpRequest) -> HttpResponse:
    """Every component in its states; the time is fixed so that pictures can be compared."""
    states = [
        ("Decide", NOW + timedelta(minutes=25), None, False),
        ("Decide", NOW + timedelta(days=5), None, False),
        ("Assessment", NOW - timedelta(days=5), None, False),
        ("Decide", NOW, NOW - timedelta(hours=1), False),
        ("Decide", NOW - timedelta(hours=2), NOW - timedelta(hours=1), False),
        ("Supervision", NOW + timedelta(days=9), None, True),
    ]
    context: dict[str, Any] = {
        "title": "Components",
        "now": NOW,
        "clocks": states,
        "lines": _lines(),
        "events": [
            {"title": "Referral accepted", "at": NOW, "by": "Robin Pretend", "text": "Level 3, assessment"},
            {"title": "Contact received", "at": NOW - timedelta(hours=3), "by": "Alex Madeup", "href": "#contact"},
        ],
        "alerts": [
            {
                "text": "C-7K3M9Q2D: baby with an injury",
                "href": "#one",
                "raised_at": NOW,
                "take_href": "#take",
                "level": "Fast track",
            }
        ],
        "nav": [
            {"href": "#home", "text": "Home", "active": True},
            {"href": "#queue", "text": "Queue"},
            {"href": "#people", "text": "People"},
        ],
        "bars": [("Police", 41), ("Schools", 33), ("Health services", 18), ("Family and public", 9), ("Anonymous", 0)],
        "weeks": ["2 Nov", "9 Nov", "16 Nov", "23 Nov"],
        "series": {"Red": [3, 5, 4, 6], "Amber": [11, 9, 14, 12], "Green": [20, 24, 22, None]},
    }
    return page(request, "components/gallery.html", context)


@_public
def every_widget(request: HttpRequest) -> HttpResponse:
    """A form with every widget, an "add another" part that works without JavaScript, and its errors (422)."""
    if request.method == "POST" and not {"add_child", "remove_child"} & set(request.POST):
        form = EveryWidget(request.POST, request.FILES)
        children = ChildFormSet(request.POST, prefix="children")
        if form.is_valid() and children.is_valid():
            return page(request, "components/gallery_done.html", {"title": "Saved", "answers": form.cleaned_data})
        return page(
            request, "components/gallery_form.html", {"title": "Every widget", "form": form, "children": children}
        )
    typed = request.POST.copy()
    if typed:
        total = int(typed.get("children-TOTAL_FORMS") or 1) + ("add_child" in typed) - ("remove_child" in typed)
        typed["children-TOTAL_FORMS"] = str(max(total, 1))
    form = EveryWidget(initial=typed.dict()) if typed else EveryWidget()
    children = ChildFormSet(typed, prefix="children") if typed else ChildFormSet(prefix="children")
    values = {"title": "Every widget", "form": form, "children": children}
    return page(request, "components/gallery_form.html", values, status=200)


@_public
def draft(request: HttpRequest) -> HttpResponse:
    """Answers the autosave of the form page as the drafts do: 204 and a version, or what "Status 409" names."""
    if request.method != "PUT":
        return error(request, 404)
    typed = QueryDict(request.body).get("name", "")
    named = typed.removeprefix("Status ")
    if typed != named and named in ("401", "409", "500"):
        return HttpResponse(status=int(named))
    return HttpResponse(status=204, headers={"X-Draft-Version": str(int(request.headers["X-Draft-Version"]) + 1)})


@_public
def found(request: HttpRequest) -> HttpResponse:
    """The fragment a live search puts in, or its page; "error" is answered as a refusal."""
    q = request.POST.get("q", "")
    if q == "error":
        return error(request, 409, "Robin Pretend changed this record at 2:05pm.")
    people = [
        name for name in ("Robin Examplewood", "Sam Sampleby", "Alex Invented") if q and q.lower() in name.lower()
    ]
    values = {"title": "Found", "people": people, "q": q, "now": NOW}
    return page(request, "components/gallery_results.html", values, fragment="components/_results.html")


@_public
def error_page(request: HttpRequest, status: int) -> HttpResponse:
    """The page of a status, as a refusal shows it."""
    return error(request, status, "Robin Pretend changed this record at 2:05pm." if status == 409 else "")
