"""What ``dev.py run`` keeps running: whatever dies is started again, and one Ctrl-C ends all of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from frontdoor.embedded.servers import Embedded
from frontdoor.embedded.supervise import PAUSES, Pauses, Server, watch
from tests.conftest import ROOT

#: Seconds a test waits for what has to come.
PATIENCE = 90

#: A part that leaves its number in a file and one of its own children behind, and lives until it is told to stop.
PART = """
import os, pathlib, subprocess, sys, time
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(folder / f"{name}.new").write_text(f"{os.getpid()} {left.pid}")
(folder / f"{name}.new").rename(folder / name)
time.sleep(600)
"""
SUPERVISOR = """
import os, sys
from frontdoor.embedded.supervise import supervise
part = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
sys.exit(supervise({"web": [*part, "web"], "beat": [*part, "beat"]}, env=os.environ))
"""
NEVER = """
import os, sys
from frontdoor.embedded.supervise import supervise
never = [sys.executable, "-c", "import sys; sys.exit('SECRET_KEY is missing')"]
lives = [sys.executable, "-c", "import time; time.sleep(600)"]
sys.exit(supervise({"web": never, "beat": lives}, env=os.environ))
"""


def until(found: Callable[[], bool], what: str) -> None:
    """Wait for a state; a state that never comes fails."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def numbers(folder: Path, name: str) -> list[int]:
    """The part's process and the child it left."""
    path = folder / name
    return [int(word) for word in path.read_text().split()] if path.exists() else []


@contextmanager
def supervised(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Two parts under a supervisor, both up."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(folder), PART], cwd=ROOT, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        until(lambda: bool(numbers(folder, "web") and numbers(folder, "beat")), "both parts start")
        yield process
    finally:
        process.kill()
        process.wait()


def test_what_is_killed_is_started_again_without_what_it_left_and_the_rest_goes_on(tmp_path: Path) -> None:
    with supervised(tmp_path) as supervisor:
        web, beat = numbers(tmp_path, "web"), numbers(tmp_path, "beat")
        (tmp_path / "web").unlink()
        os.kill(web[0], signal.SIGKILL)
        until(lambda: bool(numbers(tmp_path, "web")), "it is started again")
        again = numbers(tmp_path, "web")
        assert again[0] != web[0]
        assert not lives(web[1])  # a web server's own processes would hold the port
        assert numbers(tmp_path, "beat") == beat
        supervisor.send_signal(signal.SIGTERM)
        said = supervisor.communicate(timeout=PATIENCE)[0]
        assert supervisor.returncode == 0
        assert said.splitlines() == ["· web was ended by SIGKILL; starting it again now."]
        until(lambda: not lives(again[0]) and not lives(beat[0]), "nothing is left behind")


def test_what_never_came_up_is_a_mistake_that_stops_everything_with_its_code() -> None:
    ended = subprocess.run([sys.executable, "-c", NEVER], cwd=ROOT, text=True, capture_output=True, timeout=PATIENCE)
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == ["    web | SECRET_KEY is missing"] * 3
    assert ended.stderr.splitlines() == [
        "· web ended with 1; starting it again now.",
        "· web ended with 1; starting it again in 1 s.",
        "· web ended with 1 each time it was started; stopping the rest.",
    ]


def test_pauses_grow_and_are_bounded_and_who_had_come_up_begins_anew() -> None:
    pauses = Pauses()
    assert [pauses.after(lived=1) for _ in range(7)] == [0, 1, 2, 4, 8, 8, 8]
    assert max(PAUSES) < 15  # within which everything is to be back
    assert pauses.after(lived=600) == 0


def test_a_killed_valkey_runs_again_and_holds_what_it_held(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    servers, stop = Embedded(tmp_path / "data"), threading.Event()
    servers.start(postgres=False)
    valkey = Server("Valkey", servers.valkey_runs, lambda: servers.start(postgres=False))
    watcher = threading.Thread(target=watch, args=(valkey, stop))
    try:
        watcher.start()
        assert servers._valkey("SET bell rung") == b"+OK\r\n"
        assert servers._valkey("WAITAOF 1 0 0").startswith(b"*2\r\n:1")
        os.kill(killed := int((servers.kv_data / "server.pid").read_text()), signal.SIGKILL)
        until(lambda: servers.valkey_answers() and not lives(killed), "it is back")
        assert servers._valkey("GET bell") == b"$4\r\nrung\r\n"
    finally:
        stop.set()
        watcher.join()
        servers.stop()
    assert capfd.readouterr().err.splitlines() == [
        "· Valkey is gone; starting it again now.",
        "· Valkey runs again.",
    ]


def test_a_server_that_cannot_start_is_told_of_and_tried_again(capfd: pytest.CaptureFixture[str]) -> None:
    stop, started = threading.Event(), list[int]()

    def start() -> None:
        started.append(len(started))
        if len(started) == 1:
            raise RuntimeError("No space is left on the disk.")
        stop.set()

    watch(Server("PostgreSQL", lambda: False, start), stop)
    assert capfd.readouterr().err.splitlines() == [
        "· PostgreSQL is gone; starting it again now.",
        "· No space is left on the disk.",
        "· PostgreSQL is gone; starting it again in 1 s.",
        "· PostgreSQL runs again.",
    ]


def test_a_database_whose_files_are_gone_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    servers = Embedded(tmp_path / "data")
    with pytest.raises(RuntimeError, match="is gone: put the database back"):
        servers.start_postgres_again()
    assert not servers.pg_data.exists()


@pytest.mark.parametrize("command", ["run", "dev"])
def test_an_occupied_port_is_said_before_anything_is_set_up(command: str, tmp_path: Path) -> None:
    shutil.copy(ROOT / "dev.py", tmp_path)
    for name in ("__init__.py", "embedded/__init__.py", "embedded/ports.py"):
        (tmp_path / "frontdoor" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "frontdoor" / name, tmp_path / "frontdoor" / name)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = subprocess.run(
            [sys.executable, "dev.py", command], cwd=tmp_path, env={**os.environ, "PORT": str(port)}, text=True,
            capture_output=True,
        )  # fmt: skip
    assert told.returncode == 1
    assert told.stderr.strip() == (
        f"Port {port} is taken. Stop what uses it, or choose another: PORT={port + 1} python3 dev.py {command}"
    )
    assert not (tmp_path / ".setup.lock").exists()
