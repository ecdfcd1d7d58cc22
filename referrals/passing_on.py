"""Pass on what a worker holds, whole families together: before their account ends, or while they are away for long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people.access import known_references
from referrals import hooks
from referrals.allocating import NotAllocated, allocate_one
from referrals.models import Allocation, Referral
from referrals.teams import by_family

#: So many referrals of a worker stand on the page at once; those that come after follow when these have been passed on.
MOST = 200


@dataclass(frozen=True)
class PassedOn:
    """What one act came to: who has each referral now, and those that stay where they were, each with the reason."""

    passed: list[tuple[Referral, User]] = field(default_factory=list)
    refused: list[NotAllocated] = field(default_factory=list)
    #: Of what passed, what hangs on it and did not pass with it.
    stays: list[NotAllocated] = field(default_factory=list)


def held_by(worker: User, user: User) -> list[list[Referral]]:
    """The decided open referrals a worker holds, by family, that the user may see and has not declared to know."""
    now = Allocation.objects.current().filter(worker=worker)
    rows = (
        Referral.objects.visible_to(user)
        .open()
        .exclude(status=Referral.Status.AWAITING_DECISION)
        .filter(allocations__in=now)
        .exclude(reference__in=known_references(user))
        .select_related("child", "contact_person", "contact")
        .order_by("received_at", "pk")[:MOST]
    )
    return by_family(list(rows), user)


@transaction.atomic
def pass_on(*, worker: User, chosen: Sequence[tuple[Referral, User]], by: User, at: datetime, reason: str) -> PassedOn:
    """Give each chosen referral of a worker to the colleague chosen for it, with what hangs on it.

    1. Lock all of them, in the order of their keys, so that two managers cannot wait for one another. 2. Allocate each;
    a refusal leaves that one as it is and is part of the result: somebody was quicker, or the colleague may not.
    3. Pass on what hangs on it (``hooks.passed_on``); a refusal leaves that alone where it was.

    Raises Refused when nobody is chosen, or without a reason; Denied without the permission to allocate.
    """
    if not chosen:
        raise Refused("Choose who takes on at least one family.", code="nobody")
    if not reason.strip():
        raise Refused("Say why it is passing to somebody else.", code="required", field="reason")
    keys = [referral.pk for referral, _ in chosen]
    list(Referral.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    found = PassedOn()
    for referral, to in chosen:
        try:
            with transaction.atomic():
                found.passed.append((_one(referral, worker=worker, to=to, by=by, at=at, reason=reason), to))
        except Refused as why:
            found.refused.append(NotAllocated(referral, why))
            continue
        stays = hooks.pass_on_what_hangs(referral, worker, to, by=by, at=at, reason=reason)
        found.stays.extend(NotAllocated(referral, why) for why in stays)
    return found


def _one(referral: Referral, *, worker: User, to: User, by: User, at: datetime, reason: str) -> Referral:
    now = referral.current_allocation()
    if now is None or now.worker_id != worker.pk:
        who = (
            f"{now.allocated_by.name} has passed it to {now.worker.name}" if now and now.worker else "It has passed on"
        )
        raise Refused(f"{who} meanwhile.", code="allocated")
    return allocate_one(referral=referral, by=by, at=at, team=now.team, worker=to, reason=reason)


def by_colleague(passed: Iterable[tuple[Referral, User]]) -> Mapping[str, list[Referral]]:
    """By the name of each colleague what they have been given, in the order in which it was."""
    given: dict[str, list[Referral]] = {}
    for referral, to in passed:
        given.setdefault(to.name, []).append(referral)
    return given
