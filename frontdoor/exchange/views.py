"""Imports: what each did, what it left out and why, and the wordings that wait for somebody to say what they mean."""

import csv
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.exchange.actions import settle_wording
from frontdoor.exchange.forms import NOTHING, MeaningForm
from frontdoor.exchange.models import ImportRun, Wording
from frontdoor.ui.formats import count
from frontdoor.ui.responses import page

SHOWN = 50
COLUMNS = ("file", "row", "key", "column", "code", "message")
LIST_WORDS = {
    "source": "Who got in touch",
    "need": "Primary need",
    "closure": "Reason for closure",
    "ethnicity": "Ethnicity",
    "relationship": "Relationship",
    "contact_outcome": "Outcome of a contact",
    "assessment_outcome": "Outcome of an assessment",
    "s47_outcome": "Outcome of an enquiry",
    "risk": "Risk grade",
    "role": "Part in the contact",
    "sex": "Sex",
    "yes_no": "Yes or no",
}


@require_safe
@needs(Permission.IMPORT_RUN)
def imports(request: HttpRequest) -> HttpResponse:
    """Every import, newest first, and the wordings to map."""
    runs = list(ImportRun.objects.select_related("started_by").order_by("-pk")[:SHOWN])
    waiting = Wording.objects.filter(is_settled=False).order_by("-rows", "list_name", "value")
    return page(request, "exchange/imports.html", {"runs": runs, "wordings": waiting[:SHOWN], "list_words": LIST_WORDS})


@require_safe
@needs(Permission.IMPORT_RUN)
def run(request: HttpRequest, key: int) -> HttpResponse:
    """One import: rows by file, and what was rejected or left out, a page at a time."""
    found = get_object_or_404(ImportRun, pk=key)
    kind = "warnings" if request.GET.get("kind") == "warnings" else "rejects"
    asked = request.GET.get("after", "")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    rows: list[dict[str, Any]] = found.report.get(kind, [])
    return page(
        request,
        "exchange/run.html",
        {
            "run": found,
            "kind": kind,
            "files": list(found.report.get("files", {}).items()),
            "rows_shown": rows[start : start + SHOWN],
            "total": len(rows),
            "earlier": max(0, start - SHOWN) if start else None,
            "later": start + SHOWN if start + SHOWN < len(rows) else None,
        },
    )


@require_safe
@needs(Permission.IMPORT_RUN)
def findings(request: HttpRequest, key: int, kind: str) -> HttpResponse:
    """Rejects or warnings of an import as a CSV file, for whoever puts them right in the old system."""
    found = get_object_or_404(ImportRun, pk=key)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{found.pk}-{kind}.csv"'
    writer = csv.writer(response, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found.report.get(kind, []):
        writer.writerow([_plain(row[name]) for name in COLUMNS])
    return response


def _plain(value: Any) -> str:
    """A value a spreadsheet shows and never runs as a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
def wording(request: HttpRequest, key: int) -> HttpResponse:
    """Say what a wording means, once for all rows that hold it."""
    found = get_object_or_404(Wording, pk=key)
    form = MeaningForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            taken = settle_wording(
                wording=found,
                code="" if code == NOTHING else code,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error("code", refused.message)
        else:
            messages.success(request, f"Noted. {count(taken, 'record')} took the meaning; so will every later import.")
            return redirect("exchange:imports")
    words = LIST_WORDS.get(found.list_name, found.list_name)
    return page(request, "exchange/wording.html", {"wording": found, "words": words, "form": form})
