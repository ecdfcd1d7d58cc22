"""The file of an extract in whatever form it came: under a name in other letters, or as an Excel workbook.

What is read is always the CSV file that the system would have written: everything after this knows one form only.
"""

import hashlib
import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from frontdoor.exchange.legacy.files import LAYOUTS, Layout
from frontdoor.exchange.legacy.reading import UnreadableFile

MB = 1024 * 1024
#: Below this a workbook may pack as tightly as it likes: it can fill nothing.
RATIO_FROM = 10 * MB
MOST_MEMBERS = 1000
OVERALL_SECONDS = 1200
WORKBOOK = ".xlsx"


def layout_of(name: str) -> Layout | None:
    """The extract a file of this name holds; None when no extract has the name."""
    stem, point, ending = name.strip().lower().rpartition(".")
    return LAYOUTS.get(f"{stem}.csv") if point and ending in ("csv", "xlsx") else None


def looks_like(name: str) -> Layout | None:
    """The extract of which a file seems to be a copy, by its name (``carecase_people (1).csv``)."""
    lowered = name.strip().lower()
    if layout_of(name) is not None or not lowered.endswith((".csv", WORKBOOK, ".xls", ".ods", ".txt", ".tsv")):
        return None
    fitting = [layout for each, layout in LAYOUTS.items() if each.removesuffix(".csv") in lowered]
    return max(fitting, key=lambda layout: len(layout.name), default=None)


def paths_in(folder: Path) -> dict[str, Path]:
    """The extract files of a folder by the name of their layout. Raises UnreadableFile when one is there twice."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        layout = layout_of(path.name)
        if layout is not None and path.is_file():
            found.setdefault(layout.name, []).append(path)
    twice = [
        f"{' and '.join(path.name for path in paths)} both hold {name}. {_sameness(paths)} Leave the one that counts."
        for name, paths in found.items()
        if len(paths) > 1
    ]
    if twice:
        raise UnreadableFile(*twice)
    return {name: paths[0] for name, paths in found.items()}


def _sameness(paths: list[Path]) -> str:
    return "They are the same, byte for byte." if len({_digest(path) for path in paths}) == 1 else "They differ."


def copies(used: Mapping[str, Path], others: Mapping[str, Path]) -> list[str]:
    """What to tell of files that seem to be a copy of an extract under another name; they are never read.

    ``used`` gives the path by layout, ``others`` the path by the name it was given under.
    """
    told = []
    for name, path in others.items():
        layout = looks_like(name)
        if layout is None:
            continue
        original = used.get(layout.name)
        if original is None:
            told.append(f"{name[:80]} is not used: if it is {layout.name}, give it that name.")
        elif _digest(path) == _digest(original):
            told.append(f"{name[:80]} is the same file as {layout.name}, which is used once.")
        else:
            told.append(
                f"{name[:80]} looks like another {layout.name} and is not used: make sure that the one which counts has"
                " that name."
            )
    return told


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(path: Path, layout: Layout, notes: list[str] | None = None) -> Iterator[tuple[BinaryIO, Layout]]:
    """An extract file as bytes of CSV, and the layout to read it by (a workbook may be in another encoding).

    ``notes`` takes what a person should be told. Raises UnreadableFile when a workbook cannot be read.
    """
    if not path.name.lower().endswith(WORKBOOK):
        with path.open("rb") as file:
            yield file, layout
        return
    with tempfile.TemporaryFile() as made:
        encoding = _convert(path, layout, made, [] if notes is None else notes)
        made.seek(0)
        yield made, layout if encoding == layout.encoding else replace(layout, encoding=encoding)


def _convert(path: Path, layout: Layout, made: BinaryIO, notes: list[str]) -> str:
    """Write a workbook as CSV; its encoding."""
    _check_archive(path)
    broken = f"{path.name} is damaged, too large or no Excel workbook. Save it again, or extract it as CSV."
    too_long = f"{path.name} takes too long to read. Extract it as CSV, or a shorter period."
    with path.open("rb") as file:
        try:
            ended = subprocess.run(  # noqa: S603 (our own words; the bytes go in on standard input)
                [sys.executable, "-m", "frontdoor.exchange.legacy.sheets", layout.name],
                stdin=file, stdout=made, stderr=subprocess.PIPE, timeout=OVERALL_SECONDS, check=False,
                cwd=settings.BASE_DIR,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise UnreadableFile(too_long) from None
    if ended.returncode == -signal.SIGXCPU:
        raise UnreadableFile(too_long)
    try:
        told = json.loads(ended.stderr)
    except ValueError:
        raise UnreadableFile(broken) from None
    if ended.returncode or "problem" in told:
        raise UnreadableFile(f"{path.name}: {told['problem']}" if "problem" in told else broken)
    notes += [f"{path.name}: {note}" for note in told["notes"]]
    if made.tell() > settings.IMPORT_FILE_MB * MB:
        raise UnreadableFile(_too_large(path))
    return str(told["encoding"])


def _too_large(path: Path) -> str:
    return (
        f"{path.name} unpacks to more than {settings.IMPORT_FILE_MB:,} MB. Extract a shorter period, or have the limit"
        " raised (IMPORT_FILE_MB)."
    )


def _check_archive(path: Path) -> None:
    """Refuse what is no workbook, or says that it unpacks to more than an extract holds.

    One that lies about that is stopped by the limits of the process that reads it.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            if "[Content_Types].xml" not in packed.namelist() or len(members) > MOST_MEMBERS:
                raise zipfile.BadZipFile
            for member in members:
                if member.flag_bits & 1:
                    raise zipfile.BadZipFile
                if member.file_size > RATIO_FROM and member.file_size > settings.IMPORT_ZIP_RATIO * max(
                    member.compress_size, 1
                ):
                    raise UnreadableFile(
                        f"{path.name} unpacks to more than {settings.IMPORT_ZIP_RATIO} times its size, as no extract"
                        " does. Extract it as CSV."
                    )
            if sum(member.file_size for member in members) > settings.IMPORT_FILE_MB * MB:
                raise UnreadableFile(_too_large(path))
    except (zipfile.BadZipFile, NotImplementedError):
        raise UnreadableFile(
            f"{path.name} is no Excel workbook, or has a password. Save it again as .xlsx without one, or extract it"
            " as CSV."
        ) from None
