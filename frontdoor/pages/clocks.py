"""Why every deadline on a record is what it is, as a page."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdoor.access import Denied, Permission, StaffRequest, holds, signed_in
from frontdoor.clocks.models import Clock
from frontdoor.clocks.reading import explanations
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.people.record.overview import href_of_reference
from frontdoor.ui.responses import page

#: Whoever sees a record's page sees its deadlines explained.
ENOUGH = (
    Permission.BREACHES_VIEW,
    Permission.CONTACT_VIEW,
    Permission.REFERRAL_VIEW,
    Permission.ASSESSMENT_VIEW,
    Permission.SUPERVISION_VIEW,
)


@require_safe
@signed_in
def clock_explain(request: StaffRequest, reference: str) -> HttpResponse:
    """Each clock of a record: its rule, every day counted or skipped and why, and how it stands now."""
    if not any(holds(request.user, permission) for permission in ENOUGH):
        raise Denied(Permission.BREACHES_VIEW)
    now = timezone.now()
    wanted = tidy_reference(reference).replace("\x00", "")
    told = explanations(Clock.objects.visible_to(request.user).of(wanted), now)
    if not told:
        raise Http404
    return page(
        request,
        "pages/clock_explain.html",
        {
            "reference": wanted,
            "href": href_of_reference(wanted),
            "told": told,
            "now": now,
            "lateness": lambda code: lists.label("lateness_reason", code),
            "may_explain": holds(request.user, Permission.BREACH_REASON),
            "may_pause": holds(request.user, Permission.CLOCK_PAUSE),
        },
    )
