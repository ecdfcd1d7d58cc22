"""Several pairs accepted in one act: checked once more, then a result for each row."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest
from frontdoor.access import page as needs
from frontdoor.people.merging import bulk as pairs_bulk
from frontdoor.people.merging.bulk import Chosen, Row
from frontdoor.ui.forms import UiForm, why
from frontdoor.ui.responses import page

WHY = "review of several pairs"
#: The likelihoods "all shown" can start from.
LEAST = ("0.999", "0.99", "0.95")


class AcceptForm(UiForm):
    """Why all the chosen pairs are the same people."""

    keeps_no_draft = "its page is made by what was chosen on the list: it has no address to come back to"
    reason = why(
        "Why are these the same people?",
        "Say why these are the same people",
        hint="Kept with each pair. Each can be undone separately.",
    )


def _chosen(values: list[str]) -> list[Chosen]:
    """Pairs as the list sends them, ``key.version.version``; anything else counts for nothing."""
    found = []
    for value in values:
        parts = value.split(".")
        if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 16 for part in parts):
            found.append(Chosen(*(int(part) for part in parts)))
    return found


def _show(request: StaffRequest, rows: list[Row]) -> None:
    seen = {key for row in rows if row.pair for key in (row.pair.left_id, row.pair.right_id)}
    if seen:
        audit.shows(request, seen, reason=WHY)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PEOPLE_MERGE)
def accept(request: StaffRequest) -> HttpResponse:
    """The chosen pairs once more with what is left out; with the reason, they are joined and each row answered."""
    if request.method != "POST":
        return redirect("pages:pairs")
    ticked, least = _chosen(request.POST.getlist("pair")), request.POST.get("from", "")
    if least in LEAST:
        ticked += pairs_bulk.listed_from(_chosen(request.POST.getlist("shown")), float(least), request.user)
    form = acting.form(request, AcceptForm, is_sent="sure" in request.POST)
    try:
        pairs_bulk.check_number(ticked)
    except Refused as refused:
        # The choice itself is refused, before there is anything to fill in: no form could show it.
        audit.refused(request, refused)
        context = {"refusal": refused.message, "ready": [], "left_out": [], "form": form}
        return page(request, "pages/pairs_accept.html", context, status=422)

    def tell(done: list[Row]) -> HttpResponse:
        _show(request, done)
        return page(request, "pages/pairs_accepted.html", {"rows": done})

    answer = acting.carry_out(
        request,
        form,
        lambda given, at: pairs_bulk.accept_many(chosen=ticked, by=request.user, at=at, **given),
        to=tell,
    )
    if answer is not None:
        return answer
    rows = pairs_bulk.judge(ticked, request.user)
    _show(request, rows)
    context = {
        "ready": [row for row in rows if not row.is_refused],
        "left_out": [row for row in rows if row.is_refused],
        "form": form,
        "today": timezone.localdate(),
    }
    return page(request, "pages/pairs_accept.html", context)
