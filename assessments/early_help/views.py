"""The pages of early help for staff: the list, one assessment, its form, its acts, and the links for agencies."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.early_help import actions, forms, passed_on, readers, steps
from assessments.early_help.facts import TEXTS, ConsentFacts
from assessments.early_help.models import EarlyHelpAssessment
from assessments.models import Assessment
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.facts import ReferrerFacts
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, get_named, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.drafts import actions as drafts
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.ui.forms import VersionForm
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import can, history
from referrals.models import Referral

P = Permission


@require_safe
@needs(P.EARLY_HELP_VIEW)
def listing(request: StaffRequest) -> HttpResponse:
    """Early help by view, agency and level, newest first, with its review clocks."""
    now = timezone.now()
    view = request.GET.get("view", "open")
    view = view if view in readers.VIEWS else "open"
    found = readers.listed(request.user, {**request.GET.dict(), "view": view}, now)
    audit.shows(request, found.people)
    chosen = {name: request.GET.get(name, "") for name in ("agency", "level") if request.GET.get(name)}
    first = urlencode({"view": view, **chosen})
    return page(
        request,
        "early_help/list.html",
        {
            "tabs": [
                {"href": f"?{urlencode({'view': name, **chosen})}", "text": text, "active": name == view}
                for name, text in readers.VIEWS.items()
            ],
            "found": found,
            "filter": forms.EarlyHelpFilter(initial={**chosen, "view": view}),
            "following": f"?{first}&after={found.after}" if found.after else "",
            "first": f"?{first}" if request.GET.get("after") else "",
            "now": now,
            "label": lists.label,
            "may_write": holds(request.user, P.EARLY_HELP_WRITE),
            "may_invite": holds(request.user, P.EARLY_HELP_INVITE),
        },
    )


@require_safe
@needs(P.EARLY_HELP_WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """A new form, under a draft of its own."""
    return redirect("assessments:early_help_draft", uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_WRITE)
def draft(request: StaffRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The form for staff, kept as typed; recorded and begun, or recorded as a draft others can go on with."""
    try:
        if request.method != "POST":
            typed = drafts.load(by=request.user, draft_id=draft_id)
            return _form_page(request, forms.EarlyHelpScreen(typed, is_staff=True, judge=False), draft_id)
        return _sent(request, draft_id)
    except drafts.AlreadySubmitted as before:
        return redirect("assessments:early_help_one", before.reference)


def _sent(request: StaffRequest, draft_id: uuid.UUID) -> HttpResponse:
    sending = not forms.asks_for_rows(request.POST)
    screen = forms.EarlyHelpScreen(request.POST, is_staff=True, judge=sending)
    if sending and screen.is_valid():
        try:
            made = actions.record(
                facts=screen.facts(), by=request.user, at=timezone.now(), how="staff", draft_id=draft_id,
                as_draft="keep" in request.POST,
            )  # fmt: skip
        except Refused as refused:
            acting.refuse(request, [screen.form], refused)
        else:
            messages.success(request, f"Early help {made.reference} is recorded.")
            return redirect("assessments:early_help_one", made.reference)
    acting.keep_whole(
        request, draft_id=draft_id, kind="early_help", data=forms.whole_rows(request.POST), but=re.compile("keep")
    )
    return _form_page(request, screen, draft_id)


def _form_page(request: StaffRequest, screen: forms.EarlyHelpScreen, draft_id: uuid.UUID) -> HttpResponse:
    wrong = screen.form.is_bound and screen.judge and not screen.is_valid()
    return page(
        request,
        "early_help/new.html",
        {
            "screen": screen,
            "form": screen.form if wrong else None,
            "draft": draft_id,
            "version": drafts.version(by=request.user, draft_id=draft_id),
        },
        status=422 if wrong else 200,
    )


def shown(request: StaffRequest, reference: str) -> EarlyHelpAssessment:
    """The assessment, if the user may see it; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found = readers.whole(request.user, tidy_reference(reference)) if "\x00" not in reference else None
    if found is None:
        raise Http404
    people = [row.person for row in found.people.all() if row.person is not None]
    for person in people:
        check_conflict(request.user, person)
    audit.shows(request, people, kind="opened", reference=found.reference)
    return found


@require_safe
@needs(P.EARLY_HELP_VIEW)
def one(request: StaffRequest, reference: str) -> HttpResponse:
    """One early-help assessment: where it stands, the plan, the reviews, and the whole of it to read or print."""
    return _one(request, shown(request, reference))


def _one(
    request: StaffRequest,
    found: EarlyHelpAssessment,
    plan: forms.ActionForm | None = None,
    team: forms.MemberForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    user = request.user
    doable = can(found, user)
    may_write = "write" in doable
    offered = readers.candidates(found, user) if may_write else []
    audit.shows(request, [each.person for each in offered], kind="opened", reference=found.reference)
    failed = next((form for form in (plan, team) if form is not None and form.is_sent), None)
    if may_write:
        plan, team = plan or _action_form(request, found), team or _member_form(request, found)
    return page(
        request,
        "early_help/one.html",
        {
            "found": found,
            "child": found.child,
            "lead": found.current_lead(),
            "texts": [(question, getattr(found.text, name)) for name, question, _ in TEXTS],
            "domains": readers.domains(found, timezone.localdate(found.received_at)),
            "clocks": [
                *readers.until_taken_on([found]).values(),
                *Clock.objects.visible_to(user).of(found.reference).filter(stopped_at=None),
            ],
            "changes": list(history(found.reference)),
            "candidates": offered,
            "came_from": _origin(found, user),
            "contact": found.contact,
            "contact_href": reverse("contacts:contact", args=[found.contact.reference]) if found.contact else "",
            "may_write": may_write,
            "can": doable,
            "action_form": plan,
            "member_form": team,
            "failed": failed,
            "now": now,
            "today": timezone.localdate(),
            "label": lists.label,
        },
    )


def _origin(found: EarlyHelpAssessment, user: User) -> tuple[str, str, str]:
    """Where it came from: words, reference, and address where the user may open it; the words are "" for nowhere."""
    if found.contact_person is not None:
        may_open = holds(user, P.CONTACT_VIEW)
        href = reverse("contacts:contact", args=[found.came_from]) if may_open else ""
        return "Passed on by screening, from contact", found.came_from, href
    href = reverse("referrals:referral", args=[found.came_from]) if found.came_from else ""
    return "Stepped down from" if found.came_from else "", found.came_from, href


def _action_form(request: StaffRequest, found: EarlyHelpAssessment, *, is_sent: bool = False) -> forms.ActionForm:
    return acting.form(
        request, forms.ActionForm, record=found, at=address_of(found), is_sent=is_sent, auto_id="id_plan_%s"
    )


def _member_form(request: StaffRequest, found: EarlyHelpAssessment, *, is_sent: bool = False) -> forms.MemberForm:
    return acting.form(
        request, forms.MemberForm, record=found, at=address_of(found), is_sent=is_sent, auto_id="id_team_%s"
    )


def address_of(found: EarlyHelpAssessment) -> str:
    """The page of an assessment."""
    return reverse("assessments:early_help_one", args=[found.reference])


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_WRITE)
def edit(request: StaffRequest, reference: str) -> HttpResponse:
    """Write it again: people, texts, findings and agreement."""
    found = shown(request, reference)
    if "write" not in can(found, request.user) and request.method != "POST":
        return redirect("assessments:early_help_one", found.reference)
    form = acting.form(
        request, forms.EarlyHelpForm, record=found, is_staff=True, initial=forms.initial_of(found), with_lead=False
    )
    screen = forms.EarlyHelpScreen(
        acting.typed(form), form=form, judge=form.is_sent, family=forms.family_of(found), with_rows=False
    )
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.update(
            assessment=found, facts=screen.facts(), by=request.user, at=at, version=given["version"]
        ),
        said="Saved",
        to=address_of(found),
    )
    return done or page(request, "early_help/edit.html", {"found": found, "screen": screen, "form": form})


Run = Callable[[EarlyHelpAssessment, User, datetime, dict[str, Any]], str]


@dataclass(frozen=True)
class Act:
    """One thing done to an assessment on a page of its own. ``run`` does it; gives the address to go on to."""

    form: type[VersionForm]
    title: str
    button: str
    said: str
    run: Run


def _step_up(found: EarlyHelpAssessment, by: User, at: datetime, given: dict[str, Any]) -> str:
    contact = steps.step_up(assessment=found, by=by, at=at, **given)
    return reverse("contacts:contact", args=[contact.reference])


def _take_on(found: EarlyHelpAssessment, by: User, at: datetime, given: dict[str, Any]) -> str:
    lead = {name: value for name, value in given.items() if name != "version"}
    passed_on.take_on(
        assessment=found, lead=ReferrerFacts(**lead, is_professional=True), by=by, at=at, version=given["version"]
    )
    return address_of(found)


def _change_lead(found: EarlyHelpAssessment, by: User, at: datetime, given: dict[str, Any]) -> str:
    lead = {name: value for name, value in given.items() if name not in ("reason", "version")}
    actions.change_lead(
        assessment=found,
        by=by,
        at=at,
        lead=ReferrerFacts(**lead, is_professional=True),
        reason=given["reason"],
        version=given["version"],
    )
    return address_of(found)


def _review(found: EarlyHelpAssessment, by: User, at: datetime, given: dict[str, Any]) -> str:
    made = actions.review(assessment=found, by=by, at=at, **given)
    following = {"step_up": "step-up", "close": "close"}.get(made.outcome, "")
    return reverse("assessments:early_help_act", args=[found.reference, following]) if following else address_of(found)


def _plain(action: Callable[..., object]) -> Run:
    """An action whose facts are the form's fields, and back to the assessment."""

    def run(found: EarlyHelpAssessment, by: User, at: datetime, given: dict[str, Any]) -> str:
        action(assessment=found, by=by, at=at, **given)
        return address_of(found)

    return run


ACTS: dict[str, Act] = {
    "take-on": Act(
        forms.TakeOnForm,
        "Take on early help",
        "Take it on",
        "Taken on. It has left the list of what was sent.",
        _take_on,
    ),
    "decline": Act(
        forms.DeclineForm,
        "Decline early help",
        "Decline",
        "Declined. The managers on duty have been told.",
        _plain(passed_on.decline),
    ),
    "step-up": Act(forms.StepUpForm, "Step up to the front door", "Step up", "It has been stepped up.", _step_up),
    "close": Act(forms.CloseForm, "Close early help", "Close", "Early help has been closed.", _plain(actions.close)),
    "return": Act(
        forms.ReturnForm, "Return for agreement", "Return", "It has been returned.", _plain(actions.send_back)
    ),
    "lead": Act(
        forms.LeadForm, "Change the lead professional", "Save", "The lead professional has been changed.", _change_lead
    ),
    "review": Act(forms.ReviewForm, "Record a review", "Save the review", "The review has been saved.", _review),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_WRITE)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """A page for one act: its form, and what it does."""
    chosen = ACTS.get(name)
    if chosen is None:
        raise Http404
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: chosen.run(found, request.user, at, given),
        said=chosen.said,
        to=lambda address: address,
    )
    context = {"found": found, "form": form, "title": chosen.title, "button": chosen.button, "name": name, "kind": ""}
    return done or page(request, "early_help/act.html", context)


def _at_once(request: StaffRequest, reference: str, act: Callable[..., object], said: str) -> HttpResponse:
    """One act without anything typed, given the ``assessment``, ``by`` and ``at``, and back to its page."""
    found = shown(request, reference)
    by = request.user
    return acting.at_once(request, lambda at: act(assessment=found, by=by, at=at), said=said, back=address_of(found))


@require_POST
@needs(P.EARLY_HELP_WRITE)
def begin(request: StaffRequest, reference: str) -> HttpResponse:
    """Go ahead with it."""
    return _at_once(request, reference, actions.begin, "Early help has begun.")


@require_POST
@needs(P.EARLY_HELP_WRITE)
def acknowledge(request: StaffRequest, reference: str) -> HttpResponse:
    """Say that a person has seen it."""
    return _at_once(request, reference, actions.acknowledge, "Acknowledged.")


@require_POST
@needs(P.EARLY_HELP_WRITE)
def link(request: StaffRequest, reference: str, position: int) -> HttpResponse:
    """Confirm which record somebody as given is."""

    def do(*, assessment: EarlyHelpAssessment, by: User, at: datetime) -> None:
        row = next((each for each in assessment.people.all() if each.position == position), None)
        if row is None:
            raise Refused("There is nobody to link here.", code="no_person")
        absent = "There is no record with this reference that you can view."
        person: Person = get_named(Person, by, request.POST.get("person", ""), absent=absent)
        actions.link(row=row, person=person, by=by, at=at)

    return _at_once(request, reference, do, "The link has been confirmed.")


@require_POST
@needs(P.EARLY_HELP_WRITE)
def add(request: StaffRequest, reference: str, what: str) -> HttpResponse:
    """Add to the plan (``plan``) or to the team around the child (``team``)."""
    if what not in ("plan", "team"):
        raise Http404
    found = shown(request, reference)
    plan = _action_form(request, found, is_sent=what == "plan")
    team = _member_form(request, found, is_sent=what == "team")
    done = acting.carry_out(
        request,
        plan,
        lambda given, at: actions.add_action(assessment=found, by=request.user, at=at, **given),
        said="Added",
        to=address_of(found),
    ) or acting.carry_out(
        request,
        team,
        lambda given, at: actions.add_member(assessment=found, by=request.user, at=at, **given),
        said="Added",
        to=address_of(found),
    )
    return done or _one(request, found, plan, team)


@require_POST
@needs(P.EARLY_HELP_WRITE)
def finish(request: StaffRequest, reference: str, what: str, key: int) -> HttpResponse:
    """An action is done (``plan``), or somebody leaves the team (``team``)."""

    def do(*, assessment: EarlyHelpAssessment, by: User, at: datetime) -> None:
        if what == "plan":
            actions.finish_action(action=get_object_or_404(assessment.actions, pk=key), by=by, at=at)
        elif what == "team":
            actions.end_member(member=get_object_or_404(assessment.team, pk=key), by=by, at=at)
        else:
            raise Http404

    return _at_once(request, reference, do, "Done" if what == "plan" else "Removed from the team")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_CLOSE)
def step_down(request: StaffRequest, reference: str) -> HttpResponse:
    """From a referral, or an assessment of it, to early help, in one act."""
    user = request.user
    if reference.upper().startswith("A-"):
        referral: Referral = get_visible(Assessment, user, reference).referral
    else:
        referral = get_visible(Referral, user, reference)
    if referral.child is not None:
        check_conflict(user, referral.child)
        audit.shows(request, [referral.child], kind="opened", reference=referral.reference)
    form = acting.form(request, forms.StepDownForm, record=referral)

    def do(given: dict[str, Any], at: datetime) -> EarlyHelpAssessment:
        lead = {name: given[f"lead_{name}"] for name in ("name", "role", "organisation", "telephone", "email")}
        return steps.step_down(
            referral=referral,
            by=user,
            at=at,
            reason=given["reason"],
            lead=ReferrerFacts(**lead, is_professional=True),
            consent=ConsentFacts(status=given["consent"], by=given["consent_by"], share_with=given["share_with"]),
            version=given["version"],
        )

    done = acting.carry_out(
        request, form, do, said=lambda made: f"Stepped down to early help {made.reference}.", to=address_of
    )
    return done or page(request, "early_help/step_down.html", {"referral": referral, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_INVITE)
def invitations(request: StaffRequest) -> HttpResponse:
    """Links to the form for people of agencies: made, shown once, and taken back."""

    def show(form: forms.InviteForm, made: str = "") -> HttpResponse:
        context = {"form": form, "made": made, "rows": readers.invitations(), "now": timezone.now()}
        return page(request, "early_help/invitations.html", context)

    form = acting.form(request, forms.InviteForm)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: links.issue(
            purpose=SecureLink.Purpose.EARLY_HELP,
            agency=given["agency"],
            given_to=given["given_to"] or (given["agency"].name if given["agency"] else ""),
            days=given["days"],
            by=request.user,
            at=at,
        ),
        to=lambda made: show(acting.form(request, forms.InviteForm, is_sent=False), links.address(*made)),
    )
    return done or show(form)


@require_POST
@needs(P.EARLY_HELP_INVITE)
def take_back(request: StaffRequest, key: int) -> HttpResponse:
    """Take a link back."""
    found = get_object_or_404(SecureLink, pk=key, purpose=SecureLink.Purpose.EARLY_HELP)
    return acting.at_once(
        request,
        lambda at: links.revoke(link=found, by=request.user, at=at),
        said="The link no longer works.",
        back=reverse("assessments:early_help_invitations"),
    )
