"""What the pages of transfers read: the meeting list of a team, the family, what waits for somebody's answer."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.people.access import known_references
from referrals import holding
from referrals.models import Allocation, Referral, Transfer
from referrals.transfers.following import RULES, clock_label
from referrals.transfers.models import TransferQuerySet

#: So many stand in one part of the list at once.
SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One transfer on the list, with its clock."""

    transfer: Transfer
    clock: Clock | None
    waived: int


@dataclass(frozen=True)
class Part:
    """One part of the list, and the key of those that follow it."""

    lines: list[Line] = field(default_factory=list)
    after: str = ""


def own_teams(user: User) -> list[Team]:
    """The teams somebody answers for: their own and those they manage, by name."""
    mine = Q(pk=user.team_id) | Q(manager=user)
    return list(Team.objects.filter(mine, is_active=True).order_by("name", "pk"))


def part(user: User, *, teams: Collection[Team] | None, direction: str, is_answered: bool, after: str = "") -> Part:
    """Transfers ``coming`` to these teams, or ``going`` from them (None: of every team), a hundred at a time by key.

    What waits stands the oldest first; what was answered the latest first.
    """
    rows = _of(user, teams, direction).select_related(
        "referral__child", "referral__contact_person", "from_team", "to_team", "requested_by", "proposed_by",
        "answered_by",
    )  # fmt: skip
    rows = rows.prefetch_related("checks")
    key = _key(after)
    if is_answered:
        rows = rows.filter(answered_at__isnull=False).order_by("-pk")
        rows = rows.filter(pk__lt=key) if key else rows
    else:
        rows = rows.waiting().order_by("begun_at", "pk")
        last = Transfer.objects.filter(pk=key).values_list("begun_at", flat=True).first() if key else None
        if last is not None:
            rows = rows.filter(begun_at__gte=last).exclude(begun_at=last, pk__lte=key)
    found = list(rows[: SHOWN + 1])
    shown = found[:SHOWN]
    running = Clock.objects.running().filter(reference__in=[row.referral.reference for row in shown], rule__in=RULES)
    clocks = {(clock.reference, clock.label): clock for clock in running}
    return Part(
        [
            Line(
                row,
                clocks.get((row.referral.reference, clock_label(row))),
                sum(not check.is_met for check in row.checks.all()),
            )
            for row in shown
        ],
        str(shown[-1].pk) if len(found) > SHOWN else "",
    )


def _of(user: User, teams: Collection[Team] | None, direction: str) -> TransferQuerySet:
    seen: TransferQuerySet = Transfer.objects.visible_to(user).exclude(referral__reference__in=known_references(user))
    if teams is None:
        return seen
    rows: TransferQuerySet = seen.filter(**{"to_team__in" if direction == "coming" else "from_team__in": teams})
    return rows


def _key(after: str) -> int:
    return int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0


def waiting_for(user: User) -> "QuerySet[Transfer, Transfer]":
    """What waits for the answer of somebody's teams: proposed to them, or asked of them, by somebody else."""
    teams = own_teams(user)
    proposed = Q(status=Transfer.Status.PROPOSED, to_team__in=teams) & ~Q(proposed_by=user)
    asked = Q(status=Transfer.Status.REQUESTED, from_team__in=teams) & ~Q(requested_by=user)
    seen = Transfer.objects.visible_to(user).exclude(referral__reference__in=known_references(user))
    rows: QuerySet[Transfer, Transfer] = seen.filter(proposed | asked)
    return rows


def family_there(referral: Referral, user: User) -> list[Referral]:
    """Open referrals of the family's other children that are with the same team, and on no way elsewhere."""
    now = referral.current_allocation()
    if now is None:
        return []
    there = Allocation.objects.current().filter(team=now.team_id)
    waiting = Transfer.objects.waiting().values("referral")
    return list(holding.open_family(referral, user).filter(allocations__in=there).exclude(pk__in=waiting))


def family_elsewhere(transfer: Transfer, user: User) -> list[Referral]:
    """Open referrals of the family's other children that are not on their way together with this one."""
    rows = holding.open_family(transfer.referral, user)
    if transfer.together is not None:
        rows = rows.exclude(pk__in=Transfer.objects.filter(together=transfer.together).values("referral"))
    return list(rows)


def with_it(transfer: Transfer, user: User) -> list[Transfer]:
    """The transfers of brothers and sisters proposed together with it that still wait, as far as the user may see."""
    if transfer.together is None:
        return []
    rows = Transfer.objects.visible_to(user).filter(together=transfer.together, status=Transfer.Status.PROPOSED)
    rows = rows.exclude(pk=transfer.pk).exclude(referral__reference__in=known_references(user))
    return list(rows.select_related("referral__child", "referral__contact_person", "to_team").order_by("pk"))


def of_referral(referral: Referral) -> list[Transfer]:
    """Every transfer of a referral, the latest first; whoever sees the referral sees them."""
    return list(referral.transfers.select_related("from_team", "to_team").order_by("-pk"))


def clock_of(transfer: Transfer, user: User, at: datetime) -> Clock | None:
    """The clock that waits for its answer."""
    rows = Clock.objects.visible_to(user).running().of(transfer.referral.reference)
    found: Clock | None = rows.filter(label=clock_label(transfer)).first()
    return found
