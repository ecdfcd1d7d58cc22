"""One contact sent, sent again, changed, and read back."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assessments.early_help.models import EarlyHelpAssessment
from contacts.models import Contact
from frontdoor.accounts.models import Agency, ApiToken
from frontdoor.api.models import IdempotencyKey
from tests.api.conftest import Caller

RECEIPT = {
    "reference", "agency_reference", "received_at", "acknowledge_by", "status", "acknowledged_at", "decided_at",
    "outcome", "links",
}  # fmt: skip


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document, checked to be one."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.content)
    assert {"type", "title", "status", "code", "errors"} <= set(document)
    assert (document["status"], document["code"]) == (status, code)
    return document


def test_a_police_notification_is_kept_as_given(police: Caller, body: dict[str, Any]) -> None:
    answer = police.post("contacts", body)
    assert answer.status_code == 201, answer.content
    receipt = answer.json()
    assert set(receipt) == RECEIPT
    assert receipt["status"] == "received"
    assert receipt["agency_reference"] == "PPN/2026/0012345"
    assert receipt["acknowledge_by"] > receipt["received_at"]
    assert receipt["received_at"].endswith("Z")
    assert receipt["links"] == {"self": f"/api/v1/contacts/{receipt['reference']}"}
    contact = Contact.objects.get(reference=receipt["reference"])
    assert contact.agency == police.agency
    assert contact.grade == "amber"
    assert contact.level_by_agency == "3"
    assert contact.text.concerns == body["concerns"]
    child, adult = contact.people.order_by("position")
    assert (child.given_name, child.account, child.address) == (
        "Sam",
        "what the child said",
        "1 Example Street, Exampleton",
    )
    assert (adult.role, adult.relationship, adult.parental_responsibility) == ("victim", "mother", True)
    family = contact.families.get()
    assert (family.agreement, family.told) == ("not_sought", "no")


def test_the_least_a_contact_needs(police: Caller, small: dict[str, Any]) -> None:
    answer = police.post("contacts", small)
    assert answer.status_code == 201, answer.content
    assert Contact.objects.get(reference=answer.json()["reference"]).type.code == "concern"


def test_child_protection_goes_on_the_fast_track(police: Caller, small: dict[str, Any]) -> None:
    answer = police.post("contacts", {**small, "child_protection": True})
    assert answer.status_code == 201, answer.content
    contact = Contact.objects.get(reference=answer.json()["reference"])
    assert contact.is_fast_track
    assert answer.json()["status"] == "received"
    assert answer.json()["outcome"] is None


def test_a_repeat_is_answered_byte_for_byte(police: Caller, body: dict[str, Any]) -> None:
    first = police.post("contacts", body, key="k1")
    turned = json.dumps(dict(reversed(body.items())), indent=2).encode()
    second = police.post("contacts", turned, key="k1")
    assert second.status_code == 201
    assert second.content == first.content
    assert second["Idempotent-Replayed"] == "true"
    assert not first.has_header("Idempotent-Replayed")
    assert Contact.objects.count() == 1


def test_a_key_of_another_body_is_a_mismatch(police: Caller, body: dict[str, Any]) -> None:
    police.post("contacts", body, key="k1")
    problem(police.post("contacts", {**body, "information_only": True}, key="k1"), 422, "idempotency_mismatch")
    assert Contact.objects.count() == 1


def test_true_is_not_one(police: Caller, small: dict[str, Any]) -> None:
    police.post("contacts", {**small, "level_of_need": 1}, key="k1")
    problem(police.post("contacts", {**small, "level_of_need": True}, key="k1"), 422, "idempotency_mismatch")


def test_a_refused_body_may_be_corrected_under_its_key(police: Caller, small: dict[str, Any]) -> None:
    problem(police.post("contacts", {**small, "concerns": ""}, key="k1"), 400, "invalid_body")
    assert not IdempotencyKey.objects.exists()
    assert police.post("contacts", small, key="k1").status_code == 201


def test_keys_belong_to_the_agency_and_the_kind_of_call(police: Caller, school: Caller, small: dict[str, Any]) -> None:
    assert police.post("contacts", small, key="k1").status_code == 201
    assert school.post("contacts", small, key="k1").status_code == 201
    help_body = {"child": {"given_name": "Kit"}, "concerns": "x", "lead_professional": {"name": "Pat Teacher"}}
    answer = police.post("early-help-assessments", help_body, key="k1")
    assert answer.status_code == 201, answer.content
    assert EarlyHelpAssessment.objects.get(reference=answer.json()["reference"]).agency == police.agency
    again = police.post("early-help-assessments", help_body, key="k1")
    assert (again.content, again["Idempotent-Replayed"]) == (answer.content, "true")


@pytest.mark.parametrize("key", ["a b", "é", "x" * 256, "a\tb"])
def test_a_bad_key(police: Caller, small: dict[str, Any], key: str) -> None:
    problem(police.post("contacts", small, key=key), 400, "idempotency_key_invalid")


def test_no_key(police: Caller, small: dict[str, Any]) -> None:
    problem(police.post("contacts", small, key=None), 400, "idempotency_key_required")
    assert police.post("contacts", small, key="x" * 255).status_code == 201


def test_another_agencys_contact_and_an_unknown_one_are_the_same_404(
    police: Caller, school: Caller, small: dict[str, Any]
) -> None:
    reference = police.post("contacts", small).json()["reference"]
    assert police.get(f"contacts/{reference}").json()["reference"] == reference
    theirs, unknown = school.get(f"contacts/{reference}"), school.get("contacts/C-00000000")
    problem(theirs, 404, "not_found")
    assert theirs.content == unknown.content
    assert {**theirs.headers, "X-Request-ID": ""} == {**unknown.headers, "X-Request-ID": ""}


def test_ones_own_by_ones_own_reference(police: Caller, school: Caller, body: dict[str, Any]) -> None:
    reference = police.post("contacts", body).json()["reference"]
    found = police.get("contacts?agency_reference=PPN/2026/0012345").json()
    assert [row["reference"] for row in found["results"]] == [reference]
    assert school.get("contacts?agency_reference=PPN/2026/0012345").json() == {"results": []}
    assert police.get("contacts?agency_reference=%00").json() == {"results": []}
    problem(police.get("contacts"), 400, "invalid_query")


def test_who_may_call(police: Caller, small: dict[str, Any]) -> None:
    problem(Client().get("/api/v1/events"), 401, "unauthenticated")
    for header in ("Bearer nobody", "Bearer", "Basic abc", "Bearer a b", "Bearer é"):
        problem(Client().get("/api/v1/events", headers={"Authorization": header}), 401, "unauthenticated")
    Agency.objects.filter(pk=police.agency.pk).update(is_active=False)
    problem(police.post("contacts", small), 401, "unauthenticated")


def test_a_revoked_token(police: Caller, manager: Any) -> None:
    ApiToken.objects.update(revoked_at=timezone.now(), revoked_by=manager)
    problem(police.get("events"), 401, "unauthenticated")


def test_wrong_method_address_and_media_type(police: Caller, small: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {police.token}"}
    problem(police.client.delete("/api/v1/contacts", headers=bearer), 405, "method_not_allowed")
    problem(police.client.options("/api/v1/contacts", headers=bearer), 405, "method_not_allowed")
    problem(police.get("nowhere"), 404, "not_found")
    problem(police.get("codelists/nothing"), 404, "not_found")
    problem(police.get("events", Accept="text/html"), 406, "not_acceptable")
    sent = {**bearer, "Idempotency-Key": "k"}
    problem(
        police.client.post("/api/v1/contacts", b"a=b", content_type="text/plain", headers=sent),
        415,
        "unsupported_media_type",
    )


def test_lists_in_force(police: Caller) -> None:
    codes = police.get("codelists/ethnicity").json()
    assert codes["name"] == "ethnicity"
    assert {"code": "WBRI", "label": codes["codes"][0]["label"], "valid_from": None, "valid_to": None} in codes["codes"]
    thresholds = police.get("thresholds").json()
    assert [row["code"] for row in thresholds["levels_of_need"]] == ["1", "2", "3", "4"]
    assert [row["code"] for row in thresholds["grades"]] == ["red", "amber", "green", "blue"]
