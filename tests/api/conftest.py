"""Agencies with tokens, bodies, and a client that speaks JSON."""

import copy
import itertools
import json
from typing import Any

import pytest
from django.test import Client

from frontdoor.accounts.models import Agency, ApiToken, User
from tests.answers import Answer
from tests.factories import AgencyFactory

POLICE_BODY: dict[str, Any] = {
    "agency_reference": "PPN/2026/0012345",
    "kind": "police_notification",
    "occurred_at": "2026-01-21T22:40:00Z",
    "risk": {"grade": "amber", "reasons": ["domestic_abuse", "child_present"]},
    "level_of_need": 3,
    "child_protection": False,
    "concerns": "Shouting heard. A neighbour rang.",
    "consent": {"status": "not_sought", "reason": "would increase risk", "given_by": ""},
    "family_told": {"status": "no", "reason": "would increase risk"},
    "referrer": {
        "name": "PC 1234 Example",
        "role": "Constable",
        "phone": "01632 960001",
        "email": "pc1234@police.example",
        "is_professional": True,
        "withhold_name_from_family": False,
    },
    "address": {"lines": ["1 Example Street", "Exampleton"], "postcode": "KX1 1AA", "is_confidential": False},
    "information_only": False,
    "child_location": {"now": "at school", "safe_until": "2026-11-22T15:15:00Z"},
    "incident": {"reference": "", "powers_of_protection_at": None},
    "children": [
        {
            "given_name": "Sam", "family_name": "Example", "known_as": "", "date_of_birth": "2017-03-03",
            "dob_is_estimated": False, "expected_date_of_birth": None, "sex": "M", "ethnicity": "WBRI",
            "nhs_number": "", "upn": "", "language": "", "school": "", "disability": "", "communication": "",
            "account": "what the child said", "role": "subject",
        }
    ],
    "adults": [
        {
            "given_name": "Alex", "family_name": "Example", "date_of_birth": None, "relationship": "mother",
            "parental_responsibility": True, "lives_with_children": True, "role": "victim",
        }
    ],
    "dash": {"grade": "medium", "ticks": 9},
}  # fmt: skip
SMALL_BODY: dict[str, Any] = {
    "kind": "contact",
    "concerns": "Tired and hungry at school.",
    "referrer": {"name": "Pat Teacher"},
    "children": [{"given_name": "Kit"}],
}
KEYS = (f"key-{number}" for number in itertools.count(1))


class Caller:
    """An agency's client."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.token = ApiToken.issue(agency)
        self.client = Client(raise_request_exception=True)

    def get(self, path: str, **headers: str) -> Answer:
        """GET under the API."""
        return self.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}", **headers})

    def post(self, path: str, body: Any, key: str | None = "", **headers: str) -> Answer:
        """POST a body (bytes as they are) with a key: a fresh one unless given, none when None."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        if key is not None:
            sent["Idempotency-Key"] = key or next(KEYS)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/api/v1/{path}", data, content_type="application/json", headers=sent)


@pytest.fixture
def agency(db: None) -> Agency:
    return AgencyFactory.create(code="police", name="Kestrel Police")


@pytest.fixture
def police(agency: Agency) -> Caller:
    return Caller(agency)


@pytest.fixture
def school(db: None) -> Caller:
    return Caller(AgencyFactory.create(code="school", name="Kestrel School"))


@pytest.fixture
def manager(db: None) -> User:
    return User.objects.create_user("duty.manager", "Dee Manager", roles=["duty_manager"])


@pytest.fixture
def body() -> dict[str, Any]:
    return copy.deepcopy(POLICE_BODY)


@pytest.fixture
def small() -> dict[str, Any]:
    return copy.deepcopy(SMALL_BODY)
