"""Wrong codes of the second factor lock as wrong passwords do, and each leaves its row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.db import connection
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.accounts.second_factor import CountedKey, KeyAgainForm
from frontdoor.audit.models import Entry

PASSWORD = "a long and private sentence"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def an_officer() -> User:
    user = User.objects.create_user("contact.officer", "Una Officer", PASSWORD, roles=["contact_officer"])
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def officer(db: None) -> User:
    return an_officer()


def right() -> str:
    return str(format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time()))))


def password(client: Client) -> None:
    client.post("/accounts/login/", {"login": "contact.officer", "password": PASSWORD})


def code(client: Client, typed: str = "000000", path: str = "/accounts/2fa/authenticate/") -> int:
    return client.post(path, {"code": typed}).status_code


def failures(user: User) -> int:
    return Entry.objects.filter(event="session.code_failed", actor=user, kind="denied").count()


def test_five_wrong_codes_lock_out_even_the_right_one_wherever_it_comes_from(officer: User) -> None:
    client = Client()
    password(client)
    answers = [code(client) for _ in range(200)]
    assert answers[:5] == [200, 200, 200, 200, 429]
    assert set(answers[4:]) == {429}
    assert failures(officer) == 5
    assert Entry.objects.filter(event="session.codes_locked", actor=officer).count() == 1
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    password(elsewhere)
    assert code(elsewhere, right()) == 429
    assert code(elsewhere, Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]) == 429
    assert elsewhere.get("/drafts/").status_code == 302


def test_the_lock_ends_and_the_right_code_begins_the_count_anew(officer: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        client = Client()
        password(client)
        for _ in range(5):
            code(client)
        clock.shift(timedelta(minutes=14))
        password(client)
        assert code(client, right()) == 429
        clock.shift(timedelta(minutes=2))
        password(client)
        assert [code(client) for _ in range(4)] == [200] * 4
        assert code(client, right()) == 302
        assert client.get("/drafts/").status_code == 200
        again = Client()
        password(again)
        assert [code(again) for _ in range(4)] == [200] * 4


def test_wrong_recovery_codes_and_the_page_that_asks_once_more_count_too(officer: User) -> None:
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        password(client)
        assert [code(client, "abcd-efgh") for _ in range(2)] == [200, 200]
        assert code(client, right()) == 302
        clock.shift(timedelta(minutes=10))
        answers = [code(client, path="/accounts/2fa/reauthenticate/") for _ in range(6)]
        assert answers == [200] * 4 + [429] * 2
        assert failures(officer) == 7


def test_many_at_once_are_counted_one_by_one(committed: None) -> None:
    officer = an_officer()
    client = Client()
    password(client)
    cookies = client.cookies

    def tries(_: int) -> int:
        one = Client()
        one.cookies = cookies
        try:
            return code(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(tries, range(24)))
    assert answers.count(200) <= 4
    assert failures(officer) == 5


def key(client: Client) -> int:
    """A security key that is none of the account's."""
    credential = '{"id": "AAAA", "rawId": "AAAA", "type": "public-key"}'
    return client.post("/accounts/2fa/authenticate/", {"credential": credential}).status_code


def test_wrong_security_keys_count_and_lock_as_wrong_codes_do(officer: User) -> None:
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        password(client)
        assert [code(client), key(client), key(client), code(client), key(client)] == [200] * 4 + [429]
        assert failures(officer) == 5
        assert Entry.objects.filter(event="session.codes_locked", actor=officer).count() == 1
        assert code(client, right()) == 429
        clock.shift(timedelta(minutes=16))
        password(client)
        assert code(client, right()) == 302


def test_a_key_asked_for_once_more_is_counted_too() -> None:
    assert ReauthenticateWebAuthnView().get_form_class() is KeyAgainForm
    assert issubclass(KeyAgainForm, CountedKey)
