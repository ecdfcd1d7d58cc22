"""The pages of police protection and emergency orders: recording one, its page, and what is done with it."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.handover.models import HandoverItem
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.people.access import check_conflict
from frontdoor.ui.formats import moment
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals import readers
from referrals.models import Referral
from referrals.protection import from_handover, measure_forms, measures
from referrals.protection.measure_models import Measure
from referrals.views import acts
from referrals.views.acts import Act, plain
from referrals.views.working import shown as shown_referral

P = Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_WORK)
def record(request: StaffRequest, reference: str) -> HttpResponse:
    """Record that the child is under police protection or an order; from an item of a handover with what it says."""
    user = request.user
    found = shown_referral(request, reference)
    item = _item(request, found)
    siblings = [each for each in readers.siblings(found, user) if each.is_open]
    audit.shows(request, [each.child_id for each in siblings if each.child_id is not None])
    kept = item.place if item is not None and item.place_is_confidential else ""
    form = acting.form(
        request,
        measure_forms.MeasureForm,
        record=found,
        at=request.path + (f"?item={item.pk}" if item is not None else ""),
        siblings=siblings,
        keeps_place=bool(kept),
        initial=from_handover.said(item) if item is not None else {},
    )
    done = acting.carry_out(
        request,
        form,
        lambda given, at: measures.record(
            referral=found, by=user, at=at, facts=form.facts(kept), siblings=form.chosen(), item=item,
            version=given["version"],
        ),
        said=lambda made: f"{made.get_kind_display()} has been recorded.",
        to=lambda made: reverse("referrals:measure", args=[made.reference]),
    )  # fmt: skip
    return done or page(
        request, "referrals/protection/measure_new.html", {"referral": found, "form": form, "item": item}
    )


def _item(request: StaffRequest, referral: Referral) -> HandoverItem | None:
    """The item of a handover in the address, if it is about this referral's child and the user may see it."""
    key = request.GET.get("item", "")
    if not key:
        return None
    rows = HandoverItem.objects.visible_to(request.user).filter(pk=int(key) if key.isdecimal() and len(key) < 16 else 0)
    item: HandoverItem | None = rows.first()
    if item is None or referral.pk not in {row.pk for row in from_handover.referrals_of([item], request.user)}:
        raise Http404
    return item


def shown(request: StaffRequest, reference: str) -> Measure:
    """The measure, if the user may see its referral; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found: Measure = get_visible(
        Measure, request.user, reference, read_with=["referral__child", "referral__contact_person", "ended_by"]
    )
    child = found.referral.child
    if child is not None:
        check_conflict(request.user, child)
    audit.shows(request, [child] if child else [], kind="opened", reference=found.referral.reference)
    return found


@require_safe
@needs(P.REFERRAL_VIEW)
def measure(request: StaffRequest, reference: str) -> HttpResponse:
    """One of them: until when, whose it is, where the child is, who was told, what followed."""
    return _show(request, shown(request, reference))


def _show(request: StaffRequest, found: Measure, place: str = "") -> HttpResponse:
    user, now = request.user, timezone.now()
    rows = Clock.objects.visible_to(user).running().of(found.referral.reference)
    rules = [measures.RULES[found.kind], measures.DISCUSSION]
    running = list(rows.filter(rule__in=rules).order_by("due_at", "id")) if found.status == "running" else []
    return page(
        request,
        "referrals/protection/measure.html",
        {
            "measure": found,
            "referral": found.referral,
            "clocks": running,
            "place": place,
            "is_over": found.is_over(now),
            "duty": measures.duty_arises(found),
            "may_discuss": holds(user, P.REFERRAL_DECIDE) and found.referral.is_open,
            "buttons": doors.buttons(found, user),
            "changes": list(history(found.reference)),
            "now": now,
        },
    )


@require_POST
@needs(P.REFERRAL_VIEW)
def place(request: StaffRequest, reference: str) -> HttpResponse:
    """Where the child is, when that is confidential: asked for, and kept who asked."""
    found = shown(request, reference)
    return _show(request, found, measures.show_place(measure=found, by=request.user))


def _about(found: Measure) -> str:
    return f"{found.get_kind_display()} until {moment(found.ends_at)}."


ACTS: dict[str, Act] = {
    "told": Act(
        P.REFERRAL_WORK, "Record who was told", "Save", measure_forms.ToldForm,
        plain(measures.tell, "measure"), "Saved.",
    ),
    "place": Act(
        P.REFERRAL_WORK, "Change where the child is", "Save", measure_forms.PlaceForm,
        plain(measures.change_place, "measure"),
        "Saved.",
    ),
    "extend": Act(
        P.REFERRAL_WORK, "Record an extension of the order", "Record it", measure_forms.ExtendForm,
        plain(measures.extend, "measure"), "The extension has been recorded.", says=_about,
    ),
    "end": Act(
        P.REFERRAL_WORK, "Record that it has ended", "Record the end", measure_forms.EndedForm,
        plain(measures.end, "measure"),
        "The end has been recorded.", says=_about,
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    return acts.answer(request, chosen, form, found, who=found.referral.child_name, back="referrals:measure")
