"""What was given on contacts and stands on no record: it follows the child until somebody takes it or leaves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Contact, ContactPerson
from contacts.screening.readers import Difference, differences, facts_on_record
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.people.access import known_people, with_joined
from frontdoor.people.models import Person

#: How many rows of contacts are looked through, the newest first.
MOST = 200
GIVEN = {
    "name": "name", "known_as": "known_as", "date_of_birth": "date_of_birth", "sex": "sex", "ethnicity": "ethnicity",
    "telephone": "telephone", "nhs": "nhs_number", "upn": "upn", "school": "school", "communication": "communication",
}  # fmt: skip


@dataclass(frozen=True)
class Untaken:
    """What one contact gave of one person that their record does not say. Says that there is an address, never which.

    ``is_left``: somebody has looked and left the record as it is; a confidential address is told all the same.
    """

    reference: str
    position: int
    received_at: datetime
    what: tuple[str, ...]
    is_left: bool = False

    @property
    def words(self) -> str:
        """What it was, as one text."""
        return "; ".join(self.what)


def in_words(difference: Difference, row: ContactPerson) -> str:
    """One detail that was not taken, in a few words."""
    if difference.key == "address":
        return "new address, confidential" if row.address_is_confidential else "new address"
    if difference.key == "warning":
        given = difference.given
        return f"a warning is proposed ({given[:1].lower()}{given[1:]})"
    return difference.what.lower()


def untaken(people: Sequence[Person], user: User) -> dict[int, list[Untaken]]:
    """Of each of these people what was given and not taken, the newest contact first, in a fixed number of queries.

    Nothing for whoever may not open the record or the contact. Of two contacts the later one counts for a detail.
    """
    if not people or not (holds(user, Permission.PEOPLE_VIEW) and holds(user, Permission.CONTACT_VIEW)):
        return {}
    keys = [person.pk for person in people]
    rows = list(
        ContactPerson.objects.filter(person__in=with_joined(keys), contact__origin="frontdoor")
        .filter(contact__in=Contact.objects.visible_to(user).order_by())
        .select_related("contact__text", "person")
        .order_by("-contact__received_at", "-contact_id", "position")[:MOST]
    )
    if not rows:
        return {}
    seen = Person.objects.visible_to(user).filter(pk__in=keys).exclude(pk__in=known_people(user))
    by_key = {person.pk: person for person in seen}
    facts = facts_on_record(list(by_key.values()))
    found: dict[int, list[Untaken]] = {}
    told: set[tuple[int, str]] = set()
    for row in rows:
        assert row.person is not None
        person = by_key.get(row.person.merged_into_id or row.person.pk)
        if person is None:
            continue
        line = _of(row, [d for d in differences(row, person, facts) if (person.pk, d.key) not in told])
        if line is not None:
            found.setdefault(person.pk, []).append(line)
        told |= {(person.pk, key) for key in _given(row)}
    return found


def _given(row: ContactPerson) -> list[str]:
    """Details this row says anything of; a warning is each contact's own."""
    keys = [key for key, column in GIVEN.items() if getattr(row, column)]
    return [*keys, "address"] if (row.address or row.postcode) and not row.is_address_held_back else keys


def _of(row: ContactPerson, told: Sequence[Difference]) -> Untaken | None:
    offered = [in_words(d, row) for d in told if d.is_offered]
    left = [in_words(d, row) for d in told if d.is_left and d.key == "address" and row.address_is_confidential]
    if not (offered or left):
        return None
    what = (
        *offered,
        *(f"{words} (somebody left it as it was)" for words in left if offered),
        *(left if not offered else ()),
    )
    return Untaken(row.contact.reference, row.position, row.contact.received_at, what, is_left=not offered)


def to_settle(rows: Sequence[ContactPerson]) -> dict[int, list[Difference]]:
    """Of the rows of a contact (by key) the details that wait to be taken onto the confirmed record or left."""
    facts = facts_on_record([row.person for row in rows if row.person is not None])
    return {
        row.pk: [d for d in differences(row, row.person, facts) if d.is_offered]
        for row in rows
        if row.person is not None
    }
