"""Signing in: lock-out, time-outs, second factors, and the trace each leaves."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry

PASSWORD = "a long and private sentence"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("contact.officer", "Una Officer", PASSWORD, roles=["contact_officer"])


def sign_in(client: Client, password: str = PASSWORD, login: str = "contact.officer") -> int:
    return client.post("/accounts/login/", {"login": login, "password": password}).status_code


def test_the_right_password_signs_in_and_is_kept_as_evidence(client: Client, officer: User) -> None:
    assert sign_in(client) == 302
    assert client.get("/drafts/").status_code == 200
    assert Entry.objects.get(event="session.signed_in").actor == officer


def test_the_user_name_may_be_typed_in_capitals(client: Client, officer: User) -> None:
    assert sign_in(client, login="Contact.Officer") == 302


def test_five_wrong_passwords_lock_out_even_the_right_one(client: Client, officer: User) -> None:
    answers = [sign_in(client, "wrong") for _ in range(5)]
    assert answers[-1] == 429
    answer = client.post("/accounts/login/", {"login": "contact.officer", "password": PASSWORD})
    assert answer.status_code == 429
    assert b"too many attempts" in answer.content
    assert Entry.objects.filter(event="session.failed", actor=None).exists()


def test_the_lock_out_ends(client: Client, officer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        for _ in range(5):
            sign_in(client, "wrong")
        clock.shift(timedelta(minutes=16))
        assert sign_in(client) == 302


def test_an_idle_session_ends(client: Client, officer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client)
        clock.shift(timedelta(minutes=29))
        assert client.get("/drafts/").status_code == 200
        clock.shift(timedelta(minutes=31))
        assert client.get("/drafts/").status_code == 302


def test_a_busy_session_ends_too(client: Client, officer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        sign_in(client)
        last = 0
        for _ in range(30):
            clock.shift(timedelta(minutes=25))
            last = client.get("/drafts/").status_code
        assert last == 302


def test_someone_who_left_is_out_at_once(client: Client, officer: User) -> None:
    sign_in(client)
    User.objects.update(is_active=False)
    assert client.get("/drafts/").status_code == 302


def test_where_a_second_factor_is_demanded_nothing_opens_without_one(
    client: Client, officer: User, settings: LazySettings
) -> None:
    settings.MFA_REQUIRED = True
    sign_in(client)
    answer = client.get("/drafts/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


def test_nobody_signs_up(client: Client, db: None) -> None:
    answer = client.post("/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.filter(username="x").exists()
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize("password", ["short", "password1234", "contact.officer1"])
def test_weak_passwords_are_refused(client: Client, officer: User, password: str) -> None:
    sign_in(client)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password})
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)
