"""A contact is of another type than it was recorded as: what the old type owed ends, what the new one owes begins."""

from datetime import date, datetime

from django.db import transaction

from contacts.models import Contact, ContactText, ContactType, contact_type
from contacts.ranking.ranks import rerank
from contacts.recording.actions import start_own_clock
from contacts.screening.actions import start_grade_clock
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.workflow.actions import lock, move
from referrals import owed

ON_A_LIST_OF_ITS_OWN = (
    "Contacts of this type stand on a restricted list from the first moment: record it there as a new contact, and end "
    "this one as entered in error."
)


@transaction.atomic
def change_type(
    *,
    contact: Contact,
    kind: str,
    by: User,
    at: datetime,
    reason: str,
    report_due_on: date | None = None,
    version: int | None = None,
) -> Contact:
    """Say that a contact being screened is of another type (``kind``, its code), and why.

    1. What the old type owed is not owed: its clock ends, wherever the child is worked on, and says so.
    2. What the new type owes has its clock from the same receipt, to ``report_due_on`` where a court named a day.
    3. The clock of the grade runs where the new type is ranked with concerns, and there alone; the decision's runs on.

    Raises Refused for the type it has, for one on a restricted list (either way), for a report without its day where
    the type needs one or with a day before the receipt, without a reason, and while nobody is screening it.
    """
    locked = lock(contact, version=version)
    before, to = locked.type, _of_code(kind, locked)
    if to.code == before.code:
        raise Refused("It is of this type already.", code="same", field="kind")
    if before.is_restricted or to.is_restricted:
        raise Refused(ON_A_LIST_OF_ITS_OWN, code="restricted", field="kind")
    _keep_due(locked, to, report_due_on)
    ended = owed.unstopped(locked, [locked.reference, *owed.places_ever(locked)])
    moved = move(
        locked, "change_type", by=by, at=at, kind=to, version=version,
        reason=f"From “{before}” to “{to}”: {reason}" if reason.strip() else "",
    )  # fmt: skip
    for clock in ended:
        why = f"not owed: type changed to “{to}”"
        clocks.stop(reference=clock.reference, rule=clock.rule, label=clock.label, at=at, by=by, reason=why)
    start_own_clock(moved, by=by)
    if before.ranks_with_concerns and not to.ranks_with_concerns and moved.grade:
        clocks.stop(reference=moved.reference, rule=f"grade_{moved.grade}", at=at, by=by, reason="type changed")
    elif to.ranks_with_concerns and not before.ranks_with_concerns and moved.grade:
        start_grade_clock(moved, by=by)
    return rerank(moved, at=at)


def _of_code(code: str, contact: Contact) -> ContactType:
    try:
        return contact_type(code, london_date(contact.received_at))
    except ContactType.DoesNotExist as unknown:
        raise Refused("Choose the type of contact.", code="required", field="kind") from unknown


def _keep_due(contact: Contact, to: ContactType, due_on: date | None) -> None:
    """Keep the day a court named with the rest of what was said."""
    field = "report_due_on"
    if due_on is not None and due_on < london_date(contact.received_at):
        raise Refused("A report cannot be due before the request reached us.", code="too_early", field=field)
    if due_on is not None:
        ContactText.objects.filter(contact=contact).update(report_due_on=due_on)
    elif field in to.mandatory and contact.text.report_due_on is None:
        raise Refused("Enter the day on which the report is due, as the court directed.", code="required", field=field)
