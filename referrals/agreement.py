"""Whether the family agrees to what goes on with them, and what else beside the rules of outcomes takes a manager."""

from collections.abc import Sequence

from contacts.models import Contact, ContactPerson
from contacts.screening import rules
from frontdoor.accounts.models import User
from referrals.answers import ChildDecision, level_of
from referrals.protection.register import on_protection_plan

#: Outcomes that go on with the family, for which they have to agree below child protection.
GOES_ON = frozenset({"referral", "early_help", "named_service"})
#: Levels of need at which nothing goes on unless the family has agreed.
NEEDS_AGREEMENT = ("2", "3")
REFUSED, GIVEN, NOT_ASKED = ("refused", "withdrawn"), "given", "not_sought"

Rows = Sequence[tuple[ContactPerson, ChildDecision]]


def more_reasons(contact: Contact, rows: Rows, *, by: User) -> list[str]:
    """Why a manager has to decide, beyond the rows and exceptions of contacts: agreement, levels, and plans."""
    if rules.is_manager(by):
        return []
    reasons = [*_of_agreement(contact, rows), *rules.above_level_one(by, [level_of(contact, *row) for row in rows])]
    people = [row.person_id for row, _ in rows if row.person_id is not None]
    if on_protection_plan(people):
        reasons.append("A child is on a child protection plan.")
    return reasons


def _of_agreement(contact: Contact, rows: Rows) -> list[str]:
    """What stands against going on with each family; nothing where it is child protection, for which none is needed.

    Refused or withdrawn, and not asked, go to a manager at every level; below child in need (levels 2 and 3, and help
    whose level nobody said) anything but agreement given does.
    """
    if contact.grade == "red" or contact.child_protection_marked:
        return []
    said = dict(contact.families.values_list("number", "agreement"))
    reasons: list[str] = []
    for row, decision in rows:
        if decision.outcome not in GOES_ON:
            continue
        answer, level = said.get(row.family_group, ""), level_of(contact, row, decision)
        is_help = decision.outcome != "referral" and level not in ("1", "4")
        if answer in REFUSED:
            reasons.append("The family does not agree.")
        elif answer == NOT_ASKED or (answer != GIVEN and (level in NEEDS_AGREEMENT or is_help)):
            reasons.append("The family has not said that they agree: ask them, or a manager decides.")
    return list(dict.fromkeys(reasons))
