"""The pages of assessments: the list, one assessment, its sections and visits, and a manager's acts."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assessments import actions, forms, outline, readers
from assessments.models import Assessment
from frontdoor import audit
from frontdoor.access import Permission, Refused, Stale, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.drafts import actions as drafts
from frontdoor.people.access import check_conflict
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import history
from referrals.models import Referral

P = Permission


def who(request: HttpRequest) -> Any:
    """The member of staff asking: every view here has made sure that somebody is signed in."""
    return request.user


VIEWS = {"mine": "Mine", "waiting": "Waiting for me to authorise", "open": "All open"}


@require_safe
@needs(P.ASSESSMENT_VIEW)
def listing(request: HttpRequest) -> HttpResponse:
    """One's own assessments, those waiting for one's authorisation, and all open ones."""
    user = request.user
    allowed = {
        "mine": holds(user, P.ASSESSMENT_WRITE),
        "waiting": holds(user, P.ASSESSMENT_AUTHORISE),
        "open": True,
    }
    first = "waiting" if allowed["waiting"] else "mine" if allowed["mine"] else "open"
    view = request.GET.get("view", first)
    view = view if allowed.get(view) else first
    rows, following = readers.listed(user, view, request.GET.get("after", ""))
    audit.shows(request, [row.referral.child_id for row in rows if row.referral.child_id is not None])
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
            "clocks": readers.clocks_of(rows),
            "following": f"?view={view}&after={following}" if following else "",
            "first": f"?view={view}" if request.GET.get("after") else "",
            "now": timezone.now(),
        },
    )


def shown(request: HttpRequest, reference: str) -> Assessment:
    """The assessment, if the user may see it; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found = readers.whole(request.user, tidy_reference(reference)) if "\x00" not in reference else None
    if found is None:
        raise Http404
    check_conflict(request.user, found.child)
    audit.shows(request, [found.child], kind="opened", reference=found.reference)
    return found


def _reading(assessment: Assessment, user: Any, at: datetime) -> dict[str, Any]:
    """Everything of an assessment, for reading."""
    today = timezone.localdate(at)
    missing = outline.missing(actions.written(assessment, at)) if assessment.status == "in_progress" else {}
    return {
        "assessment": assessment,
        "child": assessment.child,
        "visits": readers.visits_of(assessment),
        "clock": readers.clock_of(assessment),
        "warnings": readers.warnings_of(assessment.child.pk),
        "domains": readers.domains(assessment, today),
        "analysis": [(question, getattr(assessment.text, name)) for name, question, _ in outline.ANALYSIS],
        "factors": [row.code for row in assessment.factors.all() if row.ended_at is None],
        "saved": {row.name: row for row in assessment.sections.all()},
        "sections": outline.SECTIONS,
        "missing": missing,
        "changes": list(history(assessment.reference)),
        "may_write": assessment.status == "in_progress" and holds(user, P.ASSESSMENT_WRITE),
        "may_authorise": holds(user, P.ASSESSMENT_AUTHORISE),
        "is_author": user.pk in (assessment.author_id, assessment.submitted_by_id),
        "now": at,
        "today": today,
        "label": lists.label,
    }


@require_safe
@needs(P.ASSESSMENT_VIEW)
def assessment(request: HttpRequest, reference: str) -> HttpResponse:
    """One assessment: where it stands, what is still missing, and the whole of it to read or print."""
    found = shown(request, reference)
    return page(request, "assessments/assessment.html", _reading(found, request.user, timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def start(request: HttpRequest, reference: str) -> HttpResponse:
    """Start an assessment of a referral."""
    referral: Referral = get_visible(Referral, request.user, reference)
    if referral.child is not None:
        audit.shows(request, [referral.child], kind="opened", reference=referral.reference)
    form = forms.StartForm(posted(request), referral=referral)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start(
                referral=referral,
                by=who(request),
                at=timezone.now(),
                kind=form.cleaned_data.get("kind", ""),
                version=form.cleaned_data["version"],
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "The assessment is started.")
            return redirect("assessments:assessment", made.reference)
    return page(request, "assessments/start.html", {"referral": referral, "form": form})


def draft_id(user: Any, assessment: Assessment, section: str, revision: int) -> uuid.UUID:
    """The draft of one person's writing in one section since its last saving: the same on every device."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"front-door:{user.pk}:{assessment.reference}:{section}:{revision}")


def _kept(user: Any, assessment: Assessment, section: str, revision: int) -> Any:
    """What this person has typed here and not saved; also from before somebody else saved the section."""
    for number in range(revision, max(-1, revision - 4), -1):
        try:
            found = drafts.load(by=user, draft_id=draft_id(user, assessment, section, number))
        except drafts.AlreadySubmitted:
            return None
        if found is not None:
            return found
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def section(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Write one section. What is typed is kept as a draft at every stop, and saved by itself when asked."""
    if name not in outline.SECTION_TITLES:
        raise Http404
    user: Any = request.user
    found = shown(request, reference)
    if found.status != "in_progress":
        return redirect("assessments:assessment", found.reference)
    state = next((row for row in found.sections.all() if row.name == name), None)
    revision = state.revision if state else 0
    kept = _kept(user, found, name, revision) if request.method != "POST" else None
    form = forms.SectionForm(posted(request) or kept, assessment=found, section=name, revision=revision)
    if request.method == "POST" and form.is_valid():
        opened = form.cleaned_data.get("revision") or 0
        try:
            actions.save_section(
                assessment=found,
                section=name,
                by=user,
                at=timezone.now(),
                given=form.given(),
                revision=opened,
                draft_id=draft_id(user, found, name, opened),
            )
        except drafts.AlreadySubmitted:
            return redirect("assessments:assessment", found.reference)
        except Stale as stale:
            audit.refused(request, stale)
            form = _again(request, found, name, revision, stale)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, f"Saved: {outline.SECTION_TITLES[name]}.")
            return redirect(
                _next(found, name)
                if "next" in request.POST
                else reverse("assessments:assessment", args=[found.reference])
            )
    return page(
        request,
        "assessments/section.html",
        {
            "assessment": found,
            "child": found.child,
            "form": form,
            "name": name,
            "title": outline.SECTION_TITLES[name],
            "draft": draft_id(user, found, name, revision),
            "from_draft": bool(kept),
            "clock": readers.clock_of(found),
            "warnings": readers.warnings_of(found.child.pk),
            "groups": _navigation(found, name),
            "now": timezone.now(),
            "label": lists.label,
        },
        status=200 if kept else None,
    )


def _again(request: HttpRequest, assessment: Assessment, name: str, revision: int, stale: Stale) -> forms.SectionForm:
    """The same words once more after somebody else saved the section; sending them again saves them over theirs."""
    data = request.POST.copy()
    data["revision"] = str(revision)
    form = forms.SectionForm(data, assessment=assessment, section=name, revision=revision)
    form.add_error(
        None,
        f"{stale.message} What you typed is still here. Read theirs on the assessment’s page first; saving again puts "
        "yours in its place.",
    )
    return form


def _next(assessment: Assessment, name: str) -> str:
    names = [each.name for each in outline.SECTIONS]
    after = names[names.index(name) + 1 :]
    if not after:
        return reverse("assessments:assessment", args=[assessment.reference])
    return reverse("assessments:section", args=[assessment.reference, after[0]])


def _navigation(assessment: Assessment, current: str) -> list[dict[str, Any]]:
    missing = outline.missing(actions.written(assessment, timezone.now()))
    return [
        {
            "title": "Sections",
            "items": [
                {
                    "href": reverse("assessments:section", args=[assessment.reference, each.name]),
                    "text": each.title,
                    "active": each.name == current,
                    "done": each.name not in missing,
                }
                for each in outline.SECTIONS
            ],
        }
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def visit(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a visit or an attempt."""
    found = shown(request, reference)
    form = forms.VisitForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["is_seen"] = given["is_seen"] == "yes"
        try:
            actions.record_visit(assessment=found, by=who(request), at=timezone.now(), **given)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "The visit is recorded.")
            return redirect("assessments:assessment", found.reference)
    return page(
        request,
        "assessments/act.html",
        {"assessment": found, "form": form, "title": "Record a visit", "button": "Record the visit",
         "warnings": readers.warnings_of(found.child.pk), "label": lists.label},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def withdraw(request: HttpRequest, reference: str, key: int) -> HttpResponse:
    """Take back a visit entered in error."""
    found = shown(request, reference)
    chosen = found.visits.filter(pk=key).first()
    if chosen is None:
        raise Http404
    return _act(
        request,
        found,
        forms.ReasonForm(posted(request), assessment=found),
        title="Withdraw a visit entered in error",
        button="Withdraw the visit",
        done="The visit is withdrawn.",
        run=lambda given: actions.withdraw_visit(
            visit=chosen,
            by=who(request),
            at=timezone.now(),
            reason=given["reason"],
        ),
    )


def _act(
    request: HttpRequest,
    found: Assessment,
    form: Any,
    *,
    title: str,
    button: str,
    done: str,
    run: Callable[[dict[str, Any]], object],
    text: str = "",
    kind: str = "",
    whole: bool = False,
) -> HttpResponse:
    """The page of one act: its form, what it refuses, and back to the assessment."""
    if request.method == "POST" and form.is_valid():
        try:
            run(form.cleaned_data)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, done)
            return redirect("assessments:assessment", found.reference)
    reading = _reading(found, request.user, timezone.now()) if whole else {"assessment": found}
    return page(
        request,
        "assessments/act.html",
        {**reading, "form": form, "title": title, "button": button, "text": text, "kind": kind, "whole": whole},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand it to a manager."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.VersionForm(posted(request), assessment=found),
        title="Submit for authorisation",
        button="Submit",
        done="Submitted. A manager has a notice.",
        text="A manager who did not write it reads it and authorises it, or returns it with comments.",
        run=lambda given: actions.submit(
            assessment=found,
            by=who(request),
            at=timezone.now(),
            version=given["version"],
        ),
        whole=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def authorise(request: HttpRequest, reference: str) -> HttpResponse:
    """Read the whole of it and authorise it."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.AuthoriseForm(posted(request), assessment=found),
        title="Authorise this assessment",
        button="Authorise",
        done="Authorised.",
        run=lambda given: actions.authorise(
            assessment=found,
            by=who(request),
            at=timezone.now(),
            **given,
        ),
        whole=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def give_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Return it with comments."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.ReturnForm(posted(request), assessment=found),
        title="Return with comments",
        button="Return it",
        done="Returned with your comments.",
        run=lambda given: actions.return_with_comments(
            assessment=found,
            by=who(request),
            at=timezone.now(),
            **given,
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_AUTHORISE)
def abandon(request: HttpRequest, reference: str) -> HttpResponse:
    """End it unfinished."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.ReasonForm(posted(request), assessment=found),
        title="Abandon this assessment",
        button="Abandon",
        done="Abandoned.",
        text="What is written stays readable. The deadline of a first assessment runs on: the child is not assessed.",
        kind="warning",
        run=lambda given: actions.abandon(
            assessment=found,
            by=who(request),
            at=timezone.now(),
            **given,
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.ASSESSMENT_WRITE)
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a note to an authorised assessment."""
    found = shown(request, reference)
    return _act(
        request,
        found,
        forms.NoteForm(posted(request)),
        title="Add a note",
        button="Add the note",
        done="The note is added.",
        text="An authorised assessment is never changed. The note stands below it with your name.",
        run=lambda given: actions.add_addendum(
            assessment=found,
            by=who(request),
            at=timezone.now(),
            **given,
        ),
    )
