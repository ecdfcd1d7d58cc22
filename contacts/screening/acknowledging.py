"""Acknowledging a contact to the family, the public or a child who called: that it was received, never the outcome."""

from datetime import datetime

from django.db import transaction

from contacts.models import Acknowledgement, Contact
from contacts.screening.actions import acknowledge
from frontdoor.access import Permission, Refused, Role, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.workflow.actions import touch

#: Whose decision opens the way to the home of a child who called for themselves: not that of whoever took the call.
NO_SOCIAL_WORK = {Role.CONTACT_OFFICER.value}
AT_HOME = (
    "A child called for themselves: no letter, call or text to the home until a social worker has decided. Reach the "
    "child in the safe way they asked for."
)


def may_reach_home(contact: Contact) -> bool:
    """Whether the home may be written to or rung: at once, but for a child's own call only after a social worker's
    decision, which the fast track is not yet."""
    if not contact.is_the_child:
        return True
    if contact.status != Contact.Status.DECIDED or contact.is_fast_track or contact.decided_by is None:
        return False
    return bool(set(contact.decided_by.roles) - NO_SOCIAL_WORK)


@transaction.atomic
def acknowledge_to(
    *,
    contact: Contact,
    whom: str,
    how: str,
    said: str,
    by: User,
    at: datetime,
    told_at: datetime,
    name: str = "",
    version: int | None = None,
) -> Acknowledgement:
    """Record that somebody who is no professional was told that the contact was received.

    ``whom`` and ``how`` are :class:`Acknowledgement.Whom` and ``How``; ``told_at``: when it was said. Where nobody had
    acknowledged the contact yet, it is acknowledged by this. Raises Refused naming the field: nothing said, a moment to
    come or before the contact, or a child's own call that a social worker has not decided.
    """
    require(by, Permission.CONTACT_SCREEN)
    if whom not in Acknowledgement.Whom.values or how not in Acknowledgement.How.values:
        raise Refused("Choose who was told, and how.", code="unknown", field="whom")
    if not said.strip():
        raise Refused("Enter what was said.", code="required", field="said")
    locked: Contact = touch(contact, version=version)
    # A moment is typed to the minute: one in the minute of the contact is not before it.
    if told_at > at or told_at < locked.received_at.replace(second=0, microsecond=0):
        raise Refused("Enter a time between the contact and now.", code="when", field="told_at")
    if how == Acknowledgement.How.SAFE_WAY and whom != Acknowledgement.Whom.CHILD:
        raise Refused("The safe way is the child’s own: choose how else it was said.", code="safe_way", field="how")
    is_safe = whom == Acknowledgement.Whom.CHILD and how in (
        Acknowledgement.How.SAFE_WAY, Acknowledgement.How.IN_PERSON,
    )  # fmt: skip
    if not is_safe and not may_reach_home(locked):
        raise Refused(AT_HOME, code="child_called", field="how")
    locked.save()
    made = Acknowledgement.objects.create(
        contact=locked, whom=whom, name=name.strip(), how=how, said=said.strip(), told_at=told_at, told_by=by
    )
    write_audit(
        "contact.acknowledged_to", by=by, reference=locked.reference, detail={"whom": whom, "how": how}
    )  # fmt: skip
    if locked.acknowledged_at is None:
        acknowledge(contact=locked, by=by, at=at)
    return made
