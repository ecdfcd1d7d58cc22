"""Which threads serve which requests: people never stand behind what agencies send.

Each kind of request has threads of its own in every worker process, so a process that is full of batches still opens
pages and says that it is well. As batches can hold no thread but their own, all the processes together hold as many as
there are processes; nothing is shared, so nothing is left behind by one that was killed. What one agency may have at
work or waiting here is bounded too: over it a problem document says when to send it again.
"""

import hashlib
import json
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from waitress.task import ThreadedTaskDispatcher

API, BATCH, HEALTH = "/api/", "/api/v1/contacts/batch", "/health/"
#: Seconds after which it is worth sending it again.
AGAIN = 5


@dataclass(frozen=True)
class Lane:
    """Threads for one kind of request, and how many of these one caller may have at work or waiting; 0: any number."""

    name: str
    threads: int
    most: int = 0


CALLS = Lane("calls", 2, most=32)
BATCHES = Lane("batches", 1, most=4)
#: Whoever asks for our health, and what is answered without asking the application.
AT_ONCE = Lane("at once", 1)
PEOPLE = Lane("people", 0)


def lane_of(path: str) -> Lane:
    """Where a request stands, by its address."""
    if path.startswith(API):
        return BATCHES if path == BATCH else CALLS
    return AT_ONCE if path.startswith(HEALTH) else PEOPLE


@dataclass(frozen=True)
class ProblemAnswer:
    """A refusal of the web server's own, as the API says it: waitress asks it for status, headers and body."""

    status: int
    title: str
    code: str
    detail: str
    headers: tuple[tuple[str, str], ...] = ()

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """The answer."""
        document = {
            "type": f"urn:front-door:problem:{self.code}", "title": self.title, "status": self.status,
            "code": self.code, "detail": self.detail, "errors": [],
        }  # fmt: skip
        kind = ("Content-Type", "application/problem+json")
        return f"{self.status} {self.title}", [kind, *self.headers], json.dumps(document).encode()


TOO_MANY = ProblemAnswer(
    429,
    "Too many requests",
    "rate_limited",
    "Wait until what you have sent is answered, then send this again.",
    (("Retry-After", str(AGAIN)),),
)


class Work:
    """A request on its way to a thread; ``done`` is called once it was answered or given up."""

    def __init__(self, channel: Any, threads: "Threads", key: tuple[str, bytes]) -> None:
        self.channel, self.threads, self.key = channel, threads, key

    def service(self) -> None:
        """Answer it."""
        try:
            self.channel.service()
        finally:
            self.threads.done(self.key)

    def cancel(self) -> None:
        """Give it up, because the process ends."""
        self.channel.cancel()
        self.threads.done(self.key)


class Threads:
    """All the threads of a process: what waitress calls a dispatcher."""

    def __init__(self, people: int) -> None:
        self.pools: dict[Lane, Any] = {}
        for lane in (PEOPLE, CALLS, BATCHES, AT_ONCE):
            self.pools[lane] = ThreadedTaskDispatcher()
            self.pools[lane].set_thread_count(lane.threads or people)
        self.held: Counter[tuple[str, bytes]] = Counter()
        self.lock = threading.Lock()

    def add_task(self, channel: Any) -> None:
        """Give a whole request to a thread of its lane."""
        request = channel.requests[0]
        lane = AT_ONCE if request.error else lane_of(request.path)
        caller = request.headers.get("AUTHORIZATION", "") if lane.most else ""
        if not caller:  # a call without a token is refused by the application before anything is read
            self.pools[lane].add_task(channel)
            return
        key = (lane.name, hashlib.sha256(caller.encode()).digest())
        with self.lock:
            is_over = self.held[key] >= lane.most
            if not is_over:
                self.held[key] += 1
        if is_over:
            request.error = TOO_MANY
            self.pools[AT_ONCE].add_task(channel)
        else:
            self.pools[lane].add_task(Work(channel, self, key))

    def done(self, key: tuple[str, bytes]) -> None:
        """One less of this caller's."""
        with self.lock:
            self.held[key] -= 1
            if not self.held[key]:
                del self.held[key]

    def shutdown(self) -> None:
        """Let the threads go: what waits is given up."""
        for pool in self.pools.values():
            pool.shutdown(timeout=1)
