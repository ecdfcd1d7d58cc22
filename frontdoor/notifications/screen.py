"""What the bell and the alert bar of a screen show."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.notifications.actions import alerts_for
from frontdoor.notifications.models import Alert, Notice
from frontdoor.people.hooks import Named
from frontdoor.people.record.about import Group, by_child, children_of, given_on, people_in
from frontdoor.wording import worded

#: So many read ones on a page, and so many of those not read at most: a page never grows with what is left unread.
PAGE = 50
UNREAD = 200


@dataclass
class NoticePage:
    """What one page of notices shows: what is urgent by itself, the rest by child, then what was read."""

    urgent: list[Group[Notice]] = field(default_factory=list)
    unread: list[Group[Notice]] = field(default_factory=list)
    read: list[Notice] = field(default_factory=list)
    #: How many are not read, also those beyond this page.
    waiting: int = 0
    #: The newest of those not read (its key): "all" means up to it.
    newest: int | None = None
    #: How many of those not read are urgent.
    urgent_waiting: int = 0
    #: Where the next page of read ones begins.
    next: int | None = None
    people: set[int] = field(default_factory=set)
    #: The contacts on which somebody is named whom nobody has confirmed.
    given_on: set[str] = field(default_factory=set)

    @property
    def about(self) -> int:
        """How many children or families, and records of none, those on this page are about that are not urgent."""
        return len(self.unread)

    @property
    def beyond(self) -> int:
        """How many of those not read do not stand on this page."""
        return self.waiting - sum(len(group.rows) for group in [*self.urgent, *self.unread])


def page_of(user: User, at: datetime, *, before: int | None = None) -> NoticePage:
    """A page of one's own notices; ``before``: of those read, the older than this one alone."""
    mine = Notice.objects.of(user)
    found = NoticePage()
    read = mine.filter(read_at__isnull=False).order_by("-id")
    rows = list((read.filter(pk__lt=before) if before is not None else read)[: PAGE + 1])
    found.read = rows[:PAGE]
    found.next = rows[PAGE - 1].pk if len(rows) > PAGE else None
    if before is not None:
        return found
    counted = mine.unread().aggregate(all=Count("pk"), urgent=Count("pk", filter=Q(is_urgent=True)), newest=Max("pk"))
    found.waiting, found.urgent_waiting, found.newest = counted["all"], counted["urgent"], counted["newest"]
    unread = [
        *mine.unread().filter(is_urgent=True).order_by("-id")[:UNREAD],
        *mine.unread().filter(is_urgent=False).order_by("-id")[:UNREAD],
    ]
    children = children_of([notice.reference for notice in unread], user, timezone.localdate(at))
    found.people = people_in(children.values())
    found.given_on = given_on(children)
    found.urgent = _by_child([notice for notice in unread if notice.is_urgent], children)
    found.unread = _by_child([notice for notice in unread if not notice.is_urgent], children)
    return found


def _by_child(rows: Iterable[Notice], children: dict[str, list[Named]]) -> list[Group[Notice]]:
    return by_child(rows, lambda notice: notice.reference or f"notice {notice.pk}", children)


def unread(user: User) -> int:
    """How many of one's own notices are not read yet."""
    return _unread.count(user)


@worded()
def _unread(user: User) -> QuerySet[Notice, int]:
    return Notice.objects.of(user).unread().values_list("pk", flat=True)


def marked_at(user: User, moment: datetime) -> int:
    """How many of one's own notices were marked read at this very moment: what one press did, and may be undone."""
    return Notice.objects.of(user).filter(read_at=moment).count()


def alert_told_to(user: User, alert_id: int) -> Alert | None:
    """An alert on this person's screen, or one they were told of that somebody has taken since; otherwise None."""
    waiting = next((alert for alert in alerts_for(user) if alert.pk == alert_id), None)
    return waiting or Alert.objects.filter(pk=alert_id, told=user, taken_at__isnull=False).first()


def alert_lines(user: User) -> list[dict[str, Any]]:
    """The alerts of a person's screen, as the alert bar draws them. They hold a reference, never a name."""
    return [
        {
            "text": alert.text,
            "href": alert.path or reverse("notifications:alerts"),
            "raised_at": alert.raised_at,
            "take_href": reverse("notifications:take_alert", args=[alert.pk]),
            "level": alert.kind.replace("_", " ").replace("-", " ").capitalize(),
            "note": "not taken yet, sent on to the next manager" if alert.level else "",
        }
        for alert in alerts_for(user)
    ]
