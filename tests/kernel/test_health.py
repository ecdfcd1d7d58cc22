"""Is it alive, is it ready."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_ready_while_the_database_answers_and_is_migrated(client: Client) -> None:
    assert client.get("/health/ready").status_code == 200


def test_live_needs_nothing(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}


@pytest.mark.django_db
def test_the_sign_in_page_is_served(client: Client) -> None:
    answer = client.get("/accounts/login/")
    assert answer.status_code == 200
    assert b'name="login"' in answer.content
    assert "no-store" in answer["Cache-Control"]
