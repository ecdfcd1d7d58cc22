"""What the manager of a team asks of its referrals: whose they are, which wait, and for whom."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import Absence, Team, User
from frontdoor.db import by_name
from frontdoor.people.access import hidden_people, known_references
from frontdoor.people.models import Relationship
from frontdoor.people.record.kinship import SIBLINGS
from referrals import holding
from referrals.absences import away
from referrals.models import OPEN_STATUSES, Allocation, Referral, ReferralQuerySet


@dataclass(frozen=True)
class Load:
    """What one worker of a team holds now, as far as the reader may see it."""

    worker: User
    cases: int
    children: int
    #: The worker's absence, where they are away now.
    away: Absence | None = None


def of_manager(user: User) -> list[Team]:
    """The active teams somebody manages, by name; for others who allocate, the team they belong to."""
    if not holds(user, Permission.REFERRAL_ALLOCATE):
        return []
    managed = list(user.teams_managed.filter(is_active=True).order_by(*by_name("name"), "pk"))
    return managed or ([user.team] if user.team is not None and user.team.is_active else [])


def of_teams(teams: Collection[Team], user: User) -> ReferralQuerySet:
    """Open referrals these teams have now, also without a worker, that the user may see."""
    now = Allocation.objects.current().filter(team__in=teams)
    rows: ReferralQuerySet = Referral.objects.visible_to(user).open().filter(allocations__in=now)
    return rows


def loads(teams: Collection[Team], user: User, at: datetime) -> list[Load]:
    """Everybody of these teams who may hold cases, by name, with what each holds; nothing held is said as well."""
    rows = Allocation.objects.current().filter(
        worker__team__in=teams, referral__in=Referral.objects.visible_to(user).open().values("pk")
    )
    counted = rows.order_by().values_list("worker_id").annotate(Count("pk"), Count("referral__child", distinct=True))
    held = {worker: (cases, children) for worker, cases, children in counted}
    workers = list(holding.workers().filter(team__in=teams))
    gone = away([worker.pk for worker in workers], at)
    return [Load(worker, *held.get(worker.pk, (0, 0)), away=gone.get(worker.pk)) for worker in workers]


def unallocated(teams: Collection[Team], user: User) -> ReferralQuerySet:
    """Decided referrals without a worker in these teams' trays; for a duty team also those in nobody's."""
    rows = Referral.objects.visible_to(user).unallocated().exclude(status="awaiting_decision")
    waiting: ReferralQuerySet = waiting_at(teams, rows).select_related("child", "contact_person", "contact")
    return waiting.order_by("received_at", "pk")


def waiting_at(teams: Collection[Team], rows: ReferralQuerySet) -> ReferralQuerySet:
    """Those of these referrals that are these teams' now; for a duty team also those in nobody's."""
    now = Allocation.objects.current().filter(referral=OuterRef("pk"))
    mine = Q(Exists(now.filter(team__in=teams)))
    if any(team.kind == Team.Kind.DUTY for team in teams):
        mine |= ~Q(Exists(now))
    found: ReferralQuerySet = rows.filter(mine)
    return found


def by_family(rows: Sequence[Referral], user: User) -> list[list[Referral]]:
    """The referrals of one family together, in the order in which each family begins; one query.

    A family are the children of one family on a contact, brothers and sisters, and those who have a parent or carer in
    common. Nobody hidden from the user joins two children.
    """
    same = _Joined()
    children = [row.child_id for row in rows if row.child_id is not None]
    for row in rows:
        if row.child_id is not None:
            same.join(_told_of(row), row.child_id)
    hidden = hidden_people(user)
    ties = (
        Relationship.objects.filter(Q(person__in=children) | Q(other__in=children), ended_on__isnull=True)
        .exclude(person__in=hidden)
        .exclude(other__in=hidden)
        .values_list("person_id", "other_id", "kind")
    )
    mine = set(children)
    for person, other, kind in ties:
        is_parent_of_mine = (person in mine and kind in holding.RAISED_BY) or (other in mine and kind == "child")
        if kind in SIBLINGS or is_parent_of_mine:
            same.join(person, other)
    found: dict[Hashable, list[Referral]] = {}
    for row in rows:
        key = same.first(row.child_id if row.child_id is not None else _told_of(row))
        found.setdefault(key, []).append(row)
    return list(found.values())


def _told_of(row: Referral) -> Hashable:
    """The family on the contact a referral was born from."""
    return ("contact", row.contact_id, row.contact_person.family_group)


#: Among so many that wait for a worker the rest of a family is looked for.
LOOKED_THROUGH = 1000


def waiting_with(referral: Referral, user: User) -> list[Referral]:
    """Open referrals, decided and without a worker, of the other children of the family; those the user may see.

    A family as in :func:`by_family`, so that what stands together on a page can be allocated together.
    """
    rows = (
        Referral.objects.visible_to(user)
        .unallocated()
        .filter(status__in=OPEN_STATUSES[1:], child__isnull=False)
        .exclude(pk=referral.pk)
        .exclude(reference__in=known_references(user))
        .select_related("child", "contact_person")
        .order_by("received_at", "pk")[:LOOKED_THROUGH]
    )
    family = next(found for found in by_family([referral, *rows], user) if referral in found)
    return sorted((row for row in family if row != referral), key=lambda row: row.pk)


class _Joined:
    """Which of some things are one, by pairs."""

    def __init__(self) -> None:
        self._up: dict[Hashable, Hashable] = {}

    def first(self, one: Hashable) -> Hashable:
        """The one that stands for all that are joined with this."""
        while (up := self._up.get(one, one)) != one:
            one = up
        return one

    def join(self, one: Hashable, other: Hashable) -> None:
        """The two are one from now on."""
        self._up[self.first(one)] = self.first(other)
