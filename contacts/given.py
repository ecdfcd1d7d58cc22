"""Somebody as given, whichever way in and wherever kept: as facts again, and as the matching seeks them on record."""

from collections.abc import Collection, Sequence

from django.db.models import Exists, OuterRef, Q

from contacts.facts import AddressFacts, PersonFacts
from contacts.fields import PERSON_COLUMNS
from contacts.models import ContactPerson, PersonAsGiven
from frontdoor.people.hooks import GivenAddress
from frontdoor.people.matching.candidates import Sought


def as_given(row: PersonAsGiven, lines: Sequence[str]) -> PersonFacts:
    """The facts of a row that keeps somebody as given, at an address of these lines; without one that is withheld."""
    told = [line for line in lines if line]
    has_one = bool(told or row.postcode) and not row.is_address_held_back
    home = AddressFacts(told, row.postcode, row.address_is_confidential) if has_one else None
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


def confidential_addresses(people: Collection[int], references: Collection[str]) -> list[GivenAddress]:
    """Confidential addresses given of these people, or of anybody on these contacts."""
    rows = ContactPerson.objects.filter(address_is_confidential=True)
    told = rows.filter(Q(person__in=people) | Q(contact__reference__in=references))
    found = told.values_list("person_id", "contact__reference", "address", "postcode").distinct()
    return [GivenAddress(*row) for row in found]


def names_of_other_families(people: Collection[int], references: Collection[str]) -> list[tuple[str, str]]:
    """First and family names given on these contacts of families none of these people is confirmed to belong to."""
    rows = ContactPerson.objects.filter(contact__reference__in=references)
    own = rows.filter(contact=OuterRef("contact"), family_group=OuterRef("family_group"), person__in=people)
    known = rows.filter(contact=OuterRef("contact"), person__in=people)
    others = rows.filter(Exists(known)).exclude(Exists(own)).exclude(given_name="", family_name="", known_as="")
    told = others.values_list("given_name", "family_name", "known_as").distinct()
    return [(first, family) for given, family, known_as in told for first in {given, known_as or given}]
