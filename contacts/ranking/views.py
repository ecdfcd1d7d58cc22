"""What facts are worth in the order of the queue: shown, tried on today's queue, and changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.models import RankWeights
from contacts.queue.forms import LABELS, WeightsForm
from contacts.ranking import order as ranking
from contacts.ranking import ranks
from frontdoor import audit
from frontdoor.access import Permission, Refused, holds
from frontdoor.access import page as needs
from frontdoor.clocks.working_days import london_date
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

#: How many lines of today's queue a trial shows.
SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.RULES_MANAGE)
def weights(request: HttpRequest) -> HttpResponse:
    """The weights in force, a trial of others on today's queue, and the change."""
    now = timezone.now()
    today = london_date(now)
    current, _ = ranks.in_force(today)
    trying = "preview" in request.POST
    data = posted(request)
    if trying and data is not None:
        data = data.copy()
        data["reason"] = data.get("reason") or "–"
    form = WeightsForm(data, current=current, today=today)
    trial: list[dict[str, Any]] | None = None
    if request.method == "POST" and form.is_valid():
        if trying:
            if holds(request.user, Permission.CONTACT_VIEW):
                trial = ranks.preview(request.user, ranking.Weights(**form.weights()), now, most=SHOWN)
            kept = {**form.cleaned_data, "reason": request.POST.get("reason", "")}
            form = WeightsForm(initial=kept, current=current, today=today)
        else:
            try:
                ranks.set_weights(
                    weights=form.weights(),
                    valid_from=form.cleaned_data["valid_from"],
                    reason=form.cleaned_data["reason"],
                    by=request.user,  # type: ignore[arg-type]
                    at=now,
                )
            except Refused as refused:
                audit.refused(request, refused)
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
            else:
                messages.success(request, "The weights are changed.")
                return redirect("contacts:weights")
    return page(
        request,
        "contacts/weights.html",
        {
            "form": form,
            "labels": LABELS,
            "current": current,
            "rows": list(RankWeights.objects.newest_first().select_related("set_by")[:20]),
            "stretch": ranking.stretch,
            "in_words": ranking.in_words,
            "trial": trial,
            "tally": ranks.tally(trial or []),
            "tried": trying and trial is None and not form.is_bound,
        },
    )
