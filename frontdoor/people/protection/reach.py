"""Whom a warning reaches, and how it may be shown: the one place that answers it, for every page, line and visit.

A warning about a person is theirs. One about a household reaches who lives with them now; one about an address whoever
has that address now, whoever they are. Both leave whoever moves away. Nothing else may be told by it:

1. Of somebody hidden from the reader nothing is shown anywhere, not even that there is a danger: not by their warnings,
   and nobody is found through them. Their record says so to whoever sets one.
2. Where a confidential address is the only thing two people have in common, only the kind of danger is shown: the same
   words on both would say that they live in one place. Whoever is related to the other reads the words.
3. Confidential addresses of either are taken out of the words.

A home only given, of somebody on a contact, is met by warnings about it and its household as if it were on record:
somebody will be sent there. Of what is confidential there the kind alone is shown, and not that it is confidential.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject, Upper

from frontdoor.accounts.models import User
from frontdoor.people.access import hidden_people, known_people, may_see_adopted
from frontdoor.people.asking import SHORT
from frontdoor.people.homes import home_of, place_of, street_of
from frontdoor.people.identifiers import POSTCODE
from frontdoor.people.models import Address, Person, Relationship, Warning
from frontdoor.people.protection.secrets import Secret, secret_address, without
from frontdoor.wording import worded

#: So many ties are read at the most, of one person and of those they live with.
MOST = 2000
KEPT_BACK = (
    "What it is about is kept with a confidential address. Open the address on the record, or ask a manager, before "
    "you visit."
)
#: Beside a home that was only given: nobody reads from it that the place is kept confidential, or closed to them.
ASK_FIRST = "What it is about is kept back. Ask a manager before you visit."
CLOSED_TO_YOU = "It stands on a record that is closed to you. Ask a manager before you visit."


@dataclass(frozen=True)
class GivenHome:
    """Where somebody on a contact was said to live (``row``: their row of it), whether or not it is on any record.

    ``person``: the record confirmed to be theirs; what reaches it is not said twice.
    """

    row: int
    name: str
    lines: str
    postcode: str
    is_confidential: bool = False
    person: int | None = None

    @property
    def key(self) -> int:
        """What it is called among people: never the key of a record."""
        return -self.row

    def as_address(self) -> dict[str, Any]:
        """The same as the columns of an address."""
        return {
            "person_id": self.key, "lines": self.lines, "postcode": self.postcode, "uprn": "",
            "kind": Address.Kind.HOME, "is_confidential": self.is_confidential, "is_communal": False,
        }  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """A warning beside one of the people it reaches, as it may be shown to one reader.

    ``person`` is their record, or the key of the home that was given for them.
    ``text`` and ``place`` are what may be read; ``is_guarded`` says that the words are kept back. ``has_left``: it is
    about an address this person, on whose record it stands, does not have any more.
    """

    warning: Warning
    person: int
    name: str
    text: str
    evidence: str = ""
    source: str = ""
    place: str = ""
    is_guarded: bool = False
    has_left: bool = False

    @property
    def kind(self) -> str:
        """Its code in the list ``warning_kind``."""
        return self.warning.kind

    @property
    def is_own(self) -> bool:
        """Whether it stands on this person's own record."""
        return self.warning.person_id == self.person

    @property
    def of_whom(self) -> str:
        """What it is about, in words; of a person nothing: the name beside it says so."""
        return _of_whom(self)

    def overdue_days(self, on: date) -> int:
        """Days since its review was due; 0 when it is not yet due."""
        return self.warning.overdue_days(on)


@dataclass(frozen=True)
class Told:
    """A warning once for a page about several people, with the names of those of them it reaches."""

    kind: str
    text: str
    names: tuple[str, ...]
    of_whom: str
    warning: Warning
    people: frozenset[int]

    @property
    def is_given(self) -> bool:
        """Whether it is about a home that was only given: whose is said even where a page is about one person."""
        return any(key < 0 for key in self.people)

    @property
    def who(self) -> str:
        """The names as a heading says them."""
        return ", ".join(self.names)

    def overdue_days(self, on: date) -> int:
        """Days since its review was due; 0 when it is not yet due."""
        return self.warning.overdue_days(on)


def _of_whom(reached: Reached) -> str:
    if reached.warning.about == Warning.About.HOUSEHOLD:
        return "About everybody in the household"
    if reached.warning.about != Warning.About.ADDRESS:
        return ""
    where = f"About {reached.place}" if reached.place else "About the address"
    return f"{where}, where they no longer live" if reached.has_left else where


def each_once(found: Mapping[int, Iterable[Reached]], people: Collection[int | None] | None = None) -> list[Told]:
    """The warnings of a page, each once: in the order of their review. ``people``: only those that reach these.

    One that is shown with its words beside one name and without them beside another is told twice.
    """
    together: dict[tuple[int, bool], list[Reached]] = {}
    for key, rows in found.items():
        for each in rows:
            if people is None or key in people:
                together.setdefault((each.warning.pk, each.is_guarded), []).append(each)
    told = []
    for rows in together.values():
        # The place is said only where it may be beside every name.
        first = min(rows, key=lambda each: (bool(each.place), each.is_own))
        names = tuple(dict.fromkeys(each.name for each in rows if each.name))
        told.append(
            Told(first.kind, first.text, names, first.of_whom, first.warning, frozenset(each.person for each in rows))
        )
    return sorted(told, key=lambda each: (each.warning.review_on, each.warning.pk))


@dataclass(frozen=True)
class _Place:
    """A present address of somebody: what it is known by, and whether it makes a household."""

    keys: frozenset[str]
    is_confidential: bool
    is_communal: bool
    words: str
    # Of a home only given, without a postcode to tell it by: number and street.
    street: str = ""

    def is_at(self, other: "_Place") -> bool:
        """Whether the two are one place."""
        if self.keys & other.keys:
            return True
        street = self.street or other.street
        return bool(street) and all((place.street or street_of(place.words)) == street for place in (self, other))

    @property
    def is_home(self) -> bool:
        """Whether who shares it is of one household."""
        return not self.is_confidential and not self.is_communal


@dataclass
class _Around:
    """Who lives where, and with whom, of the people asked about and those beside them."""

    places: dict[int, list[_Place]] = field(default_factory=lambda: defaultdict(list))
    secrets: dict[int, list[Secret]] = field(default_factory=lambda: defaultdict(list))
    lives_with: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    tied: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    apart: set[frozenset[int]] = field(default_factory=set)
    family: set[frozenset[int]] = field(default_factory=set)

    def tie(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take up what people are to one another, and whether they are said to live together."""
        for row in rows:
            one, other = row["person_id"], row["other_id"]
            pair = frozenset((one, other))
            self.tied[one].add(other)
            self.tied[other].add(one)
            if row["kind"] not in (*Relationship.OUTSIDE, "former_partner"):
                self.family.add(pair)
            if row["lives_with"] is False:
                self.apart.add(pair)
            elif row["lives_with"]:
                self.lives_with[one].add(other)
                self.lives_with[other].add(one)

    def live(self, rows: Iterable[dict[str, Any]]) -> None:
        """Take up where people live now, and what of it may not be told."""
        for row in rows:
            lines, postcode, is_confidential = row["lines"], row["postcode"], row["is_confidential"]
            if is_confidential:
                self.secrets[row["person_id"]] += secret_address(lines, postcode)
            keys = _keys(lines, postcode, row["uprn"])
            if keys and row["kind"] != Address.Kind.CORRESPONDENCE:
                communal = home_of(lines, postcode, is_communal=row["is_communal"]).is_communal
                words = ", ".join(part for part in (lines, postcode) if part)
                street = street_of(lines) if row["person_id"] < 0 and not _codes(keys) else ""
                self.places[row["person_id"]].append(_Place(keys, is_confidential, communal, words, street))

    def near(self, person: int) -> set[int]:
        """Whom somebody is said to live with, and whom those are."""
        with_them = self.lives_with.get(person, set())
        return {person, *with_them, *(other for each in with_them for other in self.lives_with.get(each, set()))}

    def homes(self, person: int) -> list[_Place]:
        """Where somebody lives: of whom no address is on record, where those live they are said to live with."""
        own = self.places.get(person)
        return own or [place for each in self.lives_with.get(person, ()) for place in self.places.get(each, ())]

    def is_household(self, one: int, other: int) -> bool:
        """Whether the two live in one household now.

        By an address only where one address means one household, or where they are related as well. Of two who are said
        to live together, and whose addresses say otherwise, one has moved.
        """
        pair = frozenset((one, other))
        if one == other:
            return True
        if pair in self.apart:
            return False
        shared = [(a, b) for a in self.homes(one) for b in self.homes(other) if a.is_at(b)]
        if any((a.is_home and b.is_home) or pair in self.family for a, b in shared):
            return True
        return other in self.near(one) and not (self.places.get(one) and self.places.get(other))


def _keys(lines: str, postcode: str, uprn: str = "") -> frozenset[str]:
    return frozenset(filter(None, (place_of(lines, postcode), f"uprn:{uprn}" if uprn else "")))


def _codes(keys: Collection[str]) -> set[str]:
    """The postcodes among the keys of places."""
    return {code for key in keys if POSTCODE.fullmatch(code := key.partition(":")[0])}


def _as_written(streets: Collection[str]) -> str:
    """A pattern for these streets as somebody may have written them, in capitals; more is met by it than they are."""
    long = {word: short for short, word in SHORT.items()}

    def word(text: str) -> str:
        plain, other = text.upper(), long.get(text, "").upper()
        if other:
            return rf"\m({plain}|{other})\M"
        return rf"\m{plain[:-1]}\W?S\M" if len(plain) > 3 and plain.endswith("S") else rf"\m{plain}\M"

    return "|".join(".*".join(word(each) for each in street.split()) for street in sorted(streets))


TIE = ("person_id", "other_id", "kind", "lives_with")
PLACE = ("person_id", "lines", "postcode", "uprn", "kind", "is_confidential", "is_communal")


def _ties(of: Q, user: User) -> QuerySet[Relationship]:
    hidden = hidden_people(user)
    rows = Relationship.objects.filter(of, ended_on__isnull=True)
    return rows.exclude(person_id__in=hidden).exclude(other_id__in=hidden).order_by("pk")


def _addresses(of: Q, user: User) -> QuerySet[Address]:
    now = Address.objects.filter(of, ended_on__isnull=True)
    return now.exclude(person_id__in=hidden_people(user)).order_by("pk")


def _as_rows(rows: QuerySet[Any], columns: Sequence[str]) -> ArraySubquery:
    return ArraySubquery(rows.values(as_json=JSONObject(**{name: name for name in columns})))


@worded(people=[int])
def _seen_of(user: User, *, people: Collection[int]) -> QuerySet[Any, Any]:
    """Those of these people this user may see: key, name, ties and present addresses."""
    of = OuterRef("pk")
    rows: QuerySet[Any, Any] = Person.objects.visible_to(user).filter(pk__in=people)
    rows = rows.annotate(
        its_ties=_as_rows(_ties(Q(person_id=of) | Q(other_id=of), user)[:MOST], TIE),
        its_places=_as_rows(_addresses(Q(person_id=of), user), PLACE),
    )
    return rows.values_list("pk", "display_name", "its_ties", "its_places")


@worded(people=[int])
def _addresses_of(user: User, *, people: Collection[int]) -> QuerySet[Address, dict[str, Any]]:
    rows: QuerySet[Address, dict[str, Any]] = _addresses(Q(person_id__in=people), user).values(*PLACE)
    return rows


def _take_up(around: _Around, people: Collection[int], user: User) -> dict[int, str]:
    """Read the ties and present addresses of those of these people this user may see; their names by key."""
    names: dict[int, str] = {}
    for key, name, ties, places in _seen_of(user, people=people) if people else ():
        names[key] = name
        around.tie(ties)
        around.live(places)
    return names


@worded(people=[int], near=[int], codes=[str], uprns=[str], lines=[str], street=str)
def _that_may_reach(
    user: User,
    *,
    people: Collection[int],
    near: Collection[int],
    codes: Collection[str],
    uprns: Collection[str],
    lines: Collection[str],
    street: str,
    has_street: bool,
) -> QuerySet[Warning, Warning]:
    """Every warning in force about one of these people, one of the households of those near, or one of these places."""
    lived_near = Q(postcode_key__in=codes)
    by_place = (
        Q(address__postcode_key__in=codes)
        | Q(address__uprn__in=uprns)
        | Q(address__postcode_key="", address_as_typed__in=lines)
        | Q(place_postcode__in=codes)
        | Q(place_postcode="", place_as_typed__in=lines)
    )
    if has_street:
        lived_near |= Q(as_typed__regex=street)
        by_place |= Q(address_as_typed__regex=street) | Q(place_as_typed__regex=street)
    there = Address.objects.annotate(as_typed=Upper("lines")).filter(
        lived_near, is_confidential=False, ended_on__isnull=True
    )  # fmt: skip
    of_others = Q(person_id__in=near) | Q(person_id__in=there.values("person_id"))
    rows = (
        Warning.objects.in_force()
        .annotate(
            address_as_typed=Upper("address__lines"),
            place_as_typed=Upper("place"),
            is_closed=Exists(known_people(user).filter(person_id=OuterRef("person_id"))),
        )
        .filter(
            Q(person_id__in=people)
            | Q(about=Warning.About.ADDRESS) & by_place
            | ~Q(about=Warning.About.PERSON) & of_others
        )
        .exclude(person_id__in=hidden_people(user))
    )
    # Somebody adopted is named to nobody by what stands on their record, but to those who may see them.
    strangers = Q(person__is_adoption_protected=True) & ~Q(person_id__in=people)
    rows = rows.exclude(strangers & ~Q(person_id__in=may_see_adopted(user)))
    return rows.select_related("person", "address", "set_by", "reviewed_by").order_by("review_on", "pk")


def _warnings(people: Mapping[int, str], near: Collection[int], around: _Around, user: User) -> list[Warning]:
    """Every warning in force that may reach one of these people; which of them do is asked of each."""
    lived_at = {key for person in near for place in around.places.get(person, ()) for key in place.keys}
    streets = {place.street for person in near for place in around.places.get(person, ()) if place.street}
    tied = {other for key in people for other in around.tied.get(key, ())}
    return _that_may_reach(
        user,
        people=people,
        near=tied.union(near),
        codes=_codes(lived_at),
        uprns={key.removeprefix("uprn:") for key in lived_at if key.startswith("uprn:")},
        lines={place.words.upper() for person in near for place in around.places.get(person, ())},
        street=_as_written(streets),
        has_street=bool(streets),
    )


def warnings_for(
    people: Collection[int], user: User, *, given: Iterable[GivenHome] = (), with_left: bool = False
) -> dict[int, list[Reached]]:
    """By person the warnings in force that reach them, as this user may read them; those due for review first.

    ``given``: homes given on contacts the user may see; what meets them stands under their keys. Of whoever the user
    may not see there is none. ``with_left``: also those on a person's own record about an address
    they have left, so that their record keeps them until somebody ends them. A fixed number of queries.

    1. Who may be seen, with their ties and addresses. 2. The same of whom they live with. 3. The warnings that may
    reach them. 4. The addresses of whom those were set on.
    """
    found: dict[int, list[Reached]] = {key: [] for key in people}
    homes = {home.key: home for home in given}
    if not found and not homes:
        return found
    around = _Around()
    names = _take_up(around, found, user)
    beside = {other for key in names for other in around.lives_with.get(key, ())} - names.keys()
    _take_up(around, beside, user)
    near = {other for key in names for other in around.near(key)}
    around.live(home.as_address() for home in homes.values())
    rows = _warnings(names, near | homes.keys(), around, user)
    others = {row.person_id for row in rows} - names.keys() - beside
    if others:
        around.live(_addresses_of(user, people=others))
    for row in rows:
        for key in names:
            reached = _reached(row, key, names[key], around)
            if reached is not None and (with_left or not reached.has_left):
                found[key].append(reached)
        for home in homes.values():
            reached = _met(row, home, around)
            if reached is not None and all(own.warning.pk != row.pk for own in found.get(home.person or 0, ())):
                found.setdefault(home.key, []).append(reached)
    return found


def _met(row: Warning, home: GivenHome, around: _Around) -> Reached | None:
    """The warning beside a home that was only given."""
    reached = _reached(row, home.key, home.name, around)
    return replace(reached, text=ASK_FIRST) if reached is not None and reached.is_guarded else reached


def _reached(row: Warning, person: int, name: str, around: _Around) -> Reached | None:
    """The warning beside this person; None where it does not reach them."""
    is_own = row.person_id == person
    place, is_guarded, has_left = "", False, False
    if row.about == Warning.About.PERSON:
        if not is_own:
            return None
    elif row.about == Warning.About.HOUSEHOLD:
        if not around.is_household(person, row.person_id):
            return None
    else:
        spots = _spots(row, around)
        meets = [(a, b) for a in around.homes(person) for b in spots if a.is_at(b)]
        if not meets and not is_own:
            return None
        has_left = not meets and row.address is not None and row.address.ended_on is not None
        # On the record it was set on it stands, whether they live there or only visit.
        met = meets or [(spot, spot) for spot in spots]
        # Of several places only one both have openly is told: another may be kept from others.
        open_ones = [there for here, there in met if not (here.is_confidential or there.is_confidential)]
        is_secret = not open_ones
        is_guarded = is_secret and not is_own and frozenset((person, row.person_id)) not in around.family
        place = open_ones[0].words if open_ones else ""
    if not is_own and getattr(row, "is_closed", False):
        return Reached(row, person, name, CLOSED_TO_YOU, is_guarded=True)
    if is_guarded:
        return Reached(row, person, name, KEPT_BACK, is_guarded=True)
    secrets = [*around.secrets.get(person, ()), *around.secrets.get(row.person_id, ())]
    text, evidence, source = (without(words, secrets) for words in (row.text, row.evidence, row.source))
    return Reached(row, person, name, text, evidence, source, place, has_left=has_left)


def _spots(row: Warning, around: _Around) -> list[_Place]:
    """The place a warning about an address is about. One that was never said is wherever the person lives now."""
    address = row.address
    if address is None and not row.place and not row.place_postcode:
        return around.homes(row.person_id)
    if address is not None:
        keys = _keys(address.lines, address.postcode, address.uprn)
        words = ", ".join(part for part in (address.lines, address.postcode) if part)
        return [_Place(keys, address.is_confidential, False, words)] if keys else []
    keys = _keys(row.place, row.place_postcode)
    is_kept = any(a.is_confidential and a.keys & keys for a in around.places.get(row.person_id, ()))
    code = f"{row.place_postcode[:-3]} {row.place_postcode[-3:]}" if row.place_postcode else ""
    words = ", ".join(part for part in (row.place, code) if part)
    return [_Place(keys, is_kept, False, words)] if keys else []
