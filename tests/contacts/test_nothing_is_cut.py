"""Every text at its full length, from the page, the API, a file and an import to the record: nothing is cut."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from contacts import fields
from contacts.agencies.feeds.reading import Raw, Unreadable, facts_of
from contacts.facts import ContactFacts
from contacts.fields import EVERY, LONGEST_ADDRESS, Fact, Kind
from contacts.models import Contact, ContactPerson
from contacts.recording.actions import record_contact
from contacts.recording.forms import bind
from frontdoor.accounts.models import User, system_user
from frontdoor.api.bodies import contact_facts
from frontdoor.api.problems import Problem
from frontdoor.exchange.legacy.checking import Known, check
from frontdoor.exchange.legacy.files import LAYOUTS, Column, Layout
from frontdoor.exchange.legacy.reading import Row
from frontdoor.exchange.legacy.running import run_import
from frontdoor.people.models import Person
from referrals.births import new_person
from tests.contacts.conftest import NOW
from tests.exchange.extract import Extract

OWN = {"email": "x" * 242 + "@example.org", "postcode": "ZZ99 7QQ", "lines": "", "relationship": "mother"}
#: The sentence that says what happened has to stand in what was said.
OWN["summary"] = ("contact concerns " + "x" * 250)[:250]
#: An address of the greatest length.
LINES = [letter * 98 for letter in "abc"]


def full(fact: Fact, mark: str) -> str:
    """A text of the very length it may have, unlike any other."""
    start = f"{mark} {fact.name} "[: fact.longest]
    return OWN.get(fact.name) or (start + "x" * fact.longest)[: fact.longest]


def one_more(name: str, longest: int) -> str:
    """A text with one character more than it may have, and nothing else wrong with it."""
    return "x" * (longest + 1 - len("@example.org")) + "@example.org" if name == "email" else "x" * (longest + 1)


def asked(way: str, where: str) -> dict[str, Fact]:
    """The texts asked in one place of a way in."""
    kinds = (Kind.LINE, Kind.TEXT)
    return {name: fact for name, fact in fields.asked(way, where).items() if fact.kind in kinds}


def written(way: str, where: str) -> dict[str, str]:
    """Each of them at its full length."""
    return {name: full(fact, where) for name, fact in asked(way, where).items() if fact.name != "lines"}


def kept(contact: Contact, fact: Fact, where: str) -> Any:
    """What stands in the column of a fact."""
    owner, _, column = fact.column.partition(".")
    rows: dict[str, Any] = {
        "Contact": contact,
        "ContactText": contact.text,
        "FamilyGroup": contact.families.get(),
        "ContactPerson": contact.people.get(is_child=where != "adult"),
    }
    return getattr(rows[owner], column)


def expect_all(contact: Contact, way: str, *places: str) -> None:
    """Every text of these places stands in its column as it was given."""
    for where in places:
        for name, fact in asked(way, where).items():
            if fact.name != "lines":
                assert kept(contact, fact, where) == full(fact, where), (way, where, name)


def expect_record(row: ContactPerson, officer: User) -> None:
    """A record made of somebody has all of it as well."""
    person = new_person(row, by=officer, at=NOW)
    name = person.names.get(kind="primary")
    assert (name.given, name.family) == (row.given_name, row.family_name)
    assert person.display_name == name.full + (f" (known as {row.known_as})" if row.known_as else "")
    assert (person.first_language, person.school) == (row.language, row.school)
    assert person.communication_needs == row.communication
    assert [each.number for each in person.telephones.all()] == ([row.telephone] if row.telephone else [])
    assert [each.safe_time for each in person.telephones.all()] == ([row.safe_time] if row.telephone else [])
    place = person.addresses.get()
    assert (place.lines, place.postcode) == (row.address, row.postcode)
    numbers = {each.kind: each.value for each in person.identifiers.all()}
    for kind, given in (("nhs", row.nhs_number), ("upn", row.upn)):
        assert numbers.get(kind, "") == given.upper().replace(" ", "").replace("_", "")


def call() -> QueryDict:
    """The form of a contact as it is sent, every text of it at its full length."""
    sent: dict[str, str] = {
        **written("page", "contact"), "kind": "concern", "how": "telephone", "address_lines": "\n".join(LINES),
    }  # fmt: skip
    for prefix, where in (("children", "child"), ("adults", "adult"), ("families", "family")):
        sent |= {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "0"}
        sent[f"{prefix}-0-address_lines"] = "\n".join(LINES)
        sent |= {f"{prefix}-0-{name}": text for name, text in written("page", where).items()}
    for name, fact in fields.asked("page", "contact").items():
        if fact.kind is Kind.TEXTS and name != "address_lines":
            sent[name] = ""
    data = QueryDict(mutable=True)
    data.update({**sent, "caller_is": "child", "families-0-told": "no", "families-0-agreement": "given"})
    return data


def test_from_the_page(officer: User) -> None:
    screen = bind(call())
    assert screen.is_valid(), (screen.form.errors, screen.children.errors, screen.adults.errors, screen.families.errors)
    contact = record_contact(facts=screen.facts(), by=officer, at=NOW)
    expect_all(contact, "page", "contact", "child", "adult", "family")
    for row in contact.people.order_by("position"):
        assert row.address == ", ".join(LINES)
        assert len(row.address) <= LONGEST_ADDRESS
        expect_record(row, officer)


FORMS = {"contact": "form", "child": "children", "adult": "adults", "family": "families"}
ON_PAGE = [(where, name) for where in FORMS for name, fact in asked("page", where).items() if not fact.code_list]


@pytest.mark.django_db
@pytest.mark.parametrize(("where", "name"), [*ON_PAGE, *((where, "address_lines") for where in [*FORMS][:3])])
def test_the_page_names_what_has_one_character_more(where: str, name: str) -> None:
    data = call()
    key = name if where == "contact" else f"{FORMS[where]}-0-{name}"
    longest = LONGEST_ADDRESS if name == "address_lines" else asked("page", where)[name].longest
    data[key] = one_more(name, longest)
    screen = bind(data)
    assert not screen.is_valid()
    form = screen.form if where == "contact" else getattr(screen, FORMS[where]).forms[0]
    assert list(form.errors) == [name]
    said = " ".join(map(str, form.errors[name])).split()
    assert {str(longest), f"{longest:,}"} & set(said), "and says how long it may be"


def notification() -> dict[str, Any]:
    """A notification of an agency, every text of it at its full length."""
    address = {**written("api", "address"), "lines": LINES}
    return {
        **written("api", "contact"), "kind": "contact", "referrer": written("api", "referrer"), "address": address,
        "consent": {**written("api", "consent"), "status": "given"}, "child_location": written("api", "child_location"),
        "family_told": {**written("api", "family_told"), "status": "no"}, "incident": written("api", "incident"),
        "children": [written("api", "child")],
        # The address of a contact is theirs who live with the children.
        "adults": [{**written("api", "adult"), "lives_with_children": True}],
    }  # fmt: skip


#: Where in a notification each object of the API stands.
OBJECTS: dict[str, tuple[str | int, ...]] = {
    "contact": (), "referrer": ("referrer",), "address": ("address",), "consent": ("consent",),
    "family_told": ("family_told",), "child_location": ("child_location",), "incident": ("incident",),
    "child": ("children", 0), "adult": ("adults", 0),
}  # fmt: skip
SENT = [(where, name) for where in OBJECTS for name in asked("api", where)]


@pytest.mark.parametrize(("where", "name"), SENT)
def test_the_api_names_what_has_one_character_more(where: str, name: str) -> None:
    body = notification()
    held: Any = body
    for step in OBJECTS[where]:
        held = held[step]
    longest = asked("api", where)[name].longest
    held[name] = ["x" * 100, "y" * 100, "z" * 97] if name == "lines" else one_more(name, longest)
    with pytest.raises(Problem) as refused:
        contact_facts(body, NOW)
    place = "/" + "/".join(map(str, (*OBJECTS[where], name)))
    assert [(wrong.pointer, wrong.code) for wrong in refused.value.errors] == [(place, "too_long")]


def test_from_the_api(officer: User) -> None:
    contact = record_contact(facts=contact_facts(notification(), NOW), by=officer, at=NOW)
    places = ("contact", "referrer", "consent", "family_told", "child_location", "incident", "child", "adult")
    expect_all(contact, "api", *places)
    for row in contact.people.order_by("position"):
        assert (row.address, row.postcode) == (", ".join(LINES), "ZZ99 7QQ")
        expect_record(row, officer)


IN_A_FILE = [(where, name) for where in ("contact", "child", "adult") for name in asked("feed", where)]


@pytest.mark.parametrize(("where", "name"), [*IN_A_FILE, ("child", "address"), ("adult", "address")])
def test_a_file_names_what_has_one_character_more(where: str, name: str) -> None:
    of = {place: written("feed", place) for place in ("contact", "child", "adult")}
    of[where][name] = one_more(name, LONGEST_ADDRESS if name == "address" else asked("feed", where)[name].longest)
    with pytest.raises(Unreadable, match=rf"{name}” is longer than [\d,]+ characters") as refused:
        facts_of(Raw(of["contact"], [of["child"]], [of["adult"]]), NOW)
    assert refused.value.code == "too_long"


def test_from_a_file_of_an_agency(officer: User) -> None:
    people = [{**written("feed", where), "address": ", ".join(LINES)} for where in ("child", "adult")]
    facts: ContactFacts = facts_of(Raw(written("feed", "contact"), people[:1], people[1:]), NOW)
    contact = record_contact(facts=facts, by=officer, at=NOW)
    expect_all(contact, "feed", "contact", "child", "adult")
    for row in contact.people.order_by("position"):
        assert row.address == ", ".join(LINES)
        expect_record(row, officer)


@pytest.mark.parametrize("file", ["carecase_people.csv", "firstcall_people.csv"])
def test_from_an_import(db: None, tmp_path: Path, file: str) -> None:
    def text(name: str) -> str:
        most = next(column.most for column in LAYOUTS[file].columns if column.name == name)
        return f"{name.replace('_', '').title():x<{most}}"

    made = Extract()
    names: tuple[str, ...]
    if file.startswith("carecase"):
        names = ("forename", "middle_names", "surname", "alias", "former_surname", "address", "carer_name")
        fixed = {"person_id": "A0100001", "dob": "2015-03-03", "gender": "F", "postcode": "ZZ99 7QQ",
                 "last_updated": "2026-05-01", "telephone": "01632 960101 and mum"}  # fmt: skip
    else:
        names = ("FORENAME", "MIDDLE", "SURNAME", "KNOWN_AS", "FORMER_SURNAME", "ADDR1", "ADDR2", "TOWN", "SCHOOL")
        fixed = {"CLIENT_NO": "00200001", "DOB": "03/03/2015", "DOB_EST": "N", "SEX": "2", "PCODE": "ZZ99 7QQ",
                 "MODIFIED": "01/06/2026", "CARER_TEL": "01632 960101 and mum"}  # fmt: skip
    given = {name: text(name) for name in names}
    made.add(file, **fixed, **given)
    run_import(made.write(tmp_path / "in"), by=system_user())
    person = Person.objects.get(date_of_birth=date(2015, 3, 3))
    held = [name.full for name in person.names.all()]
    place, phone = person.addresses.get(), person.telephones.get()
    notes = getattr(getattr(person, "text", None), "notes", "")
    shown = " ".join([*held, place.lines, person.school, notes]).casefold()
    for name, value in given.items():
        assert value.casefold() in shown, name
    assert person.display_name.casefold().startswith(
        f"{given[names[0]]} {given[names[1]]} {given[names[2]]}".casefold()
    )
    assert (phone.number, phone.number_key, place.postcode) == ("01632 960101 and mum", "01632960101", "ZZ99 7QQ")


def test_a_contact_from_an_import_with_its_child(db: None, tmp_path: Path) -> None:
    files = ("firstcall_people.csv", "firstcall_contacts.csv")
    most = {column.name: column.most for name in files for column in LAYOUTS[name].columns}
    given = {name: f"{name.title():x<{most[name]}}" for name in ("CALLER_NAME", "CALLER_ORG", "NOTES")}
    child = {name: f"{name.title().replace('_', ''):x<{most[name]}}"
             for name in ("SURNAME", "FORENAME", "MIDDLE", "KNOWN_AS", "SCHOOL", "ADDR1", "ADDR2", "TOWN")}  # fmt: skip
    made = Extract()
    made.add("firstcall_people.csv", CLIENT_NO="00200001", DOB="03/03/2015", DOB_EST="N", SEX="2", PCODE="ZZ99 7QQ",
             MODIFIED="01/06/2026", CARER_TEL="01632 960101 and mum", **child)  # fmt: skip
    made.add("firstcall_contacts.csv", CONTACT_NO="C0000001", RECEIVED="01/06/2026 09:00", SOURCE="Neighbour",
             REASON="Neglect", TAKEN_BY="kk", **given)  # fmt: skip
    made.add("firstcall_contact_children.csv", CONTACT_NO="C0000001", CLIENT_NO="00200001", ROLE="SUBJECT")
    run_import(made.write(tmp_path / "in"), by=system_user())
    contact = Contact.objects.get()
    assert (contact.referrer_name, contact.referrer_organisation) == (given["CALLER_NAME"], given["CALLER_ORG"])
    assert (contact.summary, contact.text.concerns) == ("Neglect", given["NOTES"])
    row = contact.people.get()
    assert (row.given_name, row.family_name) == (f"{child['FORENAME']} {child['MIDDLE']}", child["SURNAME"])
    assert (row.known_as, row.school, row.telephone) == (child["KNOWN_AS"], child["SCHOOL"], "01632 960101 and mum")
    assert (row.address, row.postcode) == (f"{child['ADDR1']}, {child['ADDR2']}, {child['TOWN']}", "ZZ99 7QQ")


TYPED = [
    pytest.param(layout, column, id=f"{layout.name}-{column.name}")
    for layout in LAYOUTS.values()
    for column in layout.columns
    if column.kind != "loose_date"
]


@pytest.mark.parametrize(("layout", "column"), TYPED)
def test_an_import_names_what_has_one_character_more(layout: Layout, column: Column) -> None:
    """It is told of by its column, and the row stands whole among the sources: no half of a value is kept for it."""
    values = ["x" * (column.most + 1) if each is column else "" for each in layout.columns]
    [found] = check([Row(1, b"", values)], layout, Known())
    told = {(finding.column, finding.code) for finding in found.findings}
    assert (column.name, "overlong") in told
    assert found.values[column.name] in ("", "x" * (column.most + 1))


def test_every_text_of_the_list_is_walked() -> None:
    walked = {
        fact.column
        for way, places in (
            ("page", ("contact", "child", "adult", "family")),
            ("api", ("contact", "referrer", "address", "consent", "family_told", "child_location", "incident", "child",
                     "adult")),
            ("feed", ("contact", "child", "adult")),
        )
        for where in places
        for fact in asked(way, where).values()
    }  # fmt: skip
    assert walked == {fact.column for fact in EVERY if fact.kind in (Kind.LINE, Kind.TEXT)}
