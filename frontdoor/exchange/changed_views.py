"""The pages of a newer extract: what it changed, and the records it files under another child."""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.exchange.actions import decide_refiling
from frontdoor.exchange.changed import lines_of, rows_for
from frontdoor.exchange.forms import RefilingForm, RefilingWorkForm
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.moving_work import ASSESSMENTS, ENQUIRIES, referral_of
from frontdoor.exchange.models import ImportRun, Refiling, RowChange
from frontdoor.exchange.readers import OF_FILE
from frontdoor.ui.responses import page
from referrals.models import Referral

SHOWN = 50


def _after(request: StaffRequest) -> int:
    asked = request.GET.get("after", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0


@require_safe
@needs(Permission.IMPORT_RUN)
def changes(request: StaffRequest, key: int) -> HttpResponse:
    """What an import changed, row by row: new, changed, ended and left for a person."""
    run = get_object_or_404(ImportRun, pk=key)
    kind, file = request.GET.get("kind", ""), request.GET.get("file", "")
    kind = kind if kind in RowChange.Kind.values else ""
    file = file if file in LAYOUTS else ""
    lines, following = lines_of(run, request.user, kind, file, _after(request))
    audit.shows(request, [person for line in lines for person in line.people], kind="listed")
    every = rows_for(run, request.user).order_by()
    of_kind = every.filter(file=file) if file else every
    counted = dict(of_kind.values_list("kind").annotate(Count("pk")))
    here = reverse("exchange:changes", args=[run.pk])
    more = f"&file={file}" if file else ""
    tabs = [
        {"text": "All", "count": sum(counted.values()), "href": f"{here}?{more[1:]}", "active": not kind},
        *(
            {
                "text": label, "count": counted.get(value, 0), "href": f"{here}?kind={value}{more}",
                "active": value == kind,
            }
            for value, label in RowChange.Kind.choices
        ),
    ]  # fmt: skip
    return page(
        request,
        "exchange/changes.html",
        {
            "run": run,
            "lines": lines,
            "tabs": tabs,
            "kind": kind,
            "file": file,
            "files": list(every.order_by("file").values_list("file", flat=True).distinct()),
            "next": f"{here}?kind={kind}{more}&after={following}" if following else "",
            "today": timezone.localdate(),
        },
    )


@require_safe
@needs(Permission.IMPORT_RUN)
def refilings(request: StaffRequest) -> HttpResponse:
    """Records the old systems file under another child now, on which somebody here has worked: to be decided."""
    rows = Refiling.objects.visible_to(request.user).waiting().select_related("from_person", "to_person")
    found = list(rows.filter(pk__gt=_after(request)).order_by("pk")[: SHOWN + 1])
    shown = found[:SHOWN]
    audit.shows(request, [each for row in shown for each in (row.from_person, row.to_person)], kind="listed")
    following = shown[-1].pk if len(found) > SHOWN else None
    context = {"rows": shown, "following": following, "of_file": OF_FILE, "today": timezone.localdate()}
    return page(request, "exchange/refilings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.IMPORT_RUN)
def refiling(request: StaffRequest, key: int) -> HttpResponse:
    """One record filed under another child: both children, and the choice."""
    rows = Refiling.objects.visible_to(request.user).select_related(
        "from_person", "to_person", "decided_by", "run", "source"
    )
    found: Refiling = get_object_or_404(rows, pk=key)
    is_work = found.file in (ASSESSMENTS, ENQUIRIES)
    form = acting.form(request, RefilingWorkForm if is_work else RefilingForm, about=found.reference)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: decide_refiling(refiling=found, is_moved=given["decision"] == "move", by=request.user, at=at),
        said=_what_became,
        to=reverse("exchange:refilings"),
    )
    if done is not None:
        return done
    audit.shows(request, [found.from_person, found.to_person])
    context = {"row": found, "form": form, "what": OF_FILE[found.file], "today": timezone.localdate()}
    if is_work:
        goes = referral_of(found.source.values.get("episode_id", ""))
        seen = Referral.objects.visible_to(request.user).filter(pk=goes.pk if goes else None).first()
        context |= {"goes": seen.reference if seen else "A referral you cannot view"}
    return page(request, "exchange/refiling.html", context)


def _what_became(row: Refiling) -> str:
    """What the answer came to, as the page says it."""
    if row.state != "moved":
        return "Left where it is."
    if row.from_person_id == row.to_person_id:
        return "Moved. The chronology says so."
    return "Moved. Both children’s chronologies say so."
