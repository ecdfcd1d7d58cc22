"""Somebody as given, whichever way in and wherever kept: as facts again, and as the matching seeks them on record."""

from collections.abc import Sequence

from django.db.models import Model

from contacts.facts import AddressFacts, PersonFacts
from contacts.fields import PERSON_COLUMNS
from frontdoor.people.matching.candidates import Sought


def address_as_given(lines: Sequence[str], postcode: str, *, is_confidential: bool) -> AddressFacts | None:
    """An address as it was kept; None where none was given."""
    told = [line for line in lines if line]
    return AddressFacts(told, postcode, is_confidential) if told or postcode else None


def as_given(row: Model, address: AddressFacts | None) -> PersonFacts:
    """The facts of a row that keeps somebody as given."""
    return PersonFacts(**{name: getattr(row, name) for name in PERSON_COLUMNS}, address=address)


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
