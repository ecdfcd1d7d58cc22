"""Whose a confidential address is, where it may have to be kept from the very person it was given for."""

from datetime import datetime

from django.db import transaction

from contacts.models import AddressQuestion
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people import actions as people
from frontdoor.people.access import check_conflict_of
from frontdoor.workflow.actions import touch


@transaction.atomic
def decide_address(
    *, question: AddressQuestion, is_theirs: bool, reason: str, by: User, at: datetime, version: int | None = None
) -> AddressQuestion:
    """Say whether a confidential address is theirs for whom it was given.

    Theirs: it is offered to their record like any other detail, once no other question about it waits or was answered
    otherwise: an answer is about the one row it was asked of. Not theirs: it stays as given and is shown for nobody,
    and what was taken to their record is taken back. Refused when it has been decided already, or without a
    reason. Raises Denied for whoever has declared that they know somebody the contact is about.
    """
    require(by, Permission.ADDRESS_DECIDE)
    check_conflict_of(by, question.on_contact.contact.reference)
    contact = touch(question.on_contact.contact, version=version)
    locked: AddressQuestion = AddressQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if locked.decided_at is not None:
        raise Refused("Somebody has already said whose this address is.", code="decided")
    if not reason.strip():
        raise Refused("Say how you know.", code="required", field="reason")
    row = locked.on_contact
    others = row.address_questions.exclude(pk=locked.pk)
    row.address_is_withheld = not is_theirs or others.exclude(is_theirs=True).exists()
    row.save()
    if locked.address is not None and not is_theirs:
        people.take_back_address(address=locked.address, by=by, at=at, reason=reason)
    locked.is_theirs, locked.reason, locked.decided_at, locked.decided_by = is_theirs, reason, at, by
    locked.save()
    contact.save()
    write_audit(
        "contact.address_decided",
        by=by,
        reference=contact.reference,
        people=[row.person] if row.person is not None else [],
        reason=reason,
        detail={"position": row.position, "is_theirs": is_theirs},
    )
    return locked
