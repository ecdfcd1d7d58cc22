"""How the load stands: who is on duty, who holds what, how the queue grew over the day, and what may be late soon."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any

from django.db.models import Count, Q

from contacts.models import Contact
from frontdoor.accounts.models import OnDuty, User
from frontdoor.clocks.models import Clock
from frontdoor.db import by_name
from frontdoor.people.words import in_order
from frontdoor.ui.formats import LONDON, clock_time

#: How far ahead deadlines are forecast, and how far back the pace is measured.
AHEAD = 8


@dataclass(frozen=True)
class Holding:
    """What one screener holds now."""

    user: User
    claimed: int
    proposed: int
    decided: int


def on_duty_now(at: datetime) -> list[OnDuty]:
    """Whose turn it is."""
    return list(OnDuty.objects.at(at).select_related("user", "team").order_by("kind", *by_name("user__name"), "pk"))


def turns(at: datetime) -> list[OnDuty]:
    """Turns that run or are to come, by their beginning."""
    rows = OnDuty.objects.filter(to_at__gt=at).select_related("user", "team")
    return list(rows.order_by("from_at", "kind", *by_name("user__name"), "pk")[:200])


def start_of_day(at: datetime) -> datetime:
    """Midnight in London before this moment."""
    return at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)


def holdings(user: User, at: datetime) -> list[Holding]:
    """Who holds, has proposed or has decided today what the user may see, who holds most first; three questions."""
    counted: dict[str, Counter[int]] = {}
    day = start_of_day(at)
    seen = Contact.objects.visible_to(user)
    for name, field, rows in (
        ("claimed", "claimed_by", seen.on_queue().filter(claimed_until__gt=at)),
        ("proposed", "proposed_by", seen.on_queue().filter(status=Contact.Status.AWAITING_SIGN_OFF)),
        ("decided", "decided_by", seen.filter(decided_at__gte=day, decided_at__lte=at)),
    ):
        found = rows.order_by().values(field).annotate(total=Count("pk"))
        counted[name] = Counter({row[field]: row["total"] for row in found if row[field] is not None})
    people = User.objects.in_bulk(list({key for found in counted.values() for key in found}))
    held = [Holding(user, *(counted[name][key] for name in counted)) for key, user in people.items()]
    return sorted(held, key=lambda h: (-h.claimed, -h.proposed, in_order(h.user.name)))


def depth(user: User, at: datetime) -> tuple[list[str], list[int]]:
    """How many contacts the user may see stood on the queue at each full hour of the day, and now."""
    day = start_of_day(at)
    seen = Contact.objects.visible_to(user)
    now = seen.on_queue().count()
    # Both lists are short: what came and what went since midnight.
    came = list(seen.on_queue().filter(recorded_at__gt=day).values_list("recorded_at", flat=True))
    went = list(
        seen.filter(decided_at__gt=day, decided_at__lte=at, is_on_queue=False).values_list("recorded_at", "decided_at")
    )
    # Counted in UTC: a night in which the clocks change has an hour more or less on the wall.
    begun = day.astimezone(UTC)
    points = [point for hour in range(25) if (point := begun + timedelta(hours=hour)) <= at]
    totals = [
        now - sum(c > point for c in came) + sum(recorded <= point < decided for recorded, decided in went)
        for point in points
    ]
    return [*[clock_time(point) for point in points], "now"], [*totals, now]


def oldest(user: User) -> Contact | None:
    """The contact that has waited longest, of those the user may see."""
    found: Contact | None = Contact.objects.visible_to(user).on_queue().order_by("received_at", "id").first()
    return found


def forecast(user: User, at: datetime) -> list[dict[str, Any]]:
    """For each of the next hours: what falls due on the queue by then, and what may be late at the pace of the day.

    The pace is what was decided in the last hours, by the hour; what falls due first is taken to be done first.
    """
    due = list(
        Clock.objects.visible_to(user)
        .running()
        .filter(due_at__gt=at, due_at__lte=at + timedelta(hours=AHEAD))
        .filter(Q(rule="referral_decision") | Q(rule__startswith="grade_"))
        .values_list("reference", "due_at")
    )
    first: dict[str, datetime] = {}
    for reference, moment in due:
        first[reference] = min(moment, first.get(reference, moment))
    done = (
        Contact.objects.visible_to(user).filter(decided_at__gt=at - timedelta(hours=AHEAD), decided_at__lte=at).count()
    )
    pace = done / AHEAD
    rows = []
    for hour in range(1, AHEAD + 1):
        by = at + timedelta(hours=hour)
        falling = sum(moment <= by for moment in first.values())
        likely = floor(pace * hour)
        rows.append({"by": by, "due": falling, "done": min(likely, falling), "late": max(falling - likely, 0)})
    return rows
