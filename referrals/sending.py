"""Sending is not arriving: what was passed on is listed, with a clock, until the other side has taken it by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.models import Contact, ContactPerson
from contacts.screening.rules import is_manager
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.notifications.actions import duty_managers, notify, who_may_know
from frontdoor.people.access import check_conflict_of
from frontdoor.workflow.actions import lock
from referrals import hooks
from referrals.answers import ChildDecision
from referrals.models import ProposedSending, Sent

CLOCK = "sent_take"
#: A name has so many letters at the least: "x" is nobody.
LEAST = 3


def is_named(text: str) -> bool:
    """Whether the text can be somebody's name."""
    return sum(letter.isalpha() for letter in text) >= LEAST


def told_at_of(detail: Mapping[str, str]) -> datetime | None:
    """When the other side was told, as a decision keeps it."""
    given = detail.get("told_at", "")
    return datetime.fromisoformat(given) if given else None


def check(
    contact: Contact, decision: ChildDecision, attributes: Mapping[str, Any], *, at: datetime, name: str, field: str
) -> None:
    """Refused, at a field of the child, unless it says where it goes, who there was told, and (where asked) when."""
    detail = decision.detail
    if not attributes.get("needs_receiver"):
        return
    for part, sentence in (
        ("receiver", f"Say which service or authority {name} is passed to."),
        ("told", f"Say who there was told about {name}, by name."),
    ):
        if not is_named(detail.get(part, "")):
            raise Refused(sentence, code="receiver", field=f"{part}-{field}")
    told_at = told_at_of(detail)
    if attributes.get("needs_when") and told_at is None:
        raise Refused("Say when they were told.", code="required", field=f"told_at-{field}")
    if told_at is not None and told_at > at:
        raise Refused("They cannot have been told in the future.", code="in_future", field=f"told_at-{field}")
    if told_at is not None and told_at < contact.received_at.replace(second=0, microsecond=0):
        raise Refused("They cannot have been told before the contact.", code="too_early", field=f"told_at-{field}")


def in_words(reason: str, decision: ChildDecision) -> str:
    """The reason with where it goes and who there was told, where that was said."""
    receiver, told = decision.detail.get("receiver"), decision.detail.get("told")
    return f"{reason} Passed to {receiver}; {told} was told." if receiver and told else reason


def keep_proposed(contact: Contact, decision: ChildDecision, *, reason: str) -> None:
    """Keep what is put to a manager about adults only, whole: it is signed as it is, or comes back as it was."""
    contact.outcome = decision.outcome
    contact.save()
    detail = {name: value for name, value in decision.detail.items() if value}
    ProposedSending.objects.update_or_create(contact=contact, defaults={"reason": reason, "detail": detail})


def proposed(contact: Contact) -> ChildDecision:
    """What was proposed about adults only, as it was put to a manager."""
    kept = ProposedSending.objects.filter(contact=contact).first()
    reason, detail = (kept.reason, kept.detail) if kept is not None else ("", {})
    return ChildDecision(0, contact.outcome, reason, detail=detail)


def send(contact: Contact, row: ContactPerson | None, decision: ChildDecision, *, by: User, at: datetime) -> Sent:
    """Keep that it was sent: from now on it is listed, with a clock, until somebody there has taken it."""
    detail = decision.detail
    sent = Sent(
        contact=contact, contact_person=row, outcome=decision.outcome, receiver=detail.get("receiver", ""),
        told=detail.get("told") or detail.get("taken_by", ""), told_at=told_at_of(detail), sent_at=at, sent_by=by,
    )  # fmt: skip
    sent.clock = clocks.start(CLOCK, reference=contact.reference, started_at=at, by=by, worker=by, label=_label(sent))
    sent.save()
    for keeper in hooks.keepers:
        keeper.sent(sent, by, at)
    return sent


@transaction.atomic
def note_taken(*, sent: Sent, by: User, at: datetime, taken_at: datetime, who_took_it: str, how_we_know: str) -> Sent:
    """The other side has taken it: who there, when, and how we know. It leaves the list and its clock stops.

    Raises Refused with the field when that is not said or cannot be, and when it does not wait any more.
    """
    require(by, Permission.CONTACT_SCREEN)
    check_conflict_of(by, sent.contact.reference)
    return answered(sent, by=by, at=at, taken_at=taken_at, who_took_it=who_took_it, how_we_know=how_we_know)


def answered(sent: Sent, *, by: User, at: datetime, taken_at: datetime, who_took_it: str, how_we_know: str) -> Sent:
    """As :func:`note_taken`, for an act whose own rule has decided that ``by`` may say so."""
    locked = hold(sent)
    if not is_named(who_took_it):
        raise Refused("Say who there has taken it, by name.", code="required", field="who_took_it")
    if not how_we_know.strip():
        raise Refused("Say how you know: a call, an e-mail, a letter.", code="required", field="how_we_know")
    if taken_at > at:
        raise Refused("It cannot have been taken in the future.", code="in_future", field="taken_at")
    if taken_at < locked.contact.received_at.replace(second=0, microsecond=0):
        raise Refused("It cannot have been taken before the contact.", code="too_early", field="taken_at")
    locked.taken_at, locked.who_took_it, locked.how_we_know = taken_at, who_took_it, how_we_know
    locked.noted_at, locked.noted_by = at, by
    locked.save()
    _stop(locked, by=by, at=max(taken_at, locked.sent_at), reason="taken by the other side")
    write_audit("contact.sent_taken", by=by, reference=locked.contact.reference, detail={"sent": locked.pk})
    for keeper in hooks.keepers:
        keeper.taken(locked, by, at)
    return locked


def _locked(sent: Sent) -> Sent:
    found: Sent = Sent.objects.select_for_update(of=("self",)).select_related("contact", "clock").get(pk=sent.pk)
    return found


def hold(sent: Sent) -> Sent:
    """What waits, locked: before whatever is kept of it elsewhere. Raises Refused when it does not wait any more."""
    locked = _locked(sent)
    if locked.taken_at is not None or locked.ended_at is not None:
        raise Refused("This is not waiting any more.", code="not_waiting")
    return locked


def declined(sent: Sent, *, by: User, at: datetime, reason: str) -> Sent:
    """The other side will not take it: the managers on duty are told, and it waits on with its clock for one of them.

    Called by the act of whoever keeps a record of it; its own rule has decided that ``by`` may say so.
    """
    locked = hold(sent)
    locked.declined_at, locked.declined_by, locked.declined_reason = at, by, reason
    locked.save()
    reference = locked.contact.reference
    write_audit("contact.sent_declined", by=by, reference=reference, reason=reason, detail={"sent": locked.pk})
    told = [*duty_managers(at), *([locked.sent_by] if locked.sent_by.is_active else [])]
    notify(
        [user for user in who_may_know(reference, told, at=at) if user != by],
        kind="sent-declined", text=f"{locked.receiver} has declined contact {reference}: say where it goes instead",
        reference=reference, path=reverse("referrals:sent"), urgent=True,
    )  # fmt: skip
    return locked


def may_put_right(sent: Sent, by: User) -> bool:
    """Whether this user may say that it was wrong that it was taken: whoever said so, or a manager."""
    return sent.taken_at is not None and sent.put_right_at is None and (sent.noted_by_id == by.pk or is_manager(by))


@transaction.atomic
def put_right(*, sent: Sent, by: User, at: datetime, reason: str) -> Sent:
    """It was wrong that it was taken: it waits again, its clock from the first start. What was said stays, with why.

    Returns the row that waits. Raises Refused without a reason, for anybody but whoever said it and managers, and when
    the decision does not stand any more or it has been sent again since.
    """
    require(by, Permission.CONTACT_SCREEN)
    check_conflict_of(by, sent.contact.reference)
    lock(sent.contact)
    locked = _locked(sent)
    if not may_put_right(locked, by):
        raise Refused("Whoever said that it was taken, or a manager, can take that back.", code="not_own")
    if not reason.strip():
        raise Refused("Say what was wrong.", code="reason_required", field="reason")
    later = Sent.objects.filter(contact=locked.contact, contact_person=locked.contact_person_id, pk__gt=locked.pk)
    if locked.contact.status != Contact.Status.DECIDED or locked.ended_at is not None or later.exists():
        raise Refused("The contact has been decided anew since: nothing waits on this any more.", code="not_waiting")
    locked.put_right_at, locked.put_right_by, locked.put_right_reason = at, by, reason
    locked.save()
    first = locked.clock
    clock = clocks.start(
        CLOCK, reference=locked.contact.reference, started_at=first.started_at if first else locked.sent_at, by=by,
        worker=first.worker if first and first.worker and first.worker.is_active else by, label=_label(locked),
    )  # fmt: skip
    again = Sent.objects.create(
        contact=locked.contact, contact_person=locked.contact_person, outcome=locked.outcome, receiver=locked.receiver,
        told=locked.told, told_at=locked.told_at, sent_at=locked.sent_at, sent_by=locked.sent_by, clock=clock,
    )  # fmt: skip
    write_audit(
        "contact.sent_put_right", by=by, reference=locked.contact.reference, reason=reason,
        detail={"sent": locked.pk, "waits_as": again.pk},
    )  # fmt: skip
    for keeper in hooks.keepers:
        keeper.put_right(again, by, at, reason)
    return again


def _label(sent: Sent) -> str:
    row = sent.contact_person
    return f"Other side takes it{f' (child {row.position})' if row is not None and row.position > 1 else ''}"


def _stop(sent: Sent, *, by: User, at: datetime, reason: str) -> None:
    if sent.clock is not None:
        clocks.stop(reference=sent.contact.reference, rule=CLOCK, label=sent.clock.label, at=at, by=by, reason=reason)


def take_back(contact: Contact, *, by: User, at: datetime, reason: str) -> None:
    """The decision no longer stands: nothing of it is waited for any more. What was taken stays as it was."""
    for sent in Sent.objects.waiting().filter(contact=contact).select_related("contact", "clock"):
        sent.ended_at = at
        sent.save()
        _stop(sent, by=by, at=at, reason=reason)
        for keeper in hooks.keepers:
            keeper.no_longer(sent, by, at, reason)
