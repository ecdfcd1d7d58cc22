"""What becomes of a transfer when the referral itself moves: given to somebody, joined to other work, ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from frontdoor.accounts.models import Team, User
from frontdoor.clocks import actions as clocks
from frontdoor.notifications.actions import notify, who_may_know
from frontdoor.people.models import Person
from frontdoor.workflow.actions import move
from referrals import hooks
from referrals.models import Referral, Transfer

RULES = ("transfer_answer", "transfer_elsewhere")
#: Moves that end a referral.
ENDINGS = frozenset({"close", "no_further_action", "undo"})


def clock_label(transfer: Transfer) -> str:
    """What the clock of one transfer is called, among others of its referral."""
    words = "Their answer to" if transfer.to_authority else "Answer"
    return f"{words} transfer {transfer.reference}"


def stop_clock(transfer: Transfer, *, by: User, at: datetime, reason: str) -> None:
    """Nobody waits for an answer any more."""
    clocks.stop(reference=transfer.referral.reference, label=clock_label(transfer), at=at, by=by, reason=reason)


def people(transfer: Transfer) -> list[Person]:
    """Whom it is about."""
    return [transfer.referral.child] if transfer.referral.child is not None else []


def address_of(transfer: Transfer) -> str:
    """The page of a transfer."""
    return reverse("referrals:transfer", args=[transfer.reference])


def tell(users: Iterable[User | None], transfer: Transfer, *, at: datetime, text: str, but: User) -> None:
    """Tell those of these people who may know of the referral, but for whoever did it."""
    told = [user for user in users if user is not None and user.is_active and user != but]
    reference = transfer.referral.reference
    notify(
        who_may_know(reference, told, at=at), kind="transfer", text=text, reference=reference, path=address_of(transfer)
    )


def given(referral: Referral, *, team: Team, worker: User | None, by: User, at: datetime) -> None:
    """The referral was given to a team, or to somebody of it. The caller holds its lock.

    1. One accepted by the team is complete once somebody works on it; what hung on who had it passes on to them, and
    where that is refused whoever did it is told. 2. One that waits for the very team that has it now is withdrawn.
    3. One that waits for another goes on as this team's.
    """
    rows = Transfer.objects.filter(referral=referral, status__in=["requested", "proposed", "accepted"])
    for each in rows.select_related("from_worker", "to_team").order_by("pk"):
        if each.status == Transfer.Status.ACCEPTED:
            if each.to_authority or (worker is None and each.to_team_id == team.pk):
                continue
            move(each, "complete", by=by, at=at, check_permission=False, people=people(each))
            if worker is not None and each.from_worker is not None and each.from_worker != worker:
                _pass_on(each, worker, by=by, at=at)
        elif each.to_team_id == team.pk:
            _withdraw(each, by=by, at=at, reason=f"The referral was allocated to {team.name} meanwhile.")
        elif each.from_team_id != team.pk:
            Transfer.objects.filter(pk=each.pk).update(from_team=team)


def _pass_on(transfer: Transfer, to: User, *, by: User, at: datetime) -> None:
    before = transfer.from_worker
    assert before is not None
    reason = f"Transfer {transfer.reference} was accepted."
    if hooks.pass_on_what_hangs(transfer.referral, before, to, by=by, at=at, reason=reason):
        notify(
            [by], kind="transfer", reference=transfer.referral.reference, path=address_of(transfer),
            text=f"Not all that hangs on {transfer.referral.reference} passed on: something stays with {before.name}",
        )  # fmt: skip


def joined(referral: Referral, *, by: User, at: datetime, to: Referral) -> None:
    """The referral becomes a contact on the child's open one: nothing of it is transferred any more."""
    for each in Transfer.objects.waiting().filter(referral=referral).order_by("pk"):
        _withdraw(each, by=by, at=at, reason=f"The referral joined {to.reference}.")


def ended(referral: Referral, *, by: User, at: datetime) -> None:
    """The referral has ended: a request for it falls away, and what was accepted is complete."""
    for each in Transfer.objects.filter(referral=referral, status__in=["requested", "accepted"]).order_by("pk"):
        if each.status == Transfer.Status.ACCEPTED:
            move(each, "complete", by=by, at=at, check_permission=False, people=people(each))
        else:
            _withdraw(each, by=by, at=at, reason="The referral has ended.")


def _withdraw(transfer: Transfer, *, by: User, at: datetime, reason: str) -> None:
    moved = move(
        transfer, "withdraw", by=by, at=at, reason=reason, answer_reason=reason, check_permission=False,
        people=people(transfer),
    )  # fmt: skip
    stop_clock(moved, by=by, at=at, reason="withdrawn")
    text = f"Transfer {moved.reference} has been withdrawn: the referral has moved on"
    tell([moved.proposed_by, moved.requested_by], moved, at=at, text=text, but=by)


def accepted_elsewhere(referral: Referral) -> Transfer | None:
    """The transfer of this referral that another authority has accepted, if there is one."""
    rows = Transfer.objects.filter(referral=referral, status=Transfer.Status.ACCEPTED).exclude(to_authority="")
    found: Transfer | None = rows.order_by("-pk").first()
    return found


def waits(record: Any, name: str, by: Any, at: datetime) -> Iterable[str]:
    """A blocker: no referral ends while its transfer waits for an answer."""
    if isinstance(record, Referral) and name in ENDINGS:
        for each in Transfer.objects.filter(referral=record, status=Transfer.Status.PROPOSED).order_by("pk"):
            yield (
                f"Transfer {each.reference} to {each.receiver} waits for an answer: have it answered, or withdraw it, "
                "first."
            )


def below(referral: Referral, user: User) -> Iterable[tuple[str, str]]:
    """What :func:`waits` refuses for, as a page links to it."""
    rows = Transfer.objects.visible_to(user).filter(referral=referral, status=Transfer.Status.PROPOSED)
    for each in rows.select_related("to_team").order_by("pk"):
        yield f"Transfer {each.reference} to {each.receiver}: waits for an answer", address_of(each)
