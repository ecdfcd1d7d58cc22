"""What a partner who makes a client from the description meets: names, tags, examples that are right, and no gaps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest

from assessments.early_help.models import EarlyHelpPerson
from contacts.models import Contact, ContactPerson
from frontdoor.api.examples import CONTACT, EARLY_HELP
from frontdoor.api.schema import document
from tests.api.conftest import Caller

#: The examples of the description happened before now, whatever day the tests run on.
NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)

WHOLE = document()
OBJECTS: dict[str, Any] = WHOLE["components"]["schemas"]


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the description, but for what a police notification needs beside what every contact may have."""
    if isinstance(value, dict):
        yield value
    parts = value if isinstance(value, list) else []
    for each in [each for name, each in value.items() if name != "then"] if isinstance(value, dict) else parts:
        yield from inside(each)


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    """What checks a value against one named object of the description."""
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": WHOLE["components"]}
    )


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_has_an_example_that_is_right(name: str) -> None:
    assert OBJECTS[name]["examples"]
    for example in OBJECTS[name]["examples"]:
        validator(name).validate(example)


def test_a_list_says_what_is_in_it_and_only_a_use_of_an_object_may_be_null() -> None:
    """A list without ``items`` is left out of a client; an object that may itself be null is called ``ChildType0``."""
    assert not [each for each in inside(WHOLE) if "array" in each.get("type", ()) and "items" not in each]
    assert not [name for name, each in OBJECTS.items() if each.get("type", "object") not in ("object", "string")]
    assert not [name for name, each in OBJECTS.items() if "anyOf" in each]


def test_what_is_sent_and_answered_has_a_name_and_every_call_a_tag() -> None:
    known = {tag["name"] for tag in WHOLE["tags"]}
    for path, methods in WHOLE["paths"].items():
        for call in methods.values():
            assert set(call["tags"]) <= known, path
            parts = [call.get("requestBody", {}), *(each for each in call["responses"].values() if "$ref" not in each)]
            for content in (content for part in parts for content in part.get("content", {}).values()):
                assert "$ref" in content["schema"], path


@pytest.mark.parametrize("ticks", [28, 99])
def test_more_ticks_than_there_are_questions_are_kept_as_received_and_marked(police: Caller, ticks: int) -> None:
    answer = police.post("contacts", {**CONTACT, "dash": {"grade": "high", "ticks": ticks}})
    assert answer.status_code == 201, answer.content
    assert Contact.objects.get(reference=answer.json()["reference"]).dash_ticks == ticks


def test_the_facts_the_page_asks_are_taken_from_an_agency_too(police: Caller) -> None:
    answer = police.post("contacts", CONTACT)
    assert answer.status_code == 201, answer.content
    text = Contact.objects.get(reference=answer.json()["reference"]).text
    told = (text.injuries, text.police_told, text.can_it_wait)
    assert told == (CONTACT["injuries"], CONTACT["police_told"], CONTACT["can_it_wait"])
    child = ContactPerson.objects.get(is_child=True)
    assert (child.interpreter, child.gp) == (CONTACT["children"][0]["interpreter"], CONTACT["children"][0]["gp"])


def test_the_example_of_early_help_is_taken(police: Caller) -> None:
    answer = police.post("early-help-assessments", EARLY_HELP)
    assert answer.status_code == 201, answer.content
    child = EarlyHelpPerson.objects.get(is_child=True)
    assert (child.interpreter, child.gp) == (EARLY_HELP["child"]["interpreter"], EARLY_HELP["child"]["gp"])


def test_a_name_that_is_none_is_kept_as_received(police: Caller) -> None:
    """A page asks again; a system is not turned away for what somebody wrote where a name belongs."""
    answer = police.post("early-help-assessments", {**EARLY_HELP, "child": {"given_name": "Unknown"}})
    assert answer.status_code == 201, answer.content
    assert EarlyHelpPerson.objects.get(is_child=True).given_name == "Unknown"
