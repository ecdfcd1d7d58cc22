"""The text of a document, read in a process of its own: ``python -m frontdoor.documents.reading CONTENT-TYPE``.

A hostile or broken file can take no more memory and time than the limits below, and takes nothing down with it. The
bytes come on standard input, never from the disk; one JSON object goes out. Nothing of Django is loaded here.
"""

import io
import json
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

from defusedxml import ElementTree

from frontdoor.documents import mails

MEMORY = 2 * 1024**3
CPU_SECONDS = 240
OVERALL_SECONDS = 280
PAGE_SECONDS = 60
MOST_CHARACTERS = 500_000
MOST_OCR_PAGES = 40
#: What stands at the end of a text that is longer.
GOES_ON = "\n\n[The text goes on in the file; what follows cannot be searched.]"
MOST_PART = 50 * 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."


def has_ocr() -> bool:
    """Whether pictures of text can be read here."""
    return shutil.which("tesseract") is not None


def can_draw_pdf() -> bool:
    """Whether the pages of a scanned PDF can be made pictures of."""
    return shutil.which("pdftoppm") is not None


def read(data: bytes, content_type: str) -> dict[str, Any]:
    """``state`` (a value of ``Document.Reading``), ``text`` and, where there are any, ``pages`` or ``attached``."""
    if content_type == "application/pdf":
        return _pdf(data)
    if content_type.startswith("image/"):
        if not has_ocr():
            return {"state": "no_ocr", "text": ""}
        return _told(_ocr(data), pages=1 if content_type != "image/tiff" else None)
    if content_type in (OFFICE + "spreadsheetml.sheet", OPEN + "spreadsheet"):
        return _told(_sheets(data))
    if content_type == "text/plain":
        return _told(mails.decoded(data))
    if content_type == "message/rfc822":
        mail = mails.read(data)
        return _told(mail.text, attached=mail.attached)
    return _told("\n".join(_xml_text(data, content_type)))


def _told(text: str, **more: Any) -> dict[str, Any]:
    # Half a letter of a broken file is not one, and the database takes neither it nor a null.
    text = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS - len(GOES_ON)] + GOES_ON
    return {"state": "done" if text else "empty", "text": text, **more}


def _pdf(data: bytes) -> dict[str, Any]:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return {"state": "locked", "text": ""}
    try:
        pages = len(reader.pages)
    except FileNotDecryptedError:
        return {"state": "locked", "text": ""}
    found: list[str] = []
    length = 0
    for page in reader.pages:
        text = page.extract_text() or ""
        found.append(text)
        length += len(text)
        if length > MOST_CHARACTERS:
            break
    text = "\n".join(found)
    # A scan holds pictures only; a stamp of a few letters on each page is not its text.
    if len(text.strip()) >= 20 * max(1, min(pages, 5)):
        return _told(text, pages=pages)
    if not has_ocr() or not can_draw_pdf():
        return {"state": "no_ocr" if not text.strip() else "done", "text": text.strip(), "pages": pages}
    drawn = "\n".join(_ocr(_drawn(data, number)) for number in range(1, min(pages, MOST_OCR_PAGES) + 1))
    return _told(f"{text}\n{drawn}", pages=pages)


def _drawn(data: bytes, number: int) -> bytes:
    command = ["pdftoppm", "-r", "200", "-gray", "-f", str(number), "-l", str(number), "-"]
    return _run(command, data)


def _ocr(picture: bytes) -> str:
    return _run(["tesseract", "stdin", "stdout", "--psm", "3"], picture).decode("utf-8", "replace")


def _run(command: list[str], data: bytes) -> bytes:
    return subprocess.run(  # noqa: S603 (our own words; the bytes go in on standard input)
        command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PAGE_SECONDS, check=True
    ).stdout


def _sheets(data: bytes) -> str:
    from python_calamine import CalamineWorkbook

    lines: list[str] = []
    length = 0
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        lines.append(name)
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=True):
            lines.append("\t".join(_as_typed(cell) for cell in row if cell not in ("", None)))
            length += len(lines[-1])
            if length > MOST_CHARACTERS:
                return "\n".join(lines)
    return "\n".join(lines)


def _as_typed(cell: object) -> str:
    """A cell as people type it and look for it: a whole number has no point, whatever the file keeps it as."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _wanted(names: list[str], content_type: str) -> list[str]:
    if content_type.startswith(OPEN):
        return [name for name in ("content.xml", "styles.xml") if name in names]
    if content_type.endswith("presentation"):
        return sorted(
            (n for n in names if n.startswith(("ppt/slides/slide", "ppt/notesSlides/notes")) and n.endswith(".xml")),
            key=lambda n: (len(n), n),
        )
    parts = ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments")
    return sorted((n for n in names if n.startswith(parts) and n.endswith(".xml")), key=lambda n: "document" not in n)


def _xml_text(data: bytes, content_type: str) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        left = 2 * MOST_PART
        for name in _wanted(archive.namelist(), content_type)[:2000]:
            with archive.open(name) as member:
                part = member.read(min(left, MOST_PART) + 1)
            left -= len(part)
            if len(part) > MOST_PART or left <= 0:
                raise ValueError("unpacks to more than a document holds")
            yield _words(part)


def _words(part: bytes) -> str:
    """Text of an XML part, a line for each paragraph (``p`` and ``h`` in every one of the formats)."""
    root = ElementTree.fromstring(part, forbid_dtd=True)
    lines: list[str] = []
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag in ("p", "h"):
            pieces = []
            for inner in element.iter():
                name = str(inner.tag).rpartition("}")[2]
                pieces.append({"tab": "\t", "br": "\n", "s": " ", "line-break": "\n"}.get(name, ""))
                pieces.append(inner.text or "")
                pieces.append(inner.tail or "" if inner is not element else "")
            lines.append("".join(pieces))
    return "\n".join(line for line in lines if line.strip())


def main() -> int:
    """Read standard input within the limits and print what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    found = read(sys.stdin.buffer.read(), sys.argv[1])
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
