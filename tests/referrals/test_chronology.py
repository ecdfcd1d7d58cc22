"""A chronology says what happened to this child in a line: no other child's reason, no exchange unless asked for."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from pypdf import PdfReader

from contacts.facts import AddressFacts, PersonFacts
from contacts.models import Contact
from contacts.recording.actions import record_contact
from contacts.screening.actions import link_person
from frontdoor.accounts.models import User
from frontdoor.codelists.lists import label
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import Window, chronology
from frontdoor.workflow.models import StatusChange
from referrals import actions
from referrals.actions import ChildDecision
from referrals.models import Referral
from tests.reading import Reader
from tests.referrals.conftest import LATER, NOW, each, some_facts

SAMS, ZOES = "Sam has marks on his arm.", "Zoë sleeps in one bed with him."


@pytest.fixture
def decided(contact: Contact, manager: User) -> list[Referral]:
    sam, zoe = contact.people.filter(is_child=True).order_by("position")
    return list(
        actions.decide_contact(
            contact=contact,
            decisions=[
                ChildDecision(child=sam.pk, outcome="referral", reason=SAMS, response_type="assessment"),
                ChildDecision(child=zoe.pk, outcome="referral", reason=ZOES, response_type="assessment"),
            ],
            by=manager,
            at=LATER,
        ).referrals
    )


def child_of(referral: Referral) -> Person:
    assert referral.child is not None
    return referral.child


def signed_in(user: User) -> Client:
    client = Reader()
    client.force_login(user)
    return client


def page_of(client: Client, child: Person, query: str = "") -> str:
    address = f"/people/{child.reference}/"
    return " ".join(unescape(client.get(f"{address}chronology/{query}").content.decode()).split())


def paper_of(client: Client, child: Person, **query: str) -> str:
    answer = client.post(f"/people/{child.reference}/chronology/pdf/", query)
    assert answer.status_code == 200
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_no_other_childs_reason_is_told_nor_found(decided: list[Referral], manager: User) -> None:
    assert StatusChange.objects.filter(move="decide", reason__contains=ZOES, reference__startswith="C-").exists(), (
        "the contact's own row holds both"
    )
    child = child_of(decided[0])
    client = signed_in(manager)
    for told in (page_of(client, child), paper_of(client, child), paper_of(client, child, handling="on")):
        assert SAMS in told
        assert "one bed" not in told
    assert "Nothing matches" in page_of(client, child, "?words=one+bed")
    assert "marks on his arm" in page_of(client, child, "?words=marks+on")


def test_it_says_what_the_contact_was_about_and_what_came_of_it(
    decided: list[Referral], contact: Contact, manager: User
) -> None:
    told = page_of(signed_in(manager), child_of(decided[0]))
    assert f"Contact {contact.reference}: He says there is no food at home." in told
    assert "Concern" in told
    assert f"Contact {contact.reference}: Referral" in told
    assert f"Referral {decided[0].reference}: opened and accepted" in told
    assert "recorded the contact" not in told
    assert "by Contact Officer" not in told
    assert "decided the contact" not in told


def test_what_it_was_about_is_found_by_its_words(decided: list[Referral], contact: Contact, manager: User) -> None:
    child = child_of(decided[0])
    found = chronology(child, manager, Window(words="no FOOD")).events
    assert [event.reference for event in found] == [contact.reference]
    assert [e.title for e in chronology(child, manager, Window(words="zebra")).events] == []


def test_of_an_adult_only_that_they_are_named(contact: Contact, manager: User) -> None:
    alex = people.create_person(by=manager, at=NOW, names=[people.GivenName("Alex", "Example")])
    link_person(on_contact=contact.people.get(position=3), person=alex, by=manager, at=NOW)
    titles = [event.title for event in chronology(alex, manager).events]
    assert any(f"Contact {contact.reference}" in title for title in titles)
    assert not any("coat" in title for title in titles)


def test_the_exchange_of_author_and_manager_is_left_out_unless_asked_for(
    contact: Contact, worker: User, manager: User
) -> None:
    rows = list(contact.people.filter(is_child=True).order_by("position"))
    proposed = [
        ChildDecision(child=row.pk, outcome="referral", reason="Needs help.", response_type="assessment")
        for row in rows
    ]
    actions.decide_contact(contact=contact, decisions=proposed, by=worker, at=LATER)
    contact.refresh_from_db()
    assert contact.status == "awaiting_sign_off"
    at = LATER + timedelta(hours=1)
    actions.return_contact(contact=contact, by=manager, at=at, comments="Think again about the mother.")
    contact.refresh_from_db()
    result = actions.decide_contact(contact=contact, decisions=proposed, by=manager, at=at + timedelta(hours=1))
    child = child_of(result.referrals[0])
    client = signed_in(manager)
    plain, whole = page_of(client, child), page_of(client, child, "?handling=on")
    assert "Think again" not in plain
    assert "Think again" not in paper_of(client, child)
    assert "with how the work was passed on" in whole
    assert 'name="handling" value="on"' in whole, "the paper is asked for with the same filters"
    assert "returned the contact with comments" in whole
    # The manager's words stand on a contact about two children: whose they are nobody can say.
    assert "Think again" not in whole


def test_what_a_manager_wrote_to_an_author_comes_only_with_the_exchange(decided: list[Referral], manager: User) -> None:
    child = child_of(decided[0])
    reference = "A-00000001"
    people.involve(person=child, reference=reference, kind="assessment", at=LATER)
    for minutes, (move, to, reason) in enumerate(
        (
            ("submit", "submitted", ""),
            ("return_with_comments", "in_progress", "Too thin on the father."),
        )
    ):
        StatusChange.objects.create(
            reference=reference, model="assessments.assessment", move=move, from_status="in_progress",
            to_status=to, by=manager, reason=reason, happened_at=LATER + timedelta(minutes=minutes),
        )  # fmt: skip
    said = [event.text for event in chronology(child, manager).events]
    assert "Too thin on the father." not in said
    marked = [e for e in chronology(child, manager, Window(with_handling=True)).events if "Too thin" in e.text]
    assert len(marked) == 1
    client = signed_in(manager)
    page_of(client, child)
    client.post(f"/people/{child.reference}/chronology/{marked[0].name}/mark/", {"reason": "It shows the gap."})
    assert "It shows the gap." in page_of(client, child), "what is marked significant is told whatever it is"


def test_a_decision_that_was_taken_anew_does_not_stand_under_the_first(contact: Contact, manager: User) -> None:
    decisions = each(contact, "no_further_action")
    for row in contact.people.filter(is_child=True):
        link_person(
            on_contact=row,
            person=people.create_person(by=manager, at=NOW, names=[people.GivenName(row.given_name, "Example")]),
            by=manager, at=NOW,
        )  # fmt: skip
    done = actions.decide_contact(contact=contact, decisions=decisions, by=manager, at=LATER)
    child = contact.people.get(position=1).person
    assert child is not None
    ended = f"Contact {contact.reference}: {label('contact_outcome', 'no_further_action')}"
    assert ended in [event.title for event in chronology(child, manager).events]
    actions.reopen_contact(contact=done.contact, by=manager, at=LATER + timedelta(hours=1), reason="Decided wrongly")
    titles = [event.title for event in chronology(child, manager).events]
    assert ended not in titles
    assert f"Contact {contact.reference}: decided the contact" in titles


def test_an_address_known_only_from_a_contact_is_kept_back_on_paper(officer: User, manager: User) -> None:
    refuge = AddressFacts(lines=["14 St Mary’s Close"], postcode="ZZ99 7QQ", is_confidential=True)
    facts = some_facts(
        address=refuge,
        concerns="They fled to 14 St. Mary's Close (zz99-7qq) on Friday. Nobody went back.",
        people=[PersonFacts(given_name="Vi", family_name="Example")],
    )
    told = record_contact(facts=facts, by=officer, at=NOW)
    known = actions.decide_contact(
        contact=told,
        decisions=[
            ChildDecision(
                child=told.people.get().pk, outcome="referral", reason="Fled.", response_type="assessment",
                is_new_record=True,
            )
        ],
        by=manager,
        at=LATER,
    )  # fmt: skip
    child = child_of(known.referrals[0])
    child.addresses.update(is_confidential=False, lines="", postcode="", postcode_key="")
    client = signed_in(manager)
    page_of(client, child)
    said = paper_of(client, child)
    assert ": They fled to [confidential address] ([confidential address]) on Friday" in said
    assert "went back" not in said, "the first sentence, whole"


def test_names_of_another_family_known_only_from_a_contact_are_kept_back_on_paper(officer: User, manager: User) -> None:
    sam = PersonFacts(given_name="Sam", family_name="Example")
    other = PersonFacts(given_name="Zoë", family_name="O’Dowd-Jones", known_as="Zozo", family_group=2)
    gran = PersonFacts(is_child=False, given_name="Gladys", family_name="Example", role="carer")
    facts = some_facts(
        concerns="Zoe, zozo at home, hit Sam; Mrs O'Dowd Jones and gran Gladys saw it.",
        people=[sam, other, gran],
    )
    contact = record_contact(facts=facts, by=officer, at=NOW)
    child = people.create_person(by=manager, at=NOW, names=[people.GivenName("Sam", "Example")])
    link_person(on_contact=contact.people.get(position=1), person=child, by=manager, at=NOW)
    client = signed_in(manager)
    page_of(client, child)
    said = paper_of(client, child)
    kept = "[name of another family]"
    assert f"{kept}, {kept} at home, hit Sam; Mrs {kept} and gran Gladys saw it." in said
