"""Who may decide which outcome alone, who proposes it, and what only a manager decides. The rows are data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contacts.models import Contact, ContactPerson, DecisionRule
from contacts.screening.known import YEAR, Known, known_of
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists

NOT_CONFIRMED = "possible, not confirmed"


class Power(StrEnum):
    """What someone may do with an outcome."""

    DECIDES = "decides"
    PROPOSES = "proposes"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """What this person may do with these outcomes, and the sentences that say why not more."""

    power: Power
    reasons: tuple[str, ...] = ()


def is_manager(user: User) -> bool:
    """Whether the user decides as a manager."""
    return holds(user, Permission.CONTACT_DECIDE_ANY)


def _column(user: User) -> str:
    if is_manager(user):
        return "manager"
    return "social_worker" if holds(user, Permission.CONTACT_DECIDE_GREEN) else "contact_officer"


def protective(on: date) -> set[str]:
    """Outcomes that protect, because they open a referral or join one: nobody's sign-off stands in their way."""
    rows = lists.rows("contact_outcome", on=on)
    return {row.code for row in rows if row.attributes.get("opens") or row.attributes.get("joins")}


def is_under_one(born: date | None, expected: date | None, on: date) -> bool:
    """Whether the child is unborn or not yet one year old on this day."""
    if expected is not None and born is None:
        return True
    return born is not None and born > on - YEAR


def manager_reasons(
    contact: Contact, children: Sequence[ContactPerson], at: datetime, known: Known | None = None
) -> list[str]:
    """Why this contact can only be ended by a manager other than the author; empty when it need not be.

    PRACTICE: red or amber; under one or unborn; open work; third contact in 12 months; a child's own call; a
    professional's report of injury or disclosure; a grade lowered by screening. What would hold if somebody a child may
    be were confirmed holds already, and says so. ``known``: what the database holds of this contact among others, where
    it was asked for several at once.
    """
    known = known_of([(contact, children)]) if known is None else known
    reasons: list[str] = []
    grade = contact.grade_for_now
    if grade in ("red", "amber"):
        for_now = f" for now: {NOT_CONFIRMED}" if grade != contact.grade else ""
        reasons.append(f"The contact is graded {grade}{for_now}.")
    today = london_date(at)
    if any(is_under_one(child.date_of_birth, child.expected_on, today) for child in children):
        reasons.append("A child is unborn or under one.")
    if contact.pk in known.often:
        reasons.append("It is the third contact in 12 months or a later one.")
    if contact.pk in known.with_work:
        reasons.append("A child has open work.")
    reasons += [f"{sentence}: {NOT_CONFIRMED}." for sentence in known.possible.get(contact.pk, ())]
    if contact.pk in known.disagreed:
        reasons.append("The referrer disagreed with an earlier decision.")
    if contact.is_the_child:
        reasons.append("A child called for themselves.")
    if contact.is_professional and contact.pk in known.injured:
        reasons.append("A professional reports an injury or a disclosure.")
    order = ["blue", "green", "amber", "red"]
    if (
        contact.agency_grade in order
        and contact.grade in order
        and order.index(contact.grade) < order.index(contact.agency_grade)
    ):
        reasons.append("Screening has lowered the agency’s grade.")
    return reasons


def beyond_role(contact: Contact, user: User) -> list[str]:
    """Why somebody of this user's role may not end the contact alone though its children need no manager."""
    reasons: list[str] = []
    if _column(user) != "contact_officer":
        return reasons
    if contact.level_by_screening not in ("", "1"):
        reasons.append("The level of need is above 1.")
    if contact.grade_for_now == "green":
        reasons.append("The grade is above blue.")
    return reasons


def who_decides(
    contact: Contact, outcomes: Iterable[str], user: User, at: datetime, children: Sequence[ContactPerson]
) -> Verdict:
    """What the user may do with these outcomes on this contact: the least of what the rows and exceptions allow."""
    today = london_date(at)
    wanted = set(outcomes)
    rows = {row.outcome: row for row in DecisionRule.objects.in_force(today).filter(outcome__in=wanted)}
    column = _column(user)
    powers = [Power(getattr(rows[outcome], column)) if outcome in rows else Power.REFUSED for outcome in wanted]
    reasons: list[str] = []
    if Power.REFUSED in powers:
        return Verdict(Power.REFUSED, ("Your role cannot choose this outcome.",))
    if column != "manager":
        reasons = manager_reasons(contact, children, at) + beyond_role(contact, user)
    elif contact.recorded_by_id == user.pk and wanted - protective(today):
        # Sign-off blocks endings, never protective acts: a manager ends nothing serious that they recorded themselves.
        reasons = manager_reasons(contact, children, at)
        if reasons:
            reasons.insert(0, "You recorded this contact yourself: another manager has to sign off its ending.")
            return Verdict(Power.PROPOSES, tuple(reasons))
    if Power.PROPOSES in powers:
        reasons.insert(0, "This outcome needs a manager’s decision.")
    if reasons and column != "manager":
        return Verdict(Power.PROPOSES, tuple(reasons))
    return Verdict(Power.DECIDES)
