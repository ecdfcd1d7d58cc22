"""Destroying a record kept long enough: what would go, the proposal, and the second person's agreement."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import Permission, Refused
from frontdoor.access import page as needs
from frontdoor.pages.people import opened
from frontdoor.pages.retention_forms import ApproveForm
from frontdoor.people.models import Person
from frontdoor.retention import disposal
from frontdoor.retention.models import Disposal
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page

P = Permission
SHOWN = 100


@require_safe
@needs(P.RETENTION_DISPOSE)
def disposals(request: HttpRequest) -> HttpResponse:
    """Proposals that wait for a second person, or what has been destroyed: the newest hundred."""
    done = request.GET.get("view") == "done"
    rows = Disposal.objects.done() if done else Disposal.objects.waiting()
    shown = list(rows.select_related("proposed_by", "approved_by").order_by("-pk")[:SHOWN])
    audit.shows(request, [row.person_key for row in shown])
    tabs = [
        {"text": "Waiting for a second person", "href": "?view=waiting", "active": not done},
        {"text": "Destroyed", "href": "?view=done", "active": done},
    ]
    return page(request, "pages/disposals.html", {"rows": shown, "tabs": tabs, "done": done, "most": SHOWN})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RETENTION_DISPOSE)
def person_disposal(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything that would go with a record, counted; it is proposed here."""
    who: Person = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    at, refusal = timezone.now(), ""
    if request.method == "POST":
        try:
            made = disposal.propose(person=who, seen=request.POST.get("seen", ""), by=request.user, at=at)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            refusal = refused.message
        else:
            messages.success(request, "Proposed. Nothing is destroyed until somebody else agrees")
            return redirect("pages:disposal", made.pk)
    waiting = Disposal.objects.waiting().filter(person_key=who.pk).first()
    seen = disposal.preview(who, at)
    context = {
        "person": who, "seen": seen, "is_due": seen.one.is_due(timezone.localdate()), "waiting": waiting,
        "refusal": refusal,
    }  # fmt: skip
    return page(request, "pages/person_disposal.html", context, status=422 if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RETENTION_DISPOSE)
def one_disposal(request: HttpRequest, key: int) -> HttpResponse:
    """A proposal, agreed or withdrawn here by whoever did not make it; afterwards what is left of the record."""
    found: Disposal = get_object_or_404(
        Disposal.objects.select_related("proposed_by", "approved_by", "withdrawn_by"), pk=key
    )
    is_done = found.destroyed_at is not None
    person = Person.objects.visible_to(request.user).filter(pk=found.person_key).first()
    if person is None and not is_done:
        raise Http404
    audit.shows(request, [found.person_key], kind="opened", reference=found.reference)
    form = ApproveForm(posted(request))
    refusal = ""
    if request.method == "POST":
        at = timezone.now()
        try:
            if request.POST.get("act") == "withdraw":
                disposal.withdraw(disposal=found, by=request.user, at=at)  # type: ignore[arg-type]
                messages.success(request, "The proposal is withdrawn. The record stays")
                return redirect("pages:disposal", found.pk)
            if form.is_valid():
                disposal.approve(disposal=found, typed=form.cleaned_data["typed"], by=request.user, at=at)  # type: ignore[arg-type]
                messages.success(request, "The record has been destroyed")
                return redirect("pages:disposal", found.pk)
        except Refused as refused:
            audit.refused(request, refused)
            if refused.field in form.fields:
                form.add_error(refused.field, refused.message)
            else:
                refusal = refused.message
    context = {
        "row": found,
        "person": person,
        "form": form,
        "refusal": refusal,
        "lines": disposal.in_words(found.counts),
        "is_waiting": not is_done and found.withdrawn_at is None,
        "is_own": found.proposed_by_id == request.user.pk,
        "files": found.files.filter(removed_at__isnull=True).count(),
    }
    return page(request, "pages/disposal.html", context, status=422 if refusal or form.errors else 200)
