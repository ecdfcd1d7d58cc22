"""Bundles kept in step: contacts join by rule when they arrive, by hand with a reason, and leave with one.

Locks are always taken in one order, so that no two acts wait for each other: the family's look-up words (advisory, of
the transaction), then contacts by number, then bundles by number.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from contacts.bundles import bundling
from contacts.bundles.bundling import Adult, Child, Facts, Reason
from contacts.models import (
    Bundle,
    BundleJoin,
    BundlingRule,
    CommunalAddress,
    Contact,
    ContactPerson,
    FamilyKey,
    KeptApart,
    PossibleLink,
)
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import User, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.db import shortened, sql_beside
from frontdoor.notifications.actions import notify
from frontdoor.people import identifiers
from frontdoor.people.homes import Home, home_of
from frontdoor.people.models import Address, Person, Restriction
from frontdoor.people.words import is_no_name, name_parts
from frontdoor.workflow.actions import lock

#: So many contacts are looked at for a join, and so many more for a possible link.
MOST, MOST_POSSIBLE = 60, 20
#: A reason given by hand leaves room for the contact it came with ("With C-7K3M9Q2D: ").
LONGEST_SENTENCE, LONGEST_REASON = 300, 280
OPENED = Reason("opened", "It started the bundle")
BY_HAND = "by_hand"
#: A bundle of its own for every contact on the queue that has none.
ALONE = sql_beside(__file__, "alone")
#: What stands on bundles, from their contacts on the queue.
REFRESH = sql_beside(__file__, "refresh")


def give_each_its_own() -> None:
    """Every contact on the queue without a bundle gets one of its own; for rows copied in by the thousand."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)


# --- Facts ----------------------------------------------------------------------------------------------------------


def window(on: Any) -> timedelta:
    """How far apart two contacts may lie that are bundled by rule, on this day."""
    row: BundlingRule | None = BundlingRule.objects.in_force(on).first()
    return timedelta(days=row.window_days) if row is not None else bundling.WINDOW


def facts_of(contacts: Sequence[Contact], more: Sequence[ContactPerson] = ()) -> list[Facts]:
    """What bundling knows of these contacts, in a fixed number of questions. ``more``: people about to be added.

    A contact stands alone when it is of a restricted kind, was taken under a restriction, or somebody on it has been
    confirmed to be a record that is restricted or adopted: then nothing about it joins, or is told, anywhere else.
    """
    keys = [contact.pk for contact in contacts]
    rows = [*ContactPerson.objects.filter(contact_id__in=keys).order_by("contact_id", "position"), *more]
    confirmed = {row.person_id for row in rows if row.person_id is not None}
    hidden: set[int] = set()
    if confirmed:
        hidden = set(Restriction.objects.in_force().filter(person_id__in=confirmed).values_list("person_id", flat=True))
        hidden |= set(Person.objects.filter(pk__in=confirmed, is_adoption_protected=True).values_list("pk", flat=True))
    days = [london_date(contact.received_at) for contact in contacts]
    communal, confidential = _shared_homes(rows, days)
    of: dict[int, list[ContactPerson]] = {key: [] for key in keys}
    for row in rows:
        of[row.contact_id].append(row)
    return [
        Facts(
            key=contact.pk,
            received_at=contact.received_at,
            children=tuple(_child(row, communal, confidential) for row in of[contact.pk] if row.is_child),
            adults=tuple(_adult(row, communal, confidential) for row in of[contact.pk] if not row.is_child),
            stands_alone=(
                contact.type.is_restricted
                or contact.taken_under_restriction_by_id is not None
                or any(row.person_id in hidden for row in of[contact.pk])
            ),
            families=len({row.family_group for row in of[contact.pk]}),
        )
        for contact in contacts
    ]


def _shared_homes(rows: Iterable[ContactPerson], days: Collection[Any]) -> tuple[set[str], set[str]]:
    """Home keys (or whole postcodes) many households share, and those kept confidential on somebody's record."""
    postcodes = {key for row in rows if (key := identifiers.postcode_key(row.postcode))}
    if not postcodes:
        return set(), set()
    communal: set[str] = set()
    known = CommunalAddress.objects.held_between(min(days), max(days)).filter(postcode_key__in=postcodes)
    for place in known:
        communal.add(home_of(place.line, place.postcode_key).key if place.line else place.postcode_key)
    confidential: set[str] = set()
    on_record = Address.objects.filter(postcode_key__in=postcodes, ended_on__isnull=True)
    shared = on_record.filter(is_confidential=False, is_communal=True)
    communal |= {home_of(*place).key for place in shared.values_list("lines", "postcode")[:MOST]}
    kept = on_record.filter(is_confidential=True)
    confidential |= {home_of(*place).key for place in kept.values_list("lines", "postcode")[:MOST]}
    return communal - {""}, confidential - {""}


def _home(row: ContactPerson, communal: set[str], confidential: set[str]) -> Home:
    if row.is_address_held_back:
        return Home()
    home = home_of(row.address, row.postcode)
    return Home(
        home.key,
        home.is_communal or home.key in communal or identifiers.postcode_key(row.postcode) in communal,
        row.address_is_confidential or home.key in confidential,
    )


def _child(row: ContactPerson, communal: set[str], confidential: set[str]) -> Child:
    numbers = frozenset(
        (kind, checked.value)
        for kind, value in (("nhs", row.nhs_number), ("upn", row.upn))
        if value and (checked := identifiers.check(kind, value)).check_ok
    )
    given, family = name_parts(row.given_name, row.family_name)
    return Child(
        given=given, family=family, known_as="" if is_no_name(row.known_as) else row.known_as, born=row.date_of_birth,
        is_estimated=row.dob_is_estimated, expected_on=row.expected_on, numbers=numbers,
        home=_home(row, communal, confidential), person=row.person_id, of_family=row.family_group,
    )  # fmt: skip


def _adult(row: ContactPerson, communal: set[str], confidential: set[str]) -> Adult:
    return Adult(
        name="" if is_no_name(row.name) else row.name, born=None if row.dob_is_estimated else row.date_of_birth,
        telephones=identifiers.telephone_keys(row.telephone), relationship=row.relationship, role=row.role,
        has_parental_responsibility=bool(row.parental_responsibility), home=_home(row, communal, confidential),
        person=row.person_id, of_family=row.family_group,
    )  # fmt: skip


# --- Joining by rule ------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What a contact has to do with those on the queue."""

    joins: list[tuple[Contact, Reason]] = field(default_factory=list)
    possible: list[tuple[Contact, Reason]] = field(default_factory=list)


@transaction.atomic
def bundle_contact(*, contact: Contact, by: User | None, at: datetime) -> Bundle:
    """Put a contact where its family's open contacts stand, or into a bundle of its own.

    1. Take its look-up words for the transaction: two arrivals about one family take turns.
    2. Compare it with the open contacts that share a word or a confirmed record, within the window of the day.
    3. It joins the oldest bundle; other bundles it has a join with move into that one, unless a person keeps a pair in
       them apart. What is no join is kept as a possible link, on both.
    4. A bundle whose screening had begun calls for attention again, and whoever holds it is told.

    Called in the transaction that records the contact, and again when who somebody is was confirmed or taken back.
    """
    facts = facts_of([contact])[0]
    _take_turns(facts)
    _keep_words(contact, facts)
    found = _look(contact, facts, london_date(at)) if not facts.stands_alone else Found()
    was = contact.bundle
    if was is not None and not _belongs(contact, at):
        _leave(contact, by=by, at=at, reason="Nothing links it to the others any more")
        was = contact.bundle
    bundle = was
    one_each = _one_for_each_bundle(contact, found.joins)
    if one_each:
        _lock_contacts({contact.pk, *(other.pk for other, _ in one_each)})
    for other, reason in one_each:
        there = bundle_of(other)
        if bundle is not None and there.pk == bundle.pk:
            continue
        if bundle is None:
            bundle = there
            _put(contact, bundle, reason=reason, other=other, by=by, at=at)
            _call_attention(bundle, contact, at=at)
        elif not _apart(bundle, there):
            older, newer = sorted((bundle, there), key=lambda b: (b.opened_at, b.pk))
            _merge(newer, older, contact=contact, other=other, reason=reason, at=at)
            bundle = older
            if was is not None:
                _call_attention(bundle, contact, at=at)
    if bundle is None:
        bundle = _open(contact, at=at)
        _put(contact, bundle, reason=OPENED, other=None, by=by, at=at)
    _call_attention_beside(contact, found.possible, at=at)
    PossibleLink.objects.bulk_create(
        [
            PossibleLink(contact=contact, other=other, code=reason.code, sentence=reason.sentence, at=at)
            for other, reason in found.possible
        ],
        ignore_conflicts=True,
    )
    refresh([bundle.pk, *([was.pk] if was is not None and was.pk != bundle.pk else [])])
    contact.bundle = bundle
    return bundle


def take_turns(contact: Contact, *people: Person, more: Sequence[ContactPerson] = ()) -> None:
    """Take the turn of a contact's family before the contact itself is locked (see the order of locks above).

    ``people``: records about to be confirmed on it. ``more``: rows of people about to be added to it.
    """
    facts = facts_of([contact], more)[0]
    _take_turns(facts, [person.pk for person in people])


def _take_turns(facts: Facts, people: Collection[int] = ()) -> None:
    """Lock each look-up word and confirmed record for the transaction, in order."""
    words = {*bundling.strong_keys(facts), *(f"person {key}" for key in (*facts.confirmed, *people))}
    if words:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(h) FROM (SELECT DISTINCT hashtextextended(w, 7) AS h"
                " FROM unnest(%s::text[]) w ORDER BY 1) x",
                [sorted(words)],
            )


def _keep_words(contact: Contact, facts: Facts) -> None:
    wanted = bundling.strong_keys(facts) | bundling.weak_keys(facts)
    FamilyKey.objects.bulk_create(
        [FamilyKey(contact=contact, key=key, received_at=contact.received_at) for key in sorted(wanted)],
        ignore_conflicts=True,
    )


def _look(contact: Contact, facts: Facts, today: Any) -> Found:
    """The open contacts this one has something to do with: those with a join first, each with its reason."""
    far = window(today)
    near = (
        Contact.objects.on_queue()
        .filter(received_at__range=(contact.received_at - far, contact.received_at + far))
        .exclude(pk=contact.pk)
    )
    confirmed = sorted(facts.confirmed)
    strong, weak = bundling.strong_keys(facts), bundling.weak_keys(facts)
    rows: dict[int, Contact] = {}
    for keys, most in ((strong, MOST), (weak, MOST_POSSIBLE)):
        shares = Q(
            pk__in=FamilyKey.objects.filter(
                key__in=sorted(keys), received_at__range=(contact.received_at - far, contact.received_at + far)
            ).values("contact_id")
        )
        if keys is strong and confirmed:
            shares |= Q(pk__in=ContactPerson.objects.filter(person_id__in=confirmed).values("contact_id"))
        if keys or (keys is strong and confirmed):
            for row in near.filter(shares).select_related("type").order_by("-received_at", "-pk")[:most]:
                rows.setdefault(row.pk, row)
    found = Found()
    if not rows:
        return found
    for other in sorted(facts_of(list(rows.values())), key=lambda f: f.key):
        verdict = bundling.compare(facts, other, far)
        if verdict.join is not None:
            found.joins.append((rows[other.key], verdict.join))
        found.possible += [(rows[other.key], reason) for reason in verdict.possible]
    return found


def _one_for_each_bundle(contact: Contact, joins: Sequence[tuple[Contact, Reason]]) -> list[tuple[Contact, Reason]]:
    """The first join with each bundle, the oldest contact first; pairs a person keeps apart left out."""
    apart = kept_apart([contact.pk]) if joins else set()
    first: dict[int | None, tuple[Contact, Reason]] = {}
    for other, reason in joins:
        if frozenset((contact.pk, other.pk)) not in apart:
            first.setdefault(other.bundle_id, (other, reason))
    return list(first.values())


def kept_apart(keys: Collection[int]) -> set[frozenset[int]]:
    """Pairs of contacts, one of them among these (ids), that a person keeps apart."""
    rows = KeptApart.objects.filter(Q(contact__in=keys) | Q(other__in=keys), ended_at__isnull=True)
    return {frozenset(pair) for pair in rows.values_list("contact_id", "other_id")}


def _apart(one: Bundle, two: Bundle) -> bool:
    """Whether a person keeps some contact of the one apart from some contact of the other."""
    ours, theirs = _members(one), _members(two)
    apart = kept_apart(ours)
    return any(frozenset((x, y)) in apart for x in ours for y in theirs)


def _members(bundle: Bundle) -> list[int]:
    return list(Contact.objects.on_queue().filter(bundle=bundle).order_by("pk").values_list("pk", flat=True))


def _lock_contacts(keys: Collection[int]) -> None:
    list(Contact.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))


def bundle_of(contact: Contact) -> Bundle:
    """The bundle a contact stands in now, read afresh. Raises DoesNotExist for one that never stood in any."""
    bundle: Bundle = Bundle.objects.get(contacts=contact)
    return bundle


def _open(contact: Contact, *, at: datetime) -> Bundle:
    bundle: Bundle = Bundle.objects.create(
        opened_at=at, rank_at=contact.rank_at, tier=contact.tier, grade=contact.grade,
        first_received_at=contact.received_at, last_received_at=contact.received_at,
    )  # fmt: skip
    return bundle


def _put(
    contact: Contact, bundle: Bundle, *, reason: Reason, other: Contact | None, by: User | None, at: datetime
) -> None:
    """Stand a contact in a bundle; where it stood before is kept as history."""
    BundleJoin.objects.filter(contact=contact, ended_at__isnull=True).update(
        ended_at=at, ended_by=by or system_user(), ended_reason=f"It went to {bundle.reference}"
    )
    BundleJoin.objects.create(
        bundle=bundle, contact=contact, other=other, code=reason.code, by=by, at=at,
        sentence=shortened(reason.sentence, LONGEST_SENTENCE),
    )  # fmt: skip
    Contact.objects.filter(pk=contact.pk).update(bundle=bundle)
    contact.bundle = bundle


def _merge(
    newer: Bundle,
    older: Bundle,
    *,
    contact: Contact,
    other: Contact,
    reason: Reason,
    at: datetime,
    by: User | None = None,
) -> None:
    """Move every contact of one bundle into another, because two of them are joined."""
    moving = list(Contact.objects.filter(bundle=newer).order_by("pk"))
    _lock_contacts([row.pk for row in moving])
    for row in moving:
        ours = {contact.pk: other, other.pk: contact}.get(row.pk)
        because = reason if ours is not None else Reason(reason.code, f"With {contact.reference}: {reason.sentence}")
        _put(row, older, reason=because, other=ours or contact, by=by, at=at)
    attention = [moment for moment in (newer.needs_attention_at, older.needs_attention_at) if moment is not None]
    Bundle.objects.filter(pk=newer.pk).update(
        merged_into=older, is_on_queue=False, size=0, needs_attention_at=None, version=F("version") + 1
    )
    Bundle.objects.filter(pk=older.pk).update(needs_attention_at=max(attention, default=None), version=F("version") + 1)
    older.refresh_from_db()


def _belongs(contact: Contact, at: datetime) -> bool:
    """Whether the rules and hands that hold still put a contact where it stands; always so when it is alone there."""
    others = list(Contact.objects.on_queue().filter(bundle_id=contact.bundle_id).select_related("type").order_by("pk"))
    if all(row.pk == contact.pk for row in others):
        return True
    every = [row for row in others if row.pk != contact.pk] + [contact]
    keys = [row.pk for row in every]
    group = bundling.bundles_of(
        facts_of(every), window=window(london_date(at)), together=_by_hand(keys), apart=kept_apart(keys)
    )
    mine = next(found for found in group if contact.pk in found)
    return len(mine) > 1


def _by_hand(keys: Collection[int]) -> list[tuple[int, int]]:
    """Pairs a person joined, and has not taken apart."""
    rows = BundleJoin.objects.filter(
        code=BY_HAND,
        contact__in=keys,
        other__in=keys,
        bundle_id=F("contact__bundle_id"),
        other__bundle_id=F("bundle_id"),
    )
    return [(a, b) for a, b in rows.values_list("contact_id", "other_id") if b is not None]


def _leave(contact: Contact, *, by: User | None, at: datetime, reason: str) -> Bundle:
    """Take a contact out of its bundle into one of its own."""
    was = contact.bundle_id
    alone = _open(contact, at=at)
    _put(contact, alone, reason=Reason("left", reason), other=None, by=by, at=at)
    refresh([key for key in (was, alone.pk) if key is not None])
    return alone


def _call_attention(bundle: Bundle, contact: Contact, *, at: datetime) -> None:
    """An arrival after screening began is never silently appended: attention is due again, and the holders hear it."""
    begun = list(
        Contact.objects.on_queue()
        .filter(bundle=bundle)
        .exclude(pk=contact.pk)
        .exclude(status=Contact.Status.RECEIVED)
        .select_related("claimed_by", "proposed_by")
    )
    if not begun:
        return
    Bundle.objects.filter(pk=bundle.pk).update(needs_attention_at=at, version=F("version") + 1)
    write_audit("bundle.attention", by=system_user(), reference=bundle.reference, detail={"contact": contact.reference})
    holders = {
        user.pk: user for row in begun for user in (row.claimed_at_moment(at), row.proposed_by) if user is not None
    }
    notify(
        holders.values(),
        kind="bundle",
        text=f"{contact.reference} has arrived about the family of {bundle.reference} that you are screening",
        reference=bundle.reference,
        path=f"/contacts/{contact.reference}/",
        urgent=contact.grade_for_now == "red",
    )


def _call_attention_beside(contact: Contact, possible: Sequence[tuple[Contact, Reason]], *, at: datetime) -> None:
    """The same for the bundles it stands beside and does not join, one of them being about several families; once."""
    several = {other.pk: other for other, reason in possible if reason.code == bundling.SEVERAL}
    if not several:
        return
    links = PossibleLink.objects.filter(Q(contact=contact) | Q(other=contact), code=bundling.SEVERAL)
    known = {key for pair in (*links.values_list("contact_id", "other_id"), *kept_apart([contact.pk])) for key in pair}
    bundles = {other.bundle_id: other for key, other in sorted(several.items()) if key not in known}
    for other in bundles.values():
        _call_attention(bundle_of(other), contact, at=at)


# --- In step --------------------------------------------------------------------------------------------------------


def refresh(keys: Iterable[int]) -> None:
    """Work out what stands on these bundles (ids) from their contacts on the queue. Inside the act's transaction."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    # Locked first: the statement that counts then sees what the act before us wrote.
    list(Bundle.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"ids": wanted})


def refresh_of(contacts: Iterable[int]) -> None:
    """The same for the bundles these contacts (ids) stand in."""
    refresh(
        Contact.objects.filter(pk__in=list(contacts), bundle__isnull=False)
        .values_list("bundle_id", flat=True)
        .distinct()
    )


def seen(*, bundle: Bundle, by: User, at: datetime) -> None:
    """Somebody who screens has looked at what arrived: attention is no longer due."""
    if Bundle.objects.filter(pk=bundle.pk, needs_attention_at__isnull=False).update(
        needs_attention_at=None, version=F("version") + 1
    ):
        write_audit("bundle.seen", by=by, reference=bundle.reference)


# --- By hand --------------------------------------------------------------------------------------------------------


@transaction.atomic
def join(*, contact: Contact, other: Contact, by: User, at: datetime, reason: str) -> Bundle:
    """Join the bundles of two contacts by hand, with a reason; taken back by :func:`split`.

    Raises Refused without a reason, when one of them is off the queue, or when one stands alone because it is about
    somebody hidden or adopted.
    """
    require(by, Permission.CONTACT_SCREEN)
    if not reason.strip():
        raise Refused("Say why they belong together.", code="reason_required", field="reason")
    whole(reason.strip(), LONGEST_REASON, called="The reason", field="reason")
    if contact.pk == other.pk:
        raise Refused("This is the same contact.", code="same_contact", field="other")
    _lock_contacts({contact.pk, other.pk})
    ours = Contact.objects.select_related("type", "bundle").get(pk=contact.pk)
    theirs = Contact.objects.select_related("type", "bundle").get(pk=other.pk)
    if not (ours.is_on_queue and theirs.is_on_queue) or ours.bundle is None or theirs.bundle is None:
        raise Refused("Only contacts on the queue can be bundled.", code="off_queue", field="other")
    known = facts_of([ours, theirs])
    if any(facts.stands_alone for facts in known):
        raise Refused("One of these contacts has to be screened by itself.", code="stands_alone", field="other")
    if any(facts.families > 1 for facts in known):
        raise Refused(
            "One of these contacts is about several families: it stands beside the bundle of each.",
            code="several", field="other",
        )  # fmt: skip
    KeptApart.objects.filter(
        contact__in=_members(ours.bundle) + _members(theirs.bundle),
        other__in=_members(ours.bundle) + _members(theirs.bundle),
        ended_at__isnull=True,
    ).update(ended_at=at, ended_by=by)
    if ours.bundle_id == theirs.bundle_id:
        return bundle_of(ours)
    older, newer = sorted((ours.bundle, theirs.bundle), key=lambda b: (b.opened_at, b.pk))
    _merge(newer, older, contact=ours, other=theirs, reason=Reason(BY_HAND, reason.strip()), at=at, by=by)
    refresh([older.pk, newer.pk])
    write_audit(
        "bundle.joined", by=by, reference=older.reference, reason=reason,
        detail={"contacts": [ours.reference, theirs.reference]},
    )  # fmt: skip
    contact.bundle = older
    return bundle_of(ours)


@transaction.atomic
def split(*, contact: Contact, by: User, at: datetime, reason: str) -> Bundle:
    """Take a contact out of its bundle by hand, with a reason; no rule puts it back. :func:`join` takes this back."""
    require(by, Permission.CONTACT_SCREEN)
    if not reason.strip():
        raise Refused("Say why it does not belong here.", code="reason_required", field="reason")
    reason = whole(reason.strip(), LONGEST_REASON, called="The reason", field="reason")
    locked = lock(contact)
    if locked.bundle is None:
        raise Refused("This contact is not in a bundle.", code="no_bundle")
    others = [key for key in _members(locked.bundle) if key != locked.pk]
    if not others:
        raise Refused("It is the only contact in its bundle.", code="alone")
    was = locked.bundle
    KeptApart.objects.bulk_create(
        [
            KeptApart(contact_id=min(locked.pk, key), other_id=max(locked.pk, key), reason=reason, by=by, at=at)
            for key in others
        ],
        ignore_conflicts=True,
    )
    alone = _leave(locked, by=by, at=at, reason=reason)
    Bundle.objects.filter(pk=was.pk).update(version=F("version") + 1)
    write_audit(
        "bundle.split", by=by, reference=was.reference, reason=reason,
        detail={"contact": locked.reference, "bundle": alone.reference},
    )  # fmt: skip
    contact.bundle = alone
    return alone


@transaction.atomic
def stand_alone(*, contact: Contact, at: datetime, by: User | None = None, reason: str = "It is kept apart") -> None:
    """A contact is kept apart from now on, or turned out to be about several families: it leaves the bundle it shares
    with others. Called by an act that holds the contact's lock."""
    if contact.is_on_queue and contact.bundle is not None and contact.bundle.size > 1:
        _leave(contact, by=by, at=at, reason=reason)


@transaction.atomic
def person_is_hidden(person: Person, at: datetime) -> None:
    """A record is hidden from now on: contacts confirmed to be about it leave the bundles they share with others."""
    rows = Contact.objects.on_queue().filter(people__person=person, bundle__size__gt=1).distinct()
    for contact in list(rows.order_by("pk")):
        _leave(lock(contact), by=None, at=at, reason="It is kept apart")
