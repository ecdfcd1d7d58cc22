"""Until when records are kept: what is due, what each part of a record asks for, and holds."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.pages.people import act_on_record, opened
from frontdoor.pages.retention_forms import EndHoldForm, HoldForm
from frontdoor.people.models import Person
from frontdoor.retention import actions, reckoning
from frontdoor.retention.models import Hold
from frontdoor.ui.responses import page

P = Permission


@require_safe
@needs(P.RETENTION_VIEW)
def due(request: StaffRequest) -> HttpResponse:
    """Records that have been kept long enough, or would have been but for a hold."""
    today = timezone.localdate()
    held = request.GET.get("view") == "held"
    asked = request.GET.get("after", "")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    rows, following = reckoning.page_of_due(request.user, today, after, held=held)
    audit.shows(request, [row.person for row in rows])
    tabs = [
        {"text": "Kept long enough", "href": "?view=due", "active": not held},
        {"text": "On hold", "href": "?view=held", "active": held},
    ]
    context = {"rows": rows, "following": following, "tabs": tabs, "view": "held" if held else "due", "today": today}
    context["may_dispose"] = holds(request.user, P.RETENTION_DISPOSE)
    return page(request, "pages/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RETENTION_VIEW)
def person_retention(request: StaffRequest, reference: str) -> HttpResponse:
    """Until when one record is kept and why; a hold is put on it here."""
    who: Person = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    today = timezone.localdate()
    form = acting.form(request, HoldForm, record=who) if holds(request.user, P.RETENTION_HOLD) else None
    done = form and acting.carry_out(
        request,
        form,
        lambda given, at: actions.hold(person=who, by=request.user, at=at, **given),
        said="Nothing in this record will be destroyed while the hold lasts",
        to=_address_of(who),
    )
    if done:
        return done
    one = reckoning.reckon([who], today)[0]
    held = who.holds.select_related("set_by", "ended_by").order_by("-pk")
    context = {
        "person": who,
        "one": one,
        "is_due": one.is_due(today),
        "holds": list(held),
        "form": form,
    }
    return page(
        request,
        "pages/person_retention.html",
        {**context, "today": today, "may_dispose": holds(request.user, P.RETENTION_DISPOSE)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RETENTION_HOLD)
def end_hold(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """End a hold, with the reason."""
    who: Person = opened(request, reference)
    found: Hold = get_object_or_404(who.holds.filter(ended_at__isnull=True), pk=key)
    return act_on_record(
        request,
        who,
        acting.form(request, EndHoldForm, record=who),
        lambda given, at: actions.end_hold(held=found, by=request.user, at=at, **given),
        title="End the hold",
        said="The hold has been ended",
        to=_address_of(who),
    )


def _address_of(who: Person) -> str:
    return reverse("pages:person_retention", args=[who.reference])
