"""Contact types, decision rules and the other rules of contacts, as the product ships them."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

from contacts.agencies.thresholds.models import ThresholdEdition
from contacts.agencies.webforms.models import WebFormRule
from contacts.grading.rules import RULES
from contacts.handover.models import ShiftPlan
from contacts.handover.shifts import Plan
from contacts.models import (
    AgencyGrade,
    BundlingRule,
    ContactType,
    DashBand,
    DecisionRule,
    ProvisionalGradeRule,
    RankWeights,
    SecondManagerRule,
)
from contacts.ranking.order import Weights
from frontdoor.dated import ship

DATA = Path(__file__).parent / "data"


def load() -> None:
    """Ship the rules (:func:`frontdoor.dated.ship`)."""
    types = json.loads((DATA / "types.json").read_text(encoding="utf-8"))
    ship(ContactType(**row, position=position) for position, row in enumerate(types))
    ship(DecisionRule(**row) for row in json.loads((DATA / "decision_rules.json").read_text(encoding="utf-8")))
    ship([SecondManagerRule(grade="red"), SecondManagerRule(grade="amber", needs_second_manager=False)])
    ship([BundlingRule()])
    ship([WebFormRule()])
    ship(ProvisionalGradeRule(**asdict(rule)) for rule in RULES)
    ship(DashBand(**row) for row in json.loads((DATA / "dash_bands.json").read_text(encoding="utf-8")))
    ship(AgencyGrade(**row) for row in json.loads((DATA / "agency_grades.json").read_text(encoding="utf-8")))
    ship([RankWeights(**asdict(Weights()), reason="As shipped")])
    shifts = asdict(Plan())
    shifts["edt_changes"] = list(shifts["edt_changes"])
    ship([ShiftPlan(valid_from=date(2000, 1, 1), reason="As shipped", **shifts)])
    document = json.loads((DATA / "thresholds.json").read_text(encoding="utf-8"))
    edition = ThresholdEdition(
        valid_from=date.fromisoformat(document["valid_from"]),
        title=document["title"],
        introduction=document["introduction"],
    )
    edition.give_parts(document["levels"])
    ship([edition])
