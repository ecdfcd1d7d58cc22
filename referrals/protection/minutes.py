"""What is written down of a strategy discussion, and what of it may not be left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referrals.models import Referral
from referrals.protection.models import ENQUIRIES, NEEDED, OFFERED, Attendance

#: By agency that has to be there, how a sentence names it.
WORDS = {"social_care": "a social worker", "police": "police", "health": "health"}


@dataclass(frozen=True)
class Participant:
    """Somebody at the table, or asked to it. ``agency`` and ``attendance`` as in the models of the same names."""

    agency: str
    name: str
    role: str
    attendance: str
    brought: str = ""


@dataclass(frozen=True)
class Decided:
    """What was decided for the child of one referral. ``outcome``: one of those offered; ``decision``: why."""

    referral: Referral
    outcome: str
    decision: str
    immediate_safety: str
    who_sees: str = ""
    see_by: datetime | None = None


@dataclass(frozen=True)
class Agreed:
    """What somebody will do, and by which day."""

    what: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class Minutes:
    """A strategy discussion as it was held."""

    held_at: datetime
    chair_name: str
    chair_role: str
    participants: Sequence[Participant]
    children: Sequence[Decided]
    actions: Sequence[Agreed] = ()
    emergency_reason: str = ""

    @property
    def missing(self) -> list[str]:
        """Who had to be at the table and was not, in words."""
        there = {row.agency for row in self.participants if row.attendance == Attendance.ATTENDED}
        return [WORDS[agency] for agency in NEEDED if agency not in there]

    @property
    def is_full(self) -> bool:
        """Whether a social worker, police and health were there."""
        return not self.missing


def is_unborn(referral: Referral) -> bool:
    """Whether the child of a referral is not born yet, as on record or as given."""
    if referral.child is not None:
        return bool(referral.child.is_unborn)
    return referral.contact_person.date_of_birth is None and referral.contact_person.expected_on is not None


def left_out(child: Decided) -> Iterator[tuple[str, str]]:
    """What was left out of what is written for a child: the field and a sentence."""
    if child.outcome not in OFFERED:
        yield "outcome", "Choose what was decided"
    if not child.decision.strip():
        asks = child.outcome in ENQUIRIES
        yield (
            "decision",
            "Say how the threshold for a section 47 enquiry is met" if asks else "Say why this was decided",
        )
    if not child.immediate_safety.strip():
        yield "immediate_safety", "Say whether the child is safe now, and what keeps the child safe"
    if child.outcome in ENQUIRIES and not is_unborn(child.referral):
        if not child.who_sees.strip():
            yield "who_sees", "Say who sees the child, and where"
        if child.see_by is None:
            yield "see_by", "Say by when the child is seen"
