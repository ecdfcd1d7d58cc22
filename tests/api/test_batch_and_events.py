"""Batches, two at once, the numbered events, the rate, and the command that gives a token."""

import io
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from contacts.screening import actions
from frontdoor.accounts.models import Agency, ApiToken, User, hash_token
from frontdoor.api import intake, receipts
from frontdoor.api.models import AgencyEvent, IdempotencyKey
from frontdoor.notifications import outbox
from tests.api.conftest import SMALL_BODY, Caller
from tests.api.test_contacts import problem
from tests.factories import AgencyFactory


def item(key: str, **changes: Any) -> dict[str, Any]:
    return {**SMALL_BODY, "idempotency_key": key, **changes}


def test_a_batch_of_500(police: Caller) -> None:
    answer = police.post("contacts/batch", {"items": [item(f"b{number}") for number in range(500)]}, key=None)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [(row["index"], row["status"]) for row in results] == [(number, 201) for number in range(500)]
    assert len({row["receipt"]["reference"] for row in results}) == Contact.objects.count() == 500


def test_each_item_of_a_batch_stands_alone(police: Caller, small: dict[str, Any]) -> None:
    first = police.post("contacts", small, key="single")
    items = [
        item("single"), item("good"), item("bad", concerns=""), item("good"), item("good", concerns="other"),
        {**SMALL_BODY}, item("é"), "text", item("bad"), item("n", idempotency_key=5),
    ]  # fmt: skip
    results = police.post("contacts/batch", {"items": items}, key=None).json()["results"]
    assert [row["status"] for row in results] == [201, 201, 400, 201, 422, 400, 400, 400, 201, 400]
    codes = [row.get("error", {}).get("code") for row in results]
    assert codes[2] == "invalid_body"
    assert codes[4:8] == ["idempotency_mismatch", "idempotency_key_required", "idempotency_key_invalid", "invalid_body"]
    assert codes[9] == "idempotency_key_invalid"
    assert results[2]["error"]["errors"][0]["pointer"] == "/concerns"
    assert results[0]["receipt"] == first.json()
    assert results[1]["receipt"] == results[3]["receipt"]
    assert Contact.objects.count() == 3


@pytest.mark.parametrize("sent", [[], {}, {"items": 1}, {"items": [], "more": 1}, "x", {"items": {}}])
def test_an_envelope_that_is_wrong(police: Caller, sent: Any) -> None:
    problem(police.post("contacts/batch", sent, key=None), 400, "batch_invalid")


@pytest.mark.parametrize("sent", [[], [{}] * 501])
def test_a_batch_of_the_wrong_size(police: Caller, sent: Any) -> None:
    problem(police.post("contacts/batch", {"items": sent}, key=None), 400, "batch_size")


def test_an_item_that_fails_inside_leaves_the_others(
    police: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of ours, not of the body: nothing of that contact stays, and the log has none of its words."""
    real = receipts.receipt

    def fails(contact: Contact, at: Any) -> dict[str, Any]:
        if contact.agency_reference == "breaks":
            raise ValueError(contact.text.concerns)
        return real(contact, at)

    monkeypatch.setattr(intake, "receipt", fails)
    items = [item("a"), item("b", agency_reference="breaks", concerns="SECRET WORDS"), item("c")]
    results = police.post("contacts/batch", {"items": items}, key=None).json()["results"]
    assert [row["status"] for row in results] == [201, 500, 201]
    assert results[1]["error"]["code"] == "server_error"
    assert Contact.objects.count() == IdempotencyKey.objects.count() == 2
    assert "SECRET" not in str(results) + "".join(capsys.readouterr())


def test_two_at_once_record_one_contact(committed: None) -> None:
    police = Caller(AgencyFactory.create(code="police", name="Kestrel Police"))
    answers: list[Any] = []
    ready = threading.Barrier(6)

    def send() -> None:
        ready.wait()
        try:
            answers.append(police.post("contacts", SMALL_BODY, key="at-once"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.has_header("Idempotent-Replayed") for answer in answers) == 5
    assert Contact.objects.count() == 1


def test_a_key_is_forgotten_after_90_days(police: Caller, small: dict[str, Any]) -> None:
    first = police.post("contacts", small, key="old").json()["reference"]
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=91))
    assert police.post("contacts", small, key="old").json()["reference"] != first


def _decided(contact: Contact, by: User, ago: timedelta) -> None:
    """As a decision leaves a contact, so long ago."""
    moment = timezone.now() - ago
    fields = {"status": "decided", "decided_at": moment, "decided_by": by, "is_on_queue": False}
    Contact.objects.filter(pk=contact.pk).update(
        outcome="early_help", outcome_outside="early_help", claimed_by=None, claimed_until=None, **fields
    )
    outbox.put("agency.event", {"contact": contact.reference, "type": "contact.decided"}, at=moment)


def test_events_are_numbered_per_agency(police: Caller, school: Caller, manager: User) -> None:
    at = timezone.now()
    sent = {}
    for caller in (police, school, police):
        reference = caller.post("contacts", SMALL_BODY).json()["reference"]
        contact = Contact.objects.get(reference=reference)
        actions.claim(contact=contact, by=manager, at=at)
        sent[reference] = contact
    assert outbox.drain(timezone.now()) >= 3
    own = police.get("events").json()
    assert [(row["seq"], row["type"]) for row in own["events"]] == [
        (1, "contact.acknowledged"),
        (2, "contact.acknowledged"),
    ]
    assert (own["last"], own["more"]) == (2, False)
    assert own["events"][0]["receipt"]["status"] == "in_screening"
    assert own["events"][0]["receipt"]["acknowledged_at"] == own["events"][0]["occurred_at"]
    assert [row["seq"] for row in school.get("events?after=0").json()["events"]] == [1]
    assert police.get("events?after=2").json() == {"events": [], "last": 2, "more": False}


def test_the_call_itself_numbers_what_waits(police: Caller, manager: User) -> None:
    contact = Contact.objects.get(reference=police.post("contacts", SMALL_BODY).json()["reference"])
    actions.acknowledge(contact=contact, by=manager, at=timezone.now())
    for _ in range(2):
        assert [row["seq"] for row in police.get("events").json()["events"]] == [1]
    assert outbox.drain(timezone.now()) == 0


def test_a_decision_is_told_when_it_can_no_longer_be_undone(police: Caller, manager: User) -> None:
    contact = Contact.objects.get(reference=police.post("contacts", SMALL_BODY).json()["reference"])
    _decided(contact, manager, timedelta(seconds=10))
    assert police.get("events").json()["events"] == []
    assert police.get(f"contacts/{contact.reference}").json()["status"] == "in_screening"
    _decided(contact, manager, timedelta(seconds=61))
    told = police.get("events").json()["events"]
    assert [(row["seq"], row["type"]) for row in told] == [(1, "contact.decided")]
    assert told[0]["receipt"]["outcome"] == {"code": "early_help", "label": "Early help"}
    assert told[0]["receipt"] == police.get(f"contacts/{contact.reference}").json()
    _decided(contact, manager, timedelta(seconds=65))
    assert [row["type"] for row in police.get("events?after=1").json()["events"]] == ["contact.corrected"]


def test_a_decision_without_a_claim_is_told_as_both(police: Caller, manager: User) -> None:
    contact = Contact.objects.get(reference=police.post("contacts", SMALL_BODY).json()["reference"])
    Contact.objects.update(acknowledged_at=timezone.now() - timedelta(minutes=3), acknowledged_by=manager)
    _decided(contact, manager, timedelta(minutes=3))
    told = police.get("events").json()["events"]
    assert [(row["seq"], row["type"]) for row in told] == [(1, "contact.acknowledged"), (2, "contact.decided")]


def test_a_decision_taken_back_in_its_minute_is_never_told(police: Caller, manager: User) -> None:
    contact = Contact.objects.get(reference=police.post("contacts", SMALL_BODY).json()["reference"])
    _decided(contact, manager, timedelta(seconds=10))
    Contact.objects.update(status="received", decided_at=None, decided_by=None)
    outbox.drain(timezone.now() + timedelta(minutes=5))
    assert not AgencyEvent.objects.exists()


def test_at_most_a_hundred_events(police: Caller) -> None:
    contact = Contact.objects.get(reference=police.post("contacts", SMALL_BODY).json()["reference"])
    AgencyEvent.objects.bulk_create(
        AgencyEvent(
            agency=police.agency, seq=seq, type="contact.decided", contact=contact, occurred_at=timezone.now(),
            receipt={},
        )
        for seq in range(1, 151)
    )  # fmt: skip
    first = police.get("events").json()
    assert (len(first["events"]), first["last"], first["more"]) == (100, 100, True)
    second = police.get("events?after=100").json()
    assert (len(second["events"]), second["last"], second["more"]) == (50, 150, False)


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 30, "", "١"])
def test_after_is_a_whole_number(police: Caller, after: str) -> None:
    problem(police.get(f"events?after={after}"), 400, "invalid_query")


def test_too_many_calls(police: Caller, school: Caller, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 2
    answers = [police.get("thresholds") for _ in range(6)]  # a minute may turn while they run
    refused = next(answer for answer in answers if answer.status_code == 429)
    problem(refused, 429, "rate_limited")
    assert 1 <= int(refused["Retry-After"]) <= 61
    assert school.get("thresholds").status_code == 200


def test_the_command_gives_a_token(agency: Agency) -> None:
    out = io.StringIO()
    call_command("agency_token", "police", stdout=out)
    token = out.getvalue().rstrip("\n")
    assert token.split() == [token]
    assert ApiToken.objects.get(hashed=hash_token(token)).agency == agency
    call_command("agency_token", "police", stdout=io.StringIO())
    assert ApiToken.objects.filter(revoked_at=None).count() == 2
    with pytest.raises(CommandError, match=r"^[^\n]*police[^\n]*$"):
        call_command("agency_token", "nobody")


def test_the_description_and_the_page_are_open_to_all(db: None, client: Any) -> None:
    document = json.loads(client.get("/api/v1/schema/").content)
    assert document["openapi"].startswith("3.1")
    page = client.get("/api/v1/docs/").content.decode()
    assert "not an emergency line" in page
    assert "telephone the front door as well" in page
    assert "powers_of_protection_at" in page
    assert "https://" not in page.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_one_unstorable_item_does_not_stop_the_others(police: Caller, small: dict[str, Any], text: str) -> None:
    """A NUL or half a character in one notification: that one is refused, its neighbours are recorded."""
    bad = {**small, "concerns": text, "idempotency_key": "bad"}
    answer = police.post("contacts/batch", {"items": [bad, {**small, "idempotency_key": "good"}]})
    assert answer.status_code == 207
    first, second = answer.json()["results"]
    assert (first["status"], first["error"]["code"]) == (400, "json_invalid")
    assert second["status"] == 201


@pytest.mark.parametrize("path", ["/api/", "/api", "/api/v2/contacts", "/api/v1", "/api/v1/nothing"])
def test_every_unknown_address_of_the_api_is_a_problem_document(db: None, path: str) -> None:
    answer = Client().post(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"
