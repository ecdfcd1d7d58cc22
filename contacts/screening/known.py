"""What may call for a manager and stands in the database, of several contacts, asked once for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts import hidden, hooks
from contacts.grading import raising
from contacts.models import Contact, ContactAddition, ContactPerson, ContactText, HouseholdAnswer
from frontdoor.people.models import Involvement
from frontdoor.wording import worded

YEAR = timedelta(days=365)
#: From so many contacts in the 12 months before, this is the third or a later one.
OFTEN = 2
#: What is open work of a child for whom an ending needs a manager.
WORK = ("referral", "assessment")
#: Of a possible match: what it would mean if the child were that person.
MAY_BE_OFTEN = "It may be the third contact in 12 months or a later one"
MAY_HAVE_WORK = "A child may have open work"
MAY_BE_ON_PLAN = "A child may be on a protection plan"
#: Parts in records, and whom children may be: by person, and by the id of the contact.
Parts = Mapping[int, Sequence[Involvement]]
Possible = Mapping[int, Collection[int]]


@dataclass
class Known:
    """By the ids of contacts: which come often, have open work, and so on; ``possible`` is what may be, in words.

    ``added`` and ``answered`` have no say in who signs: contacts to which something was added later, and those of which
    somebody answered for brothers and sisters; a page asks for these of no other.
    """

    often: set[int] = field(default_factory=set)
    with_work: set[int] = field(default_factory=set)
    possible: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    disagreed: set[int] = field(default_factory=set)
    injured: set[int] = field(default_factory=set)
    added: set[int] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)


def known_of(
    rows: Sequence[tuple[Contact, Sequence[ContactPerson]]],
    *,
    parts: Parts | None = None,
    possible: Possible | None = None,
) -> Known:
    """What is known of contacts, each given with its children, in a fixed number of questions.

    Where a page has read them already: ``parts``, every part of everybody confirmed on them and of whom the others may
    be; ``possible``, who that is (ids), by contact.
    """
    found = Known()
    _set_beside(found, [contact.pk for contact, _ in rows])
    confirmed = {
        contact.pk: {child.person_id for child in children if child.person_id is not None} for contact, children in rows
    }
    maybe = _possible(rows) if possible is None else {key: set(people) for key, people in possible.items()}
    everybody = _all(confirmed.values()) | _all(maybe.values())
    if parts is None:
        parts = _parts_of(everybody, min((contact.received_at for contact, _ in rows), default=None))
    contacts_of = {
        key: [(part.reference, part.opened_at) for part in parts.get(key, ()) if part.kind == "contact"]
        for key in everybody
    }
    busy = {
        key for key in everybody if any(part.closed_at is None and part.kind in WORK for part in parts.get(key, ()))
    }
    on_plan = _all(ask(_all(maybe.values())) for ask in hooks.on_plan) if any(maybe.values()) else set()
    concealed = hidden.Concealed({reference for told in contacts_of.values() for reference, _ in told})
    for contact, _ in rows:
        people, might_be = confirmed[contact.pk], maybe.get(contact.pk, set())
        earlier = {
            reference
            for person in people
            for reference, opened_at in contacts_of[person]
            if reference != contact.reference
            and opened_at >= contact.received_at - YEAR
            and not concealed.hides(reference, but_for=people)
        }
        if len(earlier) >= OFTEN:
            found.often.add(contact.pk)
        if people & busy:
            found.with_work.add(contact.pk)
        if any(_times(contacts_of[person], contact, concealed) >= OFTEN for person in might_be):
            found.possible[contact.pk].append(MAY_BE_OFTEN)
        if might_be & busy:
            found.possible[contact.pk].append(MAY_HAVE_WORK)
        if might_be & on_plan:
            found.possible[contact.pk].append(MAY_BE_ON_PLAN)
    return found


def _all(each: Iterable[set[int]]) -> set[int]:
    return set().union(*each)


def _times(told: Sequence[tuple[str, datetime]], contact: Contact, concealed: hidden.Concealed) -> int:
    """How often somebody was named before, without what is hidden from anybody."""
    shown = [(reference, at) for reference, at in told if not concealed.hides(reference)]
    return raising.counted(shown, contact.reference, contact.received_at)


def _set_beside(found: Known, keys: Collection[int]) -> None:
    """What hangs on the contacts themselves, in one question."""
    for key, *held in _beside(keys=keys) if keys else ():
        for having, is_held in zip((found.disagreed, found.injured, found.added, found.answered), held, strict=True):
            if is_held:
                having.add(key)


@worded(keys=[int])
def _beside(*, keys: Collection[int]) -> "QuerySet[Contact, tuple[Any, ...]]":
    injured = ContactText.objects.filter(contact=OuterRef("pk"), injuries__regex=r"\S")  # something other than spaces
    return Contact.objects.filter(pk__in=keys).values_list(
        "pk",
        Exists(Contact.objects.filter(pk=OuterRef("pk"), disagreements__isnull=False)),
        Exists(injured),
        Exists(ContactAddition.objects.filter(contact=OuterRef("pk"))),
        Exists(HouseholdAnswer.objects.filter(contact=OuterRef("pk"))),
    )


def _possible(rows: Sequence[tuple[Contact, Sequence[ContactPerson]]]) -> dict[int, set[int]]:
    """Whom unconfirmed children may be, by contact."""
    unconfirmed = {child.pk: contact.pk for contact, children in rows for child in children if child.person_id is None}
    found: dict[int, set[int]] = defaultdict(set)
    if unconfirmed:
        standing = raising.standing().filter(on_contact_id__in=unconfirmed)
        for row, person in standing.values_list("on_contact_id", "person_id"):
            found[unconfirmed[row]].add(person)
    return found


def counted_since(at: datetime) -> Q:
    """The condition that a part in a record may count for a contact received at this moment."""
    return Q(kind="contact", opened_at__gte=at - YEAR) | Q(kind__in=WORK, closed_at__isnull=True)


def _parts_of(people: Collection[int], received_at: datetime | None) -> dict[int, list[Involvement]]:
    found: dict[int, list[Involvement]] = defaultdict(list)
    if people and received_at is not None:
        rows = Involvement.objects.filter(counted_since(received_at), person_id__in=people)
        for part in rows.only("person_id", "reference", "kind", "opened_at", "closed_at"):
            found[part.person_id].append(part)
    return found
