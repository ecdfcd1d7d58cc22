"""The breach sweep when things go wrong: in parallel, killed in the middle, with and without Celery and Redis."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections

from frontdoor.accounts.models import Team, User
from frontdoor.celery import app
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import BATCH, sweep
from frontdoor.notifications.models import Notice
from tests.conftest import ROOT, Served, clone, url_for

pytestmark = pytest.mark.real_clock
#: Long past for the processes started here, whose clock is the machine's.
NOW = datetime(2020, 3, 4, 10, tzinfo=UTC)


@pytest.fixture
def staff(committed: None) -> User:
    head = User.objects.create_user("head", "Head", roles=["team_manager"])
    team = Team.objects.create(code="one", name="Team one", kind="assessment", manager=head)
    User.objects.create_user("duty", "Duty", roles=["duty_manager"], team=team)
    return User.objects.create_user("worker", "Worker", roles=["social_worker"], team=team)


@pytest.fixture
def as_owner(committed: None) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url_for(connections["default"].settings_dict["NAME"])) as owner:
        yield owner


def late_clocks(number: int, worker: User, first: int = 0) -> list[Clock]:
    return Clock.objects.bulk_create(
        Clock(
            reference=f"R-{n:08d}", rule="allocation", label="Allocate to a worker", edition="local",
            is_statutory=False, team_id=worker.team_id, worker=worker, started_at=NOW - timedelta(days=2),
            day_0=NOW.date(), due_at=NOW - timedelta(hours=1), next_at=NOW - timedelta(hours=1),
        )
        for n in range(first, first + number)
    )  # fmt: skip


def in_threads(*works: Callable[[], object]) -> None:
    """Run at the same time, each on a connection of its own; a failure in one fails the test."""
    gate, problems = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait()
            work()
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work], daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
        assert not thread.is_alive(), "they wait for one another"
    if problems:
        raise problems[0]


def outcome() -> tuple[int, int, int]:
    """Clocks flagged, notices, and clocks the sweep would still look at."""
    return (
        Clock.objects.filter(breached_at__isnull=False).count(),
        Notice.objects.filter(kind="clock-breached").count(),
        Clock.objects.filter(next_at__lte=NOW).count(),
    )


def test_sweeps_in_parallel_flag_each_clock_once(staff: User) -> None:
    number = 2 * BATCH + 1000
    late_clocks(number, staff)
    flagged: list[int] = []
    in_threads(*[lambda: flagged.append(sweep(NOW).flagged)] * 4)
    # A sweep passes over what another holds: whatever it left is there for the next.
    flagged.append(sweep(NOW).flagged)
    assert sum(flagged) == number
    assert outcome() == (number, 3 * number, 0)
    assert sweep(NOW).flagged == 0


def test_a_sweep_killed_in_the_middle_leaves_nothing_and_the_next_does_it_all(
    staff: User, as_owner: psycopg.Connection
) -> None:
    clocks = late_clocks(400, staff)
    # Somebody else is writing the very notice of the last clock: the sweep has marked its rows and waits for them.
    as_owner.execute(
        "INSERT INTO notifications_notice (user_id, kind, text, reference, path, is_urgent, once_key) "
        "VALUES (%s, 'clock-breached', '', '', '', true, %s)",
        [staff.pk, f"clock-{clocks[-1].pk}-breached"],
    )
    died: list[Exception] = []

    def killed() -> None:
        try:
            sweep(NOW)
        except OperationalError as problem:
            died.append(problem)

    def kill() -> None:
        with psycopg.connect(url_for(connections["default"].settings_dict["NAME"]), autocommit=True) as other:
            for _ in range(900):
                done = other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                    "AND datname = current_database() AND query LIKE %s",
                    ["%clocks_clock%"],
                ).fetchall()
                if done:
                    return
                time.sleep(0.1)
            raise AssertionError("the sweep never waited")

    in_threads(killed, kill)
    assert len(died) == 1
    as_owner.rollback()
    assert outcome() == (0, 0, 400)
    assert sweep(NOW).flagged == 400
    assert outcome() == (400, 1200, 0)


def environment(**extra: str) -> dict[str, str]:
    return {
        **os.environ, "DATABASE_URL": url_for(connections["default"].settings_dict["NAME"]), "FRONTDOOR_OWNER": "0",
        "DATA_DIR": str(settings.EMBEDDED.data), **extra,
    }  # fmt: skip


def test_the_command_needs_no_redis(staff: User) -> None:
    late_clocks(3, staff)
    done = subprocess.run(
        [sys.executable, "manage.py", "sweep"], cwd=ROOT, env=environment(REDIS_URL="redis://127.0.0.1:1/0"),
        check=True, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "flagged=3 warned=0 running=3"
    assert outcome() == (3, 9, 0)


def test_a_real_worker_sweeps_when_beat_asks(staff: User, tmp_path: object) -> None:
    late_clocks(3, staff)
    queue = f"test-{os.getpid()}"
    command = [
        sys.executable, "-m", "celery", "-A", "frontdoor", "worker", "--pool", "solo", "--queues", queue, "--loglevel",
        "warning", "--without-gossip", "--without-mingle", "--hostname", f"{queue}@localhost",
    ]  # fmt: skip
    log = open(f"{tmp_path}/worker.log", "wb")  # noqa: SIM115
    worker = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=log, stderr=log)
    try:
        for _ in range(2):  # asked twice, as after a redelivery
            app.send_task(app.conf.beat_schedule["sweep"]["task"], queue=queue)
        deadline = time.monotonic() + 120
        while Clock.objects.filter(breached_at__isnull=True).exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(1)
        assert outcome() == (3, 9, 0)
    finally:
        worker.terminate()
        worker.wait(90)
        log.close()
        connection.close()


LATE = "stopped_at IS NULL AND paused_at IS NULL AND due_at < %s"


@pytest.mark.usefixtures("django_db_setup")
def test_the_demonstration_borough_is_swept_as_plain_sql_has_it(tmp_path: Path) -> None:
    with clone("sweep") as name, psycopg.connect(url_for(name), autocommit=True) as owner:
        product = Served(name, tmp_path)
        begun = datetime(2026, 11, 23, 10, tzinfo=UTC)
        product.manage("demo", "--people", "150", "--seed", "7", "--at", begun.isoformat())
        at = begun
        for later in (timedelta(hours=5), timedelta(days=30)):
            at = begun + later
            new = f"SELECT count(*) FROM clocks_clock WHERE breached_at IS NULL AND {LATE}"
            (expected,) = owner.execute(new, [at]).fetchone() or (0,)
            assert expected > 0
            last = product.manage("sweep", "--at", at.isoformat()).splitlines()[-1]
            assert re.fullmatch(rf"flagged={expected} warned=\d+ running=\d+", last), last
            running = "stopped_at IS NULL AND paused_at IS NULL"
            wrong = f"SELECT count(*) FROM clocks_clock WHERE {running} AND (breached_at IS NOT NULL) <> ({LATE})"
            assert owner.execute(wrong, [at]).fetchone() == (0,)
        again = product.manage("sweep", "--at", at.isoformat()).splitlines()[-1]
        assert again.startswith("flagged=0 warned=0 ")
