"""What may call for a manager and stands in the database, of several contacts, asked once for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contacts import hidden, hooks
from contacts.grading import raising
from contacts.models import Contact, ContactPerson, ContactText
from frontdoor.people.models import Involvement

YEAR = timedelta(days=365)
#: From so many contacts in the 12 months before, this is the third or a later one.
OFTEN = 2
#: Of a possible match: what it would mean if the child were that person.
MAY_BE_OFTEN = "It may be the third contact in 12 months or a later one"
MAY_HAVE_WORK = "A child may have open work"
MAY_BE_ON_PLAN = "A child may be on a protection plan"


@dataclass
class Known:
    """By the ids of contacts: which come often, have open work, and so on; ``possible`` is what may be, in words."""

    often: set[int] = field(default_factory=set)
    with_work: set[int] = field(default_factory=set)
    possible: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    disagreed: set[int] = field(default_factory=set)
    injured: set[int] = field(default_factory=set)


def known_of(rows: Sequence[tuple[Contact, Sequence[ContactPerson]]]) -> Known:
    """What is known of contacts, each given with its children, in a fixed number of questions."""
    keys = [contact.pk for contact, _ in rows]
    confirmed = {
        contact.pk: {child.person_id for child in children if child.person_id is not None} for contact, children in rows
    }
    unconfirmed = {child.pk: contact.pk for contact, children in rows for child in children if child.person_id is None}
    possible = _possible(unconfirmed)
    certain, maybe = _all(confirmed.values()), _all(possible.values())
    busy = _with_open_work(certain | maybe)
    on_plan: set[int] = set().union(*[ask(maybe) for ask in hooks.on_plan]) if maybe else set()
    before = _contacts_of(certain)
    concealed = hidden.Concealed({reference for parts in before.values() for reference, _ in parts})
    times = raising.times_of(maybe)
    found = Known(
        disagreed=set(Contact.objects.filter(pk__in=keys, disagreements__isnull=False).values_list("pk", flat=True)),
        # Something other than spaces.
        injured=set(
            ContactText.objects.filter(contact_id__in=keys, injuries__regex=r"\S").values_list("contact_id", flat=True)
        ),
    )
    for contact, _ in rows:
        people, might_be = confirmed[contact.pk], possible.get(contact.pk, set())
        earlier = {
            reference
            for person in people
            for reference, opened_at in before[person]
            if reference != contact.reference
            and opened_at >= contact.received_at - YEAR
            and not concealed.hides(reference, but_for=people)
        }
        if len(earlier) >= OFTEN:
            found.often.add(contact.pk)
        if people & busy:
            found.with_work.add(contact.pk)
        if max((times(person, contact.reference, contact.received_at) for person in might_be), default=0) >= OFTEN:
            found.possible[contact.pk].append(MAY_BE_OFTEN)
        if might_be & busy:
            found.possible[contact.pk].append(MAY_HAVE_WORK)
        if might_be & on_plan:
            found.possible[contact.pk].append(MAY_BE_ON_PLAN)
    return found


def _all(each: Iterable[set[int]]) -> set[int]:
    return set().union(*each)


def _possible(unconfirmed: dict[int, int]) -> dict[int, set[int]]:
    """Whom unconfirmed children (row to contact) may be, by contact."""
    found: dict[int, set[int]] = defaultdict(set)
    if unconfirmed:
        rows = raising.standing().filter(on_contact_id__in=unconfirmed)
        for row, person in rows.values_list("on_contact_id", "person_id"):
            found[unconfirmed[row]].add(person)
    return found


def _with_open_work(people: Collection[int]) -> set[int]:
    if not people:
        return set()
    rows = Involvement.objects.open().filter(person_id__in=people, kind__in=["referral", "assessment"])
    return set(rows.values_list("person_id", flat=True))


def _contacts_of(people: Collection[int]) -> dict[int, list[tuple[str, datetime]]]:
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    if people:
        rows = Involvement.objects.filter(person_id__in=people, kind="contact")
        for person, reference, opened_at in rows.values_list("person_id", "reference", "opened_at"):
            found[person].append((reference, opened_at))
    return found
