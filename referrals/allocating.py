"""Give a child and their brothers and sisters to somebody in one act."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.people.access import about_known
from referrals import holding
from referrals.actions import allocate
from referrals.models import Referral


@dataclass(frozen=True)
class NotAllocated:
    """A brother or sister who was not allocated with the others, and why, as a sentence."""

    referral: Referral
    why: Refused


@dataclass(frozen=True)
class Allocated:
    """What one act came to: whose referral it was, and of the others those that went along and those that did not."""

    referral: Referral
    others: list[Referral] = field(default_factory=list)
    refused: list[NotAllocated] = field(default_factory=list)
    #: Whether the referral passed to somebody; not where it stays with whoever has it.
    is_new: bool = True


@dataclass(frozen=True)
class GivenOut:
    """What one act on the board came to: who has each referral now, and those that still wait, with the reason."""

    given: list[tuple[Referral, User]] = field(default_factory=list)
    refused: list[NotAllocated] = field(default_factory=list)


@transaction.atomic
def allocate_family(
    *,
    referral: Referral,
    others: Sequence[Referral],
    by: User,
    at: datetime,
    team: Team,
    worker: User | None,
    reason: str = "",
    version: int | None = None,
) -> Allocated:
    """Give a referral, and those of the family that were chosen with it, to one team and worker, in one transaction.

    1. Lock all of them, in the order of their keys, so that two managers cannot wait for one another. 2. Allocate the
    first: what is refused for it refuses the whole act (see :func:`referrals.actions.allocate`; ``version`` is its).
    3. Allocate each other one that still has no worker; a refusal leaves that one as it is and is part of the result.

    A worker who has declared that they know the family is refused, not denied: it is not the manager who knows them.
    """
    keys = [referral.pk, *(other.pk for other in others)]
    list(Referral.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    before = referral.current_allocation()
    first = allocate_one(referral, by=by, at=at, team=team, worker=worker, reason=reason, version=version)
    now = first.current_allocation()
    found = Allocated(first, is_new=before is None or now is None or before.pk != now.pk)
    for other in others:
        try:
            with transaction.atomic():
                _check_waiting(other, at)
                found.others.append(allocate_one(other, by=by, at=at, team=team, worker=worker))
        except Refused as why:
            found.refused.append(NotAllocated(other, why))
    return found


@transaction.atomic
def allocate_families(*, chosen: Sequence[tuple[Referral, User]], by: User, at: datetime) -> GivenOut:
    """Give each of these referrals that wait to the worker chosen for its family, whole families at once.

    Locks all of them first, in the order of their keys, so that two managers cannot wait for one another. A refusal
    leaves that one as it is and is part of the result: somebody was quicker, or the worker may not.

    Raises Refused when nobody is chosen; Denied without the permission to allocate.
    """
    if not chosen:
        raise Refused("Choose a worker for at least one family.", code="nobody")
    keys = [referral.pk for referral, _ in chosen]
    list(Referral.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    found = GivenOut()
    for referral, worker in chosen:
        before = referral.current_allocation()
        team = holding.team_of(worker, before.team if before is not None else None)
        try:
            if team is None:
                raise Refused(f"{worker.name} is in no team: allocate it on its own page.", code="team", field="worker")
            with transaction.atomic():
                _check_waiting(referral, at)
                done = allocate_one(referral, by=by, at=at, team=team, worker=worker)
        except Refused as why:
            found.refused.append(NotAllocated(referral, why))
        else:
            found.given.append((done, worker))
    return found


def _check_waiting(referral: Referral, at: datetime) -> None:
    """Raise Refused when somebody has the referral: it was chosen as one that waits."""
    now = referral.current_allocation()
    worker = now.present_worker(at) if now is not None else None
    if now is not None and worker is not None:
        has_it = worker.name
        raise Refused(f"{now.allocated_by.name} has allocated it to {has_it} meanwhile.", code="allocated")


def allocate_one(
    referral: Referral,
    *,
    by: User,
    at: datetime,
    team: Team,
    worker: User | None,
    reason: str = "",
    version: int | None = None,
) -> Referral:
    """Allocate one of several; a worker who has declared that they know the family is refused, not denied."""
    try:
        return allocate(referral=referral, by=by, at=at, team=team, worker=worker, reason=reason, version=version)
    except Denied as denied:
        is_own = bool(about_known([referral.reference], by))
        if worker is None or denied.permission != "people.conflict" or is_own:
            raise
        raise Refused(
            f"{worker.name} has declared that they know the family of {referral.child_name}: choose somebody else.",
            code="conflict",
            field="worker",
        ) from denied
