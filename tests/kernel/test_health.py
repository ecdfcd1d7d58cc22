"""Is it alive, is it ready."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.conftest import url_for

ROOT = Path(__file__).resolve().parents[2]
#: Fills the pool from as many threads as it holds, lets the owner end every one of its sessions, and asks again.
AFTER_A_RESTART = """
import json, threading
import django
django.setup()
import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client

together = threading.Barrier(settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"])

def hold():
    connection.ensure_connection()
    together.wait()
    connection.close()

threads = [threading.Thread(target=hold) for _ in range(together.parties)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with psycopg.connect(settings.OWNER_URL, autocommit=True, application_name="owner") as owner:
    ended = owner.execute(
        "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 5000) AS gone FROM pg_stat_activity "
        "WHERE application_name = 'restarted') AS them WHERE gone"
    ).fetchone()[0]
answers = [Client().get("/health/ready").status_code for _ in range(together.parties)]
print(json.dumps({"ended": ended, "answers": answers}))
"""


@pytest.mark.django_db
def test_ready_while_the_database_answers_and_is_migrated(client: Client) -> None:
    assert client.get("/health/ready").status_code == 200


def test_live_needs_nothing(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "live"}


@pytest.mark.django_db
def test_a_probe_may_ask_by_number_and_nobody_else(client: Client) -> None:
    assert client.get("/health/live", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/health/ready", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/accounts/login/", headers={"host": "10.1.2.3:8000"}).status_code == 400


@pytest.mark.django_db
def test_the_sign_in_page_is_served(client: Client) -> None:
    answer = client.get("/accounts/login/")
    assert answer.status_code == 200
    assert b'name="login"' in answer.content
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_after_a_restart_of_the_database_no_request_meets_a_dead_connection() -> None:
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "frontdoor.settings",
        "DATABASE_URL": url_for(connection.settings_dict["NAME"]),
        "FRONTDOOR_POOL": "1",
        "POOL_SIZE": "6",
        "PGAPPNAME": "restarted",
    }
    ended = subprocess.run([sys.executable, "-c", AFTER_A_RESTART], cwd=ROOT, env=env, text=True, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"ended": 6, "answers": [200] * 6}
