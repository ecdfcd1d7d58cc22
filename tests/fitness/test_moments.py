"""No test depends on the day it is run: its moment is the program's and the database's, and none reads it too early."""

import ast
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.grants import is_history
from tests.conftest import ROOT
from tests.moments import HARD, LONDON, ORDINARY, has_its_own, say_moment

A_MOMENT = timedelta(seconds=30)
#: What reads the clock, by the name it is called by.
READS = {"now", "today", "utcnow", "localdate", "localtime", "time"}
LEAP_DAY = HARD["leap day"]


def near(found: datetime | None, moment: datetime) -> bool:
    return found is not None and timedelta(0) <= found - moment < A_MOMENT


def asked_of_the_database() -> list[datetime]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now(), statement_timestamp(), clock_timestamp(), transaction_timestamp()")
        return list(cursor.fetchone() or [])


@pytest.mark.django_db
@pytest.mark.moment(LEAP_DAY)
def test_program_and_database_agree_on_the_moment() -> None:
    assert near(timezone.now(), LEAP_DAY)
    assert all(near(found, LEAP_DAY) for found in asked_of_the_database())
    user = User.objects.create_user("una", "Una Officer", roles=["contact_officer"])
    user.refresh_from_db()
    assert near(user.joined_at, LEAP_DAY), "a default of the database"
    assert User.objects.filter(pk=user.pk, joined_at__lte=Now()).exists()
    history: Any = next(model for model in apps.get_models() if is_history(model) and model.__name__ == "UserEvent")
    assert near(history._default_manager.latest("pgh_created_at").pgh_created_at, LEAP_DAY)


@pytest.mark.django_db
def test_every_default_of_the_database_goes_by_that_clock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT adrelid::regclass::text, pg_get_expr(adbin, adrelid) FROM pg_attrdef")
        asked = [(table, said) for table, said in cursor.fetchall() if "now()" in said or "_timestamp()" in said]
    declared = [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if not is_history(model) and isinstance(getattr(field, "db_default", None), Now)
    ]
    assert len(asked) >= len(declared) > 0
    assert [each for each in asked if "pg_catalog." in each[1]] == [], "these go by PostgreSQL's own"


@pytest.mark.real_clock
@pytest.mark.django_db
def test_where_other_processes_run_the_database_keeps_the_real_time() -> None:
    assert all(abs(found - timezone.now()) < A_MOMENT for found in asked_of_the_database())


def test_what_names_no_moment_runs_at_the_one_chosen_for_the_run(request: pytest.FixtureRequest) -> None:
    assert near(timezone.now(), request.config.getoption("--at") or ORDINARY)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-02-27T23:00", datetime(2026, 2, 27, 23, tzinfo=UTC)),
        ("2026-07-01T00:30", datetime(2026, 6, 30, 23, 30, tzinfo=UTC)),
        ("2026-07-01T00:30Z", datetime(2026, 7, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_said_in_londons_time(said: str, meant: datetime) -> None:
    assert say_moment(said) == meant
    assert LONDON.key == "Europe/London"


def test_no_test_reads_the_clock_before_it_runs() -> None:
    """What is read while a module is imported is the real time, whatever the test's moment."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "browser" not in path.name
        for statement in ast.parse(path.read_text()).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS
        if not node.args or node.func.attr == "now"
    ]
    assert found == []


@pytest.mark.moment(LEAP_DAY)
def test_a_test_with_a_moment_of_its_own_is_left_out_when_one_is_asked_for(request: pytest.FixtureRequest) -> None:
    assert has_its_own(request.node)


def test_a_test_without_one_is_not_left_out(request: pytest.FixtureRequest) -> None:
    assert not has_its_own(request.node)
