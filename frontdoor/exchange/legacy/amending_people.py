"""People whom a newer extract describes otherwise.

1. An empty or unusable value changes nothing, and nothing of an older row does.
2. What somebody wrote here stands: the difference goes to the list a person decides.
3. What is left is taken into the record the row was made into; the one it is joined to shows what the rule of merging
   chooses now (:mod:`frontdoor.people.merging.again`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from frontdoor.exchange.legacy.differing import Who, agrees, changed_here, differ, written_by
from frontdoor.exchange.legacy.held import as_held, is_older
from frontdoor.exchange.legacy.loading_people import (
    Described,
    add_names,
    address_of,
    identifier_of,
    placed,
    telephones_of,
)
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.legacy.writing import Meanings, bulk, keep_origins
from frontdoor.people import identifiers
from frontdoor.people.facts import TOGETHER
from frontdoor.people.merging import again, merge
from frontdoor.people.models import Address, Identifier, Name, Person, Telephone
from frontdoor.people.naming import display_name
from frontdoor.people.words import words

#: The facts a source row tells, by what they are called.
TOLD = ("date_of_birth", "sex", "ethnicity", "school")
SYSTEMS = ("carecase", "firstcall")
NOTHING: dict[str, tuple[str, ...]] = {"sex": ("", "U"), "ethnicity": ("", "NOBT"), "school": ("",)}


def amend(rows: Sequence[Pending], file: str, system: str, meanings: Meanings, older: list[str], at: datetime) -> None:
    """Take what newer rows say of people loaded before; ``meanings`` counts the wordings nobody knows.

    Of rows that are older than what was loaded nothing is taken: their keys are put into ``older``.
    """
    changed = [row for row in rows if row.reference]
    quiet = Meanings()
    people = locked([row.reference for row in changed])
    for raw, held in zip(changed, as_held(file, changed, quiet), strict=True):
        Described(raw, system, meanings)
        if is_older(file, raw, raw.before or {}):
            older.append(raw.identity)
            continue
        person = people.get(raw.reference)
        if person is None:
            continue  # the record was disposed of: what a newer extract says of it is not kept either
        person.refresh_from_db()  # a row of another of the group may have changed it since
        new = Described(held, system, quiet)
        old = Described(Pending(0, raw.identity, held.before or {}, raw.reference), system, quiet)
        if is_somebody_else(old, new):
            theirs = {"name": _name(new), "date_of_birth": new.born, "nhs": new.nhs}
            differ(file, raw, "row", theirs, person=person, at=at, said_on=new.changed_on)
            continue
        agrees(file, raw, "row", at=at)
        amend_one(file, raw, person, old, new, at=at)


def locked(references: Sequence[str]) -> dict[str, Person]:
    """These people, held with the records they are joined to until the step is done: nobody joins or parts them
    meanwhile, and whoever did so before is seen."""
    wanted = set(Person.objects.filter(reference__in=references).values_list("pk", flat=True))
    while True:
        rows = Person.objects.select_for_update(of=("self",)).filter(
            Q(pk__in=wanted) | Q(pk__in=Person.objects.filter(pk__in=wanted).values("merged_into"))
        )
        found = {person.pk: person for person in rows.order_by("pk")}
        roots = {person.merged_into_id for person in found.values() if person.merged_into_id is not None}
        if roots <= found.keys():
            return {str(person.reference): person for person in found.values()}
        wanted |= roots


def is_somebody_else(old: Described, new: Described) -> bool:
    """Whether a row that keeps its key tells of another person: no name, nor the date of birth, nor the NHS number."""

    def names(each: Described) -> set[str]:
        return {word for _, given, family in each.names() for word in words(f"{given} {family}")}

    born = bool(old.born and new.born and old.born != new.born)
    numbers = bool(old.nhs and new.nhs)
    other_number = numbers and _number("nhs", old.nhs) != _number("nhs", new.nhs)
    return born and (other_number or not numbers) and bool(names(old)) and not names(old) & names(new)


def amend_one(
    file: str, raw: Pending, person: Person, old: Described, new: Described, *, at: datetime, is_asked: bool = False
) -> None:
    """Take what one row says now. ``is_asked``: a person has said that it is to be taken whatever stands here."""
    one = person.merged_into or person
    if new.changed_on and (person.written_on is None or new.changed_on > person.written_on):
        person.written_on = new.changed_on
        person.save(update_fields=["written_on"])
    _facts(file, raw, person, old, new, at=at, is_asked=is_asked)
    added: dict[str, list[int]] = {}
    primary = _names(file, raw, person, one, old, new, added, at=at, is_asked=is_asked)
    _numbers(file, raw, person, one, old, new, added, at=at, is_asked=is_asked)
    _address(file, raw, person, one, old, new, added, at=at, is_asked=is_asked)
    if new.telephone and new.telephone != old.telephone:
        held = set(Telephone.objects.filter(person=one).values_list("number_key", flat=True)) - {""}
        fresh = [row for row in telephones_of(one, new) if row.number_key not in held]
        added["people.Telephone"] = [row.pk for row in bulk(Telephone, fresh)]
    if one != person:
        merge.note_added(person, added, primary_names=primary)
    Person.objects.filter(pk__in={person.pk, one.pk}).update(version=F("version") + 1)
    keep_origins(file, [(raw, person.reference)])


def _is_nothing(name: str, values: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    if name == "date_of_birth":
        is_unborn_again = values[name] is None and before[name] is not None
        return is_unborn_again or values["dob_precision"] == "unknown"
    return values[name] in NOTHING[name]


def _facts(
    file: str, raw: Pending, person: Person, old: Described, new: Described, *, at: datetime, is_asked: bool
) -> None:
    now, was, mine = new.facts(), old.facts(), again.own(person)
    one = person.merged_into or person
    news: dict[str, Any] = {}
    for name in TOLD:
        said, before, own = ({column: each[column] for column in TOGETHER[name]} for each in (now, was, mine))
        if _is_nothing(name, said, before):
            continue
        is_ours = name in person.said_here or (own != before and not _is_nothing(name, own, own))
        if is_asked or (not is_ours and own != said):
            news |= said
        elif own == said:
            agrees(file, raw, name, at=at)
        elif said != before:
            _tell(file, raw, name, said, person, person, own, new, at)
    if not news:
        return
    again.say(person, news)
    one.refresh_from_db()
    for name in (each for each in TOLD if each in news):
        said, shown = ({column: each[column] for column in TOGETHER[name]} for each in (news, vars(one)))
        if said == shown:
            agrees(file, raw, name, at=at)
        elif one != person and again.is_settled(one, name):
            _tell(file, raw, name, said, person, one, shown, new, at)


def _tell(
    file: str, raw: Pending, name: str, said: Mapping[str, Any], person: Person, by_whom: Person,
    own: Mapping[str, Any], new: Described, at: datetime,
) -> None:  # fmt: skip
    mark = by_whom.said_here.get(name)
    changed: Who = (datetime.fromisoformat(mark["at"]), mark["by"]) if mark else changed_here(by_whom, name, own[name])
    differ(file, raw, name, said, person=person, at=at, said_on=new.changed_on, changed=changed)


def _name(each: Described) -> str:
    return " ".join(part for part in (each.given, each.middle, each.family) if part)


def _key(given: str, family: str) -> tuple[str, str]:
    return given.casefold(), family.casefold()


def _names(
    file: str, raw: Pending, person: Person, one: Person, old: Described, new: Described,
    added: dict[str, list[int]], *, at: datetime, is_asked: bool,
) -> list[int]:  # fmt: skip
    """New names beside the old; a new first name takes the place of the one it was. Keys of new first names."""
    held = list(Name.objects.filter(person=one))
    have = {(row.kind, *_key(row.given, row.family)) for row in held}
    fresh: list[tuple[str, str, str]] = []
    primary = False
    for kind, given, family in new.names():
        if (kind, given, family) in old.names():
            continue
        if kind != "primary":
            if (kind, *_key(given, family)) not in have:
                fresh.append((kind, given, family))
            continue
        shown = [row for row in held if row.kind in ("primary", "alias") and row.ended_on is None]
        if any(_key(row.given, row.family) == _key(given, family) for row in shown):
            agrees(file, raw, "name", at=at)
            continue
        former = {name[1:] for name in old.names() if name[0] == "primary"}
        places = [row for row in shown if row.origin == new.system and (row.given, row.family) in former]
        if not places and former and not is_asked:
            ours = [row for row in shown if row.kind == "primary"]
            differ(
                file, raw, "name", {"given": given, "family": family}, person=person, at=at, said_on=new.changed_on,
                changed=written_by(ours),
            )  # fmt: skip
            continue
        for row in [*places, *(shown if is_asked and one == person else [])]:
            row.kind = "former"
            row.save()
        primary = True
        # The record that stays keeps its own name; the newer one of a record joined to it is another name of theirs.
        fresh.append(("primary" if one == person else "alias", given, family))
    keys = added["people.Name"] = add_names(one, fresh, new.system)
    if keys:
        one.display_name = display_name(one)
        one.save(update_fields=["display_name"])
    if primary and one != person:
        return [key for key, name in zip(keys, fresh, strict=True) if name[0] == "alias"]
    return []


def _number(kind: str, value: str) -> str:
    return identifiers.check(kind, value).value


def _numbers(
    file: str, raw: Pending, person: Person, one: Person, old: Described, new: Described,
    added: dict[str, list[int]], *, at: datetime, is_asked: bool,
) -> None:  # fmt: skip
    fresh: list[Identifier] = []
    before = {(kind, _number(kind, value)) for kind, value in old.numbers()}
    for kind, value in new.numbers():
        number = _number(kind, value)
        if (kind, number) in before:
            continue
        held = list(Identifier.objects.filter(person=one, kind=kind).order_by("pk"))
        if any(row.value == number and row.valid_to is None for row in held):
            agrees(file, raw, kind, at=at)
            continue
        ours = [row for row in held if row.value == number or (row.source not in SYSTEMS and row.valid_to is None)]
        if ours and not is_asked:
            differ(
                file, raw, kind, {"value": number}, person=person, at=at, said_on=new.changed_on,
                changed=written_by(ours),
            )  # fmt: skip
            continue
        fresh.append(identifier_of(one, kind, value, new.system))
    added["people.Identifier"] = [row.pk for row in bulk(Identifier, fresh)]


def _address(
    file: str, raw: Pending, person: Person, one: Person, old: Described, new: Described,
    added: dict[str, list[int]], *, at: datetime, is_asked: bool,
) -> None:  # fmt: skip
    """A new address stands beside the old. Where somebody gave one here, or one is kept secret, a person decides."""
    added["people.Address"] = []
    if (new.lines, new.postcode) == (old.lines, old.postcode) or not (new.lines or new.postcode):
        return
    lines, postcode, key = placed(new)
    held = list(Address.objects.filter(person=one, ended_on__isnull=True).order_by("pk"))
    if any((row.lines.casefold(), row.postcode_key) == (lines.casefold(), key) for row in held):
        agrees(file, raw, "address", at=at)
        return
    ours = [row for row in held if row.set_by_id is not None or row.is_confidential]
    if (ours and not is_asked) or any(row.is_confidential for row in ours):
        theirs = {"lines": lines, "postcode": postcode}
        differ(
            file, raw, "address", theirs, person=person, at=at, said_on=new.changed_on, changed=written_by(ours)
        )  # fmt: skip
        return
    added["people.Address"] = [row.pk for row in bulk(Address, [address_of(one, new)])]
