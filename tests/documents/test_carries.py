"""What a file carries beside its words is named on its page, and reaches no viewer unasked."""

import io
import re
import zipfile
import zlib
from typing import Any

import pytest
from django.test import Client

from frontdoor.documents import carries, working
from frontdoor.documents.models import Document
from tests.documents.files import docx, odt, packed, pdf, png, xlsx
from tests.pages.conftest import AT

#: After the documents were filed.
NOW = AT
PDF = "application/pdf"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relation(kind: str, target: str, mode: str = ' TargetMode="External"') -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r9" Type="{OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'
    )


def with_object(said: str, *more: bytes) -> bytes:
    """A PDF with one more object; ``more`` goes behind it."""
    return pdf("Letter") + f"\n9 0 obj\n{said}\nendobj\n".encode() + b"".join(more)


def packed_objects(said: bytes, head: str = "/Filter /FlateDecode") -> bytes:
    """A PDF that has an object inside a packed stream."""
    body = zlib.compress(said)
    begin = f"\n9 0 obj\n<< /Type /ObjStm /N 1 /First 4 {head} /Length {len(body)} >>\nstream\n".encode()
    return pdf("Letter") + begin + body + b"\nendstream\nendobj\n"


SCRIPT = b"10 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"
HELD: list[tuple[str, str, bytes, list[str]]] = [
    ("script", "a.pdf", with_object("<< /S /JavaScript /JS (app.alert\\(1\\)) >>"), ["script"]),
    ("script spelt otherwise", "a.pdf", with_object("<< /S /J#61vaScr#69pt /JS (x) >>"), ["script"]),
    ("script in packed objects", "a.pdf", packed_objects(SCRIPT), ["script"]),
    ("packed in another way", "a.pdf", packed_objects(SCRIPT, "/Filter [/ASCII85Decode /FlateDecode]"), ["unseen"]),
    ("broken packing", "a.pdf", packed_objects(SCRIPT).replace(b"stream\nx", b"stream\ny"), ["unseen"]),
    ("starts a program", "a.pdf", with_object("<< /S /Launch /F (calc.exe) >>"), ["launch"]),
    ("file inside", "a.pdf", with_object("<< /EF << /F 8 0 R >> /EmbeddedFiles 7 0 R >>"), ["embedded"]),
    ("form with scripts", "a.pdf", with_object("<< /AcroForm << /XFA 7 0 R >> >>"), ["form"]),
    (
        "remote template", "a.docx",
        docx("Dear all", **{"word/_rels/settings.xml.rels": relation("attachedTemplate", "https://evil.example/t.dotm")}),
        ["remote_template"],
    ),
    (
        "linked picture", "a.docx",
        docx("Dear all", **{"word/_rels/document.xml.rels": relation("image", "https://evil.example/p.png")}),
        ["external"],
    ),
    ("embedded object", "a.docx", docx("Dear all", **{"word/embeddings/oleObject1.bin": "x"}), ["embedded"]),
    (
        "a field of another program", "a.docx",
        docx("Dear all", **{"word/header1.xml": "<w:instrText>DDE</w:instrText><w:instrText>AUTO c:\\x</w:instrText>"}),
        ["program_field"],
    ),
]  # fmt: skip


def sheet_with(**members: str) -> bytes:
    out = io.BytesIO(xlsx("Visit"))
    with zipfile.ZipFile(out, "a") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


HELD += [
    ("macro sheet", "a.xlsx", sheet_with(**{"xl/macrosheets/sheet1.xml": "<x/>"}), ["macro_sheet"]),
    (
        "workbook elsewhere", "a.xlsx",
        sheet_with(**{"xl/externalLinks/externalLink1.xml": "<externalLink><ddeLink/></externalLink>"}),
        ["program_field", "external"],
    ),
]  # fmt: skip
CONTENT_TYPES = {
    "a.pdf": PDF,
    "a.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "a.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pytest.mark.parametrize(("name", "data", "codes"), [row[1:] for row in HELD], ids=[row[0] for row in HELD])
def test_what_it_carries_is_found(name: str, data: bytes, codes: list[str]) -> None:
    assert list(carries.found(data, CONTENT_TYPES[name])) == codes


def test_an_open_document_that_fetches_or_has_a_template_elsewhere() -> None:
    picture = '<draw:image xlink:href="https://evil.example/p.png"/>'
    meta = '<meta:template xlink:type="simple" xlink:href="https://evil.example/t.ott"/>'
    data = packed(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": picture, "meta.xml": meta})
    assert carries.found(data, "application/vnd.oasis.opendocument.text") == ("remote_template", "external")


@pytest.mark.parametrize(
    "data",
    [
        pdf("We spoke of /JavaScripts, the launch and the DDE."),
        docx("DDE and DDEAUTO are words.", **{"word/_rels/document.xml.rels": relation("hyperlink", "https://a.example/")}),
        docx("A picture of its own.", **{"word/_rels/document.xml.rels": relation("image", "media/image1.png", "")}),
        odt("Nothing more"), xlsx("Visit"), png(),
    ],
)  # fmt: skip
def test_an_ordinary_file_carries_nothing(data: bytes) -> None:
    kind = PDF if data.startswith(b"%PDF") else "image/png" if data.startswith(b"\x89PNG") else "application/zip"
    assert carries.found(data, kind) == ()


def test_no_pattern_runs_on_past_the_next_tag() -> None:
    """One that did would begin anew at each "<" of a file that has no ">": a few kilobytes would hold up a process."""
    of_tags = [
        each.pattern.decode()
        for each in vars(carries).values()
        if isinstance(each, re.Pattern) and isinstance(each.pattern, bytes) and b"<" in each.pattern
    ]
    assert len(of_tags) >= 5
    for pattern in of_tags:
        assert "[^>]" not in pattern
        assert not re.search(r"<\[\^[^\]]*\]\*[^+]", pattern), "what stands before the name is bounded as well"


def test_a_tag_with_a_prefix_is_found_among_tags_that_never_end() -> None:
    held = relation("image", "https://evil.example/p.png").replace("<Relationship ", "<" * 50 + "<r:Relationship ")
    data = docx("Dear all", **{"word/_rels/document.xml.rels": held})
    assert carries.found(data, "application/zip") == ("external",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('Target="https://evil', 'Target="https://evil.example/?a>b&amp;'),
        ('TargetMode="External"', 'TargetMode="E&#120;tern&#x61;l"'),
        ("<Relationship ", "<Relationship note='a > \" b' "),
    ],
    ids=["a bracket in a value", "letters as numbers", "the other quotation mark in a value"],
)
def test_a_relation_is_read_as_a_program_reads_it(before: str, after: str) -> None:
    held = relation("attachedTemplate", "https://evil.example/t.dotm")
    assert before in held
    data = docx("Dear all", **{"word/_rels/settings.xml.rels": held.replace(before, after)})
    assert carries.found(data, "application/zip") == ("remote_template",)


@pytest.mark.parametrize(
    ("part", "text", "code"),
    [
        ("content.xml", '<draw:image svg:title="a > b" xlink:href="https://evil.example/p.png"/>', "external"),
        ("content.xml", "<draw:image xlink:href = 'h&#116;tps://evil.example/p.png'/>", "external"),
        ("meta.xml", '<meta:template xlink:title="a > b" xlink:href="//evil.example/t.ott"/>', "remote_template"),
        ("word/document.xml", "<w:fldSimple w:instr='\"c\" D&#68;E c:x'/>", "program_field"),
        ("word/document.xml", '<w:instrText a="x>y">DD&#x45;AUTO c:x</w:instrText>', "program_field"),
    ],
)
def test_a_tag_is_read_to_its_own_end(part: str, text: str, code: str) -> None:
    assert carries.found(packed(**{part: text}), "application/zip") == (code,)


@pytest.mark.parametrize(
    "text",
    ['<draw:image xlink:href="Pictures/1.png"/>', '<draw:image/><text:a xlink:href="https://council.example/"/>'],
)
def test_a_picture_inside_and_a_link_to_follow_are_not_fetched(text: str) -> None:
    assert carries.found(packed(**{"content.xml": text}), "application/zip") == ()


def test_it_is_named_on_the_page_and_reaches_no_viewer_unasked(file_it: Any, sign_in: Any, client: Client) -> None:
    document = file_it(data=with_object("<< /S /JavaScript /JS (app.alert\\(1\\)) >>"))
    sign_in("contact_officer")
    page = client.get(f"/documents/{document.reference}/").content.decode()
    assert "This file carries more than its words" in page
    assert carries.WORDS["script"] in page
    assert "View (opens in a new tab)" not in page
    assert "Download all the same" in page
    assert client.get(f"/documents/{document.reference}/view/").status_code == 404
    unasked = client.get(f"/documents/{document.reference}/download/")
    assert (unasked.status_code, unasked["Location"]) == (302, f"/documents/{document.reference}/")
    asked = client.get(f"/documents/{document.reference}/download/?knowing=1")
    assert asked.status_code == 200
    assert asked["Content-Disposition"].startswith("attachment")


def test_an_ordinary_letter_is_viewed_as_before(file_it: Any, sign_in: Any, client: Client) -> None:
    document = file_it()
    sign_in("contact_officer")
    assert "View (opens in a new tab)" in client.get(f"/documents/{document.reference}/").content.decode()
    assert client.get(f"/documents/{document.reference}/view/").status_code == 200


def test_what_was_taken_in_before_is_looked_through_by_the_worker(file_it: Any) -> None:
    document = file_it(data=with_object("<< /S /Launch /F (calc.exe) >>"))
    Document.objects.update(carries=carries.UNLOOKED, next_work_at=None, reading="done")
    assert not Document.objects.get().is_viewable
    assert working.take_due(AT) == [document.pk]
    working.work_on(document.pk, AT)
    assert Document.objects.get().carries == "launch"
    assert working.take_due(AT) == []


def damaged(data: bytes, member: str) -> bytes:
    """An archive with one byte of what is packed in a member flipped."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = archive.getinfo(member)
    at = found.header_offset + 30 + len(member) + found.compress_size // 2
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def test_a_damaged_file_is_filed_and_its_page_says_that_it_was_not_looked_through(
    file_it: Any, sign_in: Any, client: Client
) -> None:
    letter = docx("Dear all", **{
        "word/styles.xml": "<w:styles>" + "<w:style/>" * 50 + "</w:styles>",
        "word/_rels/document.xml.rels": relation("image", "https://evil.example/p.png"),
    })  # fmt: skip
    document = file_it(data=damaged(letter, "word/styles.xml"), name="letter.docx")
    assert document.carries == "external damaged"
    sign_in("contact_officer")
    page = client.get(f"/documents/{document.reference}/").content.decode()
    assert "damaged or locked parts, which were not looked through" in page


@pytest.mark.parametrize("method", [12, 14, 99])
def test_a_file_packed_in_a_way_that_cannot_be_read_is_told_as_one(method: int) -> None:
    data = bytearray(docx("Dear all"))
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.rindex(mark)
        data[at + place] = method
    assert carries.found(bytes(data), "application/zip") == ("damaged",)
    assert carries.found(bytes(data[:60]), "application/zip") == ("damaged",)


def test_a_document_given_up_keeps_the_text_that_was_read(file_it: Any) -> None:
    document = file_it()
    Document.objects.update(carries=carries.UNLOOKED, next_work_at=AT, reading="done", attempts=working.MOST_ATTEMPTS)
    working.work_on(document.pk, AT)
    found = Document.objects.get()
    assert (found.reading, found.carries, found.next_work_at) == ("done", "damaged", None)
    assert working.take_due(AT) == []


def test_packed_streams_are_read_piece_by_piece() -> None:
    body = zlib.compress(b"/JavaScript " + b"x" * 100_000)
    whole, end = carries._unpacked(b"..." + body + b"rest", 3, 1_000_000)
    assert whole is not None
    assert (whole[:11], len(whole), end) == (b"/JavaScript", 100_012, 3 + len(body))
    short, _ = carries._unpacked(b"..." + body, 3, 500)
    assert len(short or b"") == 500
    assert carries._unpacked(b"...no stream", 3, 500)[0] is None


class Counted(bytes):
    """A file that counts what is taken out of it."""

    taken = 0

    def __getitem__(self, part: Any) -> Any:
        found = super().__getitem__(part)
        Counted.taken += len(found) if isinstance(part, slice) else 1
        return found


def stored(said: bytes) -> bytes:
    """A block of a packed stream that holds its bytes as they are."""
    return b"\x00" + len(said).to_bytes(2, "little") + (0xFFFF - len(said)).to_bytes(2, "little") + said


@pytest.mark.parametrize("ending", [b"", b"\xff" * 20], ids=["never ends", "ends broken"])
def test_streams_that_share_their_end_are_gone_through_once(ending: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 200 streams is the stored text of the one before it, and all run on over the same million bytes."""
    head = b"9 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n\x78\x01"
    data = Counted(b"%PDF-1.7\n" + head + stored(head) * 200 + stored(b"") * 200_000 + ending)
    monkeypatch.setattr(Counted, "taken", 0)
    assert carries.found(data, PDF) == ("unseen",)
    assert Counted.taken < 2 * len(data)


def test_two_streams_one_behind_the_other_are_both_read() -> None:
    plain = packed_objects(b"10 0 << /S /GoTo >>")
    assert carries.found(plain + packed_objects(SCRIPT)[len(pdf("Letter")) :], PDF) == ("script",)
