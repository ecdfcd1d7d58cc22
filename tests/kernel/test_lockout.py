"""Guessing passwords locks out the guesser, behind a proxy as well, and never the person whose account it is."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.networks import client_address, network_of, read_networks
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice
from tests.kernel.test_passkeys import SIGN_IN as BY_PASSKEY
from tests.kernel.test_passkeys import Passkey, challenge

PASSWORD = "a long and private sentence"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OFFICE, STRANGER, ELSEWHERE = "198.51.100.7", "203.0.113.9", "203.0.113.77"


@pytest.fixture
def dora(db: None) -> User:
    return User.objects.create_user(
        "duty.manager", "Dora Manager", PASSWORD, roles=["duty_manager"], email="dora@council.example"
    )


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("admin", "Ada Minns", PASSWORD, roles=["administrator"])


def sign_in(
    password: str = PASSWORD,
    *,
    through: str = "",
    at: str = "127.0.0.1",
    login: str = "duty.manager",
    browser: str = "x",
) -> int:
    """What signing in answers, ``through`` being the client as the proxy at ``at`` says."""
    client = Client(REMOTE_ADDR=at)
    headers = {"X-Forwarded-For": through} if through else {}
    sent = {"login": login, "password": password}
    headers["User-Agent"] = browser
    return client.post("/accounts/login/", sent, headers=headers).status_code


def test_lock_out_from_one_network_leaves_another_in(dora: User) -> None:
    assert [sign_in("wrong", through=STRANGER) for _ in range(5)][-1] == 429
    assert sign_in(through=STRANGER) == 429, "not even the right one, from there"
    assert sign_in(through=OFFICE) == 302


def test_a_client_does_not_choose_the_place_it_is_counted_under(dora: User) -> None:
    said = [sign_in("wrong", through=f"192.0.2.{number}, {STRANGER}") for number in range(5)]
    assert said[-1] == 429, "what stands before the proxy's own entry is the client's word"
    assert sign_in(through=OFFICE) == 302
    strangers = [sign_in("wrong", through=f"192.0.2.{number}", at=ELSEWHERE) for number in range(5)]
    assert strangers[-1] == 429, "what somebody says who is no proxy of ours counts for nothing"


def test_going_on_trying_does_not_keep_the_door_shut(dora: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            sign_in("wrong", through=OFFICE)
        answers = []
        for _ in range(16):
            clock.shift(timedelta(minutes=1))
            answers.append(sign_in("wrong", through=OFFICE))
        assert answers == [429] * 15 + [200]
        assert sign_in(through=OFFICE) == 302


def test_addresses_of_the_new_kind_are_counted_by_network(dora: User) -> None:
    answers = [sign_in("wrong", through=f"2001:db8:1:2::{number}") for number in range(1, 6)]
    assert answers[-1] == 429
    assert sign_in(through="2001:db8:1:3::1") == 302


def test_another_browser_is_the_same_place(dora: User, ada: User) -> None:
    answers = [sign_in("wrong", through=STRANGER, browser=f"browser {number}") for number in range(5)]
    assert answers[-1] == 429
    office = Client()
    office.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert "Locked out" in office.get(f"/staff/{dora.pk}/").content.decode()


def test_guessing_from_many_places_keeps_strangers_out_and_lets_the_owner_in(
    dora: User, settings: LazySettings
) -> None:
    settings.ACCOUNT_FAILURE_LIMIT = 8
    assert sign_in(through=OFFICE) == 302
    guesses = [sign_in("wrong", through=f"203.0.113.{number}") for number in range(1, 10)]
    assert guesses[:7] == [200] * 7
    assert guesses[7:] == [429] * 2
    assert sign_in(through=ELSEWHERE) == 429, "a place nobody has signed in from"
    assert sign_in("wrong", through=OFFICE) == 200
    assert sign_in(through=OFFICE) == 302
    assert Entry.objects.filter(event="session.flooded", reference=f"ST-{dora.pk}", actor=None).count() == 1


def test_trying_one_password_at_many_accounts_is_stopped_at_its_place(dora: User, settings: LazySettings) -> None:
    settings.NETWORK_FAILURE_LIMIT = 6
    assert sign_in(through=OFFICE) == 302
    answers = [sign_in("Summer2026!", through=OFFICE, login=f"somebody.{number}") for number in range(8)]
    assert answers == [200] * 5 + [429] * 3
    assert sign_in(through=OFFICE) == 302, "the office goes on"


def test_a_passkey_is_a_way_in_while_passwords_are_locked(dora: User) -> None:
    assert [sign_in("wrong") for _ in range(5)][-1] == 429
    client, passkey = Client(), Passkey(dora)
    assert client.post(BY_PASSKEY, {"credential": passkey.answer(challenge(client))})["Location"] == "/"
    assert client.get("/drafts/").status_code == 200


def test_what_locks_an_account_is_evidence_and_told_to_its_owner_and_the_administrator(dora: User, ada: User) -> None:
    for _ in range(10):
        sign_in("wrong", through=STRANGER)
    row = Entry.objects.get(event="session.locked")
    assert (row.actor, row.kind, row.reference) == (None, "denied", f"ST-{dora.pk}")
    told = {notice.user.username: notice.text for notice in Notice.objects.filter(kind="sign-in")}
    assert "Too many wrong passwords were typed for your account" in told["duty.manager"]
    assert told["admin"] == "The account duty.manager is locked in one place after too many wrong passwords."
    outbox.drain(timezone.now())
    [message] = mail.outbox
    assert message.to == ["dora@council.example"]
    assert "Too many wrong passwords" in str(message.body)


def test_the_same_is_told_once_an_hour(dora: User, ada: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(3):
            for _ in range(6):
                sign_in("wrong", through=STRANGER)
            clock.shift(timedelta(minutes=16))
        assert Entry.objects.filter(event="session.locked").count() == 3
        assert Notice.objects.filter(user=dora, kind="sign-in").count() == 1
        clock.shift(timedelta(hours=1))
        for _ in range(5):
            sign_in("wrong", through=STRANGER)
        assert Notice.objects.filter(user=dora, kind="sign-in").count() == 2


def test_a_name_that_is_nobodys_is_locked_alike_and_nobody_is_told(dora: User, ada: User) -> None:
    answers = [sign_in("wrong", through=STRANGER, login="nobody.here") for _ in range(6)]
    assert answers == [200] * 4 + [429] * 2
    assert not Notice.objects.exists()
    assert Entry.objects.get(event="session.locked").reference == ""


def test_the_old_password_is_no_place_to_guess_from_an_open_session(dora: User) -> None:
    client = Client()
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    new = {"password1": "another long sentence", "password2": "another long sentence"}
    answers = [
        client.post("/accounts/password/change/", {**new, "oldpassword": f"guess {number}"}).status_code
        for number in range(5)
    ]
    assert answers[-1] == 429
    assert Entry.objects.filter(event="session.failed").count() == 5
    client.post("/accounts/password/change/", {**new, "oldpassword": PASSWORD})
    dora.refresh_from_db()
    assert dora.check_password(PASSWORD)


def test_the_right_old_password_changes_it_and_is_told_to_the_owner(dora: User) -> None:
    client = Client()
    client.force_login(dora, backend="django.contrib.auth.backends.ModelBackend")
    new = {"oldpassword": PASSWORD, "password1": "another long sentence", "password2": "another long sentence"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    dora.refresh_from_db()
    assert dora.check_password("another long sentence")
    assert Entry.objects.get(event="session.password_changed").actor == dora
    assert Notice.objects.get(user=dora).text.startswith("Your password was changed.")


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.2", "203.0.113.9:4711", "203.0.113.9"),
        ("10.0.0.2", "[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:10.0.0.2", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.9, nonsense", "10.0.0.2"),
        ("203.0.113.1", "203.0.113.9", "203.0.113.1"),
        ("", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy_of_ours(peer: str, forwarded: str, found: str) -> None:
    assert client_address(peer, forwarded, read_networks(["127.0.0.0/8", "10.0.0.2/32"])) == found


def test_places_are_addresses_of_the_old_kind_and_networks_of_the_new() -> None:
    assert network_of("203.0.113.9") == "203.0.113.9"
    assert network_of("::ffff:203.0.113.9") == "203.0.113.9"
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::"


@pytest.mark.parametrize("named", ["everybody", "10.1.2.3/8", "0.0.0.0/0", "::/0"])
def test_a_proxy_that_is_none_or_everybody_is_refused(named: str) -> None:
    with pytest.raises(ValueError, match=r"is no network|is everybody"):
        read_networks([named])
