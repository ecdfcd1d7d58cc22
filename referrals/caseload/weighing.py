"""What each worker of some teams holds: cases, children, points, and how much of their working week that fills."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Value, When

from frontdoor.accounts.models import Absence, User, WorkingPattern
from frontdoor.clocks.working_days import london_date
from referrals.absences import away
from referrals.caseload.models import CaseWeight, Weights
from referrals.models import Allocation, Enquiry, ProtectionPlan, Referral
from referrals.protection.enquiry_models import OPEN_STATUSES as OPEN_ENQUIRIES

S = CaseWeight.Stage
#: A case whose referral has this status is at this stage, unless an enquiry is open.
STAGE_OF_STATUS = {
    "accepted": S.TO_BEGIN,
    "allocated": S.TO_BEGIN,
    "in_assessment": S.IN_ASSESSMENT,
    "assessed": S.ASSESSED,
}
SERVICES = (S.CHILD_IN_NEED, S.PROTECTION_PLAN)


@dataclass(frozen=True)
class Caseload:
    """What one worker holds now, as far as the reader may see it."""

    worker: User
    cases: int = 0
    children: int = 0
    #: How many cases at each stage.
    stages: dict[str, int] = field(default_factory=dict)
    points: int = 0
    #: The points they hold at most, by their working days.
    full: int = 0
    #: Their working days in words; empty where they work Monday to Friday.
    days: str = ""
    away: Absence | None = None

    @property
    def filled(self) -> int:
        """How much of what they hold at most is filled, in whole per cent; of nothing at most any case is too much."""
        if self.full:
            return round(100 * self.points / self.full)
        return 100 if self.points else 0

    @property
    def is_over(self) -> bool:
        """Whether they hold more than that."""
        return self.points > self.full

    @property
    def in_stages(self) -> str:
        """Their cases by stage, in words."""
        return ", ".join(
            f"{self.stages[each.value]} {lowered(each.label)}" for each in S if self.stages.get(each.value)
        )


def lowered(label: str) -> str:
    """The words of a stage inside a sentence."""
    return label[:1].lower() + label[1:] if not label.startswith("Section") else f"s{label[1:]}"


def stage_of() -> Case:
    """The stage of each case of a query on referrals, in SQL: the same for every page that weighs."""
    enquiries = Enquiry.objects.filter(referral=OuterRef("pk"), status__in=OPEN_ENQUIRIES)
    plans = ProtectionPlan.objects.running().filter(referral=OuterRef("pk"))
    return Case(
        When(Exists(enquiries), then=Value(S.SECTION_47.value)),
        When(Exists(plans), then=Value(S.PROTECTION_PLAN.value)),
        *(When(status=status, then=Value(stage.value)) for status, stage in STAGE_OF_STATUS.items()),
        When(status="in_service", service__in=[each.value for each in SERVICES], then=F("service")),
        default=Value(S.OTHER.value),
        output_field=CharField(),
    )


def of_workers(workers: Collection[User], user: User, at: datetime) -> list[Caseload]:
    """What each of these workers holds, in their order, of what the user may see; a fixed number of queries."""
    today = london_date(at)
    weights = Weights.on(today)
    keys = [worker.pk for worker in workers]
    held = Allocation.objects.current().filter(referral=OuterRef("pk"), worker__in=keys)
    rows = (
        Referral.objects.visible_to(user)
        .open()
        .filter(Exists(held))
        .annotate(stage=stage_of(), holder=held.values("worker")[:1])
        .order_by()
        .values_list("holder", "stage")
        .annotate(cases=Count("pk"), children=Count("child", distinct=True))
    )
    stages: dict[int, dict[str, int]] = {}
    children: dict[int, int] = {}
    for holder, stage, cases, kids in rows:
        stages.setdefault(holder, {})[stage] = cases
        children[holder] = children.get(holder, 0) + kids
    gone = away(keys, at)
    patterns = WorkingPattern.objects.of(keys, today)
    return [
        _of(
            worker,
            stages.get(worker.pk, {}),
            children.get(worker.pk, 0),
            weights,
            patterns.get(worker.pk),
            gone.get(worker.pk),
        )
        for worker in workers
    ]


def _of(
    worker: User,
    stages: dict[str, int],
    children: int,
    weights: Weights,
    pattern: WorkingPattern | None,
    absence: Absence | None,
) -> Caseload:
    full = weights.full if pattern is None else round(weights.full * min(len(pattern.days), 5) / 5)
    days = pattern.words if pattern is not None and not pattern.is_usual else ""
    return Caseload(worker, sum(stages.values()), children, stages, weights.of(stages), full, days, absence)
