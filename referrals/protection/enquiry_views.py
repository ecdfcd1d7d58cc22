"""The page of a section 47 enquiry, and of each thing that is done in it."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.codelists import lists
from frontdoor.people.access import check_conflict
from frontdoor.signing import oversight
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals.forms import say_cases
from referrals.protection import enquiries, enquiry_forms
from referrals.protection.enquiry_models import Conference, Enquiry
from referrals.protection.minutes import is_unborn
from referrals.views import acts
from referrals.views.acts import Act, plain

P = Permission


def shown(request: StaffRequest, reference: str) -> Enquiry:
    """The enquiry, if the user may see its referral; 404 otherwise, 403 on a declared conflict. The read is noted."""
    found: Enquiry = get_visible(Enquiry, request.user, reference)
    child = found.referral.child
    if child is not None:
        check_conflict(request.user, child)
    audit.shows(request, [child] if child else [], kind="opened", reference=found.referral.reference)
    return found


@require_safe
@needs(P.REFERRAL_VIEW)
def enquiry(request: StaffRequest, reference: str) -> HttpResponse:
    """One enquiry: the discussion that decided it, who leads it, whether the child was seen, outcome, conference."""
    found = shown(request, reference)
    rule = Clock.objects.visible_to(request.user).running().of(found.referral.reference)
    return page(
        request,
        "referrals/protection/enquiry.html",
        {
            "enquiry": found,
            "referral": found.referral,
            "discussion": found.discussion,
            "conference": Conference.objects.filter(enquiry=found).select_related("recorded_by").first(),
            "unborn": is_unborn(found.referral),
            "clocks": list(rule.filter(rule=enquiries.RULE)) if found.is_open else [],
            "buttons": doors.buttons(found, request.user),
            "changes": list(history(found.reference)),
            "oversight": oversight.part(found.reference, request.user, timezone.now()),
            "now": timezone.now(),
            "label": lists.label,
        },
    )


def _seen(found: Enquiry, by: User, at: datetime, given: dict[str, Any]) -> Enquiry:
    alone = given["alone"]
    return enquiries.record_seen(
        enquiry=found, by=by, at=at, seen_at=given["seen_at"], not_seen_reason=given["not_seen_reason"] or "",
        is_seen_alone=alone == "yes" if alone else None, not_alone_reason=given["not_alone_reason"] or "",
        version=given["version"],
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "seen": Act(
        P.REFERRAL_WORK, "Record whether the child was seen", "Save", enquiry_forms.SeenForm, _seen, "Saved.",
    ),
    "outcome": Act(
        P.REFERRAL_WORK, "Record the outcome of the enquiry", "Record it", enquiry_forms.OutcomeForm,
        plain(enquiries.propose, "enquiry"), "Recorded: a second manager has to authorise it.",
    ),
    "authorise": Act(
        P.REFERRAL_DECIDE, "Authorise the outcome of the enquiry", "Authorise", enquiry_forms.AuthoriseForm,
        plain(enquiries.authorise, "enquiry"), "The outcome has been authorised.",
        text="Read the outcome on the page of the enquiry first.",
    ),
    "return": Act(
        P.REFERRAL_DECIDE, "Return the outcome with comments", "Return", enquiry_forms.ReturnForm,
        plain(enquiries.send_back, "enquiry"), "Returned.",
    ),
    "conference": Act(
        P.REFERRAL_DECIDE, "Record the initial child protection conference", "Record it",
        enquiry_forms.ConferenceForm, plain(enquiries.hold_conference, "enquiry"), "The conference has been recorded.",
    ),
    "lead": Act(
        P.REFERRAL_ALLOCATE, "Change the lead worker", "Save", enquiry_forms.LeadForm,
        plain(enquiries.change_lead, "enquiry"), "Saved.",
    ),
    "end": Act(
        P.REFERRAL_DECIDE, "End the enquiry without an outcome", "End the enquiry", enquiry_forms.EndForm,
        plain(enquiries.discontinue, "enquiry"), "The enquiry has ended.", kind="warning",
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    if name == "lead":
        say_cases(form, request.user)
    return acts.answer(request, chosen, form, found, who=found.referral.child_name, back="referrals:enquiry")
