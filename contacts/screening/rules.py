"""Who may decide which outcome alone, who proposes it, and what only a manager decides. The rows are data."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import BigIntegerField, QuerySet, Value

from contacts.models import Contact, ContactPerson, DecisionRule, GradeChange, second_manager_grades
from contacts.screening.known import YEAR, Known, known_of
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.wording import worded
from frontdoor.workflow.actions import history

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


def with_second_manager(contacts: Sequence[Contact], user: User, on: date) -> set[int]:
    """Of these contacts (ids) those whose ending a second manager signs when this manager decides it.

    By the grade for now, or the one from which this very manager has lowered it; on the fast track it counts as red.
    The grades are data.
    """
    told = _signed_twice(user, contacts=[contact.pk for contact in contacts], on=on) if contacts else []
    grades = {grade for grade, contact in told if contact is None}
    by_user = {contact for grade, contact in told if contact is not None and grade in grades}
    return {
        contact.pk
        for contact in contacts
        if ("red" if contact.is_fast_track else contact.grade_for_now) in grades or contact.pk in by_user
    }


@worded(contacts=[int], on=date)
def _signed_twice(user: User, *, contacts: Collection[int], on: date) -> QuerySet[Any, tuple[str, int | None]]:
    """The grades that two managers sign, and from which the user has lowered each of these contacts (id)."""
    lowered = GradeChange.objects.filter(contact__in=contacts, by=user.pk)
    asked = second_manager_grades(on).values_list("grade", Value(None, output_field=BigIntegerField()))
    return asked.union(lowered.values_list("before", "contact_id"), all=True)


def is_author(contact: Contact, user: User) -> bool:
    """Whether the user recorded the contact, or proposed an outcome since it was last decided."""
    if contact.recorded_by_id == user.pk:
        return True
    moves = history(contact.reference)
    decided = moves.filter(to_status=Contact.Status.DECIDED).order_by("-id").values_list("pk", flat=True).first()
    return moves.filter(move="propose", by=user, pk__gt=decided or 0).exists()


def why_another_signs(contact: Contact, user: User, at: datetime, children: Sequence[ContactPerson]) -> list[str]:
    """Why this manager does not end the contact alone; empty when they may."""
    reasons = manager_reasons(contact, children, at)
    if with_second_manager([contact], user, london_date(at)):
        return ["Its grade, or the fast track, calls for a second manager to sign off its ending.", *reasons]
    if reasons and is_author(contact, user):
        return ["You recorded or proposed this yourself: another manager has to sign off its ending.", *reasons]
    return []


def why_not_sign(contact: Contact, user: User, at: datetime, children: Sequence[ContactPerson]) -> str:
    """Why this manager does not sign an ending that somebody else proposed: they recorded it; "" when they may."""
    is_own = contact.recorded_by_id == user.pk
    if is_own and (with_second_manager([contact], user, london_date(at)) or manager_reasons(contact, children, at)):
        return "You recorded this contact yourself: another manager has to sign off its ending."
    return ""


def above_level_one(user: User, levels: Iterable[str]) -> list[str]:
    """Why somebody of this user's role does not end a contact alone with children of these levels."""
    is_above = _column(user) == "contact_officer" and set(levels) - {"", "1"}
    return ["The level of need is above 1."] if is_above else []


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
    elif wanted - protective(today):
        # Sign-off blocks endings, never protective acts.
        held = why_another_signs(contact, user, at, children)
        if held:
            return Verdict(Power.PROPOSES, tuple(held))
    if Power.PROPOSES in powers:
        reasons.insert(0, "This outcome needs a manager’s decision.")
    if reasons and column != "manager":
        return Verdict(Power.PROPOSES, tuple(reasons))
    return Verdict(Power.DECIDES)
