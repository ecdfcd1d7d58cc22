"""Plain text and e-mails are taken, read and shown as words; what is attached is told of; nothing hostile harms."""

import json
import subprocess
import sys
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings

from frontdoor.documents import contents, mails, reading, working
from frontdoor.documents.contents import NotTaken, recognise
from frontdoor.documents.models import Document
from tests.documents.files import docx, png
from tests.pages.conftest import AT

RECEIVED = b"Return-Path: <a@school.example>\r\nReceived: from mail.example\r\n\tby mx\r\nSubject: Sam\r\n\r\nDear"
SHORT = b"From: Jo <jo@school.example>\nTo: desk@council.example\n\nDear"


def mail(plain: str = "", marked_up: str = "", subject: str = "Zoë, attendance") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Jo Teach <jo@school.example>", "desk@council.example", subject
    made["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    if plain:
        made.set_content(plain)
    if marked_up and plain:
        made.add_alternative(marked_up, subtype="html")
    elif marked_up:
        made.set_content(marked_up, subtype="html")
    return made


def with_attached(*names: str, inside: EmailMessage | None = None) -> EmailMessage:
    made = mail("Dear colleague, the plan is attached.")
    for name in names:
        made.add_attachment(docx("The plan"), maintype="application", subtype="octet-stream", filename=name)
    if inside is not None:
        made.add_attachment(inside)
    return made


def read(data: bytes) -> dict[str, Any]:
    return reading.read(data, "message/rfc822")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", "Zoë was seen.\r\n".encode(), contents.TXT),
        ("A.TXT", "Zoë was seen.".encode("cp1252"), contents.TXT),
        ("a.txt", "Zoë was seen.".encode("utf-16"), contents.TXT),
        ("a.txt", b"MZ was seen at home.", contents.TXT),
        ("pasted.txt", SHORT, contents.TXT),
        ("a.eml", RECEIVED, contents.EML),
        ("a.eml", SHORT, contents.EML),
        ("a.eml", b"Thread-Topic: Sam\r\nReply-To: jo@school.example\r\n\r\nDear", contents.EML),
        ("a.eml", with_attached("Plan.docx").as_bytes(), contents.EML),
        ("a.eml", mail(marked_up='<meta name="viewport" content="x"><a href="https://a.exe.example">x</a>').as_bytes(),
         contents.EML),
    ],
)  # fmt: skip
def test_words_are_taken(name: str, data: bytes, kind: Any) -> None:
    assert recognise(data, name) == kind


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"Seen today.\x00\x01", "This kind of file is not taken"),
        ("a.txt", b"x" * 9000 + b"\x00", "This kind of file is not taken"),
        ("a.txt", b"\xff\xfe\x00\xd8\x00\xd8", "This kind of file is not taken"),
        ("a.txt", b"MZ\x90\x00" + b"\0" * 100, "This is a program"),
        ("a.txt", b"<html><script>alert(1)</script>", "could carry a script"),
        ("a.csv", b"name,born\r\nSam,2015", "The content is plain text, but its name ends in .csv"),
        ("a.eml", b"Seen today.", "Give it a name that ends in .txt"),
        ("a.eml", with_attached("Plan.docx", "run me.exe").as_bytes(), "that can run one, is attached"),
        ("a.eml", with_attached("figures.XLSM").as_bytes(), "print the e-mail|Print the e-mail to a PDF"),
        ("a.eml", b"From: a@b.example\n\n--x\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA\n", "attached"),
    ],
)
def test_what_is_no_words_or_carries_a_program_is_refused_with_a_sentence(name: str, data: bytes, said: str) -> None:
    with pytest.raises(NotTaken, match=said):
        recognise(data, name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_text_is_read_in_what_programs_write(encoding: str) -> None:
    said = "Zoë was seen.\r\nWeight: 12 kg"
    assert reading.read(said.encode(encoding), "text/plain") == {"state": "done", "text": said}


def test_a_long_text_is_read_and_says_where_it_is_read_no_further() -> None:
    lines = "\n".join(f"Line {number}: seen." for number in range(10_000))
    assert reading.read(lines.encode(), "text/plain")["text"] == lines
    longer = reading.read(b"word " * 200_000, "text/plain")["text"]
    assert len(longer) <= reading.MOST_CHARACTERS
    assert longer.endswith("[The text goes on in the file; what follows cannot be searched.]")


def test_an_email_is_read_from_the_top_and_what_is_attached_is_told_by_name() -> None:
    data = with_attached(
        "Plan of May.docx", "Zoë’s photo.jpg", inside=mail("Earlier words.", subject="First")
    ).as_bytes()
    found = read(data)
    assert found["text"].splitlines()[:4] == [
        "From: Jo Teach <jo@school.example>", "To: desk@council.example", "Date: Mon, 23 Nov 2026 10:00:00 +0000",
        "Subject: Zoë, attendance",
    ]  # fmt: skip
    assert "Dear colleague, the plan is attached." in found["text"]
    inside = found["text"].partition("A message inside this one:")[2]
    assert "Subject: First" in inside
    assert "Earlier words." in inside
    assert found["attached"] == ["Plan of May.docx", "Zoë’s photo.jpg"]


def test_what_is_marked_up_comes_out_as_words() -> None:
    marked = (
        "<html><head><style>p{color:red}</style></head><body><p>Dear &amp; <b>near</b></p><script>alert(1)</script>"
        "<div>Second</div></body></html>"
    )
    assert read(mail(marked_up=marked).as_bytes())["text"].splitlines()[-2:] == ["Dear & near", "Second"]
    both = read(mail("Plain words.", marked).as_bytes())["text"]
    assert "Plain words." in both
    assert "near" not in both, "the same words are not told twice"


HOSTILE = {
    "a character set that does not exist": b"Subject: x\nContent-Type: text/plain; charset=klingon\n\nZo\xc3\xab seen",
    "a set that is none": b"Subject: x\nContent-Type: text/plain; charset=base64\n\nZo\xc3\xab seen",
    "another than it says": b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\nZo\xeb seen",
    "a header of no set": b"Subject: =?klingon?q?Zo=EB?= seen\n\nZo\xc3\xab",
    "a null byte": b"Subject: x\0y seen\nContent-Type: text/plain\n\nDear\0",
    "broken base64": b"Subject: seen\nContent-Transfer-Encoding: base64\n\n====\xff\xff!",
    "a part that never ends": b"Subject: seen\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nDear",
    "no boundary": b"Subject: seen\nContent-Type: multipart/mixed\n\nDear",
    "an odd name": b"Subject: seen\nContent-Disposition: attachment; filename*0*=x'y; filename*1=%FF; name\n\nDear",
    "a long header": b"Subject: seen " + b"=?utf-8?q?" * 100_000 + b"\n\nDear",
    "a header of broken set": b"Subject: =?utf\xff-8?q?Zo=EB?= seen\n\nDear",
    "a broken section": b"Subject: x\nContent-Type: text/html\n\n<p>seen<![if x]>yes<![ jCDATA[ no <p>seen",
    "a set in parts": b"Subject: seen\nContent-Type: text/plain; charset*=utf-8''utf-8\n\nZo\xc3\xab",
    "a set with a null": b"Subject: seen\nContent-Type: text/plain; charset=a\0b\n\nZo\xc3\xab",
    "half a letter": b"Subject: seen\n\nDear " + b"\xed\xa0\x80",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_is_read_as_far_as_it_goes(name: str) -> None:
    found = read(HOSTILE[name])
    assert "seen" in found["text"] + " ".join(found["attached"])
    assert "\0" not in json.dumps(found)
    found["text"].encode()


def nested(depth: int, kind: str) -> bytes:
    head = b"Subject: %d\nContent-Type: "
    data = b"Subject: last\n\nThe innermost words"
    for number in range(depth):
        if kind == "message":
            data = head % number + b"message/rfc822\n\n" + data
        else:
            mark = b"b%d" % number
            data = head % number + b"multipart/mixed; boundary=" + mark + b"\n\n--" + mark + b"\n" + data
    return data


@pytest.mark.parametrize("kind", ["message", "multipart"])
@pytest.mark.parametrize("depth", [3, 50, 3000])
def test_messages_inside_messages_end(kind: str, depth: int) -> None:
    found = read(nested(depth, kind))
    assert found["state"] == "done"
    assert ("The innermost words" in found["text"]) or found["attached"]


def test_thousands_of_parts_are_told_of_as_more() -> None:
    made = mail("Dear")
    for number in range(600):
        made.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    found = read(made.as_bytes())
    assert (len(found["attached"]), found["attached"][-1]) == (mails.MOST_ATTACHED + 1, mails.MORE)


def test_the_process_that_reads_knows_nothing_of_django() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, frontdoor.documents.reading; print('django' in sys.modules)"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "False"


def read_all() -> None:
    for key in working.take_due(AT):
        working.work_on(key, AT)


def test_on_its_page_the_words_are_words_and_what_is_attached_is_to_be_added(
    sign_in: Any, client: Any, file_it: Any, child: Any
) -> None:
    sign_in("duty_manager", "contact_officer")
    made = mail("He said <script>alert(1)</script> & left.")
    made.add_attachment(png(), maintype="image", subtype="png", filename="<b>bruise</b>.png")
    document = file_it("From school.eml", made.as_bytes())
    read_all()
    document.refresh_from_db()
    assert (document.reading, document.title) == (Document.Reading.DONE, "From school")
    page = client.get(f"/documents/{document.reference}/").content.decode()
    assert "He said &lt;script&gt;alert(1)&lt;/script&gt; &amp; left." in page
    assert "&lt;b&gt;bruise&lt;/b&gt;.png" in page
    assert "Attached to this e-mail, and not read" in page
    assert f"/people/{child.reference}/documents/" in page
    assert client.get(f"/documents/{document.reference}/view/").status_code == 404, "an e-mail is never shown as one"
    kept = client.get(f"/documents/{document.reference}/download/")
    assert (kept["Content-Type"], kept["X-Content-Type-Options"]) == ("message/rfc822", "nosniff")
    assert kept["Content-Disposition"].startswith("attachment")
    found = client.post("/documents/found/", {"q": "said left"}, headers={"HX-Request": "true"}).content.decode()
    assert "From school" in found
    assert "<script>alert" not in found


def test_a_text_is_found_and_shown(sign_in: Any, client: Any, file_it: Any) -> None:
    sign_in("duty_manager", "contact_officer")
    document = file_it("Call.txt", "Zoë: “he hit me”\n<img src=x onerror=alert(1)>".encode("utf-16"))
    read_all()
    page = client.get(f"/documents/{document.reference}/").content.decode()
    assert "Zoë: “he hit me”" in page
    assert "&lt;img src=x" in page
    assert "Attached to this e-mail" not in page


@pytest.mark.parametrize("marks", ["<!--", "<a", "<![if ", "<script>", "&#", "</a "])
def test_marks_that_never_end_take_no_time(marks: str) -> None:
    """Python's own reader looks for the end of each to the end of the text: two million letters took it minutes."""
    text = "<p>seen " + marks * (mails.MOST_MARKED_UP // len(marks))
    assert mails.words_of(text).startswith("seen")


def test_a_line_of_half_a_million_parameters_takes_no_time() -> None:
    data = b"Subject: seen\nContent-Type: text/plain" + b"; a=b" * 500_000 + b"\n\nDear"
    assert read(data)["text"] == "Subject: seen\n\nDear"
