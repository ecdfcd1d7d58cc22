"""The contact types and decision rules the product ships, put where a council has none of its own."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from contacts.agencies.thresholds.models import ThresholdEdition, ThresholdLevel
from contacts.grading.rules import RULES
from contacts.handover.models import ShiftPlan
from contacts.handover.shifts import Plan
from contacts.models import BundlingRule, ContactType, DecisionRule, ProvisionalGradeRule, RankWeights
from contacts.ranking.order import Weights

DATA = Path(__file__).parent / "data"


def load() -> None:
    """Add shipped rows that are missing; rows a council changed are left alone."""
    for position, row in enumerate(json.loads((DATA / "types.json").read_text(encoding="utf-8"))):
        ContactType.objects.get_or_create(code=row["code"], defaults={**row, "position": position})
    for row in json.loads((DATA / "decision_rules.json").read_text(encoding="utf-8")):
        DecisionRule.objects.get_or_create(outcome=row["outcome"], defaults=row)
    if not BundlingRule.objects.exists():
        BundlingRule.objects.create()
    if not ProvisionalGradeRule.objects.exists():
        ProvisionalGradeRule.objects.bulk_create(ProvisionalGradeRule(**asdict(rule)) for rule in RULES)
    if not RankWeights.objects.exists():
        RankWeights.objects.create(**asdict(Weights()), reason="As shipped")
    if not ShiftPlan.objects.exists():
        shifts = asdict(Plan())
        ShiftPlan.objects.create(
            valid_from=date(2000, 1, 1), reason="As shipped", **{**shifts, "edt_changes": list(shifts["edt_changes"])}
        )
    if not ThresholdEdition.objects.exists():
        document = json.loads((DATA / "thresholds.json").read_text(encoding="utf-8"))
        edition = ThresholdEdition.objects.create(
            valid_from=document["valid_from"], title=document["title"], introduction=document["introduction"]
        )
        ThresholdLevel.objects.bulk_create([ThresholdLevel(edition=edition, **row) for row in document["levels"]])
