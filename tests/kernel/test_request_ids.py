"""Each request has a reference: in its answer, on the error page somebody reads out, and in every line of the log."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from structlog.stdlib import ProcessorFormatter

from frontdoor import access
from frontdoor.urls import urlpatterns as all_patterns


@access.public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


urlpatterns = [path("broken/", broken), *all_patterns]
handler404 = "frontdoor.ui.responses.not_found"
handler500 = "frontdoor.ui.responses.server_error"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product writes to its log, as it is set up to write it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    formatters: dict[str, Any] = settings.LOGGING["formatters"]
    given = {name: value for name, value in formatters["json"].items() if name != "()"}
    handler.setFormatter(ProcessorFormatter(**given))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_the_error_page_says_the_reference_the_answer_and_the_log_carry(client: Client, log: io.StringIO) -> None:
    client.raise_request_exception = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "ROOT_URLCONF", __name__)
        answer = client.get("/broken/")
    assert answer.status_code == 500
    reference = answer["X-Request-ID"]
    assert len(reference) == 10
    page = answer.content.decode()
    assert "Quote this reference" in page
    assert reference in page
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert "broken on purpose" in log.getvalue()
    assert {line.get("request_id") for line in lines} == {reference}


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_a_page_that_is_not_there_says_its_reference(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/nowhere/", headers=headers)
    assert answer.status_code == 404
    assert answer["X-Request-ID"] in answer.content.decode()


@pytest.mark.django_db
def test_a_proxys_own_reference_is_kept_and_anything_else_is_not(client: Client) -> None:
    given = "6f1c2a34-7b7e-4e0c-9a55-0d6f2f1f8f11"
    assert client.get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"] == given
    for wrong in ("Sam Example 2017-03-03", "short", "x" * 65, "<script>alert(1)</script>"):
        assert client.get("/health/live", headers={"X-Request-ID": wrong})["X-Request-ID"] != wrong
