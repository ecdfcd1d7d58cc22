"""Extract files as they are sent: streamed to disk, unpacked when they came as a zip, and looked at as a whole.

Nothing is held in memory and nothing is believed by its name alone. Whatever is refused leaves no file behind.
"""

import hashlib
import os
import secrets
import shutil
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.inspecting import MB, look
from frontdoor.exchange.legacy.opening import copies, layout_of, paths_in
from frontdoor.exchange.legacy.reading import UnreadableFile
from frontdoor.exchange.legacy.staging import found_in
from frontdoor.ui.formats import joined

CHUNK = MB
#: Below this a zip may pack as tightly as it likes: it can fill nothing.
RATIO_FROM = 10 * MB
MOST_MEMBERS = 1000
#: A folder nobody has kept for so long was left by a process that died while receiving.
STRAY_SECONDS = 24 * 3600


@dataclass
class Arrived:
    """One file as it came: the name it was sent under, where it stands, its size, and whether that was too much."""

    name: str
    path: Path
    size: int = 0
    is_too_large: bool = False

    @property
    def plain_name(self) -> str:
        """The name without folders, in lower case, as extracts are named."""
        return PurePosixPath(self.name.replace("\\", "/")).name.strip().lower()


class Unacceptable(Exception):
    """What was sent cannot be imported; each problem is a sentence that says what to do."""

    code = "unacceptable_files"

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


@dataclass
class Kept:
    """What was sent and can be imported: its folder, the files, and what a person should read before starting."""

    folder: str
    files: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class ToDisk(FileUploadHandler):
    """Writes what is sent to a folder of its own, piece by piece; what is too large is read to its end and dropped."""

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.folder = Path(settings.IMPORTS_DIR) / secrets.token_hex(16)
        self.arrived: list[Arrived] = []
        self.total = 0
        self._out: IO[bytes] | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin the next file."""
        super().new_file(*args, **kwargs)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{len(self.arrived):03}.part"
        self._out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self.arrived.append(Arrived(self.file_name or "", path))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece, unless the file or all of them together have become too large."""
        now = self.arrived[-1]
        now.size += len(raw_data)
        if now.is_too_large or self._out is None:
            return
        self.total += len(raw_data)
        if now.size > settings.IMPORT_FILE_MB * MB or self.total > settings.IMPORT_TOTAL_MB * MB:
            now.is_too_large = True
            self._out.truncate(0)
            return
        self._out.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        """End the file; it is taken from ``arrived``, not from the request."""
        self._close()

    def upload_interrupted(self) -> None:
        """The sender went away: keep nothing."""
        self._close()
        self.discard()

    def discard(self) -> None:
        """Delete everything that came."""
        self._close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _close(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None


def accept(sent: ToDisk) -> Kept:
    """Name, unpack and look at what was sent. Raises Unacceptable with all that is wrong; the caller discards."""
    arrived = [each for each in sent.arrived if each.name]
    if not arrived:
        raise Unacceptable("Choose the extract files, or one zip of them.")
    too_large = [_too_large(each.name, each.size) for each in arrived if each.is_too_large]
    if too_large:
        raise Unacceptable(*too_large)
    archives = [each for each in arrived if each.plain_name.endswith(".zip")]
    if archives and len(arrived) > 1:
        raise Unacceptable("Send either the extract files themselves, or one zip of them, not both.")
    notes: list[str] = []
    names = (
        _unpacked(archives[0], sent.folder, notes)
        if archives
        else _named([(e.plain_name, e.path) for e in arrived], notes)
    )
    files = []
    for name, path in names.items():
        path.rename(sent.folder / name)
    others = {each.plain_name: each.path for each in arrived if each.path not in names.values() and not archives}
    by_layout = {layout.name: sent.folder / name for name in names if (layout := layout_of(name))}
    notes += copies(by_layout, others)
    for stray in sent.folder.glob("*.part"):
        stray.unlink()
    try:
        layouts = found_in(sent.folder)
        looks = look(sent.folder, layouts, most_mb=settings.IMPORT_FILE_MB)
    except UnreadableFile as told:
        raise Unacceptable(
            *(problem.replace(f"{sent.folder} holds", "What you sent holds") for problem in told.problems)
        ) from None
    paths = paths_in(sent.folder)
    for each in looks:
        path = paths[each.name]
        files.append({"name": path.name, "bytes": path.stat().st_size, "rows": each.rows, "sha256": _digest(path)})
        notes.extend(each.notes)
    missing = [name for name in LAYOUTS if name not in paths]
    if missing:
        notes.append(f"Not among the files: {joined(missing)}. What they hold will not be imported.")
    return Kept(sent.folder.name, files, notes)


def _too_large(name: str, size: int) -> str:
    if size > settings.IMPORT_FILE_MB * MB:
        return (
            f"{name} has {size / MB:,.0f} MB; a file may have {settings.IMPORT_FILE_MB:,} MB. Extract a shorter period,"
            " or have the limit raised (IMPORT_FILE_MB)."
        )
    return (
        f"With {name} the files are more than {settings.IMPORT_TOTAL_MB:,} MB together. Send each system's files by"
        " themselves, or have the limit raised (IMPORT_TOTAL_MB)."
    )


def _named(found: list[tuple[str, Path]], notes: list[str]) -> dict[str, Path]:
    """Which file is which. Raises Unacceptable when a name came twice, or none is an extract's."""
    times = Counter(name for name, _ in found)
    doubled = sorted(name for name, count in times.items() if count > 1 and layout_of(name))
    if doubled:
        raise Unacceptable(
            *(
                f"{name} was sent {times[name]} times. Send it once, so that it is clear which counts."
                for name in doubled
            )
        )
    unknown = [name for name, _ in found if not layout_of(name)]
    known = {name: path for name, path in found if layout_of(name)}
    if not known:
        raise Unacceptable(
            f"None of the files has the name of an extract file ({joined(LAYOUTS)})."
            f" Sent: {joined(name[:60] for name in unknown[:10])}. Give them their names and send them again."
        )
    if unknown:
        shown = joined(
            [name[:60] for name in unknown[:10]] + ([f"{len(unknown) - 10} more"] if len(unknown) > 10 else [])
        )
        notes.append(f"Not used, because no extract file has this name: {shown}.")
    return known


def _unpacked(archive: Arrived, folder: Path, notes: list[str]) -> dict[str, Path]:
    """The extract files of a zip, each beside it under a name of ours."""
    if not zipfile.is_zipfile(archive.path):
        raise Unacceptable(f"{archive.name} is not a zip file. Send the extract files themselves, or pack them again.")
    try:
        with zipfile.ZipFile(archive.path) as packed:
            members = [m for m in packed.infolist() if not m.is_dir() and "__MACOSX" not in m.filename]
            if len(members) > MOST_MEMBERS:
                raise Unacceptable(f"{archive.name} holds {len(members):,} files. Pack only the extract files.")
            paths = {m: folder / f"{number:03}-unpacked.part" for number, m in enumerate(members)}
            named = _named([(PurePosixPath(m.filename).name.strip().lower(), paths[m]) for m in members], notes)
            wanted = {path: name for name, path in named.items()}
            total = 0
            for member, path in paths.items():
                if path in wanted:
                    total = _unpack(packed, member, path, archive, total)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as damaged:
        if isinstance(damaged, OSError) and damaged.errno is not None:
            raise
        raise Unacceptable(
            f"{archive.name} is damaged and cannot be unpacked to its end. Pack the files again."
        ) from None
    return named


def _unpack(packed: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, archive: Arrived, total: int) -> int:
    """Unpack one file, counting what really comes out; returns the total so far."""
    name = f"{PurePosixPath(member.filename).name} in {archive.name}"
    if member.flag_bits & 1:
        raise Unacceptable(f"{name} is locked with a password. Pack the files without one.")
    size = 0
    with packed.open(member) as source, path.open("xb") as out:
        for piece in _pieces(source):
            size += len(piece)
            total += len(piece)
            if size > RATIO_FROM and size > settings.IMPORT_ZIP_RATIO * max(member.compress_size, 1):
                raise Unacceptable(
                    f"{name} unpacks to more than {settings.IMPORT_ZIP_RATIO} times its size, as no extract does."
                    " Send the files unpacked."
                )
            if size > settings.IMPORT_FILE_MB * MB or total > settings.IMPORT_TOTAL_MB * MB:
                raise Unacceptable(_too_large(name, size))
            out.write(piece)
    path.chmod(0o600)
    return total


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(CHUNK):
        yield piece


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(folder: str) -> None:
    """Delete the files of an upload; nothing happens when they are gone already."""
    shutil.rmtree(Path(settings.IMPORTS_DIR) / folder, ignore_errors=True)


def remove_strays(kept: set[str], sent: Path) -> None:
    """Delete folders that no upload knows and nobody has written to in the day before ``sent`` was written to.

    Ages go by the clock of the disk, which may be another machine's than ours: two clocks that differ must not delete
    what has just arrived.
    """
    if not sent.is_dir():
        return
    today = sent.stat().st_mtime
    for folder in sent.parent.iterdir():
        if folder.name not in kept and today - folder.stat().st_mtime > STRAY_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
