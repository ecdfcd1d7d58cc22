"""In production nothing but the owner's commands works with a login that owns the tables."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from tests.conftest import url_for

ROOT = Path(__file__).resolve().parents[2]
SWEEP = ["manage.py", "sweep"]
WEB = ["-c", "import frontdoor.wsgi"]
CELERY = ["-m", "celery", "-A", "frontdoor.celery:app"]
WORKER, BEAT = [*CELERY, "--quiet", "worker"], [*CELERY, "--quiet", "beat", "--pidfile="]
AS_ROLE = "options=-c%20role%3Dfrontdoor_app"


@pytest.fixture
def limited(db: None) -> Iterator[str]:
    """A login of its own with the application's role and nothing else."""
    name = f"frontdoor_login_{os.getpid()}"
    with psycopg.connect(settings.OWNER_URL, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(sql.Identifier(name), sql.Identifier(settings.APP_ROLE))
        )
        try:
            yield url_for(connection.settings_dict["NAME"]).replace("//frontdoor@", f"//{name}@")
        finally:
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def start(words: list[str], app_url: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "FRONTDOOR_OWNER"}
    env |= {
        "DATABASE_URL": url_for(connection.settings_dict["NAME"]), "DATABASE_APP_URL": app_url,
        "FRONTDOOR_ENV": "production", "SECRET_KEY": "a-long-secret-of-a-test-that-is-never-used-anywhere-else",
        "ALLOWED_HOSTS": "example.org", **more,
    }  # fmt: skip
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=env, text=True, capture_output=True, timeout=120)


@pytest.mark.django_db
@pytest.mark.parametrize("words", [SWEEP, WEB, WORKER, BEAT], ids=["command", "web", "worker", "beat"])
def test_the_owner_s_login_is_refused_with_one_line(words: list[str], tmp_path: Path) -> None:
    if words is BEAT:
        words = [*words, "-s", str(tmp_path / "schedule")]
    owner = url_for(connection.settings_dict["NAME"])
    # Having taken on the application's role does not help: it can be laid down again.
    refused = start(words, owner + ("&" if "?" in owner else "?") + AS_ROLE)
    assert refused.returncode != 0
    assert refused.stderr.strip().splitlines() == [
        "The database login frontdoor owns tables or may act for their owner: give one in DATABASE_APP_URL that only "
        "has the role frontdoor_app (see docs/how-to/administer.md)."
    ]


@pytest.mark.django_db
def test_a_login_of_its_own_is_required_and_no_switch_gets_round_it() -> None:
    missing = start(SWEEP, "")
    assert (missing.returncode, "DATABASE_APP_URL is missing" in missing.stderr) == (1, True)
    switched = start(SWEEP, url_for(connection.settings_dict["NAME"]), FRONTDOOR_OWNER="1")
    assert (switched.returncode, "owns tables" in switched.stderr) == (1, True)
    checked = start(["manage.py", "check", "--database", "default"], url_for(connection.settings_dict["NAME"]))
    assert (checked.returncode, "frontdoor.E002" in checked.stderr) == (1, True)


def test_a_limited_login_works_and_the_owner_migrates(limited: str) -> None:
    swept = start(SWEEP, limited)
    assert (swept.returncode, swept.stdout.strip().splitlines()[-1:]) == (0, ["flagged=0 warned=0 running=0"])
    assert start(WEB, limited).returncode == 0
    assert start(["manage.py", "migrate", "-v", "0"], limited).returncode == 0


@pytest.mark.django_db
def test_elsewhere_the_owner_s_login_in_the_application_s_role_is_enough() -> None:
    assert start(SWEEP, "", FRONTDOOR_ENV="demo").returncode == 0
