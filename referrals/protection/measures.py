"""What is done with police protection and emergency orders: recorded, told of, extended, ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from contacts.handover.models import HandoverItem
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks import rules
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import has_rule, rule_for
from frontdoor.clocks.models import Clock, closures
from frontdoor.clocks.working_days import LONDON, at_london, bank_holidays, london_date
from frontdoor.notifications.actions import duty_managers, notify, on_call, one_by_one, who_may_know
from frontdoor.people.access import check_conflict
from frontdoor.people.models import Person
from frontdoor.ui.formats import moment
from frontdoor.workflow.actions import born, move, touch
from referrals.models import Referral
from referrals.protection.enquiries import ENDINGS
from referrals.protection.enquiry_models import Enquiry
from referrals.protection.measure_models import Followed, Measure

Kind = Measure.Kind
#: By kind the rule its clock runs under; an extension has a rule of its own for how long it may be.
RULES = {Kind.POLICE.value: "police_protection", Kind.ORDER.value: "emergency_order"}
EXTENSION, DISCUSSION, ENDS_SOON = "emergency_order_extension", "strategy_discussion", "emergency_protection_ends"
#: The legal basis a handover's item names each by.
BASES = {"police_protection": Kind.POLICE.value, "epo": Kind.ORDER.value}


@dataclass(frozen=True)
class Facts:
    """What is written of one: ``officer`` of police protection, ``court`` of an order, ``ends_at`` of either."""

    kind: str
    began_at: datetime
    ends_at: datetime | None = None
    officer: str = ""
    police_reference: str = ""
    court: str = ""
    place: str = ""
    place_is_confidential: bool = False
    parents_told_at: datetime | None = None
    parents_told: str = ""
    authority_told_at: datetime | None = None
    authority_told: str = ""


@transaction.atomic
def record(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    facts: Facts,
    siblings: Sequence[Referral] = (),
    item: HandoverItem | None = None,
    version: int | None = None,
) -> Measure:
    """Record that a child is under police protection or an emergency order; and the same of brothers and sisters.

    1. Each child's referral keeps its own, with the clock to its end.
    2. The duty to enquire arises: unless an enquiry is open the clock of a strategy discussion starts.

    Raises Refused, naming the field: what is left out; a beginning in the future; more than the law allows; another of
    the kind that runs for the child; an item of a handover that says something else or was recorded already.
    """
    require(by, Permission.REFERRAL_WORK)
    facts = _checked(facts, at=at)
    made: dict[int, Measure] = {}
    # Always in one order: two who record at once wait for each other.
    for each in sorted([referral, *siblings], key=lambda row: row.pk):
        locked = touch(each, version=version if each.pk == referral.pk else None)
        if each.pk != referral.pk:
            _check_sibling(referral, locked, by=by)
        made[locked.pk] = _record(locked, facts, item, by=by, at=at)
    return made[referral.pk]


def _checked(facts: Facts, *, at: datetime) -> Facts:
    """The facts with their end; police protection without one ends when the law ends it."""
    if facts.kind not in Kind.values:
        raise Refused("Choose which of the two it is.", code="required", field="kind")
    if facts.began_at > at:
        raise Refused("It cannot begin in the future.", code="in_future", field="began_at")
    if not has_rule(RULES[Kind(facts.kind)], london_date(facts.began_at)):
        raise Refused("This is before the law on it came into force: check the year.", code="too_old", field="began_at")
    for name, told in (("parents_told_at", facts.parents_told_at), ("authority_told_at", facts.authority_told_at)):
        if told is not None and told > at:
            raise Refused("Nobody can have been told in the future.", code="in_future", field=name)
    if not facts.place.strip():
        raise Refused("Say where the child is.", code="required", field="place")
    if facts.kind == Kind.POLICE and not facts.officer.strip():
        raise Refused("Say who the designated officer is.", code="required", field="officer")
    if facts.kind == Kind.ORDER and not facts.court.strip():
        raise Refused("Say which court made the order.", code="required", field="court")
    last = latest_end(facts.kind, facts.began_at)
    ends_at = facts.ends_at or (last if facts.kind == Kind.POLICE else None)
    if ends_at is None:
        raise Refused("Say when the order ends.", code="required", field="ends_at")
    if ends_at <= facts.began_at:
        raise Refused("It has to end after it begins.", code="order", field="ends_at")
    if ends_at > last:
        words = (
            "Police protection lasts at most 72 hours" if facts.kind == Kind.POLICE
            else "An emergency protection order is made for at most 8 days"
        )  # fmt: skip
        raise Refused(f"{words}: until {moment(last)}. Check both times.", code="too_long", field="ends_at")
    return Facts(**{**vars(facts), "ends_at": ends_at})


def latest_end(kind: str, began_at: datetime, *, extended: bool = False) -> datetime:
    """The last moment until which the law lets it run.

    Of hours those that pass count, also when the clocks change. An order's last day that is a Sunday or a bank holiday
    may be followed by the morning of the next that is none, until noon.
    """
    rule = rule_for(EXTENSION if extended else RULES[kind], london_date(began_at))
    if kind == Kind.POLICE:
        return moments(rule, began_at).due_at
    day = london_date(began_at) + timedelta(days=rule.amount)
    if not _is_holiday(day):
        return at_london(day, began_at.astimezone(LONDON).time())
    while _is_holiday(day):
        day += timedelta(days=1)
    return at_london(day, time(12))


def _is_holiday(day: Any) -> bool:
    return day.weekday() == 6 or day in bank_holidays(day.year)


def _check_sibling(referral: Referral, other: Referral, *, by: User) -> None:
    is_of_family = (
        other.contact_id == referral.contact_id
        and other.contact_person.family_group == referral.contact_person.family_group
    )
    if not is_of_family or not Referral.objects.visible_to(by).filter(pk=other.pk).exists():
        raise Refused("Only brothers and sisters on the same contact can be recorded together.", code="other_family")


def _record(referral: Referral, facts: Facts, item: HandoverItem | None, *, by: User, at: datetime) -> Measure:
    if referral.child is not None:
        check_conflict(by, referral.child)
    if not referral.is_open:
        raise Refused(f"Referral {referral.reference} has ended.", code="ended")
    standing = running_of(referral, facts.kind)
    if standing is not None:
        name = str(standing.get_kind_display())
        raise Refused(
            f"{name} {standing.reference} of {referral.child_name or 'this child'} has no end yet: record how it ended "
            "first.",
            code="running",
            field="kind",
        )
    if item is not None and Measure.objects.filter(item=item, referral=referral).exists():
        raise Refused("This item of the handover has been recorded already.", code="recorded")
    referral.save()
    measure: Measure = Measure.objects.create(referral=referral, child=referral.child, item=item, **vars(facts))
    born(measure, by=by, at=at, people=_people(measure))
    _start_clock(measure, by=by)
    if duty_arises(measure):
        allocation = referral.current_allocation()
        clocks.start(
            DISCUSSION,
            reference=referral.reference,
            started_at=asked_at(measure),
            by=by,
            team=allocation.team if allocation else None,
            worker=allocation.active_worker if allocation else None,
        )
    return measure


def running_of(referral: Referral, kind: str) -> Measure | None:
    """What runs of this kind for the referral's child, on whichever referral."""
    rows = Measure.objects.running().filter(kind=kind)
    own = rows.filter(referral=referral)
    if referral.child_id is not None:
        own = own | rows.filter(child=referral.child_id)
    found: Measure | None = own.order_by("pk").first()
    return found


def asked_at(measure: Measure) -> datetime:
    """When the duty to enquire arose for the council: when it was told, or when it began."""
    return max(measure.began_at, measure.authority_told_at or measure.began_at)


def duty_arises(measure: Measure) -> bool:
    """Whether the duty to enquire waits: no enquiry is open, and nobody has discussed it since it began."""
    if measure.followed == Followed.ENTERED_IN_ERROR:
        return False
    if Enquiry.objects.open().filter(referral=measure.referral_id).exists():
        return False
    return not measure.referral.strategy_discussions.filter(held_at__gte=measure.began_at).exists()


def _start_clock(measure: Measure, *, by: User) -> None:
    allocation = measure.referral.current_allocation()
    clocks.start(
        RULES[measure.kind],
        reference=measure.referral.reference,
        started_at=measure.began_at,
        ends_at=measure.ends_at,
        by=by,
        team=allocation.team if allocation else None,
        worker=allocation.active_worker if allocation else None,
    )


@transaction.atomic
def tell(
    *,
    measure: Measure,
    by: User,
    at: datetime,
    parents_told_at: datetime | None = None,
    parents_told: str = "",
    authority_told_at: datetime | None = None,
    authority_told: str = "",
    version: int | None = None,
) -> Measure:
    """Who was told and when; of parents also why not. Raises Refused for a moment in the future."""
    locked = _running(touch(measure, version=version), by=by)
    for name, told in (("parents_told_at", parents_told_at), ("authority_told_at", authority_told_at)):
        if told is not None and told > at:
            raise Refused("Nobody can have been told in the future.", code="in_future", field=name)
    locked.parents_told_at, locked.parents_told = parents_told_at, parents_told
    locked.authority_told_at, locked.authority_told = authority_told_at, authority_told
    locked.save()
    write_audit("measure.told", by=by, reference=locked.reference, people=_people(locked))
    return locked


@transaction.atomic
def change_place(
    *, measure: Measure, by: User, at: datetime, place: str, place_is_confidential: bool, version: int | None = None
) -> Measure:
    """Where the child is now."""
    locked = _running(touch(measure, version=version), by=by)
    if not place.strip():
        raise Refused("Say where the child is.", code="required", field="place")
    locked.place, locked.place_is_confidential = place, place_is_confidential
    locked.save()
    write_audit("measure.place_changed", by=by, reference=locked.reference, people=_people(locked))
    return locked


@transaction.atomic
def show_place(*, measure: Measure, by: User) -> str:
    """The confidential place of a child, for somebody who asks for it; the asking is kept."""
    require(by, Permission.REFERRAL_VIEW)
    if measure.referral.child is not None:
        check_conflict(by, measure.referral.child)
    write_audit("measure.place_shown", by=by, reference=measure.reference, people=_people(measure))
    return measure.place


@transaction.atomic
def extend(
    *, measure: Measure, by: User, at: datetime, extended_at: datetime, ends_at: datetime, version: int | None = None
) -> Measure:
    """The court has extended an order, once: its clock goes on to the new end.

    Raises Refused naming the field: police protection, or an order extended before; decided after the order had ended;
    more days than the court may add.
    """
    locked = _running(touch(measure, version=version), by=by)
    if not locked.is_order:
        raise Refused("Police protection cannot be extended: it ends after 72 hours.", code="police")
    if locked.extended_at is not None:
        raise Refused("An emergency protection order is extended once only.", code="extended")
    if extended_at > at:
        raise Refused("The court cannot have extended it in the future.", code="in_future", field="extended_at")
    if not locked.began_at <= extended_at <= locked.ends_at:
        raise Refused(
            f"The order ran until {moment(locked.ends_at)}: it was extended before then, or is a new order.",
            code="not_running",
            field="extended_at",
        )
    last = latest_end(locked.kind, locked.ends_at, extended=True)
    if not locked.ends_at < ends_at <= last:
        raise Refused(
            f"An extension ends after {moment(locked.ends_at)} and by {moment(last)} (7 days). Check the time.",
            code="too_long",
            field="ends_at",
        )
    rule = RULES[locked.kind]
    clocks.stop(reference=locked.referral.reference, rule=rule, at=extended_at, by=by, reason="extended by the court")
    locked.extended_at, locked.extended_from, locked.ends_at = extended_at, locked.ends_at, ends_at
    locked.save()
    _start_clock(locked, by=by)
    write_audit("measure.extended", by=by, reference=locked.reference, people=_people(locked))
    return locked


@transaction.atomic
def end(
    *,
    measure: Measure,
    by: User,
    at: datetime,
    followed: str,
    reason: str,
    ended_at: datetime | None = None,
    whose: str = "",
    version: int | None = None,
) -> Measure:
    """It has ended: early, by whom and why, or because its time ran out; and what keeps the child safe since.

    ``ended_at`` is needed but for one whose time ran out. Raises Refused, naming the field.
    """
    locked = _running(touch(measure, version=version), by=by)
    if followed not in Followed.values:
        raise Refused("Choose what followed.", code="required", field="followed")
    if followed == Followed.DISCHARGED and not locked.is_order:
        raise Refused("Only an order is discharged by a court.", code="police", field="followed")
    if followed == Followed.RAN_OUT:
        if not locked.is_over(at):
            raise Refused(f"It runs until {moment(locked.ends_at)}.", code="running", field="followed")
        ended_at = locked.ends_at
    elif followed == Followed.ENTERED_IN_ERROR:
        ended_at = min(at, locked.ends_at)
    if ended_at is None:
        raise Refused("Say when it ended.", code="required", field="ended_at")
    if ended_at > at:
        raise Refused("It cannot have ended in the future.", code="in_future", field="ended_at")
    if not locked.began_at <= ended_at <= locked.ends_at:
        raise Refused(
            f"It ran from {moment(locked.began_at)} to {moment(locked.ends_at)}: check when it ended.",
            code="outside",
            field="ended_at",
        )
    if ended_at < locked.ends_at and followed != Followed.ENTERED_IN_ERROR and not whose.strip():
        raise Refused("Say who ended it.", code="required", field="whose")
    locked.ended_reason = reason
    locked.save()
    moved = move(
        locked, "end", by=by, at=at, reason=reason, ended_at=ended_at, followed=followed, whose=whose,
        people=_people(locked),
    )  # fmt: skip
    reference = moved.referral.reference
    why = str(Followed(followed).label)
    clocks.stop(reference=reference, rule=RULES[moved.kind], at=ended_at, by=by, reason=why)
    if followed == Followed.ENTERED_IN_ERROR:
        # The discussion that it alone asked for is not due.
        for clock in Clock.objects.of(reference).filter(rule=DISCUSSION, stopped_at=None, started_at=asked_at(moved)):
            clocks.stop(reference=reference, rule=clock.rule, label=clock.label, at=at, by=by, reason=why)
    return moved


def confirmed(referral: Referral, child: Person) -> None:
    """Who the child is has been confirmed: what is recorded on the referral is that child's."""
    Measure.objects.filter(referral=referral).update(child=child)


def pass_on(referral: Referral, *, to: Referral, by: User, at: datetime) -> None:
    """A referral joins the child's open one, and what keeps the child safe goes with it; never two of a kind."""
    rules_of_ours = list(RULES.values())
    for own in Measure.objects.running().filter(referral=referral).order_by("pk"):
        standing = running_of(to, own.kind)
        if standing is not None and standing.pk != own.pk:
            own.ended_reason = f"{standing.reference} goes on."
            own.save()
            move(
                own, "end", by=by, at=at, reason=own.ended_reason, check_permission=False,
                ended_at=min(at, own.ends_at), followed=Followed.ENTERED_IN_ERROR, whose="",
            )  # fmt: skip
            rule = RULES[own.kind]
            clocks.stop(reference=referral.reference, rule=rule, at=at, by=by, reason="joined to open work")
    Measure.objects.filter(referral=referral).update(referral=to, child=to.child)
    allocation = to.current_allocation()
    for clock in Clock.objects.of(referral.reference).filter(rule__in=rules_of_ours, stopped_at=None):
        clocks.carry(
            clock=clock, reference=to.reference, team=allocation.team if allocation else None,
            worker=allocation.active_worker if allocation else None,
        )  # fmt: skip


def still_running(record: Any, name: str, by: Any, at: datetime) -> Iterable[str]:
    """A blocker: no referral ends while its child is under police protection or an emergency order."""
    if isinstance(record, Referral) and name in ENDINGS:
        for each in Measure.objects.running().filter(referral=record).order_by("pk"):
            yield f"{each.get_kind_display()} {each.reference} has no end yet: record how it ended first."


def below(referral: Referral, user: User) -> Iterable[tuple[str, str]]:
    """What :func:`still_running` refuses for, as a page links to it."""
    for each in Measure.objects.visible_to(user).running().filter(referral=referral).order_by("pk"):
        words = f"{each.get_kind_display()} {each.reference}, until {moment(each.ends_at)}"
        yield words, reverse("referrals:measure", args=[each.reference])


def tell_before_the_end(at: datetime) -> int:
    """Whoever answers for the child hears while there is time to decide what follows; once for each end.

    The worker, the manager of the team, duty and whoever is on call; how long before is a rule of the council's.
    """
    rule = rules.find(ENDS_SOON, london_date(at))
    if rule is None:
        return 0
    soon = moments(rule, at, closures()).due_at
    rows = Measure.objects.running().filter(ends_at__lte=soon).select_related("referral").order_by("ends_at", "pk")
    return one_by_one(list(rows), lambda row: _tell(row, at), what="tell of protection that ends", at=at)


@transaction.atomic
def _tell(measure: Measure, at: datetime) -> int:
    allocation = measure.referral.current_allocation()
    worker = allocation.active_worker if allocation else None
    manager = allocation.team.manager if allocation else None
    people = [*duty_managers(at), *on_call(at), *(each for each in (worker, manager) if each and each.is_active)]
    told = who_may_know(measure.referral.reference, people, at=at)
    key = f"measure-{measure.pk}-{int(measure.ends_at.timestamp())}"
    new = [each for each in told if not each.notices.filter(once_key=key).exists()]
    is_over = measure.is_over(at)
    text = (
        f"{measure.get_kind_display()} {measure.reference} {'ended' if is_over else 'ends'} on "
        f"{moment(measure.ends_at)}. {'Record what followed.' if is_over else 'Decide what keeps the child safe then.'}"
    )
    path = reverse("referrals:measure", args=[measure.reference])
    reference = measure.referral.reference
    done = notify(new, kind="measure-ends", text=text, reference=reference, path=path, urgent=True, once_key=key)
    return 1 if done else 0


def _running(measure: Measure, *, by: User) -> Measure:
    """The measure, if the user may work on it, its child is not of their own family, and it has not been ended."""
    require(by, Permission.REFERRAL_WORK)
    if measure.child is not None:
        check_conflict(by, measure.child)
    if measure.status != Measure.Status.RUNNING:
        raise Refused("It has ended already.", code="wrong_status")
    return measure


def _people(measure: Measure) -> list[Person]:
    return [measure.child] if measure.child is not None else []
