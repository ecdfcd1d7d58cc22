"""Answering a request for information: one writes the reply, another approves it, and then it counts as answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.models import Contact, Reply
from frontdoor.access import Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.notifications.actions import duty_managers, notify, who_may_know
from frontdoor.people.access import check_conflict_of
from frontdoor.signing.noting import not_for_others_either, note_signed_for
from frontdoor.workflow.actions import touch

#: The type of contact that is answered.
REQUEST = "information_request"


def standing(contact: Contact) -> Reply | None:
    """The reply that stands, approved or not."""
    rows = contact.replies.filter(replaced_at__isnull=True).select_related("written_by", "approved_by")
    found: Reply | None = rows.first()
    return found


def check(contact: Contact, attributes: Mapping[str, Any], *, field: str) -> None:
    """Refused at ``field`` where the outcome is that a request was answered, and no reply has been approved."""
    if not attributes.get("needs_reply"):
        return
    if contact.type.code != REQUEST:
        raise Refused(
            f"This is no request for information but “{contact.type}”: change that, or choose another outcome.",
            code="kind", field=field,
        )  # fmt: skip
    reply = standing(contact)
    if reply is None or reply.approved_at is None:
        raise Refused(
            "Write the reply first, and have a manager approve it: until then nothing has been answered.",
            code="no_reply", field=field,
        )  # fmt: skip


def _open(contact: Contact, by: User) -> Contact:
    """The contact, locked, where this user may act on it and it is not decided yet."""
    check_conflict_of(by, contact.reference)
    changed = touch(contact)
    if changed.status == Contact.Status.DECIDED:
        raise Refused("This contact is decided: reopen it to change what was answered.", code="wrong_status")
    return changed


@transaction.atomic
def write_reply(*, contact: Contact, by: User, at: datetime, released_to: str, lawful_basis: str, text: str) -> Reply:
    """Write what is to be told, to whom and on what lawful basis; it takes the place of the one that stood.

    Whoever may approve it is told. Raises Refused with the field of what is left out, and once the contact is decided.
    """
    require(by, Permission.CONTACT_SCREEN)
    if not released_to.strip():
        raise Refused("Say who it is told to.", code="required", field="released_to")
    if not lists.is_valid("lawful_basis", lawful_basis, on=london_date(at)):
        raise Refused("Choose the lawful basis.", code="required", field="lawful_basis")
    if not text.strip():
        raise Refused("Enter what is told, or that nothing is.", code="required", field="text")
    changed = _open(contact, by)
    changed.save()
    before = standing(changed)
    if before is not None:
        before.replaced_at, before.replaced_by = at, by
        before.save()
    reply = Reply.objects.create(
        contact=changed, released_to=released_to, lawful_basis=lawful_basis, text=text, written_at=at, written_by=by
    )
    write_audit("contact.reply_written", by=by, reference=changed.reference)
    notify(
        who_may_know(changed.reference, [user for user in duty_managers(at) if user != by], at=at),
        kind="reply", text=f"The reply to {changed.reference} waits to be approved", reference=changed.reference,
        path=f"/contacts/{changed.reference}/reply/", once_key=f"reply-{reply.pk}",
    )  # fmt: skip
    return reply


@transaction.atomic
def approve_reply(*, contact: Contact, reply: int, by: User, at: datetime) -> Reply:
    """Approve the reply that was read (its id): a manager other than whoever wrote it. Whoever wrote it is told.

    Raises Refused when another has taken its place meanwhile, when it is approved, and for one's own.
    """
    require(by, Permission.CONTACT_SIGN_OFF)
    changed = _open(contact, by)
    changed.save()
    found = standing(changed)
    if found is None or found.pk != reply:
        raise Refused("Another reply has taken its place: read that one.", code="replaced")
    if found.approved_at is not None:
        raise Refused("It has been approved already.", code="approved")
    if found.written_by == by:
        raise Refused(
            f"You wrote this yourself: another manager approves it.{not_for_others_either(by, at)}", code="own"
        )
    note_signed_for("reply", found.pk, changed.reference, by=by, at=at)
    found.approved_at, found.approved_by = at, by
    found.save()
    write_audit("contact.reply_approved", by=by, reference=changed.reference)
    notify(
        [found.written_by], kind="reply", text=f"The reply to {changed.reference} has been approved",
        reference=changed.reference, path=f"/contacts/{changed.reference}/reply/",
    )  # fmt: skip
    return found


def may_approve(reply: Reply, user: User) -> bool:
    """Whether the page offers it to this user."""
    return reply.approved_at is None and reply.written_by_id != user.pk and holds(user, Permission.CONTACT_SIGN_OFF)
