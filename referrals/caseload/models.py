"""What a case weighs at each stage, and how much a full caseload is: the council's rules, with dates."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.db import models

from frontdoor.dated import Begun, Dated, Shipped, never_two
from frontdoor.db import one_of

STAGES = ["to_begin", "in_assessment", "assessed", "section_47", "child_in_need", "protection_plan", "other"]


class CaseWeight(Dated, Shipped):
    """What one open case weighs at a stage, in points."""

    KEY = ("stage",)

    class Stage(models.TextChoices):
        TO_BEGIN = "to_begin", "Allocated, not begun"
        IN_ASSESSMENT = "in_assessment", "In assessment"
        ASSESSED = "assessed", "Assessed, to be decided"
        SECTION_47 = "section_47", "Section 47 enquiry"
        CHILD_IN_NEED = "child_in_need", "Child in need"
        PROTECTION_PLAN = "protection_plan", "Child protection plan"
        OTHER = "other", "Other statutory work"

    stage = models.CharField(max_length=20, choices=Stage.choices)
    points = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            one_of("stage", STAGES, name="case_weight_stage_known"),
            never_two("stage", name="case_weight_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.points}"


class CaseloadRule(Begun, Shipped):
    """How many points somebody who works five days a week holds at most; whoever holds more is marked, not refused."""

    full = models.PositiveSmallIntegerField(default=40)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(full__gte=1), name="caseload_rule_makes_sense")
        ]

    def __str__(self) -> str:
        return f"{self.full} points"


@dataclass(frozen=True)
class Weights:
    """The weights of one day: points by stage, and the points of somebody who works five days a week."""

    points: dict[str, int]
    full: int

    @classmethod
    def on(cls, day: date) -> "Weights":
        """Those in force on this day; a stage of which no row speaks weighs nothing."""
        rule: CaseloadRule | None = CaseloadRule.objects.in_force(day).first()
        rows = CaseWeight.objects.in_force(day).values_list("stage", "points")
        return cls(dict(rows), (rule or CaseloadRule()).full)

    def of(self, stages: dict[str, int]) -> int:
        """What so many cases at each of these stages weigh together."""
        return sum(self.points.get(stage, 0) * number for stage, number in stages.items())
