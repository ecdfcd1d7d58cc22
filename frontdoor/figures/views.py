"""How agencies answer and agree with screening about levels, and stood-down fast tracks: pages, and the same as CSV."""

from datetime import timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from contacts.models import ContactPerson
from frontdoor import audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.figures import levels, stood_down
from frontdoor.figures.information import COLUMNS, counted
from frontdoor.figures.partnership import readers as partnership
from frontdoor.figures.partnership.forms import PeriodForm, periods
from frontdoor.limits import longer
from frontdoor.ui.csvs import csv_response
from frontdoor.ui.responses import page

YEAR = timedelta(days=365)
PAGE = 50


@require_safe
@needs(Permission.FIGURES_WHOLE_SERVICE)
@longer("report")
def information(request: HttpRequest) -> HttpResponse:
    """How each agency answers what it is asked, over a period, and the same as CSV."""
    form = PeriodForm(request.GET, agencies=partnership.agencies(), today=timezone.localdate())
    form.fields["since"].label = "Asked from"
    if not form.is_valid():
        return page(request, "information/figures.html", {"form": form, "rows": None})
    given = form.cleaned_data
    since, until = given["since"], given["until"]
    rows = counted(since, until, given["agency"])
    if request.GET.get("format") == "csv":
        return csv_response(
            f"information-asked-{since}-to-{until}.csv",
            ["agency", "asked_from", "asked_to", *COLUMNS],
            (
                [row.asked_of, since, until, row.asked, row.answered, row.in_time, row.chased, row.withdrawn, row.hours]
                for row in rows
            ),
        )
    address = {"agency": given["agency"], "since": since.isoformat(), "until": until.isoformat()}
    return page(
        request,
        "information/figures.html",
        {
            "form": form,
            "rows": rows,
            "since": since,
            "until": until,
            "presets": [
                (text, "?" + urlencode({"agency": given["agency"], "since": first, "until": last}))
                for text, first, last in periods(timezone.localdate())
            ],
            "csv": "?" + urlencode({**address, "format": "csv"}),
            "now": timezone.now(),
        },
    )


@require_safe
@needs(Permission.FIGURES_WHOLE_SERVICE)
@longer("report")
def agreement(request: HttpRequest) -> HttpResponse:
    """How agencies and screening agree about levels in the last twelve months; also as CSV."""
    rows = levels.by_agency(timezone.now() - YEAR)
    if request.GET.get("format") == "csv":
        return csv_response(
            "levels-by-agency.csv",
            ["agency", "both_levels", "same", "screening_higher", "screening_lower"],
            ([row.agency, row.both, row.same, row.higher, row.lower] for row in rows),
        )
    return page(request, "thresholds/agreement.html", {"rows": rows})


@require_safe
@needs(Permission.FIGURES_WHOLE_SERVICE)
@longer("report")
def stood_down_fast_tracks(request: StaffRequest) -> HttpResponse:
    """Fast tracks that were stood down in a period: why, who, how long each stood; also as CSV."""
    form = stood_down.StoodDownForm(request.GET, agencies=partnership.agencies(), today=timezone.localdate())
    if not form.is_valid():
        return page(request, "figures/stood_down.html", {"form": form, "rows": None})
    given = form.cleaned_data
    since, until, agency, by = given["since"], given["until"], given["agency"], given["by"]
    changes = stood_down.changes(request.user, since, until, agency=agency, by=by)
    as_csv = request.GET.get("format") == "csv"
    found = Paginator(changes, PAGE).get_page(request.GET.get("page"))
    rows = stood_down.read(changes if as_csv else changes[max(found.start_index() - 1, 0) : found.end_index()])
    # Why it was stood down may say of whom it was: whoever is confirmed on the contact is shown.
    about = ContactPerson.objects.filter(contact__reference__in=[row.reference for row in rows], person__isnull=False)
    audit.shows(request, list(about.values_list("person_id", flat=True)))
    if as_csv:
        return csv_response(
            f"fast-tracks-stood-down-{since}-to-{until}.csv",
            stood_down.COLUMNS,
            (
                [
                    row.reference,
                    row.put_on_at,
                    row.put_on_by,
                    row.stood_down_at,
                    row.stood_down_by,
                    row.minutes,
                    row.reason,
                ]
                for row in rows
            ),
        )
    address = {"agency": agency, "by": by.pk if by else "", "since": since.isoformat(), "until": until.isoformat()}
    return page(
        request,
        "figures/stood_down.html",
        {
            "form": form,
            "rows": rows,
            "found": found,
            "since": since,
            "until": until,
            "presets": [
                (text, "?" + urlencode({**address, "since": first, "until": last}))
                for text, first, last in periods(timezone.localdate())
            ],
            "csv": "?" + urlencode({**address, "format": "csv"}),
            "address": "?" + urlencode(address),
            "may_open": holds(request.user, Permission.CONTACT_VIEW),
            "now": timezone.now(),
        },
    )
