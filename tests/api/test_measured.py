"""A batch is measured before it is read: what would be too large alone is not looked into. One of an agency at once."""

import json
import time
from typing import Any

import psycopg
import pytest

from contacts.models import Contact
from frontdoor.api import at_once
from frontdoor.api.problems import Problem
from frontdoor.api.reading import BATCH_VALUES, is_over
from frontdoor.api.validation import MOST_UNKNOWN
from tests.api.conftest import SMALL_BODY, Caller

#: Seven bytes for each name, so that 160,000 are over what one contact may be.
NAMES = {f"u{number:06}": 1 for number in range(160_000)}


def test_an_item_that_alone_would_be_too_large_is_too_large_and_the_others_are_taken(police: Caller) -> None:
    large = {**SMALL_BODY, "idempotency_key": "large", **NAMES}
    long = {**SMALL_BODY, "idempotency_key": "long", "concerns": "é" * 600_000}
    items: list[dict[str, Any]] = [large, {**SMALL_BODY, "idempotency_key": "small"}, long]
    results = police.post("contacts/batch", {"items": items}, key=None).json()["results"]
    assert [row["status"] for row in results] == [413, 201, 413]
    assert {row["error"]["code"] for row in results if row["status"] == 413} == {"body_too_large"}
    assert Contact.objects.count() == 1


def test_of_a_hundred_thousand_fields_nobody_knows_a_few_are_named_and_all_else_is_told(police: Caller) -> None:
    unknown = dict(list(NAMES.items())[:60_000])
    answer = police.post("contacts", {**SMALL_BODY, **unknown, "concerns": ""})
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert [error["pointer"] for error in errors if error["code"] == "required"] == ["/concerns"]
    assert len([error for error in errors if error["code"] == "unknown_field"]) == MOST_UNKNOWN
    answer = police.post("contacts", {**SMALL_BODY, "children": [{"given_name": "Kit", **unknown}]})
    assert len(answer.json()["errors"]) == MOST_UNKNOWN


def test_of_a_batch_with_more_values_than_anybody_sends_nothing_is_read(
    police: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reads(*args: object, **named: object) -> None:
        raise AssertionError("it is read")

    many = json.dumps({"items": [{**SMALL_BODY, "idempotency_key": "a"}, dict.fromkeys(map(str, range(BATCH_VALUES)))]})
    with monkeypatch.context() as patched:
        patched.setattr("frontdoor.api.reading.json.loads", reads)
        answer = police.post("contacts/batch", many.encode(), key=None)
    assert answer.status_code == 413
    assert answer.json() == Problem(413, "body_too_large", "At most 250,000 values are read.").document()
    assert not Contact.objects.exists()


def test_what_stands_in_a_text_is_no_value() -> None:
    said = json.dumps(['a, [b], {"c": "d,\\"}'] * 9).encode()
    assert not is_over(said, 9)
    assert is_over(said, 8)
    assert is_over(b"[" * 20, 9)
    assert not is_over(b"", 0)


def test_no_body_is_measured_for_longer_than_it_takes_to_pass_over_it_once() -> None:
    """Whatever it holds: one that was looked at again from each of its letters would take an hour."""
    began = time.process_time()
    for piece in (b'\\"', b'",', b'["', b'"', b",", b" ", b"\\"):
        for first in (b",,", b',,"', b'[{"a'):
            is_over(first + piece * (500_000 // len(piece)), 1)
    assert time.process_time() - began < 60


def test_a_second_batch_at_the_same_moment_is_told_when_to_come_again(
    police: Caller, school: Caller, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "WAITS", "50ms")
    items = {"items": [{**SMALL_BODY, "idempotency_key": "a"}]}
    owner.execute(at_once.LOCKED, [f"batch:{police.agency.pk}"])  # another process is at it
    answer = police.post("contacts/batch", items, key=None)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer["Retry-After"]) > 0
    assert school.post("contacts/batch", items, key=None).status_code == 207
    assert police.post("contacts", SMALL_BODY).status_code == 201
    owner.execute(at_once.UNLOCKED, [f"batch:{police.agency.pk}"])
    assert police.post("contacts/batch", items, key=None).status_code == 207
    free = owner.execute(at_once.LOCKED.replace("pg_", "pg_try_"), [f"batch:{police.agency.pk}"]).fetchone()
    assert free == (True,), "it was given back"
