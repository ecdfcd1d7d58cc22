"""Disagreements of referrers: the list for managers who did not decide, and the answer."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from contacts.agencies.disagreements.models import Disagreement
from frontdoor import acting, audit
from frontdoor.access import Permission, StaffRequest
from frontdoor.access import page as needs
from frontdoor.codelists import lists
from frontdoor.ui.forms import Radios, UiForm, why
from frontdoor.ui.responses import page
from referrals.disagreements import answer_disagreement

P = Permission
SHOWN = 50


class AnswerForm(UiForm):
    """Whether the decision stands, and why."""

    called = "Answer a disagreement"
    answer = forms.ChoiceField(
        label="Does the decision stand?",
        choices=Disagreement.Answer.choices,
        widget=Radios(hints={"changed": "The contact is reopened, and you screen it again"}),
        error_messages={"required": "Choose whether the decision stands"},
    )
    reason = why("Your reasons", longest=5000, rows=4)


def _people(row: Disagreement) -> list[int]:
    return [key for key in row.contact.people.values_list("person_id", flat=True) if key is not None]


@require_safe
@needs(P.CONTACT_REOPEN)
def listing(request: StaffRequest) -> HttpResponse:
    """What waits for an answer, the nearest deadline first, and what has been answered."""
    user = request.user
    rows = Disagreement.objects.visible_to(user).select_related(
        "contact", "agency", "decided_by", "proposed_by", "answered_by"
    )
    mine = set(rows.answerable_by(user).values_list("pk", flat=True))
    waiting = list(rows.open().order_by("due_at", "pk")[:SHOWN])
    return page(
        request,
        "referrals/disagreements.html",
        {
            "waiting": waiting,
            "answerable": mine,
            "answered": list(rows.exclude(answered_at=None).order_by("-answered_at", "-id")[:SHOWN]),
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(P.CONTACT_REOPEN)
def answer(request: StaffRequest, key: int) -> HttpResponse:
    """What they say, what was decided, and the answer."""
    user = request.user
    rows = Disagreement.objects.visible_to(user).select_related("contact", "contact__text", "agency", "decided_by")
    found = get_object_or_404(rows, pk=key)
    audit.shows(request, _people(found), kind="opened", reference=found.contact.reference)
    form = acting.form(request, AnswerForm, record=found.contact)
    done = acting.carry_out(
        request,
        form,
        lambda given, at: answer_disagreement(disagreement=found, by=user, at=at, **given),
        said="The answer has been saved, and the referrer is told.",
        to=reverse("referrals:disagreements"),
    )
    return done or page(
        request,
        "referrals/disagreement.html",
        {
            "found": found,
            "contact": found.contact,
            "form": form,
            "outcome": lists.label("contact_outcome", found.outcome),
            "is_own": user.pk in (found.decided_by_id, found.proposed_by_id),
            "now": timezone.now(),
        },
    )
