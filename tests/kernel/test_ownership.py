"""In production nothing but the owner's commands works with a login that owns the tables."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.conftest import url_for
from tests.kernel.pooler import pooler

ROOT = Path(__file__).resolve().parents[2]
SWEEP = ["manage.py", "sweep"]
WEB = ["-c", "import frontdoor.wsgi"]
CELERY = ["-m", "celery", "-A", "frontdoor.celery:app"]
WORKER, BEAT = [*CELERY, "--quiet", "worker"], [*CELERY, "--quiet", "beat", "--pidfile="]
AS_ROLE = "options=-c%20role%3Dfrontdoor_app"


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


@pytest.mark.django_db
def test_in_production_a_pooler_that_drops_options_does_not_make_it_the_owner(limited: str) -> None:
    name = connection.settings_dict["NAME"]
    login = limited.partition("@")[0].rpartition("/")[2]
    with pooler() as through:
        refused = start(SWEEP, f"{through}/{name}?{AS_ROLE}")
        assert (refused.returncode, "login frontdoor owns tables" in refused.stderr) == (1, True)
        works = start(SWEEP, f"{through}/{name}".replace("//frontdoor@", f"//{login}@"))
        assert works.returncode == 0, works.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("words", [WEB, WORKER, BEAT], ids=["web", "worker", "beat"])
def test_elsewhere_the_start_looks_whether_the_role_was_taken_on(words: list[str], tmp_path: Path) -> None:
    if words is BEAT:
        words = [*words, "-s", str(tmp_path / "schedule")]
    with pooler() as through:
        refused = start(words, "", FRONTDOOR_ENV="demo", DATABASE_URL=f"{through}/{connection.settings_dict['NAME']}")
    assert refused.returncode != 0
    (told,) = refused.stderr.strip().splitlines()
    assert told.startswith("The connection works as frontdoor, who owns the tables, and did not take on the role")


def test_the_web_in_production_holds_no_password_of_the_owner(limited: str) -> None:
    said = "import frontdoor.wsgi, os; from django.conf import settings as s; "
    held = "print(os.environ.get('DATABASE_URL'), repr(s.OWNER_URL), s.DATABASES['default']['USER'])"
    shown = start(["-c", said + held], limited)
    login = limited.partition("@")[0].rpartition("/")[2]
    assert shown.stdout.split() == ["None", "''", login], shown.stderr


def test_in_production_no_owner_s_address_is_needed(limited: str) -> None:
    swept = start(SWEEP, limited, DATABASE_URL="")
    assert swept.returncode == 0, swept.stderr


@pytest.mark.django_db
def test_elsewhere_the_role_is_enough_for_the_web() -> None:
    assert start(WEB, "", FRONTDOOR_ENV="demo").returncode == 0
