"""Strategy discussions for tests: everybody at the table, unless a test says otherwise."""

from datetime import datetime
from typing import Any

from frontdoor.accounts.models import User
from referrals.models import Referral, StrategyDiscussion
from referrals.protection.actions import record_strategy_discussion
from referrals.protection.minutes import Agreed, Decided, Minutes, Participant


def at_the_table(*agencies: str) -> list[Participant]:
    """One participant of each agency, who attended."""
    return [Participant(agency, f"Somebody of {agency}", "Worker", "attended", "What is known.") for agency in agencies]


def some_minutes(referral: Referral, held_at: datetime, **more: Any) -> Minutes:
    """A full discussion about one child; ``outcome``, ``decision`` and the facts of minutes override."""
    child = Decided(
        referral, more.pop("outcome", "section47_joint"), more.pop("decision", "He is bruised."),
        "He is with his grandmother.", "Sol Worker, at school", held_at,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "participants": at_the_table("social_care", "police", "health"),
        "children": [child],
        "actions": [Agreed("Medical at the hospital", "Dr Ode", held_at.date())],
        **more,
    }
    return Minutes(held_at, "Mary Manager", "Duty manager", **facts)


def discussed(
    referral: Referral, *, by: User, at: datetime, held_at: datetime | None = None, **more: Any
) -> StrategyDiscussion:
    """A discussion recorded at this moment, and held then unless said otherwise."""
    return record_strategy_discussion(
        referral=referral, by=by, at=at, minutes=some_minutes(referral, held_at or at, **more)
    )
