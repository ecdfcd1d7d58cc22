"""Changes of how somebody signs in that wait for a second person; and the page by which whose it is stops one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, fresh, public
from frontdoor.access import page as needs
from frontdoor.staff import changes
from frontdoor.ui.responses import error, page


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.STAFF_CONFIRM)
@fresh
def waiting(request: StaffRequest) -> HttpResponse:
    """What waits, each with a yes and a no; one's own asking, and changes of one's own account, with a no alone."""
    here = reverse("pages:account_changes")
    if request.method == "POST":
        if "yes" in request.POST:
            return acting.at_once(
                request,
                lambda at: changes.confirm(key=_key(request, "yes"), by=request.user, at=at),
                said="The change has taken effect",
                back=here,
            )
        return acting.at_once(
            request,
            lambda at: changes.refuse(key=_key(request, "no"), by=request.user, at=at),
            said="The change has been stopped",
            back=here,
        )
    rows = changes.waiting()
    context: dict[str, Any] = {"rows": rows, "me": request.user.pk}
    return page(request, "pages/account_changes.html", context)


@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
@public
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Whose account it is, by the link in the message, stops or undoes a change without signing in."""
    at = timezone.now()
    change = changes.of_link(token, at)
    if change is None:
        return error(request, 404)
    if request.method == "POST":
        try:
            changes.stop_by_link(token=token, at=at)
        except Refused as refused:
            audit.refused(request, refused)
            return error(request, 404)
        return page(request, "pages/account_change_stopped.html", {"change": change})
    return page(request, "pages/account_change_stop.html", {"change": change})


def _key(request: HttpRequest, name: str) -> int:
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
