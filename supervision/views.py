"""Pages of supervision."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_named, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.people.record.overview import href_of_reference
from frontdoor.ui.forms import UiForm, VersionForm
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import history
from referrals.models import Referral
from supervision import actions, forms, readers
from supervision.models import Session, is_above

P = Permission


@require_safe
@needs(P.SUPERVISION_VIEW)
def home(request: StaffRequest) -> HttpResponse:
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


def _due(clocks: dict[str, Clock], session: Session) -> datetime:
    clock = clocks.get(session.reference)
    return clock.due_at if clock else session.planned_for


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def plan(request: StaffRequest) -> HttpResponse:
    """Plan a session one will hold oneself."""
    workers = {person.username: person for person in readers.supervised_by(request.user)}
    asked = workers.get(request.GET.get("worker", ""))
    form = acting.form(
        request,
        forms.PlanForm,
        called=with_whom(forms.PlanForm, asked) if asked else "",
        at=request.get_full_path(),
        initial={name: request.GET.get(name, "")[:60] for name in ("worker", "referral")},
        workers=[(username, person.name) for username, person in workers.items()],
    )
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.plan(
            worker=workers[given["worker"]],
            supervisor=request.user,
            by=request.user,
            at=at,
            planned_for=given["planned_for"],
            referral=_referral(request, given["referral"]),
        ),
        said="The session has been planned",
        to=lambda made: address_of(made.reference),
    )
    return done or page(request, "supervision/plan.html", {"form": form})


def with_whom(kind: type[UiForm], worker: User) -> str:
    """What the draft of a form about this worker's supervision is called."""
    return f"{kind.called} with {worker.name}"


def address_of(reference: str) -> str:
    """The page of a session."""
    return reverse("supervision:session", args=[reference])


def _referral(request: StaffRequest, reference: str) -> Referral | None:
    if not reference.strip():
        return None
    absent = "There is no referral with this reference."
    return get_named(Referral, request.user, reference, absent=absent, field="referral", code="absent")


def _opened(request: StaffRequest, reference: str) -> Session:
    """The session if the user may see it, otherwise 404; the read is noted for the child it is about."""
    rows = Session.objects.visible_to(request.user).select_related(
        "worker", "worker__team", "supervisor", "referral", "referral__child", "next_session"
    )
    found: Session = get_visible(rows, request.user, reference)
    audit.shows(request, actions.about(found.referral), kind="opened", reference=found.reference)
    return found


def _may_change(request: StaffRequest, session: Session) -> bool:
    """Whether the user is the one to record, move or cancel it."""
    me = request.user
    entitled = me.pk == session.supervisor_id or is_above(me, session.worker)
    return session.is_open and holds(me, P.SUPERVISION_HOLD) and me.pk != session.worker_id and entitled


@require_safe
@needs(P.SUPERVISION_VIEW)
def session(request: StaffRequest, reference: str) -> HttpResponse:
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
def hold(request: StaffRequest, reference: str) -> HttpResponse:
    """Record a session. Recorded already by oneself, it is shown: a double click lands on the one record."""
    found = _opened(request, reference)
    if found.held_by_id == request.user.pk:
        return redirect("supervision:session", found.reference)
    return _act(request, found, forms.HoldForm, actions.hold, "supervision/hold.html", "The session has been recorded")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def move(request: StaffRequest, reference: str) -> HttpResponse:
    """Move a planned session to another time."""
    found = _opened(request, reference)
    return _act(request, found, forms.MoveForm, actions.replan, "supervision/move.html", "The session has been moved")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.SUPERVISION_HOLD)
def cancel(request: StaffRequest, reference: str) -> HttpResponse:
    """Say that a planned session will not take place."""
    found = _opened(request, reference)
    return _act(
        request, found, forms.CancelForm, actions.cancel, "supervision/cancel.html", "The session has been cancelled"
    )


def _act(
    request: StaffRequest,
    found: Session,
    kind: type[VersionForm],
    act: Callable[..., Session],
    template: str,
    said: str,
) -> HttpResponse:
    """The page of one act on a session, whose facts are the form's fields."""
    form = acting.form(request, kind, record=found, called=with_whom(kind, found.worker))
    done = acting.carry_out(
        request,
        form,
        lambda given, at: act(session=found, by=request.user, at=at, **given),
        said=said,
        to=address_of(found.reference),
    )
    return done or page(request, template, {"session": found, "form": form})
