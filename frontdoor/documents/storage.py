"""Where documents' bytes are kept: outside the database, under a name made from what they are, encrypted if wanted.

A file is plain, or: ``FDDOC1``, the length and the name of its key, 16 random bytes, then chunks of 1 MiB under
AES-256-GCM. The chunk key is derived from the named key and the random bytes, so a counter can be the nonce; each
chunk is bound to its place and to whether it is the last, so none can be dropped, moved or added unseen.
"""

import hashlib
import hmac
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from frontdoor.documents.keys import all_keys

MAGIC = b"FDDOC1"
CHUNK = 1024 * 1024


class Damaged(Exception):
    """A stored file that is missing or is not what was stored."""


def path_of(blob: str) -> Path:
    """Where the file of this name stands."""
    root: Path = settings.DOCUMENTS_DIR
    return root / blob[:2] / blob[2:4] / blob


def put(data: bytes) -> tuple[str, str]:
    """Store bytes durably; returns their name and the name of the key they are encrypted with ("" for none).

    The same bytes under the same key are stored once. A crash leaves a whole file or none.
    """
    key_id = next(iter(all_keys()), "")
    secret = hmac.new(settings.SECRET_KEY.encode(), b"names of documents", hashlib.sha256).digest()
    blob = hmac.new(secret, hashlib.sha256(data).digest() + key_id.encode(), hashlib.sha256).hexdigest()
    path = path_of(blob)
    if not path.exists():
        _write(path, _sealed(data, key_id))
    return blob, key_id


def _write(path: Path, parts: Iterator[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for part in parts:
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    # The name must survive a power cut too, and so must the folders it stands in.
    for folder in (path.parent, path.parent.parent, settings.DOCUMENTS_DIR):
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"frontdoor document").derive(key))


def _bound(number: int, is_last: bool) -> bytes:
    return struct.pack(">Q?", number, is_last)


def _sealed(data: bytes, key_id: str) -> Iterator[bytes]:
    if not key_id:
        yield data
        return
    salt, name = secrets.token_bytes(16), key_id.encode()
    yield MAGIC + bytes([len(name)]) + name + salt
    cipher = _cipher(all_keys()[key_id], salt)
    starts = list(range(0, len(data), CHUNK)) or [0]
    for number, start in enumerate(starts):
        nonce = number.to_bytes(12, "big")
        yield cipher.encrypt(nonce, data[start : start + CHUNK], _bound(number, start == starts[-1]))


def parts(blob: str, key_id: str) -> Iterator[bytes]:
    """The stored bytes, piece by piece. Raises Damaged when they are not there or were changed."""
    try:
        with path_of(blob).open("rb") as source:
            if not key_id:
                while piece := source.read(CHUNK):
                    yield piece
                return
            yield from _opened(source, key_id)
    except FileNotFoundError as absent:
        raise Damaged("The file is not in the store.") from absent


def _opened(source: BinaryIO, key_id: str) -> Iterator[bytes]:
    read = source.read
    name = key_id.encode()
    if read(len(MAGIC) + 1 + len(name)) != MAGIC + bytes([len(name)]) + name:
        raise Damaged("The file is not encrypted with the key its record names.")
    key = all_keys().get(key_id)
    if key is None:
        raise Damaged(f"The key {key_id} is not in DOCUMENTS_KEYS.")
    cipher = _cipher(key, read(16))
    number, piece = 0, read(CHUNK + 16)
    while piece:
        following = read(CHUNK + 16)
        try:
            yield cipher.decrypt(number.to_bytes(12, "big"), piece, _bound(number, not following))
        except InvalidTag as changed:
            raise Damaged("The file was changed in the store.") from changed
        number, piece = number + 1, following
    if number == 0:
        raise Damaged("The file was cut short in the store.")


def get(blob: str, key_id: str) -> bytes:
    """The stored bytes, whole."""
    return b"".join(parts(blob, key_id))


def check(blob: str, key_id: str, sha256: str) -> str:
    """What is wrong with a stored file, as a sentence; "" when it is exactly what was stored."""
    digest = hashlib.sha256()
    try:
        for piece in parts(blob, key_id):
            digest.update(piece)
    except Damaged as wrong:
        return str(wrong)
    return "" if digest.hexdigest() == sha256 else "The file is not the one that was stored."


def destroy(blob: str) -> bool:
    """Remove a file for good, overwritten first; returns whether it was there.

    Copies in backups end with the backups; a drive may keep blocks it has replaced: only encryption helps there.
    """
    path = path_of(blob)
    try:
        with path.open("r+b") as target:
            left = path.stat().st_size
            while left > 0:
                left -= target.write(b"\0" * min(left, CHUNK))
            target.flush()
            os.fsync(target.fileno())
    except FileNotFoundError:
        return False
    path.unlink()
    _sync(path.parent)
    return True


def stored() -> Iterator[str]:
    """Names of every whole file in the store."""
    for path in sorted(settings.DOCUMENTS_DIR.glob("??/??/*")):
        if len(path.name) == 64:
            yield path.name
