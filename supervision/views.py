"""Pages of supervision."""

import uuid
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import audit
from frontdoor.access import Permission, Refused, Stale, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.drafts.models import Draft
from frontdoor.people.record.overview import href_of_reference
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import history
from referrals.models import Referral
from supervision import actions, forms, readers
from supervision.models import Session, is_above

P = Permission


@require_safe
@needs(P.SUPERVISION_VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """One's own sessions, and those of the people one supervises or manages, with what is overdue."""
    user, now = request.user, timezone.now()
    own, theirs = readers.sessions(user, "planned", mine=True), readers.sessions(user, "planned", mine=False)
    clocks = readers.clocks_of([*own, *theirs], user)
    may_hold = holds(user, P.SUPERVISION_HOLD)
    return page(
        request,
        "supervision/home.html",
        {
            "now": now,
            "clocks": clocks,
            "own": own,
            "own_held": readers.sessions(user, "held", mine=True),
            "theirs": sorted(theirs, key=lambda s: (_due(clocks, s), s.planned_for)),
            "theirs_held": readers.sessions(user, "held", mine=False),
            "overdue": readers.overdue(theirs, clocks, now),
            "without": readers.without_any(user) if may_hold else [],
            "may_hold": may_hold,
            "href_of": href_of_reference,
        },
    )


def _due(clocks: dict[str, Clock], session: Session) -> Any:
    clock = clocks.get(session.reference)
    return clock.due_at if clock else session.planned_for


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a session one will hold oneself."""
    workers = {person.username: person for person in readers.supervised_by(request.user)}
    choices = [(username, person.name) for username, person in workers.items()]
    if request.method == "POST":
        form = forms.PlanForm(request.POST, workers=choices)
        if form.is_valid():
            try:
                session = actions.plan(
                    worker=workers[form.cleaned_data["worker"]],
                    supervisor=request.user,  # type: ignore[arg-type]
                    by=request.user,  # type: ignore[arg-type]
                    at=timezone.now(),
                    planned_for=form.cleaned_data["planned_for"],
                    referral=_referral(request, form.cleaned_data["referral"]),
                )
            except Refused as refused:
                audit.refused(request, refused)
                _tell(form, refused)
            else:
                messages.success(request, "The session is planned")
                return redirect("supervision:session", session.reference)
    else:
        about = {name: request.GET.get(name, "")[:60] for name in ("worker", "referral")}
        form = forms.PlanForm(initial=about, workers=choices)
    return page(request, "supervision/plan.html", {"form": form})


def _referral(request: HttpRequest, reference: str) -> Referral | None:
    if not reference.strip():
        return None
    try:
        return get_visible(Referral, request.user, reference)
    except Http404 as absent:
        raise Refused("There is no referral with this reference.", code="absent", field="referral") from absent


def _tell(form: django_forms.Form, refused: Refused) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def _opened(request: HttpRequest, reference: str) -> Session:
    """The session if the user may see it, otherwise 404; the read is noted for the child it is about."""
    rows = Session.objects.visible_to(request.user).select_related(
        "worker", "worker__team", "supervisor", "referral", "referral__child", "next_session"
    )
    found: Session = get_visible(rows, request.user, reference)
    audit.shows(request, actions.about(found.referral), kind="opened", reference=found.reference)
    return found


def _may_change(request: HttpRequest, session: Session) -> bool:
    """Whether the user is the one to record, move or cancel it."""
    me = request.user
    entitled = me.pk == session.supervisor_id or is_above(me, session.worker)
    return session.is_open and holds(me, P.SUPERVISION_HOLD) and me.pk != session.worker_id and entitled


@require_safe
@needs(P.SUPERVISION_VIEW)
def session(request: HttpRequest, reference: str) -> HttpResponse:
    """One session: what was decided, or when it is due."""
    found = _opened(request, reference)
    return page(
        request,
        "supervision/session.html",
        {
            "session": found,
            "text": getattr(found, "text", None),
            "clocks": list(Clock.objects.visible_to(request.user).of(found.reference).order_by("due_at", "id")),
            "history": history(found.reference),
            "may_change": _may_change(request, found),
            "href_of": href_of_reference,
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a session; what is typed is kept as it is typed, under the id in the address."""
    found = _opened(request, reference)
    draft_id = _draft_id(request)
    if draft_id is None:
        kept = Draft.objects.of(request.user).open().filter(kind="supervision", about=found.reference).first()
        address = reverse("supervision:hold", args=[found.reference])
        return redirect(f"{address}?draft={kept.pk if kept else uuid.uuid4()}")
    if request.method == "POST":
        form = forms.HoldForm(request.POST)
        if form.is_valid():
            try:
                actions.hold(session=found, by=request.user, at=timezone.now(), draft_id=draft_id, **form.cleaned_data)  # type: ignore[arg-type]
            except AlreadySubmitted as done:
                return redirect("supervision:session", done.reference)
            except (Refused, Stale) as refused:
                audit.refused(request, refused)
                _tell(form, refused)
            else:
                messages.success(request, "The session is recorded")
                return redirect("supervision:session", found.reference)
    else:
        try:
            typed = drafts.load(by=request.user, draft_id=draft_id)  # type: ignore[arg-type]
        except AlreadySubmitted as done:
            return redirect("supervision:session", done.reference)
        form = forms.HoldForm(initial={"version": found.version})
        if typed is not None:
            form = forms.HoldForm(initial={**_as_typed(form, typed), "version": found.version})
    return page(request, "supervision/hold.html", {"session": found, "form": form, "draft_id": draft_id})


def _draft_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("draft", ""))
    except ValueError:
        return None


def _as_typed(form: django_forms.Form, typed: Any) -> dict[str, Any]:
    """Every field as it was typed, dates in their parts; nothing is judged before the form is sent."""
    return {
        name: field.widget.value_from_datadict(typed, {}, name)
        for name, field in form.fields.items()
        if name != "version"
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Move a planned session to another time."""
    found = _opened(request, reference)
    return _changed(request, found, forms.MoveForm, actions.replan, "supervision/move.html", "The session is moved")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a planned session will not take place."""
    found = _opened(request, reference)
    told = "The session is cancelled"
    return _changed(request, found, forms.CancelForm, actions.cancel, "supervision/cancel.html", told)


def _changed(request: HttpRequest, found: Session, form_class: Any, act: Any, template: str, told: str) -> HttpResponse:
    if request.method == "POST":
        form = form_class(request.POST)
        if form.is_valid():
            try:
                act(session=found, by=request.user, at=timezone.now(), **form.cleaned_data)
            except (Refused, Stale) as refused:
                audit.refused(request, refused)
                _tell(form, refused)
            else:
                messages.success(request, told)
                return redirect("supervision:session", found.reference)
    else:
        form = form_class(initial={"version": found.version})
    return page(request, template, {"session": found, "form": form})
