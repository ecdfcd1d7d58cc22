"""Deciding a contact, signing it off, and the child protection fast track."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.models import Contact
from contacts.recording import forms as contact_forms
from contacts.screening import actions as contact_actions
from contacts.screening import rules
from frontdoor import audit
from frontdoor.access import Permission, Refused, Role, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.clocks.actions import running_on
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.notifications.actions import duty_managers
from frontdoor.people.hooks import open_work
from frontdoor.ui.forms import UiForm, posted
from frontdoor.ui.responses import page
from referrals import actions, forms, readers
from referrals.decisions import NOT_ABOUT, ChildDecision

P = Permission


def shown(request: HttpRequest, reference: str) -> Contact:
    """The contact, if the user may see it; reading it is noted for every confirmed person on it."""
    contact: Contact = get_visible(Contact, request.user, reference)
    people = contact.people.filter(person__isnull=False).values_list("person_id", flat=True)
    audit.shows(request, list(people), kind="opened", reference=contact.reference)
    return contact


def _texts(contact: Contact) -> list[tuple[str, str]]:
    """The contact's own words, for whoever decides."""
    text = contact.text
    rows = [
        ("What happened", text.concerns),
        ("What the child said", text.child_said),
        ("Injuries", text.injuries),
        ("Where the child is", ", ".join(part for part in (contact.child_location, text.child_with) if part)),
        ("Where the person of concern is", text.person_of_concern_location),
        ("Pregnancy", text.pregnancy),
        ("Police", text.police_told),
        ("Can it wait until tomorrow?", text.can_it_wait),
    ]
    return [(key, value) for key, value in rows if value]


def _about(request: HttpRequest, contact: Contact) -> dict[str, Any]:
    """What every page of a decision shows of its contact."""
    children = readers.children_of(contact)
    people = [row.person_id for row in children if row.person_id is not None]
    now = timezone.now()
    return {
        "contact": contact,
        "texts": _texts(contact),
        "children": children,
        "adults": readers.adults_of(contact),
        "warnings": readers.warnings_of(people),
        "known": open_work(people, hidden_from=request.user),
        "clocks": list(running_on([contact.reference])),
        "families": list(contact.families.order_by("number")),
        "now": now,
        "today": london_date(now),
        "label": lists.label,
    }


def place_error(form_list: Sequence[Any], whole: UiForm, refused: Refused) -> None:
    """Put a refusal at the field it names, or at the top of the page."""
    name, _, key = (refused.field or "").partition("-")
    for form in form_list:
        if key and key == str(getattr(getattr(form, "row", None), "pk", 0)):
            field = form.place(name)
            form.add_error(field if field in form.fields else None, refused.message)
            return
    whole.add_error(name if name in whole.fields else None, refused.message)


def _child_forms(request: HttpRequest, contact: Contact, children: Sequence[Any]) -> list[Any]:
    on = london_date(timezone.now())
    data = posted(request)
    if not children:
        return [forms.WithoutChildForm(data, prefix="child0", on=on)]
    standing = readers.open_referrals([row.person_id for row in children if row.person_id is not None])
    return [
        forms.ChildForm(
            data,
            row=row,
            on=on,
            is_manager=rules.is_manager(request.user),  # type: ignore[arg-type]
            may_refer=contact.type.may_become_referral,
            standing=standing.get(row.person_id),
        )
        for row in children
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Decide a contact: an outcome for each child, once."""
    user: Any = request.user
    contact = shown(request, reference)
    if contact.status not in ("received", "in_screening", "awaiting_information"):
        return redirect("contacts:contact", contact.reference)
    about = _about(request, contact)
    children = _child_forms(request, contact, about["children"])
    whole = forms.WholeForm(
        posted(request),
        contact=contact,
        may_allocate=holds(user, P.REFERRAL_ALLOCATE),
        is_night=Role.EDT_WORKER.value in user.roles,
    )
    if request.method == "POST" and all([whole.is_valid(), *[form.is_valid() for form in children]]):
        try:
            decided = _decide(user, contact, [form.decision() for form in children], whole)
        except Refused as refused:
            audit.refused(request, refused)
            place_error(children, whole, refused)
        else:
            return _after(request, decided)
    reasons = rules.manager_reasons(contact, about["children"], about["now"])
    return page(
        request,
        "referrals/decide.html",
        {**about, "forms": children, "whole": whole, "reasons": reasons, "is_manager": rules.is_manager(user)},
    )


def _decide(user: Any, contact: Contact, decisions: list[ChildDecision], whole: forms.WholeForm) -> actions.Decided:
    """Give the grade if it was asked for, then decide; a grade kept when the decision is refused does no harm."""
    at = timezone.now()
    version = whole.cleaned_data["version"]
    grade = whole.cleaned_data.get("grade")
    if grade:
        contact = contact_actions.grade(contact=contact, by=user, at=at, grade=grade, version=version)
        version = contact.version
    return actions.decide_contact(
        contact=contact,
        decisions=decisions,
        by=user,
        at=at,
        version=version,
        team=whole.cleaned_data.get("team"),
        worker=whole.cleaned_data.get("worker"),
        telephoned=whole.telephoned(),
    )


def _after(request: HttpRequest, decided: actions.Decided) -> HttpResponse:
    if decided.power is rules.Power.PROPOSES:
        messages.success(request, "Your decision waits for a manager to sign it. It stays on the queue until then.")
        return redirect("contacts:contact", decided.contact.reference)
    if len(decided.referrals) == 1:
        messages.success(request, f"Decided. Referral {decided.referrals[0].reference} is open.")
        return redirect("referrals:referral", decided.referrals[0].reference)
    opened = len(decided.referrals)
    messages.success(request, f"Decided. {opened} referrals are open." if opened else "Decided.")
    return redirect("contacts:contact", decided.contact.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SIGN_OFF)
def sign_off(request: HttpRequest, reference: str) -> HttpResponse:
    """Sign what somebody else proposed, or give it back with comments."""
    contact = shown(request, reference)
    if contact.status != "awaiting_sign_off":
        return redirect("contacts:contact", contact.reference)
    returning = "return" in request.POST
    data = posted(request)
    form = forms.SignOffForm(None if returning else data, record=contact)
    back = forms.CommentsForm(data if returning else None, record=contact, prefix="back")
    chosen: forms.VersionForm = back if returning else form
    if request.method == "POST" and chosen.is_valid():
        try:
            given = chosen.cleaned_data
            if returning:
                actions.return_contact(
                    contact=contact,
                    by=request.user,  # type: ignore[arg-type]
                    at=timezone.now(),
                    comments=given["comments"],
                    version=given["version"],
                )
                messages.success(request, "Returned with your comments.")
                return redirect("contacts:queue")
            return _after(
                request,
                actions.sign_off_contact(
                    contact=contact,
                    by=request.user,  # type: ignore[arg-type]
                    at=timezone.now(),
                    version=given["version"],
                    reason=given["reason"],
                    team=given["team"],
                    worker=given["worker"],
                ),
            )
        except Refused as refused:
            audit.refused(request, refused)
            chosen.add_error(refused.field if refused.field in chosen.fields else None, refused.message)
    about = _about(request, contact)
    opens = any(row.outcome == "referral" for row in about["children"])
    return page(
        request,
        "referrals/sign_off.html",
        {
            **about,
            "form": form,
            "back": back,
            "opens": opens,
            "own": contact.proposed_by == request.user,
            "not_about": NOT_ABOUT,
            "reasons": rules.manager_reasons(contact, about["children"], about["now"]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_FAST_TRACK)
def fast_track(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a contact that is recorded already on the fast track."""
    contact = shown(request, reference)
    if contact.is_fast_track or contact.status == "decided":
        return redirect("contacts:contact", contact.reference)
    form = forms.FastTrackForm(posted(request), record=contact)
    if request.method == "POST" and form.is_valid():
        try:
            actions.fast_track(
                contact=contact,
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                sentence=form.cleaned_data["sentence"],
                location=form.cleaned_data["location"],
                others={int(key) for key in form.cleaned_data.get("others", [])},
                version=form.cleaned_data["version"],
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            return redirect("referrals:tell", contact.reference)
    return page(request, "referrals/fast_track.html", {"contact": contact, "form": form})


@require_POST
@needs(P.CONTACT_FAST_TRACK)
def record_fast_track(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The big button on the page of a call: whatever is typed so far is recorded and fast-tracked at once."""
    at = timezone.now()
    facts = contact_forms.facts_leniently(request.POST)
    try:
        contact = actions.record_and_fast_track(
            facts=facts,
            by=request.user,  # type: ignore[arg-type]
            at=at,
            draft_id=draft_id,
        )
    except AlreadySubmitted as done:
        return redirect("contacts:contact", done.reference)
    except Refused as refused:
        audit.refused(request, refused)
        return _ask_again(request, draft_id, refused)
    return redirect("referrals:tell", contact.reference)


def _ask_again(request: HttpRequest, draft_id: UUID, refused: Refused) -> HttpResponse:
    """The two answers that are needed, asked on a page of their own; everything typed goes with them."""
    asked = {"sentence": "concerns", "location": "child_location"}
    kept = [
        (key, value)
        for key, values in request.POST.lists()
        for value in values
        if key not in ("csrfmiddlewaretoken", *asked.values())
    ]
    values = {name: request.POST.get(name, "") for name in asked.values()}
    errors = {asked.get(refused.field or "", "concerns"): refused.message}
    return page(
        request,
        "referrals/fast_track_ask.html",
        {"draft_id": draft_id, "kept": kept, "values": values, "problems": errors},
        status=422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_FAST_TRACK)
def tell(request: HttpRequest, reference: str) -> HttpResponse:
    """Tell a person now: who is on duty, their number, and a note of whom one told."""
    contact = shown(request, reference)
    form = forms.CallForm(posted(request))
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_call(contact=contact, by=request.user, at=now, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "Noted.")
            return redirect("contacts:contact", contact.reference)
    return page(
        request,
        "referrals/tell.html",
        {
            "contact": contact,
            "form": form,
            "managers": duty_managers(now),
            "children": readers.children_of(contact),
            "referrals": {row.contact_person_id: row for row in readers.undecided_referrals(contact, request.user)},
            "now": now,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_STAND_DOWN)
def stand_down(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a contact off the fast track."""
    contact = shown(request, reference)
    return _with_reason(
        request,
        contact,
        title="Stand the fast track down",
        button="Stand down",
        text="The contact goes back to ordinary screening with its original receipt time. Its referrals end as "
        "“entered on fast track, not child protection” and stay out of the returns.",
        act=actions.stand_down,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_REOPEN)
def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a decided contact up again."""
    contact = shown(request, reference)
    return _with_reason(
        request,
        contact,
        title="Reopen this contact",
        button="Reopen",
        text="It goes back into screening, claimed by you. Referrals it opened stay open.",
        act=actions.reopen_contact,
    )


def _with_reason(
    request: HttpRequest, contact: Contact, *, title: str, button: str, text: str, act: Any
) -> HttpResponse:
    form = forms.ReasonForm(posted(request), record=contact)
    if request.method == "POST" and form.is_valid():
        try:
            act(
                contact=contact,
                by=request.user,
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
            )
        except Refused as refused:
            audit.refused(request, refused)
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "Done.")
            return redirect("contacts:contact", contact.reference)
    return page(
        request,
        "referrals/act.html",
        {"record": contact, "form": form, "title": title, "button": button, "text": text, "back": "contacts:contact"},
    )


@require_POST
@needs(P.CONTACT_SIGN_OFF)
def confirm_telephone(request: HttpRequest, reference: str) -> HttpResponse:
    """The manager confirms what they agreed by telephone."""
    contact = shown(request, reference)
    actions.confirm_telephone(contact=contact, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, "Confirmed.")
    return redirect("contacts:contact", contact.reference)
