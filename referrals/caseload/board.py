"""The allocation board: who waits for a worker by family, and what everybody who could take them holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from contacts.families.telling import tellings
from frontdoor.accounts.models import Team, User
from frontdoor.people.access import known_references
from referrals import holding
from referrals import teams as readers
from referrals.caseload.suggesting import Suggestion, suggest
from referrals.caseload.weighing import Caseload, of_workers
from referrals.models import Allocation, Referral, ReferralQuerySet

#: So many referrals without a worker stand on the board at once; those that come after follow when these have one.
WAITING = 60
#: Among so many that workers of the teams hold the rest of a family is looked for.
HELD = 2000


@dataclass(frozen=True)
class Family:
    """The children of one family who wait together, and whom they could go to."""

    referrals: list[Referral]
    suggestions: list[Suggestion]

    @property
    def since(self) -> datetime:
        """When the first of them was received."""
        return min(row.received_at for row in self.referrals)


@dataclass(frozen=True)
class Board:
    """What the page shows. ``more``: whether others wait that do not stand here."""

    families: list[Family]
    #: What the workers of these teams hold; of every team where these have none.
    loads: list[Caseload]
    #: Everybody a family may go to, those of these teams first.
    takers: list[Caseload]
    more: bool
    #: By referral (key) what happened, as the child's own family may read it.
    told: dict[int, str]


def read(teams: Collection[Team], user: User, at: datetime) -> Board:
    """The board of these teams as this user may see it, in a fixed number of queries.

    A family may go to anybody who may hold cases, also of another team: a duty team's own people may hold none.
    Children of one family stand together, as on the team's home; a brother or sister whom somebody has is no part of
    what waits, but a reason for whom to choose. Referrals the user has declared to know are left out.
    """
    keys = {team.pk for team in teams}
    everybody = of_workers(list(holding.workers()), user, at)
    takers = sorted(everybody, key=lambda load: load.worker.team_id not in keys)
    loads = [load for load in takers if load.worker.team_id in keys] or takers
    known = known_references(user)
    rows = list(readers.unallocated(teams, user).exclude(reference__in=known)[: WAITING + 1])
    waiting = rows[:WAITING]
    held = list(_held([load.worker.pk for load in takers], user).exclude(reference__in=known)[:HELD]) if waiting else []
    waits = {row.pk for row in waiting}
    holder = {row.pk: vars(row)["holder"] for row in held}
    families, kin = [], {}
    for found in readers.by_family([*waiting, *held], user):
        if here := [row for row in found if row.pk in waits]:
            families.append(here)
            kin[here[0].pk] = [(holder[row.pk], row.child_name) for row in found if row.pk in holder]
    suggested = suggest(families, takers, kin=kin)
    telling = tellings([row.contact_person for row in waiting])
    told = {row.pk: telling[row.contact_person_id].of("summary", row.contact.summary) for row in waiting}
    together = [Family(*each) for each in zip(families, suggested, strict=True)]
    return Board(together, loads, takers, len(rows) > WAITING, told)


def _held(workers: Collection[int], user: User) -> ReferralQuerySet:
    """Open referrals that these workers hold and the user may see, each with its worker's key (``holder``)."""
    now = Allocation.objects.current().filter(referral=OuterRef("pk"), worker__in=list(workers))
    rows: ReferralQuerySet = (
        Referral.objects.visible_to(user)
        .open()
        .annotate(holder=Subquery(now.values("worker")[:1]))
        .filter(holder__isnull=False, child__isnull=False)
        .select_related("child", "contact_person")
        .order_by("-received_at", "-pk")
    )
    return rows
