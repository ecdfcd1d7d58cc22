"""Somebody as given, whichever way in and wherever kept: as facts again, and as the matching seeks them on record."""

from collections.abc import Sequence

from contacts.facts import AddressFacts, PersonFacts
from contacts.fields import PERSON_COLUMNS
from contacts.models import ContactPerson, PersonAsGiven
from frontdoor.people.matching.candidates import Sought


def as_given(row: PersonAsGiven, lines: Sequence[str]) -> PersonFacts:
    """The facts of a row that keeps somebody as given, at an address of these lines."""
    told = [line for line in lines if line]
    home = AddressFacts(told, row.postcode, row.address_is_confidential) if told or row.postcode else None
    return PersonFacts(**{name: getattr(row, name) for name in PERSON_COLUMNS}, address=home)


def sought(person: PersonFacts, *, home: AddressFacts | None = None, relatives: Sequence[str] = ()) -> Sought:
    """Somebody as the matching takes them: at ``home`` unless they have an address of their own."""
    place = person.address or home or AddressFacts()
    return Sought(
        given=person.given_name,
        family=person.family_name,
        known_as=person.known_as,
        date_of_birth=person.date_of_birth,
        dob_precision="estimated" if person.dob_is_estimated else "exact",
        expected_on=person.expected_on,
        sex=person.sex,
        postcode=place.postcode,
        address=", ".join(place.lines),
        telephone=person.telephone,
        school=person.school,
        relatives=tuple(relatives),
        identifiers={kind: value for kind, value in (("nhs", person.nhs_number), ("upn", person.upn)) if value},
    )


def sought_for(row: ContactPerson, others: Sequence[ContactPerson] = ()) -> Sought:
    """A person on a contact as the matching takes them; ``others`` told of with them are taken for their family."""
    named = [
        PersonFacts(given_name=other.given_name, family_name=other.family_name).name
        for other in others
        if other.position != row.position
    ]
    return sought(as_given(row, [row.address]), relatives=[name for name in named if name])
