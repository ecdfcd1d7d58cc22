"""Somebody leaves: the referrals they held have no worker in the same moment, and whoever allocates is told."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import Absence, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications.actions import duty_managers, notify
from frontdoor.people.access import holders_of
from frontdoor.staff.hooks import SHOWN, Holding
from frontdoor.workflow.actions import lock
from referrals.models import OPEN_STATUSES, Allocation, Referral, ReferralQuerySet

#: Why an allocation row without a worker follows one that had one: what the list of a moment past reads it from.
LEFT = "The worker’s account ended."


def _of(user: User) -> ReferralQuerySet:
    held = Allocation.objects.current().filter(worker=user)
    rows: ReferralQuerySet = Referral.objects.open().filter(allocations__in=held)
    return rows.order_by("pk")


def held(user: User, reader: User) -> Iterable[Holding]:
    """The open referrals whose worker they are, as far as the reader may know of them."""
    rows = _of(user).known_to(reader)
    number = rows.count()
    if not number:
        return
    may_open = holds(reader, Permission.REFERRAL_VIEW)
    references = rows.values_list("reference", flat=True)[:SHOWN] if may_open else []
    lines = tuple((reference, reverse("referrals:referral", args=[reference])) for reference in references)
    may = holds(reader, Permission.REFERRAL_ALLOCATE)
    yield Holding(
        "Open referrals",
        number,
        lines,
        "are without a worker, in the tray of their team, their clock started",
        pass_on=reverse("referrals:pass_on", args=[user.pk]) if may else "",
        who_could="" if may else "A manager can pass them on first, from the caseloads on their home page.",
    )


def still_held() -> set[int]:
    """Keys of ended accounts of people that stand as the worker of an open referral."""
    rows = Allocation.objects.current().filter(
        worker__is_active=False, worker__is_machine=False, referral__status__in=OPEN_STATUSES
    )
    return {key for key in rows.values_list("worker_id", flat=True) if key is not None}


@transaction.atomic
def let_go(user: User, by: User, at: datetime) -> None:
    """Put each open referral they held into its team's tray: its row and its clocks, and tell who allocates.

    A closed team's tray will do: nobody's leaving waits for a team. One notice a person tells of all of them. Each is
    without a worker since the account ended, also when that is found only later.
    """
    ended = at
    if by.is_machine:
        ended = User.objects.ended_at(User.objects.filter(pk=user.pk), at).get(user.pk, at)
    told: dict[int, tuple[User, int]] = {}
    for found in _of(user):
        referral = lock(found)
        before = referral.current_allocation()
        if before is None or before.worker_id != user.pk:
            continue
        before.to_at = max(ended, before.from_at)
        before.save()
        Allocation.objects.create(
            referral=referral, team=before.team, worker=None, from_at=before.to_at, allocated_by=by, reason=LEFT
        )
        clocks.reassign(reference=referral.reference, team=before.team, worker=None)
        clocks.start("allocation", reference=referral.reference, started_at=before.to_at, by=by, team=before.team)
        people = [referral.child] if referral.child is not None else []
        write_audit("referral.worker_left", by=by, reference=referral.reference, people=people)
        for each in who_allocates(referral, before, at):
            told[each.pk] = (each, told.get(each.pk, (each, 0))[1] + 1)
    clocks.without_worker(worker=user)
    for each, number in told.values():
        text = f"The account of {user.name} has ended. Open referrals without a worker for it: {number}. Allocate them."
        notify([each], kind="left", text=text, path=f"{reverse('referrals:queue')}?view=unallocated", urgent=True)


def who_allocates(referral: Referral, before: Allocation, at: datetime) -> list[User]:
    """The manager of its team, where they are here, or the duty manager; of a hidden record those named on it."""
    manager = before.team.manager
    is_here = manager is not None and manager.is_active and not Absence.objects.at(at).filter(user=manager).exists()
    first = [manager] if manager is not None and is_here else duty_managers(at)
    seeing = [each for each in first if Referral.objects.visible_to(each).filter(pk=referral.pk).exists()]
    if seeing or referral.child is None:
        return seeing
    return [each for each in holders_of(referral.child) if holds(each, Permission.REFERRAL_VIEW)]
