"""Making what a change of shift needs, and escalating what nobody took: right however late or often it runs."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import cache

from django.db import transaction
from django.db.models import Q

from contacts.handover import shifts
from contacts.handover.models import HandoverItem, HandoverItemQuerySet, HandoverPack, plan_on
from contacts.handover.shifts import Change, Shift
from contacts.models import Contact, graded_for_now
from frontdoor.access import Permission, roles_holding
from frontdoor.accounts.models import User, on_duty, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.editions import Unit
from frontdoor.clocks.models import Clock, closures
from frontdoor.notifications.actions import duty_managers, notify, one_by_one, together_or_each
from frontdoor.people.access import holders_of
from frontdoor.people.models import Involvement, Person

Why, Kind = HandoverItem.Why, HandoverItem.Kind
IN_HOURS = (Unit.MINUTES.value, Unit.WORKING_MINUTES.value)
PATH = "/handover/"
GRAVEST_FIRST = [
    Why.FAST_TRACK, Why.SERIOUS, Why.SAFE_UNTIL, Why.SIGN_OFF, Why.LOGGED, Why.DEADLINE, Why.DECIDED,
]  # fmt: skip


def bring_up_to_date(at: datetime) -> int:
    """Make the pack of every change of shift up to ``at`` that has none, oldest first; returns how many were made.

    The first pack of an installation is the one of the last change: nothing is made up about the time before. A change
    whose pack cannot be made is told of and holds up no later one; it is tried again until a later one is made, which
    takes what is still undecided.
    """
    closed = closures()
    plans = cache(plan_on)
    last = HandoverPack.objects.newest_first().first()
    if last is None:
        since, _ = shifts.now_on(at, plans, closed)
        return _make(_change_at(since, plans, closed), at, plans, closed)
    due = shifts.changes(last.changed_at, at, plans, closed)
    return one_by_one(due, lambda change: _make(change, at, plans, closed), what="make a pack of the handover", at=at)


def _change_at(moment: datetime, plans: shifts.PlanOn, closed: Collection[date]) -> Change:
    began, _ = shifts.now_on(moment - _TICK, plans, closed)
    return list(shifts.changes(began, moment, plans, closed))[-1]


_TICK = datetime.resolution


@transaction.atomic
def _make(change: Change, at: datetime, plans: shifts.PlanOn, closed: Collection[date]) -> int:
    """Make one pack: 1 when this call made it, 0 when somebody else has.

    1. The row of the change is unique: a second maker waits for the first and then finds it made.
    2. What was written by hand before the change goes into it.
    3. What was pending at the change, and for a shift of the emergency duty team what it decided, becomes an item each.
    """
    pack, made = HandoverPack.objects.get_or_create(
        changed_at=change.at,
        defaults={
            "began_at": change.began,
            "shift_before": change.before,
            "shift_after": change.after,
            "take_by": change.take_by,
            "made_at": at,
        },
    )
    if not made:
        return 0
    HandoverItem.objects.waiting().filter(written_at__lte=change.at).update(pack=pack, take_by=change.take_by)
    coming = shifts.next_change(change.at, plans, closed)
    found = _pending(change, _next_day(change, plans, closed))
    found += _deadlines(change, coming.at)
    once: dict[str, HandoverItem] = {}
    for item in found:
        once.setdefault(item.reference, item)
    # What still waits to be taken for as grave a reason is not handed over a second time.
    for reference, why in HandoverItem.objects.untaken().exclude(why="").values_list("reference", "why"):
        if reference in once and GRAVEST_FIRST.index(Why(why)) <= GRAVEST_FIRST.index(Why(once[reference].why)):
            del once[reference]
    for item in once.values():
        item.pack, item.take_by = pack, change.take_by

    def put(items: Sequence[HandoverItem]) -> int:
        return len(HandoverItem.objects.bulk_create(items))

    together_or_each(list(once.values()), put, what="hand over an item", at=at)
    write_audit("handover.pack_made", by=system_user(), detail={"pack": pack.pk, "change": change.at.isoformat()})
    together_or_each([pack], lambda _: _tell_of_hidden(pack, at), what="tell of items the shift cannot see", at=at)
    return 1


def _next_day(change: Change, plans: shifts.PlanOn, closed: Collection[date]) -> datetime:
    """When the next day team comes."""
    coming = shifts.next_change(change.at, plans, closed)
    while coming.after is not Shift.DAY:
        coming = shifts.next_change(coming.at, plans, closed)
    return coming.at


def _pending(change: Change, day_team_at: datetime) -> list[HandoverItem]:
    """Contacts that need the next shift, as it stood at the change: the weightiest reason first."""
    undecided = Contact.objects.filter(
        Q(is_on_queue=True) | Q(decided_at__gt=change.at), received_at__lte=change.at
    ).filter(Q(decided_at=None) | Q(decided_at__gt=change.at))
    in_shift = Q(received_at__gt=change.began)
    fast = Contact.objects.filter(is_fast_track=True, is_on_queue=True, fast_tracked_at__lte=change.at)
    found = [_item(row, Why.FAST_TRACK) for row in fast.order_by("fast_tracked_at", "id")]
    serious = undecided.filter(graded_for_now("red") | Q(child_protection_marked=True))
    found += [_item(row, Why.SERIOUS) for row in serious.order_by("received_at", "id")]
    unsafe = undecided.filter(safe_until__gt=change.began, safe_until__lte=day_team_at)
    found += [_item(row, Why.SAFE_UNTIL, due_at=row.safe_until) for row in unsafe.order_by("safe_until", "pk")]
    if change.before is Shift.EDT:
        signing = undecided.filter(proposed_at__gt=change.began, proposed_at__lte=change.at)
        found += [_item(row, Why.SIGN_OFF) for row in signing.order_by("proposed_at", "id")]
        logged = undecided.filter(in_shift).filter(Q(recorded_by__isnull=False) | graded_for_now("amber"))
        found += [_item(row, Why.LOGGED) for row in logged.order_by("received_at", "id")]
        decided = Contact.objects.filter(decided_at__gt=change.began, decided_at__lte=change.at)
        found += [_item(row, Why.DECIDED, Kind.INFORMATION) for row in decided.order_by("decided_at", "id")]
    return found


def _deadlines(change: Change, next_at: datetime) -> list[HandoverItem]:
    """Deadlines counted in hours, of work beyond screening, that pass in the ended shift or the one that comes."""
    rows = Clock.objects.filter(
        unit__in=IN_HOURS, paused_at=None, started_at__lte=change.at, due_at__gt=change.began, due_at__lte=next_at
    )
    rows = rows.filter(Q(stopped_at=None) | Q(stopped_at__gt=change.at)).exclude(reference__startswith="C-")
    return [
        HandoverItem(
            kind=Kind.ACTION, why=Why.DEADLINE, reference=clock.reference, text=clock.label, due_at=clock.due_at
        )
        for clock in rows.order_by("due_at", "id")
    ]


def _item(contact: Contact, why: str, kind: str = Kind.ACTION, due_at: datetime | None = None) -> HandoverItem:
    # The words about the contact are read from it when the item is shown: nothing about a child is copied.
    return HandoverItem(kind=kind, why=why, reference=contact.reference, due_at=due_at)


def escalate(at: datetime) -> int:
    """Tell duty managers, once, of every item nobody took in time; returns how many items.

    One item of which nobody can be told holds up no other.
    """
    due = list(_to_escalate(at).order_by("take_by", "pk").values_list("pk", flat=True))
    return together_or_each(due, lambda keys: _escalate(keys, at), what="escalate in the handover", at=at)


def _to_escalate(at: datetime) -> HandoverItemQuerySet:
    return HandoverItem.objects.late(at).filter(escalated_at=None)


def _escalate(keys: Sequence[int], at: datetime) -> int:
    late = list(
        _to_escalate(at).filter(pk__in=keys).select_for_update(skip_locked=True, of=("self",)).order_by("take_by", "pk")
    )
    if not late:
        return 0
    HandoverItem.objects.filter(pk__in=[item.pk for item in late]).update(escalated_at=at)
    write_audit("handover.escalated", by=system_user(), detail={"items": [item.pk for item in late]})
    first = {user.pk: user for user in (*duty_managers(at), *on_duty("on_call", at))}
    for user, items in _receivers(late, first.values()):
        _tell(user, items, "was not taken on time", f"late-{items[-1].pk}")
    return len(late)


def _tell_of_hidden(pack: HandoverPack, at: datetime) -> int:
    """What nobody of the shift that comes may open goes to those who may, at once; returns how many items."""
    items = list(pack.items.order_by("pk"))
    kind = "edt" if pack.shift_after == Shift.EDT else "duty"
    coming = list(on_duty(kind, at)) or list(
        User.objects.filter(is_active=True, is_machine=False, roles__overlap=roles_holding(Permission.HANDOVER))
    )
    seen = {pk for user in coming for pk in _seen_by(user, items)}
    hidden = [item for item in items if item.pk not in seen]
    for user, theirs in _receivers(hidden, ()):
        _tell(user, theirs, "has to be taken by you: the shift cannot see it", f"hidden-{pack.pk}")
    return len(hidden)


def _tell(user: User, items: list[HandoverItem], what: str, key: str) -> None:
    several = f"{len(items)} items of the handover: each {what}"
    notify(
        [user],
        kind="handover",
        text=f"An item of the handover {what}" if len(items) == 1 else several,
        reference=items[0].reference if len(items) == 1 else "",
        path=f"{PATH}?show=untaken",
        urgent=True,
        once_key=f"handover-{key}",
    )


def _seen_by(user: User, items: Iterable[HandoverItem]) -> set[int]:
    keys = [item.pk for item in items]
    return set(HandoverItem.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))


def _receivers(items: list[HandoverItem], first: Iterable[User]) -> list[tuple[User, list[HandoverItem]]]:
    """Whom each item is told to: of the first circle who may see it, else whoever may, else who sets restrictions.

    The last circle hears that there is an item, and nothing of it.
    """
    found: dict[int, tuple[User, list[HandoverItem]]] = {}
    left = {item.pk: item for item in items}

    def give(users: Iterable[User]) -> None:
        told: set[int] = set()
        for user in users:
            theirs = _seen_by(user, left.values())
            if theirs:
                found.setdefault(user.pk, (user, []))[1].extend(item for item in items if item.pk in theirs)
                told |= theirs
        for key in told:
            left.pop(key, None)

    give(first)
    if left:
        people = Person.objects.filter(
            Q(reference__in=[item.reference for item in left.values()])
            | Q(
                pk__in=Involvement.objects.filter(reference__in=[item.reference for item in left.values()]).values(
                    "person_id"
                )
            )
        )
        give({user.pk: user for person in people for user in holders_of(person)}.values())
    if left:
        active = User.objects.filter(is_active=True, is_machine=False)
        give(active.filter(roles__overlap=roles_holding(Permission.CONTACT_DECIDE_ANY)))
        if left:
            give(active.filter(roles__overlap=roles_holding(Permission.HANDOVER)))
        if left:
            notify(
                active.filter(roles__overlap=roles_holding(Permission.RESTRICTION_SET)),
                kind="handover",
                text="A handover item is about a record nobody at the front door may open: name a colleague",
                urgent=True,
                once_key=f"handover-nobody-{min(left)}",
            )
    return list(found.values())
