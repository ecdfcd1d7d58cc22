"""Deciding a contact, signing it off, and the child protection fast track."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts.models import Contact, ContactPerson
from contacts.recording import forms as contact_forms
from contacts.recording import views as call
from contacts.screening import actions as contact_actions
from contacts.screening import rules
from contacts.screening.details import settle_details
from contacts.screening.readers import keep_out, possible_on, rows_of, words
from contacts.screening.untaken import to_settle
from contacts.screening.views.household import offered
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, Role, StaffRequest, get_visible, holds
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.notifications.actions import duty_managers
from frontdoor.people.hooks import open_work
from frontdoor.ui.forms import UiForm
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import can
from referrals import actions, forms, readers
from referrals.decisions import NOT_ABOUT, outcome_attributes

P = Permission


def shown(request: StaffRequest, reference: str, *, is_read: bool = False) -> Contact:
    """The contact, if the user may see it; reading it is noted for every confirmed person on it.

    ``is_read``: the page has the contact's text, which a declared conflict keeps from the user (403).
    """
    contact: Contact = get_visible(Contact, request.user, reference)
    if is_read:
        keep_out(rows_of(contact), request.user, timezone.now())
    people = contact.people.filter(person__isnull=False).values_list("person_id", flat=True)
    audit.shows(request, list(people), kind="opened", reference=contact.reference)
    return contact


def _about(request: StaffRequest, contact: Contact) -> dict[str, Any]:
    """What every page of a decision shows of its contact."""
    children = readers.children_of(contact)
    people = [row.person_id for row in children if row.person_id is not None]
    now = timezone.now()
    possible = possible_on(contact, request.user, now)
    audit.shows(request, [each.person for each in possible], kind="opened", reference=contact.reference)
    # Those the user may know of: a holder's own clock would tell of somebody hidden.
    clocks = Clock.objects.visible_to(request.user).running().filter(reference=contact.reference)
    return {
        "contact": contact,
        "possible": possible,
        "texts": words(contact, "child_location"),
        "children": children,
        "adults": readers.adults_of(contact),
        "warnings": readers.warnings_of(people),
        "known": open_work(people, hidden_from=request.user),
        "clocks": list(clocks.order_by("due_at", "id")),
        "families": list(contact.families.order_by("number")),
        "now": now,
        "today": london_date(now),
        "label": lists.label,
    }


Children = list[forms.ChildForm | forms.WithoutChildForm]


def _at_its_child(children: Children, whole: UiForm, refused: Refused) -> tuple[UiForm, str | None]:
    """The form and field of a refusal that names its child."""
    name, _, key = (refused.field or "").partition("-")
    for form in children:
        if key and key == str(form.key):
            return form, form.place(name)
    return whole, name


def _child_forms(request: StaffRequest, contact: Contact, children: Sequence[ContactPerson], typed: Any) -> Children:
    """A form for each child, filled with what was typed; one of its own for a contact about adults only."""
    on = london_date(timezone.now())
    if not children:
        return [forms.WithoutChildForm(typed, prefix="child0", on=on)]
    waiting = to_settle(children) if holds(request.user, P.PEOPLE_EDIT) else {}
    standing = readers.open_referrals([row.person_id for row in children if row.person_id is not None])
    return [
        forms.ChildForm(
            typed,
            row=row,
            on=on,
            is_manager=rules.is_manager(request.user),
            may_refer=contact.type.may_become_referral,
            standing=standing.get(row.person_id) if row.person_id is not None else None,
            given=waiting.get(row.pk, ()),
        )
        for row in children
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SCREEN)
def decide(request: StaffRequest, reference: str) -> HttpResponse:
    """Decide a contact: an outcome for each child, once."""
    user = request.user
    contact = shown(request, reference, is_read=True)
    if "decide" not in can(contact, user):
        return redirect("contacts:contact", contact.reference)
    about = _about(request, contact)
    whole = acting.form(
        request,
        forms.WholeForm,
        record=contact,
        may_allocate=holds(user, P.REFERRAL_ALLOCATE),
        is_night=Role.EDT_WORKER.value in user.roles,
    )
    forms.say_cases(whole, user)
    children = _child_forms(request, contact, about["children"], acting.typed(whole))
    acting.together(whole, children)
    done = acting.carry_out(
        request,
        (whole, *children),
        lambda given, at: _decide(user, contact, children, whole, at),
        to=lambda decided: _after(request, decided),
        place=lambda refused: _at_its_child(children, whole, refused),
    )
    if done is not None:
        return done
    reasons = rules.manager_reasons(contact, about["children"], about["now"])
    return page(
        request,
        "referrals/decide.html",
        {
            **about,
            "forms": children,
            "whole": whole,
            "reasons": reasons,
            "is_manager": rules.is_manager(user),
            "offer": offered(request, contact, "decide"),
        },
    )


def _decide(user: User, contact: Contact, children: Children, whole: forms.WholeForm, at: datetime) -> actions.Decided:
    """Give the grade if it was asked for, decide, and take what was given onto the record or leave it: all or none."""
    version = whole.cleaned_data["version"]
    grade = whole.cleaned_data.get("grade")
    if grade:
        contact = contact_actions.grade(contact=contact, by=user, at=at, grade=grade, version=version)
        version = contact.version
    decided = actions.decide_contact(
        contact=contact,
        decisions=[form.decision() for form in children],
        by=user,
        at=at,
        version=version,
        team=whole.cleaned_data.get("team"),
        worker=whole.cleaned_data.get("worker"),
        telephoned=whole.telephoned(),
    )
    for form in children:
        if isinstance(form, forms.ChildForm) and (keys := form.settled()) is not None:
            settle_details(on_contact=form.row, accept=keys, by=user, at=at)
    return decided


def _after(request: StaffRequest, decided: actions.Decided) -> HttpResponse:
    if decided.power is rules.Power.PROPOSES:
        messages.success(
            request, "Your decision is waiting for a manager to sign it off. It stays on the queue until then."
        )
        return redirect("contacts:contact", decided.contact.reference)
    if len(decided.referrals) == 1:
        messages.success(request, f"Decided. Referral {decided.referrals[0].reference} is open.")
        return redirect("referrals:referral", decided.referrals[0].reference)
    opened = len(decided.referrals)
    messages.success(request, f"Decided. {opened} referrals are open." if opened else "Decided.")
    return redirect("contacts:contact", decided.contact.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SIGN_OFF)
def sign_off(request: StaffRequest, reference: str) -> HttpResponse:
    """Sign what somebody else proposed, or give it back with comments."""
    contact = shown(request, reference, is_read=True)
    if "send_back" not in can(contact, request.user):
        return redirect("contacts:contact", contact.reference)
    returning = "return" in request.POST
    form = acting.form(request, forms.SignOffForm, record=contact, is_sent=not returning)
    forms.say_cases(form, request.user)
    back = acting.form(request, forms.CommentsForm, record=contact, is_sent=returning, prefix="back")
    done = acting.carry_out(
        request,
        back,
        lambda given, at: actions.return_contact(contact=contact, by=request.user, at=at, **given),
        said="Returned with your comments.",
        to=reverse("contacts:queue"),
    ) or acting.carry_out(
        request,
        form,
        lambda given, at: actions.sign_off_contact(contact=contact, by=request.user, at=at, **given),
        to=lambda decided: _after(request, decided),
    )
    if done is not None:
        return done
    about = _about(request, contact)
    known = outcome_attributes(about["today"])
    opens = any(known.get(row.outcome, {}).get("opens") for row in about["children"])
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
def fast_track(request: StaffRequest, reference: str) -> HttpResponse:
    """Put a contact that is recorded already on the fast track."""
    contact = shown(request, reference)
    if "fast_track" not in can(contact, request.user):
        return redirect("contacts:contact", contact.reference)
    form = acting.form(request, forms.FastTrackForm, record=contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.fast_track(
            contact=contact,
            by=request.user,
            at=at,
            sentence=given["sentence"],
            location=given["location"],
            others={int(key) for key in given.get("others", [])},
            version=given["version"],
        ),
        to=reverse("referrals:tell", args=[contact.reference]),
    )
    offer = offered(request, contact, "fast_track")
    return done or page(
        request, "referrals/fast_track.html", {"contact": contact, "form": form, "offer": offer}
    )  # fmt: skip


@require_POST
@needs(P.CONTACT_FAST_TRACK)
def record_fast_track(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """The big button on the page of a call: whatever is typed so far is recorded and fast-tracked at once."""
    at = timezone.now()
    facts = contact_forms.facts_leniently(request.POST)
    try:
        call.keep(request, draft_id, request.POST)
        contact = actions.record_and_fast_track(
            facts=facts,
            by=request.user,
            at=at,
            draft_id=draft_id,
        )
    except AlreadySubmitted as done:
        return redirect("contacts:contact", done.reference)
    except Refused as refused:
        form = forms.MissingForm(request.POST)
        asked = {"sentence": "concerns", "location": "child_location"}
        acting.refuse(request, [form], refused, lambda refused: (form, asked.get(refused.field or "", "concerns")))
        return _ask_again(request, draft_id, form)
    return redirect("referrals:tell", contact.reference)


def _ask_again(request: StaffRequest, draft_id: UUID, form: forms.MissingForm) -> HttpResponse:
    """The two answers that are needed, asked on a page of their own; everything typed goes with them.

    The page goes on keeping the call's draft: it holds the whole call.
    """
    kept = [
        (key, value)
        for key, values in request.POST.lists()
        for value in values
        if key not in ("csrfmiddlewaretoken", "fast_track", *form.fields)
    ]
    version = drafts.version(by=request.user, draft_id=draft_id)
    shown = {"draft_id": draft_id, "version": version, "kept": kept, "form": form}
    return page(request, "referrals/fast_track_ask.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_FAST_TRACK)
def tell(request: StaffRequest, reference: str) -> HttpResponse:
    """Tell a person now: who is on duty, their number, and a note of whom one told."""
    contact = shown(request, reference)
    form = acting.form(request, forms.CallForm, record=contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.record_call(contact=contact, by=request.user, at=at, **given),
        said="Noted.",
        to=reverse("contacts:contact", args=[contact.reference]),
    )
    now = timezone.now()
    return done or page(
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
def stand_down(request: StaffRequest, reference: str) -> HttpResponse:
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
def reopen(request: StaffRequest, reference: str) -> HttpResponse:
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
    request: StaffRequest, contact: Contact, *, title: str, button: str, text: str, act: Callable[..., Contact]
) -> HttpResponse:
    form = acting.form(request, forms.ReasonForm, record=contact, called=title)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: act(contact=contact, by=request.user, at=at, **given),
        said="Done.",
        to=reverse("contacts:contact", args=[contact.reference]),
    )
    return done or page(
        request,
        "referrals/act.html",
        {"record": contact, "form": form, "title": title, "button": button, "text": text, "back": "contacts:contact"},
    )


@require_POST
@needs(P.CONTACT_SIGN_OFF)
def confirm_telephone(request: StaffRequest, reference: str) -> HttpResponse:
    """The manager confirms what they agreed by telephone."""
    contact = shown(request, reference)
    return acting.at_once(
        request,
        lambda at: actions.confirm_telephone(contact=contact, by=request.user, at=at),
        said="Confirmed.",
        back=reverse("contacts:contact", args=[contact.reference]),
    )
