"""The product as ``dev.py run`` runs it, with a PostgreSQL and a Valkey of its own that may be killed."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import psycopg

from frontdoor.embedded.servers import Embedded
from tests.conftest import ROOT, clone, free_port
from tests.data.make_release import dump, program

#: What each part's command line holds.
MARKS = {"web": "gunicorn", "worker": " worker ", "beat": " beat "}
SERVERS = ("PostgreSQL", "Valkey")
AGENCY = """
from frontdoor.accounts.models import Agency, ApiToken
print(ApiToken.issue(Agency.objects.get_or_create(code="running", defaults={"name": "Running School"})[0]))
"""
#: What a client meets while a server behind the address dies or starts.
AWAY = (http.client.HTTPException, OSError)


def wait_for(found: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Seconds until a state was there. AssertionError when it did not come in time."""
    started = time.monotonic()
    while not found():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - started


class Running:
    """Starts with ``with``: the database is a copy of the migrated template, ``people`` of a borough in it."""

    def __init__(self, folder: Path, *, people: int = 0) -> None:
        self.folder, self.people, self.port = folder, people, free_port()
        self.embedded = Embedded(folder / "data")
        self.env = {
            **os.environ, "DATA_DIR": str(self.embedded.data), "STATIC_ROOT": str(folder / "static"),
            "PORT": str(self.port), "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        for name in ("DATABASE_URL", "DATABASE_APP_URL", "REDIS_URL", "CELERY_QUEUE", "FRONTDOOR_OWNER"):
            self.env.pop(name, None)

    def __enter__(self) -> Self:
        try:
            self._fill()
            self.start()
        except BaseException:
            self.embedded.stop()
            raise
        return self

    def _fill(self) -> None:
        with clone("running") as name:
            template = dump(name)
        self.embedded.start()
        psql = [str(program("psql")), "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"]
        subprocess.run([*psql, "--dbname", self.embedded.database_url], input=template, check=True, capture_output=True)
        self.manage("migrate", "-v", "0")  # the application's role and its rights
        if self.people:
            self.manage("demo", "--people", str(self.people), "--seed", "7")
        self.token = self.manage("shell", "-v", "0", "-c", AGENCY).split()[-1]

    def manage(self, *words: str) -> str:
        """What a management command prints on this database."""
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.env, check=True, text=True, stdout=subprocess.PIPE
        ).stdout

    def start(self) -> None:
        """``dev.py run``, until it is ready."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "frontdoor.embedded", "run"], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )
        wait_for(self.is_ready, seconds=180, what=f"it starts ({self.log()[-1000:]})")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(120)
        assert code == 0, self.log()[-3000:]
        assert not self.embedded.sockets.exists(), "servers are left behind"

    def log(self) -> str:
        """What it has said so far."""
        path = self.folder / "log"
        return path.read_text() if path.exists() else ""

    def is_ready(self) -> bool:
        """Whether the web server and the database behind it answer."""
        try:
            return self.ask("GET", "/health/ready")[0] == 200
        except AWAY:
            return False

    def ask(self, method: str, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """One call as the agency: status and JSON. What ``AWAY`` names is raised."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            data = None if body is None else json.dumps(body)
            line.request(method, path, data, headers | ({"Idempotency-Key": key} if key else {}))
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a statement, as the owner."""
        with psycopg.connect(self.embedded.database_url, autocommit=True, connect_timeout=5) as owner:
            found = owner.execute(statement.encode(), values)
            return found.fetchall() if found.description else []

    def pid(self, part: str) -> int | None:
        """The part's process, if it runs."""
        if part == "PostgreSQL":
            return self.embedded.postgres_pid()
        if part == "Valkey":
            path = self.embedded.kv_data / "server.pid"
            return int(path.read_text()) if path.exists() else None
        parents = {self.process.pid: ""}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent in parents and MARKS[part] in words:
                return int(path.name)
        return None

    def kill(self, part: str) -> None:
        """``kill -9`` of the part's first process."""
        pid = self.pid(part)
        assert pid is not None, f"{part} does not run"
        os.kill(pid, signal.SIGKILL)
