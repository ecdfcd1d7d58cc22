"""A decision undone within its minute, before the referrer is told; afterwards only a manager reopens."""

from datetime import datetime, timedelta

from django.db import transaction

from contacts.bundles import actions as bundles
from contacts.identity.proposing import propose
from contacts.later.actions import CLOCK as SAID_LATER
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks import actions as clocks
from frontdoor.people.actions import end_involvement
from frontdoor.workflow.actions import history, lock, move
from referrals import endings, owed, sending
from referrals.models import Allocation, OpenWorkNews, Referral

UNDO = timedelta(minutes=1)


def may_undo(contact: Contact, by: User, at: datetime) -> bool:
    """Whether the button is offered: one's own decision, within its minute."""
    return (
        contact.status == Contact.Status.DECIDED
        and not contact.is_fast_track
        and contact.decided_by_id == by.pk
        and contact.decided_at is not None
        and at < contact.decided_at + UNDO
    )


@transaction.atomic
def undo_decision(*, contact: Contact, by: User, at: datetime) -> Contact:
    """Take one's own decision back: contact and referrals go back by declared moves, clocks run again from receipt.

    Raises Refused when the minute is over, when it was somebody else's decision, or when anybody has acted on the
    contact or a referral of it since.
    """
    require(by, Permission.CONTACT_SCREEN)
    locked = lock(contact)
    if locked.status != Contact.Status.DECIDED or locked.is_fast_track:
        raise Refused("There is no decision to undo.", code="wrong_status")
    if locked.decided_by != by:
        raise Refused("Only the person who decided can undo it; a manager can reopen it.", code="not_own")
    if not may_undo(locked, by, at):
        raise Refused("The minute for undoing it is over; a manager can reopen the contact.", code="too_late")
    born = list(Referral.objects.select_for_update(of=("self",)).filter(contact=locked, decided_at=locked.decided_at))
    _check_untouched(locked, born, by)
    owed.bring_back(locked, owed.places_ever(locked), by=by, at=at, reason="decision undone")
    for referral in born:
        moved = move(referral, "undo", by=by, at=at, check_permission=False)
        Allocation.objects.filter(referral=moved, to_at__isnull=True).update(to_at=at)
        endings.set_aside(moved, by=by, at=at)
        clocks.stop(reference=moved.reference, at=at, by=by, reason="decision undone", but=owed.rules_on(moved))
        end_involvement(reference=moved.reference, at=at, status_label="Decision undone")
    OpenWorkNews.objects.filter(contact=locked, taken_at__isnull=True).update(
        taken_at=at, taken_by=by, what_next="The decision was undone."
    )
    sending.take_back(locked, by=by, at=at, reason="decision undone")
    clocks.stop(reference=locked.reference, rule=SAID_LATER, at=at, by=by, reason="decision undone")
    back = move(locked, "undo", by=by, at=at, until=at + screening.CLAIM_FOR)
    back.people.update(decided_at=None, decided_by=None, joined_reference="")
    recording.take_up_again(back, by=by)
    propose(back, at=at)
    bundles.bundle_contact(contact=back, by=by, at=at)
    return back


def _check_untouched(contact: Contact, born: list[Referral], by: User) -> None:
    """Nobody else has done anything since the decision's own row."""
    references = [contact.reference, *[referral.reference for referral in born]]
    decision = history(contact.reference).filter(to_status="decided").order_by("-id").first()
    acts = Entry.objects.filter(reference__in=references, kind=Entry.Kind.ACTED).exclude(actor=by)
    since = (
        acts.filter(at__gte=decision.recorded_at).select_related("actor").order_by("at", "id").first()
        if decision
        else None
    )
    moved = next((r for r in born if r.status not in (Referral.Status.ACCEPTED, Referral.Status.ALLOCATED)), None)
    if since is not None or moved is not None:
        who = str(since.actor or "Somebody") if since is not None else "Somebody"
        raise Refused(f"{who} has acted on it since; a manager can reopen the contact.", code="acted_on")
    # What its worker had read before it was decided is no act on the decision.
    taken = OpenWorkNews.objects.filter(contact=contact, taken_at__gte=contact.decided_at)
    news = taken.select_related("taken_by").first()
    if news is not None:
        raise Refused(f"{news.taken_by} has taken it on since; a manager can reopen the contact.", code="acted_on")
