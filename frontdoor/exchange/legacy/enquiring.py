"""How a section 47 enquiry of an old system stands by what its row says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from frontdoor.exchange.legacy.checking import when
from frontdoor.exchange.legacy.files import CARECASE

#: Codes of ``s47_outcome`` as an enquiry ends here.
OUTCOMES = {"NFA": "not_substantiated", "CIN": "no_continuing_risk", "CP": "continuing_risk"}
OPEN, DUE, CONCLUDED, DISCONTINUED = "open", "conference_due", "concluded", "discontinued"


@dataclass(frozen=True)
class Stands:
    """Its status and outcome, and the day of its conference where one was held."""

    status: str
    outcome: str
    held_on: date | None

    @property
    def is_open(self) -> bool:
        """Whether an outcome or a conference is still to come."""
        return self.status in (OPEN, DUE)


def stands(values: Mapping[str, str], code: str, *, is_required: bool, may_be_open: bool) -> Stands:
    """How it stands: ``code`` and ``is_required`` are what the words of outcome and conference were taken to mean.

    A conference that was held ends it, and so does an outcome without one; an outcome that asks for a conference waits
    for it. What could not be ``may_be_open`` any more (its referral has ended, or a later one is open) ended without
    that the old system says how.
    """
    held = when(values["icpc_date"], CARECASE) if values.get("icpc_date") else None
    outcome = OUTCOMES.get(code, "")
    if held is not None:
        return Stands(CONCLUDED, outcome or OUTCOMES["CP"], held.date())
    if values.get("outcome") and not (outcome == OUTCOMES["CP"] or (not outcome and is_required)):
        return Stands(CONCLUDED, outcome, None)
    waits = DUE if values.get("outcome") else OPEN
    return Stands(waits if may_be_open else DISCONTINUED, outcome, None)


def in_words(values: Mapping[str, str]) -> str:
    """The outcome as the old system's people typed it."""
    return f"As recorded in CareCase: {values['outcome']}" if values.get("outcome") else ""
