"""A forgotten password: the same answer for everybody, the message by the outbox, and a way back in."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.notifications import outbox
from frontdoor.notifications.models import Notice, Outbox
from frontdoor.quiet import fit_to_log

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ASK = "/accounts/password/reset/"
PASSWORD = "a long and private sentence"
NEW = "a-long-walk-to-the-sea"


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user(
        "contact.officer", "Una Officer", PASSWORD, roles=["contact_officer"], email="Una@council.example"
    )


def ask(address: str, client: Client | None = None) -> Any:
    return (client or Client()).post(ASK, {"email": address})


def no_mail_server(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1


def test_known_and_unknown_get_the_same_answer_with_no_mail_server(officer: User, settings: Any) -> None:
    no_mail_server(settings)
    ask("warms@up.example")  # what is read once and kept
    answers, asked = [], []
    for address in ("una@council.example", "nobody@council.example"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = ask(address)
        asked.append([re.sub(r"'[^']*'|\d+", "?", each["sql"]) for each in queries.captured_queries])
        answers.append((answer.status_code, answer["Location"], answer.content, sorted(answer.headers)))
    assert answers[0] == answers[1]
    assert answers[0][0] == 302
    assert len(asked[0]) == len(asked[1]), "the same work, so that the time it takes says nothing"


def test_a_link_goes_to_the_address_on_the_account_and_nothing_to_an_unknown_one(officer: User) -> None:
    ask("una@COUNCIL.example")
    ask("nobody@council.example")
    assert mail.outbox == []
    assert all(set(row.payload) == {"users"} for row in Outbox.objects.all()), "no address waits in the outbox"
    outbox.drain(timezone.now())
    [message] = mail.outbox
    assert message.to == ["Una@council.example"]
    assert "If it was not you, do nothing" in str(message.body)
    assert Entry.objects.filter(event="staff.link_asked", actor=None).count() == 2


def test_no_link_goes_to_an_ended_account(officer: User) -> None:
    ask("una@council.example")
    User.objects.update(is_active=False)
    ask("una@council.example")
    outbox.drain(timezone.now())
    assert mail.outbox == []


def test_asking_is_limited_alike_for_known_and_unknown(officer: User) -> None:
    for address in ("una@council.example", "nobody@council.example"):
        answers = [ask(address).status_code for _ in range(7)]
        assert answers == [302] * 5 + [429] * 2


def test_a_chosen_password_is_told_to_its_owner_and_opens_a_locked_account(officer: User) -> None:
    client = Client()
    for _ in range(6):
        client.post("/accounts/login/", {"login": "contact.officer", "password": "wrong"})
    ask("una@council.example")
    outbox.drain(timezone.now())
    address = re.search(r"https?://[^/]+(/\S+reset/key/\S+)", str(mail.outbox[-1].body))
    assert address
    form = client.get(address[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    answer = client.post("/accounts/login/", {"login": "contact.officer", "password": NEW})
    assert answer.status_code == 302
    assert Entry.objects.filter(event="session.password_reset", reference=f"ST-{officer.pk}").exists()
    told = [notice.text for notice in Notice.objects.filter(user=officer)]
    assert [text for text in told if text.startswith("A new password was chosen by the link")]


def test_the_key_of_a_link_stands_in_no_log() -> None:
    assert (
        fit_to_log("GET /accounts/password/reset/key/1a-c0ffee-babe/ 200") == "GET /accounts/password/reset/key/…/ 200"
    )


def test_nobody_adds_an_address_of_their_own(officer: User, client: Client) -> None:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x/"):
        answer = client.post(path, {"email": "mine@elsewhere.example", "action_add": ""})
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/"), path
    ask("mine@elsewhere.example")
    outbox.drain(timezone.now())
    assert mail.outbox == []
