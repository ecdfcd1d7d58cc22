"""Taking a contact under a restriction, and giving it back: for those named on it, or the on-call manager."""

from datetime import datetime

from django.db import transaction

from contacts import taken
from contacts.bundles import actions as bundles
from contacts.identity.proposing import propose
from contacts.models import Contact
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications.actions import notify
from frontdoor.notifications.models import Alert
from frontdoor.people.access import check_conflict_of, is_restricted_to_some
from frontdoor.workflow.actions import lock, touch
from referrals.decisions import open_again
from referrals.fast_track import ALERT as FAST_TRACK
from referrals.fast_track import take_fast_track

#: Why a decision somebody else made counts no more: everybody reads it once the contact is given back.
TAKEN_SINCE = "Taken by a manager"


@transaction.atomic
def take_contact(*, contact: Contact, by: User, at: datetime, reason: str = "", version: int | None = None) -> Contact:
    """Take a contact for oneself because it is, or may be, about somebody restricted.

    1. From now on nobody else sees it, what came of it or its deadlines: they are told that a manager has taken it.
       Once a restricted record is confirmed on it, everybody named on that record sees it.
    2. It leaves its bundle and the claim of whoever screened it; its deadlines, and an alert of the fast track, are the
       taker's. The clock until somebody takes it stops.
    3. What somebody who could not know of it decided meanwhile is open again; referrals that came of it stay as they
       are, and are kept from others as it is.

    Whoever was told may also take it over from whoever took it, who is told so. Where it is kept to those named on a
    record already, only the alert and the clock end; so it is where the same person takes it twice, told of somebody
    else on it since. Raises Denied for whoever was not told and may not restrict records, Refused without a reason for
    whoever was not told.
    """
    require(by, Permission.CONTACT_VIEW)
    check_conflict_of(by, contact.reference)
    was_told = taken.was_told(by, contact.reference)
    if not was_told:
        require(by, Permission.RESTRICTION_SET)
    locked = lock(contact, version=version)
    if locked.taken_under_restriction_by_id == by.pk:
        # Theirs already, and they may have been told of it anew since: of a child who was added later.
        taken.seen_to(locked.reference, by=by, at=at)
        return locked
    if not was_told and not reason.strip():
        raise Refused("Say why you are taking it.", code="reason_required", field="reason")
    taken.nothing_left_to_take(locked.reference, by=by, at=at)
    before = locked.taken_under_restriction_by
    if before is None and is_restricted_to_some(locked.reference):
        return locked
    changed = touch(locked)
    changed.taken_under_restriction_by = by
    changed.claimed_by = changed.claimed_until = None
    changed.save()
    write_audit(
        "contact.taken_under_restriction", by=by, reference=changed.reference, reason=reason,
        detail={"from": before.pk if before is not None else None},
    )  # fmt: skip
    if before is not None:
        _tell_before(changed, before, by=by)
    elif changed.status == Contact.Status.DECIDED and not changed.is_on_queue:
        changed = open_again(changed, by=by, at=at, reason=TAKEN_SINCE, check_permission=False)
    bundles.stand_alone(contact=changed, at=at)
    _work_is_of(changed, by)
    if (
        Alert.objects.waiting()
        .filter(kind=FAST_TRACK, reference=changed.reference)
        .update(taken_at=at, taken_by=by, climbs_at=None)
    ):
        take_fast_track(contact=changed, by=by, at=at)
    return lock(changed)


def _tell_before(contact: Contact, before: User, *, by: User) -> None:
    notify(
        [before],
        kind="taken-over",
        text=f"{by.name} has taken over {contact.reference}, which you had taken.",
        path=f"/contacts/{contact.reference}/",
    )


def _work_is_of(contact: Contact, worker: User | None) -> None:
    """Whose the deadlines are of a contact nobody else sees, and of its referrals nobody works on; None: nobody's."""
    clocks.reassign(reference=contact.reference, team=None, worker=worker)
    for referral in contact.referrals.open():
        if referral.current_worker is None:
            clocks.reassign(reference=referral.reference, team=None, worker=worker)


@transaction.atomic
def give_back(*, contact: Contact, by: User, at: datetime, reason: str, version: int | None = None) -> Contact:
    """Give a contact back to everybody: it is not about anybody restricted, or may be known.

    It stands where its status puts it, claimed by nobody. Raises Refused without a reason, for anybody but the taker,
    and while a restricted record is confirmed on it, or hides it since a link was taken back: then it would stay hidden
    all the same, and that there was something to hide would be seen.
    """
    require(by, Permission.CONTACT_VIEW)
    check_conflict_of(by, contact.reference)
    changed = touch(contact, version=version)
    if changed.taken_under_restriction_by_id != by.pk:
        raise Refused("Only whoever took this contact can give it back.", code="not_own")
    if not reason.strip():
        raise Refused("Say why others may see it.", code="reason_required", field="reason")
    if is_restricted_to_some(changed.reference):
        raise Refused(
            "A restricted record is confirmed on this contact, so it stays with those named on that record. If that "
            "is wrong, remove the link and let others see the contact; then you can give it back.",
            code="restricted",
        )
    changed.taken_under_restriction_by = None
    changed.claimed_by = changed.claimed_until = None
    changed.save()
    write_audit("contact.given_back", by=by, reference=changed.reference, reason=reason)
    _work_is_of(changed, None)
    if changed.is_on_queue:
        propose(changed, at=at)
        bundles.bundle_contact(contact=changed, by=by, at=at)
    return changed


def alert_taken(alert: Alert, by: User, at: datetime) -> None:
    """Called by the notifications when any alert is taken: this one is taken by taking its contact.

    Where a restricted record is confirmed on it whom the taker may not see, whoever is named there has it, and the
    alert and its clock end. Raises Refused where the taker's role reads such contacts no more: the alert stays, so that
    somebody else takes it.
    """
    if alert.kind != taken.ALERT:
        return
    contact = Contact.objects.told_of(by).filter(reference=alert.reference).first()
    if contact is not None:
        take_contact(contact=contact, by=by, at=at)
    elif is_restricted_to_some(alert.reference):
        taken.nothing_left_to_take(alert.reference, by=by, at=at)
    else:
        raise Refused("Your role does not open this contact, so somebody else has to take it.", code="not_open_to_you")
