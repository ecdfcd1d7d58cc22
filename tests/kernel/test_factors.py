"""Every factor is limited, leaves its row and is told to its owner; the list of sessions shows half-signed-in ones."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.utils import timezone

from frontdoor.accounts.models import SignIn, User
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import LONGEST_TEXT
from frontdoor.notifications.models import Notice
from frontdoor.staff.told import TELLINGS
from tests.kernel.test_passkeys import SIGN_IN as BY_PASSKEY
from tests.kernel.test_passkeys import Passkey, challenge
from tests.kernel.test_second_factor import PASSWORD, an_officer, code, key, password, right

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def officer(db: None) -> User:
    made = an_officer()
    made.email = "una@council.example"
    made.save()
    return made


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("admin", "Ada Minns", roles=["administrator"])


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user, kind="sign-in").order_by("pk").values_list("text", flat=True))


@pytest.mark.parametrize("factor", ["app", "recovery code", "key"])
def test_ten_wrong_ones_are_limited_audited_and_told(officer: User, ada: User, factor: str) -> None:
    client = Client()
    password(client)
    tries: dict[str, Callable[[Client], int]] = {
        "app": code, "recovery code": lambda given: code(given, "abcd-efgh"), "key": key,
    }  # fmt: skip
    assert [tries[factor](client) for _ in range(10)] == [200] * 4 + [429] * 6
    assert Entry.objects.filter(event="session.code_failed", actor=officer).count() == 5
    assert Entry.objects.filter(event="session.codes_locked", reference=f"ST-{officer.pk}").count() == 1
    assert told(officer) == [TELLINGS["session.code_failed"].owner, TELLINGS["session.codes_locked"].owner]
    assert told(ada) == [
        "The account contact.officer is locked after its password and too many wrong codes: somebody may know the "
        "password."
    ]
    outbox.drain(timezone.now())
    assert [message.to for message in mail.outbox] == [["una@council.example"]]


def test_ten_wrong_passkeys_are_audited_and_told_and_lock_nobody_out(officer: User) -> None:
    client, passkey = Client(), Passkey(officer)
    for _ in range(10):
        challenge(client)
        client.post(BY_PASSKEY, {"credential": passkey.answer(b"1" * 32)})
    assert Entry.objects.filter(event="session.failed", actor=None, reference="").count() == 10
    assert told(officer) == [TELLINGS["session.passkey_failed"].owner]
    assert client.post(BY_PASSKEY, {"credential": passkey.answer(challenge(client))})["Location"] == "/"


def test_a_used_recovery_code_is_told(officer: User) -> None:
    client = Client()
    password(client)
    unused = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    assert code(client, unused) == 302
    assert told(officer) == [TELLINGS["session.recovery_code_used"].owner]
    assert Entry.objects.get(event="session.recovery_code_used").actor == officer


def test_a_second_step_that_is_removed_or_made_anew_is_told(
    officer: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = Client()
    password(client)
    assert code(client, right()) == 302
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        made = client.post("/accounts/2fa/recovery-codes/generate/", {})
    assert made["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.post("/accounts/2fa/totp/deactivate/", {}).status_code == 302
    assert told(officer) == [TELLINGS["session.codes_made"].owner, TELLINGS["session.factor_removed"].owner]
    outbox.drain(timezone.now())
    assert len(mail.outbox) == 2


def test_an_administrator_unlocks_codes_as_well(officer: User, ada: User) -> None:
    client = Client()
    password(client)
    for _ in range(5):
        code(client)
    office = Client()
    office.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert "Locked out" in office.get(f"/staff/{officer.pk}/").content.decode()
    office.post(f"/staff/{officer.pk}/", {"unlock": "1"})
    assert "Locked out" not in office.get(f"/staff/{officer.pk}/").content.decode()
    again = Client()
    password(again)
    assert code(again, right()) == 302


def test_the_list_of_sessions_shows_half_signed_in_ones_and_ends_them(officer: User) -> None:
    half = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.9")
    password(half)
    mine = Client()
    password(mine)
    assert code(mine, right()) == 302
    text = mine.get("/sign-ins/").content.decode()
    assert "Firefox on Windows" in text
    assert "203.0.113.9" in text
    assert text.count("Waits for the second step") == 1
    assert text.count("This one") == 1
    waiting = SignIn.objects.get(is_half=True)
    assert mine.post("/sign-ins/", {"end": str(waiting.pk)}).status_code == 302
    assert "Waits for the second step" not in mine.get("/sign-ins/").content.decode()
    assert half.get("/accounts/2fa/authenticate/").status_code == 302, "it has to begin again with the password"
    assert Entry.objects.get(event="session.ended").actor == officer


def test_all_others_are_ended_at_once_and_nobody_ends_somebody_elses(officer: User, db: None) -> None:
    clients = []
    for _ in range(3):
        client = Client()
        password(client)
        clients.append(client)
    Passkey(officer)
    mine, passkey = Client(), Passkey(User.objects.create_user("duty.manager", "Dora Manager", roles=["duty_manager"]))
    mine.post(BY_PASSKEY, {"credential": passkey.answer(challenge(mine))})
    theirs = SignIn.objects.filter(user=officer).first()
    assert theirs
    answer = mine.post("/sign-ins/", {"end": str(theirs.pk)}, follow=True)
    assert "This session is over already" in answer.content.decode()
    assert SignIn.objects.filter(user=officer).count() == 3
    mine.post("/sign-ins/", {"others": "1"})
    assert mine.get("/drafts/").status_code == 200
    assert SignIn.objects.filter(user=officer).count() == 3


def test_what_is_told_is_never_cut() -> None:
    assert [event for event, telling in TELLINGS.items() if len(telling.owner) > LONGEST_TEXT] == []
    longest = "x" * 60
    assert [
        event
        for event, telling in TELLINGS.items()
        if len(f"The account {longest} {telling.administrators}.") > LONGEST_TEXT
    ] == []
