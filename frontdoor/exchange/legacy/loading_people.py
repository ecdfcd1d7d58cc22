"""People of both systems into records of our own: one for each source row; bringing them together comes after."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from frontdoor.copying import copy_rows, new_keys
from frontdoor.exchange.legacy.checking import when
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.staging import Pending, pending
from frontdoor.exchange.legacy.writing import Meanings, bulk, keep_origins, new_references
from frontdoor.people import identifiers
from frontdoor.people.indexing import index_names, index_new
from frontdoor.people.models import Address, Identifier, Name, Person, PersonText, Relationship, Telephone

PEOPLE_FILES = {"carecase_people.csv": CARECASE, "firstcall_people.csv": FIRSTCALL}
UNBORN = frozenset({"unborn", "baby", "ubb", "unborn baby", "baby unborn"})
BATCH = 20_000
#: Takes what newer rows say of people loaded before: the rows, their file and its system.
Amend = Callable[[Sequence[Pending], str, str], None]
#: What the related person is to the person, in our list.
RELATIONSHIPS = {
    "MOTHER": "mother", "FATHER": "father", "SIBLING": "sibling", "BROTHER": "sibling", "SISTER": "sibling",
    "CHILD": "child", "SON": "child", "DAUGHTER": "child",
}  # fmt: skip
PARTICLES = re.compile(r"\b(Mc)([a-z])|([-'’ ])([a-z])")


def in_ordinary_letters(surname: str) -> str:
    """A surname typed in capitals as one writes it (``O'NEIL-MCKAY`` gives ``O'Neil-McKay``); others stay."""
    if not surname.isupper() or len(surname) < 2:
        return surname
    lowered = surname[:1] + surname[1:].lower()
    return PARTICLES.sub(lambda m: (m[1] + m[2].upper()) if m[1] else m[3] + m[4].upper(), lowered)


class Described:
    """One source row about a person, in one shape whichever system it came from."""

    def __init__(self, row: Pending, system: str, meanings: Meanings) -> None:
        get = row.get
        self.row, self.system = row, system
        if system == CARECASE:
            self.given, self.middle, self.family = get("forename"), get("middle_names"), get("surname")
            self.known_as, self.former = get("alias"), get("former_surname")
            born, self.is_estimated = _day(get("dob"), system), get("dob_status") == "E"
            expected = _day(get("expected_dob"), system)
            self.sex = meanings.of("carecase_people.csv", "gender", get("gender"))
            self.ethnicity = meanings.of("carecase_people.csv", "ethnicity", get("ethnicity"))
            self.nhs, self.upn, self.former_upn = get("nhs_no"), get("upn"), ""
            self.lines, self.postcode = get("address"), get("postcode")
            self.carer, self.telephone, self.school = get("carer_name"), get("telephone"), ""
            self.changed_on = _day(get("last_updated"), system)
        else:
            self.given, self.middle = get("FORENAME"), get("MIDDLE")
            self.family = in_ordinary_letters(get("SURNAME"))
            self.known_as, self.former = get("KNOWN_AS"), in_ordinary_letters(get("FORMER_SURNAME"))
            born, self.is_estimated = _day(get("DOB"), system), get("DOB_EST") == "Y"
            expected = None
            self.sex = meanings.of("firstcall_people.csv", "SEX", get("SEX"))
            self.ethnicity = meanings.of("firstcall_people.csv", "ETHNIC", get("ETHNIC"))
            self.nhs, self.upn, self.former_upn = get("NHS"), get("UPN"), get("FORMER_UPN")
            self.lines = ", ".join(
                part for part in (get("ADDR1"), get("ADDR2"), in_ordinary_letters(get("TOWN"))) if part
            )
            self.postcode, self.carer, self.telephone = get("PCODE"), get("CARER"), get("CARER_TEL")
            self.school = get("SCHOOL")
            self.changed_on = _day(get("MODIFIED"), system)
        self.is_unborn = (self.given or "").strip().casefold() in UNBORN and (expected is not None or born is None)
        if system == FIRSTCALL and (self.given or "").strip().casefold() in UNBORN and self.is_estimated:
            expected, born, self.is_unborn = born, None, True
        self.born: date | None = None if self.is_unborn else born
        self.expected: date | None = expected

    @property
    def postcode_written(self) -> str:
        """The postcode with its space, in capitals."""
        key = self.postcode.replace(" ", "").upper()
        written = f"{key[:-3]} {key[-3:]}" if len(key) >= 5 else self.postcode.upper()
        return written if len(written) <= 10 else self.postcode

    def facts(self) -> dict[str, Any]:
        """Columns of the person's own row."""
        precision = "expected" if self.is_unborn else "unknown" if self.born is None else "exact"
        if self.born is not None and self.is_estimated:
            precision = "estimated"
        return {
            "date_of_birth": self.born,
            "dob_precision": precision,
            "expected_on": self.expected,
            "sex": self.sex,
            "ethnicity": self.ethnicity or "NOBT",
            "school": self.school,
        }

    def names(self) -> list[tuple[str, str, str]]:
        """(kind, given, family): the name, the name known by, the former name."""
        given = " ".join(part for part in (self.given, self.middle) if part)
        found = [("primary", given, self.family)] if given or self.family else []
        if self.known_as and self.known_as.casefold() not in (self.given.casefold(), given.casefold()):
            found.append(("known_as", self.known_as, ""))
        if self.former and self.former.casefold() != self.family.casefold():
            found.append(("former", given, self.former))
        return found

    def numbers(self) -> list[tuple[str, str]]:
        """(kind, value) of every identifier, the old system's own among them."""
        found = [("nhs", self.nhs), ("upn", self.upn), ("former_upn", self.former_upn)]
        return [(self.system, self.row.identity), *((kind, value) for kind, value in found if value)]


def _day(value: str, system: str) -> date | None:
    found = when(value, system) if value else None
    return found.date() if found else None


def born_on(values: Mapping[str, str], system: str) -> date | None:
    """The day of birth a source row gives, without making the rest of it anything."""
    return _day(values.get("dob" if system == CARECASE else "DOB", ""), system)


def display_name(described: Described) -> str:
    """The name a page shows."""
    names = described.names()
    if not names:
        return "Name not known"
    main = " ".join(part for part in names[0][1:] if part)
    known = next((given for kind, given, _ in names if kind == "known_as"), "")
    return f"{main} (known as {known})" if known and names[0][0] == "primary" else main


def load_people(meanings: Meanings, amend: Amend) -> int:
    """People of both files: the new ones as records of their own; the others are handed to ``amend``. How many."""
    count = 0
    for file, system in (("carecase_people.csv", CARECASE), ("firstcall_people.csv", FIRSTCALL)):
        rows = pending(file)
        fresh = [row for row in rows if not row.reference]
        for start in range(0, len(fresh), BATCH):
            _create([Described(row, system, meanings) for row in fresh[start : start + BATCH]], file)
        amend(rows, file, system)
        count += len(rows)
    return count


def _create(rows: Sequence[Described], file: str) -> None:
    references = new_references(Person, file, [each.row.identity for each in rows])
    keyed = list(zip(new_keys(Person, len(rows)), rows, strict=True))
    columns = tuple(rows[0].facts()) if rows else ()
    copy_rows(
        Person,
        ("id", "reference", "origin", "display_name", "written_on", *columns),
        (
            (
                key,
                references[each.row.identity],
                each.system,
                display_name(each),
                each.changed_on,
                *each.facts().values(),
            )
            for key, each in keyed
        ),
    )
    names = [(key, kind, given, family, each.system) for key, each in keyed for kind, given, family in each.names()]
    fulls = [" ".join(part for part in row[2:4] if part) for row in names]
    copy_rows(
        Name,
        ("person_id", "kind", "given", "family", "origin", "full"),
        ((*row, full) for row, full in zip(names, fulls, strict=True)),
    )
    index_new((row[0], full) for row, full in zip(names, fulls, strict=True))
    copy_rows(
        Identifier,
        ("person_id", "kind", "value", "check_ok", "source"),
        ((key, kind, *_checked(kind, value), each.system) for key, each in keyed for kind, value in each.numbers()),
    )
    copy_rows(
        Address,
        ("person_id", "lines", "postcode", "postcode_key"),
        ((key, *placed(each)) for key, each in keyed if each.lines or each.postcode),
    )
    copy_rows(
        Telephone,
        ("person_id", "number", "number_key", "is_safe"),
        ((key, *dialled) for key, each in keyed for dialled in _dialled(each)),
    )
    copy_rows(
        PersonText,
        ("person_id", "notes"),
        ((key, f"Carer as recorded: {each.carer}") for key, each in keyed if each.carer),
    )
    keep_origins(file, [(each.row, references[each.row.identity]) for each in rows])


def add_names(person: Person, names: Sequence[tuple[str, str, str]], origin: str) -> list[int]:
    """Give a record further names; their keys."""
    rows = [
        Name(
            person=person, kind=kind, given=given, family=family, origin=origin,
            full=" ".join(part for part in (given, family) if part),
        )
        for kind, given, family in names
    ]  # fmt: skip
    bulk(Name, rows)
    if rows:
        index_names([person.pk])
    return [row.pk for row in rows]


def _checked(kind: str, value: str) -> tuple[str, bool | None]:
    found = identifiers.check(kind, value)
    return found.value, found.check_ok


def identifier_of(person: Person, kind: str, value: str, system: str) -> Identifier:
    """A number of the person as a row gives it."""
    written, check_ok = _checked(kind, value)
    return Identifier(person=person, kind=kind, value=written, check_ok=check_ok, source=system)


def placed(each: Described) -> tuple[str, str, str]:
    """Lines and postcode as kept, and the key the postcode is looked up by."""
    written = each.postcode_written
    return each.lines, written, identifiers.place_key(written)[:10]


def address_of(person: Person, each: Described) -> Address:
    """Where a row says that the person lives."""
    lines, postcode, key = placed(each)
    return Address(person=person, lines=lines, postcode=postcode, postcode_key=key)


def _dialled(each: Described) -> list[tuple[str, str, bool | None]]:
    """Each telephone number as received, as it is looked up, and whether the words with it say that it is not safe."""
    is_safe = identifiers.safe_to_ring(each.telephone, None)
    return [
        (number, key, is_safe)
        for number in identifiers.telephones_apart(each.telephone)
        if number
        for key in identifiers.telephone_keys(number) or ("",)
    ]


def telephones_of(person: Person, each: Described) -> list[Telephone]:
    """Each number a row gives for the person."""
    return [
        Telephone(person=person, number=number, number_key=key, is_safe=is_safe)
        for number, key, is_safe in _dialled(each)
    ]


def load_relationships(meanings: Meanings) -> int:
    """Who is related to whom, each row as it was recorded. Returns how many rows."""
    file = "carecase_relationships.csv"
    rows = pending(file)
    keys = people_of("carecase_people.csv")
    made: set[tuple[int, int, str]] = set(
        Relationship.objects.filter(ended_on__isnull=True).values_list("person_id", "other_id", "kind")
    )
    fresh: list[tuple[int, int, str]] = []
    for row in rows:
        person, other = keys[row.get("person_id")], keys[row.get("related_person_id")]
        kind = RELATIONSHIPS.get(meanings.of(file, "relationship", row.get("relationship")), "other_family")
        # Told from the other side already, with the same meaning: one line, both rows kept.
        if (person[0], other[0], kind) not in made:
            made.add((person[0], other[0], kind))
            fresh.append((person[0], other[0], kind))
    copy_rows(Relationship, ("person_id", "other_id", "kind"), fresh)
    keep_origins(file, [(row, keys[row.get("person_id")][1]) for row in rows])
    return len(rows)


def values_of(each: Described) -> set[tuple[str, ...]]:
    """Numbers, address and telephones a row says, as they are kept: the sort first, then what makes it itself."""
    found: set[tuple[str, ...]] = {
        ("identifier", kind, _checked(kind, value)[0], each.system) for kind, value in each.numbers()
    }
    if each.lines or each.postcode:
        found.add(("address", *placed(each)[:2]))
    return found | {("telephone", number) for number, _, _ in _dialled(each)}


def people_of(file: str) -> dict[str, tuple[int, str]]:
    """Key in the old system to (key of the record it stands in now, reference of the record made from that row)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.identity, coalesce(p.merged_into_id, p.id), p.reference FROM exchange_origin o"
            " JOIN people_person p ON p.reference = o.reference WHERE o.file = %s",
            [file],
        )
        return {identity: (key, reference) for identity, key, reference in cursor}
