"""A child's own grade, where it differs from the contact's, which is never milder than one of its children's.

So everything that goes by the contact's grade (its place, its clock, its bundle, who decides) goes by the worst.
"""

from datetime import datetime

from django.db import transaction

from contacts.models import GRADES, Contact, ContactPerson, GradeChange
from contacts.screening.actions import grade
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.workflow.actions import touch

#: Said on the page for: no grade of their own.
SAME = "same"


@transaction.atomic
def grade_child(
    *, on_contact: ContactPerson, by: User, at: datetime, own: str, reason: str = "", version: int | None = None
) -> ContactPerson:
    """Give a child a grade of their own, or (``same``) that of the contact again; a change needs a reason.

    A worse one makes the contact's grade the same, and the other children keep what they had; when every child has a
    grade of their own, the contact's is the worst of them. Raises Refused on a decided contact, or for no reason.
    """
    require(by, Permission.CONTACT_SCREEN)
    if own != SAME and own not in GRADES:
        raise Refused("Choose a grade.", code="grade", field="own")
    contact: Contact = touch(on_contact.contact, version=version)
    if contact.status == Contact.Status.DECIDED:
        raise Refused("This contact has been decided: its grades stay as they are.", code="decided")
    children = list(ContactPerson.objects.select_for_update().filter(contact=contact, is_child=True).order_by("pk"))
    row = next((child for child in children if child.pk == on_contact.pk), None)
    if row is None:
        raise Refused("Only a child on the contact has a grade.", code="no_child")
    wanted = "" if own == SAME else own
    if row.grade == wanted:
        return row
    before = row.grade or contact.grade
    if before and not reason.strip():
        raise Refused("Say why the grade changes.", code="reason_required", field="reason")
    row.grade = wanted
    row.save()
    contact.save()
    GradeChange.objects.create(
        contact=contact, on_contact=row, before=before, after=wanted or contact.grade, reason=reason, by=by, at=at
    )
    write_audit(
        "contact.child_graded", by=by, reference=contact.reference, reason=reason,
        people=[row.person] if row.person is not None else [], detail={"position": row.position, "grade": wanted},
    )  # fmt: skip
    _keep_in_step(contact, children, by=by, at=at, reason=reason)
    return row


def worst_of(grades: list[str]) -> str:
    """The worst of these grades; empty where there is none."""
    return min((each for each in grades if each), key=GRADES.index, default="")


def _keep_in_step(contact: Contact, children: list[ContactPerson], *, by: User, at: datetime, reason: str) -> None:
    """The contact's grade follows: up with the worst child, and down once every child has a grade of their own."""
    worst = worst_of([child.grade for child in children])
    if not worst:
        return
    is_worse = not contact.grade or GRADES.index(worst) < GRADES.index(contact.grade)
    if is_worse:
        for child in children:
            if not child.grade and contact.grade:
                child.grade = contact.grade
                child.save()
    if is_worse or (worst != contact.grade and all(child.grade for child in children)):
        grade(contact=contact, by=by, at=at, grade=worst, reason=reason or "A child has this grade.")
