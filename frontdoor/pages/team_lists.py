"""The whole of a list whose beginning stands on the home of a team's manager."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from frontdoor import audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.pages import team
from frontdoor.ui.responses import page


@require_safe
@needs(Permission.REFERRAL_ALLOCATE)
def show(request: StaffRequest, kind: str) -> HttpResponse:
    """What is of this kind and of one's own teams, page by page; 404 for a kind that is not, or without a team."""
    asked = request.GET.get("page", "")
    number = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
    known = kind in team.Kind._value2member_map_
    found = team.list_of(team.Kind(kind), request.user, timezone.now(), number) if known else None
    if found is None:
        raise Http404
    if found.people or found.given_on:
        audit.shows(request, found.people, given_on=found.given_on)
    here = team.href_of(team.Kind(kind))
    return page(
        request,
        "pages/team_list.html",
        {
            "found": found,
            "first": here if number > 1 else "",
            "following": f"{here}?page={found.following}" if found.following else "",
        },
    )
