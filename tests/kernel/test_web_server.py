"""The web server: slow clients hold no thread, batches stand in nobody's way, and what one agency has is bounded."""

import hashlib
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from waitress.adjustments import Adjustments

from frontdoor.api.problems import Problem
from frontdoor.serving import worker
from frontdoor.serving.threads import AGAIN, AT_ONCE, BATCH, BATCHES, CALLS, PEOPLE, TOO_MANY, lane_of
from frontdoor.serving.worker import TOO_LARGE, Line, Request, largest_body
from tests.conftest import ROOT, free_port

PATIENCE = 90
SHA = hashlib.sha256(b"").hexdigest().encode()
Answer = tuple[int, bytes, http.client.HTTPMessage]


class Server:
    """One worker with two threads for people."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder, self.port = folder, free_port()
        command = [
            sys.executable, "-m", "gunicorn", "tests.kernel.small_app:application", "--bind", f"127.0.0.1:{self.port}",
            "--threads", "2", "--worker-class", "frontdoor.serving.worker.WaitingWorker", "--no-control-socket",
            "--logger-class", "frontdoor.serving.Logger", "--access-logfile", "-", *words,
        ]  # fmt: skip
        env = {**os.environ, "LANES": str(folder), "DJANGO_SETTINGS_MODULE": "frontdoor.settings"}
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        until(self.answers, "it starts")

    def answers(self) -> bool:
        """Whether it answers a page."""
        try:
            return self.ask("GET", "/")[0] == 200
        except OSError:
            return False

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request on a line of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        found = answer.status, answer.read(), answer.headers
        line.close()
        return found

    def open(self, said: bytes) -> socket.socket:
        """A line on which something was said, and no more."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        line.sendall(said)
        return line

    def begun(self, token: str) -> int:
        """How many requests of this caller are at work."""
        return len(list(self.folder.glob(f"begun-{token}-*")))

    def log(self) -> str:
        """What it has said."""
        return (self.folder / "log").read_text()


def until(found: Callable[[], bool], what: str) -> None:
    """Wait for a state; a state that never comes fails."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def rest(line: socket.socket) -> bytes:
    """All that is still said on a line, until the other side closes it."""
    return b"".join(iter(lambda: line.recv(1000), b""))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The worker, stopped as an operator stops it."""
    started = Server(tmp_path)
    yield started
    (tmp_path / "go").touch()
    started.process.send_signal(signal.SIGTERM)
    assert started.process.wait(PATIENCE) == 0
    assert "Traceback" not in started.log()


def test_lines_on_which_nothing_more_comes_hold_no_thread(server: Server) -> None:
    unfinished = (
        b"", b"GE", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"POST /api/v1/contacts/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n{",
    )  # fmt: skip
    with ExitStack() as lines:
        for said in unfinished * 4:
            lines.enter_context(server.open(said))
        for path in ("/", "/health/live", "/api/v1/contacts"):
            assert server.ask("GET", path)[:2] == (200, SHA)


def test_readers_who_do_not_read_hold_no_thread(server: Server) -> None:
    with ExitStack() as lines:
        for _ in range(6):
            lines.enter_context(server.open(b"GET /long/30000000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        assert server.ask("GET", "/")[0] == 200
    assert len(server.ask("GET", "/long/30000000")[1]) == 30_000_000


def test_people_calls_and_health_are_never_behind_a_batch_and_an_agency_has_only_so_many(server: Server) -> None:
    whole = (
        f"POST {BATCH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer police\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    )
    with ExitStack() as lines:
        sent = [lines.enter_context(server.open(whole)) for _ in range(BATCHES.most + 1)]
        until(lambda: server.begun("police") == 1, "one is at work")
        for path in ("/", "/health/ready"):
            assert server.ask("GET", path)[0] == 200
        assert server.ask("POST", "/api/v1/contacts", b"{}")[0] == 200
        refused, _, _ = select.select(sent, [], [], PATIENCE)
        assert len(refused) == 1, "the others wait"
        head, _, body = rest(refused[0]).partition(b"\r\n\r\n")
        assert json.loads(body) == Problem(429, "rate_limited", TOO_MANY.detail).document()
        assert b"429" in head.splitlines()[0]
        assert b"Content-Type: application/problem+json" in head
        assert f"Retry-After: {AGAIN}".encode() in head
        other = lines.enter_context(server.open(whole.replace(b"police", b"health")))  # not for what police sent
        (server.folder / "go").touch()
        for line in (*set(sent).difference(refused), other):
            assert line.recv(12) == b"HTTP/1.1 200"
    assert server.ask("POST", BATCH, b"{}", Authorization="Bearer police")[0] == 200


def test_a_line_serves_one_request_after_another_however_its_body_comes(server: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    for size in (0, 1, 70_000, 900_000):
        body = os.urandom(size)
        for sent in (body, iter([body[: size // 2], body[size // 2 :]])):
            line.request("POST", "/", sent, encode_chunked=not isinstance(sent, bytes))
            answer = line.getresponse()
            assert (answer.status, answer.read()) == (200, hashlib.sha256(body).hexdigest().encode())
    for method, path, status, found in (
        ("HEAD", "/long/1000", 200, b""), ("GET", "/", 200, SHA), ("GET", "/unchanged", 304, b""),
        ("GET", "/pieces", 200, b"piece" * 3), ("HEAD", "/pieces", 200, b""), ("GET", "/", 200, SHA),
    ):  # fmt: skip
        line.request(method, path)
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (status, found), (method, path)
        assert "Server" not in answer.headers
        assert method + path != "HEAD/long/1000" or answer.headers["Content-Length"] == "1000"
    line.close()
    with server.open(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n") as waits:
        assert waits.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        waits.sendall(b"abc")
        until(lambda: hashlib.sha256(b"abc").hexdigest().encode() in waits.recv(1000), "it is answered")


def test_what_a_proxy_said_is_handed_on_and_the_log_holds_the_path_alone(server: Server) -> None:
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Forwarded": "for=203.0.113.9"}
    said = json.loads(server.ask("GET", "/said?q=Rowan+Ashcombe", b"", **told)[1])
    assert (said["REMOTE_ADDR"], said["QUERY_STRING"]) == ("127.0.0.1", "q=Rowan+Ashcombe")
    assert [said[f"HTTP_{name.upper().replace('-', '_')}"] for name in told] == list(told.values())
    assert "waitress" not in said["SERVER_NAME"]
    with server.open(b"GET /said?q=Rowan HTTP/1.1\r\nHost: x\r\nbad header Ashcombe\r\n\r\n") as line:
        assert rest(line).split()[1] == b"400"
    text = server.log()
    assert '"GET /said HTTP/1.1" 200' in text
    assert not [word for word in ("Rowan", "Ashcombe") if word in text]


def test_of_a_body_that_is_too_large_nothing_is_read(server: Server) -> None:
    begins = b"POST /api/v1/contacts HTTP/1.1\r\nHost: x\r\n"
    with server.open(begins + b"Content-Length: 99000000\r\n\r\n") as line:
        head, _, body = rest(line).partition(b"\r\n\r\n")
    assert head.split()[1] == b"413"
    assert json.loads(body) == Problem(413, TOO_LARGE.code, TOO_LARGE.detail).document()
    # One that does not say how large it is is answered while it is still sent, and its line closed.
    with server.open(begins + b"Transfer-Encoding: chunked\r\n\r\n3000000\r\n") as line, pytest.raises(OSError):
        line.sendall(b"a" * 100_000_000)
    with server.open(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (48 * 1024 - 10)) as line:
        assert rest(line).split()[1] == b"431"


def test_asked_to_end_it_answers_what_was_begun_and_takes_nothing_new(tmp_path: Path) -> None:
    server, answers = Server(tmp_path), list[int]()
    waiting = [threading.Thread(target=lambda: answers.append(server.ask("GET", "/waits")[0])) for _ in range(3)]
    for each in waiting:
        each.start()
    until(lambda: server.begun("nobody") == 2, "two are at work, one waits for a thread")
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    kept.request("GET", "/health/live")
    assert kept.getresponse().read() == SHA
    server.process.send_signal(signal.SIGTERM)
    until(lambda: kept.sock is None or kept.sock.recv(1) == b"", "a line on which nothing happens is let go")
    kept.close()
    (tmp_path / "go").touch()
    for each in waiting:
        each.join()
    assert answers == [200] * 3
    assert server.process.wait(PATIENCE) == 0
    assert "Traceback" not in server.log()


def test_it_says_that_it_lives_while_all_its_threads_are_busy(tmp_path: Path) -> None:
    """Gunicorn ends a worker that said nothing for two seconds; what was begun before is answered by it, after six."""
    server, answers = Server(tmp_path, "--timeout", "2"), list[int]()
    waiting = [threading.Thread(target=lambda: answers.append(server.ask("GET", "/waits")[0])) for _ in range(2)]
    for each in waiting:
        each.start()
    until(lambda: server.begun("nobody") == 2, "all are at work")
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 6, "the time-out has passed")
    (tmp_path / "go").touch()
    for each in waiting:
        each.join()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(PATIENCE) == 0
    assert answers == [200, 200]
    assert "WORKER TIMEOUT" not in server.log()


def test_whoever_is_too_slow_is_let_go() -> None:
    asked = Request(Adjustments())
    asked.received(b"POST / HTTP/1.1\r\nHost: x\r\n")
    assert not asked.is_late(asked.began + worker.HEAD_SECONDS - 1)
    assert asked.is_late(asked.began + worker.HEAD_SECONDS + 1)
    asked.received(b"Content-Length: 9999\r\n\r\n")
    assert not asked.is_late(asked.began + worker.BODY_SECONDS - 1)
    assert asked.is_late(asked.began + worker.BODY_SECONDS + 1)
    asked.received(b"a" * 2 * worker.BODY_BYTES_A_SECOND)
    assert not asked.is_late(asked.began + worker.BODY_SECONDS + 1)

    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Line(SimpleNamespace(active_channels={}), ours, ("", 0), Adjustments(), map={})
        long_after = line.last_activity + 2 * worker.TAKING_SECONDS
        assert not line.is_late(long_after), "one that is silent between two requests is waitress's to end"
        line.request = asked
        assert line.is_late(long_after)
        line.requests = [asked]
        assert not line.is_late(long_after), "the application is at it"
        line.total_outbufs_len = 1
        assert line.is_late(long_after)
        assert not line.is_late(line.last_activity + worker.TAKING_SECONDS - 1)


def test_each_address_has_its_lane_and_its_largest_body() -> None:
    lanes = {"/": PEOPLE, "/people/": PEOPLE, "/api/v1/contacts": CALLS, BATCH: BATCHES, "/health/ready": AT_ONCE}
    assert {path: lane_of(path) for path in lanes} == lanes
    assert largest_body("/imports/new/") > largest_body("/contacts/new/") > largest_body(BATCH) > 16_000_000
