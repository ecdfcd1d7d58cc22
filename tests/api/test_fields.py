"""Each wrong field is named by its pointer and code, all of them at once; and no body is ever too much."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.models import Contact
from tests.api.conftest import POLICE_BODY, SMALL_BODY, Caller
from tests.api.test_contacts import problem
from tests.drawing import EACH_TIME


def changed(pointer: str, value: Any) -> dict[str, Any]:
    """The police's body with one value put at a pointer; ``...`` takes it away."""
    body = copy.deepcopy(POLICE_BODY)
    *path, last = pointer.strip("/").split("/")
    inner: Any = body
    for step in path:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    place: Any = int(last) if isinstance(inner, list) else last
    if value is ...:
        del inner[place]
    else:
        inner[place] = value
    return body


#: Far enough ahead to be in the future whenever this runs; the same text in every test process.
AHEAD = "2150-01-01T00:00:00+00:00"
CASES = [
    ("/kind", ..., "required"), ("/kind", "gossip", "invalid_code"), ("/kind", 7, "invalid_type"),
    ("/concerns", "", "required"), ("/concerns", "x" * 20_001, "too_long"), ("/concerns", ["x"], "invalid_type"),
    ("/concerns", "bell \x07", "invalid_format"), ("/agency_reference", "", "required"),
    ("/agency_reference", "x" * 101, "too_long"), ("/agency_reference", "a\nb", "invalid_format"),
    ("/occurred_at", "yesterday", "invalid_date"), ("/occurred_at", "2026-02-30T10:00:00Z", "invalid_date"),
    ("/occurred_at", "2026-01-21T22:40:00", "invalid_date"), ("/occurred_at", AHEAD, "in_future"),
    ("/occurred_at", "0001-01-01T00:00:00+14:00", "invalid_date"), ("/occurred_at", 1, "invalid_type"),
    ("/risk/grade", "purple", "invalid_code"), ("/risk/reasons", "x", "invalid_type"),
    ("/risk/reasons", ["x"] * 21, "too_many"), ("/risk/reasons/1", 3, "invalid_type"),
    ("/risk/reasons/0", "x" * 61, "too_long"), ("/level_of_need", 5, "invalid_code"),
    ("/level_of_need", True, "invalid_type"), ("/level_of_need", 2.5, "invalid_type"),
    ("/child_protection", "yes", "invalid_type"), ("/consent", [], "invalid_type"),
    ("/consent/status", "perhaps", "invalid_code"), ("/family_told/status", "perhaps", "invalid_code"),
    ("/consent/reasons", "x", "unknown_field"), ("/referrer/email", "nobody", "invalid_format"),
    ("/referrer/name", ..., "required"), ("/referrer/name", " ", "required"), ("/referrer/fax", "1", "unknown_field"),
    ("/address/lines", "1 Example Street", "invalid_type"), ("/address/lines", ["x"] * 9, "too_many"),
    ("/address/lines", ["x" * 100] * 4, "too_long"), ("/address/postcode", "x" * 11, "too_long"),
    ("/child_location/safe_until", "x", "invalid_date"), ("/incident/powers_of_protection_at", AHEAD, "in_future"),
    ("/children/0", "Sam", "invalid_type"), ("/children", {}, "invalid_type"), ("/children", [], "required"),
    ("/children", ..., "required"), ("/children", [{"given_name": "A"}] * 31, "too_many"),
    ("/adults", [{"given_name": "A"}] * 31, "too_many"), ("/children/0/date_of_birth", AHEAD[:10], "in_future"),
    ("/children/0/date_of_birth", "2017-13-01", "invalid_date"), ("/children/0/date_of_birth", 2017, "invalid_type"),
    ("/children/0/sex", "X", "invalid_code"), ("/children/0/ethnicity", "ZZZZ", "invalid_code"),
    ("/children/0/role", "victim", "invalid_code"), ("/children/0/colour", "x", "unknown_field"),
    ("/children/0/given_name", "x" * 101, "too_long"), ("/children/0/address", {"town": "x"}, None),
    ("/adults/0/role", "subject", "invalid_code"), ("/adults/0/lives_with_children", 1, "invalid_type"),
    ("/adults/0/date_of_birth", AHEAD[:10], "in_future"), ("/dash/grade", "severe", "invalid_code"),
    ("/dash/ticks", 100, "invalid_format"), ("/dash/ticks", "9", "invalid_type"), ("/surprise", 1, "unknown_field"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "code"), CASES, ids=lambda value: str(value)[:24])
def test_one_wrong_field(police: Caller, pointer: str, value: Any, code: str | None) -> None:
    errors = problem(police.post("contacts", changed(pointer, value)), 400, "invalid_body")["errors"]
    if code is None:
        pointer, code = "/children/0/address/town", "unknown_field"
    assert [(error["pointer"], error["code"]) for error in errors] == [(pointer, code)]
    assert errors[0]["message"]
    assert not Contact.objects.exists()


def test_all_at_once_and_escaped(police: Caller) -> None:
    body = {**POLICE_BODY, "a/b~c": 1, "concerns": 3, "referrer": None, "children": [{"sex": "Q"}]}
    errors = problem(police.post("contacts", body), 400, "invalid_body")["errors"]
    assert {(error["pointer"], error["code"]) for error in errors} == {
        ("/a~1b~0c", "unknown_field"),
        ("/concerns", "invalid_type"),
        ("/referrer/name", "required"),
        ("/children/0/given_name", "required"),
        ("/children/0/sex", "invalid_code"),
    }


@pytest.mark.parametrize("risk", [None, {}, {"grade": "red"}, {"grade": "red", "reasons": []}, {"reasons": ["x"]}])
def test_the_police_give_a_grade_with_a_reason(police: Caller, risk: Any) -> None:
    problem(police.post("contacts", {**POLICE_BODY, "risk": risk}), 400, "risk_required")


@pytest.mark.parametrize(
    "sent",
    [b"", b"{", b"[1", b"{} {}", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": 1, "a": 1}', b"\xff",
     b'{"a": "\\u0000"}', b'{"\\u0000": 1}', b'{"a": "\\ud800"}', b"[" * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40,
     b'{"a": ' + b"9" * 5000 + b"}"],
    ids=range(15),
)  # fmt: skip
def test_what_is_not_json(police: Caller, sent: bytes) -> None:
    problem(police.post("contacts", sent), 400, "json_invalid")


def test_bodies_that_are_too_large(police: Caller) -> None:
    problem(police.post("contacts", b" " * 1_000_001), 413, "body_too_large")
    problem(police.post("contacts/batch", b" " * 16_000_001), 413, "body_too_large")
    problem(police.post("contacts", b" " * 1_000_000), 400, "json_invalid")


@pytest.mark.parametrize("sent", [[], "x", 1, None, True])
def test_a_body_that_is_no_object(police: Caller, sent: Any) -> None:
    problem(police.post("contacts", sent), 400, "invalid_body")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def pointers(value: Any, at: str = "") -> list[str]:
    """Every place in a body."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, each in inner for found in (f"{at}/{name}", *pointers(each, f"{at}/{name}"))]


@given(st.lists(st.tuples(st.sampled_from(pointers(POLICE_BODY)), VALUES), min_size=1, max_size=3), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=EACH_TIME)
def test_no_body_brings_us_down(police: Caller, changes: list[tuple[str, Any]], in_batch: bool) -> None:
    body: Any = POLICE_BODY
    for pointer, value in changes:
        body = changed(pointer, value) if body is POLICE_BODY else {**body, pointer.split("/")[1]: value}
    sent = json.dumps({"items": [{**body, "idempotency_key": "k"}]} if in_batch else body).encode()
    answer = police.post("contacts/batch" if in_batch else "contacts", sent)
    assert answer.status_code < 500, answer.content
    if in_batch and answer.status_code == 207:
        assert answer.json()["results"][0]["status"] < 500, answer.content


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=100, deadline=None, suppress_health_check=EACH_TIME)
def test_no_bytes_bring_us_down(police: Caller, sent: bytes) -> None:
    for path in ("contacts", "contacts/batch", "early-help-assessments"):
        assert 400 <= police.post(path, sent).status_code < 500


def test_early_help_names_its_wrong_fields(police: Caller) -> None:
    errors = problem(police.post("early-help-assessments", {**SMALL_BODY}), 400, "invalid_body")["errors"]
    assert {(error["pointer"], error["code"]) for error in errors} == {
        ("/kind", "unknown_field"), ("/referrer", "unknown_field"), ("/children", "unknown_field"),
        ("/child", "required"), ("/lead_professional/name", "required"),
    }  # fmt: skip


EMPTY = [
    ("/address/lines", ["1 Example Street", "", " ", None, "Exampleton"]), ("/address/lines", [""] * 9),
    ("/address/postcode", "KX1    1AA    "), ("/address/postcode", ""), ("/address/is_confidential", ""),
    ("/consent", {}), ("/consent", {"status": "", "reason": ""}), ("/family_told", {"status": " "}), ("/dash", {}),
    ("/dash/ticks", ""), ("/dash/grade", " "), ("/level_of_need", ""), ("/occurred_at", " "), ("/children/0/sex", " "),
    ("/children/0/date_of_birth", ""), ("/children/0/nhs_number", "999\u200d123\u200d4578" + "\u200b" * 20),
    ("/children/0/ethnicity", " "), ("/adults/0/parental_responsibility", ""), ("/adults/0/role", ""),
    ("/referrer/email", " "), ("/referrer/phone", "01632 960001" + " " * 60), ("/referrer/is_professional", ""),
    ("/risk/reasons", ["domestic_abuse", ""]), ("/incident/powers_of_protection_at", ""), ("/child_protection", ""),
    ("/children/0/address", {}), ("/adults", []),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value"), EMPTY, ids=lambda value: str(value)[:30])
def test_what_is_empty_or_padded_refuses_no_notification(police: Caller, pointer: str, value: Any) -> None:
    answer = police.post("contacts", changed(pointer, value))
    assert answer.status_code == 201, answer.content


def test_what_was_padded_is_kept_without_it(police: Caller) -> None:
    body = changed("/address/lines", ["1 Example Street ", "", "  ", "Exampleton"])
    body["address"]["postcode"] = " KX1    1AA    "
    body["children"][0]["nhs_number"] = "999\u200d123\u200d4578\u200b"
    assert police.post("contacts", body).status_code == 201
    child = Contact.objects.get().people.get(position=1)
    assert (child.address, child.postcode) == ("1 Example Street, Exampleton", "KX1 1AA")
    assert child.nhs_number == "9991234578"


def test_a_reason_without_an_answer_is_still_asked_about(police: Caller) -> None:
    for name in ("consent", "family_told"):
        errors = problem(police.post("contacts", changed(f"/{name}", {"reason": "x"})), 400, "invalid_body")["errors"]
        assert [(error["pointer"], error["code"]) for error in errors] == [(f"/{name}/status", "required")]
    problem(police.post("contacts", changed("/risk/reasons", ["", None])), 400, "risk_required")


def test_the_place_of_a_wrong_line_is_its_place_as_sent(police: Caller) -> None:
    errors = problem(police.post("contacts", changed("/address/lines", ["", "", 3])), 400, "invalid_body")["errors"]
    assert [error["pointer"] for error in errors] == ["/address/lines/2"]
