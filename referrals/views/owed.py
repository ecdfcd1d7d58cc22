"""What a type of contact owes (a visit, an interview, a report): what became of it; and a contact of another type."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from contacts.models import Contact, OwedEvent
from frontdoor import acting
from frontdoor.access import Permission, Refused, StaffRequest, holds
from frontdoor.access import page as needs
from frontdoor.clocks.models import Clock
from frontdoor.ui.responses import page
from referrals import owed, retyping
from referrals.models import Referral
from referrals.owed_forms import DoneForm, NotOwedForm, StillOwedForm, TakeBackForm, TypeForm
from referrals.views import deciding, working


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_SCREEN)
def of_contact(request: StaffRequest, reference: str) -> HttpResponse:
    """What a contact owes for as long as no referral of it does."""
    contact = deciding.shown(request, reference, is_read=True)
    return _owed(request, contact, "contacts:contact")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.REFERRAL_WORK)
def of_referral(request: StaffRequest, reference: str) -> HttpResponse:
    """What a referral owes because of the types of its contact and of those that joined it."""
    referral = working.shown(request, reference)
    return _owed(request, referral, "referrals:referral")


def _owed(request: StaffRequest, record: Contact | Referral, back: str) -> HttpResponse:
    found = owed.on(record, by=request.user)
    seen = Clock.objects.visible_to(request.user).of(record.reference).in_bulk([clock.pk for clock, _ in found])
    here = () if isinstance(record, Contact) else owed.ON_A_PAGE_OF_ITS_OWN
    clocks = [clock for clock, _ in found if clock.pk in seen and clock.rule not in here]
    running = [clock for clock in clocks if clock.stopped_at is None]
    events = list(
        OwedEvent.objects.filter(clock__in=clocks)
        .select_related("clock", "recorded_by", "taken_back_by")
        .order_by("-recorded_at", "-id")
    )
    standing = {str(event.pk): event for event in events if event.taken_back_at is None}
    ended = [clock for clock in owed.ended_with_decision(record, by=request.user) if clock.pk in seen]
    correcting, is_not_owed, is_still = (name in request.POST for name in ("correct", "not_owed", "still"))
    is_done = not (correcting or is_not_owed or is_still)
    form = acting.form(request, DoneForm, record=record, is_sent=is_done, running=running)
    still_form = acting.form(request, StillOwedForm, record=record, is_sent=is_still, prefix="still", ended=ended)
    not_owed_form = acting.form(request, NotOwedForm, record=record, is_sent=is_not_owed, prefix="not", running=running)
    back_form = acting.form(
        request, TakeBackForm, record=record, is_sent=correcting, prefix="back",
        standing=[(pk, f"{event.clock.label}: {event.note}") for pk, event in standing.items()],
    )  # fmt: skip
    to = reverse(back, args=[record.reference])
    by: Any = {"record": record, "by": request.user}
    done = acting.carry_out(
        request, form, lambda given, at: owed.record_done(at=at, **by, **given), said="Recorded.", to=to
    )
    if done is None:
        done = acting.carry_out(
            request, not_owed_form, lambda given, at: owed.say_not_owed(at=at, **by, **given),
            said="Recorded: it is not owed.", to=to,
        )  # fmt: skip
    if done is None:
        done = acting.carry_out(
            request, still_form, lambda given, at: owed.still_owed(at=at, **by, **given),
            said="It is owed again.", to=request.path,
        )  # fmt: skip
    if done is None and standing:
        done = acting.carry_out(
            request, back_form, lambda given, at: _take_back(standing, at=at, **by, **given),
            said="Taken back: it is owed again.", to=request.path,
        )  # fmt: skip
    may_say = holds(request.user, Permission.CONTACT_DECIDE_ANY)
    return done or page(
        request,
        "referrals/owed.html",
        {
            "record": record,
            "kinds": sorted({contact.type.label for clock, contact in found if clock.pk in seen}),
            "back": to,
            "running": running,
            "events": events,
            "standing": standing,
            "form": form,
            "ended": ended,
            "not_owed_form": not_owed_form if may_say else None,
            "still_form": still_form if may_say else None,
            "back_form": back_form,
            "now": timezone.now(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CONTACT_SCREEN)
def change_type(request: StaffRequest, reference: str) -> HttpResponse:
    """Say that a contact is of another type than it was recorded as."""
    contact = deciding.shown(request, reference)
    form = acting.form(request, TypeForm, record=contact)
    to = reverse("contacts:contact", args=[contact.reference])
    done = acting.carry_out(
        request, form, lambda given, at: retyping.change_type(contact=contact, by=request.user, at=at, **given),
        said="The type has been changed.", to=to,
    )  # fmt: skip
    return done or page(
        request,
        "referrals/act.html",
        {
            "record": contact, "form": form, "title": "Change the type", "button": "Change the type",
            "text": f"It is recorded as “{contact.type.label}”. What that type owes beside the decision ends; what the "
            "new type owes runs from the same receipt.", "back": "contacts:contact",
        },
    )  # fmt: skip


def _take_back(standing: dict[str, OwedEvent], *, event: str, **given: Any) -> OwedEvent:
    """The one named, or the only one. Raises Refused when it does not stand any more."""
    chosen = standing.get(event or next(iter(standing)))
    if chosen is None:
        raise Refused("It has been taken back already.", code="taken_back")
    return owed.take_back(event=chosen, **given)
