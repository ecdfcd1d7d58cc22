"""Ending a referral on which nothing was done where a second manager signs it: one proposes, another says the same."""

from collections.abc import Iterable
from datetime import datetime

from contacts.screening import rules
from frontdoor.access import Permission, Refused, holds, roles_holding
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.codelists import lists
from frontdoor.notifications.actions import duty_managers, notify, who_may_know
from frontdoor.signing.noting import note_signed_for
from frontdoor.workflow.actions import history
from referrals.models import EndingProposal, Referral, ReferralQuerySet


def waiting_on(referral: Referral) -> EndingProposal | None:
    """The proposal to end this referral that waits for a second manager."""
    return EndingProposal.objects.filter(referral=referral, answered_at__isnull=True).select_related("by").first()


def waiting_for(user: User) -> ReferralQuerySet:
    """Referrals the user may see whose ending waits, proposed by another and of a contact somebody else recorded."""
    waiting = EndingProposal.objects.filter(answered_at__isnull=True).exclude(by=user)
    rows: ReferralQuerySet = Referral.objects.visible_to(user).open().filter(pk__in=waiting.values("referral"))
    return rows.exclude(contact__recorded_by=user)


def told(referral: Referral) -> str:
    """What is proposed and by whom, in a sentence for the page of ending it; "" when nothing waits."""
    proposal = waiting_on(referral)
    if proposal is None:
        return ""
    if is_closing(proposal.ending):
        what = f"close it with {proposal.ending}, “{lists.label('closure_reason', proposal.ending)}”"
    else:
        what = f"end it as “{Referral.Ending(proposal.ending).label}”"
    return (
        f"{proposal.by.name} proposed to {what}: {proposal.reason} "
        "It ends when another manager, who did not record the contact, says the same."
    )


def is_closing(ending: str) -> bool:
    """Whether what is proposed is to close it, with a reason of the returns, and not to end it at the decision."""
    return ending not in Referral.Ending.values


def was_worked_on(referral: Referral) -> bool:
    """Whether it ever had a strategy discussion, a finished assessment or a service; to name a worker is none."""
    reached = history(referral.reference).filter(to_status__in=("assessed", "in_service"))
    return reached.exists() or referral.strategy_discussions.exists()


def is_held(referral: Referral, *, by: User, at: datetime) -> bool:
    """Whether this manager does not end this referral alone: its contact's grade or authorship calls for another."""
    return bool(rules.why_another_signs(referral.contact, by, at, [referral.contact_person]))


def _who_signs(referral: Referral, ending: str, *, by: User, at: datetime) -> list[User]:
    """Whom a proposed ending is told: the duty managers, or all who may sign it where none of those can.

    Of a hidden record those who may know of it, whoever is named on its restriction among them. Neither whoever
    proposed it nor whoever recorded the contact signs it.
    """
    needed = Permission.REFERRAL_CLOSE if is_closing(ending) else Permission.REFERRAL_DECIDE

    def among(people: Iterable[User]) -> list[User]:
        others = [user for user in people if user.pk not in (by.pk, referral.contact.recorded_by_id)]
        found = {user.pk: user for user in who_may_know(referral.reference, others, at=at)}
        return [user for user in found.values() if user != by]

    told = among(duty_managers(at))
    if any(holds(user, needed) and Referral.objects.visible_to(user).filter(pk=referral.pk).exists() for user in told):
        return told
    return among(User.objects.filter(is_active=True, roles__overlap=roles_holding(needed)).order_by("pk"))


def set_aside(referral: Referral, *, by: User, at: datetime) -> None:
    """Something else happened to the referral than was proposed: whoever says the same later signs nothing by it."""
    waiting = EndingProposal.objects.filter(referral=referral, answered_at__isnull=True)
    waiting.update(answered_at=at, answered_by=by, is_signed=False)


def hold_or_sign(referral: Referral, *, ending: str, reason: str, by: User, at: datetime) -> EndingProposal | None:
    """Keep the ending as a proposal for another manager and return it; None when it may happen now.

    ``ending`` is a value of ``Referral.Ending``, or the closure reason of one that is closed with nothing done.
    It may when the rules leave it to one manager, or when another manager has proposed the same ending: that is signed
    now. Saying something else replaces what was proposed. Raises Refused for whoever recorded the contact, or gave no
    reason. The caller holds the referral's lock.
    """
    standing = waiting_on(referral)
    if standing is None and not is_held(referral, by=by, at=at):
        return None
    if not reason.strip():
        raise Refused("Say why.", code="reason_required", field="reason")
    signs = standing is not None and standing.by != by and standing.ending == ending
    if signs and (why := rules.why_not_sign(referral.contact, by, at, [referral.contact_person])):
        raise Refused(why, code="own")
    if standing is not None and signs:
        note_signed_for("ending", standing.pk, referral.reference, by=by, at=at)
    if standing is not None:
        standing.answered_at, standing.answered_by, standing.is_signed = at, by, signs
        standing.save()
    if signs:
        return None
    proposal = EndingProposal.objects.create(referral=referral, ending=ending, reason=reason, at=at, by=by)
    write_audit("referral.ending_proposed", by=by, reference=referral.reference, reason=reason)
    notify(
        _who_signs(referral, ending, by=by, at=at),
        kind="sign-off",
        text=f"Ending referral {referral.reference} waits for a second manager",
        reference=referral.reference,
        path=f"/referrals/{referral.reference}/do/{'close' if is_closing(ending) else 'end'}/",
    )
    return proposal
