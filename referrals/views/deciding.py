"""Signing a contact off, and the child protection fast track."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from contacts import taken
from contacts.families.actions import is_separated
from contacts.models import Contact
from contacts.recording import forms as contact_forms
from contacts.recording import views as call
from contacts.screening import rules
from contacts.screening.dangers import homes_given
from contacts.screening.readers import keep_out, possible_on, rows_of, words
from contacts.screening.views.household import offered
from frontdoor import acting, audit
from frontdoor.access import Permission, Refused, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.drafts import actions as drafts
from frontdoor.drafts.actions import AlreadySubmitted
from frontdoor.notifications.actions import duty_managers
from frontdoor.people.protection.reach import each_once, warnings_for
from frontdoor.ui.formats import moment
from frontdoor.ui.forms import ButtonForm
from frontdoor.ui.responses import page
from frontdoor.workflow.actions import can
from referrals import actions, forms, readers, sending
from referrals.decisions import NOT_ABOUT, outcome_attributes

P = Permission


def shown(request: StaffRequest, reference: str, *, is_read: bool = False) -> Contact:
    """The contact, if the user may see it; reading it is noted for every confirmed person on it.

    ``is_read``: the page has the contact's text, which a declared conflict keeps from the user (403).
    """
    contact = taken.to_act_on(Contact, request.user, reference)
    if is_read:
        keep_out(rows_of(contact), request.user, timezone.now())
    people = contact.people.filter(person__isnull=False).values_list("person_id", flat=True)
    audit.shows(request, list(people), kind="opened", reference=contact.reference)
    return contact


def _about(request: StaffRequest, contact: Contact) -> dict[str, Any]:
    """What the page of a sign-off shows of its contact."""
    children, adults = readers.children_of(contact), readers.adults_of(contact)
    on_it = [*children, *adults]
    people = [row.person_id for row in on_it if row.person_id is not None]
    now = timezone.now()
    possible = possible_on(contact, request.user, now)
    audit.shows(request, [each.person for each in possible], kind="opened", reference=contact.reference)
    # Those the user may know of: a holder's own clock would tell of somebody hidden.
    clocks = Clock.objects.visible_to(request.user).running().filter(reference=contact.reference)
    return {
        "contact": contact,
        "possible": possible,
        "texts": words(contact),
        "children": children,
        "adults": adults,
        "warnings": each_once(warnings_for(people, request.user, given=homes_given(on_it))),
        "clocks": list(clocks.order_by("due_at", "id")),
        "families": list(contact.families.order_by("number")),
        "is_separated": is_separated,
        "now": now,
        "today": london_date(now),
        "label": lists.label,
    }


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
            "proposed": sending.proposed(contact),
            "told_at_of": sending.told_at_of,
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
            "offer": offered(request, contact, "tell"),
            "referrals": {row.contact_person_id: row for row in readers.undecided_referrals(contact, request.user)},
            "may_discuss": holds(request.user, P.REFERRAL_DECIDE),
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


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_SIGN_OFF)
def confirm_telephone(request: StaffRequest, reference: str) -> HttpResponse:
    """The manager confirms what they agreed by telephone."""
    contact = shown(request, reference, is_read=True)
    back = reverse("contacts:contact", args=[contact.reference])
    if request.method != "POST" and "confirm_telephone" not in can(contact, request.user):
        return redirect(back)
    form = acting.form(request, ButtonForm, record=contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: actions.confirm_telephone(contact=contact, by=request.user, at=at, **given),
        said="Confirmed.",
        to=back,
    )
    who = contact.decided_by.name if contact.decided_by is not None else "Somebody"
    when = f" on {moment(contact.decided_at)}" if contact.decided_at is not None else ""
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": contact,
            "form": form,
            "title": "Confirm what was agreed by telephone",
            "button": "Confirm",
            "text": f"{who} decided “{lists.label('contact_outcome', contact.outcome)}”{when}, and wrote down that a "
            "manager had agreed by telephone. Confirm it if that is what was agreed; if not, reopen the contact.",
            "back": "contacts:contact",
        },
    )
