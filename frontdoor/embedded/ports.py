"""Which port the web server is to listen on. Standard library only: ``dev.py`` asks before anything is installed."""

import errno
import socket
import sys
from collections.abc import Mapping


def is_free(port: int) -> bool:
    """Whether the web server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as told:
            if told.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def chosen(command: str, environment: Mapping[str, str]) -> int:
    """The port of ``PORT``, or 8000. Ends the process with a sentence when it is no port or, to serve, not free."""
    said = environment.get("PORT") or "8000"
    if not said.isdigit() or not 0 < int(said) < 65536:
        sys.exit(f"PORT is {said!r}: give a number from 1 to 65535.")
    port = int(said)
    if command != "services" and not is_free(port):
        sys.exit(
            f"Port {port} is taken. Stop what uses it, or choose another: PORT={port + 1} python3 dev.py {command}"
        )
    return port
