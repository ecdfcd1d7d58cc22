"""An agency's OAuth client: its secret for a short token, the token for calls, and nothing for anybody else."""

import base64
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from frontdoor.accounts.models import Agency
from frontdoor.api.models import TokenRefusals
from tests.api.conftest import Caller
from tests.api.test_contacts import problem

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def keys(agency: Agency) -> dict[str, str]:
    out = io.StringIO()
    call_command("agency_client", "police", stdout=out)
    return dict(line.split("=", 1) for line in out.getvalue().splitlines())


def ask(form: dict[str, str], **headers: str) -> Any:
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    return Client().post("/api/v1/oauth/token/", body, content_type=FORM, headers=headers)


GRANT = {"grant_type": "client_credentials"}


def test_a_secret_for_a_token_for_a_call(keys: dict[str, str], police: Caller, school: Caller) -> None:
    reference = police.post("contacts", {
        "kind": "contact", "concerns": "x", "referrer": {"name": "P"}, "children": [{"given_name": "K"}],
    }).json()["reference"]  # fmt: skip
    basic = base64.b64encode(f"{keys['client_id']}:{keys['client_secret']}".encode()).decode()
    bearer: dict[str, str] = {}
    for answer in (ask(GRANT | keys), ask(GRANT, Authorization=f"Basic {basic}")):
        assert answer.status_code == 200, answer.content
        assert answer["Cache-Control"] == "no-store"
        given = answer.json()
        assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 600, "contacts")
        bearer = {"Authorization": f"Bearer {given['access_token']}"}
        assert Client().get(f"/api/v1/contacts/{reference}", headers=bearer).status_code == 200
        assert not get_access_token_model().objects.filter(token=given["access_token"]).exists()
    get_access_token_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    problem(Client().get("/api/v1/events", headers=bearer), 401, "unauthenticated")


def test_the_token_speaks_for_its_agency_alone(keys: dict[str, str], agency: Agency, school: Caller) -> None:
    token = ask(GRANT | keys).json()["access_token"]
    theirs = school.post("contacts", {
        "kind": "contact", "concerns": "x", "referrer": {"name": "P"}, "children": [{"given_name": "K"}],
    }).json()["reference"]  # fmt: skip
    bearer = {"Authorization": f"Bearer {token}"}
    problem(Client().get(f"/api/v1/contacts/{theirs}", headers=bearer), 404, "not_found")
    Agency.objects.filter(pk=agency.pk).update(is_active=False)
    problem(Client().get("/api/v1/events", headers=bearer), 401, "unauthenticated")
    assert problem(ask(GRANT | keys), 401, "invalid_client")["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"), ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": "%00"}, 401, "invalid_client"), ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_secret": "%ff%00"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"), ({"scope": "everything"}, 400, "invalid_scope"),
        ({"more": "x" * 10_001}, 413, "body_too_large"),
    ],
)  # fmt: skip
def test_refused(keys: dict[str, str], change: dict[str, str], status: int, code: str) -> None:
    answer = ask(GRANT | keys | change)
    document = problem(answer, status, code)
    assert document["error"] == code
    assert answer.has_header("WWW-Authenticate") == (status == 401)
    assert not get_access_token_model().objects.exists()


@pytest.mark.parametrize("header", ["Basic", "Basic !!", "Basic /w==", "Basic AAA=", "Bearer x"])
def test_a_header_that_cannot_be_read(agency: Agency, header: str) -> None:
    problem(ask(GRANT, Authorization=header), 401, "invalid_client")


def test_other_methods_and_types(db: None) -> None:
    problem(Client().get("/api/v1/oauth/token/"), 405, "method_not_allowed")
    problem(Client().post("/api/v1/oauth/token/", GRANT), 415, "unsupported_media_type")


def test_an_unknown_agency_has_no_client(agency: Agency) -> None:
    with pytest.raises(CommandError, match=r"^[^\n]*police[^\n]*$"):
        call_command("agency_client", "nobody")


def test_guessing_is_stopped_and_the_agency_itself_is_not(keys: dict[str, str], settings: Any) -> None:
    """After so many wrong secrets from one address none is looked at for the rest of the minute; others go on."""
    settings.TOKEN_REFUSALS_PER_MINUTE = 3
    for _ in range(3):
        problem(ask(GRANT | keys | {"client_secret": "guess"}), 401, "invalid_client")
    stopped = ask(GRANT | keys)
    problem(stopped, 429, "rate_limited")
    assert 1 <= int(stopped["Retry-After"]) <= 60
    assert stopped.json()["error"] == "rate_limited"
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    body = "&".join(f"{name}={value}" for name, value in (GRANT | keys).items()).encode()
    assert elsewhere.post("/api/v1/oauth/token/", body, content_type=FORM).status_code == 200
    TokenRefusals.objects.update(minute=timezone.now() - timedelta(minutes=2))
    assert ask(GRANT | keys).status_code == 200


def test_behind_a_proxy_the_callers_address_counts(keys: dict[str, str], settings: Any) -> None:
    """Only the last entry is the proxy's own: what a caller writes into the header changes nothing."""
    settings.TOKEN_REFUSALS_PER_MINUTE = 1
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    wrong = GRANT | keys | {"client_secret": "guess"}
    problem(ask(wrong, **{"X-Forwarded-For": "198.51.100.1, 192.0.2.1"}), 401, "invalid_client")
    problem(ask(wrong, **{"X-Forwarded-For": "198.51.100.9, 192.0.2.1"}), 429, "rate_limited")
    problem(ask(wrong, **{"X-Forwarded-For": "192.0.2.2"}), 401, "invalid_client")
