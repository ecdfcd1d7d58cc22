"""Contacts decided together, each alone: a family's, mild ones under safeguards, the sample, and taking back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening.readers import note_opened
from frontdoor.access import Refused
from frontdoor.accounts.models import Agency, User
from frontdoor.api.receipts import receipt
from frontdoor.people.models import Involvement
from referrals import actions, together
from referrals.models import BulkAct, BulkRow, DipSample, Referral
from referrals.together import Answer
from referrals.undoing import undo_decision
from tests.referrals.conftest import LATER, NOW, each, some_facts

pytestmark = pytest.mark.django_db
GIVEN = [
    "Ada", "Bruno", "Celia", "Dmitri", "Esme", "Farouk", "Greta", "Hamish", "Ines", "Jorge", "Keziah", "Lorcan",
    "Maeve", "Nikhil", "Orla", "Piotr", "Quilla", "Rufus", "Saoirse", "Tobias", "Uma", "Viktor",
]  # fmt: skip
FAMILY = [
    "Abbott", "Bhatt", "Crowther", "Dunmore", "Eccles", "Fitzroy", "Garbutt", "Hoxha", "Iqbal", "Jessop", "Kowal",
    "Lindqvist", "Mbeki", "Novak", "Oyelaran", "Pomfret", "Quirke", "Rashid", "Sutcliffe", "Thackray", "Underhill",
    "Vasquez",
]  # fmt: skip


def record(officer: User, number: int = 0, **facts: Any) -> Contact:
    given: dict[str, Any] = {"grade": "green", "people": some_facts().people[:1], **facts}
    born = given["people"][0].date_of_birth + timedelta(days=-37 * number)
    child = replace(given["people"][0], given_name=GIVEN[number], family_name=FAMILY[number], date_of_birth=born)
    return recording.record_contact(facts=some_facts(**{**given, "people": [child]}), by=officer, at=NOW)


def many(officer: User, reader: User, total: int) -> list[Contact]:
    found = [record(officer, number) for number in range(total)]
    for contact in found:
        note_opened(contact, reader)
    return found


def test_twenty_are_ended_together_and_two_refused_stop_nobody(
    officer: User, manager: User, second_manager: User
) -> None:
    chosen = many(officer, manager, 20)
    screening.claim(contact=chosen[3], by=second_manager, at=LATER)
    lines = {contact.reference: f"Coat lent by the school, {contact.reference}." for contact in chosen}
    lines[chosen[7].reference] = " "
    act = together.end_together(
        chosen=chosen,
        outcome="no_further_action",
        reason="Nothing more is needed.",
        lines=lines,
        by=manager,
        at=LATER,
        seed="s",
    )
    results = {row.contact_id: row for row in act.rows.all()}
    assert [results[c.pk].result for c in (chosen[3], chosen[7])] == ["refused", "refused"]
    assert "Tess Manager changed this record" in results[chosen[3].pk].why
    assert "one line" in results[chosen[7].pk].why
    assert act.rows.filter(result="ended").count() == 18
    assert Contact.objects.filter(status="decided", outcome="no_further_action").count() == 18
    told = chosen[0].people.get()
    assert told.outcome_reason == f"Nothing more is needed. {lines[chosen[0].reference]}"
    samples = list(DipSample.objects.filter(row__act=act))
    ended = sorted(row.contact.reference for row in act.rows.filter(result="ended"))
    assert sorted(s.row.contact.reference for s in samples) == together.drawn(ended, share=10, seed="s")
    assert (len(samples), {s.to for s in samples}) == (2, {second_manager})
    assert together.draw(act, at=LATER) == []


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"grade": "amber"}, "graded amber"),
        ({"grade": ""}, "no grade yet"),
        ({"child_protection": True}, "child protection"),
        ({"people": [replace(some_facts().people[0], date_of_birth=NOW.date() - timedelta(days=90))]}, "under one"),
    ],
)
def test_what_is_left_out_says_why(officer: User, manager: User, facts: dict[str, Any], why: str) -> None:
    contact = record(officer, **facts)
    assert why in " ".join(together.why_not(contact, by=manager, at=LATER, opened=True))
    assert together.why_not(record(officer), by=manager, at=LATER, opened=False) == ["You have not opened its text."]


def test_open_work_the_third_in_a_year_and_a_match_are_left_out(officer: User, manager: User) -> None:
    first = record(officer)
    screening.grade(contact=first, by=manager, at=NOW, grade="blue", reason="Mild.")
    referral = actions.decide_contact(contact=first, decisions=each(first, "referral"), by=manager, at=NOW).referrals[0]
    assert referral.child is not None
    second = first
    for number in range(2):
        second = record(officer, number + 5)
        screening.link_person(on_contact=second.people.get(), person=referral.child, by=manager, at=NOW)
    told = " ".join(together.why_not(second, by=manager, at=LATER, opened=True))
    assert "open work" in told
    assert "third contact" in told
    assert "possible match" in " ".join(together.why_not(record(officer), by=manager, at=LATER, opened=True))


def test_more_than_twenty_are_refused_as_a_whole(officer: User, manager: User) -> None:
    chosen = many(officer, manager, 2) * 11
    with pytest.raises(Refused, match="At most 20"):
        together.end_together(chosen=chosen, outcome="no_further_action", reason="x", lines={}, by=manager, at=LATER)
    assert BulkAct.objects.count() == 0


def test_an_overturned_one_is_open_again_and_counted(
    client: Client, officer: User, manager: User, second_manager: User
) -> None:
    chosen = many(officer, manager, 3)
    lines = {contact.reference: "Settled." for contact in chosen}
    now = timezone.now()
    act = together.end_together(
        chosen=chosen, outcome="no_further_action", reason="Done.", lines=lines, by=manager, at=now
    )
    sample = DipSample.objects.get(row__act=act)
    with pytest.raises(Refused, match="yourself"):
        together.look_over(sample=sample, by=manager, at=now, is_overturned=False)
    client.force_login(second_manager, backend="django.contrib.auth.backends.ModelBackend")
    assert sample.row.contact.reference in client.get("/contacts/queue/looked-over/").content.decode()
    path = f"/contacts/queue/looked-over/{sample.pk}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"verdict": "overturn"}).status_code == 422
    assert client.post(path, {"verdict": "overturn", "reason": "A coat is not all."}).status_code == 302
    sample.row.contact.refresh_from_db()
    assert (sample.row.contact.status, sample.row.contact.is_on_queue) == ("in_screening", True)
    assert "100%" in client.get("/contacts/queue/looked-over/").content.decode()


def test_the_pages_of_ending_together(client: Client, officer: User, manager: User, second_manager: User) -> None:
    chosen = many(officer, manager, 2)
    hidden = record(officer, 9)
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    references = [contact.reference for contact in [*chosen, hidden]]
    body = client.get("/contacts/queue/bulk/", {"contact": references}).content.decode()
    assert "You have not opened its text." in body
    lines = {f"line-{reference}": "Settled." for reference in references}
    sent = {"contact": references, "outcome": "no_further_action", "reason": "Done.", **lines}
    assert client.post("/contacts/queue/bulk/", {**sent, "reason": ""}).status_code == 422
    long = f"Settled {'x' * 243}"
    refused = client.post("/contacts/queue/bulk/", {**sent, f"line-{references[1]}": long})
    body = refused.content.decode()
    assert refused.status_code == 422
    assert f"The line about {references[1]} may have at most 250 characters." in body
    assert long in body, "what was typed stays, whole"
    assert " maxlength=" not in body.partition("<main")[2], "the browser would cut what is pasted, and say nothing"
    answer = client.post("/contacts/queue/bulk/", sent, follow=True)
    body = answer.content.decode()
    assert body.count(">Closed<") == 2
    assert body.count(">Left out<") == 1
    assert BulkRow.objects.filter(result="ended").count() == 2


def test_a_contact_officer_closes_in_bulk_with_advice_and_one_level(
    client: Client, officer: User, police: Agency
) -> None:
    """Advice needs a level of need: it is asked once, and is that of every child."""
    child = some_facts().people[0]
    born = child.date_of_birth
    assert born is not None
    people = [
        replace(child, given_name=GIVEN[n], family_name=FAMILY[n], date_of_birth=born - timedelta(37 * n))
        for n in range(2)
    ]
    chosen = [
        recording.record_contact(facts=some_facts(people=[person], grade="blue"), by=None, at=NOW, agency=police)
        for person in people
    ]
    for contact in chosen:
        note_opened(contact, officer)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    references = [contact.reference for contact in chosen]
    lines = {f"line-{reference}": "Told where to ask." for reference in references}
    sent = {"contact": references, "outcome": "advice", "reason": "Advice is enough.", **lines}
    asked = client.post("/contacts/queue/bulk/", sent)
    assert (asked.status_code, "Choose the level of need" in asked.content.decode()) == (422, True)
    assert client.post("/contacts/queue/bulk/", {**sent, "level": "1"}).status_code == 302
    assert list(BulkRow.objects.values_list("result", "why")) == [("ended", "")] * 2
    assert {row.level_of_need for contact in chosen for row in contact.people.all()} == {"1"}


def test_a_contact_whose_text_is_not_opened_is_not_decided_among_others(officer: User, manager: User) -> None:
    read, unread = record(officer), record(officer, 1)
    note_opened(read, manager)
    results = together.screen_together(
        answers=[Answer(c, tuple(each(c, "no_further_action")), c.version) for c in (read, unread)],
        by=manager,
        at=LATER,
    )
    assert [bool(result.power) for result in results] == [True, False]
    assert results[1].why == together.NOT_OPENED
    unread.refresh_from_db()
    assert unread.status == "received"


def test_one_page_decides_with_a_common_reason_and_a_line(client: Client, officer: User, manager: User) -> None:
    contact = record(officer)
    child = contact.people.get()
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/contacts/{contact.reference}/decide/"
    assert "no food at home" in client.get(path).content.decode()
    sent = {
        f"version-{contact.reference}": contact.version, "outcome": "referral", "reason": "Neglect.",
        f"row{child.pk}-outcome": "", f"row{child.pk}-line": "Sam is hungry.",
    }  # fmt: skip
    assert "Choose the response to the referrals" in client.post(path, sent).content.decode()
    answer = client.post(path, {**sent, "response_type": "assessment"})
    assert answer.status_code == 200
    referral = Referral.objects.get()
    assert referral.decision_reason == "Neglect. Sam is hungry."
    assert referral.reference in answer.content.decode()


def test_a_decision_is_taken_back_within_its_minute_before_the_agency_hears(
    officer: User, manager: User, police
) -> None:
    contact = recording.record_contact(facts=some_facts(people=some_facts().people[:1]), by=None, at=NOW, agency=police)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    soon = LATER + timedelta(seconds=30)
    assert receipt(decided.contact, soon)["status"] == "in_screening"
    back = undo_decision(contact=contact, by=manager, at=soon)
    referral = Referral.objects.get()
    assert (back.status, back.is_on_queue, back.claimed_by) == ("in_screening", True, manager)
    assert (referral.status, referral.ending, referral.is_returnable) == ("no_further_action", "undone", False)
    assert receipt(back, soon + timedelta(minutes=5))["status"] == "in_screening"
    assert Involvement.objects.open().filter(reference=contact.reference).exists()
    again = actions.decide_contact(contact=back, decisions=each(back, "no_further_action"), by=manager, at=soon)
    with pytest.raises(Refused, match="minute"):
        undo_decision(contact=again.contact, by=manager, at=soon + timedelta(minutes=2))


def test_what_somebody_has_acted_on_since_is_not_taken_back(
    officer: User, manager: User, second_manager: User, worker: User, team
) -> None:
    contact = record(officer)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    actions.allocate(referral=decided.referrals[0], team=team, worker=worker, by=second_manager, at=LATER)
    with pytest.raises(Refused, match="Tess Manager has acted on it since"):
        undo_decision(contact=decided.contact, by=manager, at=LATER + timedelta(seconds=20))
    other = record(officer, 2)
    done = actions.decide_contact(contact=other, decisions=each(other, "no_further_action"), by=manager, at=LATER)
    with pytest.raises(Refused, match="Only the person who decided"):
        undo_decision(contact=done.contact, by=second_manager, at=LATER)
