"""What is done on the queue itself: claiming what stands on one line, who is looking, and views somebody keeps."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import connection, transaction
from django.db.models import QuerySet

from contacts.models import OPEN, Contact, Presence, QueueDensity, SavedView
from contacts.screening import actions, readers
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import User
from frontdoor.db import by_name
from frontdoor.notifications.actions import together_or_each
from frontdoor.wording import worded

#: Somebody who has not been seen for so long has gone; the open fragment asks every 20 seconds.
GONE_AFTER = timedelta(seconds=50)
MOST_VIEWS = 20
LONGEST_QUERY = 300


def claim_together(*, contact: Contact, by: User, at: datetime) -> Contact:
    """Claim a contact with those of its bundle that nobody holds: what is screened together is claimed together.

    Raises Refused when somebody else holds this one; another of them that somebody was faster with stays theirs.
    """
    claimed = actions.claim(contact=contact, by=by, at=at)
    for other in readers.together(contact, by)[1:]:
        if other.status in OPEN and other.claimed_at_moment(at) is None:
            with suppress(Refused):
                actions.claim(contact=other, by=by, at=at)
    return claimed


@transaction.atomic
def release_together(*, contact: Contact, by: User, at: datetime) -> None:
    """Give back whatever of a contact's bundle ``by`` holds; the contact itself when that is none of it.

    Raises Refused as giving back one contact does.
    """
    held = [row for row in readers.together(contact, by) if row.claimed_at_moment(at) == by]
    for row in held or [contact]:
        actions.release(contact=row, by=by, at=at)


def looking(*, contact: Contact, by: User, at: datetime) -> list[User]:
    """Say that ``by`` has the contact open, and return who else has."""
    require(by, Permission.CONTACT_SCREEN)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_presence (contact_id, user_id, seen_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (contact_id, user_id) DO UPDATE SET seen_at = excluded.seen_at",
            [contact.pk, by.pk, at],
        )
    rows = Presence.objects.filter(contact=contact, seen_at__gt=at - GONE_AFTER).exclude(user=by)
    return [row.user for row in rows.select_related("user").order_by(*by_name("user__name"), "pk")]


def forget_lookers(at: datetime) -> int:
    """Take away who has gone for a day."""
    gone = Presence.objects.filter(seen_at__lt=at - timedelta(days=1)).values_list("pk", flat=True)

    def forget(keys: Sequence[int]) -> int:
        return int(Presence.objects.filter(pk__in=keys).delete()[0])

    return together_or_each(list(gone), forget, what="forget who has gone", at=at)


@transaction.atomic
def save_view(*, by: User, name: str, chosen: dict[str, str]) -> SavedView:
    """Keep filters of the queue under a name; the same name again replaces it."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter a name for the view.", code="required", field="name")
    if len(name) > 40:
        raise Refused("Enter a name of at most 40 characters.", code="too_long", field="name")
    query = urlencode({key: value for key, value in chosen.items() if value})
    whole(query, LONGEST_QUERY, called="The filters of a view", field="name")
    mine = SavedView.objects.filter(user=by)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise Refused(f"You have {MOST_VIEWS} saved views: delete one first.", code="too_many", field="name")
    view, _ = SavedView.objects.update_or_create(user=by, name=name, defaults={"query": query})
    return view


def drop_view(*, by: User, key: int) -> None:
    """Take one of one's own views away."""
    SavedView.objects.filter(user=by, pk=key).delete()


def views_of(user: User) -> list[SavedView]:
    """One's own views, by name."""
    return _views(user)


@worded()
def _views(user: User) -> QuerySet[SavedView, SavedView]:
    return SavedView.objects.filter(user=user.pk).order_by(*by_name("name"))


def is_compact(user: User) -> bool:
    """Whether the queue stands in one row a line for this user."""
    return bool(_is_compact(user))


@worded()
def _is_compact(user: User) -> QuerySet[QueueDensity, QueueDensity]:
    return QueueDensity.objects.filter(user=user.pk, is_compact=True)


def set_density(*, by: User, is_compact: bool) -> None:
    """Keep how ``by`` wants the lines of the queue from now on: one row each, or everything."""
    QueueDensity.objects.update_or_create(user=by, defaults={"is_compact": is_compact})
