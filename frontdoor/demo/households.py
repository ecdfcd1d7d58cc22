"""The households the demonstration's notifications are about: some on record, some not, and some easily mistaken."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from frontdoor.demo import words
from frontdoor.demo.borough import nhs_number, upn_number
from frontdoor.people.models import Address

#: Where many households live behind one door.
HOSTELS = (("Rosemary Hostel, 4 Quay Street, Samplesea", "ZZ99 8QA"), ("Lantern House Refuge, Mockford", "ZZ99 8RB"))
COURT = "Kestrel Court, 20 Kestrel Drive, Exampleton"
COURT_POSTCODE = "ZZ99 7KC"
#: The most households of the record that one feed is about.
MOST_KNOWN = 4000


@dataclass(frozen=True)
class Young:
    """A child as it really is."""

    given: str
    family: str
    born: date
    sex: str = ""
    school: str = ""
    nhs: str = ""
    upn: str = ""


@dataclass(frozen=True)
class Grown:
    """An adult of the household as they really are."""

    given: str
    family: str
    relationship: str
    born: date
    lives_there: bool = True


@dataclass
class Household:
    """One family: the truth the figures of a feed are measured against."""

    number: int
    street: str
    postcode: str
    telephone: str
    adults: list[Grown] = field(default_factory=list)
    children: list[Young] = field(default_factory=list)
    # Somebody alleged to have hurt people in more than one family.
    suspect: Grown | None = None
    # Somebody who works with more than one family.
    professional: Grown | None = None
    is_known: bool = False
    # What makes it easily mistaken for another: "communal", "flats", "neighbour", "namesake", "shared_house" …
    traits: frozenset[str] = frozenset()


def on_record(rng: Random, today: date, most: int = MOST_KNOWN) -> list[Household]:
    """Households of the record with children, each with its first address, in a random order."""
    grown_up = today - timedelta(days=18 * 365)
    rows = (
        Address.objects.filter(ended_on__isnull=True, is_confidential=False, person__date_of_birth__gt=grown_up)
        .order_by("id")
        .values_list("lines", "postcode")
        .distinct()[: most * 4]
    )
    places = list(dict.fromkeys(rows))
    rng.shuffle(places)
    chosen = places[:most]
    of: dict[tuple[str, str], list[Address]] = {}
    found = (
        Address.objects.filter(ended_on__isnull=True, postcode__in={postcode for _, postcode in chosen})
        .select_related("person")
        .order_by("id")
    )
    for address in found:
        of.setdefault((address.lines, address.postcode), []).append(address)
    made: list[Household] = []
    for street, postcode in chosen:
        people = [address.person for address in of[street, postcode]]
        household = Household(len(made) + 1, street, postcode, _telephone(rng), is_known=True)
        for person in people:
            given, _, family = person.display_name.partition(" ")
            born = person.date_of_birth
            if born is not None and born > grown_up:
                household.children.append(Young(given, family, born, person.sex, person.school))
            else:
                relationship = "mother" if person.sex == "F" else "father"
                household.adults.append(Grown(given, family, relationship, born or date(1988, 5, 5)))
        if household.children and all(child.given for child in household.children):
            made.append(household)
    return made


def _telephone(rng: Random) -> str:
    return f"01632 960{rng.randrange(200, 1000)}"


def invented(rng: Random, number: int, today: date) -> Household:
    """A household nobody has on record."""
    surname = rng.choice(words.FAMILIES)
    household = Household(
        number, f"{rng.randrange(200, 400)} {rng.choice(words.STREETS)}, {rng.choice(words.TOWNS)}",
        f"ZZ99 {rng.randrange(1, 7)}{rng.choice('ABDEFGH')}{rng.choice('STUWXY')}", _telephone(rng),
    )  # fmt: skip
    household.adults = [_mother(rng, surname, today)]
    if rng.random() < 0.6:
        other = surname if rng.random() < 0.5 else rng.choice(words.FAMILIES)
        household.adults.append(
            Grown(rng.choice(words.MEN), other, "father", _grown_born(rng, today), rng.random() < 0.8)
        )
    names: set[str] = set()
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
        household.children.append(_child(rng, household, surname, today, names))
    return household


def _mother(rng: Random, surname: str, today: date) -> Grown:
    return Grown(rng.choice(words.WOMEN), surname, "mother", _grown_born(rng, today))


def _grown_born(rng: Random, today: date) -> date:
    return today - timedelta(days=rng.randrange(26 * 365, 48 * 365))


def _child(rng: Random, household: Household, surname: str, today: date, used: set[str]) -> Young:
    is_girl = rng.random() < 0.5
    given = rng.choice([name for name in (words.GIRLS if is_girl else words.BOYS) if name not in used])
    used.add(given)
    born = today - timedelta(days=rng.randrange(60, 17 * 365))
    # A child of an earlier partner carries another name than the rest of the household.
    family = rng.choice(words.FAMILIES) if rng.random() < 0.08 else surname
    years = (today - born).days // 365
    school = rng.choice(words.PRIMARY_SCHOOLS if years < 11 else words.SECONDARY_SCHOOLS) if years >= 5 else ""
    return Young(
        given, family, born, "F" if is_girl else "M", school, nhs_number(rng), upn_number(rng, born) if school else ""
    )


def twelve(rng: Random, number: int, today: date) -> Household:
    """A household of twelve children."""
    household = invented(rng, number, today)
    surname = household.adults[0].family
    names = {child.given for child in household.children}
    while len(household.children) < 12:
        household.children.append(_child(rng, household, surname, today, names))
    household.traits = frozenset({"twelve_children"})
    return household


def mistakable(rng: Random, like: Household, number: int, today: date, trait: str) -> Household:
    """Another household that has something in common with ``like``, and is not the same family."""
    other = invented(rng, number, today)
    surname = like.adults[0].family if like.adults else like.children[0].family
    first = like.children[0]
    if trait == "neighbour":
        digits, _, rest = like.street.partition(" ")
        street = f"{int(digits) + 2} {rest}" if digits.isdigit() else f"2 {rest or like.street}"
        other.street, other.postcode = street, like.postcode
        _take_name(other, surname)
    elif trait == "shared_house":
        # Two sisters-in-law with their own children in one house.
        other.street, other.postcode, other.telephone = like.street, like.postcode, like.telephone
        taken = {adult.given for adult in like.adults}
        _take_name(other, surname)
        other.adults = [replace(_mother(rng, surname, today), given=_another(rng, words.WOMEN, taken))]
    elif trait == "namesake":
        other.children[0] = replace(other.children[0], given=first.given, family=first.family, sex=first.sex)
    elif trait == "namesake_same_birth":
        other.children[0] = replace(
            other.children[0], given=first.given, family=first.family, sex=first.sex, born=first.born
        )
    elif trait == "partner":
        suspect = like.suspect or Grown(rng.choice(words.MEN), rng.choice(words.FAMILIES), "", _grown_born(rng, today))
        like.suspect = replace(suspect, relationship="partner of mother")
        other.suspect = replace(suspect, relationship="former partner of mother")
    elif trait == "professional":
        someone = like.professional or Grown(
            rng.choice(words.WOMEN), rng.choice(words.FAMILIES), "class teacher", date(1980, 4, 4), lives_there=False
        )
        like.professional = other.professional = someone
    elif trait == "communal":
        other.street, other.postcode = like.street, like.postcode = HOSTELS[number % 2]
        _take_name(other, surname)
    elif trait == "flats":
        like.street, like.postcode = f"Flat {number % 40 + 1}, {COURT}", COURT_POSTCODE
        other.street, other.postcode = f"Flat {number % 40 + 41}, {COURT}", COURT_POSTCODE
        _take_name(other, surname)
    other.traits |= {trait}
    like.traits |= {trait}
    return other


def _another(rng: Random, names: list[str], taken: set[str]) -> str:
    return rng.choice([name for name in names if name not in taken])


def _take_name(household: Household, surname: str) -> None:
    was = household.adults[0].family
    household.adults = [replace(a, family=surname) if a.family == was else a for a in household.adults]
    household.children = [replace(c, family=surname) if c.family == was else c for c in household.children]


#: How many of a hundred households have a double of each kind. A record's own household never moves.
MISTAKABLE = {
    "neighbour": 3, "shared_house": 1.5, "namesake": 3, "namesake_same_birth": 0.25, "partner": 3, "professional": 3,
    "communal": 2, "flats": 4,
}  # fmt: skip
MOVES = frozenset({"communal", "flats"})


def doubles(rng: Random, household: Household, number: int, today: date) -> Iterator[Household]:
    """The households that could be mistaken for this one, if any: one at most."""
    roll = rng.random() * 100
    for trait, share in MISTAKABLE.items():
        if roll < share:
            if not (trait in MOVES and household.is_known):
                yield mistakable(rng, household, number, today, trait)
            return
        roll -= share
