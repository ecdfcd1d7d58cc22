"""What facts are worth in the order of the queue: shown, tried on today's queue, and changed."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.models import RankWeights
from contacts.queue.forms import LABELS, WeightsForm
from contacts.ranking import order as ranking
from contacts.ranking import ranks
from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.clocks.working_days import london_date
from frontdoor.ui.responses import page

#: How many lines of today's queue a trial shows.
SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.RULES_MANAGE)
def weights(request: StaffRequest) -> HttpResponse:
    """The weights in force, a trial of others on today's queue, and the change."""
    now = timezone.now()
    today = london_date(now)
    current, _ = ranks.in_force(today)
    trying = "preview" in request.POST
    form = acting.form(request, WeightsForm, current=current, today=today, is_trial=trying)
    trial: list[dict[str, Any]] | None = None
    tried = False
    if trying:
        acting.keep(request, form)
        tried = form.is_valid()
        if tried and holds(request.user, Permission.CONTACT_VIEW):
            trial = ranks.preview(request.user, ranking.Weights(**form.weights()), now, most=SHOWN)
    else:
        done = acting.carry_out(
            request,
            form,
            lambda given, at: ranks.set_weights(
                weights=form.weights(),
                valid_from=given["valid_from"],
                reason=given["reason"],
                by=request.user,
                at=at,
            ),
            said="The weights have been changed.",
            to=reverse("contacts:weights"),
        )
        if done is not None:
            return done
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
            "tried": tried and trial is None,
        },
    )
