"""What a file is, found in its bytes and never taken from its name."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

import puremagic

#: Of an archive's declared contents: more than this is a bomb, not a document.
MOST_UNPACKED = 400 * 1024 * 1024
MOST_MEMBERS = 5000


@dataclass(frozen=True)
class Kind:
    """A kind of file the house takes."""

    content_type: str
    words: str
    endings: tuple[str, ...]


OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Kind("application/pdf", "a PDF", (".pdf",))
PNG = Kind("image/png", "a PNG picture", (".png",))
JPEG = Kind("image/jpeg", "a JPEG picture", (".jpg", ".jpeg", ".jpe"))
TIFF = Kind("image/tiff", "a TIFF picture", (".tif", ".tiff"))
DOCX = Kind(OFFICE + "wordprocessingml.document", "a Word document", (".docx",))
XLSX = Kind(OFFICE + "spreadsheetml.sheet", "an Excel workbook", (".xlsx",))
PPTX = Kind(OFFICE + "presentationml.presentation", "a PowerPoint presentation", (".pptx",))
ODT = Kind("application/vnd.oasis.opendocument.text", "an OpenDocument text", (".odt",))
ODS = Kind("application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet", (".ods",))
TXT = Kind("text/plain", "plain text", (".txt",))
EML = Kind("message/rfc822", "an e-mail", (".eml",))
KINDS = (PDF, PNG, JPEG, TIFF, DOCX, XLSX, PPTX, ODT, ODS, TXT, EML)
TAKEN = (
    "Send a PDF, a picture (PNG, JPEG or TIFF), plain text (.txt), an e-mail (.eml), or a Word, Excel, PowerPoint or "
    "OpenDocument file without macros."
)
ENDINGS = ",".join(ending for kind in KINDS for ending in kind.endings)

_BY_MIME = {kind.content_type: kind for kind in (PDF, PNG, JPEG, TIFF)}
_MAIN_PART = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")
_MACROS = re.compile(
    r"(vbaProject|vbaData)\w*\.(bin|xml)$|^(Basic|Scripts)/|/activeX/|\.(exe|dll|js|vbs|bat|ps1)$", re.I
)

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: The parts of a message saved from Outlook, by their names inside a compound file.
_OUTLOOK = tuple(
    name.encode("utf-16-le") for name in ("__substg1.0_", "__properties_version1.0", "__nameid_version1.0")
)
#: What the brand of a media file says that it is (ISO base media format, bytes 8 to 12).
_PHOTOGRAPHS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_MAIL_HEADER = re.compile(
    rb"(?:from \S+ .*\r?\n)?"
    rb"(?:from|to|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type|dkim-signature"
    rb"|authentication-results|arc-seal|x-[a-z0-9-]+): ?\S.*\r?\n(?:[ \t]+.*\r?\n)*(?:[a-z0-9-]+:|\r?\n)",
    re.IGNORECASE,
)
_ANY_HEADER = re.compile(rb"(?:[A-Za-z0-9-]{1,60}: ?\S.*\r?\n(?:[ \t]+.*\r?\n)*){2,}\r?\n")
#: What to do with a kind that is not taken, which people have and send.
PHOTOGRAPH = (
    "This is a photograph as phones save it (HEIC). Share or save it as a JPEG and send that; on an iPhone, choose "
    "Settings, Camera, Formats, Most Compatible for those to come."
)
WEB_PICTURE = "This is a picture of the web (WebP). Open it, save it as a PNG or a JPEG, and send that."
OUTLOOK_MAIL = (
    "This is an e-mail saved from Outlook. Open it, print it to a PDF and send that; send what was attached to it file "
    "by file."
)
MAIL_WITH_PROGRAM = (
    "A program, or a file that can run one, is attached to this e-mail. Print the e-mail to a PDF and send that; send "
    "what else was attached to it file by file."
)
RICH_TEXT = "This is a rich text file (RTF). Open it in Word, save it as a Word document or a PDF, and send that."
RECORDING = "This is a sound or video recording, which is not kept here. Write down what was said and send that."
#: What is attached to an e-mail and can run: told by its name, or by how a program begins when it is sent as letters.
_PROGRAM_ATTACHED = re.compile(
    rb"name\*?[0-9]{0,3}\*?= {0,9}\"?[^\"\r\n;]{0,200}"
    rb"\.(?:exe|dll|scr|msi|js|vbs|bat|cmd|ps1|lnk|hta|jar|docm|xlsm|pptm)\"?[ \t]*(?:;|\r?\n|$)"
    rb"|\n\r?\n(?-i:TV[qp]Q)",
    re.IGNORECASE,
)
#: Bytes that stand in no text: all control characters but tab, line feed, form feed, carriage return.
_CONTROLS = bytes(sorted({*range(32), 127} - {9, 10, 12, 13}))
#: What the one-byte encoding of Western Europe has no letter for.
_NO_LETTERS = b"\x81\x8d\x8f\x90\x9d"


class NotTaken(Exception):
    """A file that is refused, with a whole sentence for the person who sent it."""


def recognise(data: bytes, name: str) -> Kind:
    """The kind of a file. Raises NotTaken for what the house does not take, and where name and content disagree."""
    if not data:
        raise NotTaken("The file is empty.")
    kind = _kind(data)
    ending = PurePosixPath(name.lower()).suffix
    if kind is EML and ending in TXT.endings and is_text(data):
        # Words pasted from an e-mail begin as one does: they are what their name says.
        kind = TXT
    elif kind is TXT and ending in EML.endings and _ANY_HEADER.match(data):
        kind = _mail(data)
    if ending not in kind.endings:
        said = f"its name ends in {ending}" if ending else "its name has no ending"
        raise NotTaken(
            f"The content is {kind.words}, but {said}. Give it a name that ends in {kind.endings[0]}, "
            "or send the file you meant."
        )
    return kind


def _kind(data: bytes) -> Kind:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(_PROGRAMS) and not (data.startswith(b"MZ") and is_text(data)):
        raise NotTaken(f"This is a program, and programs are never taken. {TAKEN}")
    if advice := _advice(data, head):
        raise NotTaken(f"{advice} {TAKEN}")
    if head.startswith(b"%PDF-"):
        return PDF
    if _MAIL_HEADER.match(head):
        return _mail(data)
    if head.startswith(b"<"):
        raise NotTaken(f"This is a web page, a drawing or other marked-up text, which could carry a script. {TAKEN}")
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    if data.startswith(_COMPOUND):
        raise NotTaken(
            "This is an Office file of the old kind, or one with a password. "
            f"Save it again in the new format, without a password. {TAKEN}"
        )
    try:
        found = [match.mime_type for match in puremagic.magic_string(data[:4096])]
    except puremagic.PureError:
        found = []
    kind = next((_BY_MIME[mime] for mime in found if mime in _BY_MIME), None)
    if kind is None and is_text(data):
        return TXT
    if kind is None:
        raise NotTaken(f"This kind of file is not taken. {TAKEN}")
    return kind


def _mail(data: bytes) -> Kind:
    if _PROGRAM_ATTACHED.search(data):
        raise NotTaken(MAIL_WITH_PROGRAM)
    return EML


def _advice(data: bytes, head: bytes) -> str:
    """What to do with a file of a kind that is often sent and not taken; "" for any other."""
    if data.startswith(_COMPOUND) and any(name in data for name in _OUTLOOK):
        return OUTLOOK_MAIL
    if data[4:8] == b"ftyp":
        return PHOTOGRAPH if data[8:12] in _PHOTOGRAPHS else RECORDING
    if data[:4] == b"RIFF":
        return WEB_PICTURE if data[8:12] == b"WEBP" else RECORDING
    if data.startswith((b"ID3", b"OggS", b"fLaC")):
        return RECORDING
    if head.startswith(b"{\\rtf"):
        return RICH_TEXT
    return ""


def is_text(data: bytes) -> bool:
    """Whether it is words and nothing else from beginning to end, in the encodings that people's programs write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            return False
    if len(data.translate(None, _CONTROLS)) != len(data):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        # Older programs write one byte for each letter; most letters of a text are plain ones all the same.
        plain = len(data.translate(None, bytes(range(128, 256))))
        return plain > len(data) * 3 / 4 and len(data.translate(None, _NO_LETTERS)) == len(data)
    return True


def _packed(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise NotTaken("Unpacked, this file would be far larger than any document. It is not taken.")
            if any(member.flag_bits & 1 for member in members):
                raise NotTaken("This file is protected by a password. Save it without one and send it again.")
            if any(_MACROS.search(name) for name in names):
                raise NotTaken(f"This file holds macros or other programs. {TAKEN}")
            if "[Content_Types].xml" in names:
                types = _member(archive, "[Content_Types].xml")
                if b"macroEnabled" in types:
                    raise NotTaken(f"This file is of a kind that can hold macros. {TAKEN}")
                kind = next((kind for part, kind in _MAIN_PART.items() if part in names), None)
            else:
                said = _member(archive, "mimetype").decode("ascii", "replace").strip() if "mimetype" in names else ""
                kind = next((kind for kind in (ODT, ODS) if kind.content_type == said), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as broken:
        raise NotTaken("This file is damaged: it cannot be opened. Save it again and send it again.") from broken
    if kind is None:
        raise NotTaken(f"Archives are not taken. Send the files in it one by one. {TAKEN}")
    return kind


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(1024 * 1024)
