"""A pooler that ignores start-up options, as poolers of transactions do: whoever asks for a role does not get it."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

#: Requests for encryption, which this one declines.
ENCRYPTION = {80877103, 80877104}


def _exactly(line: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = line.recv(count - len(found))
        if not more:
            raise ConnectionError("the line ended")
        found += more
    return found


def _start(client: socket.socket) -> bytes:
    """The start-up message of a client, without its options."""
    while True:
        (length,) = struct.unpack("!I", _exactly(client, 4))
        body = _exactly(client, length - 4)
        (code,) = struct.unpack("!I", body[:4])
        if code not in ENCRYPTION:
            break
        client.sendall(b"N")
    words = body[4:].rstrip(b"\0").split(b"\0")
    kept = [(name, value) for name, value in zip(words[::2], words[1::2], strict=True) if name != b"options"]
    said = body[:4] + b"".join(name + b"\0" + value + b"\0" for name, value in kept) + b"\0"
    return struct.pack("!I", len(said) + 4) + said


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _serve(client: socket.socket, server_at: Path) -> None:
    with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
        server.connect(str(server_at))
        server.sendall(_start(client))
        back = threading.Thread(target=_pump, args=[server, client], daemon=True)
        back.start()
        _pump(client, server)
        back.join()


@contextlib.contextmanager
def pooler() -> Iterator[str]:
    """Where the owner reaches PostgreSQL through it: the beginning of an address, without the database's name."""
    server_at = settings.EMBEDDED.sockets / ".s.PGSQL.5432"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=_serve, args=[client, server_at], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"postgresql://frontdoor@127.0.0.1:{listening.getsockname()[1]}"
