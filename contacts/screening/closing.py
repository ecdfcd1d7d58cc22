"""Which contacts somebody may close in bulk, as a list says it: of possible matches, by those found already."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from contacts.models import OPEN, Contact, ContactPerson
from contacts.screening import rules
from contacts.screening.known import Known, known_of
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.wording import worded

NOT_OPENED = "You have not opened its text."
NOT_CHECKED = "A possible match has not been checked."


def opened_by(user: User, references: Sequence[str]) -> set[str]:
    """Which of these contacts the audit says this user has opened the text of."""
    return set(_opened(user, references=references)) if references else set()


@worded(references=[str])
def _opened(user: User, *, references: Sequence[str]) -> QuerySet[Entry, str]:
    rows = Entry.objects.filter(actor=user.pk, reference__in=references).filter(
        Q(kind=Entry.Kind.OPENED) | Q(event="contact.text_opened")
    )
    return rows.values_list("reference", flat=True).distinct()


def why_not_in_bulk(
    contact: Contact, children: Sequence[ContactPerson], *, by: User, at: datetime, known: Known | None = None
) -> list[str]:
    """Why somebody may not close this contact in bulk, whatever they have opened; empty when they may.

    ``known`` is what was asked of the database for several contacts at once; by default it is asked for this one.
    """
    reasons: list[str] = []
    if contact.status not in OPEN:
        reasons.append(f"It is {contact.get_status_display().lower()}.")
    grade = contact.grade_for_now
    if grade not in ("green", "blue"):
        for_now = "" if grade == contact.grade else " for now: a possible match is not confirmed"
        reasons.append(f"It is graded {grade}{for_now}." if grade else "It has no grade yet.")
    if contact.is_fast_track or contact.child_protection_marked:
        reasons.append("It is marked as child protection.")
    found = rules.manager_reasons(contact, children, at, known)
    reasons += [reason for reason in found if not reason.startswith("The contact is graded")]
    reasons += rules.beyond_role(contact, by)
    holder = contact.claimed_at_moment(at)
    if holder is not None and holder != by:
        reasons.append(f"{holder.name} is screening it now.")
    return reasons


def why_not_ticked(
    rows: Sequence[tuple[Contact, Sequence[ContactPerson]]],
    *,
    by: User,
    at: datetime,
    unchecked: Collection[int],
    known: Known | None = None,
) -> dict[int, str]:
    """The first reason why somebody cannot tick a contact to close it in bulk, by its id; "" where they can.

    Contacts come with their children; ``unchecked`` are those (ids) with a possible match nobody has answered;
    ``known`` is what is known of them, where a page has it already. A fixed number of questions however many there are.
    """
    if not rows:
        return {}
    known = known_of(rows) if known is None else known
    opened = opened_by(by, [contact.reference for contact, _ in rows])
    found: dict[int, str] = {}
    for contact, children in rows:
        reasons = why_not_in_bulk(contact, children, by=by, at=at, known=known)
        if contact.pk in unchecked:
            reasons.append(NOT_CHECKED)
        if contact.reference not in opened:
            reasons.append(NOT_OPENED)
        found[contact.pk] = next(iter(reasons), "")
    return found
