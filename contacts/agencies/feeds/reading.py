"""Reading a file of notifications into facts. Pure: what cannot be read comes back with a sentence.

Which formats there are stands in ``FORMATS``: the page, the command and the reader follow.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contacts import fields
from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from contacts.fields import LONGEST_ADDRESS, MOST_PEOPLE, Fact, Kind
from frontdoor.clocks.working_days import london_date

LARGEST = 16 * 1024 * 1024
MOST_ITEMS = 5000
#: Elements stand at most so deep inside a notification; the published format needs three.
DEEPEST = 10
EARLY = timedelta(minutes=5)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MEMBER = re.compile(r"(child|adult)_(\d{1,2})_(\w+)")
#: Fields of a notification, of a child and of an adult in it.
FIELDS, CHILD, ADULT = (fields.asked("feed", where) for where in ("contact", "child", "adult"))
#: What else than a text may be written in so many characters.
WRITTEN = {Kind.DAY: 10, Kind.MOMENT: 40, Kind.FLAG: 5, Kind.CODE: 20, Kind.NUMBER: 4}
#: The shipped codes of a list that is not asked here, where nothing is looked up.
SHIPPED = {"sex": fields.SEX}
BETWEEN = re.compile(r"[;,\s]+")
YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Unreadable(Exception):
    """A message that cannot be read: a code and a sentence that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@dataclass
class Raw:
    """One notification as its fields, before anything is checked."""

    fields: dict[str, str] = field(default_factory=dict)
    children: list[dict[str, str]] = field(default_factory=list)
    adults: list[dict[str, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The same for the same content, whatever the format or the order of fields."""
        people = [sorted(one.items()) for one in (*self.children, *self.adults)]
        return hashlib.sha256(repr((sorted(self.fields.items()), people)).encode()).hexdigest()


@dataclass
class Item:
    """One notification of a file: its bytes, and the facts in it or why there are none."""

    number: int
    content: bytes
    facts: ContactFacts | None = None
    digest: str = ""
    problem: Unreadable | None = None


def read(content: bytes, now: datetime) -> list[Item]:
    """Every notification of a file, each alone. Raises Unreadable when the file as a whole cannot be read."""
    if len(content) > LARGEST:
        raise Unreadable("too_large", "The file is larger than 16 MB; ask for it in parts.")
    if not content.strip():
        raise Unreadable("empty", "The file is empty.")
    begins = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    reader = next(each.reader for each in FORMATS if begins.startswith(each.begins))
    # No further than is needed to see that there are too many: each carries a copy of its source.
    found = list(islice(reader(content), MOST_ITEMS + 1))
    if not found:
        raise Unreadable("no_items", "There are no notifications in the file.")
    if len(found) > MOST_ITEMS:
        raise Unreadable("too_many", f"The file contains more than {MOST_ITEMS:,} notifications; ask for it in parts.")
    items = []
    for number, (raw, source) in enumerate(found, start=1):
        item = Item(number, source)
        try:
            if isinstance(raw, Unreadable):
                raise raw
            item.facts, item.digest = facts_of(raw, now), raw.digest
        except Unreadable as problem:
            item.problem = problem
        items.append(item)
    return items


def _of_csv(content: bytes) -> Iterator[tuple[Raw | Unreadable, bytes]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Unreadable(
            "encoding", f"The file is not UTF-8: byte {wrong.start + 1:,} cannot be read. Save it as UTF-8."
        ) from wrong
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as wrong:
        raise Unreadable("csv", f"The file is not valid CSV: {wrong}.") from wrong
    if not rows:
        raise Unreadable("empty", "The file is empty.")
    head, *rest = rows
    names = [name.strip().lower() for name in head]
    unknown = [name for name in names if name not in FIELDS and not _is_member(name)]
    if unknown or len(set(names)) != len(names):
        wrong_name = unknown[0] if unknown else next(name for name in names if names.count(name) > 1)
        raise Unreadable("columns", f"The column “{wrong_name[:60]}” is not in the published format, or appears twice.")
    if "reference" not in names:
        raise Unreadable("columns", "The column “reference” is missing.")
    for row in rest:
        if not any(cell.strip() for cell in row):
            continue
        source = io.StringIO()
        csv.writer(source).writerows([head, row])
        kept = source.getvalue().encode()
        if len(row) != len(names):
            yield Unreadable("columns", f"The row has {len(row)} values where the heading has {len(names)}."), kept
            continue
        yield _raw_of_row(dict(zip(names, row, strict=True))), kept


def _is_member(name: str) -> bool:
    found = MEMBER.fullmatch(name)
    return found is not None and found[3] in (CHILD if found[1] == "child" else ADULT)


def _raw_of_row(row: Mapping[str, str]) -> Raw:
    raw = Raw()
    members: dict[tuple[str, int], dict[str, str]] = {}
    for name, value in row.items():
        if not value.strip():
            continue
        found = MEMBER.fullmatch(name)
        if found is None:
            raw.fields[name] = value.strip()
        else:
            members.setdefault((found[1], int(found[2])), {})[found[3]] = value.strip()
    raw.children = [members[key] for key in sorted(members) if key[0] == "child"]
    raw.adults = [members[key] for key in sorted(members) if key[0] == "adult"]
    return raw


def _of_xml(content: bytes) -> Iterator[tuple[Raw | Unreadable, bytes]]:
    try:
        root = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as unsafe:
        raise Unreadable(
            "entities", "The file declares a document type or entities, which is not allowed. Send it without them."
        ) from unsafe
    except (ParseError, ValueError, LookupError) as wrong:
        raise Unreadable("xml", f"The file is not valid XML: {wrong}.") from wrong
    for element in [root] if root.tag == "notification" else root:
        is_too_deep = _cut(element)
        source = tostring(element, encoding="utf-8")
        if is_too_deep:
            problem = f"Elements stand more than {DEEPEST} deep; what is deeper is left out here."
            yield Unreadable("too_deep", problem), source
            continue
        if element.tag != "notification":
            yield Unreadable("element", f"“{element.tag[:60]}” is not an element of the published format."), source
            continue
        try:
            yield _raw_of_element(element), source
        except Unreadable as problem:
            yield problem, source


def _cut(element: Element) -> bool:
    """Take away what stands too deep, which could be written out by no recursion; whether there was any."""
    level = [element]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in outer]
    is_too_deep = any(len(outer) for outer in level)
    for outer in level:
        del outer[:]
    return is_too_deep


def _raw_of_element(element: Element) -> Raw:
    raw = Raw()
    for part in element:
        if part.tag in ("child", "adult"):
            known = CHILD if part.tag == "child" else ADULT
            member = {name: _text(inner) for inner in part if (name := _known(inner.tag, known))}
            (raw.children if part.tag == "child" else raw.adults).append({k: v for k, v in member.items() if v})
        else:
            name = _known(part.tag, FIELDS)
            if name in raw.fields:
                raise Unreadable("element", f"“{name}” appears twice.")
            if _text(part):
                raw.fields[name] = _text(part)
    return raw


@dataclass(frozen=True)
class Format:
    """A format files come in: what it is called, how its file's name ends, how its content begins, what reads it.

    ``begins`` are the first bytes after blanks, by which a file is known whatever its name is.
    """

    name: str
    suffix: str
    begins: bytes
    reader: Callable[[bytes], Iterator[tuple[Raw | Unreadable, bytes]]]


#: Every format there is, asked in this order; the last takes what no other knows.
FORMATS = (Format("XML", ".xml", b"<", _of_xml), Format("CSV", ".csv", b"", _of_csv))
FORMAT_NAMES = sorted(each.name for each in FORMATS)


def _known(tag: str, known: Mapping[str, Fact]) -> str:
    if tag not in known:
        raise Unreadable("element", f"“{tag[:60]}” is not an element of the published format.")
    return tag


def _text(element: Element) -> str:
    if len(element):
        raise Unreadable("element", f"“{element.tag[:60]}” may hold text only.")
    return (element.text or "").strip()


def facts_of(raw: Raw, now: datetime) -> ContactFacts:
    """The contact a notification means. Raises Unreadable naming the field."""
    given = _checked(raw.fields, FIELDS, "")
    if "reference" not in given:
        raise Unreadable("required", "“reference” is needed: the notification’s own reference.")
    if "concerns" not in given:
        raise Unreadable("required", "“concerns” is needed: what happened.")
    for kind, people in (("children", raw.children), ("adults", raw.adults)):
        if len(people) > MOST_PEOPLE:
            raise Unreadable("too_many", f"At most {MOST_PEOPLE} {kind} can be named in one notification.")
    told = _Told(given, FIELDS, "", now)
    facts = ContactFacts(
        kind="police_notification",
        how="feed",
        **told.of(fields.CONTACT),
        address=told.address(),
        referrer=ReferrerFacts(**told.of(fields.REFERRER), is_professional=True),
        families=[FamilyFacts(**told.of(fields.FAMILY))],
    )
    facts.concerns = "\n\n".join(part for part in (facts.concerns, _reasons_left(given)) if part)
    facts.people = [_child(one, number, now) for number, one in enumerate(raw.children, start=1)]
    facts.people += [_adult(one, number, now) for number, one in enumerate(raw.adults, start=1)]
    # A notification that names no child is screened like any other; it is never turned away.
    facts.no_child_identified = not facts.children
    return facts


def _reasons(text: str) -> tuple[list[str], list[str]]:
    """The reasons for a grade that can be kept as such, and those that cannot."""
    every, reasons = [part for part in BETWEEN.split(text) if part], fields.OF_CONTACT["grade_reasons"]
    kept = [part for part in every if len(part) <= reasons.longest][: reasons.most]
    return kept, [part for part in every if part not in kept]


def _reasons_left(given: Mapping[str, str]) -> str:
    """Reasons there are too many of, or that are too long: kept with what happened, so that none is lost."""
    left = _reasons(given.get("grade_reasons", ""))[1]
    return f"Further reasons for the grade: {'; '.join(left)}" if left else ""


def _longest(fact: Fact) -> int:
    """The most characters a value may be written in."""
    if fact.name == "lines":
        return LONGEST_ADDRESS
    return WRITTEN.get(fact.kind, fact.whole)


def _checked(given: Mapping[str, str], known: Mapping[str, Fact], whose: str) -> dict[str, str]:
    given = {name: known[name].tidy(value) for name, value in given.items()}
    for name, value in given.items():
        fact = known[name]
        if len(value) > _longest(fact):
            raise Unreadable("too_long", f"“{whose}{name}” is longer than {_longest(fact):,} characters.")
        if CONTROL.search(value):
            raise Unreadable("invalid_format", f"“{whose}{name}” contains characters that are not text.")
        codes = fact.codes or SHIPPED.get(fact.name, ()) if fact.kind is Kind.CODE else ()
        if codes and value not in codes:
            raise Unreadable("invalid_code", f"“{whose}{name}” has to be one of {', '.join(codes)}.")
    return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class _Told:
    """Checked fields of a notification or of somebody in it, read as the facts they say."""

    given: Mapping[str, str]
    known: Mapping[str, Fact]
    whose: str
    now: datetime

    def of(self, facts: Collection[Fact]) -> dict[str, Any]:
        """What is said of these facts, by their names. Raises Unreadable naming the field."""
        return {
            fact.name: self._value(name, fact)
            for name, fact in self.known.items()
            if fact in facts and name in self.given
        }

    def address(self) -> AddressFacts | None:
        """The address given; None when there is none."""
        if "address" not in self.given and "postcode" not in self.given:
            return None
        lines = [line.strip() for line in self.given.get("address", "").split(",") if line.strip()]
        told = {name: value for name, value in self.of(fields.ADDRESS).items() if name != "lines"}
        return AddressFacts(lines=lines, **told)

    def _value(self, name: str, fact: Fact) -> Any:
        text, at = self.given[name], f"{self.whose}{name}"
        if fact.kind is Kind.MOMENT:
            return _moment(text, at, None if fact.may_be_ahead else self.now)
        if fact.kind is Kind.DAY:
            return _day(text, at, None if fact.may_be_ahead else london_date(self.now))
        if fact.kind is Kind.NUMBER:
            return _number(text, at, fact.most)
        if fact.kind is Kind.FLAG:
            return _flag(text, at)
        return _reasons(text)[0] if fact.kind is Kind.TEXTS else text


def _moment(text: str, at: str, now: datetime | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Unreadable("invalid_date", f"“{at}” does not say its offset; write 2026-11-21T22:40:00Z.")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise Unreadable("invalid_date", f"“{at}” is not a time; write 2026-11-21T22:40:00Z.") from wrong
    if now is not None and moment > now + EARLY:
        raise Unreadable("in_future", f"“{at}” is in the future.")
    return moment


def _day(text: str, at: str, today: date | None) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise Unreadable("invalid_date", f"“{at}” is not a date; write 2017-03-03.") from wrong
    if today is not None and day > today:
        raise Unreadable("in_future", f"“{at}” is in the future.")
    return day


def _number(text: str, at: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise Unreadable("invalid_type", f"“{at}” has to be a whole number up to {most}.")
    return int(text)


def _flag(text: str, at: str) -> bool:
    if text.lower() not in YES:
        raise Unreadable("invalid_code", f"“{at}” has to be yes or no.")
    return YES[text.lower()]


def _named(given: Collection[str], whose: str, more: str = "") -> None:
    if not {"given_name", "family_name", *([more] if more else [])} & set(given):
        raise Unreadable("required", f"“{whose}given_name” or “{whose}family_name” is needed.")


def _child(one: Mapping[str, str], number: int, now: datetime) -> PersonFacts:
    whose = f"child {number}: "
    told = _Told(_checked(one, CHILD, whose), CHILD, whose, now)
    _named(told.given, whose, "expected_on")
    return PersonFacts(**told.of(fields.PERSON), address=told.address())


def _adult(one: Mapping[str, str], number: int, now: datetime) -> PersonFacts:
    whose = f"adult {number}: "
    told = _Told(_checked(one, ADULT, whose), ADULT, whose, now)
    _named(told.given, whose)
    return PersonFacts(is_child=False, **{"role": "other", **told.of(fields.PERSON)}, address=told.address())
