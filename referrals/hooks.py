"""Filled by what stands above referrals: figures that a page of ours shows, who keeps what was sent, open work."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import User
from referrals.models import Referral, Sent

# How contacts ended together turned out up to a moment; the page of samples shows it. One, from the home of figures.
outturn_of_ended_together: list[Callable[[datetime], object]] = []


# Called with (referral, user): what is open below it and keeps it from ending, as (words, address), for its page.
open_below: list[Callable[[Referral, User], Iterable[tuple[str, str]]]] = []


@dataclass(frozen=True)
class Keeper:
    """An app above that keeps a record of its own of what was sent to it. Each is called in the same transaction.

    ``sent`` and ``taken`` with (sent, by, at); ``no_longer``: the decision it came from no longer stands, and
    ``put_right``: it was wrong that it was taken, and this row waits again, with (sent, by, at, reason). ``where``: of
    these rows (ids) the reference and address of the record, as far as the user may see it.
    """

    sent: Callable[[Sent, User, datetime], None]
    taken: Callable[[Sent, User, datetime], None]
    no_longer: Callable[[Sent, User, datetime, str], None]
    put_right: Callable[[Sent, User, datetime, str], None]
    where: Callable[[Sequence[Sent], User], Mapping[int, tuple[str, str]]]


keepers: list[Keeper] = []


def kept_at(rows: Sequence[Sent], user: User) -> dict[int, tuple[str, str]]:
    """By row (id) the record that is kept of it elsewhere: reference and address."""
    return {key: place for keeper in keepers for key, place in keeper.where(rows, user).items()}


# Called with (referral, before, after, by, at, reason) when a worker's referral is passed on with all that hangs on it;
# Refused or Denied leaves what is an app's own where it was, and is told.
passed_on: list[Callable[[Referral, User, User, User, datetime, str], None]] = []


def pass_on_what_hangs(
    referral: Referral, before: User, after: User, *, by: User, at: datetime, reason: str
) -> list[Refused]:
    """Pass what hangs on the worker of a referral to whoever takes it on; what is refused stays where it was."""
    stays: list[Refused] = []
    for each in passed_on:
        try:
            with transaction.atomic():
                each(referral, before, after, by, at, reason)
        except Denied as denied:
            stays.append(Refused(denied.message, code="denied"))
        except Refused as why:
            stays.append(why)
    return stays
