"""What is done for an unaccompanied child, and where the national transfer scheme stands."""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from contacts.models import OwedEvent
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import at_london, london_date
from frontdoor.people.access import check_conflict_of
from frontdoor.people.models import Person
from frontdoor.ui.formats import day
from frontdoor.workflow.actions import born, lock, move, touch
from referrals import owed
from referrals.models import Referral
from referrals.unaccompanied.models import KIND, RULE, Unaccompanied

FACTS = (
    "section_20_on", "accommodation", "solicitor", "gp", "health_assessed_on", "missing_plan",
    "trafficking_referred_on", "trafficking_referred_by", "trafficking_decision", "trafficking_decided_on",
)  # fmt: skip


def came_alone(referral: Referral) -> bool:
    """Whether the referral is of an unaccompanied child: by its contact, or by one that joined it."""
    is_kept = Unaccompanied.objects.filter(referral=referral).exists() or referral.age_assessments.exists()
    is_owed = Clock.objects.of(referral.reference).filter(rule=RULE).exists()
    return referral.contact.type.code == KIND or is_owed or is_kept


@transaction.atomic
def begin(*, referral: Referral, by: User, at: datetime) -> Unaccompanied:
    """Begin what is kept of an unaccompanied child, or return what was begun. Refused for any other child."""
    require(by, Permission.REFERRAL_WORK)
    locked = lock(referral)
    check_conflict_of(by, locked.reference)
    standing: Unaccompanied | None = Unaccompanied.objects.filter(referral=locked).first()
    if standing is not None:
        return standing
    if not came_alone(locked):
        raise Refused("Change the type of the contact first: it is not of an unaccompanied child.", code="type")
    made: Unaccompanied = Unaccompanied.objects.create(referral=locked)
    born(made, by=by, at=at, people=people_of(locked))
    return made


@transaction.atomic
def record_facts(
    *, record: Unaccompanied, by: User, at: datetime, version: int | None = None, **facts: Any
) -> Unaccompanied:
    """What has been done for the child. Raises Refused, naming the field, for a day to come and half an answer."""
    require(by, Permission.REFERRAL_WORK)
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"not kept of an unaccompanied child: {', '.join(sorted(unknown))}")
    locked = touch(record, version=version)
    check_conflict_of(by, locked.referral.reference)
    for name in ("section_20_on", "health_assessed_on", "trafficking_referred_on", "trafficking_decided_on"):
        _not_ahead(facts.get(name), name, at)
    whole = {name: getattr(locked, name) for name in FACTS} | facts
    if whole["trafficking_decision"] and whole["trafficking_referred_on"] is None:
        raise Refused(
            "Enter when the child was referred to the national referral mechanism.", code="required",
            field="trafficking_referred_on",
        )  # fmt: skip
    if whole["trafficking_referred_on"] is not None and not whole["trafficking_referred_by"].strip():
        raise Refused("Say who referred the child.", code="required", field="trafficking_referred_by")
    changed = sorted(name for name in facts if getattr(locked, name) != facts[name])
    for name in changed:
        setattr(locked, name, facts[name])
    locked.save()
    write_audit(
        "unaccompanied.facts_recorded", by=by, reference=locked.reference, people=people_of(locked.referral),
        detail={"fields": changed},
    )  # fmt: skip
    return locked


@transaction.atomic
def refer(
    *, record: Unaccompanied, by: User, at: datetime, referred_on: date, scheme_reference: str = "",
    version: int | None = None,
) -> Unaccompanied:  # fmt: skip
    """The child was referred to the national transfer scheme."""
    locked = _open(record, by=by, version=version)
    _not_ahead(referred_on, "referred_on", at)
    return move(
        locked, "refer", by=by, at=at, referred_on=referred_on, scheme_reference=scheme_reference,
        people=people_of(locked.referral),
    )  # fmt: skip


@transaction.atomic
def accept(
    *, record: Unaccompanied, by: User, at: datetime, authority: str, accepted_on: date, version: int | None = None
) -> Unaccompanied:
    """Another authority has accepted the child; until the child has moved everything stays with us."""
    locked = _open(record, by=by, version=version)
    if not authority.strip():
        raise Refused("Say which authority has accepted the child.", code="required", field="authority")
    _not_ahead(accepted_on, "accepted_on", at)
    _not_before(accepted_on, "accepted_on", locked.referred_on, "the child was referred")
    return move(
        locked, "accept", by=by, at=at, authority=authority.strip(), accepted_on=accepted_on,
        people=people_of(locked.referral),
    )  # fmt: skip


@transaction.atomic
def transfer(
    *, record: Unaccompanied, by: User, at: datetime, transferred_on: date, version: int | None = None
) -> Unaccompanied:
    """The child lives with the other authority: the scheme's clock stops on that day, whenever it is written down."""
    locked = _open(record, by=by, version=version)
    _not_ahead(transferred_on, "transferred_on", at)
    _not_before(transferred_on, "transferred_on", locked.accepted_on, "the child was accepted")
    moved = move(
        locked, "transfer", by=by, at=at, transferred_on=transferred_on, people=people_of(locked.referral),
    )  # fmt: skip
    clock = _clock(moved.referral)
    if clock is not None:
        done_at = max(clock.started_at, min(at, at_london(transferred_on, time(17))))
        owed.record_done(
            record=moved.referral, by=by, at=at, done_at=done_at, who_did_it=moved.authority,
            note=f"The child moved to {moved.authority}.", clock=str(clock.pk), from_its_page=True,
        )  # fmt: skip
    return moved


@transaction.atomic
def stay(*, record: Unaccompanied, by: User, at: datetime, reason: str, version: int | None = None) -> Unaccompanied:
    """The child is not transferred, and why: the scheme's clock ends as not owed."""
    locked = _open(record, by=by, version=version)
    moved = move(locked, "stay", by=by, at=at, reason=reason, people=people_of(locked.referral))
    clock = _clock(moved.referral)
    if clock is not None:
        owed.say_not_owed(
            record=moved.referral, by=by, at=at, reason=reason, clock=str(clock.pk), from_its_page=True
        )  # fmt: skip
    return moved


@transaction.atomic
def put_right(
    *, record: Unaccompanied, by: User, at: datetime, reason: str, version: int | None = None
) -> Unaccompanied:
    """What was recorded of the scheme was wrong: it begins anew, and its clock runs on as if never stopped."""
    locked = _open(record, by=by, version=version)
    moved = move(locked, "put_right", by=by, at=at, reason=reason, people=people_of(locked.referral))
    events = OwedEvent.objects.filter(
        clock__reference=moved.referral.reference, clock__rule=RULE, taken_back_at__isnull=True
    )  # fmt: skip
    for event in events.order_by("pk"):
        owed.take_back(record=moved.referral, event=event, by=by, at=at, reason=reason, from_its_page=True)
    return moved


def pass_on(referral: Referral, *, to: Referral) -> None:
    """A referral joins the child's open one: what is kept of the child goes with it, unless the open one has its own.

    Of two assessments of age that are open the one on the open referral goes on; the other stays where it was.
    """
    if not Unaccompanied.objects.filter(referral=to).exists():
        Unaccompanied.objects.filter(referral=referral).update(referral=to)
    rows = referral.age_assessments.all()
    if to.age_assessments.open().exists():
        rows = rows.exclude(pk__in=referral.age_assessments.open())
    rows.update(referral=to)


def people_of(referral: Referral) -> list[Person]:
    """The child, once confirmed."""
    return [referral.child] if referral.child is not None else []


def _open(record: Unaccompanied, *, by: User, version: int | None) -> Unaccompanied:
    locked = lock(record, version=version)
    check_conflict_of(by, locked.referral.reference)
    return locked


def _clock(referral: Referral) -> Clock | None:
    return Clock.objects.of(referral.reference).filter(rule=RULE, stopped_at=None).order_by("due_at", "pk").first()


def _not_ahead(on: date | None, field: str, at: datetime) -> None:
    if on is not None and on > london_date(at):
        raise Refused("That day has not come yet.", code="in_future", field=field)


def _not_before(on: date, field: str, earliest: date | None, what: str) -> None:
    if earliest is not None and on < earliest:
        raise Refused(f"That is before {what}, on {day(earliest)}.", code="too_early", field=field)
