"""Whom a family without a worker could go to: said with the reason, never chosen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from frontdoor.people.access import declared_among, with_joined
from frontdoor.ui.formats import joined, short_day
from referrals.caseload.weighing import Caseload
from referrals.models import Allocation, Referral

#: So many are suggested for one family.
MOST = 3


@dataclass(frozen=True)
class Suggestion:
    """Somebody a family could go to, and why, as the end of a sentence about them."""

    load: Caseload
    why: str

    @property
    def words(self) -> str:
        """The name with the reason."""
        return f"{self.load.worker.name} ({self.why})"


def suggest(
    families: Sequence[Sequence[Referral]],
    loads: Sequence[Caseload],
    *,
    kin: Mapping[int, Collection[tuple[int, str]]],
) -> list[list[Suggestion]]:
    """For each family at most three of these workers, the best reason first; two queries for all families.

    1. Who has a brother or sister (``kin``: by the key of the family's first referral, the worker's key and the name of
    each child of the family whom somebody has). 2. Who worked with one of the children before. 3. Who has most room, by
    what their cases weigh and the days they work.

    Nobody who is away now, nor who has declared that they know one of the children. Who is full is suggested for the
    first two reasons alone.
    """
    children = {row.child_id for family in families for row in family if row.child_id is not None}
    by_worker = {load.worker.pk: load for load in loads if load.away is None}
    before = _worked_before(children, by_worker)
    knows = declared_among(children, by_worker)
    found = []
    for family in families:
        of_family = {row.child_id for row in family if row.child_id is not None}
        left = {key: load for key, load in by_worker.items() if not of_family & knows.get(key, set())}
        said: dict[int, str] = {}
        for key in left:
            if names := sorted({name for worker, name in kin.get(family[0].pk, ()) if worker == key}):
                said[key] = f"has {joined(names)} of the family"
        for key in left.keys() - said.keys():
            ends = [at for child, at in before.get(key, {}).items() if child in of_family]
            if ends:
                said[key] = f"worked with the family until {short_day(timezone.localtime(max(ends)))}"
        room = sorted((key for key in left if left[key].filled < 100), key=lambda key: left[key].filled)
        ordered = [*said, *(key for key in room if key not in said)]
        found.append([Suggestion(left[key], said.get(key) or _room(left[key])) for key in ordered[:MOST]])
    return found


def _room(load: Caseload) -> str:
    return f"{load.filled}% of a full caseload"


def _worked_before(children: Collection[int], workers: Collection[int]) -> dict[int, dict[int, datetime]]:
    """By worker and child when they last stopped working with the child."""
    rows = Allocation.objects.filter(
        referral__child__in=with_joined(children), worker__in=list(workers), to_at__isnull=False
    )
    found: dict[int, dict[int, datetime]] = {}
    for worker, child, ended in rows.order_by("to_at", "pk").values_list("worker_id", "referral__child_id", "to_at"):
        found.setdefault(worker, {})[child] = ended
    return found
