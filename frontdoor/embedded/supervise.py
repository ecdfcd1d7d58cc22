"""Keep a few processes and servers running under one Ctrl-C: what dies is started again."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, NamedTuple

#: Seconds to wait before a part that died is started again: the first time, the second, and so on; then the last.
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0)
#: Whoever ran for so many seconds had come up, and its next death counts as the first.
CAME_UP = 15.0
#: Ended of itself so often without ever having come up: a mistake in the settings, which no further start will mend.
TRIES = 3
#: Seconds a dead process's own children have to finish what they are on.
ORPHANS = 3.0
_C = ctypes.CDLL(None)


class Server(NamedTuple):
    """A server that runs by itself, outside our processes."""

    name: str
    runs: Callable[[], bool]
    #: Raises RuntimeError with a sentence when it cannot.
    start: Callable[[], object]


@dataclass
class Pauses:
    """How long to wait before the next start. ``deaths`` are those in a row."""

    deaths: int = 0

    def after(self, lived: float) -> float:
        """Seconds to wait after a death, given how many the part had lived."""
        self.deaths = 1 if lived >= CAME_UP else self.deaths + 1
        return PAUSES[min(self.deaths, len(PAUSES)) - 1]


def tell(line: str) -> None:
    """One plain line on the screen of whoever started it all."""
    print(f"· {line}", file=sys.stderr, flush=True)


def when(pause: float) -> str:
    """The end of a sentence about what is started again."""
    return "starting it again now" if not pause else f"starting it again in {pause:g} s"


def _die_with_parent() -> None:
    """In the child: be told to stop when the supervisor is killed, so that nothing is left behind (Linux only)."""
    if hasattr(_C, "prctl"):
        _C.prctl(1, signal.SIGTERM)


def _pump(name: str, pipe: IO[str]) -> None:
    for line in pipe:
        print(f"{name:>7} | {line.rstrip()}", flush=True)


@dataclass
class Part:
    """One of our processes, started again whenever it ends."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[str] | None = None
    pauses: Pauses = field(default_factory=Pauses)
    has_come_up: bool = False
    #: Of the monotonic clock: when it was started, or is to be.
    started: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        """In a session of its own: a signal then reaches whom it is sent to, and what it leaves behind is found."""
        self.process = subprocess.Popen(
            self.command, env=dict(self.env), text=True, errors="replace", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip
        assert self.process.stdout is not None
        threading.Thread(target=_pump, args=(self.name, self.process.stdout), daemon=True).start()
        self.started = time.monotonic()

    def look(self) -> int | None:
        """Start it again when it ended and its pause is over.

        The code to stop everything with is returned when it ended of itself time after time and never came up.
        """
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
            return None
        code = self.process.poll()
        lived = time.monotonic() - self.started
        if code is None:
            self.has_come_up = self.has_come_up or lived >= CAME_UP
            return None
        pause = self.pauses.after(lived)
        if code >= 0 and not self.has_come_up and self.pauses.deaths >= TRIES:
            tell(f"{self.name} ended with {code} each time it was started; stopping the rest.")
            return code or 1
        how = f"ended with {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
        tell(f"{self.name} {how}; {when(pause)}.")
        clear_group(self.process.pid)
        self.process, self.due = None, time.monotonic() + pause
        return None


def group_lives(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def clear_group(group: int) -> None:
    """End what a dead leader left behind: it would hold the port and the work that its successor needs."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        until = time.monotonic() + ORPHANS
        while group_lives(group):
            if time.monotonic() > until:
                os.killpg(group, signal.SIGKILL)
                return
            time.sleep(0.05)


def watch(server: Server, stop: threading.Event) -> None:
    """Start the server again whenever it is found dead, until ``stop``."""
    pauses, started = Pauses(), time.monotonic()
    while not stop.wait(0.5):
        if server.runs():
            continue
        pause = pauses.after(time.monotonic() - started)
        tell(f"{server.name} is gone; {when(pause)}.")
        if stop.wait(pause):
            return
        started = time.monotonic()
        try:
            server.start()
        except (RuntimeError, OSError, subprocess.SubprocessError) as told:
            tell(str(told).strip())
        else:
            tell(f"{server.name} runs again.")


def told_to_stop() -> threading.Event:
    """Set by SIGINT, SIGTERM and SIGHUP from now on."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


def watched(servers: Iterable[Server], stop: threading.Event) -> list[threading.Thread]:
    """A thread for each server, so that none waits for another's start. Join them before the servers are stopped."""
    threads = [threading.Thread(target=watch, args=(server, stop), name=server.name) for server in servers]
    for thread in threads:
        thread.start()
    return threads


def supervise(
    commands: Mapping[str, Sequence[str]],
    *,
    env: Mapping[str, str],
    servers: Iterable[Server] = (),
    grace: float = 20,
) -> int:
    """Keep the commands and the servers running until SIGINT, SIGTERM or SIGHUP; return 0.

    Whatever ends is started again, at once and then after growing pauses (``PAUSES``). Only a command that never came
    up stops the rest: its code is returned. SIGTERM goes to each leader only, in the order given, never to its group: a
    Celery worker then finishes the task it is on. What still runs after ``grace`` seconds is killed. The servers are
    left as they are.
    """
    stop = told_to_stop()
    parts = [Part(name, command, env) for name, command in commands.items()]
    watchers = watched(servers, stop)
    failed = 0
    try:
        for part in parts:
            part.start()
        while not failed and not stop.wait(0.2):
            failed = next((code for part in parts if (code := part.look())), 0)
    finally:
        stop.set()
        end([part.process for part in parts if part.process], grace)
        for watcher in watchers:
            watcher.join()
    return failed


def end(processes: Sequence[subprocess.Popen[str]], grace: float) -> None:
    """SIGTERM to each, then SIGKILL to the groups of those that do not go."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
