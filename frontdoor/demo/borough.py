"""The people of the demonstration borough: families, written in bulk, the same for the same seed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from frontdoor.db import new_reference
from frontdoor.demo import words
from frontdoor.people.identifiers import nhs_check_digit, upn_check_letter
from frontdoor.people.indexing import index_names
from frontdoor.people.models import Address, Identifier, Name, Person, Relationship, Telephone

BATCH = 2000


@dataclass
class Family:
    """One household: where it lives, its adults and its children."""

    surname: str
    street: str
    postcode: str
    telephone: str
    adults: list[Person] = field(default_factory=list)
    children: list[Person] = field(default_factory=list)


@dataclass
class Drafted:
    """A person not saved yet, with the names, numbers and ties that follow."""

    person: Person
    given: str
    family: str
    known_as: str = ""
    nhs: str = ""
    upn: str = ""


def nhs_number(rng: Random) -> str:
    """An NHS number of the test range, which nobody holds."""
    while True:
        nine = f"999{rng.randrange(1_000_000):06d}"
        check = nhs_check_digit(nine)
        if check is not None:
            return f"{nine}{check}"


def upn_number(rng: Random, born: date) -> str:
    """A well-formed UPN of a pseudo-authority."""
    rest = f"701{rng.randrange(10_000):04d}{(born.year + 4) % 100:02d}{rng.randrange(1000):03d}"
    return upn_check_letter(rest) + rest


def _child(rng: Random, surname: str, today: date, used: set[str]) -> Drafted:
    age_days = rng.randrange(20, 17 * 365)
    born = today - timedelta(days=age_days)
    is_girl = rng.random() < 0.5
    names = words.GIRLS if is_girl else words.BOYS
    given = rng.choice([name for name in names if name not in used])
    used.add(given)
    person = Person(
        reference=new_reference(Person.PREFIX),
        date_of_birth=born,
        dob_precision="exact" if rng.random() < 0.95 else "estimated",
        sex="F" if is_girl else "M",
        ethnicity=rng.choice(words.ETHNICITIES),
        first_language=rng.choice(words.LANGUAGES),
        school=_school(rng, age_days // 365),
    )
    drafted = Drafted(person, given, surname, known_as=given[:3] if rng.random() < 0.1 else "")
    if rng.random() < 0.7:
        drafted.nhs = nhs_number(rng)
    if age_days > 5 * 365 and rng.random() < 0.8:
        drafted.upn = upn_number(rng, born)
    return drafted


def _school(rng: Random, years: int) -> str:
    """Where a child of this age goes by day; nowhere before three."""
    if years < 3:
        return ""
    places = words.NURSERIES if years < 5 else words.PRIMARY_SCHOOLS if years < 11 else words.SECONDARY_SCHOOLS
    return rng.choice(places)


def _old_enough(rng: Random, adults: list[Drafted], children: list[Drafted]) -> None:
    """No parent is under 18 at the birth of the eldest."""
    births = [one.person.date_of_birth for one in children if one.person.date_of_birth is not None]
    for one in adults:
        born = one.person.date_of_birth
        latest = min(births) - timedelta(days=18 * 366) if births else None
        if born is not None and latest is not None and born > latest:
            one.person.date_of_birth = latest - timedelta(days=rng.randrange(8 * 365))


def _adult(rng: Random, surname: str, today: date, *, is_woman: bool) -> Drafted:
    born = today - timedelta(days=rng.randrange(20 * 365, 50 * 365))
    person = Person(
        reference=new_reference(Person.PREFIX),
        date_of_birth=born if rng.random() < 0.7 else None,
        sex="F" if is_woman else "M",
        ethnicity=rng.choice(words.ETHNICITIES),
        first_language=rng.choice(words.LANGUAGES),
    )
    person.dob_precision = "exact" if person.date_of_birth else "unknown"
    return Drafted(person, rng.choice(words.WOMEN if is_woman else words.MEN), surname)


def people_of(rng: Random, count: int, today: date) -> list[Family]:
    """Write ``count`` people in families, with names, numbers, addresses and ties; return the families."""
    families: list[Family] = []
    made = 0
    while made < count:
        batch: list[tuple[Family, list[Drafted], list[Drafted]]] = []
        size = 0
        while made + size < count and size < BATCH:
            family, adults, children = _family(rng, today, count - made - size)
            batch.append((family, adults, children))
            size += len(adults) + len(children)
        _write(batch, rng)
        families += [family for family, _, _ in batch]
        made += size
    return families


def _family(rng: Random, today: date, room: int) -> tuple[Family, list[Drafted], list[Drafted]]:
    surname = rng.choice(words.FAMILIES)
    street = f"{rng.randrange(1, 200)} {rng.choice(words.STREETS)}, {rng.choice(words.TOWNS)}"
    family = Family(
        surname, street, f"ZZ99 {rng.randrange(1, 10)}{rng.choice('ABDEFGH')}{rng.choice('JLNPQR')}",
        f"01632 960{rng.randrange(200, 1000)}",
    )  # fmt: skip
    used: set[str] = set()
    wanted = min(room, rng.choice((2, 3, 3, 4, 4, 5)))
    grown = 1 if wanted < 3 or rng.random() < 0.35 else 2
    adults = [_adult(rng, surname, today, is_woman=True)]
    if grown == 2 and wanted > 2:
        other = surname if rng.random() < 0.6 else rng.choice(words.FAMILIES)
        adults.append(_adult(rng, other, today, is_woman=False))
    children = [_child(rng, surname, today, used) for _ in range(max(0, wanted - len(adults)))]
    if len(children) > 1 and rng.random() < 0.06:
        # Twins: the same day, often a hard question for matching.
        children[1].person.date_of_birth = children[0].person.date_of_birth
        children[1].person.dob_precision = children[0].person.dob_precision
    _old_enough(rng, adults, children)
    if children and rng.random() < 0.02:
        given, name, sex = rng.choice(words.SCRIPTS)
        children[0].given, children[0].family, children[0].person.sex = given, name, sex
    return family, adults[:wanted], children


def _write(batch: list[tuple[Family, list[Drafted], list[Drafted]]], rng: Random) -> None:
    drafted = [one for _, adults, children in batch for one in (*adults, *children)]
    for one in drafted:
        one.person.display_name = " ".join(part for part in (one.given, one.family) if part)
    Person.objects.bulk_create([one.person for one in drafted])
    names = [
        Name(person=one.person, kind=kind, given=given, family=family, full=" ".join(p for p in (given, family) if p))
        for one in drafted
        for kind, given, family in (("primary", one.given, one.family), ("known_as", one.known_as, ""))
        if given or family
    ]
    Name.objects.bulk_create(names)
    Identifier.objects.bulk_create(
        Identifier(person=one.person, kind=kind, value=value, check_ok=True, source="Demonstration")
        for one in drafted
        for kind, value in (("nhs", one.nhs), ("upn", one.upn))
        if value
    )
    addresses: list[Address] = []
    telephones: list[Telephone] = []
    ties: list[Relationship] = []
    for family, adults, children in batch:
        family.adults = [one.person for one in adults]
        family.children = [one.person for one in children]
        addresses += [
            Address(
                person=person,
                lines=family.street,
                postcode=family.postcode,
                postcode_key=family.postcode.replace(" ", ""),
            )
            for person in (*family.adults, *family.children)
        ]
        if family.adults:
            digits = family.telephone.replace(" ", "")
            telephones.append(Telephone(person=family.adults[0], number=family.telephone, number_key=digits))
        ties += _ties(family)
    Address.objects.bulk_create(addresses)
    Telephone.objects.bulk_create(telephones)
    Relationship.objects.bulk_create(ties)
    index_names([one.person.pk for one in drafted])


def _ties(family: Family) -> list[Relationship]:
    ties = []
    for child in family.children:
        for number, adult in enumerate(family.adults):
            kind = "mother" if number == 0 else "father"
            ties.append(
                Relationship(person=child, other=adult, kind=kind, has_parental_responsibility=True, lives_with=True)
            )
            ties.append(Relationship(person=adult, other=child, kind="child", lives_with=True))
        ties += [
            Relationship(person=child, other=sibling, kind="sibling", lives_with=True)
            for sibling in family.children
            if sibling is not child
        ]
    return ties
