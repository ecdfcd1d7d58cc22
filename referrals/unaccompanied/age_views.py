"""The page of an age assessment, of its beginning, and of each thing that is done in it."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from frontdoor import acting
from frontdoor.access import Permission, StaffRequest, get_visible
from frontdoor.access import page as needs
from frontdoor.ui.responses import page
from frontdoor.workflow import doors
from frontdoor.workflow.actions import history
from referrals.models import AgeAssessment
from referrals.unaccompanied import age as actions
from referrals.unaccompanied import forms, readers
from referrals.unaccompanied.views import noted
from referrals.views import acts, working
from referrals.views.acts import Act, plain

P = Permission


def shown(request: StaffRequest, reference: str) -> AgeAssessment:
    """The assessment, if the user may see its referral; 404 otherwise, 403 on a declared conflict."""
    found: AgeAssessment = get_visible(AgeAssessment, request.user, reference)
    noted(request, found.referral)
    return found


@require_safe
@needs(P.REFERRAL_VIEW)
def age(request: StaffRequest, reference: str) -> HttpResponse:
    """One assessment: the claimed and the assessed date beside each other, who assesses, what was told and decided."""
    found = shown(request, reference)
    return page(
        request,
        "referrals/unaccompanied/age.html",
        {
            "age": found,
            "referral": found.referral,
            "claimed": readers.claimed_date(found),
            "assessed": readers.assessed_date(found),
            "buttons": doors.buttons(found, request.user),
            "changes": list(history(found.reference)),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_WORK)
def begin(request: StaffRequest, reference: str) -> HttpResponse:
    """Begin an age assessment of the young person of a referral; the date claimed on the contact stands in the form."""
    referral = working.shown(request, reference)
    form = acting.form(
        request, forms.BeginAgeForm, record=referral, initial={"claimed_on": referral.contact_person.date_of_birth}
    )  # fmt: skip

    def run(given: dict[str, Any], at: datetime) -> AgeAssessment:
        given.pop("version")
        return actions.begin(referral=referral, by=request.user, at=at, **given)

    done = acting.carry_out(
        request, form, run, said="Begun. The young person is treated as a child until it ends.",
        to=lambda made: reverse("referrals:age", args=[made.reference]),
    )  # fmt: skip
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": referral, "form": form, "title": "Begin an age assessment", "button": "Begin",
            "text": "Two people assess, one of them a social worker. Until it ends the young person is treated as a "
            "child.", "who": referral.child_name, "back": "referrals:referral",
        },
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "assessors": Act(
        P.REFERRAL_WORK, "Change the assessors", "Save", forms.AssessorsForm,
        plain(actions.change_assessors, "assessment"),
        "Saved.",
    ),
    "tell": Act(
        P.REFERRAL_WORK, "Record what the young person was told", "Record it", forms.TellForm,
        plain(actions.tell, "assessment"),
        "Recorded: a manager who is neither assessor decides.",
        text="Before anything is decided the young person hears, with an appropriate adult and an interpreter, what "
        "the assessors are minded to decide and why, and can answer each reason.",
    ),
    "again": Act(
        P.REFERRAL_WORK, "Take the age assessment up again", "Take it up again", forms.AgainForm,
        plain(actions.think_again, "assessment"), "Taken up again: the young person will be told again.",
    ),
    "decide": Act(
        P.REFERRAL_DECIDE, "Decide the age assessment", "Decide", forms.DecideForm,
        plain(actions.decide, "assessment"), "Decided.",
        text="The date goes on the young person’s record. The date they claimed is kept and shown beside it.",
    ),
    "withdraw": Act(
        P.REFERRAL_DECIDE, "Withdraw the age assessment", "Withdraw it", forms.WithdrawForm,
        plain(actions.withdraw, "assessment"),
        "Withdrawn. The age claimed stands.", kind="warning",
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.REFERRAL_VIEW)
def act(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    """The page of one act; what the act itself needs is asked before anything is shown."""
    chosen = acts.chosen(ACTS, name, request.user)
    found = shown(request, reference)
    form = acting.form(request, chosen.form, record=found, called=chosen.title)
    return acts.answer(request, chosen, form, found, who=found.referral.child_name, back="referrals:age")
