"""A small application behind the product's web server: says what it was sent; some requests wait until let on."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """``/long/N`` answers N bytes, ``/said`` what it was told of the request, ``/unchanged`` that nothing is new.

    A batch, and ``/waits``, begins by leaving a file in ``LANES`` and ends when ``go`` is there.
    """
    body, folder, path = environ["wsgi.input"].read(), Path(os.environ["LANES"]), environ["PATH_INFO"]
    if path.endswith(("/batch", "/waits")):
        (folder / f"begun-{environ.get('HTTP_AUTHORIZATION', 'nobody').split()[-1]}-{time.monotonic_ns()}").touch()
        while not (folder / "go").exists():
            time.sleep(0.01)
    if path == "/unchanged":
        start_response("304 Not Modified", [("ETag", '"a"')])
        return []
    if path == "/pieces":
        start_response("200 OK", [])
        return (b"piece" for _ in range(3))
    said = hashlib.sha256(body).hexdigest().encode()
    if path.startswith("/long/"):
        said = b"x" * int(path.rpartition("/")[2])
    if path == "/said":
        said = json.dumps({name: value for name, value in environ.items() if isinstance(value, str)}).encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]
