"""What the page of one contact shows: people as given beside the record, whom they may be, and what has happened."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONArray

from contacts.fields import CONTACT, OF_A_TYPE, OF_PERSON, Fact, Kind
from contacts.given import sought_for
from contacts.identity import readers as identity
from contacts.models import AddressQuestion, Contact, ContactAddition, ContactPerson
from contacts.queue import readers as queue
from contacts.screening.dangers import proposed
from frontdoor import audit
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.people import identifiers
from frontdoor.people.access import known_references
from frontdoor.people.ages import is_grown_up, years_old
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import (
    Address,
    Identifier,
    Name,
    NotThisPerson,
    Person,
    Telephone,
)
from frontdoor.people.models import Warning as Danger
from frontdoor.people.models.person import NOT_YET_OBTAINED
from frontdoor.people.protection import actions as protection
from frontdoor.people.record.parts import Parts
from frontdoor.ui.formats import day, moment
from frontdoor.wording import worded
from frontdoor.workflow.actions import history
from frontdoor.workflow.machines import MACHINES

#: Whom people may be is worked out for this many at once; the rest are looked at one by one.
LOOKED_AT = 12
#: So many other contacts about one family stand on the page of one.
OF_ONE_FAMILY = 10
CANDIDATES = 5
#: That somebody has the text of a contact before them.
TEXT_OPENED = "contact.text_opened"
#: How many lines of a family's history stand beside a text.
HISTORY = 12


@dataclass(frozen=True)
class Difference:
    """One fact as given beside what is on record."""

    key: str
    what: str
    given: str
    on_record: str
    # Somebody has answered: the record stays as it is.
    is_left: bool = False

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same."""
        return bool(self.given and self.on_record) and self.given.casefold() != self.on_record.casefold()

    @property
    def is_new(self) -> bool:
        """Whether only what was given says it."""
        return bool(self.given) and not self.on_record

    @property
    def is_offered(self) -> bool:
        """Whether it waits to be taken onto the record or left."""
        return (self.differs or self.is_new) and not self.is_left


@dataclass
class Card:
    """One person on the contact, with whom they may be."""

    row: ContactPerson
    differences: list[Difference] = field(default_factory=list)
    candidates: list[matching.Candidate] = field(default_factory=list)
    was_looked_at: bool = False
    known: list[str] = field(default_factory=list)
    # That a confidential address is not theirs: who said so and when. None while a manager has still to say.
    address_answer: AddressQuestion | None = None

    @property
    def oddities(self) -> list[str]:
        """What is odd about the numbers and the age as given."""
        odd = identifiers.oddities({"nhs": self.row.nhs_number, "upn": self.row.upn})
        row, on = self.row, london_date(self.row.contact.received_at)
        if row.is_child and row.date_of_birth is not None and is_grown_up(row.date_of_birth, on):
            odd.append(f"{years_old(row.date_of_birth, on)} years old: is this person a child on this contact?")
        return odd

    @property
    def needs_answer(self) -> bool:
        """Whether somebody above the review threshold waits for a yes or a no."""
        return any(candidate.needs_answer for candidate in self.candidates)


def rows_of(contact: Contact) -> list[ContactPerson]:
    """The people on the contact in their order, with the records confirmed."""
    rows = contact.people.select_related("person", "linked_by", "decided_by", "added__addition__by")
    return list(rows.order_by("position"))


def keep_out(rows: Iterable[ContactPerson], user: User, at: datetime) -> None:
    """Raise Denied when the user has declared that they know somebody confirmed on the contact; it is noted."""
    protection.keep_out(people=[row.person for row in rows if row.person is not None], by=user, at=at)


def cards(contact: Contact, user: User, rows: Sequence[ContactPerson], *, look: int = 0, limit: int = 0) -> list[Card]:
    """One card for each person. Candidates are looked for ``limit`` people, and for the one at position ``look``."""
    linked = [row.person for row in rows if row.person is not None]
    facts = facts_on_record(linked)
    answers = _address_answers(user, rows)
    found = []
    asked = 0
    for row in rows:
        card = Card(row, address_answer=answers.get(row.pk))
        if row.person is not None:
            card.differences = differences(row, row.person, facts)
        elif asked < limit or row.position == look:
            asked += 1
            card.was_looked_at = True
            card.candidates = _candidates(contact, row, user, rows)
        found.append(card)
    return found


def _address_answers(user: User, rows: Sequence[ContactPerson]) -> dict[int, AddressQuestion]:
    """By row the last answer that withholds its address, where no question about it waits any more."""
    held = [row.pk for row in rows if row.is_address_held_back]
    if not held:
        return {}
    asked = AddressQuestion.objects.visible_to(user).filter(on_contact__in=held).exclude(is_theirs=True)
    questions = asked.select_related("decided_by")
    found: dict[int, AddressQuestion] = {}
    for question in questions.order_by(F("decided_at").asc(nulls_last=True), "pk"):
        found[question.on_contact_id] = question
    return {row: last for row, last in found.items() if last.decided_at is not None}


def _candidates(
    contact: Contact, row: ContactPerson, user: User, rows: Sequence[ContactPerson]
) -> list[matching.Candidate]:
    found = matching.candidates(
        sought_for(row, rows), user, limit=CANDIDATES, reference=contact.reference, position=row.position
    )
    if row.suggested_reference and all(c.person.reference != row.suggested_reference for c in found):
        named = Person.objects.visible_to(user).named(row.suggested_reference).first()
        refused = named is not None and NotThisPerson.objects.filter(
            reference=contact.reference, position=row.position, person=named
        )
        if named is not None and not refused:
            found.insert(0, matching.Candidate(named, 0, ("suggested by the person who took the call",)))
    return found


@dataclass
class _OnRecord:
    names: dict[int, set[str]] = field(default_factory=dict)
    identifiers: dict[tuple[int, str], str] = field(default_factory=dict)
    addresses: dict[int, str] = field(default_factory=dict)
    # Every present address as it stands, only to compare with: never shown.
    lived_at: dict[int, set[str]] = field(default_factory=dict)
    telephones: dict[int, str] = field(default_factory=dict)
    #: The numbers themselves, however they are written.
    rung: dict[int, set[str]] = field(default_factory=dict)
    # Whom a warning was ever set about from which source: one that has ended was answered as well.
    warned: set[tuple[int, str]] = field(default_factory=set)


def facts_on_record(people: Sequence[Person]) -> _OnRecord:
    """What is on record of these people that a contact may say differently, in one query."""
    facts = _OnRecord()
    if not people:
        return facts
    for key, names, identified, addresses, telephones, warned in _facts(people=[person.pk for person in people]):
        facts.names[key] = {name.casefold() for each in names for name in each}
        facts.identifiers |= {(key, kind): value for kind, value in identified}
        for lines, postcode, is_confidential in addresses:
            text = ", ".join(part for part in (lines, postcode) if part)
            facts.lived_at.setdefault(key, set()).add(text.casefold())
            facts.addresses[key] = "A confidential address" if is_confidential else text
        for number, number_key in telephones:
            facts.telephones[key] = number
            facts.rung.setdefault(key, set()).add(number_key)
        facts.warned |= {(key, source) for (source,) in warned}
    return facts


@worded(people=[int])
def _facts(*, people: Collection[int]) -> QuerySet[Person, tuple[Any, ...]]:
    own: dict[str, Any] = {"person": OuterRef("pk")}
    standing = own | {"ended_on__isnull": True}
    numbers = Identifier.objects.filter(**own, kind__in=["nhs", "upn"], valid_to__isnull=True)
    return Person.objects.filter(pk__in=people).values_list(
        "pk",
        _listed(Name.objects.filter(**own), "full", "given"),
        _listed(numbers.order_by("id"), "kind", "value"),
        _listed(Address.objects.filter(**standing).order_by("id"), "lines", "postcode", "is_confidential"),
        _listed(Telephone.objects.filter(**standing).order_by("id"), "number", "number_key"),
        _listed(Danger.objects.filter(**own).exclude(source=""), "source"),
    )


def _listed(rows: QuerySet[Any, Any], *columns: str) -> ArraySubquery:
    """These columns of each row, as an array beside the person they are about."""
    return ArraySubquery(rows.annotate(told=JSONArray(*columns)).values("told"))


def differences(row: ContactPerson, person: Person, facts: _OnRecord) -> list[Difference]:
    """What was given beside what is on record, for what was given. A confidential address is never written out."""
    address = "" if row.is_address_held_back else ", ".join(part for part in (row.address, row.postcode) if part)
    names = facts.names.get(person.pk, set())
    known_as = "" if row.known_as.casefold() in names else row.known_as
    number, upn = identifiers.tidy("nhs", row.nhs_number), identifiers.tidy("upn", row.upn)
    on_record = facts.addresses.get(person.pk, "")
    told = [
        ("name", "Name", "" if row.name.casefold() in names else row.name, person.display_name),
        ("known_as", OF_PERSON["known_as"].shown, known_as, ""),
        ("date_of_birth", OF_PERSON["date_of_birth"].shown, day(row.date_of_birth), day(person.date_of_birth)),
        ("sex", OF_PERSON["sex"].shown, _label("sex", row.sex), _label("sex", person.sex)),
        ("ethnicity", OF_PERSON["ethnicity"].shown, _label("ethnicity", row.ethnicity), _obtained(person.ethnicity)),
        ("address", "Address", _shown(row, address, facts.lived_at.get(person.pk, set())), on_record),
        (
            "telephone",
            OF_PERSON["telephone"].shown,
            _to_ring(row, facts.rung.get(person.pk, set())),
            facts.telephones.get(person.pk, ""),
        ),
        (
            "knows_of_us",
            OF_PERSON["knows_of_us"].shown,
            "No" if row.knows_of_us is False else "",
            "No" if person.may_not_know_we_are_involved else "",
        ),
        ("nhs", OF_PERSON["nhs_number"].shown, number, facts.identifiers.get((person.pk, "nhs"), "")),
        ("upn", OF_PERSON["upn"].shown, upn, facts.identifiers.get((person.pk, "upn"), "")),
        ("school", OF_PERSON["school"].shown, row.school, person.school),
        ("communication", OF_PERSON["communication"].shown, row.communication, person.communication_needs),
        ("warning", "Warning to add", _danger(row, person, facts), ""),
    ]
    return [Difference(*each, is_left=each[0] in row.details_left) for each in told if each[2]]


def _to_ring(row: ContactPerson, known: set[str]) -> str:
    """The number given with what was said of ringing it; "" when the record has it and nothing was said."""
    keys = {*identifiers.telephone_keys(row.telephone)}
    said = how_to_ring(row.telephone, row.is_safe_to_ring, row.safe_time)
    return "" if keys and keys <= known and said == row.telephone else said


def how_to_ring(telephone: str, is_safe: bool | None, safe_time: str) -> str:
    """A number with whether and when it is safe to ring it; "" without a number."""
    safe = identifiers.of_ringing(telephone, is_safe)
    told = ", ".join(part for part in (safe, safe_time and f"safe time: {safe_time}") if part)
    return f"{telephone} ({told})" if telephone and told else telephone


def ring_back(contact: Contact) -> str:
    """The caller's number with whether and when it is safe to ring it."""
    return how_to_ring(contact.referrer_telephone, contact.referrer_is_safe_to_ring, contact.referrer_safe_time)


def _label(name: str, code: str) -> str:
    return lists.label(name, code) if code else ""


def _danger(row: ContactPerson, person: Person, facts: _OnRecord) -> str:
    """The warning the contact calls for; empty once one has been set because of it."""
    danger = proposed(row)
    return danger.text if danger is not None and (person.pk, row.contact.reference) not in facts.warned else ""


def _obtained(ethnicity: str) -> str:
    return "" if ethnicity == NOT_YET_OBTAINED else _label("ethnicity", ethnicity)


def _shown(row: ContactPerson, address: str, lived_at: set[str]) -> str:
    """The address given, as it may be shown; empty when it is one of those on record."""
    if address.casefold() in lived_at:
        return ""
    return "A confidential address not on record" if row.address_is_confidential and address else address


@dataclass(frozen=True)
class Event:
    """One line of what happened to a contact."""

    at: datetime
    title: str
    by: str = ""
    text: str = ""
    href: str = ""
    html: str = ""


def events(contact: Contact) -> list[Event]:
    """Changes of status and of grade, newest first."""
    moves = MACHINES[Contact]
    found = []
    for change in history(contact.reference):
        known = moves.get(change.move)
        words = "contact.recorded" if change.move == "born" else known.event if known else ""
        title = audit.sentence(words) if words else f"set to {change.status_words.lower()}"
        by = change.by.name if change.by else (contact.agency.name if contact.agency else "")
        found.append(Event(change.happened_at, title.capitalize(), by, change.reason))
    for graded in contact.grade_changes.select_related("by", "on_contact"):
        before = f"from {graded.before} " if graded.before else ""
        whom = f"{graded.on_contact} " if graded.on_contact is not None else ""
        title = f"Graded {whom}{before}{'to ' if before else ''}{graded.after}"
        found.append(Event(graded.at, title, graded.by.name, graded.reason))
    for told in contact.acknowledgements.select_related("told_by"):
        title = f"Acknowledged to {told.to_whom}, {told.get_how_display().lower()}"
        found.append(Event(told.told_at, title, told.told_by.name, told.said))
    for asked in contact.information_requests.select_related("asked_by", "withdrawn_by", "reply_recorded_by"):
        found.append(Event(asked.asked_at, f"Asked {asked.asked_of} for information", asked.asked_by.name))
        if asked.replied_at and asked.reply_recorded_by:
            found.append(Event(asked.replied_at, f"{asked.asked_of} answered", asked.reply_recorded_by.name))
        if asked.withdrawn_at and asked.withdrawn_by:
            words = f"Withdrew the request to {asked.asked_of}"
            found.append(Event(asked.withdrawn_at, words, asked.withdrawn_by.name, asked.withdrawn_reason))
    # Of two acts in one moment the later one stands first as well.
    return sorted(found, key=lambda event: event.at)[::-1]


def together(contact: Contact, user: User) -> list[Contact]:
    """The contacts screened with this one that the user may see, the one asked for first."""
    if contact.bundle is None or (contact.is_on_queue and contact.bundle.size <= 1):
        return [contact]
    return [contact, *_bundled(user, bundle=contact.bundle.pk, but=contact.pk)]


@worded(bundle=int, but=int)
def _bundled(user: User, *, bundle: int, but: int) -> QuerySet[Contact, Contact]:
    rows: QuerySet[Contact, Contact] = Contact.objects.visible_to(user).on_queue()
    rows = rows.filter(bundle_id=bundle).exclude(pk=but)
    return rows.select_related("type", "agency", "claimed_by", "text", "rank").order_by("tier", "rank_at", "id")


def of_one_family(contact: Contact, user: User) -> list[Contact]:
    """Other contacts bundled with this one that the user may see, the newest first, whatever became of them."""
    if contact.bundle_id is None:
        return []
    rows = Contact.objects.visible_to(user).filter(bundle_id=contact.bundle_id).exclude(pk=contact.pk)
    rows = rows.exclude(reference__in=known_references(user))
    return list(rows.order_by("-received_at", "-pk")[:OF_ONE_FAMILY])


def note_opened(contact: Contact, user: User) -> None:
    """Keep that this user has the text before them; written before the page leaves."""
    write_audit(TEXT_OPENED, by=user, reference=contact.reference)


REFUSED_UNADVISED = (
    "Accommodation under section 20 was refused, and nobody is said to have advised the young person: until somebody "
    "has, it does not count as refused"
)


def words(contact: Contact, *more: str) -> list[tuple[str, str]]:
    """What was said, in the order of a call, without the empty ones, and what is odd about it.

    ``more``: facts of the contact itself that a page does not show elsewhere.
    """
    rows = []
    for fact in CONTACT:
        model, _, column = fact.column.partition(".")
        if model == "ContactText" or fact.name in more:
            value = getattr(contact.text if model == "ContactText" else contact, column)
            rows.append((fact.shown, _as_shown(fact, value)))
    rows += [("To be checked", fact.doubt(getattr(contact, fact.name))) for fact in CONTACT if fact.kind is Kind.NUMBER]
    if contact.text.section_20 == "refused" and not contact.text.section_20_advice.strip():
        rows.append(("To be checked", REFUSED_UNADVISED))
    return [row for row in rows if row[1].strip()]


def of_its_type(contact: Contact) -> list[tuple[str, str, str]]:
    """What the contact's type alone asks and was answered: the name of each fact, what it is called, the answer."""
    facts = [fact for fact in OF_A_TYPE if contact.type.code in fact.kinds]
    rows = [(fact.name, fact.shown, _as_shown(fact, getattr(contact.text, fact.name))) for fact in facts]
    return [row for row in rows if row[2].strip()]


def _as_shown(fact: Fact, value: Any) -> str:
    """An answer as it is read; empty for none."""
    if value is None:
        return ""
    if fact.kind in (Kind.DAY, Kind.MOMENT):
        return moment(value)
    if fact.kind is Kind.FLAG:
        return "Yes" if value else "No"
    if fact.kind is Kind.CODE and fact.choices:
        return dict(fact.choices).get(value, value) if value else ""
    return lists.label(fact.code_list, value) if fact.code_list and value else str(value)


@dataclass
class Look:
    """A contact's text with who is on it and what is known of the family: what a decider has to have before them."""

    contact: Contact
    words: list[tuple[str, str]]
    people: list[ContactPerson]
    history: list[dict[str, Any]]
    # Whom the unconfirmed children may be, and what is on record of those: never told as the family's own.
    possible: list[identity.Possible] = field(default_factory=list)
    possible_history: list[dict[str, Any]] = field(default_factory=list)
    # What was said after it was recorded.
    later: list[ContactAddition] = field(default_factory=list)

    @property
    def shown(self) -> list[int]:
        """Ids of everybody on record whom it shows."""
        confirmed = [row.person_id for row in self.people if row.person_id is not None]
        return [*confirmed, *(each.person.pk for each in self.possible)]


def look(contact: Contact, user: User, at: datetime) -> Look:
    """The text of a contact, the people as given, and the family's earlier contacts and work the user may see."""
    rows = rows_of(contact)
    possible = possible_on(contact, user, at)
    people = {row.person for row in rows if row.person is not None} | {each.person for each in possible}
    later = list(ContactAddition.objects.filter(contact=contact).told_to(user))
    return looked_at(contact, rows, possible, Parts([person.pk for person in people], user), later)


def looked_at(
    contact: Contact,
    rows: Sequence[ContactPerson],
    possible: Sequence[identity.Possible],
    parts: Parts,
    later: Sequence[ContactAddition] = (),
) -> Look:
    """The same of what has been read: the people on it, whom they may be, every part of all of these; words later."""
    return Look(
        contact,
        words(contact),
        list(rows),
        _history(contact, parts, [row.person for row in rows if row.person is not None]),
        list(possible),
        _history(contact, parts, [each.person for each in possible]),
        list(later),
    )


def possible_on(contact: Contact, user: User, at: datetime) -> list[identity.Possible]:
    """Whom the unconfirmed children may be, and what it would mean."""
    found = identity.rows_on(user, [contact.pk])
    people = {row.person_id for rows in found.values() for row in rows}
    if not people:
        return []
    return queue.possible_on([contact], found, queue.Background(user, [contact], people, at))


def _history(contact: Contact, parts: Parts, people: Iterable[Person]) -> list[dict[str, Any]]:
    """Earlier contacts and work of these people that the user may see, the newest first."""
    names = {person.pk: person.display_name for person in people}
    found: dict[str, dict[str, Any]] = {}
    for part in parts.of(names):
        if part.reference == contact.reference:
            continue
        line = found.setdefault(
            part.reference,
            {
                "reference": part.reference,
                "kind": part.get_kind_display(),
                "opened_at": part.opened_at,
                "status": part.status_label,
                "worker": part.worker.name if part.worker else "",
                "is_open": part.closed_at is None,
                "who": [],
            },
        )
        line["who"].append(names[part.person_id])
    return list(found.values())[:HISTORY]
