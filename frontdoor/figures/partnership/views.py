"""The figures of agencies: a page for a partnership meeting, and the same as CSV."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdoor.access import Permission
from frontdoor.access import page as needs
from frontdoor.figures.partnership import readers
from frontdoor.figures.partnership.forms import PeriodForm, periods
from frontdoor.limits import longer
from frontdoor.ui.csvs import csv_response
from frontdoor.ui.responses import page

#: More lines than this in one chart cannot be told apart.
LINES = 4


@require_safe
@needs(Permission.FIGURES_WHOLE_SERVICE)
@longer("report")
def figures(request: HttpRequest) -> HttpResponse:
    """Volumes, grades, levels, outcomes and acknowledgement of each agency over a period."""
    now = timezone.now()
    today = timezone.localdate()
    agencies = readers.agencies()
    form = PeriodForm(request.GET, agencies=agencies, today=today)
    if not form.is_valid():
        return page(request, "partnership/figures.html", {"form": form, "rows": None, "presets": []})
    given = form.cleaned_data
    since, until = given["since"], given["until"]
    chosen = [agency for agency in agencies if given["agency"] in ("", agency.code)]
    rows = readers.figures(chosen, since, until, now)
    labels = readers.outcome_labels(until)
    if request.GET.get("format") == "csv":
        return csv_response(
            f"agencies-{since}-to-{until}.csv",
            ["agency", "received_from", "received_to", *readers.COUNTS],
            ([row.agency.name, since, until, *[getattr(row, name) for name in readers.COUNTS]] for row in rows),
        )
    months = readers.months(since, until)
    loudest = sorted(rows, key=lambda row: -row.contacts)[:LINES]
    address = {"agency": given["agency"], "since": since.isoformat(), "until": until.isoformat()}
    return page(
        request,
        "partnership/figures.html",
        {
            "form": form,
            "one": chosen[0] if given["agency"] else None,
            "rows": rows,
            "total": readers.total(rows),
            "labels": labels,
            "shares": {row.agency.pk: row.shares() for row in rows},
            "since": since,
            "until": until,
            "month_labels": [f"{month:%b %y}" for month in months],
            "lines": {row.agency.name: [row.by_month.get(month, 0) for month in months] for row in loudest},
            "is_whole": len(loudest) == len(rows),
            "presets": [
                (text, "?" + urlencode({"agency": given["agency"], "since": first, "until": last}))
                for text, first, last in periods(today)
            ],
            "csv": "?" + urlencode({**address, "format": "csv"}),
            "now": now,
            "least": readers.LEAST,
        },
    )
