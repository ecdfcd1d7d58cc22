"""Contacts that may be about somebody restricted: who was told, who may take one, what everybody else may know of it.

Before one is taken nothing about it differs for anybody who was not told, whatever they do with it: an outcome is taken
as ever, and only those told still have it before them, until one of them takes it (:mod:`referrals.taking`). After that
everybody else sees a line that says "taken by a manager".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404

from contacts.hooks import OpenForm
from contacts.models import Contact
from frontdoor.access import Permission, Refused, get_visible, holds, roles_holding
from frontdoor.accounts.models import User, on_duty
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.models import Clock
from frontdoor.db import VisibleQuerySet, tidy_reference
from frontdoor.notifications.actions import on_call, one_by_one, raise_alert
from frontdoor.notifications.models import QUIET, Alert
from frontdoor.wording import worded

#: The alert that tells the named holders, and the clock until one of them has taken the contact.
ALERT = "restricted-contact"
CLOCK = "restricted_take"
TAKEN = "A manager has taken this contact."
#: So many lines of contacts others took stand on the queue at most.
MOST_LINES = 20


@dataclass(frozen=True)
class Held:
    """A contact in the list of those told: ``taken_by`` is empty while nobody has taken it."""

    contact: Contact
    taken_by: str
    is_mine: bool
    clock: Clock | None


def was_told(user: User, reference: str) -> bool:
    """Whether this user was told that this record may be about somebody on a record they hold."""
    return Alert.objects.quiet_for(user).filter(reference=reference).exists()


def to_be_told(holders: Iterable[User], at: datetime, *, contact: Contact | None = None) -> list[User]:
    """Whom a silent match is told to: the named holders and whoever is on call; who may act must be among them.

    Of a ``contact`` of a kind that not everybody may read, only those who may: whoever took it would be shut out of it.
    """
    found = [user for user in (*holders, *on_duty("on_call", at)) if contact is None or _may_read(user, contact)]
    return found if any(_may_act(user, contact) for user in found) else [*found, *_in_their_place(contact, at)]


def _in_their_place(contact: Contact | None, at: datetime) -> list[User]:
    """The on-call manager; where their role does not read such a contact, everybody whose role does."""
    found = on_call(at)
    if contact is None or any(_may_act(user, contact) for user in found):
        return found
    return list(User.objects.filter(is_active=True, roles__overlap=roles_holding(Permission.CONTACT_ALLEGATION)))


def _may_read(user: User, contact: Contact) -> bool:
    """Whether the user's role reads contacts of this kind."""
    is_open = not contact.type.is_restricted or contact.recorded_by_id == user.pk
    return is_open or holds(user, Permission.CONTACT_ALLEGATION)


def _may_act(user: User, contact: Contact | None) -> bool:
    may_view = user.is_active and holds(user, Permission.CONTACT_VIEW)
    return may_view and (contact is None or _may_read(user, contact))


def others_told(contact: Contact, *, but: User) -> list[User]:
    """Who else was told of a contact and may act on it."""
    told = User.objects.filter(alerts__kind=ALERT, alerts__reference=contact.reference).exclude(pk=but.pk).distinct()
    return [user for user in told.order_by("pk") if _may_act(user, contact)]


def nothing_left_to_take(reference: str, *, by: User, at: datetime) -> None:
    """Somebody who was told has seen to it: the alert leaves every screen and the clock stops."""
    clocks.stop(reference=reference, rule=CLOCK, at=at, by=by)
    Alert.objects.waiting().filter(kind__in=QUIET, reference=reference).update(taken_at=at, taken_by=by, climbs_at=None)


def seen_to(reference: str, *, by: User, at: datetime) -> None:
    """The same where this user was told; nothing for anybody else, who cannot know that there is anything to take."""
    if was_told(by, reference):
        nothing_left_to_take(reference, by=by, at=at)


def closed_to_others(record: Any, name: str, by: User, at: datetime) -> list[str]:
    """A blocker of every move: what somebody took under a restriction is moved by whoever may see it, and no other.

    The page somebody had open before it was taken gets the same sentence whatever it was taken for.
    """
    if not isinstance(record, Contact) or by.is_machine or record.taken_under_restriction_by_id in (None, by.pk):
        return []
    return [] if Contact.objects.visible_to(by).filter(pk=record.pk).exists() else [TAKEN]


# --- Lists ----------------------------------------------------------------------------------------------------------


def line(user: User, reference: str) -> Contact | None:
    """The contact of this reference if somebody else took it and this user may know that; otherwise None."""
    reference = tidy_reference(reference)
    if "\x00" in reference:
        return None
    found: Contact | None = Contact.objects.taken_by_others(user).filter(reference=reference).first()
    return found


def to_act_on(
    rows: type[Contact] | VisibleQuerySet, user: User, reference: str, *, read_with: Sequence[str] = ()
) -> Contact:
    """The contact if the user may see it, as :func:`frontdoor.access.get_visible`.

    Raises Refused, with the same words for everybody, where somebody else has taken it meanwhile.
    """
    try:
        if rows is Contact:
            return _to_act_on(user, reference, read_with=tuple(read_with))
        found: Contact = get_visible(rows, user, reference, read_with=read_with)
    except Http404:
        if line(user, reference) is not None:
            raise Refused(TAKEN, code="taken") from None
        raise
    return found


def _to_act_on(user: User, reference: str, *, read_with: tuple[str, ...]) -> Contact:
    reference = tidy_reference(reference)
    found = [] if "\x00" in reference else _visible(user, reference=reference, read_with=read_with)
    if not found:
        raise Http404
    return found[0]


@worded(reference=str)
def _visible(user: User, *, reference: str, read_with: tuple[str, ...]) -> QuerySet[Contact, Contact]:
    rows: QuerySet[Contact, Contact] = Contact.objects.visible_to(user).named(reference)
    return rows.select_related(*read_with) if read_with else rows


def to_take(user: User, reference: str) -> Contact:
    """The contact, for whoever was told of it although somebody else has taken it, or who may see it; 404 otherwise."""
    wanted = tidy_reference(reference)
    told: Contact | None = None
    if "\x00" not in wanted:
        told = Contact.objects.told_of(user).filter(reference=wanted).first()
    return told or get_visible(Contact, user, reference)


def lines(user: User) -> list[Contact]:
    """Contacts somebody else took that were on the queue, the newest first: by reference and time of receipt alone."""
    return _lines(user)


@worded()
def _lines(user: User) -> QuerySet[Contact, Contact]:
    rows: QuerySet[Contact, Contact] = Contact.objects.taken_by_others(user).on_queue()
    return rows.order_by("-received_at", "-id").only("reference", "received_at")[:MOST_LINES]


def held_by(user: User) -> Any:
    """What this user was told of and nobody has seen to, and what was taken of that or by them and is not decided."""
    waiting = Alert.objects.waiting().filter(kind=ALERT, told=user).values("reference")
    untaken = Q(taken_under_restriction_by__isnull=True, reference__in=waiting)
    undecided = Q(taken_under_restriction_by__isnull=False) & (~Q(status=Contact.Status.DECIDED) | Q(is_on_queue=True))
    told = Contact.objects.told_of(user).filter(untaken | undecided)
    own = Contact.objects.visible_to(user).filter(undecided, taken_under_restriction_by=user)
    return Contact.objects.filter(Q(pk__in=told.values("pk")) | Q(pk__in=own.values("pk")))


def held(user: User) -> list[Held]:
    """The same as a list, the oldest first, each with its clock."""
    rows = list(held_by(user).select_related("taken_under_restriction_by").order_by("received_at", "id"))
    clocks_of = Clock.objects.visible_to(user).filter(rule=CLOCK, stopped_at__isnull=True)
    running = {clock.reference: clock for clock in clocks_of.filter(reference__in=[row.reference for row in rows])}
    return [
        Held(
            row,
            str(row.taken_under_restriction_by or ""),
            row.taken_under_restriction_by_id == user.pk,
            running.get(row.reference),
        )
        for row in rows
    ]


def part_of_page(contact: Contact, user: User, open_form: OpenForm) -> dict[str, Any]:
    """What a contact's page says of it to whoever took it, or may take it: who was told, and who restricts records.

    The second may have reasons of their own, such as a colleague's family nobody has restricted yet. So that a contact
    was taken does not tell that somebody restricted is on it.
    """
    is_taken = contact.taken_under_restriction_by_id is not None
    is_mine = contact.taken_under_restriction_by_id == user.pk
    told = (is_mine or not is_taken) and was_told(user, contact.reference)
    return {
        "restriction": {
            "is_taken": is_taken,
            "is_mine": is_mine,
            "told": told and Alert.objects.waiting().filter(kind=ALERT, reference=contact.reference).exists(),
            "may_take": not is_taken and (told or holds(user, Permission.RESTRICTION_SET)),
        }
    }


# --- Nobody left ----------------------------------------------------------------------------------------------------


def find_another(at: datetime) -> int:
    """Tell the on-call manager of every contact whose last holder is gone; returns how many. Safe to run twice.

    Of a contact that waits to be taken and none of those told may act any more; of one that somebody took whose account
    has ended. Its clock runs from now.
    """
    waiting = list(Alert.objects.waiting().filter(kind=ALERT).prefetch_related("told"))
    named = Contact.objects.filter(reference__in=[alert.reference for alert in waiting]).select_related("type")
    about = {contact.reference: contact for contact in named}
    left = {
        alert.reference: None
        for alert in waiting
        if not any(_may_act(user, about.get(alert.reference)) for user in alert.told.all())
    }
    undecided = ~Q(status=Contact.Status.DECIDED) | Q(is_on_queue=True)
    taken = Contact.objects.filter(undecided, taken_under_restriction_by__isnull=False)
    gone = [row for row in taken.select_related("taken_under_restriction_by", "type") if not _may_act(_taker(row), row)]
    left |= {row.reference: None for row in gone if not _is_told_of(row)}
    return one_by_one(list(left), lambda reference: _tell_on_call(reference, at), what="find another holder", at=at)


def _taker(contact: Contact) -> User:
    assert contact.taken_under_restriction_by is not None
    return contact.taken_under_restriction_by


def _is_told_of(contact: Contact) -> bool:
    """Whether an alert about it waits on the screen of somebody who may act."""
    waiting = Alert.objects.waiting().filter(kind=ALERT, reference=contact.reference)
    return any(_may_act(user, contact) for alert in waiting for user in alert.told.all())


@transaction.atomic
def _tell_on_call(reference: str, at: datetime) -> int:
    raise_alert(
        kind=ALERT,
        reference=reference,
        text=f"Contact {reference} may be about somebody restricted, and nobody who was told of it is here any more.",
        path=f"/contacts/{reference}/",
        at=at,
        to=_in_their_place(Contact.objects.filter(reference=reference).select_related("type").first(), at),
    )
    clocks.start(CLOCK, reference=reference, started_at=at, by=None)
    return 1
