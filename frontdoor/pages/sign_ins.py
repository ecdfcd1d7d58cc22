"""Where somebody is signed in, themselves: each session, those half signed in as well, and a button that ends it."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdoor import acting
from frontdoor.access import StaffRequest, signed_in
from frontdoor.staff import changes, sign_ins
from frontdoor.ui.responses import page


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show(request: StaffRequest) -> HttpResponse:
    """One's own sessions; sent with ``end`` one of them is ended, with ``others`` all but this one."""
    here = reverse("pages:sign_ins")
    this = request.session.session_key or ""
    given = request.POST.get("end", "")
    if request.method == "POST" and "others" in request.POST:
        return acting.at_once(
            request,
            lambda at: sign_ins.end_others(but=this, by=request.user, at=at),
            said="You are signed in here alone",
            back=here,
        )
    if request.method == "POST" and "stop" in request.POST:
        change = _key(request.POST["stop"])
        return acting.at_once(
            request,
            lambda at: changes.refuse(key=change, by=request.user, at=at),
            said="The change has been stopped, and the other administrators have been told",
            back=here,
        )
    if request.method == "POST":
        key = _key(given)
        return acting.at_once(
            request,
            lambda at: sign_ins.end(key=key, by=request.user, at=at),
            said="The session has been ended",
            back=here,
        )
    rows = sign_ins.own(request.user, timezone.now())
    context = {"rows": rows, "this": this, "waiting": changes.waiting_for(request.user)}
    return page(request, "pages/sign_ins.html", context)


def _key(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
