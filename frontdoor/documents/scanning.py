"""Asking clamd whether a file carries a virus: its INSTREAM command, over TCP or a local socket."""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings


class Unavailable(Exception):
    """The scanner did not answer, or not with a verdict: the file waits."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner found; ``virus`` is empty for a clean file."""

    virus: str = ""


def scan(pieces: Iterable[bytes]) -> Verdict:
    """Send the bytes to the scanner named in CLAMD_ADDRESS. Raises Unavailable when it gives no verdict in time."""
    try:
        with _connect() as line:
            line.sendall(b"zINSTREAM\0")
            for piece in pieces:
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError as silent:
        raise Unavailable(type(silent).__name__) from silent
    if answer == "stream: OK":
        return Verdict()
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return Verdict(virus=answer.removeprefix("stream: ").removesuffix(" FOUND")[:200])
    raise Unavailable("no verdict")


def _connect() -> socket.socket:
    address = settings.CLAMD_ADDRESS
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(settings.CLAMD_TIMEOUT)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=settings.CLAMD_TIMEOUT)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < 4096:
        piece = line.recv(1024)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
