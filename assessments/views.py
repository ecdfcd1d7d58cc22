"""The pages of assessments: the list, one assessment, its sections and visits, and a manager's acts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments import actions, forms, outline, readers, returned
from assessments.models import Assessment
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.people.access import check_conflict
from frontdoor.signing import oversight
from frontdoor.ui.forms import ButtonForm, UiForm
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import can, history
from referrals.models import Referral

P = Permission


VIEWS = {
    "mine": "Mine",
    "waiting": "Waiting for me to authorise",
    "unwritten": "Author has left",
    "open": "All open",
}


@require_safe
@needs(P.ASSESSMENT_VIEW)
def listing(request: StaffRequest) -> HttpResponse:
    """One's own assessments, those waiting for one's authorisation, and all open ones."""
    user = request.user
    allowed = {
        "mine": holds(user, P.ASSESSMENT_WRITE),
        "waiting": holds(user, P.ASSESSMENT_AUTHORISE),
        "unwritten": holds(user, P.ASSESSMENT_AUTHORISE),
        "open": True,
    }
    first = "waiting" if allowed["waiting"] else "mine" if allowed["mine"] else "open"
    view = request.GET.get("view", first)
    view = view if allowed.get(view) else first
    rows, following = readers.listed(user, view, request.GET.get("after", ""))
    shows_returned = view not in ("waiting", "unwritten") and not request.GET.get("after")
    back = returned.of(user, mine=view == "mine") if shows_returned else []
    shown_ones = [*rows, *(row.assessment for row in back)]
    audit.shows(request, [row.referral.child_id for row in shown_ones if row.referral.child_id is not None])
    return page(
        request,
        "assessments/list.html",
        {
            "tabs": [
                {"href": f"?view={name}", "text": text, "active": name == view}
                for name, text in VIEWS.items()
                if allowed[name]
            ],
            "view": view,
            "rows": rows,
            "returned": back,
            "today": timezone.localdate(),
            "clocks": readers.clocks_of(rows),
            "following": f"?view={view}&after={following}" if following else "",
            "first": f"?view={view}" if request.GET.get("after") else "",
            "now": timezone.now(),
        },
    )


def shown(request: StaffRequest, reference: str) -> Assessment:
    """The assessment, if the user may see it; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found = readers.whole(request.user, tidy_reference(reference)) if "\x00" not in reference else None
    if found is None:
        raise Http404
    check_conflict(request.user, found.child)
    audit.shows(request, [found.child], kind="opened", reference=found.reference)
    return found


def _reading(assessment: Assessment, user: User, at: datetime) -> dict[str, Any]:
    """Everything of an assessment, for reading."""
    today = timezone.localdate(at)
    doable = can(assessment, user)
    missing = outline.missing(actions.written(assessment, at)) if "submit" in doable else {}
    return {
        "assessment": assessment,
        "child": assessment.child,
        "visits": readers.visits_of(assessment),
        "seen": assessment.child_seen(),
        "clock": readers.clock_of(assessment),
        "warnings": readers.warnings_of(assessment, user),
        "interpreters": readers.interpreters_of(assessment),
        "domains": readers.domains(assessment, today),
        "analysis": [(question, getattr(assessment.text, name)) for name, question, _ in outline.ANALYSIS],
        "factors": [row.code for row in assessment.factors.all() if row.ended_at is None],
        "saved": {row.name: row for row in assessment.sections.all()},
        "sections": outline.SECTIONS,
        "missing": missing,
        "filler": actions.filler_in(assessment),
        "section_titles": outline.SECTION_TITLES,
        "changes": list(history(assessment.reference)),
        "oversight": oversight.part(assessment.reference, user, at),
        "can": doable,
        "buttons": doors.buttons(assessment, user),
        "is_author": user.pk in (assessment.author_id, assessment.submitted_by_id),
        "now": at,
        "today": today,
        "label": lists.label,
    }


@require_safe
@needs(P.ASSESSMENT_VIEW)
def assessment(request: StaffRequest, reference: str) -> HttpResponse:
    """One assessment: where it stands, what is still missing, and the whole of it to read or print."""
    found = shown(request, reference)
    return page(request, "assessments/assessment.html", _reading(found, request.user, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def start(request: StaffRequest, reference: str) -> HttpResponse:
    """Start an assessment of a referral."""
    referral: Referral = get_visible(Referral, request.user, reference)
    if referral.child is not None:
        audit.shows(request, [referral.child], kind="opened", reference=referral.reference)
    form = acting.form(request, forms.StartForm, record=referral)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.start(referral=referral, by=request.user, at=at, **given),
        said="The assessment has been started.",
        to=lambda made: address_of(made.reference),
    )
    return done or page(request, "assessments/start.html", {"referral": referral, "form": form})


def address_of(reference: str) -> str:
    """The page of an assessment."""
    return reverse("assessments:assessment", args=[reference])


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def section(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """Write one section. What is typed is kept as a draft at every stop, and saved by itself when asked."""
    if name not in outline.SECTION_TITLES:
        raise Http404
    found = shown(request, reference)
    if "write" not in can(found, request.user):
        return redirect("assessments:assessment", found.reference)
    title = outline.SECTION_TITLES[name]
    state = next((row for row in found.sections.all() if row.name == name), None)
    form = acting.form(
        request,
        forms.SectionForm,
        record=found,
        called=f"{title}, assessment",
        assessment=found,
        section=name,
        revision=state.revision if state else 0,
    )
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.save_section(
            assessment=found,
            section=name,
            by=request.user,
            at=at,
            given=form.given(),
            revision=given.get("revision") or 0,
        ),
        said=f"Saved: {title}.",
        to=_next(found, name) if "next" in request.POST else address_of(found.reference),
    )
    return done or page(
        request,
        "assessments/section.html",
        {
            "assessment": found,
            "child": found.child,
            "form": form,
            "name": name,
            "title": title,
            "clock": readers.clock_of(found),
            "warnings": readers.warnings_of(found, request.user),
            "interpreters": readers.interpreters_of(found),
            "groups": _navigation(found, name),
            "now": timezone.now(),
            "label": lists.label,
        },
    )


def _next(assessment: Assessment, name: str) -> str:
    names = [each.name for each in outline.SECTIONS]
    after = names[names.index(name) + 1 :]
    if not after:
        return reverse("assessments:assessment", args=[assessment.reference])
    return reverse("assessments:section", args=[assessment.reference, after[0]])


def _navigation(assessment: Assessment, current: str) -> list[dict[str, Any]]:
    undone = {**outline.missing(actions.written(assessment, timezone.now())), **actions.filler_in(assessment)}
    return [
        {
            "title": "Sections",
            "items": [
                {
                    "href": reverse("assessments:section", args=[assessment.reference, each.name]),
                    "text": each.title,
                    "active": each.name == current,
                    "done": each.name not in undone,
                }
                for each in outline.SECTIONS
            ],
        }
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def visit(request: StaffRequest, reference: str) -> HttpResponse:
    """Record a visit or an attempt."""
    found = shown(request, reference)
    form = acting.form(request, forms.VisitForm, record=found)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.record_visit(
            assessment=found, by=request.user, at=at, **{**given, "is_seen": given["is_seen"] == "yes"}
        ),
        said="The visit has been recorded.",
        to=address_of(found.reference),
    )
    return done or page(
        request,
        "assessments/act.html",
        {"assessment": found, "form": form, "title": "Record a visit", "button": "Record the visit",
         "warnings": readers.warnings_of(found, request.user), "interpreters": readers.interpreters_of(found),
         "label": lists.label},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def withdraw(request: StaffRequest, reference: str, key: int) -> HttpResponse:
    """Take back a visit entered in error."""
    found = shown(request, reference)
    chosen = found.visits.filter(pk=key).first()
    if chosen is None:
        raise Http404
    return _act(
        request,
        found,
        forms.ReasonForm,
        title="Withdraw a visit entered in error",
        button="Withdraw the visit",
        done="The visit has been withdrawn.",
        run=lambda *, assessment, version, **facts: actions.withdraw_visit(visit=chosen, **facts),
    )


def _act(
    request: StaffRequest,
    found: Assessment,
    kind: type[UiForm],
    *,
    title: str,
    button: str,
    done: str,
    run: Callable[..., object],
    text: str = "",
    look: str = "",
    whole: bool = False,
) -> HttpResponse:
    """The page of one act: its form, what it refuses, and back to the assessment.

    ``run`` is given the ``assessment``, ``by``, ``at`` and the form's answers by their names.
    """
    form = acting.form(request, kind, record=found, called=title)
    answer = acting.carry_out(
        request,
        form,
        lambda given, at: run(assessment=found, by=request.user, at=at, **given),
        said=done,
        to=address_of(found.reference),
    )
    if answer is not None:
        return answer
    reading = _reading(found, request.user, timezone.now()) if whole else {"assessment": found}
    return page(
        request,
        "assessments/act.html",
        {**reading, "form": form, "title": title, "button": button, "text": text, "kind": look, "whole": whole},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def submit(request: StaffRequest, reference: str) -> HttpResponse:
    """Hand it to a manager."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.SubmitAgainForm if returned.last_return(found) is not None else ButtonForm,
        title="Submit for authorisation",
        button="Submit",
        done="Submitted. A manager has been sent a notice.",
        text="A manager who did not write it reads it and authorises it, or returns it with comments.",
        run=actions.submit,
        whole=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def authorise(request: StaffRequest, reference: str) -> HttpResponse:
    """Read the whole of it and authorise it."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.AuthoriseForm,
        title="Authorise this assessment",
        button="Authorise",
        done="Authorised.",
        run=actions.authorise,
        whole=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def give_back(request: StaffRequest, reference: str) -> HttpResponse:
    """Return it with comments."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.ReturnForm,
        title="Return with comments",
        button="Return it",
        done="Returned with your comments.",
        run=actions.return_with_comments,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def abandon(request: StaffRequest, reference: str) -> HttpResponse:
    """End it unfinished."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.ReasonForm,
        title="Abandon this assessment",
        button="Abandon",
        done="Abandoned.",
        text="What is written stays readable. The deadline of a first assessment runs on: the child is not assessed.",
        look="warning",
        run=actions.abandon,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def author(request: StaffRequest, reference: str) -> HttpResponse:
    """Give it to another author."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.AuthorForm,
        title="Give this assessment to another author",
        button="Give it to them",
        done="The assessment has another author.",
        text=f"{found.author.name} is writing it. What is written stays, and both are told.",
        run=actions.change_author,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def note(request: StaffRequest, reference: str) -> HttpResponse:
    """Add a note to an authorised assessment."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.NoteForm,
        title="Add a note",
        button="Add the note",
        done="The note has been added.",
        text="An authorised assessment is never changed. The note appears below it with your name.",
        run=actions.add_addendum,
    )
