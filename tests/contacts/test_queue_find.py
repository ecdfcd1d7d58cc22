"""Finding on the queue by name: the whole queue is looked through, and the name stands in no address."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.facts import PersonFacts
from contacts.models import Contact
from contacts.queue import readers as queue
from contacts.queue.actions import views_of
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.people.actions import GivenName, create_person
from frontdoor.people.protection.actions import set_restriction
from tests.contacts.conftest import NOW, some_facts
from tests.factories import StaffFactory
from tests.reading import without_drawn


def of(family, given="Farah"):
    return some_facts(people=[PersonFacts(given_name=given, family_name=family, date_of_birth=date(2017, 3, 3))])


@pytest.fixture
def contacts(officer):
    return {
        name: record_contact(facts=of(name), by=officer, at=NOW + timedelta(minutes=number))
        for number, name in enumerate(("Ashdown", "Birkett", "Colvin"))
    }


def on_page(response):
    return set(re.findall(r'id="line-(C-[0-9A-Z]{8})"', response.content.decode()))


def test_the_queue_is_found_in_by_name_and_the_name_is_in_no_address(client, manager, contacts):
    client.force_login(manager)
    answer = client.post("/contacts/queue/find/", {"name": " farah birk ", "order": "oldest"})
    assert re.fullmatch(r"/contacts/queue/\?order=oldest&s=[0-9a-f]{10}", answer["Location"])
    shown = client.get(answer["Location"])
    assert on_page(shown) == {contacts["Birkett"].reference}
    text = shown.content.decode()
    assert "Named farah birk" in text
    assert "birk" not in without_drawn("".join(re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', text))).lower()
    assert "birk" not in without_drawn(re.findall(r"<title>(.*?)</title>", text, re.DOTALL)[0]).lower()
    # The other filters go on with it, and it can be taken away alone.
    assert 'name="s" value="' in text
    assert on_page(client.get("/contacts/queue/?order=oldest")) == {c.reference for c in contacts.values()}
    assert "No contacts match" in client.get(
        client.post("/contacts/queue/find/", {"name": "qqzzq"})["Location"]
    ).content.decode()  # fmt: skip
    assert client.post("/contacts/queue/find/", {"name": "  "})["Location"] == "/contacts/queue/"


def test_a_saved_view_keeps_no_name(client, manager, contacts):
    client.force_login(manager)
    place = client.post("/contacts/queue/find/", {"name": "birkett", "grade": "green"})["Location"]
    shown = client.get(place).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown.partition("queue/views/")[2]))
    client.post("/contacts/queue/views/", {**kept, "name": "Green ones"})
    assert [view.query for view in views_of(manager)] == ["grade=green"]


def test_who_was_confirmed_is_found_by_the_name_on_record_as_well(manager, contacts):
    contact = contacts["Colvin"]
    person = create_person(by=manager, at=NOW, names=[GivenName("Farah", "Zabriskie")])
    screening.claim(contact=contact, by=manager, at=NOW)
    screening.link_person(on_contact=contact.people.get(position=1), person=person, by=manager, at=NOW)
    for name in ("zabriskie", "colvin"):
        assert [c.reference for c in queue.read(manager, queue.Wanted(name=name), NOW).contacts] == [contact.reference]


def test_a_hidden_contact_is_found_by_nobody_else(manager, contacts, officer):
    contact = contacts["Colvin"]
    head = StaffFactory.create(role="service_manager")
    person = create_person(by=manager, at=NOW, names=[GivenName("Farah", "Colvin")])
    screening.claim(contact=contact, by=manager, at=NOW)
    screening.link_person(on_contact=contact.people.get(position=1), person=person, by=manager, at=NOW)
    set_restriction(person=person, holders=[head], by=head, at=NOW, reason="Family of staff.")
    assert queue.read(manager, queue.Wanted(name="colvin"), NOW).lines == []
    assert len(queue.read(head, queue.Wanted(name="colvin"), NOW).lines) == 1


def test_finding_on_the_queue_costs_the_same_for_two_lines_as_for_many(manager, officer, contacts):
    with CaptureQueriesContext(connection) as few:
        queue.read(manager, queue.Wanted(name="farah"), NOW)
    for number in range(20):
        record_contact(facts=of(f"Dunmore{number}"), by=officer, at=NOW)
    with CaptureQueriesContext(connection) as many:
        found = queue.read(manager, queue.Wanted(name="farah"), NOW)
    assert len(found.contacts) == Contact.objects.on_queue().count() == 23
    assert len(many) == len(few)


def test_only_those_who_see_the_queue_find_in_it(db, client):
    client.force_login(StaffFactory.create(role="quality_officer"))
    assert client.post("/contacts/queue/find/", {"name": "birkett"}).status_code == 403
