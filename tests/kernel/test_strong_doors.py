"""Cookies, sign-out, strong and fresh factors, breached passwords."""

import hashlib
import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.accounts.passwords import BreachedPasswordValidator, is_listed
from tests.kernel.test_passkeys import SIGN_IN as BY_PASSKEY
from tests.kernel.test_passkeys import Passkey, challenge
from tests.kernel.test_second_factor import SECRET, right

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "a long and private sentence"
ASKED = "import django; django.setup(); from django.conf import settings as s; print({})"
NAMES = (
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
    "MESSAGE_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
)


@pytest.fixture
def dora(db: None) -> User:
    return User.objects.create_user("duty.manager", "Dora Manager", PASSWORD, roles=["duty_manager"])


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "Ada Minns", PASSWORD, roles=["administrator"])


def by_password(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    return client


def with_settings(**given: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "frontdoor.settings", **given}
    command = [sys.executable, "-c", ASKED.format(", ".join(f"s.{name}" for name in NAMES))]
    return subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True)


HOST = "__Host-sessionid __Host-csrftoken __Host-messages True True"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"PUBLIC_URL": "https://front.example"}, HOST),
        ({"PUBLIC_URL": "http://127.0.0.1:8000"}, "sessionid csrftoken messages False False"),
    ],
)
def test_cookies_are_for_this_host_and_tls_alone_wherever_tls_stands_in_front(
    given: dict[str, str], names: str
) -> None:
    ended = with_settings(**given)
    assert ended.stdout.strip() == names, ended.stderr


def test_the_browser_keeps_nothing_of_ours_after_a_sign_out_and_everything_of_others(
    dora: User, settings: LazySettings
) -> None:
    client = by_password(dora)
    client.cookies[settings.MESSAGE_COOKIE_NAME] = "what the last page said"
    assert "Clear-Site-Data" not in client.get("/accounts/logout/")
    answer = client.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"', "cookies there are those of the council's whole domain"
    for name in (settings.SESSION_COOKIE_NAME, settings.MESSAGE_COOKIE_NAME):
        ended = answer.cookies[name]
        assert (ended.value, ended["max-age"], ended["path"], ended["domain"]) == ("", 0, "/", "")


def test_a_code_is_not_enough_where_a_passkey_is_demanded_of_the_role(dora: User, settings: LazySettings) -> None:
    settings.PASSKEY_ROLES = ["duty_manager"]
    TOTP.activate(dora, SECRET)
    client = by_password(dora)
    client.post("/accounts/2fa/authenticate/", {"code": right()})
    assert client.get("/drafts/")["Location"] == "/accounts/2fa/", "they are sent to where a key is added"
    passkey = Passkey(dora)
    asked = client.get("/drafts/")
    assert asked["Location"] == "/accounts/2fa/webauthn/reauthenticate/?next=%2Fdrafts%2F"
    assert client.get(asked["Location"]).status_code == 200
    assert client.get("/drafts/", headers={"HX-Request": "true"}).status_code == 401
    by_key = Client()
    by_key.post(BY_PASSKEY, {"credential": passkey.answer(challenge(by_key))})
    assert by_key.get("/drafts/").status_code == 200


def test_with_a_code_alone_nobody_adds_a_key_of_their_own_where_there_is_one(
    dora: User, settings: LazySettings
) -> None:
    settings.PASSKEY_ROLES = ["duty_manager"]
    TOTP.activate(dora, SECRET)
    passkey = Passkey(dora)
    client = by_password(dora)
    client.post("/accounts/2fa/authenticate/", {"code": right()})
    held = (
        "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/", "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/generate/", "/accounts/password/change/",
        "/accounts/3rdparty/",
    )  # fmt: skip
    for page in held:
        for answer in (client.get(page), client.post(page, {})):
            assert answer.status_code == 302, page
            assert answer["Location"].startswith("/accounts/2fa/webauthn/reauthenticate/?next="), page
    for page in ("/accounts/logout/", "/accounts/reauthenticate/", "/accounts/2fa/webauthn/reauthenticate/"):
        answer = client.get(page)
        assert answer.status_code == 200 or "/webauthn/reauthenticate/?next=" not in answer["Location"], page
    by_key = Client()
    by_key.post(BY_PASSKEY, {"credential": passkey.answer(challenge(by_key))})
    assert by_key.get("/accounts/2fa/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/accounts/login/").status_code == 200


def test_another_role_is_asked_for_none(dora: User, settings: LazySettings) -> None:
    settings.PASSKEY_ROLES = ["administrator"]
    assert by_password(dora).get("/drafts/").status_code == 200


def test_breaking_the_glass_asks_for_a_fresh_factor_and_recording_never_does(
    dora: User, settings: LazySettings
) -> None:
    settings.FRESH_FACTOR_MINUTES = 15
    with time_machine.travel(NOW, tick=False) as clock:
        client = by_password(dora)
        assert client.get("/people/break-glass/").status_code == 200
        clock.shift(timedelta(minutes=16))
        asked = client.get("/people/break-glass/")
        assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fpeople%2Fbreak-glass%2F"
        for page in ("/contacts/new/", "/contacts/queue/", "/contacts/queue/rota/", "/handover/"):
            assert client.get(page).status_code != 302 or "reauthenticate" not in client.get(page)["Location"], page
        client.post(asked["Location"], {"password": PASSWORD})
        assert client.get("/people/break-glass/").status_code == 200
        clock.shift(timedelta(minutes=20))
        sent = client.post("/people/break-glass/", {})
        assert sent.status_code == 422, "a form that was opened in time is judged, not lost"


def test_with_a_second_step_the_password_alone_is_not_fresh(dora: User, settings: LazySettings) -> None:
    settings.FRESH_FACTOR_MINUTES = 15
    TOTP.activate(dora, SECRET)
    with time_machine.travel(NOW, tick=False) as clock:
        client = by_password(dora)
        client.post("/accounts/2fa/authenticate/", {"code": right()})
        clock.shift(timedelta(minutes=16))
        assert client.get("/people/break-glass/")["Location"].startswith("/accounts/2fa/reauthenticate/")
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert client.get("/people/break-glass/").status_code == 302
        client.post("/accounts/2fa/reauthenticate/", {"code": right()})
        assert client.get("/people/break-glass/").status_code == 200


def test_changing_roles_and_exports_ask_for_a_fresh_factor(ada: User, settings: LazySettings) -> None:
    settings.FRESH_FACTOR_MINUTES = 15
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    for page in (f"/staff/{ada.pk}/change/", "/staff/add/", "/account-changes/", "/rules/file/export/"):
        answer = client.get(page)
        assert answer.status_code == 302, page
        assert answer["Location"].startswith("/accounts/reauthenticate/"), page
    ada.roles = ["data_protection_officer"]
    ada.save()
    assert client.get("/who-looked/lists/refusals/").status_code == 200
    export = client.get("/who-looked/lists/refusals/?format=csv")
    assert export["Location"] == "/accounts/reauthenticate/?next=%2Fwho-looked%2Flists%2Frefusals%2F"


def listed(*passwords: str) -> io.BytesIO:
    hashes = sorted(hashlib.sha1(each.encode(), usedforsecurity=False).hexdigest().upper() for each in passwords)
    return io.BytesIO("".join(f"{each}:{number + 1}\r\n" for number, each in enumerate(hashes)).encode())


def test_every_password_of_the_list_is_found_and_no_other() -> None:
    passwords = [f"password number {number}" for number in range(200)]
    for much in (0, 1, 2, 3, 200):
        file = listed(*passwords[:much])
        found = [
            is_listed(file, hashlib.sha1(each.encode(), usedforsecurity=False).hexdigest().upper().encode())
            for each in passwords
        ]
        assert found == [True] * much + [False] * (200 - much)


def test_a_breached_password_is_refused_and_another_taken(dora: User, settings: LazySettings, tmp_path: Path) -> None:
    file = tmp_path / "breached.txt"
    file.write_bytes(listed("correct horse battery", "another known sentence").getvalue())
    settings.BREACHED_PASSWORDS_FILE = str(file)
    with pytest.raises(ValidationError, match="known from a breach"):
        BreachedPasswordValidator().validate("correct horse battery")
    client = by_password(dora)
    for new, is_taken in (("correct horse battery", False), ("nobody else thought of this", True)):
        client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
        dora.refresh_from_db()
        assert dora.check_password(new) == is_taken


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"BREACHED_PASSWORDS_FILE": "/nowhere/breached.txt"}, "there is no file"),
        ({"PASSKEY_ROLES": "administrator,emperor"}, "PASSKEY_ROLES: there is no role emperor"),
        ({"TRUSTED_PROXIES": "0.0.0.0/0"}, "TRUSTED_PROXIES: '0.0.0.0/0' is everybody"),
    ],
)
def test_a_wrong_setting_is_said_at_the_start(given: dict[str, str], told: str) -> None:
    ended = with_settings(**given)
    assert ended.returncode != 0
    assert told in ended.stderr
