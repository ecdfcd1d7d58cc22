"""How agencies answer what they are asked, and agree with screening about levels: pages, and the same as CSV."""

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdoor.access import Permission
from frontdoor.access import page as needs
from frontdoor.figures import levels
from frontdoor.figures.information import COLUMNS, counted
from frontdoor.figures.partnership import readers as partnership
from frontdoor.figures.partnership.forms import PeriodForm, periods
from frontdoor.ui.csvs import csv_response
from frontdoor.ui.responses import page

YEAR = timedelta(days=365)


@require_safe
@needs(Permission.FIGURES_WHOLE_SERVICE)
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
