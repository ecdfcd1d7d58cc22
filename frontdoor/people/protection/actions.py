"""Restricting a record, opening it in an emergency, and keeping workers out of their own family's record."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from frontdoor.access import Denied, Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.db import tidy_reference
from frontdoor.people import hooks, identifiers
from frontdoor.people.access import check_conflict, hidden_people, known_people
from frontdoor.people.models import BreakGlass, DeclaredConflict, Person, Restriction, RestrictionHolder

LONGEST_HOURS = 24
REFERENCE = re.compile(r"P-[0-9A-HJKMNP-TV-Z]{8}")
NOT_GRANTED = (
    "Nothing was opened. Either there is no such record, or it is already open to you. The request has been recorded."
)


@transaction.atomic
def set_restriction(
    *, person: Person, holders: Iterable[User], by: User, at: datetime, reason: str, kind: str = "restricted"
) -> Restriction:
    """Let only the named colleagues see a person. At least one holder and a reason are needed."""
    require(by, Permission.RESTRICTION_SET)
    named = list({holder.pk: holder for holder in holders}.values())
    if not named:
        raise Refused("Name at least one colleague who may see the record.", code="no_holder", field="holders")
    if not reason.strip():
        raise Refused("Say why the record is restricted.", code="reason_required", field="reason")
    Person.objects.select_for_update().get(pk=person.pk)
    restriction = Restriction.objects.create(person=person, kind=kind, reason=reason, set_at=at, set_by=by)
    RestrictionHolder.objects.bulk_create(
        RestrictionHolder(restriction=restriction, user=holder, added_at=at, added_by=by) for holder in named
    )
    write_audit(
        "person.restricted",
        by=by,
        reference=person.reference,
        people=[person],
        reason=reason,
        detail={"holders": [holder.pk for holder in named], "kind": kind},
    )
    for tell_named in hooks.named_on:
        tell_named(person, named, by, at)
    for tell in hooks.hidden_from_now:
        tell(person, at)
    return restriction


@transaction.atomic
def add_holder(*, restriction: Restriction, holder: User, by: User, at: datetime) -> None:
    """Name one more colleague on a restriction in force; refused when they are named on it already."""
    require(by, Permission.RESTRICTION_SET)
    locked = Restriction.objects.select_for_update().get(pk=restriction.pk)
    if locked.ended_at is not None:
        raise Refused("This restriction has ended: nobody need be named on it.", code="ended")
    if locked.holders.filter(user=holder, ended_at__isnull=True).exists():
        raise Refused(f"{holder.name} is already named on this restriction.", code="named", field="holder")
    RestrictionHolder.objects.create(restriction=locked, user=holder, added_at=at, added_by=by)
    write_audit(
        "person.holder_added",
        by=by,
        reference=locked.person.reference,
        people=[locked.person],
        detail={"holder": holder.pk},
    )
    for tell in hooks.named_on:
        tell(locked.person, [holder], by, at)


@transaction.atomic
def end_restriction(*, restriction: Restriction, by: User, at: datetime, reason: str) -> Restriction:
    """Open a restricted record to everybody whose role allows it, with the reason."""
    require(by, Permission.RESTRICTION_SET)
    if not reason.strip():
        raise Refused("Say why the restriction ends.", code="reason_required", field="reason")
    locked = Restriction.objects.select_for_update().get(pk=restriction.pk)
    if locked.ended_at is not None:
        raise Refused("This restriction has already ended.", code="ended")
    locked.ended_at, locked.ended_by, locked.ended_reason = at, by, reason
    locked.save()
    write_audit(
        "person.restriction_ended",
        by=by,
        reference=locked.person.reference,
        people=[locked.person],
        reason=reason,
    )
    for hear in hooks.found_by_changed:
        hear(locked.person, at)
    return locked


#: So many records at most are noted with an attempt that opened none.
MOST_ASKED = 10


def _asked_for(query: str) -> Q:
    reference = tidy_reference(query)
    if REFERENCE.fullmatch(reference):
        return Q(reference=reference) | Q(absorbed__reference=reference)
    wanted = Q(pk__in=[])
    for kind, value in identifiers.guess(query):
        exact = Q(identifiers__value=value, identifiers__valid_to__isnull=True)
        wanted |= exact & Q(identifiers__kind=kind) if kind else exact
    return wanted


@transaction.atomic
def break_glass(*, by: User, at: datetime, query: str, reason: str, hours: int) -> Person | None:
    """Open one restricted record at once, for some hours, and tell the data protection officer and the holders.

    1. ``query`` is a reference or a whole identifier; names are not enough, so that nobody can go fishing.
    2. Exactly one hidden person must answer to it. Otherwise None: an absent record, an open one and an
       ambiguous one look alike, and the attempt is recorded.
    3. The grant, its audit row and the notices are one transaction.

    Raises Denied without the permission, Refused for a missing reason or hours outside 1 to 24.
    """
    require(by, Permission.BREAK_GLASS)
    if len(reason.strip()) < 10:
        raise Refused("Say why you need the record now, in a sentence.", code="reason_required", field="reason")
    if not 1 <= hours <= LONGEST_HOURS:
        raise Refused(f"Choose between 1 and {LONGEST_HOURS} hours.", code="hours", field="hours")
    if known_people(by).filter(person__in=Person.objects.filter(_asked_for(query))).exists():
        found: list[Person] = []
    else:
        # All records are looked through here on purpose: the question is about those the user may not see.
        found = list(Person.objects.filter(_asked_for(query), pk__in=hidden_people(by)).distinct()[:2])
    if len(found) != 1:
        asked: list[Person] = list(Person.objects.filter(_asked_for(query)).distinct().order_by("pk")[:MOST_ASKED])
        if len(asked) == 1 and BreakGlass.objects.filter(user=by, person=asked[0], expires_at__gt=at).exists():
            # Pressed twice: what was opened a moment ago is open, and once is enough for the evidence.
            return asked[0]
        # With whom it may have been about, so that whoever reads the reason is not told what is kept from them.
        write_audit("person.glass_not_broken", by=by, people=asked, reason=reason)
        return None
    person = found[0]
    expires_at = at + timedelta(hours=hours)
    BreakGlass.objects.create(user=by, person=person, reason=reason.strip(), granted_at=at, expires_at=expires_at)
    write_audit(
        "person.glass_broken",
        by=by,
        reference=person.reference,
        people=[person],
        reason=reason.strip(),
        detail={"hours": hours},
    )
    for tell in hooks.glass_broken:
        tell(person, by, reason.strip(), at, expires_at)
    return person


@transaction.atomic
def declare_conflict(*, user: User, person: Person, by: User, at: datetime) -> DeclaredConflict:
    """Record that a member of staff is related to or knows a person: the record is closed to them."""
    conflict, made = DeclaredConflict.objects.get_or_create(
        user=user, person=person, ended_at=None, defaults={"declared_at": at, "declared_by": by}
    )
    if made:
        write_audit(
            "person.conflict_declared",
            by=by,
            reference=person.reference,
            people=[person],
            detail={"user": user.pk},
        )
    return conflict


@transaction.atomic
def note_conflict_met(*, person: Person, by: User, at: datetime) -> None:
    """Record, and tell their manager, that somebody tried to open the record of a person they know."""
    write_audit("person.conflict_met", by=by, reference=person.reference, people=[person])
    for tell in hooks.conflict_met:
        tell(person, by, at)


def keep_out(*, people: Iterable[Person], by: User, at: datetime) -> None:
    """Raise Denied, and leave the note of it, when the user has declared that they know one of these people.

    Called outside a transaction: the note stays although the page is refused.
    """
    people = list(people)
    known = set(known_people(by).filter(person__in=people)) if people else set()
    for person in people:
        if person.pk not in known:
            continue
        try:
            check_conflict(by, person)
        except Denied:
            note_conflict_met(person=person, by=by, at=at)
            raise
