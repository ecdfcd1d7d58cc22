"""A real Celery worker with beat for a served product, on a broker database of its own, that can be killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import redis
from django.conf import settings

from tests.conftest import ROOT, Served

#: Number of the broker's database; the tests that use it run one after another.
BROKER = 13


class Worker:
    """The process group of one worker and its beat."""

    def __init__(self, server: Served, folder: Path) -> None:
        with redis.Redis(unix_socket_path=str(settings.EMBEDDED.kv_socket), db=BROKER) as broker:
            broker.flushdb()
        self.folder = folder
        self.env = server.env | {"REDIS_URL": f"redis+socket://{settings.EMBEDDED.kv_socket}?virtual_host={BROKER}"}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it takes up what there is to do at beat's next tick."""
        command = [
            sys.executable, "-m", "celery", "-A", "frontdoor", "worker", "-B", "-s", str(self.folder / "beat.db"),
            "-c", "1", "--loglevel", "warning", "--without-gossip", "--without-mingle",
            "--hostname", f"imports-{os.getpid()}@localhost",
        ]  # fmt: skip
        with open(self.folder / "worker.log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL to the worker, its child and beat at once, as when a machine loses power."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
