"""The web server's worker: gunicorn keeps the processes, waitress the lines.

1. One loop gathers what clients send. A thread is given a request when it is whole, and what it answers is kept until
   it was taken: whoever sends or reads a letter a second holds a place in a list, no more.
2. Every limit stands here. A body larger than its address takes is refused as soon as that is known.
3. Asked to end, it takes nothing new, answers what was begun, and lets go of lines on which nothing happens.

Who stands in front of us is for ``ClientAddressMiddleware`` to say: headers are handed on as they came.
"""

import copy
import logging
import os
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.utilities import RequestEntityTooLarge

from frontdoor.serving import Quiet
from frontdoor.serving.threads import API, ProblemAnswer, Threads

MEGABYTE = 1024 * 1024
IMPORTS = "/imports/"
#: Bytes of a call's body, which the application measures more closely.
CALL_BYTES = 32 * MEGABYTE
#: Lines open at once in each process; each may need a file for what comes in and one for what goes out.
LINES = 300
#: Seconds for the first lines of a request; for a body, and a second more for so many bytes of it.
HEAD_SECONDS, BODY_SECONDS, BODY_BYTES_A_SECOND = 20, 60, 2_000
#: Seconds a line may be silent while an answer waits to be taken, and between two requests.
TAKING_SECONDS, IDLE_SECONDS = 60, 75
#: Seconds a request that is still coming is waited for when the process ends.
LEAVING_SECONDS = 3
TURN_SECONDS = 0.5
LIMITS = {
    "connection_limit": LINES,
    "channel_timeout": IDLE_SECONDS,
    "cleanup_interval": 5,
    "max_request_header_size": 48 * 1024,
    "recv_bytes": 64 * 1024,
    # More is kept in a file. An answer up to the last of them holds no thread, however slowly it is taken.
    "inbuf_overflow": 512 * 1024,
    "outbuf_overflow": MEGABYTE,
    "outbuf_high_watermark": 256 * MEGABYTE,
    "log_socket_errors": False,  # a client that left is no error
    "expose_tracebacks": False,
    "ident": None,
    "server_name": "front-door.invalid",  # for whoever names no host
    "clear_untrusted_proxy_headers": False,
}
TOO_LARGE = ProblemAnswer(413, "The body is too large", "body_too_large", f"At most {CALL_BYTES:,} bytes are read.")


def largest_body(path: str) -> int:
    """Bytes of a body that are taken at this address; the application may take fewer, and says so more kindly."""
    if path.startswith(API):
        return CALL_BYTES
    megabytes: int = settings.IMPORT_TOTAL_MB + 128 if path.startswith(IMPORTS) else settings.DOCUMENTS_MAX_MB + 56
    return megabytes * MEGABYTE


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request as it comes."""

    path = ""
    adj: Any
    error: Any
    body_bytes_received: int

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.began = time.time()

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first lines, which say where the body is for and how large it may be."""
        super().parse_header(header_plus)
        # One that is refused for its first lines comes here as well, with none of them.
        self.adj = copy.copy(self.adj)
        self.adj.max_request_body_size = largest_body(self.path) + 1

    def received(self, data: bytes) -> int:
        """Take what has come. Returns how much of it was this request's."""
        taken: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge) and self.path.startswith(API):
            self.error = TOO_LARGE
        return taken

    def is_late(self, now: float) -> bool:
        """Whether it comes too slowly to be waited for."""
        if not self.headers_finished:
            return bool(now - self.began > HEAD_SECONDS)
        return bool(now - self.began > BODY_SECONDS + self.body_bytes_received / BODY_BYTES_A_SECOND)


class Line(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    parser_class = Request
    has_served = False

    def service(self) -> None:
        """Answer one request."""
        super().service()
        self.has_served = True

    def is_late(self, now: float) -> bool:
        """Whether the other side neither sends nor takes anything that could be waited for."""
        if self.total_outbufs_len:
            return bool(now - self.last_activity > TAKING_SECONDS)
        coming = self.request
        return not self.requests and coming is not None and coming.is_late(now)

    def is_busy(self, *, leaving_for: float) -> bool:
        """Whether a process that wants to end still has something to do here."""
        if self.requests or self.total_outbufs_len or self.close_when_flushed:
            return True
        return leaving_for < LEAVING_SECONDS and (self.request is not None or not self.has_served)


class WaitingWorker(Worker):  # type: ignore[misc]
    """What gunicorn starts, watches and stops."""

    def run(self) -> None:
        """Serve until asked to end."""
        if self.cfg.is_ssl:
            self.log.error("This worker speaks no TLS: put what does in front of it.")
            raise SystemExit(4)  # gunicorn's own number for an application that cannot start: it does not try again
        for name in ("waitress", "waitress.queue"):  # paths stand in what they say; how long a queue is does not matter
            logging.getLogger(name).addFilter(Quiet())
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        self.threads, self.looked_at = Threads(self.cfg.threads), 0.0
        self.lines: dict[int, Any] = {}
        sockets = [each.sock for each in self.sockets]
        create_server(
            self.answer, map=self.lines, _dispatcher=self.threads, sockets=sockets, backlog=self.cfg.backlog, **LIMITS
        )
        for server in self._servers():
            server.channel_class = Line
        while self.alive:
            self._turn()
        self._leave()

    def _servers(self) -> list[Any]:
        return [each for each in self.lines.values() if isinstance(each, BaseWSGIServer)]

    def _channels(self) -> list[Line]:
        return [each for each in self.lines.values() if isinstance(each, Line)]

    def _turn(self) -> None:
        """Take and send what there is; once a second say that we live, and let go of who is too slow."""
        wasyncore.poll2(TURN_SECONDS, self.lines)  # poll, not select, which ends at file number 1024
        now = time.time()
        if 0 <= now - self.looked_at < 1:
            return
        self.looked_at = now
        self.notify()
        if os.getppid() != self.ppid:
            self.alive = False
        for line in self._channels():
            if line.is_late(now):
                line.will_close = True

    def _leave(self) -> None:
        """Answer what was begun, for as long as gunicorn waits."""
        for server in self._servers():
            server.accepting = False
        began = time.monotonic()
        while self._channels() and (leaving_for := time.monotonic() - began) < self.cfg.graceful_timeout:
            for line in self._channels():
                if not line.is_busy(leaving_for=leaving_for):
                    line.will_close = True
            self._turn()
        self.threads.shutdown()

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What the application answers; its line in the access log is gunicorn's, which holds the path alone."""
        if environ["REMOTE_ADDR"] == "localhost":  # waitress's word for a socket of this machine; ours is none
            environ["REMOTE_ADDR"] = ""
        environ["RAW_URI"] = environ["REQUEST_URI"]
        said = SimpleNamespace(status="", headers=[], sent=None)
        began = time.monotonic()

        def starting(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            said.status, said.headers, said.sent = status, headers, dict(headers).get("Content-Length")
            return start_response(status, headers, exc_info)

        answer: Iterable[bytes] = self.wsgi(environ, starting)
        took = timedelta(seconds=time.monotonic() - began)
        asked = SimpleNamespace(headers=[(name[5:], given) for name, given in environ.items() if name[:5] == "HTTP_"])
        self.log.access(said, asked, environ, took)
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        # The first lines alone: what would follow them would be read as the next answer.
        if close := getattr(answer, "close", None):
            close()
        return ()
