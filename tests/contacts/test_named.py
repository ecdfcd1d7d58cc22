"""People named on contacts that nobody has decided are found, and marked so; two calls about one child know of it."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contacts.facts import AddressFacts, PersonFacts, ReferrerFacts
from contacts.recording import named
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.audit.models import Entry
from frontdoor.people import asking
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.protection.actions import set_restriction
from frontdoor.people.words import words
from referrals import actions as referrals
from tests.contacts.conftest import NOW, some_facts
from tests.drawing import EACH_TIME
from tests.factories import StaffFactory
from tests.referrals.conftest import each

LATER = NOW + timedelta(minutes=10)
TODAY = date(2026, 11, 23)


def twins(**given_more):
    return some_facts(
        address=AddressFacts(lines=["165 Station Road"], postcode="ZZ99 7EP"),
        people=[
            PersonFacts(given_name="Ava", family_name="Twinning", date_of_birth=date(2021, 8, 30)),
            PersonFacts(given_name="Zoë", family_name="O’Twinning-Lark", known_as="Bee"),
            PersonFacts(
                is_child=False, given_name="Mia", family_name="Larkin", role="carer", telephone="07700 900123 (Mum)"
            ),
        ],
        **given_more,
    )


@pytest.fixture
def contact(officer):
    return record_contact(facts=twins(), by=officer, at=NOW)


def found(user, typed):
    return [g.row.given_name for g in named.given(user, asking.readings(typed, TODAY))]


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("Ava Twinning", ["Ava"]), ("twinning", ["Ava"]), ("ava 5", ["Ava"]), ("zoe", ["Zoë"]), ("bee", ["Zoë"]),
        ("Mia Larkin", ["Mia"]), ("otwinning lark", ["Zoë"]), ("twinnig", ["Ava", "Zoë"]), ("ava aug 2021", ["Ava"]),
        ("ava 30/8/21", ["Ava"]), ("30 aug 2021", ["Ava"]), ("07700 900123", ["Mia"]), ("mia ZZ99 7EP", ["Mia"]),
        ("165 station road", ["Ava", "Zoë", "Mia"]), ("01632 960001", ["Ava", "Zoë", "Mia"]), ("ava 2009", []),
        ("twin", ["Ava"]), ("qqzzq", []), ("5 years", ["Ava"]),
    ],
)  # fmt: skip
def test_somebody_named_on_an_undecided_contact_is_found(officer, contact, typed, who):
    assert found(officer, typed) == who


def test_a_confirmed_person_and_a_decided_contact_are_found_on_record_alone(officer, contact, manager):
    ava = create_person(by=manager, at=NOW, names=[GivenName("Ava", "Twinning")])
    screening.claim(contact=contact, by=manager, at=NOW)
    screening.link_person(on_contact=contact.people.get(position=1), person=ava, by=manager, at=NOW)
    assert found(officer, "twinning") == found(officer, "zoe") == ["Zoë"]
    contact.refresh_from_db()
    referrals.decide_contact(contact=contact, decisions=each(contact, "no_further_action"), by=manager, at=LATER)
    assert found(officer, "twinning") == []


def test_a_confidential_address_as_given_finds_nobody(officer):
    home = AddressFacts(lines=["9 Refuge Row"], postcode="ZZ99 9ZZ", is_confidential=True)
    record_contact(facts=some_facts(address=home), by=officer, at=NOW)
    assert found(officer, "9 refuge row") == []
    assert found(officer, "ZZ99 9ZZ") == []
    assert found(officer, "sam ZZ99 9ZZ") == []
    assert found(officer, "sam") == ["Sam"]


def test_a_contact_the_reader_may_not_see_names_nobody(officer, contact, manager):
    child = create_person(by=manager, at=NOW, names=[GivenName("Kim", "Quiet")])
    screening.claim(contact=contact, by=manager, at=NOW)
    screening.link_person(on_contact=contact.people.get(position=1), person=child, by=manager, at=NOW)
    assert found(officer, "larkin") == ["Mia"]
    set_restriction(
        person=child,
        holders=[manager],
        by=StaffFactory.create(role="service_manager"),
        at=NOW,
        reason="Family of staff.",
    )
    assert found(officer, "larkin") == []
    assert found(manager, "larkin") == ["Mia"]
    assert found(StaffFactory.create(role="data_protection_officer"), "larkin") == []


def test_names_on_record_change_nothing_of_what_is_found(officer, contact, manager):
    """Or a spelling would tell that somebody hidden bears it."""
    before = found(officer, "twyning")
    hidden = create_person(by=manager, at=NOW, names=[GivenName("Kim", "Twinning")])
    set_restriction(
        person=hidden, holders=[manager], by=StaffFactory.create(role="service_manager"), at=NOW, reason="Threats"
    )
    assert found(officer, "twyning") == before


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.moment(NOW + timedelta(minutes=22))
def test_two_calls_about_one_child_ten_minutes_apart_know_of_each_other(client, officer):
    contact = record_contact(facts=twins(), by=officer, at=NOW + timedelta(minutes=12))
    client.force_login(officer)
    row = {"children-TOTAL_FORMS": "1", "adults-TOTAL_FORMS": "0", "families-TOTAL_FORMS": "1"}
    rows = {**row, "row": "id_children-0-lookup", "children-0-given_name": "Ava", "children-0-family_name": "Twinning"}
    shown = text(client.post("/contacts/new/known/", rows))
    assert f"also named on {contact.reference} , today 10:12am, not confirmed" in shown
    asked = text(client.post("/people/found/", {"q": "ava twinning"}))
    assert f"also named on {contact.reference} , today 10:12am, not confirmed" in asked
    assert "Nobody was found" not in asked


@pytest.mark.parametrize("place", ["search", "call", "call again", "queue", "queue by name"])
def test_names_nobody_has_confirmed_are_shown_with_a_row_in_the_audit(client, officer, contact, place):
    client.force_login(officer)
    row = {"children-TOTAL_FORMS": "1", "adults-TOTAL_FORMS": "0", "families-TOTAL_FORMS": "1"}
    rows = {**row, "row": "id_children-0-lookup", "children-0-given_name": "Ava", "children-0-family_name": "Twinning"}
    if place == "search":
        answer = client.post("/people/found/", {"q": "ava twinning"})
    elif place == "call":
        answer = client.post("/contacts/new/known/", rows)
    elif place == "call again":
        answer = client.post(f"/contacts/new/{uuid.uuid4()}/", {**rows, "find_person": "children-0"})
    elif place == "queue":
        answer = client.get("/contacts/queue/")
    else:
        answer = client.post("/contacts/queue/find/", {"name": "Twinning"}, follow=True)
    assert "Twinning" in text(answer)
    assert contact.reference in text(answer)
    entry = Entry.objects.get(kind="listed", actor=officer)
    assert (entry.people, entry.detail) == ([], {"given_on": [contact.reference]})


def test_a_search_that_shows_nobody_leaves_no_row(client, officer, contact):
    client.force_login(officer)
    client.post("/people/found/", {"q": "qqzzq"})
    assert not Entry.objects.filter(kind="listed").exists()


def test_a_search_of_given_names_costs_the_same_for_many_contacts(officer):
    record_contact(facts=twins(), by=officer, at=NOW)
    ways = asking.readings("twinning", TODAY)
    with CaptureQueriesContext(connection) as few:
        named.given(officer, ways)
    for _ in range(15):
        record_contact(facts=twins(), by=officer, at=NOW)
    with CaptureQueriesContext(connection) as many:
        assert len(named.given(officer, ways)) == named.MOST
    assert len(many) == len(few)


NAMES = [
    "Zoë",
    "O’Dowd",
    "Smith-Jones",
    "ŁUKASZ",
    "Groß",
    "Ægir",
    "محمد",
    "王小明",
    "Siân",
    "Đặng",
    "d'Arcy",
    "İpek",
    "Ŋo",
]


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=EACH_TIME)
@given(st.lists(st.sampled_from(NAMES) | st.from_regex(r"[A-Za-zÀ-ž'-]{1,12}", fullmatch=True), min_size=3, max_size=3))
@example(NAMES[:3])
@example(NAMES[3:6])
@example(NAMES[6:9])
@example(NAMES[9:12])
def test_the_database_folds_a_name_as_we_do(db, parts):
    with connection.cursor() as cursor:
        cursor.execute("SELECT contacts_named(%s, %s, %s)", parts)
        folded = cursor.fetchone()[0]
    ours = [word for part in parts for word in words(part)]
    joined = {word for part in parts for word in words(part)[1:] if word == "".join(words(part)[:-1])}
    assert folded == f" {folded.strip()} "
    assert set(folded.split()) | joined >= set(ours)
    assert set(folded.split()) <= set(ours)


def test_the_caller_who_rings_back_is_known_by_their_number(officer):
    facts = some_facts(referrer=ReferrerFacts(name="Ann Trent", telephone="+44 7700 900777"))
    record_contact(facts=facts, by=officer, at=NOW)
    assert found(officer, "07700 900777") == ["Sam", "Zoë", "Alex"]
