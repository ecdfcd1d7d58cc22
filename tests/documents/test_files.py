"""What is taken and what is refused, whatever a file is called, and the text found in it."""

import io
import zipfile
from typing import Any

import pytest

from frontdoor.documents import contents, reading
from frontdoor.documents.contents import NotTaken, recognise
from tests.documents.files import docx, odt, packed, pdf, png, scan, xlsx

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\xff\xd9"
TIFF = b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", pdf("x"), contents.PDF),
        ("A.PNG", png(), contents.PNG),
        ("a.jpeg", JPEG, contents.JPEG),
        ("a.tif", TIFF, contents.TIFF),
        ("a.docx", docx("x"), contents.DOCX),
        ("a.xlsx", xlsx("x"), contents.XLSX),
        ("a.odt", odt("x"), contents.ODT),
    ],
)
def test_a_file_is_what_its_bytes_say(name: str, data: bytes, kind: Any) -> None:
    assert recognise(data, name) == kind


@pytest.mark.parametrize("before", [b"\n", b"\r\n", b" \t\n", b"\xef\xbb\xbf\n"])
def test_a_pdf_with_something_blank_before_its_header_is_taken_and_read(before: bytes) -> None:
    data = before + pdf("Paediatric appointment on Monday")
    assert recognise(data, "a.pdf") == contents.PDF
    assert "Paediatric" in reading.read(data, contents.PDF.content_type)["text"]


def test_numbers_of_a_spreadsheet_are_found_as_people_type_them() -> None:
    sheet = xlsx("NHS number", 9434765919, 9434765919.0, 12.5)
    text = reading.read(sheet, contents.XLSX.content_type)["text"]
    assert "NHS number\t9434765919\t9434765919\t12.5" in text


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/document.xml", "w", force_zip64=True) as member:
            for _ in range(401):
                member.write(b"\0" * 1024 * 1024)
        archive.writestr("[Content_Types].xml", "")
    return out.getvalue()


OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "__substg1.0_0037001F".encode("utf-16-le")
#: What people have and send, with the words that say what to do about it.
OFTEN_SENT = [
    ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, "send that; on an iPhone, choose Settings"),
    ("a.jpg", b"\0\0\0\x18ftypmif1" + b"\0" * 40, "save it as a JPEG"),
    ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 40, "save it as a PNG or a JPEG"),
    ("a.msg", OUTLOOK, "an e-mail saved from Outlook. Open it, print it to a PDF"),
    ("a.rtf", rb"{\rtf1\ansi Dear colleague}", "Open it in Word, save it as a Word document or a PDF"),
    ("a.m4a", b"\0\0\0\x18ftypM4A " + b"\0" * 40, "sound or video recording"),
]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"", "The file is empty."),
        ("a.pdf", png(), "The content is a PNG picture, but its name ends in .pdf."),
        ("a", pdf("x"), "its name has no ending"),
        ("a.pdf", b"MZ\x90\x00" + b"\0" * 100, "This is a program"),
        ("a.pdf", b"#!/bin/sh\nrm -rf /", "This is a program"),
        ("a.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "could carry a script"),
        ("a.pdf", b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", "could carry a script"),
        ("a.docx", docx("x", **{"word/vbaProject.bin": "x"}), "holds macros"),
        ("a.docx", docx("x", **{"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled"}), "macros"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "of the old kind"),
        ("a.zip", packed(**{"a.txt": "x"}), "Archives are not taken"),
        ("a.docx", docx("x")[:60], "damaged"),
        ("a.docx", bomb(), "far larger than any document"),
        ("a.bin", b"\x00\x01\x02\x03" * 40, "This kind of file is not taken"),
        *[(name, data, said) for name, data, said in OFTEN_SENT],
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_taken_is_refused_with_a_sentence(name: str, data: bytes, said: str) -> None:
    with pytest.raises(NotTaken, match=said.replace(".", r"\.")) as refused:
        recognise(data, name)
    assert str(refused.value).endswith(".")


def test_the_text_of_every_kind_is_read() -> None:
    assert reading.read(pdf("Paediatric appointment on Friday with Doctor Example"), "application/pdf") == {
        "state": "done", "text": "Paediatric appointment on Friday with Doctor Example", "pages": 1,
    }  # fmt: skip
    word = reading.read(docx("Dear colleague,", "Zoë was seen &amp; weighed."), contents.DOCX.content_type)
    assert word["text"].splitlines() == ["Dear colleague,", "Zoë was seen & weighed."]
    assert reading.read(odt("First", "Second"), contents.ODT.content_type)["text"] == "First\nSecond"
    assert "Visit\tSeen" in reading.read(xlsx("Visit", "Seen"), contents.XLSX.content_type)["text"]
    entities = '<!DOCTYPE a [<!ENTITY b "boom">]><a><p>&b;</p></a>'
    with pytest.raises(Exception, match="DTD"):
        reading.read(docx("x", **{"word/document.xml": entities}), contents.DOCX.content_type)


def test_a_scan_is_read_by_machine_where_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    if reading.has_ocr() and reading.can_draw_pdf():
        picture = scan("Health visitor report", "Weight below the second centile")
        found = reading.read(picture, "image/png")
        assert (found["state"], "second centile" in found["text"].lower()) == ("done", True)
    monkeypatch.setattr(reading, "has_ocr", lambda: False)
    assert reading.read(png(), "image/png") == {"state": "no_ocr", "text": ""}
