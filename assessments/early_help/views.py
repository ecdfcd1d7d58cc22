"""The pages of early help for staff: the list, one assessment, its form, its acts, and the links for agencies."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.early_help import actions, forms, readers, steps
from assessments.early_help.facts import TEXTS, ConsentFacts
from assessments.early_help.models import EarlyHelpAssessment
from assessments.models import Assessment
from contacts.agencies.links import actions as links
from contacts.agencies.links.models import SecureLink
from contacts.facts import ReferrerFacts
from frontdoor import audit
from frontdoor.access import Permission, Refused, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.db import tidy_reference
from frontdoor.drafts import actions as drafts
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.ui.forms import posted
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import history
from referrals.models import Referral

P = Permission
COLOURS = {"draft": "grey", "active": "blue", "returned": "yellow", "stepped_up": "purple", "closed": "green"}


def who(request: HttpRequest) -> Any:
    """The member of staff asking."""
    return request.user


@require_safe
@needs(P.EARLY_HELP_VIEW)
def listing(request: HttpRequest) -> HttpResponse:
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
            "colours": COLOURS,
            "label": lists.label,
            "may_write": holds(request.user, P.EARLY_HELP_WRITE),
            "may_invite": holds(request.user, P.EARLY_HELP_INVITE),
        },
    )


@require_safe
@needs(P.EARLY_HELP_WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """A new form, under a draft of its own."""
    return redirect("assessments:early_help_draft", uuid.uuid4())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_WRITE)
def draft(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The form for staff, kept as typed; recorded and begun, or recorded as a draft others can go on with."""
    user = who(request)
    if request.method != "POST":
        try:
            typed = drafts.load(by=user, draft_id=draft_id)
        except drafts.AlreadySubmitted as before:
            return redirect("assessments:early_help_one", before.reference)
        screen = forms.EarlyHelpScreen(typed, is_staff=True, judge=False)
        return _form_page(request, screen, draft_id)
    sending = not forms.asks_for_rows(request.POST)
    screen = forms.EarlyHelpScreen(request.POST, is_staff=True, judge=sending)
    if sending and screen.is_valid():
        try:
            made = actions.record(
                facts=screen.facts(), by=user, at=timezone.now(), how="staff", draft_id=draft_id,
                as_draft="keep" in request.POST,
            )  # fmt: skip
        except drafts.AlreadySubmitted as before:
            return redirect("assessments:early_help_one", before.reference)
        except Refused as refused:
            audit.refused(request, refused)
            screen.form.add_error(refused.field if refused.field in screen.form.fields else None, refused.message)
        else:
            messages.success(request, f"Early help {made.reference} is recorded.")
            return redirect("assessments:early_help_one", made.reference)
    return _form_page(request, screen, draft_id)


def _form_page(request: HttpRequest, screen: forms.EarlyHelpScreen, draft_id: uuid.UUID) -> HttpResponse:
    wrong = screen.form.is_bound and screen.judge and not screen.is_valid()
    return page(
        request,
        "early_help/new.html",
        {"screen": screen, "form": screen.form if wrong else None, "draft": draft_id},
        status=422 if wrong else 200,
    )


def shown(request: HttpRequest, reference: str) -> EarlyHelpAssessment:
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
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """One early-help assessment: where it stands, the plan, the reviews, and the whole of it to read or print."""
    return _one(request, shown(request, reference))


def _one(request: HttpRequest, found: EarlyHelpAssessment, bound: dict[str, Any] | None = None) -> HttpResponse:
    now = timezone.now()
    user = who(request)
    may_write = holds(user, P.EARLY_HELP_WRITE) and found.status in ("draft", "active", "returned")
    offered = readers.candidates(found, user) if may_write else []
    audit.shows(request, [each.person for each in offered], kind="opened", reference=found.reference)
    given = bound or {}
    return page(
        request,
        "early_help/one.html",
        {
            "found": found,
            "child": found.child,
            "lead": found.current_lead(),
            "texts": [(question, getattr(found.text, name)) for name, question, _ in TEXTS],
            "domains": readers.domains(found, timezone.localdate(found.received_at)),
            "clocks": list(Clock.objects.visible_to(user).of(found.reference).filter(stopped_at=None)),
            "changes": list(history(found.reference)),
            "candidates": offered,
            "contact": found.contact,
            "contact_href": reverse("contacts:contact", args=[found.contact.reference]) if found.contact else "",
            "may_write": may_write,
            "action_form": given.get("action_form") or forms.ActionForm(auto_id="id_plan_%s"),
            "member_form": given.get("member_form") or forms.MemberForm(auto_id="id_team_%s"),
            "failed": given.get("failed"),
            "colour": COLOURS[found.status],
            "now": now,
            "today": timezone.localdate(),
            "label": lists.label,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_WRITE)
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    """Write it again: people, texts, findings and agreement."""
    found = shown(request, reference)
    if found.status not in ("draft", "active", "returned"):
        return redirect("assessments:early_help_one", found.reference)
    screen = forms.EarlyHelpScreen(
        posted(request), is_staff=True, initial=forms.initial_of(found), family=forms.family_of(found), with_rows=False
    )
    for name in [name for name in screen.form.fields if name.startswith("lead_")]:
        screen.form.fields[name].required = False
        screen.form.fields[name].widget = screen.form.fields[name].hidden_widget()
    if request.method == "POST" and screen.is_valid():
        try:
            actions.update(
                assessment=found, facts=screen.facts(), by=who(request), at=timezone.now(),
                version=screen.form.cleaned_data["version"],
            )  # fmt: skip
        except Refused as refused:
            audit.refused(request, refused)
            screen.form.add_error(refused.field if refused.field in screen.form.fields else None, refused.message)
        else:
            messages.success(request, "Saved")
            return redirect("assessments:early_help_one", found.reference)
    wrong = screen.form.is_bound and not screen.is_valid()
    return page(
        request,
        "early_help/edit.html",
        {"found": found, "screen": screen, "form": screen.form if wrong else None},
        status=422 if wrong else 200,
    )


#: The acts with a page of their own: form, heading, button, kind of button, and what is said when it is done.
ACTS: dict[str, tuple[type[forms.ActForm], str, str, str, str]] = {
    "step-up": (forms.StepUpForm, "Step up to the front door", "Step up", "", "It is stepped up."),
    "close": (forms.CloseForm, "Close early help", "Close", "", "Early help is closed."),
    "return": (forms.ReturnForm, "Return for agreement", "Return", "", "It is returned."),
    "lead": (forms.LeadForm, "Change the lead professional", "Save", "", "The lead has changed."),
    "review": (forms.ReviewForm, "Record a review", "Save the review", "", "The review is kept."),
}


def _carry_out(name: str, found: EarlyHelpAssessment, given: dict[str, Any], by: Any, at: datetime) -> str:
    """One act; returns the address to go on to."""
    common: dict[str, Any] = {"assessment": found, "by": by, "at": at, "version": given.pop("version")}
    here = reverse("assessments:early_help_one", args=[found.reference])
    if name == "step-up":
        contact = steps.step_up(**common, **given)
        return reverse("contacts:contact", args=[contact.reference])
    if name == "close":
        actions.close(**common, **given)
    elif name == "return":
        actions.send_back(**common, **given)
    elif name == "lead":
        reason = given.pop("reason")
        actions.change_lead(**common, lead=ReferrerFacts(**given, is_professional=True), reason=reason)
    else:
        made = actions.review(**common, **given)
        following = {"step_up": "step-up", "close": "close"}.get(made.outcome, "")
        if following:
            return reverse("assessments:early_help_act", args=[found.reference, following])
    return here


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_WRITE)
def act(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """A page for one act: its form, and what it does."""
    if name not in ACTS:
        raise Http404
    found = shown(request, reference)
    form_class, title, button, kind, said = ACTS[name]
    form = form_class(posted(request), assessment=found)
    if request.method == "POST" and form.is_valid():
        try:
            following = _carry_out(name, found, dict(form.cleaned_data), who(request), timezone.now())
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, said)
            return redirect(following)
    context = {"found": found, "form": form, "title": title, "button": button, "kind": kind, "name": name}
    return page(request, "early_help/act.html", context)


def _at_once(
    request: HttpRequest, reference: str, do: Callable[[EarlyHelpAssessment, datetime], Any], said: str
) -> HttpResponse:
    found = shown(request, reference)
    try:
        do(found, timezone.now())
    except Refused as refused:
        audit.refused(request, refused)
        messages.warning(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("assessments:early_help_one", found.reference)


@require_POST
@needs(P.EARLY_HELP_WRITE)
def begin(request: HttpRequest, reference: str) -> HttpResponse:
    """Go ahead with it."""
    user = who(request)
    return _at_once(
        request, reference, lambda found, at: actions.begin(assessment=found, by=user, at=at), "Early help has begun."
    )


@require_POST
@needs(P.EARLY_HELP_WRITE)
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that a person has seen it."""
    user = who(request)
    return _at_once(
        request, reference, lambda found, at: actions.acknowledge(assessment=found, by=user, at=at), "Acknowledged."
    )


@require_POST
@needs(P.EARLY_HELP_WRITE)
def link(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Confirm which record somebody as given is."""
    user = who(request)

    def do(found: EarlyHelpAssessment, at: datetime) -> None:
        row = next((each for each in found.people.all() if each.position == position), None)
        if row is None:
            raise Refused("There is nobody at this place.", code="no_person")
        try:
            person: Person = get_visible(Person, user, request.POST.get("person", ""))
        except Http404 as absent:
            raise Refused("There is no record with this reference.", code="no_person") from absent
        actions.link(row=row, person=person, by=user, at=at)

    return _at_once(request, reference, do, "The link is confirmed.")


@require_POST
@needs(P.EARLY_HELP_WRITE)
def add(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """Add to the plan (``plan``) or to the team around the child (``team``)."""
    if what not in ("plan", "team"):
        raise Http404
    found = shown(request, reference)
    form: Any = forms.ActionForm(request.POST, auto_id="id_plan_%s") if what == "plan" else None
    form = form or forms.MemberForm(request.POST, auto_id="id_team_%s")
    if form.is_valid():
        common: dict[str, Any] = {"assessment": found, "by": who(request), "at": timezone.now()}
        try:
            if what == "plan":
                actions.add_action(**common, **form.cleaned_data)
            else:
                actions.add_member(**common, **form.cleaned_data)
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "Added")
            return redirect("assessments:early_help_one", found.reference)
    return _one(request, found, {"action_form" if what == "plan" else "member_form": form, "failed": form})


@require_POST
@needs(P.EARLY_HELP_WRITE)
def finish(request: HttpRequest, reference: str, what: str, key: int) -> HttpResponse:
    """An action is done (``plan``), or somebody leaves the team (``team``)."""
    user = who(request)

    def do(found: EarlyHelpAssessment, at: datetime) -> None:
        if what == "plan":
            actions.finish_action(action=get_object_or_404(found.actions, pk=key), by=user, at=at)
        elif what == "team":
            actions.end_member(member=get_object_or_404(found.team, pk=key), by=user, at=at)
        else:
            raise Http404

    return _at_once(request, reference, do, "Done" if what == "plan" else "Their part has ended")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_CLOSE)
def step_down(request: HttpRequest, reference: str) -> HttpResponse:
    """From a referral, or an assessment of it, to early help, in one act."""
    user = who(request)
    if reference.upper().startswith("A-"):
        referral: Referral = get_visible(Assessment, user, reference).referral
    else:
        referral = get_visible(Referral, user, reference)
    if referral.child is not None:
        check_conflict(user, referral.child)
        audit.shows(request, [referral.child], kind="opened", reference=referral.reference)
    form = forms.StepDownForm(posted(request), initial={"version": referral.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        lead = {name: given[f"lead_{name}"] for name in ("name", "role", "organisation", "telephone", "email")}
        try:
            made = steps.step_down(
                referral=referral,
                by=user,
                at=timezone.now(),
                reason=given["reason"],
                lead=ReferrerFacts(**lead, is_professional=True),
                consent=ConsentFacts(status=given["consent"], by=given["consent_by"], share_with=given["share_with"]),
                version=given["version"],
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, f"Stepped down to early help {made.reference}.")
            return redirect("assessments:early_help_one", made.reference)
    return page(request, "early_help/step_down.html", {"referral": referral, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.EARLY_HELP_INVITE)
def invitations(request: HttpRequest) -> HttpResponse:
    """Links to the form for people of agencies: made, shown once, and taken back."""
    form = forms.InviteForm(posted(request))
    made = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            found, token = links.issue(
                purpose=SecureLink.Purpose.EARLY_HELP,
                agency=given["agency"],
                given_to=given["given_to"] or (given["agency"].name if given["agency"] else ""),
                days=given["days"],
                by=who(request),
                at=timezone.now(),
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            made, form = links.address(found, token), forms.InviteForm()
    return page(
        request,
        "early_help/invitations.html",
        {"form": form, "made": made, "rows": readers.invitations(), "now": timezone.now()},
    )


@require_POST
@needs(P.EARLY_HELP_INVITE)
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """Take a link back."""
    found = get_object_or_404(SecureLink, pk=key, purpose=SecureLink.Purpose.EARLY_HELP)
    try:
        links.revoke(link=found, by=who(request), at=timezone.now())
    except Refused as refused:
        audit.refused(request, refused)
        messages.warning(request, refused.message)
    else:
        messages.success(request, "The link opens nothing any more.")
    return redirect("assessments:early_help_invitations")
