"""What a file carries beside its words: it is told by name on the file's page, and reaches no viewer unasked.

Found in the bytes when the file is taken, without opening any of it. What is looked for can run, fetch something from
elsewhere, or hide another file. Nothing here says that a file is harmless: that is the virus scanner's work.
"""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator

#: Code to the words on the page, in the order in which they are told.
WORDS = {
    "script": "a script, which some viewers run",
    "launch": "an action that starts another program, or opens another file",
    "macro_sheet": "a macro sheet, whose formulas can run programs",
    "program_field": "a field that asks another program for its content (DDE)",
    "remote_template": "a template it fetches from somewhere else",
    "external": "a part it fetches from somewhere else, a picture, an object or another workbook",
    "embedded": "another file or object inside it",
    "form": "a form of its own with scripts (XFA)",
    "unseen": "parts that cannot be looked at from outside",
    "damaged": "damaged or locked parts, which were not looked through",
}
#: Of a file that was taken before anybody looked.
UNLOOKED = "unlooked"
#: What reading a member of an archive raises where it is damaged, locked or packed in a way nobody here knows.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError)
#: Of what is packed in a file, so much is unpacked to be looked at.
MOST_UNPACKED = 64 * 1024 * 1024
#: Bytes of a packed stream handed on at once.
PIECE = 8192

_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_NAMES = {
    "script": re.compile(rb"/(?:JavaScript|Rendition)(?![A-Za-z0-9])"),
    "launch": re.compile(rb"/(?:Launch|ImportData|SubmitForm|GoToE)(?![A-Za-z0-9])"),
    "embedded": re.compile(rb"/(?:EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])"),
    "form": re.compile(rb"/XFA(?![A-Za-z0-9])"),
}
_PACKED_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_OTHER_FILTER = re.compile(rb"/(?:LZWDecode|ASCII85Decode|ASCIIHexDecode|RunLengthDecode|Crypt|A85|AHx|LZW|RL)\b")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")

_MACRO_SHEET = re.compile(r"^xl/(macrosheets|dialogsheets)/", re.I)
_EMBEDDED = re.compile(r"^(word|xl|ppt)/embeddings/|^Object[^/]*/content\.xml$|^ObjectReplacements/", re.I)
_EXTERNAL_LINK = re.compile(r"^xl/externalLinks/", re.I)
# Each pattern looks no further than the next "<", and at one place behind each: a file full of them holds nobody up.
# A value may hold a ">", and a letter of it may be spelt as its number.
_ATTRIBUTES = rb"(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+>"
_SPELT = re.compile(rb"&#(?:0*([0-9]{2,3})|[xX]0*([0-9A-Fa-f]{2}));")
_KEPT_SPELT = b"<>&\"'"
_RELATION = re.compile(rb"<(?:[^<>\s:/]*+:)?Relationship\b" + _ATTRIBUTES)
_FETCHED = (
    "image",
    "oleObject",
    "frame",
    "subDocument",
    "externalLink",
    "externalLinkPath",
    "package",
    "video",
    "audio",
)
_INSTRUCTION = re.compile(
    rb"<(?:[^<>\s:/]*+:)?instrText\b" + _ATTRIBUTES + rb"([^<]*)|\binstr\s*=\s*(?:\"([^\"<]*)|'([^'<]*))"
)
_PROGRAM_FIELD = re.compile(rb"\bDDE(?:AUTO)?\b", re.I)
_PROGRAM_LINK = re.compile(rb"<(?:[^<>\s:/]*+:)?ddeLink\b|<table:dde-link\b|<text:dde-connection|office:dde-source")
_OPEN_FETCHED = re.compile(rb"<(?:draw:image|draw:object(?:-ole)?|text:section-source|draw:plugin)\b" + _ATTRIBUTES)
_OPEN_TEMPLATE = re.compile(rb"<meta:template\b" + _ATTRIBUTES)
_ELSEWHERE = re.compile(rb"\bxlink:href\s*=\s*[\"']\s*(?:[\w.+-]+:|//)")
_OPEN_SCRIPT = re.compile(rb"<script:event-listener\b|<office:script\b")


def found(data: bytes, content_type: str) -> tuple[str, ...]:
    """Codes of ``WORDS`` for what the file carries, in their order; none when nothing of it was found."""
    if content_type == "application/pdf":
        seen = set(_in_pdf(data))
    elif data.startswith(b"PK\x03\x04"):
        seen = set(_in_archive(data))
    else:
        seen = set()
    return tuple(code for code in WORDS if code in seen)


def kept(codes: tuple[str, ...]) -> str:
    """The codes as the document keeps them."""
    return " ".join(codes)


def told(carries: str) -> list[str]:
    """The words for what a document keeps."""
    return [WORDS[code] for code in carries.split() if code in WORDS]


def _in_pdf(data: bytes) -> Iterator[str]:
    """Names stand in the open, or inside streams of packed objects; either may be spelt with numbers of letters."""
    is_encrypted = bool(_ENCRYPTED.search(data))
    for part in (data, *_packed_objects(data)):
        if part is None:
            yield "unseen"
            continue
        plain = _ESCAPED.sub(lambda spelt: bytes([int(spelt[1], 16)]), part)
        yield from (code for code, names in _NAMES.items() if names.search(plain))
        if is_encrypted and _PACKED_OBJECTS.search(plain):
            yield "unseen"


def _unpacked(data: bytes, start: int, most: int) -> tuple[bytes | None, int]:
    """The stream that begins here, to at most so many bytes, and how far it was gone through.

    None instead of the stream where it cannot be unpacked. Piece by piece, so that no stream copies all behind it.
    """
    unpacking, made, at = zlib.decompressobj(), bytearray(), start
    while at < len(data) and not unpacking.eof and len(made) < most:
        piece = data[at : at + PIECE]
        try:
            made += unpacking.decompress(piece, most - len(made))
        except zlib.error:
            return None, at
        at += len(piece)
    return bytes(made), at - len(unpacking.unused_data)


def _packed_objects(data: bytes) -> Iterator[bytes | None]:
    """What is inside each stream of packed objects; None for one that cannot be unpacked here.

    No byte is unpacked twice: one stream inside another, which no program writes, is not unpacked. Streams that share
    their end would otherwise be gone through to it once for each of them.
    """
    left, read_to = MOST_UNPACKED, 0
    for begins in _STREAM.finditer(data):
        head = data[max(0, begins.start() - 1000) : begins.start()]
        said = _ESCAPED.sub(lambda spelt: bytes([int(spelt[1], 16)]), head[head.rfind(b" obj") + 1 :])
        if not _PACKED_OBJECTS.search(said):
            continue
        if b"Decode" not in said and b"/Fl" not in said:
            continue  # not packed at all: its names stand in the open
        if _OTHER_FILTER.search(said):
            yield None
            continue
        if begins.end() < read_to:
            yield None
            continue
        part, read_to = _unpacked(data, begins.end(), left)
        yield part
        left -= len(part or b"")
        if left <= 0:
            yield None
            return


def _in_archive(data: bytes) -> Iterator[str]:
    """What is told of its members' names and of its XML; "damaged" where a member, or all of it, cannot be read."""
    try:
        yield from _in_members(data)
    except _UNREADABLE:
        yield "damaged"


def _in_members(data: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        left = MOST_UNPACKED
        for member in archive.infolist():
            name = member.filename.replace("\\", "/")
            if _MACRO_SHEET.search(name):
                yield "macro_sheet"
            if _EMBEDDED.search(name):
                yield "embedded"
            if _EXTERNAL_LINK.search(name):
                yield "external"
            if not name.endswith((".xml", ".rels")):
                continue
            try:
                with archive.open(member) as opened:
                    part = opened.read(left + 1)
            except _UNREADABLE:
                yield "damaged"
                continue
            left -= len(part)
            if left < 0:
                yield "unseen"
                return
            yield from _in_part(name, _plain(part))


def _plain(part: bytes) -> bytes:
    """XML in the encoding of nearly all of it, whichever it is written in, with its letters as themselves."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        part = part.decode("utf-16", "replace").encode()
    return _SPELT.sub(_letter, part)


def _letter(spelt: re.Match[bytes]) -> bytes:
    """The letter of this number; the number itself where it would begin or end something, or is none of ASCII."""
    number = int(spelt[1]) if spelt[1] else int(spelt[2], 16)
    return bytes([number]) if 32 <= number < 127 and number not in _KEPT_SPELT else spelt[0]


def _leads_elsewhere(tags: re.Pattern[bytes], part: bytes) -> bool:
    return any(_ELSEWHERE.search(tag) for tag in tags.findall(part))


def _in_part(name: str, part: bytes) -> Iterator[str]:
    if name.endswith(".rels"):
        for relation in _RELATION.findall(part):
            if not re.search(rb"TargetMode\s*=\s*[\"']External", relation):
                continue
            kind = re.search(rb"\bType\s*=\s*[\"'][^\"']*/(\w+)[\"']", relation)
            what = kind[1].decode("ascii", "replace") if kind else ""
            if what == "attachedTemplate":
                yield "remote_template"
            elif what in _FETCHED:
                yield "external"
        return
    instructions = b"".join(b"".join(said) for said in _INSTRUCTION.findall(part))
    if _PROGRAM_FIELD.search(instructions) or _PROGRAM_LINK.search(part):
        yield "program_field"
    if name.endswith(("content.xml", "styles.xml", "meta.xml")):
        if _leads_elsewhere(_OPEN_FETCHED, part):
            yield "external"
        if _leads_elsewhere(_OPEN_TEMPLATE, part):
            yield "remote_template"
        if _OPEN_SCRIPT.search(part):
            yield "script"
