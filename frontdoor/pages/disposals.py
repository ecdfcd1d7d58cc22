"""Destroying a record kept long enough: what would go, the proposal, and the second person's agreement."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.pages.people import opened
from frontdoor.pages.retention_forms import ApproveForm, ProposeForm
from frontdoor.people.models import Person
from frontdoor.retention import disposal
from frontdoor.retention.models import Disposal
from frontdoor.ui.responses import page

P = Permission
SHOWN = 100


@require_safe
@needs(P.RETENTION_DISPOSE)
def disposals(request: StaffRequest) -> HttpResponse:
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
def person_disposal(request: StaffRequest, reference: str) -> HttpResponse:
    """Everything that would go with a record, counted; it is proposed here."""
    who: Person = opened(request, reference)
    audit.shows(request, [who], kind="opened", reference=who.reference)
    form = acting.form(request, ProposeForm, record=who)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: disposal.propose(person=who, seen=given["seen"], by=request.user, at=at),
        said="Proposed. Nothing is destroyed until somebody else agrees",
        to=lambda made: reverse("pages:disposal", args=[made.pk]),
    )
    if done is not None:
        return done
    waiting = Disposal.objects.waiting().filter(person_key=who.pk).first()
    seen = disposal.preview(who, timezone.now())
    context = {
        "person": who, "seen": seen, "is_due": seen.one.is_due(timezone.localdate()), "waiting": waiting,
        "form": form, "refusal": form.refusal(),
    }  # fmt: skip
    return page(request, "pages/person_disposal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RETENTION_DISPOSE)
def one_disposal(request: StaffRequest, key: int) -> HttpResponse:
    """A proposal, agreed or withdrawn here by whoever did not make it; afterwards what is left of the record."""
    found: Disposal = get_object_or_404(
        Disposal.objects.select_related("proposed_by", "approved_by", "withdrawn_by"), pk=key
    )
    is_done = found.destroyed_at is not None
    person = Person.objects.visible_to(request.user).filter(pk=found.person_key).first()
    if person is None and not is_done:
        raise Http404
    audit.shows(request, [found.person_key], kind="opened", reference=found.reference)
    here = reverse("pages:disposal", args=[found.pk])
    if request.POST.get("act") == "withdraw":
        return acting.at_once(
            request,
            lambda at: disposal.withdraw(disposal=found, by=request.user, at=at),
            said="The proposal has been withdrawn. The record stays",
            back=here,
        )
    form = acting.form(request, ApproveForm)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: disposal.approve(disposal=found, typed=given["typed"], by=request.user, at=at),
        said="The record has been destroyed",
        to=here,
    )
    if done is not None:
        return done
    context = {
        "row": found,
        "person": person,
        "form": form,
        "lines": disposal.in_words(found.counts),
        "is_waiting": not is_done and found.withdrawn_at is None,
        "is_own": found.proposed_by_id == request.user.pk,
        "files": found.files.filter(removed_at__isnull=True).count(),
    }
    return page(request, "pages/disposal.html", context)
