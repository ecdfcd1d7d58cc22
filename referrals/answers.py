"""What is decided about a contact, as the decision takes it and gives it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contacts.models import Contact, ContactPerson
from contacts.screening.rules import Power
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from referrals.models import Referral

OUTSIDE_ORDER = ("referral", "early_help", "signposted", "information_and_advice", "no_further_action")
#: Answers for a child who is only named on the contact: no outcome of the contact is theirs.
NOT_ABOUT = {"not_about": "Not about this child", "lives_elsewhere": "Lives elsewhere"}


@dataclass(frozen=True)
class ChildDecision:
    """What is decided about one child of a contact.

    ``outcome`` is a code of the list ``contact_outcome`` or, for a child only named, one of ``NOT_ABOUT``;
    ``detail`` holds ``receiver``, ``told`` (who on the other side was told) and ``told_at`` (ISO) or ``contact`` (the
    reference of the same incident), where the outcome needs them; ``is_new_record`` says that nobody on record is
    this child.
    """

    child: int
    outcome: str
    reason: str = ""
    level_of_need: str = ""
    response_type: str = "assessment"
    primary_need: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    is_new_record: bool = False


@dataclass(frozen=True)
class Telephoned:
    """Out of hours: which manager agreed by telephone, and when."""

    manager: User
    at: datetime


@dataclass(frozen=True)
class Decided:
    """What came of a decision: ``power`` says whether it was decided or put to a manager, ``reasons`` why."""

    contact: Contact
    power: Power
    reasons: tuple[str, ...] = ()
    referrals: tuple[Referral, ...] = ()


def outcome_attributes(on: Any) -> dict[str, dict[str, Any]]:
    """The outcomes in force and what each needs and does."""
    return {row.code: row.attributes for row in lists.rows("contact_outcome", on=on)}


def level_of(contact: Contact, row: ContactPerson, decision: ChildDecision) -> str:
    """The level of need of a child once this is decided: chosen now, before, or for the whole contact."""
    return decision.level_of_need or row.level_of_need or contact.level_by_screening
