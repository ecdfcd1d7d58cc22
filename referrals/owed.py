"""A type's own clock (visit, return interview, report, conference): it outlives the decision, goes with the child, and
is stopped only by its event.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from contacts.models import Contact, ContactType, OwedEvent
from contacts.recording.actions import start_own_clock
from frontdoor.access import Denied, Permission, Refused, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.people.access import check_conflict_of
from referrals.models import OPEN_STATUSES, Referral

#: Clocks of every contact that go on when it has been decided; so does its type's own.
OUTLIVES_DECISION = frozenset({"telephone_confirmation", "fast_track_take", "restricted_take", "sent_take"})
#: What is owed is the offer: one that was made and declined has been made.
MAY_BE_DECLINED = frozenset({"missing_return_interview"})
#: What is recorded on a page of its own once there is a referral: what stops its clock is said there alone.
ON_A_PAGE_OF_ITS_OWN = frozenset({"transfer_scheme"})
#: Of a plan transferring in the conference itself is recorded on the referral, so that a plan begins with it.
A_CONFERENCE = "transfer_in_conference"


def stop_at_decision(contact: Contact, *, by: User, at: datetime, reason: str = "") -> None:
    """The contact has been decided: its clocks stop, but for those that go on."""
    clocks.stop(
        reference=contact.reference, at=at, by=by, reason=reason, but=[*OUTLIVES_DECISION, contact.type.own_clock]
    )


def unstopped(contact: Contact, references: Iterable[str]) -> list[Clock]:
    """The type's own clocks of this contact that wait for their event on these records."""
    rule = contact.type.own_clock
    rows = Clock.objects.filter(reference__in=list(references), rule=rule, started_at=contact.received_at)
    return list(rows.filter(stopped_at__isnull=True).order_by("id")) if rule else []


def _places(contact: Contact) -> list[str]:
    """Where each child of a decided contact is worked on: the reference of a referral, or "" where there is none."""
    rows = contact.people.filter(is_child=True).exclude(outcome__in=["", "not_about", "lives_elsewhere"])
    born = dict(
        Referral.objects.filter(contact=contact, status__in=OPEN_STATUSES).values_list("contact_person_id", "reference")
    )
    return [born.get(row.pk, "") or row.joined_reference for row in rows.order_by("position")]


def pass_on(contact: Contact, *, by: User, at: datetime) -> None:
    """What the contact owes goes to each referral its children have; it stays here for a child who has none."""
    found = unstopped(contact, [contact.reference])
    places = _places(contact)
    to = [reference for reference in dict.fromkeys(places) if reference]
    if not found or not to:
        return
    clock = found[0]
    for reference in to[1:] if "" not in places else to:
        _carry(clock, reference, stays=True)
    if "" not in places:
        _carry(clock, to[0])
    write_audit("contact.owed_passed_on", by=by, reference=contact.reference, detail={"rule": clock.rule, "to": to})


def _carry(clock: Clock, reference: str, *, stays: bool = False) -> None:
    """Let the clock run on a referral, for whose it is now."""
    referral = Referral.objects.filter(reference=reference).first()
    held = referral.current_allocation() if referral is not None else None
    clocks.carry(
        clock=clock,
        reference=reference,
        team=held.team if held else None,
        worker=held.worker if held else None,
        stays=stays,
    )


def pass_to(referral: Referral, *, after: str) -> None:
    """A referral has joined another: what is owed on it, by whichever contact, goes there."""
    for clock, _ in on(referral):
        if clock.stopped_at is None:
            _carry(clock, after)


def rules_on(referral: Referral) -> list[str]:
    """The rules of what is owed on a referral: it is not done because the referral has ended."""
    return sorted({contact.type.own_clock for contact in referral.owing_contacts()})


def on(record: Contact | Referral, *, by: User | None = None) -> list[tuple[Clock, Contact]]:
    """What is, or was, owed on this record, the nearest deadline first: each clock with the contact that owes it.

    With ``by`` only what that user may know of.
    """
    if isinstance(record, Contact):
        owing = [record] if record.type.own_clock else []
    else:
        owing = record.owing_contacts(by)
    rows = Clock.objects.of(record.reference).filter(rule__in={contact.type.own_clock for contact in owing})
    found = [(clock, _whose(clock, owing)) for clock in rows.order_by("due_at", "id")]
    return [(clock, contact) for clock, contact in found if contact is not None]


def _whose(clock: Clock, owing: Sequence[Contact]) -> Contact | None:
    """The contact that owes what this clock waits for: it runs from that contact's receipt.

    Of two received at the same moment it is the one its label names, as one carried to where another waits is told.
    """
    same = [each for each in owing if (each.type.own_clock, each.received_at) == (clock.rule, clock.started_at)]
    return next((each for each in same if each.reference in clock.label), same[0] if same else None)


def bring_back(contact: Contact, references: Collection[str], *, by: User, at: datetime, reason: str) -> None:
    """The decision no longer stands: what had been passed on to these referrals is owed on the contact again."""
    here = unstopped(contact, [contact.reference])
    for clock in unstopped(contact, references):
        if here:
            clocks.stop(reference=clock.reference, rule=clock.rule, label=clock.label, at=at, by=by, reason=reason)
        else:
            here = [clocks.carry(clock=clock, reference=contact.reference, team=None, worker=None)]


def take_up_again(contact: Contact, *, by: User) -> None:
    """A contact is open again: what it owes is owed, unless it was done or is owed on a referral of it."""
    if not unstopped(contact, [contact.reference, *places_ever(contact)]):
        start_own_clock(contact, by=by)


def places_ever(contact: Contact) -> set[str]:
    """The references of all referrals of a contact, ended or not, and of those its children joined."""
    joined = contact.people.exclude(joined_reference="").values_list("joined_reference", flat=True)
    found: set[str] = set()
    new = {*contact.referrals.values_list("reference", flat=True), *joined}
    while new:
        found |= new
        # A referral may have joined another since, and taken along what is owed on it.
        later = Referral.objects.filter(reference__in=new).exclude(joined_reference="")
        new = {*later.values_list("joined_reference", flat=True)} - found
    return found


def _may(record: Contact | Referral, by: User) -> None:
    """Raises Denied unless this user may write on the record."""
    require(by, Permission.CONTACT_SCREEN if isinstance(record, Contact) else Permission.REFERRAL_WORK)
    check_conflict_of(by, record.reference)


def _chosen(record: Contact | Referral, *, by: User, clock: str) -> tuple[Clock, Contact]:
    """What waits on this record to be done and was named, or the only one; its clock is locked."""
    list(Clock.objects.select_for_update(of=("self",)).of(record.reference).order_by("id"))
    waiting = [(each, contact) for each, contact in on(record, by=by) if each.stopped_at is None]
    if clock:
        waiting = [(each, contact) for each, contact in waiting if str(each.pk) == clock]
    if not waiting:
        raise Refused("Nothing is owed here any more.", code="nothing")
    if len(waiting) > 1:
        raise Refused("Choose which of them is meant.", code="required", field="clock")
    return waiting[0]


@transaction.atomic
def record_done(
    *,
    record: Contact | Referral,
    by: User,
    at: datetime,
    done_at: datetime,
    who_did_it: str,
    note: str,
    clock: str = "",
    outcome: str = OwedEvent.Outcome.DONE,
    from_its_page: bool = False,
) -> OwedEvent:
    """What the record owes was done, or offered and declined: its clock stops when it was, whenever that is recorded.

    ``clock`` is the id of the clock that waits for it, and may be left out where there is only one; ``outcome`` is
    ``done`` or, of what is owed as an offer alone, ``declined``.
    Raises Refused with the field when a date cannot be (in the future, before the contact), when nobody or nothing is
    said, when it cannot be declined, when nothing is owed here, and when several things are and none of them is named.
    """
    _may(record, by)
    owed, contact = _chosen(record, by=by, clock=clock)
    _from_its_page(record, owed, from_its_page)
    if isinstance(record, Referral) and owed.rule == A_CONFERENCE:
        raise Refused(
            f"{owed.label}: use “Record a conference without an enquiry” on the referral, so that the plan begins with "
            "it. Where there is no conference to hold, a manager says that it is not owed.",
            code="elsewhere",
        )
    if done_at > at:
        raise Refused("It cannot have been done in the future.", code="in_future", field="done_at")
    if done_at < contact.received_at.replace(second=0, microsecond=0):
        raise Refused("It cannot have been done before the contact was received.", code="too_early", field="done_at")
    if not who_did_it.strip():
        raise Refused("Say who did it.", code="required", field="who_did_it")
    if not note.strip():
        raise Refused("Say what was done.", code="required", field="note")
    if outcome == OwedEvent.Outcome.DECLINED and owed.rule not in MAY_BE_DECLINED:
        raise Refused(f"{owed.label}: this is owed whether it is wanted or not.", code="outcome", field="outcome")
    if outcome not in (OwedEvent.Outcome.DONE, OwedEvent.Outcome.DECLINED):
        raise Refused("Say whether it was done, or was offered and declined.", code="outcome", field="outcome")
    event = _met(record, owed, contact, outcome, by=by, at=at, done_at=done_at, who_did_it=who_did_it, note=note)
    write_audit(
        "contact.owed_done", by=by, reference=record.reference, reason=note,
        detail={"rule": owed.rule, "done_at": done_at.isoformat(), "outcome": outcome},
    )  # fmt: skip
    return event


@transaction.atomic
def say_not_owed(
    *, record: Contact | Referral, by: User, at: datetime, reason: str, clock: str = "", from_its_page: bool = False
) -> OwedEvent:
    """A manager says why what the record owes need not be done: its clock ends there, and may be taken up again.

    ``clock`` as in :func:`record_done`. Raises Denied for anybody but a manager, Refused without a reason.
    """
    _may(record, by)
    require(by, Permission.CONTACT_DECIDE_ANY)
    owed, contact = _chosen(record, by=by, clock=clock)
    _from_its_page(record, owed, from_its_page)
    if not reason.strip():
        raise Refused("Say why it is not owed.", code="reason_required", field="reason")
    event = _met(
        record, owed, contact, OwedEvent.Outcome.NOT_OWED, by=by, at=at, done_at=at, who_did_it="", note=reason
    )
    write_audit("contact.owed_not", by=by, reference=record.reference, reason=reason, detail={"rule": owed.rule})
    return event


def _from_its_page(record: Contact | Referral, clock: Clock, is_there: bool) -> None:
    """Raises Refused for what is recorded elsewhere, so that the two never say different things."""
    if isinstance(record, Referral) and clock.rule in ON_A_PAGE_OF_ITS_OWN and not is_there:
        raise Refused(f"{clock.label}: record this on the page of the unaccompanied child.", code="elsewhere")


def _met(
    record: Contact | Referral, owed: Clock, contact: Contact, outcome: str, *, by: User, at: datetime,
    done_at: datetime, who_did_it: str, note: str,
) -> OwedEvent:  # fmt: skip
    """Stop the clock and keep what stopped it."""
    said = f"{OwedEvent.Outcome(outcome).label.lower()}: {note}"
    clocks.stop(reference=record.reference, rule=owed.rule, label=owed.label, at=done_at, by=by, reason=said)
    return OwedEvent.objects.create(
        contact=contact, clock=owed, outcome=outcome, done_at=done_at, who_did_it=who_did_it, note=note,
        recorded_at=at, recorded_by=by,
    )  # fmt: skip


def ended_with_decision(record: Contact | Referral, *, by: User | None = None) -> list[Clock]:
    """What is owed here by clocks an earlier release stopped with the decision: whatever stops one now says why."""
    return [clock for clock, _ in on(record, by=by) if clock.stopped_at is not None and not clock.stop_reason]


def all_ended_with_decision() -> "QuerySet[Clock, Clock]":
    """The same over all contacts but those entered in error, the longest ago first."""
    owing = Contact.objects.filter(reference=OuterRef("reference"), type__clock_rule=OuterRef("rule"))
    owing = owing.exclude(outcome="entered_in_error").exclude(type__clock_rule__in=ContactType.OF_EVERY_CONTACT)
    rows = Clock.objects.filter(Exists(owing), stopped_at__isnull=False, stop_reason="")
    return rows.order_by("stopped_at", "pk")


@transaction.atomic
def still_owed(*, record: Contact | Referral, by: User, at: datetime, reason: str, clock: str = "") -> Clock:
    """A manager says that what an earlier release took for settled is owed still: its clock runs on, late if it is.

    ``clock`` (its id) may be left out where there is only one. Raises Denied for anybody but a manager, Refused
    without a reason and when nothing here ended so.
    """
    _may(record, by)
    require(by, Permission.CONTACT_DECIDE_ANY)
    ended = [each for each in ended_with_decision(record, by=by) if not clock or str(each.pk) == clock]
    if not ended:
        raise Refused("Nothing ended here with the decision alone.", code="nothing")
    if len(ended) > 1:
        raise Refused("Choose which of them is meant.", code="required", field="clock")
    if not reason.strip():
        raise Refused("Say why it is owed still.", code="reason_required", field="reason")
    running = clocks.go_on(clock=ended[0])
    write_audit("contact.owed_still", by=by, reference=record.reference, reason=reason, detail={"rule": running.rule})
    return running


@transaction.atomic
def take_back(
    *, record: Contact | Referral, event: OwedEvent, by: User, at: datetime, reason: str, from_its_page: bool = False
) -> OwedEvent:
    """It was recorded wrongly: the clock runs on as if it had never been stopped. By whoever recorded it, or a manager.

    To correct it, it is taken back and recorded anew. Raises Refused without a reason, and when it was taken back.
    """
    _may(record, by)
    locked = OwedEvent.objects.select_for_update(of=("self",)).select_related("clock").get(pk=event.pk)
    _from_its_page(record, locked.clock, from_its_page)
    if locked.recorded_by_id != by.pk and not holds(by, Permission.CONTACT_DECIDE_ANY):
        raise Denied(Permission.CONTACT_DECIDE_ANY, "Whoever recorded it or a manager takes it back.")
    if locked.taken_back_at is not None:
        raise Refused("It has been taken back already.", code="taken_back")
    if not reason.strip():
        raise Refused("Say what was wrong.", code="reason_required", field="reason")
    locked.taken_back_at, locked.taken_back_by, locked.taken_back_why = at, by, reason
    locked.save()
    clocks.go_on(clock=locked.clock)
    write_audit(
        "contact.owed_taken_back", by=by, reference=record.reference, reason=reason, detail={"rule": locked.clock.rule}
    )
    return locked
