"""No statement works, waits or stands idle for ever; what was stopped is a plain page, and what was typed is kept."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.limits import longer
from frontdoor.ui import responses
from referrals.models import Referral
from tests.api.conftest import SMALL_BODY, Caller
from tests.conftest import ROOT, url_for
from tests.factories import AgencyFactory
from tests.referrals.conftest import contact, manager, officer, referral, second_manager, team, worker

__all__ = ["contact", "manager", "officer", "referral", "second_manager", "team", "worker"]

pytestmark = pytest.mark.django_db

#: After what the referral's fixtures did.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
SHOWN = (
    'from django.db import connection as c; k = c.cursor(); k.execute("SELECT '
    + ", ".join(f"current_setting('{name}')" for name in LIMITS)
    + '"); print(*k.fetchone())'
)


def limits_of(said: str, **more: str) -> list[str]:
    """The limits of a connection of a process that begins so."""
    env = {**os.environ, "DATABASE_URL": url_for(connection.settings_dict["NAME"]), "FRONTDOOR_ENV": "demo", **more}
    shown = subprocess.run(
        [sys.executable, "-c", f"{said}; {SHOWN}"], cwd=ROOT, env=env, text=True, capture_output=True, timeout=120
    )
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.split()


def test_pages_and_the_worker_have_limits_and_commands_have_none() -> None:
    assert limits_of("import frontdoor.wsgi", WEB_LOCK_SECONDS="7") == ["30s", "7s", "1min"]
    assert limits_of("import frontdoor.celery, django; django.setup()") == ["5min", "1min", "10min"]
    assert limits_of(
        "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'frontdoor.settings'; django.setup()"
    ) == ["0", "0", "0"]


def test_the_mail_server_is_not_waited_for_longer_than_a_transaction_may_stand_idle() -> None:
    assert 0 < settings.EMAIL_TIMEOUT < settings.DB_LIMITS["worker"]["idle_in_transaction_session_timeout"]


def now(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def test_what_takes_longer_has_more_time_and_only_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DB_LIMITED", "worker")
    with longer("import"):
        assert (now("statement_timeout"), now("idle_in_transaction_session_timeout")) == ("1h", "1h")
    assert (now("statement_timeout"), now("idle_in_transaction_session_timeout")) == ("5min", "10min")


def hang(table: str, on: str) -> None:
    """Whoever writes this table waits, and a limit stops them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE NONE")
        cursor.execute(
            "CREATE FUNCTION hangs() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$"
        )
        cursor.execute(f"CREATE TRIGGER hangs BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION hangs()")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED; SET LOCAL ROLE frontdoor_app")
        cursor.execute("SET LOCAL statement_timeout = '2s'")


def test_a_statement_that_is_stopped_is_a_plain_page_that_keeps_what_was_typed(
    referral: Referral, manager: User, client: Client
) -> None:
    client.force_login(manager)
    client.raise_request_exception = False
    address = f"/referrals/{referral.reference}/do/close/"
    hang("referrals_referral", "UPDATE")
    answer = client.post(
        address, {"version": referral.version, "closure_reason": "RC7", "what_changed": "The dog is gone."}
    )
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    words = answer.content.decode()
    assert "The service is busy" in words
    assert "What you sent is kept" in words
    referral.refresh_from_db()
    assert referral.status != "closed"
    assert "The dog is gone." in client.get(address).content.decode()


def test_the_api_says_that_it_may_be_sent_again() -> None:
    police = Caller(AgencyFactory.create())
    police.client.raise_request_exception = False
    hang("contacts_contact", "INSERT")
    answer = police.post("contacts", SMALL_BODY)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    problem = answer.json()
    assert (problem["code"], problem["status"]) == ("unavailable", 503)


def test_only_what_the_database_could_not_do_now_is_busy(client: Client) -> None:
    request = client.get("/health/live").wsgi_request
    for problem, status in ((OperationalError("no"), 503), (KeyError("no"), 500)):
        try:
            raise problem
        except (OperationalError, KeyError):
            assert responses.server_error(request).status_code == status
