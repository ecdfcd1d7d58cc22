"""The page of one contact: as given, beside the record, whom they may be, and what a screener does."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.agencies.information.actions import ask_information
from contacts.facts import AddressFacts, PersonFacts
from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.details import settle_details
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.people import actions as people
from frontdoor.people.actions import GivenName
from frontdoor.people.models import NotThisPerson, Person
from frontdoor.people.protection import actions as protection
from frontdoor.people.protection.warnings import add_warning
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def body(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def head(db: None) -> User:
    return StaffFactory.create(role="service_manager")


@pytest.fixture
def contact(officer: User) -> Contact:
    return recording.record_contact(facts=some_facts(), by=officer, at=NOW)


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def sam(head: User) -> Person:
    return people.create_person(
        by=head, at=NOW, names=[GivenName("Sam", "Example")], date_of_birth=date(2017, 3, 4), school="Mill School",
        address={"lines": "9 Hidden Lane", "postcode": "ZZ99 9ZZ", "is_confidential": True, "why": "Threats"},
    )  # fmt: skip


def path(contact: Contact, rest: str = "") -> str:
    return f"/contacts/{contact.reference}/{rest}"


def test_the_page_shows_what_was_told_and_leaves_evidence(desk: Client, contact: Contact, sam: Person) -> None:
    shown = body(desk.get(path(contact)))
    for told in ("Sam came to school without a coat", "Zoë Example", "Alex Example", "Ms Teach", "01632 960001",
                 "At school until 15:15", "Recorded the contact", "1 Example Street"):  # fmt: skip
        assert told in shown, told
    assert sam.reference in shown
    assert "Answer needed" in shown
    assert "Hidden Lane" not in shown
    row = Entry.objects.get(kind="opened")
    assert (row.reference, row.reason) == (contact.reference, "contact on the queue")
    assert sam.pk in row.people


def test_this_is_the_child_shows_the_differences_and_may_be_taken_back(
    desk: Client, contact: Contact, sam: Person, head: User
) -> None:
    add_warning(person=sam, kind="dogs", text="Two large dogs", by=head, at=NOW, review_on=date(2026, 11, 1))
    done = desk.post(
        path(contact, "people/1/link/"), {"person": sam.reference, "version": contact.version}, follow=True
    )
    shown = body(done)
    assert "The link has been confirmed" in shown
    assert "3 March 2017" in shown
    assert "4 March 2017" in shown
    assert "Two large dogs" in shown
    assert "Review overdue" in shown
    assert "Hidden Lane" not in shown
    assert contact.people.get(position=1).person == sam
    given = {"reason": "Another boy", "version": Contact.objects.get().version}
    desk.post(path(contact, "people/1/unlink/"), given)
    assert contact.people.get(position=1).person is None


def test_not_this_child_is_remembered(desk: Client, contact: Contact, sam: Person) -> None:
    shown = body(desk.post(path(contact, "people/1/not-this/"), {"person": sam.reference}, follow=True))
    assert NotThisPerson.objects.filter(person=sam, reference=contact.reference, position=1).exists()
    assert sam.reference not in shown.split('id="person-1"')[1].split("</article>")[0]


def test_a_record_named_by_reference_must_exist_and_be_seen(
    desk: Client, contact: Contact, sam: Person, head: User
) -> None:
    protection.set_restriction(person=sam, holders=[head], by=head, at=NOW, reason="Threats")
    hidden = desk.post(path(contact, "people/1/link/"), {"person": sam.reference, "version": contact.version})
    absent = desk.post(path(contact, "people/1/link/"), {"person": "P-00000000", "version": contact.version})
    assert hidden.status_code == absent.status_code == 422
    assert "There is no record with this reference" in body(hidden)
    assert 'value="P-00000000"' in body(absent)


def test_a_grade_needs_a_reason_once_there_is_one(desk: Client, contact: Contact) -> None:
    refused = desk.post(path(contact, "grade/"), {"grade": "red", "reason": "", "version": contact.version})
    assert refused.status_code == 422
    assert "Say why the grade changes" in body(refused)
    done = desk.post(
        path(contact, "grade/"), {"grade": "red", "reason": "A burn", "version": contact.version}, follow=True
    )
    assert "Graded from green to red" in body(done)
    assert "A burn" in body(done)


def test_the_first_grade_is_one_press(desk: Client, officer: User) -> None:
    contact = recording.record_contact(facts=some_facts(grade=""), by=officer, at=NOW)
    shown = body(desk.get(path(contact)))
    for key, grade in (("r", "red"), ("a", "amber"), ("g", "green"), ("b", "blue")):
        assert f'name="grade" value="{grade}" data-key="{key}"' in shown
    desk.post(path(contact, "grade/"), {"grade": "blue", "version": contact.version})
    contact.refresh_from_db()
    assert contact.grade == "blue"
    assert 'data-key="r"' not in body(desk.get(path(contact)))


def test_whoever_comes_late_is_told_and_keeps_what_they_typed(desk: Client, contact: Contact, manager: User) -> None:
    old = contact.version
    screening.grade(contact=contact, by=manager, at=NOW, grade="amber", reason="New bruise")
    late = desk.post(path(contact, "grade/"), {"grade": "red", "reason": "My own words", "version": old})
    assert late.status_code == 409
    shown = body(late)
    assert re.search(r"Dora Manager changed this record while you had it open, on .+?: graded the contact", shown)
    assert "What you typed is still here" in shown
    assert "My own words" in shown
    contact.refresh_from_db()
    assert contact.grade == "amber"
    hidden, *_ = re.findall(r'<input[^>]*id="id_grade_version"[^>]*>', shown)
    assert f'value="{contact.version}"' in hidden
    again = desk.post(path(contact, "grade/"), {"grade": "red", "reason": "My own words", "version": contact.version})
    assert again.status_code == 302


def test_what_is_typed_into_a_form_of_the_page_is_there_on_another_device(
    desk: Client, contact: Contact, officer: User, manager: User
) -> None:
    given = {"grade": "red", "reason": "He limped — “a fall”, زينب", "version": contact.version - 1}
    assert desk.post(path(contact, "grade/"), given).status_code == 409
    assert (
        desk.post(path(contact, "level/"), {"reason": "Half a thought", "version": contact.version}).status_code == 422
    )
    again = signed_in(officer).get(path(contact))
    shown = unescape(body(again))
    assert again.status_code == 200
    assert "There is a problem" not in shown
    assert "He limped — “a fall”, زينب" in shown
    assert re.search(r'<input[^>]*name="grade"[^>]*value="red"[^>]*checked', shown)
    assert "Half a thought" in shown, "each form of the page has a draft of its own"
    assert shown.count("what you typed is here") == 2
    assert f"Grade the contact {contact.reference}" in body(desk.get("/drafts/"))
    assert "He limped" not in body(signed_in(manager).get(path(contact)))
    given["version"] = contact.version
    assert desk.post(path(contact, "grade/"), given).status_code == 302
    assert "He limped" in body(desk.get(path(contact))), "in the history"
    assert body(desk.get(path(contact))).count("what you typed is here") == 1


def test_forms_of_two_people_on_one_page_keep_what_was_typed_into_each(
    desk: Client, contact: Contact, sam: Person, officer: User
) -> None:
    row = contact.people.get(position=1)
    screening.link_person(on_contact=row, person=sam, by=officer, at=NOW)
    version = Contact.objects.get(pk=contact.pk).version
    wrong = {"person": "P-00000000", "version": version}
    assert desk.post(path(contact, "people/2/link/"), wrong).status_code == 422
    assert desk.post(path(contact, "people/1/unlink/"), {"reason": "x" * 2001, "version": version}).status_code == 422
    first, second = body(signed_in(officer).get(path(contact))).split('id="person-2"')[:2]
    assert "x" * 2001 in first
    assert "P-00000000" not in first
    assert 'value="P-00000000"' in second.split("</article>")[0]


def test_what_was_typed_into_a_form_that_is_no_longer_offered_is_shown(
    desk: Client, contact: Contact, sam: Person, officer: User, manager: User
) -> None:
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=officer, at=NOW)
    version = Contact.objects.get(pk=contact.pk).version
    screening.unlink_person(on_contact=contact.people.get(position=1), by=manager, at=NOW, reason="No", version=version)
    late = desk.post(path(contact, "people/1/unlink/"), {"reason": "It is his cousin", "version": version})
    assert late.status_code == 409
    shown = body(late)
    assert "Dora Manager changed this record" in shown
    assert "What you typed is still here" in shown
    assert "It is his cousin" in shown


def test_information_is_asked_for_answered_and_not_waited_for(desk: Client, contact: Contact, manager: User) -> None:
    screening.claim(contact=contact, by=manager, at=timezone.now())
    contact.refresh_from_db()
    asked = {
        "asked_of": "Health visitor", "question": "Weight?", "why": "Hunger", "lawful_basis": "section_17",
        "without_agreement_reason": "", "version": contact.version,
    }  # fmt: skip
    refused = desk.post(path(contact, "ask/"), asked)
    assert refused.status_code == 422
    assert "say why the check goes ahead without agreement" in body(refused)
    assert "Weight?" in body(refused)
    desk.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    desk.post(path(contact, "ask/"), asked | {"without_agreement_reason": "It would raise the risk"})
    contact.refresh_from_db()
    assert contact.status == "awaiting_information"
    request = contact.information_requests.get()
    empty = desk.post(path(contact, f"ask/{request.pk}/reply/"), {"reply": "", "version": contact.version})
    assert "Enter what they answered" in body(empty)
    desk.post(
        path(contact, f"ask/{request.pk}/reply/"),
        {"reply": "14 kg", "sensitivity": "sensitive", "version": contact.version},
    )
    contact.refresh_from_db()
    assert contact.status == "in_screening"
    assert "14 kg" in body(desk.get(path(contact)))
    checker = User.objects.create_user("quality", "Qua Lity", roles=["quality_officer"])
    desk.force_login(checker, backend="django.contrib.auth.backends.ModelBackend")
    assert "14 kg" not in body(desk.get(path(contact)))


def test_going_on_without_an_answer_needs_a_reason(desk: Client, contact: Contact, manager: User) -> None:
    held = screening.claim(contact=contact, by=manager, at=timezone.now())
    ask_information(
        contact=held, by=manager, at=NOW, asked_of="School", question="?", why="!", lawful_basis="section_17",
        without_agreement_reason="Risk",
    )  # fmt: skip
    contact.refresh_from_db()
    assert desk.post(path(contact, "go-on/"), {"reason": "", "version": contact.version}).status_code == 422
    assert desk.post(path(contact, "go-on/"), {"reason": "Urgent", "version": contact.version}).status_code == 302
    contact.refresh_from_db()
    assert contact.status == "in_screening"


def test_claiming_releasing_and_acknowledging(desk: Client, contact: Contact, officer: User, manager: User) -> None:
    desk.post(path(contact, "acknowledge/"))
    desk.post(path(contact, "claim/"))
    assert "You are screening this" in body(desk.get(path(contact)))
    desk.post(path(contact, "release/"))
    contact.refresh_from_db()
    assert contact.status == "received"
    assert contact.acknowledged_by == officer
    screening.claim(contact=contact, by=manager, at=timezone.now())
    held = body(desk.post(path(contact, "claim/"), follow=True))
    assert "Dora Manager" in held
    refused = body(desk.post(path(contact, "release/"), follow=True))
    assert "Dora Manager is screening this contact" in refused


def test_a_confidential_address_opens_with_evidence(desk: Client, officer: User) -> None:
    hidden = AddressFacts(lines=["7 Refuge Road"], postcode="ZZ99 7AA", is_confidential=True)
    contact = recording.record_contact(facts=some_facts(address=hidden), by=officer, at=NOW)
    assert "Refuge Road" not in body(desk.get(path(contact)))
    assert "Refuge Road" in body(desk.post(path(contact, "people/1/address/")))
    assert Entry.objects.filter(event="contact.address_shown", reference=contact.reference).count() == 1


def test_a_wrong_number_is_told_beside_it_and_one_pasted_is_the_one_on_record(
    desk: Client, officer: User, head: User, sam: Person
) -> None:
    people.add_identifier(person=sam, by=head, at=NOW, kind="nhs", value="9434765919")
    facts = some_facts()
    facts.people[0].nhs_number, facts.people[1].nhs_number = "943\u200b476\u00a05919", "943 476 5918"
    contact = recording.record_contact(facts=facts, by=officer, at=NOW)
    shown = body(desk.get(path(contact)))
    assert "NHS number 943 476 5918: The check digit of this NHS number is wrong" in shown
    assert shown.count("The check digit") == 1
    assert sam.reference in shown, "the pasted number finds the child"


def test_a_child_calling_and_a_caller_not_to_be_named_are_marked(desk: Client, officer: User) -> None:
    facts = some_facts()
    facts.referrer.is_the_child, facts.referrer.withhold_name_from_family = True, True
    facts.referrer.safe_way = "Text after school"
    contact = recording.record_contact(facts=facts, by=officer, at=NOW)
    shown = body(desk.get(path(contact)))
    assert "No letter, call or text to the home" in shown
    assert "Text after school" in shown
    assert "Do not tell the family who called" in shown


def test_thirty_children_do_not_make_the_page_slow(desk: Client, officer: User) -> None:
    children = [PersonFacts(given_name=f"Child{n}", family_name="Example") for n in range(30)]
    contact = recording.record_contact(facts=some_facts(people=children), by=officer, at=NOW)
    with CaptureQueriesContext(connection) as captured:
        shown = body(desk.get(path(contact)))
    assert len(captured) < 250
    assert f'href="{path(contact)}?look=20#person-20"' in shown
    assert desk.get(path(contact), {"look": "20"}).status_code == 200
    assert desk.get(path(contact), {"look": "٢"}).status_code == 200


def test_somebody_who_knows_the_child_is_kept_out(desk: Client, contact: Contact, sam: Person, officer: User) -> None:
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=officer, at=NOW)
    protection.declare_conflict(person=sam, user=officer, by=officer, at=NOW + timedelta(minutes=1))
    assert desk.get(path(contact)).status_code == 403


def test_details_given_go_onto_the_record_one_by_one_and_the_rest_is_left(
    client: Client, contact: Contact, sam: Person, head: User
) -> None:
    client.force_login(head, backend="django.contrib.auth.backends.ModelBackend")
    row = contact.people.get(position=1)
    screening.link_person(on_contact=row, person=sam, by=head, at=NOW)
    contact.refresh_from_db()
    shown = body(client.get(path(contact)))
    offered = set(re.findall(r'name="accept" value="(\w+)"', shown))
    assert {"date_of_birth"} <= offered
    assert "checked" not in shown
    stale = client.post(path(contact, "people/1/details/"), {"version": "1", "accept": "date_of_birth"}, follow=True)
    assert "changed this record" in body(stale)
    client.post(path(contact, "people/1/details/"), {"version": str(contact.version), "accept": "date_of_birth"})
    sam.refresh_from_db()
    row.refresh_from_db()
    assert sam.date_of_birth == row.date_of_birth
    assert set(row.details_left) == offered - {"date_of_birth"}
    assert 'name="accept"' not in body(client.get(path(contact)))
    entry = Entry.objects.filter(event="contact.details_settled").get()
    assert entry.detail["taken"] == ["date_of_birth"]


def test_a_confidential_address_taken_onto_the_record_stays_confidential(head: User, sam: Person) -> None:
    facts = some_facts()
    facts.people[0].address = AddressFacts(lines=["Refuge 3"], postcode="ZZ99 3AA", is_confidential=True)
    found = recording.record_contact(facts=facts, by=head, at=NOW)
    row = screening.link_person(on_contact=found.people.get(position=1), person=sam, by=head, at=NOW)
    settle_details(on_contact=row, accept=["address"], by=head, at=NOW)
    taken = sam.addresses.get(lines="Refuge 3")
    assert taken.is_confidential
    assert taken.review_on is not None
    with pytest.raises(Refused, match="no longer offered"):
        settle_details(on_contact=row, accept=["address"], by=head, at=NOW)


@pytest.fixture
def hidden_one(contact: Contact, sam: Person, head: User) -> Contact:
    """The contact is about a child whose record only the head may see."""
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=head, at=NOW)
    protection.set_restriction(person=sam, holders=[head], by=head, at=NOW, reason="Family of staff")
    return Contact.objects.get(pk=contact.pk)


def signed_in(user: User) -> Client:
    found = Client()
    found.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return found


def test_a_link_is_taken_back_with_a_reason_and_on_the_version_that_was_seen(
    desk: Client, contact: Contact, sam: Person, officer: User
) -> None:
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=officer, at=NOW)
    version = Contact.objects.get(pk=contact.pk).version
    at = path(contact, "people/1/unlink/")
    assert desk.post(at).status_code == 422
    assert desk.post(at, {"reason": " ", "version": version}).status_code == 422
    assert desk.post(at, {"reason": "Another boy", "version": version - 1}).status_code == 409
    assert contact.people.get(position=1).person == sam
    assert desk.post(at, {"reason": "Another boy", "version": version}).status_code == 302
    assert contact.people.get(position=1).person is None
    assert Entry.objects.get(event="contact.person_unlinked").reason == "Another boy"
    gone = {"reason": "Once more", "version": version + 1}
    assert "no link to remove" in body(desk.post(at, gone))


def test_a_link_is_not_moved_past_its_reason(desk: Client, contact: Contact, sam: Person, head: User) -> None:
    screening.link_person(on_contact=contact.people.get(position=1), person=sam, by=head, at=NOW)
    other = people.create_person(by=head, at=NOW, names=[GivenName("Sam", "Other")])
    given = {"person": other.reference, "version": Contact.objects.get().version}
    assert desk.post(path(contact, "people/1/link/"), given).status_code == 422
    assert contact.people.get(position=1).person == sam


def test_what_a_link_hides_stays_hidden_when_it_is_taken_back_until_a_holder_decides(
    desk: Client, hidden_one: Contact, sam: Person, head: User, manager: User, worker: User
) -> None:
    at = path(hidden_one, "people/1/unlink/")
    others = [desk, signed_in(manager), signed_in(worker)]
    given = {"reason": "Another boy", "version": hidden_one.version}
    assert [other.post(at, given).status_code for other in others] == [404] * 3
    with pytest.raises(Refused, match="no link to remove"):
        screening.unlink_person(on_contact=hidden_one.people.get(position=1), by=manager, at=NOW, reason="Look")
    holder = signed_in(head)
    assert holder.post(at, given).status_code == 302
    assert hidden_one.people.get(position=1).person is None
    for other, user in zip(others, (None, manager, worker), strict=True):
        assert other.get(path(hidden_one)).status_code == 404
        assert "Sam Example" not in body(other.get("/contacts/queue/")), user
    shown = body(holder.get(path(hidden_one)))
    assert "stays hidden" in shown
    version = Contact.objects.get(pk=hidden_one.pk).version
    opening = path(hidden_one, "let-others-see/")
    assert [other.post(opening, {"reason": "x", "version": version}).status_code for other in others] == [404] * 3
    assert holder.post(opening, {"reason": "", "version": version}).status_code == 422
    assert holder.post(opening, {"reason": "It is another boy", "version": version}).status_code == 302
    assert [other.get(path(hidden_one)).status_code for other in others] == [200] * 3
    assert Entry.objects.get(event="contact.opened_up").reason == "It is another boy"


def test_whoever_broke_the_glass_takes_a_link_back_but_does_not_open_the_contact_up(
    hidden_one: Contact, sam: Person, manager: User
) -> None:
    protection.break_glass(by=manager, at=timezone.now(), query=sam.reference, reason="A call just now", hours=1)
    screening.unlink_person(on_contact=hidden_one.people.get(position=1), by=manager, at=NOW, reason="Another boy")
    assert Contact.objects.visible_to(manager).count() == 1
    with pytest.raises(Refused, match="named on the restriction"):
        screening.let_others_see(contact=hidden_one, by=manager, at=NOW, reason="It is another boy")


def test_confirmed_again_the_contact_is_about_that_child_alone(hidden_one: Contact, sam: Person, head: User) -> None:
    row = hidden_one.people.get(position=1)
    screening.unlink_person(on_contact=row, by=head, at=NOW, reason="Another boy")
    screening.link_person(on_contact=row, person=sam, by=head, at=NOW)
    assert [part.role for part in sam.involvements.filter(reference=hidden_one.reference)] == ["subject"]
