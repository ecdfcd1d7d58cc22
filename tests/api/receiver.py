"""A receiver of webhooks as an agency runs one: a real HTTP server that can be told how to answer."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One message as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where it listens, what came in, and how the next messages are answered: a status, "hang", "drip" or "drop"."""

    port: int
    answer: Any = 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hooks"


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver on a free port of this machine, for the time of a block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            about.got.append(Got(self.path, headers, self.rfile.read(length)))
            about.arrived.set()
            how = about.answer(about.got[-1]) if callable(about.answer) else about.answer
            if how == "hang":
                about.let_go.wait(30)
                return
            if how == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if how == "drip":
                try:
                    for _ in range(300):
                        self.wfile.write(b"H")
                        if about.let_go.wait(0.1):
                            return
                except OSError:
                    return
            self.send_response(int(how))
            for name, value in about.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 50

        def handle_error(self, *args: Any) -> None:
            pass  # the other side hung up

    server = Server(("127.0.0.1", 0), Handler)
    about = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield about
    finally:
        about.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()


def until(true: Any, seconds: float = 90) -> None:
    """Wait for something to become true; fail when it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)
