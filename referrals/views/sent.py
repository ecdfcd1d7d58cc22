"""What was sent: the list of what nobody has taken yet and of what was taken, and the other side's answer."""

from datetime import date

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.models import ContactPerson
from contacts.queue.readers import ages
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people.access import about_known
from frontdoor.ui.formats import person_age
from frontdoor.ui.responses import page
from referrals import hooks, sending
from referrals.models import Sent
from referrals.sent_forms import PutRightForm, TakenForm
from referrals.views.deciding import shown

P = Permission
PAGE = 50
VIEWS = {"waiting": "Not yet taken", "taken": "Taken"}


@require_safe
@needs(P.CONTACT_SCREEN)
def listing(request: StaffRequest) -> HttpResponse:
    """Sent, not yet taken: declined ones, then the longest waiting first; or what was taken, the latest first."""
    user = request.user
    view = "taken" if request.GET.get("view") == "taken" else "waiting"
    seen = Sent.objects.visible_to(user).select_related(
        "contact", "contact_person__person", "sent_by", "clock", "declined_by"
    )
    rows = (
        seen.taken().order_by("-taken_at", "-id")
        if view == "taken"
        else seen.waiting().order_by(F("declined_at").asc(nulls_last=True), "sent_at", "id")
    )
    found = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = list(found.object_list)
    known = about_known([row.contact.reference for row in lines], user)
    lines = [row for row in lines if row.contact.reference not in known]
    children = [row.contact_person for row in lines if row.contact_person is not None]
    audit.shows(request, [child.person_id for child in children if child.person_id is not None])
    now = timezone.now()
    return page(
        request,
        "referrals/sent.html",
        {
            "lines": [(row, _who(row.contact_person, london_date(now))) for row in lines],
            "found": found,
            "view": view,
            "tabs": [{"href": f"?view={name}", "text": text, "active": name == view} for name, text in VIEWS.items()],
            "kept_at": hooks.kept_at(lines, user),
            "may_reopen": holds(user, P.CONTACT_REOPEN),
            "now": now,
            "label": lists.label,
        },
    )


def _who(child: ContactPerson | None, on: date) -> str:
    """Name and age of the child it is about: as on record where somebody confirmed who it is, else as given."""
    if child is None:
        return "Adults only"
    if child.person is not None:
        return f"{child.person.display_name}, {person_age(child.person, on)}"
    return f"{child.name or 'Child without a name'}, {ages([child], on)}"


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def taken(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Say that the other side has taken it: who, when, and how we know; or that this was wrong."""
    contact = shown(request, reference, is_read=True)
    sent = get_object_or_404(
        Sent.objects.visible_to(request.user).select_related("contact_person", "sent_by", "noted_by", "put_right_by"),
        contact=contact, pk=key,
    )  # fmt: skip
    may_put_right = sending.may_put_right(sent, request.user)
    form = acting.form(request, TakenForm, record=contact, is_sent=not may_put_right)
    wrong = acting.form(request, PutRightForm, record=contact, is_sent=may_put_right, prefix="wrong")
    done = acting.carry_out(
        request,
        wrong,
        lambda given, at: sending.put_right(sent=sent, by=request.user, at=at, **given),
        said="Put right: it waits again, with the time since it was sent.",
        to=reverse("referrals:sent"),
    ) or acting.carry_out(
        request,
        form,
        lambda given, at: sending.note_taken(sent=sent, by=request.user, at=at, **given),
        said="Recorded: it has left the list.",
        to=reverse("referrals:sent"),
    )
    return done or page(
        request,
        "referrals/sent_taken.html",
        {
            "contact": contact,
            "sent": sent,
            "form": form,
            "wrong": wrong if may_put_right else None,
            "kept_at": hooks.kept_at([sent], request.user).get(sent.pk),
            "now": timezone.now(),
            "label": lists.label,
        },
    )
