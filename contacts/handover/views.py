"""The handover: what the shift has to take, what the next is told, earlier packs, and a pack on paper."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contacts.handover import actions, packs, readers
from contacts.handover import shifts as hours
from contacts.handover.forms import KIND_HINTS, AcknowledgedForm, ItemForm, ShiftsForm, TakeForm
from contacts.handover.models import HandoverItem, HandoverPack, ShiftPlan, plan_on
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import closures
from frontdoor.people.record.about import given_on, people_in
from frontdoor.ui.responses import page

P = Permission
CHANGES = {
    "edt-day": "Duty team to day team",
    "day-edt": "Day team to duty team",
    "edt-edt": "Duty team to duty team",
}


def _chosen(request: StaffRequest, name: str, known: Any, first: str = "") -> str:
    given = request.GET.get(name, first)
    return given if given in known else first


def _shows(request: StaffRequest, lines: list[readers.Line], *, reason: str = "") -> set[int]:
    people = {key for line in lines for key in line.people} | people_in(line.children for line in lines)
    given = given_on({line.item.reference: line.children for line in lines})
    if people or given:
        audit.shows(request, people, reason=reason, given_on=given)
    return people


def _now(request: StaffRequest, taking: TakeForm | None = None) -> HttpResponse:
    """The page; ``taking`` is the answer to the button of an item that somebody else was faster with."""
    refusal = " ".join(map(str, taking.non_field_errors())) if taking is not None else ""
    user = request.user
    at = timezone.now()
    packs.bring_up_to_date(at)
    packs.escalate(at)
    show = _chosen(request, "show", readers.SHOWS, "untaken")
    kind = _chosen(request, "kind", HandoverItem.Kind.values)
    current = HandoverPack.objects.newest_first().first()
    # What was taken is read from the pack of this change; what nobody took stands here from whichever pack it is.
    lines = readers.lines_of(readers.items_for(user, show, kind, current if show == "taken" else None, at), user, at)
    waiting = readers.lines_of(readers.waiting_for(user), user, at)
    _shows(request, [*lines, *waiting])
    since, shift = hours.now_on(at, plan_on, closures())
    coming = hours.next_change(at, plan_on, closures())
    return page(
        request,
        "handover/now.html",
        {
            "now": at,
            "lines": lines,
            "waiting": waiting,
            "shift": hours.SHIFT_LABELS[shift],
            "since": since,
            "coming": coming,
            "coming_label": hours.SHIFT_LABELS[coming.after],
            "current": current,
            "figures": readers.figures_of(user, current.began_at, current.changed_at) if current else None,
            "tabs": [
                {"href": "?" + urlencode({"show": key, "kind": kind} if kind else {"show": key}), "text": text,
                 "active": key == show}
                for key, text in readers.SHOWS.items()
            ],
            "show": show,
            "kind": kind,
            "kinds": HandoverItem.Kind.choices,
            "refusal": refusal,
            "user_id": user.pk,
            "may_set": holds(user, P.RULES_MANAGE),
        },
        status=409 if refusal else None,
    )  # fmt: skip


@require_safe
@needs(P.HANDOVER)
def now(request: StaffRequest) -> HttpResponse:
    """What there is to take now; makes the packs that are due, should nothing else have."""
    return _now(request)


@require_safe
@needs(P.HANDOVER)
def choose(request: StaffRequest) -> HttpResponse:
    """Which kind of item to write."""
    kinds = [(value, label, KIND_HINTS[HandoverItem.Kind(value)]) for value, label in HandoverItem.Kind.choices]
    return page(request, "handover/choose.html", {"kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.HANDOVER)
def write(request: StaffRequest, kind: str) -> HttpResponse:
    """Write an item of one kind."""
    if kind not in HandoverItem.Kind.values:
        raise Http404
    kind_of = HandoverItem.Kind(kind)
    reference = request.GET.get("reference", "")[:10]
    form = acting.form(
        request,
        ItemForm,
        called=f"Handover: {kind_of.label}",
        about=reference,
        at=request.path + ("?" + urlencode({"reference": reference}) if reference else ""),
        kind=kind,
        initial={"reference": reference},
    )
    if form.is_sent:
        packs.bring_up_to_date(timezone.now())
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.write_item(
            kind=kind, facts=form.facts(), now=given["when"] == "now", by=request.user, at=at
        ),
        said=lambda item: (
            "The item has been handed over." if item.pack_id else "The item has been saved for the next shift."
        ),
        to=reverse("contacts:handover"),
    )
    if done is not None:
        return done
    return page(request, "handover/write.html", {"form": form, "title": kind_of.label, "hint": KIND_HINTS[kind_of]})


@require_POST
@needs(P.HANDOVER)
def take(request: StaffRequest, key: int) -> HttpResponse:
    """Take an item by name; whoever is second is told who has it."""
    item = get_object_or_404(HandoverItem.objects.visible_to(request.user), pk=key)
    form = acting.form(request, TakeForm)
    back = request.POST.get("pack", "")
    is_of_pack = back.isascii() and back.isdigit() and len(back) < 16
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.take_item(item=item, by=request.user, at=at),
        said="You have taken the item.",
        to=reverse("contacts:handover_pack", args=[int(back)]) if is_of_pack else reverse("contacts:handover"),
    )
    return done or _now(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.HANDOVER)
def acknowledged(request: StaffRequest, key: int) -> HttpResponse:
    """Who at the other authority has acknowledged it."""
    user = request.user
    rows = HandoverItem.objects.visible_to(user).filter(kind=HandoverItem.Kind.AUTHORITY)
    item = get_object_or_404(rows.select_related("acknowledged_by"), pk=key)
    line = readers.lines_of([item], user, timezone.now())[0]
    _shows(request, [line])
    form = acting.form(request, AcknowledgedForm, about=item.reference)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.acknowledge_passed(item=item, by=user, at=at, **given),
        said="Recorded who has it.",
        to=reverse("contacts:handover"),
    )
    return done or page(request, "handover/acknowledged.html", {"form": form, "line": line})


@require_POST
@needs(P.HANDOVER)
def place(request: StaffRequest, key: int) -> HttpResponse:
    """Where a child is, when that is confidential: asked for by name."""
    user = request.user
    item = get_object_or_404(HandoverItem.objects.visible_to(user).exclude(place=""), pk=key)
    at = timezone.now()
    _shows(request, readers.lines_of([item], user, at))
    where = actions.show_place(item=item, by=user, at=at)
    return page(request, "handover/place.html", {"item": item, "where": where})


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


@require_safe
@needs(P.HANDOVER)
def history(request: StaffRequest) -> HttpResponse:
    """Earlier packs, the latest first."""
    user = request.user
    change = _chosen(request, "change", CHANGES)
    found = readers.packs_before(_moment(request.GET.get("before", "")), change)
    shown = found[: readers.PAGE]
    older = {"before": shown[-1].changed_at.isoformat()} if len(found) > readers.PAGE else None
    if older and change:
        older["change"] = change
    return page(
        request,
        "handover/packs.html",
        {
            "packs": shown,
            "counts": readers.counts_of(user, shown),
            "older": "?" + urlencode(older) if older else None,
            "newest": reverse("contacts:handover_packs") if request.GET.get("before") else None,
            "change": change,
            "changes": CHANGES.items(),
        },
    )


@require_safe
@needs(P.HANDOVER)
def pack(request: StaffRequest, key: int) -> HttpResponse:
    """One pack with all its items."""
    user = request.user
    at = timezone.now()
    found = get_object_or_404(HandoverPack, pk=key)
    show = _chosen(request, "show", readers.SHOWS)
    kind = _chosen(request, "kind", HandoverItem.Kind.values)
    lines = readers.lines_of(readers.items_for(user, show, kind, found, at), user, at)
    _shows(request, lines)
    values = {
        "pack": found, "lines": lines, "now": at, "show": show, "kind": kind, "kinds": HandoverItem.Kind.choices,
        "shows": readers.SHOWS.items(), "user_id": user.pk,
        "figures": readers.figures_of(user, found.began_at, found.changed_at),
    }  # fmt: skip
    return page(request, "handover/pack.html", values)


@require_safe
@needs(P.HANDOVER)
def printed(request: StaffRequest, key: int) -> HttpResponse:
    """A pack for paper: who reads it and when, to be destroyed, without confidential addresses."""
    user = request.user
    at = timezone.now()
    found = get_object_or_404(HandoverPack, pk=key)
    lines = readers.for_paper(readers.lines_of(readers.items_for(user, "", "", found, at), user, at))
    people = _shows(request, lines, reason="printed")
    actions.note_printed(pack=found, people=people, by=user)
    values = {
        "pack": found, "lines": lines, "now": at, "reader": user.name, "user_id": user.pk,
        "figures": readers.figures_of(user, found.began_at, found.changed_at),
    }  # fmt: skip
    return page(request, "handover/print.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.RULES_MANAGE)
def shifts(request: StaffRequest) -> HttpResponse:
    """The hours of the shifts, and new ones from a day to come."""
    form = acting.form(request, ShiftsForm, current=plan_on(timezone.localdate()))
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.set_shifts(
            plan=form.plan(), valid_from=given["valid_from"], reason=given["reason"], by=request.user, at=at
        ),
        said="The hours have been saved. They apply from that day.",
        to=reverse("contacts:handover_shifts"),
    )
    plans = list(ShiftPlan.objects.newest_first().select_related("set_by")[:20])
    return done or page(request, "handover/shifts.html", {"form": form, "plans": plans})
