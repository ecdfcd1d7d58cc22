"""Imports: what each did, what it left out and why, and the wordings that wait for somebody to say what they mean."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, fresh, holds
from frontdoor.access import page as needs
from frontdoor.exchange import changed, joining, readers, working
from frontdoor.exchange.actions import (
    accept_import,
    cancel_import,
    codes_of,
    discard_upload,
    keep_upload,
    settle_wording,
    start_import,
)
from frontdoor.exchange.forms import NOTHING, MeaningForm, MeaningsForm
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.inspecting import MB
from frontdoor.exchange.models import Difference, ImportRun, Refiling, Upload, Wording
from frontdoor.exchange.uploads import ToDisk, Unacceptable, remove_strays
from frontdoor.exchange.uploads import accept as look_at
from frontdoor.ui.csvs import csv_response
from frontdoor.ui.formats import count, day
from frontdoor.ui.responses import error, is_htmx, page

SHOWN = 50
#: What is so many times too large is not even read to its end.
MOST_TIMES = 4
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


def _list(request: StaffRequest, problems: Sequence[str] = ()) -> HttpResponse:
    """Every import, newest first, where to send files, and the wordings to map."""
    runs = list(ImportRun.objects.select_related("started_by").order_by("-pk")[:SHOWN])
    waiting = Wording.objects.filter(is_settled=False)
    return page(
        request,
        "exchange/imports.html",
        {
            "runs": [_line(run) for run in runs],
            "to_map": waiting.count(),
            "differences": Difference.objects.visible_to(request.user).open().count(),
            "refiled": Refiling.objects.visible_to(request.user).waiting().count(),
            "uploads": list(Upload.objects.untouched().select_related("received_by").order_by("-pk")[:SHOWN]),
            "names": list(LAYOUTS),
            "problems": list(problems),
            "file_mb": settings.IMPORT_FILE_MB,
            "total_mb": settings.IMPORT_TOTAL_MB,
        },
        status=422 if problems else 200,
    )


def _line(run: ImportRun) -> dict[str, Any]:
    """One import as the list shows it; what it rejected is counted on its own page, for whoever reads that."""
    return {"run": run, "people": (run.report.get("people") or {}).get("records")}


@require_safe
@needs(Permission.IMPORT_RUN)
def imports(request: StaffRequest) -> HttpResponse:
    """Every import, newest first, and where to send files."""
    return _list(request)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
@csrf_exempt
def send(request: StaffRequest) -> HttpResponse:
    """Receive extract files, straight to disk: the handler must stand before anything reads the form's body."""
    if request.method != "POST":
        return redirect("exchange:imports")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_TIMES * settings.IMPORT_TOTAL_MB * MB:
        return error(request, 413, f"All files of one upload may have {settings.IMPORT_TOTAL_MB:,} MB together.")
    handler = ToDisk(request)
    request.upload_handlers = [handler]
    return _received(request, handler)


@csrf_protect
def _received(request: StaffRequest, handler: ToDisk) -> HttpResponse:
    """Look at what was sent: keep it, or say all that is wrong with it and keep nothing."""
    _ = request.FILES  # reads the body to its end
    is_kept = False
    try:
        remove_strays(set(Upload.objects.values_list("folder", flat=True)), handler.folder)
        upload = keep_upload(kept=look_at(handler), by=request.user, at=timezone.now())
        is_kept = True
    except Unacceptable as refused:
        # Several things may be wrong with what was sent: each stands in a line of its own, at no field.
        audit.refused(request, refused)
        return _list(request, refused.problems)
    finally:
        if not is_kept:
            handler.discard()
    return redirect("exchange:upload", upload.pk)


@require_safe
@needs(Permission.IMPORT_RUN)
def upload(request: StaffRequest, key: int) -> HttpResponse:
    """What was sent, file by file, before it is imported."""
    found = get_object_or_404(Upload.objects.select_related("received_by", "discarded_by"), pk=key)
    return page(request, "exchange/upload.html", {"upload": found, "runs": list(found.runs.order_by("-pk")), "mb": MB})


@require_POST
@needs(Permission.IMPORT_RUN)
def start(request: StaffRequest, key: int) -> HttpResponse:
    """Import these files, or import them again."""
    found = get_object_or_404(Upload, pk=key)
    run = start_import(upload=found, by=request.user, at=timezone.now())
    return redirect("exchange:run", run.pk)


@require_POST
@needs(Permission.IMPORT_RUN)
def discard(request: StaffRequest, key: int) -> HttpResponse:
    """Delete the files of an upload."""
    found = get_object_or_404(Upload, pk=key)
    discard_upload(upload=found, by=request.user, at=timezone.now())
    messages.success(request, "The files have been deleted. What was imported from them stays.")
    return redirect("exchange:imports")


@require_POST
@needs(Permission.IMPORT_RUN)
def cancel(request: StaffRequest, key: int) -> HttpResponse:
    """Cancel an import that has not begun to load."""
    found = get_object_or_404(ImportRun, pk=key)
    cancel_import(run=found, by=request.user, at=timezone.now())
    messages.success(request, f"Import {found.pk} has been cancelled. Nothing of it was loaded.")
    return redirect("exchange:run", found.pk)


@require_POST
@needs(Permission.RULES_EDIT)
def accept_joining(request: StaffRequest, key: int) -> HttpResponse:
    """Join from the likelihood an import proposed."""
    found = get_object_or_404(ImportRun, pk=key)
    rule = joining.accept(run=found, by=request.user, at=timezone.now())
    messages.success(
        request,
        f"From {day(rule.valid_from)} records are joined from {rule.join_from / 10:g} in 100."
        " Run the import again to have those that wait joined.",
    )
    return redirect("exchange:run", found.pk) if holds(request.user, Permission.IMPORT_RUN) else redirect("/rules/")


@require_POST
@needs(Permission.IMPORT_RUN)
def accept(request: StaffRequest, key: int) -> HttpResponse:
    """Say that the files of an import are meant although they are unlike those before."""
    found = get_object_or_404(ImportRun, pk=key)
    accept_import(run=found, by=request.user, at=timezone.now())
    messages.success(request, f"Import {found.pk} goes on with these files.")
    return redirect("exchange:run", found.pk)


def took(run: ImportRun) -> str:
    """How long an import ran, in words."""
    if run.begun_at is None or run.finished_at is None:
        return ""
    seconds = round((run.finished_at - run.begun_at).total_seconds())
    minutes, rest = divmod(max(seconds, 1), 60)
    return f"{count(minutes, 'minute')} {count(rest, 'second')}" if minutes else count(rest, "second")


@require_safe
@needs(Permission.IMPORT_RUN)
def run(request: StaffRequest, key: int) -> HttpResponse:
    """One import: how far it is, or what it did and what it rejected or left out, a page at a time."""
    found = get_object_or_404(
        ImportRun.objects.select_related("started_by", "cancelled_by", "accepted_by", "upload", "progress"), pk=key
    )
    is_asking = found.state == ImportRun.State.ASKING
    is_over = not is_asking and found.state not in (ImportRun.State.WAITING, ImportRun.State.RUNNING)
    kind = "warnings" if request.GET.get("kind") == "warnings" else "rejects"
    asked = request.GET.get("after", "")
    start = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    told = {each: readers.told_of(found.report, each, request.user) for each in ("rejects", "warnings")}
    rows, people = readers.findings_for(told[kind] if is_over else [], request.user, start, SHOWN)
    if people:
        audit.shows(request, people, kind="listed")
    total = len(told[kind])
    counts = readers.rows_of_files(found.report, told["rejects"])
    changes = changed.counts_for(found, request.user)
    progress = getattr(found, "progress", None)
    stage = "loading" if not is_over and progress is not None and progress.step > 1 else found.state
    response = page(
        request,
        "exchange/run.html",
        {
            "run": found,
            "progress": progress,
            "is_over": is_over,
            "is_asking": is_asking,
            "has_changes": changed.rows_for(found, request.user).exists(),
            "found": {each: len(findings) for each, findings in told.items()},
            "differences": Difference.objects.visible_to(request.user).open().count(),
            "refiled": Refiling.objects.visible_to(request.user).waiting().filter(run=found).count(),
            "took": took(found),
            "may_review": holds(request.user, Permission.MERGE_REVIEW),
            "joining": joining.proposed_by(found),
            "may_accept": holds(request.user, Permission.RULES_EDIT) and joining.is_open(found, timezone.localdate()),
            "waits_for": "" if is_over or is_asking else working.waits_for(found),
            "kind": kind,
            "stage": stage,
            "files": [(name, counts[name], changes.get(name)) for name in LAYOUTS if name in counts],
            "rows_shown": rows,
            "total": total,
            "earlier": max(0, start - SHOWN) if start else None,
            "later": start + SHOWN if start + SHOWN < total else None,
        },
        fragment="exchange/_progress.html",
    )
    if is_htmx(request) and request.GET.get("stage", stage) != stage:
        response["HX-Refresh"] = "true"  # what stands around the progress has changed, or gives way to the results
    return response


@require_safe
@needs(Permission.IMPORT_RUN)
@fresh
def findings(request: StaffRequest, key: int, kind: str) -> HttpResponse:
    """Rejects or warnings of an import as a CSV file, for whoever puts them right in the old system."""
    found = get_object_or_404(ImportRun, pk=key)
    rows, people = readers.findings_for(found.report.get(kind, []), request.user)
    if people:
        audit.shows(request, people, kind="listed")
    return csv_response(f"import-{found.pk}-{kind}.csv", COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
def wordings(request: StaffRequest) -> HttpResponse:
    """Wordings nobody has given a meaning, the most frequent first, many at once; or those that have one."""
    is_settled = request.GET.get("view") == "settled" and request.method != "POST"
    found = Wording.objects.select_related("settled_by").filter(is_settled=is_settled)
    total = found.count()
    order = ("-settled_at", "pk") if is_settled else ("-rows", "list_name", "value")
    if request.method == "POST":  # those that were on the page, whatever has been settled since
        sent = [name.removeprefix("code-") for name in request.POST if name.startswith("code-")]
        found = found.filter(pk__in=[key for key in sent if key.isascii() and key.isdigit() and len(key) < 10])
    rows = list(found.order_by(*order)[:SHOWN])
    shown = [] if is_settled else rows
    form = acting.form(request, MeaningsForm, wordings=shown)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: _settle(request, form.chosen(), at),
        said=lambda told: told,
        to=reverse("exchange:wordings"),
        in_parts=True,  # each meaning is taken by many records: one transaction for each
    )
    if done is not None:
        return done
    codes = {row.pk: dict(codes_of(row.list_name)).get(row.code, "It means nothing") for row in rows if is_settled}
    return page(
        request,
        "exchange/wordings.html",
        {
            "rows": rows,
            "form": form,
            "total": total,
            "is_settled": is_settled,
            "codes": codes,
            "list_words": LIST_WORDS,
        },
    )


def _settle(request: StaffRequest, chosen: Sequence[tuple[Wording, str]], at: datetime) -> str:
    """Give each wording its meaning; what came of it, in words."""
    if not chosen:
        raise Refused("Nothing was noted. Choose what at least one of these wordings means.", code="none_chosen")
    taken = sum(settle_wording(wording=each, code=code, by=request.user, at=at) for each, code in chosen)
    took = f"{count(taken, 'record')} took the meaning; so will every later import."
    return f"{count(len(chosen), 'wording')} noted. {took}"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
def wording(request: StaffRequest, key: int) -> HttpResponse:
    """Say what a wording means, once for all rows that hold it."""
    found = get_object_or_404(Wording, pk=key)
    form = acting.form(request, MeaningForm, wording=found)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: settle_wording(
            wording=found, code="" if given["code"] == NOTHING else given["code"], by=request.user, at=at
        ),
        said=lambda taken: f"Noted. {count(taken, 'record')} took the meaning; so will every later import.",
        to=reverse("exchange:wordings"),
        place=lambda refused: (form, "code"),
    )
    words = LIST_WORDS.get(found.list_name, found.list_name)
    return done or page(request, "exchange/wording.html", {"wording": found, "words": words, "form": form})
