"""Slow clients and batches, and whether people notice.

python3 dev.py bench slow [--seconds 60]

The product is served as ``dev.py run`` serves it. Six clients send a request a letter at a time, for a minute; four
agencies send batches of 100 contacts one after another. Meanwhile somebody of staff opens pages and a probe asks for
``/health/ready``, each twice a second. It is right when every page answers and ready is never slower than two seconds.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.bench.load import Browser, notification, percentiles
from tests.conftest import Served, clone, pytest_configure

SLOW, BATCH, READY_AT_MOST = 6, 100, 2.0
AGENCIES = """
from frontdoor.accounts.models import Agency, ApiToken
for number in range(4):
    agency, _ = Agency.objects.get_or_create(code=f"bench-{number}", defaults={"name": f"Bench {number}"})
    print(ApiToken.issue(agency))
"""
PAGES = ("/", "/contacts/queue/", "/people/?q=sam", "/contacts/new/")


class Measured:
    """What was asked, how long it took in milliseconds and how it ended."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = {"page": [], "ready": [], "batch of 100": []}
        self.answers: Counter[str] = Counter()
        self.lock = threading.Lock()

    def note(self, what: str, ask: Callable[[], int]) -> int:
        """Ask, and keep how long it took; a line that broke is status 0."""
        started = time.perf_counter()
        try:
            status = ask()
        except (OSError, http.client.HTTPException):
            status = 0
        with self.lock:
            self.took[what].append((time.perf_counter() - started) * 1000)
            self.answers[f"{what}: {status}"] += 1
        return status

    def wrong(self) -> list[str]:
        """Answers nobody should have been given: with the number of times, none when all is well."""
        right = {"page": ("200",), "ready": ("200",), "batch of 100": ("207", "429")}
        return [
            f"{answer} × {n}"
            for answer, n in self.answers.items()
            if answer.split(": ")[1] not in right[answer.split(": ")[0]]
        ]


def drip(port: int, number: int, over: threading.Event) -> None:
    """Send a letter every two seconds: half of them first lines, half a body. A line that is cut is opened again."""
    said = (
        b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\n" if number % 2 else b"GET /"
    )
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(said)
            while not over.wait(2):
                line.sendall(b"a")


def ready(port: int) -> int:
    """One probe."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        line.request("GET", "/health/ready")
        return line.getresponse().status
    finally:
        line.close()


def send(port: int, token: str, agency: int, measured: Measured, over: threading.Event) -> None:
    """Batches one after another, as fast as they are answered; told to wait, it waits."""
    dice, number = random.Random(agency), 0

    def once() -> int:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        try:
            items = [notification(dice, agency * 1_000_000 + number + each) for each in range(BATCH)]
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            line.request("POST", "/api/v1/contacts/batch", json.dumps({"items": items}), headers)
            return line.getresponse().status
        finally:
            line.close()

    while not over.is_set():
        if measured.note("batch of 100", once) == 429:
            over.wait(5)
        number += BATCH


def look(port: int, measured: Measured, over: threading.Event) -> None:
    """Somebody of staff opens one page after another."""
    browser, number = Browser(port), 0
    browser.sign_in("duty.manager")
    while not over.wait(0.5):
        path, number = PAGES[number % len(PAGES)], number + 1
        measured.note("page", partial(_open, browser, path))
    browser.line.close()


def _open(browser: Browser, path: str) -> int:
    return browser.ask("GET", path)[0]


def probe(port: int, measured: Measured, over: threading.Event) -> None:
    """Ask for our health again and again."""
    while not over.wait(0.5):
        measured.note("ready", lambda: ready(port))


def run(
    port: int, tokens: Sequence[str], *, seconds: float, enough: Callable[[Measured], bool] | None = None
) -> Measured:
    """All of them at once, for so many seconds or until it is enough; what they were answered."""
    measured, over = Measured(), threading.Event()
    threads = [
        *(threading.Thread(target=drip, args=(port, number, over)) for number in range(SLOW)),
        *(threading.Thread(target=send, args=(port, token, at, measured, over)) for at, token in enumerate(tokens)),
        threading.Thread(target=look, args=(port, measured, over)),
        threading.Thread(target=probe, args=(port, measured, over)),
    ]
    for each in threads:
        each.start()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not (enough and enough(measured)):
        over.wait(0.2)
    over.set()
    for each in threads:
        each.join()
    return measured


def main() -> None:
    """Print the figures; leave with 1 when a page failed or ready was slower than it may be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    pytest_configure(None)
    with tempfile.TemporaryDirectory() as folder, clone("slow") as database:
        server = Served(database, Path(folder))
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("demo", "--people", "120", "--seed", "7")
        tokens = server.manage("shell", "-v", "0", "-c", AGENCIES).split()[-4:]
        server.start()
        try:
            measured = run(server.port, tokens, seconds=seconds)
        finally:
            server.kill()
    print(f"{SLOW} slow clients and {len(tokens)} agencies with batches of {BATCH} for {seconds:.0f} s")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'':32}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'max ms':>9}{'times':>8}")
    for what, took in measured.took.items():
        print(f"{what:32}{percentiles(took)}{max(took, default=0):9.0f}{len(took):8}")
    for answer, count in sorted(measured.answers.items()):
        print(f"  {answer}: {count}")
    if measured.wrong() or max(measured.took["ready"], default=READY_AT_MOST * 2000) > READY_AT_MOST * 1000:
        sys.exit(1)


if __name__ == "__main__":
    main()
