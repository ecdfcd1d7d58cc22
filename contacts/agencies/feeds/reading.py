"""Reading a file of notifications, CSV or XML, into facts. Pure: what cannot be read comes back with a sentence."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, PersonFacts, ReferrerFacts
from frontdoor.clocks.working_days import london_date

LARGEST = 16 * 1024 * 1024
MOST_PEOPLE, MOST_ITEMS = 30, 5000
#: Elements stand at most so deep inside a notification; the published format needs three.
DEEPEST = 10
EARLY = timedelta(minutes=5)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MEMBER = re.compile(r"(child|adult)_(\d{1,2})_(\w+)")
#: Fields of a notification with the most characters each may have.
FIELDS = {
    "reference": 100, "occurred_at": 40, "concerns": 20_000, "grade": 10, "grade_reasons": 1000, "dash_grade": 10,
    "dash_ticks": 4, "powers_of_protection_at": 40, "incident_reference": 100, "officer_name": 200,
    "officer_role": 100, "officer_telephone": 40, "address": 300, "postcode": 10, "address_is_confidential": 5,
    "child_location": 250, "safe_until": 40, "injuries": 2000, "pregnancy": 2000, "consent": 20, "consent_reason": 2000,
}  # fmt: skip
CHILD = {
    "given_name": 100, "family_name": 100, "known_as": 100, "date_of_birth": 10, "expected_on": 10, "sex": 1,
    "nhs_number": 20, "upn": 20, "school": 150, "account": 20_000, "address": 300, "postcode": 10,
}  # fmt: skip
ADULT = {
    "given_name": 100, "family_name": 100, "date_of_birth": 10, "relationship": 60, "role": 20, "telephone": 40,
    "parental_responsibility": 5, "lives_with_children": 5, "address": 300, "postcode": 10,
}  # fmt: skip
CODES = {
    "grade": ("red", "amber", "green", "blue"), "dash_grade": ("standard", "medium", "high"), "sex": ("M", "F", "U"),
    "role": ("victim", "suspect", "witness", "carer", "other"),
    "consent": ("given", "refused", "not_sought", "withdrawn", "not_required"),
}  # fmt: skip
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
    is_xml = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    # No further than is needed to see that there are too many: each carries a copy of its source.
    found = list(islice(_of_xml(content) if is_xml else _of_csv(content), MOST_ITEMS + 1))
    if not found:
        raise Unreadable("no_items", "There is no notification in the file.")
    if len(found) > MOST_ITEMS:
        raise Unreadable("too_many", f"The file holds more than {MOST_ITEMS:,} notifications; ask for it in parts.")
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
        raise Unreadable("csv", f"The file is not whole as CSV: {wrong}.") from wrong
    if not rows:
        raise Unreadable("empty", "The file is empty.")
    head, *rest = rows
    names = [name.strip().lower() for name in head]
    unknown = [name for name in names if name not in FIELDS and not _is_member(name)]
    if unknown or len(set(names)) != len(names):
        wrong_name = unknown[0] if unknown else next(name for name in names if names.count(name) > 1)
        raise Unreadable("columns", f"The column “{wrong_name[:60]}” is not in the published format, or stands twice.")
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
            "entities", "The file declares a document type or entities, which is not allowed. Send it without."
        ) from unsafe
    except (ParseError, ValueError, LookupError) as wrong:
        raise Unreadable("xml", f"The file is not whole as XML: {wrong}.") from wrong
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
                raise Unreadable("element", f"“{name}” stands twice.")
            if _text(part):
                raw.fields[name] = _text(part)
    return raw


def _known(tag: str, known: Mapping[str, int]) -> str:
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
    home = _address(given)
    facts = ContactFacts(
        kind="police_notification", how="feed", agency_reference=given["reference"], concerns=given["concerns"],
        occurred_at=_moment(given, "occurred_at", now), powers_of_protection_at=_moment(
            given, "powers_of_protection_at", now), safe_until=_moment(given, "safe_until", None),
        grade=given.get("grade", ""), dash_grade=given.get("dash_grade", ""), dash_ticks=_number(given, "dash_ticks"),
        grade_reasons=[part[:60] for part in re.split(r"[;,\s]+", given.get("grade_reasons", "")) if part][:20],
        incident_reference=given.get("incident_reference", ""), child_location=given.get("child_location", ""),
        injuries=given.get("injuries", ""), pregnancy=given.get("pregnancy", ""), address=home,
        referrer=ReferrerFacts(
            name=given.get("officer_name", ""), role=given.get("officer_role", ""),
            telephone=given.get("officer_telephone", ""), is_professional=True,
        ),
        families=[FamilyFacts(agreement=given.get("consent", ""), agreement_reason=given.get("consent_reason", ""))],
    )  # fmt: skip
    today = london_date(now)
    facts.people = [_child(one, number, today) for number, one in enumerate(raw.children, start=1)]
    facts.people += [_adult(one, number, today) for number, one in enumerate(raw.adults, start=1)]
    # A notification that names no child is screened like any other; it is never turned away.
    facts.no_child_identified = not facts.children
    return facts


def _checked(given: Mapping[str, str], known: Mapping[str, int], whose: str) -> dict[str, str]:
    for name, value in given.items():
        if len(value) > known[name]:
            raise Unreadable("too_long", f"“{whose}{name}” is longer than {known[name]:,} characters.")
        if CONTROL.search(value):
            raise Unreadable("invalid_format", f"“{whose}{name}” holds characters that are no text.")
        if name in CODES and value not in CODES[name]:
            raise Unreadable("invalid_code", f"“{whose}{name}” has to be one of {', '.join(CODES[name])}.")
    return dict(given)


def _moment(given: Mapping[str, str], name: str, now: datetime | None) -> datetime | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Unreadable("invalid_date", f"“{name}” does not say its offset; write 2026-11-21T22:40:00Z.")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise Unreadable("invalid_date", f"“{name}” is not a time; write 2026-11-21T22:40:00Z.") from wrong
    if now is not None and moment > now + EARLY:
        raise Unreadable("in_future", f"“{name}” lies in the future.")
    return moment


def _day(given: Mapping[str, str], name: str, whose: str, today: date | None) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise Unreadable("invalid_date", f"“{whose}{name}” is not a date; write 2017-03-03.") from wrong
    if today is not None and day > today:
        raise Unreadable("in_future", f"“{whose}{name}” lies in the future.")
    return day


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= 99):
        raise Unreadable("invalid_type", f"“{name}” has to be a whole number up to 99.")
    return int(text)


def _flag(given: Mapping[str, str], name: str, whose: str = "") -> bool | None:
    text = given.get(name)
    if text is None:
        return None
    if text.lower() not in YES:
        raise Unreadable("invalid_code", f"“{whose}{name}” has to be yes or no.")
    return YES[text.lower()]


def _address(given: Mapping[str, str]) -> AddressFacts | None:
    if "address" not in given and "postcode" not in given:
        return None
    lines = [line.strip() for line in given.get("address", "").split(",") if line.strip()]
    return AddressFacts(lines, given.get("postcode", ""), bool(_flag(given, "address_is_confidential")))


def _named(given: Sequence[str] | Mapping[str, str], whose: str, more: str = "") -> None:
    if not {"given_name", "family_name", *([more] if more else [])} & set(given):
        raise Unreadable("required", f"“{whose}given_name” or “{whose}family_name” is needed.")


def _child(one: Mapping[str, str], number: int, today: date) -> PersonFacts:
    whose = f"child {number}: "
    given = _checked(one, CHILD, whose)
    _named(given, whose, "expected_on")
    child = PersonFacts(
        date_of_birth=_day(given, "date_of_birth", whose, today),
        expected_on=_day(given, "expected_on", whose, None),
        address=_address(given),
    )
    for name in ("given_name", "family_name", "known_as", "sex", "nhs_number", "upn", "school", "account"):
        setattr(child, name, given.get(name, ""))
    return child


def _adult(one: Mapping[str, str], number: int, today: date) -> PersonFacts:
    whose = f"adult {number}: "
    given = _checked(one, ADULT, whose)
    _named(given, whose)
    adult = PersonFacts(
        is_child=False,
        role=given.get("role", "other"),
        address=_address(given),
        date_of_birth=_day(given, "date_of_birth", whose, today),
        parental_responsibility=_flag(given, "parental_responsibility", whose),
        lives_with_children=_flag(given, "lives_with_children", whose),
    )
    for name in ("given_name", "family_name", "relationship", "telephone"):
        setattr(adult, name, given.get(name, ""))
    return adult
