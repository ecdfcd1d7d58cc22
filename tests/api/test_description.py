"""The API is as its OpenAPI document says, for requests made from that document by the hundred."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from frontdoor.api.schema import document
from tests.api.conftest import Caller

schema = schemathesis.openapi.from_dict(document())
schema.app = get_wsgi_application()
# Each field's limits stand in test_fields, the running server is tried in all phases in test_schemathesis.
schema.config.phases.coverage.enabled = False


@pytest.fixture(autouse=True)
def connection_stays() -> Iterator[None]:
    """A real WSGI application lets go of the database after each request; here it is the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_as_described(case: Any, police: Caller, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 1_000_000
    case.call_and_validate(headers={"Authorization": f"Bearer {police.token}"}, checks=CHECKS)


@pytest.mark.parametrize("name", ["Contact", "EarlyHelpAssessment"])
def test_every_described_field_is_read(name: str, police: Caller) -> None:
    """The document and the validator know the same fields: each described one is taken, null where it may be."""
    described = document()["components"]["schemas"][name]["properties"]
    path = "contacts" if name == "Contact" else "early-help-assessments"
    answer = police.post(path, dict.fromkeys(described))
    assert answer.status_code == 400
    assert not [error for error in answer.json()["errors"] if error["code"] != "required"]
