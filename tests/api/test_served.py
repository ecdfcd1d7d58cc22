"""Through the real web server: a token from the command, a contact, a kill, and the very same answer after it."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.api.conftest import SMALL_BODY
from tests.conftest import Served


def call(served: Served, token: str, path: str, body: Any = None, key: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{served.url}/api/v1/{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


@pytest.mark.slow
def test_an_answered_contact_outlives_a_kill(served: Served) -> None:
    token = served.manage("agency_token", "school").strip()
    status, first = call(served, token, "contacts", SMALL_BODY, "kept")
    assert status == 201, first
    served.kill()
    served.start()
    assert call(served, token, "contacts", SMALL_BODY, "kept") == (201, first)
    reference = json.loads(first)["reference"]
    assert json.loads(call(served, token, f"contacts/{reference}")[1]) == json.loads(first)
    other = served.manage("agency_token", "police").strip()
    assert call(served, other, f"contacts/{reference}")[0] == 404


@pytest.mark.slow
def test_a_full_batch_is_answered(served: Served) -> None:
    """500 at once through the server as it is deployed: no limit of the server cuts it off."""
    token = served.manage("agency_token", "health").strip()
    items = [{**SMALL_BODY, "idempotency_key": f"f{number}"} for number in range(500)]
    status, answer = call(served, token, "contacts/batch", {"items": items})
    assert status == 207
    assert {row["status"] for row in json.loads(answer)["results"]} == {201}
