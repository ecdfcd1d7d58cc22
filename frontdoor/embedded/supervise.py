"""Run a few processes under one Ctrl-C."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO


def _die_with_parent() -> None:
    """In the child: be told to stop when the supervisor is killed, so that nothing is left behind (Linux only)."""
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(1, signal.SIGTERM)


def _pump(name: str, pipe: IO[str]) -> None:
    for line in pipe:
        print(f"{name:>7} | {line.rstrip()}", flush=True)


def supervise(commands: Mapping[str, Sequence[str]], *, env: Mapping[str, str], grace: float = 20) -> int:
    """Run the commands until one ends or SIGINT, SIGTERM or SIGHUP comes; return 0 or the first failure's code.

    SIGTERM goes to each leader only, in the order given, never to its group: a Celery worker then finishes the task
    it is on. What still runs after ``grace`` seconds is killed.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    running: dict[str, subprocess.Popen[str]] = {}
    for name, command in commands.items():
        process = subprocess.Popen(
            command, env=dict(env), text=True, errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        assert process.stdout is not None
        threading.Thread(target=_pump, args=(name, process.stdout), daemon=True).start()
        running[name] = process
    failed = 0
    while not stop.wait(0.2):
        ended = [name for name, process in running.items() if process.poll() is not None]
        if ended:
            failed = running[ended[0]].returncode or 1
            print(f"{ended[0]} ended with {failed}; stopping the rest.", file=sys.stderr, flush=True)
            break
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return failed
