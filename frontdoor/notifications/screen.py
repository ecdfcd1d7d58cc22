"""What the bell and the alert bar of a screen show."""

from typing import Any

from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.notifications.actions import alerts_for
from frontdoor.notifications.models import Alert, Notice, NoticeQuerySet


def notices_of(user: User) -> NoticeQuerySet:
    """One's own notices, newest first."""
    return Notice.objects.of(user).order_by("-id")


def unread(user: User) -> int:
    """How many of one's own notices are not read yet."""
    return Notice.objects.of(user).unread().count()


def alert_told_to(user: User, alert_id: int) -> Alert | None:
    """An alert on this person's screen, or one they were told of that somebody has taken since; otherwise None."""
    waiting = next((alert for alert in alerts_for(user) if alert.pk == alert_id), None)
    return waiting or Alert.objects.filter(pk=alert_id, told=user).first()


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
