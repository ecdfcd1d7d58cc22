"""The words of an e-mail saved as a file, and what is attached to it by name. Standard library only, nothing of Django.

What is marked up comes out as plain words, never as marks. Whatever a message claims of itself may be wrong: its
character set, its nesting, its names. It is read as far as :data:`DEEPEST` and :data:`MOST_PARTS` go, and what lies
beyond is told of.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from html import unescape
from html.parser import HTMLParser

HEADERS = ("From", "To", "Cc", "Date", "Subject")
#: Of one header, of its name and of what is attached, and of the marked-up text that is read.
LONGEST_HEADER, LONGEST_NAME, MOST_MARKED_UP = 2_000, 200, 2_000_000
DEEPEST, MOST_PARTS, MOST_ATTACHED = 4, 300, 100
#: Told of last where there is more in a message than is read.
MORE = "and more, which is not told of here"
BLOCKS = frozenset(
    ("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
     "ol", "p", "pre", "table", "tr", "ul")
)  # fmt: skip
#: What says how a part is to be read is a line or two; reading a hundred thousand parameters takes minutes.
TOO_LONG = re.compile(rb"^(content-(?:type|disposition):[^\n]{4000})[^\n]+", re.IGNORECASE | re.MULTILINE)
#: What a browser shows nothing of and Python's reader of marks stumbles over ("<![if !supportLists]>").
SECTION = re.compile(r"<!\[[^>]{0,500}>?")
HIDDEN = frozenset(("script", "style", "head", "title", "template", "noscript"))


@dataclass
class Mail:
    """What was read: the text as a person would read it from the top, and the names of what is attached."""

    lines: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    parts: int = 0

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines).strip()


def read(data: bytes) -> Mail:
    """A message as far as it can be read; of a hopeless one its words as they stand."""
    found = Mail()
    try:
        _message(message_from_bytes(TOO_LONG.sub(rb"\1", data), policy=compat32), found, depth=0)
    except RecursionError:
        # Nested deeper than anybody nests.
        return Mail([decoded(data)], [MORE])
    if found.parts >= MOST_PARTS or len(found.attached) >= MOST_ATTACHED:
        found.attached.append(MORE)
    return found


def decoded(data: bytes, claimed: str = "") -> str:
    """Bytes as text: in the character set claimed where that is a true one, else in what people's programs write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    for charset in (claimed, "utf-8-sig"):
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            # A set that does not exist, one that is no character set at all (base64), or another than was claimed.
            continue
    return data.decode("cp1252", "replace")


def words_of(marked_up: str) -> str:
    """The words of a marked-up text, a line for each of its blocks."""
    reader = _Words()
    marks, last, rest = _without_comments(SECTION.sub(" ", marked_up[:MOST_MARKED_UP])).rpartition(">")
    # No mark ends after the last of these: looked for there, each that begins would be looked for to the very end.
    reader.feed(marks + last)
    reader.handle_data(unescape(rest.partition("<")[0]))
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)


def _without_comments(marked_up: str) -> str:
    """The same without its comments; one that never ends hides the rest, as in a browser."""
    found, at = [], 0
    while (begin := marked_up.find("<!--", at)) >= 0:
        found.append(marked_up[at:begin])
        end = marked_up.find("-->", begin)
        if end < 0:
            return "".join(found)
        at = end + len("-->")
    return "".join([*found, marked_up[at:]])


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.hidden = ""
        elif not self.hidden and tag in HIDDEN:
            self.hidden = tag
        self.found.append("\n" if tag in BLOCKS else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.hidden:
            self.hidden = ""
        self.found.append("\n" if tag in BLOCKS else "")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data.replace("\n", " "))


def _message(message: Message, found: Mail, *, depth: int) -> None:
    for name in HEADERS:
        if value := _header(message.get(name)):
            found.lines.append(f"{name}: {value}")
    found.lines.append("")
    parts = list(_parts(message, found))
    kinds = {part.get_content_type() for part in parts if _is_words(part)}
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/rfc822" and depth < DEEPEST:
            _inside(part, found, depth=depth + 1)
        elif not _is_words(part):
            _attach(part, found)
        elif kind == "text/plain":
            found.lines.append(decoded(_bytes(part), _charset(part)))
        elif "text/plain" not in kinds:
            # The same words again with marks, where there are plain ones.
            found.lines.append(words_of(decoded(_bytes(part), _charset(part))))


def _parts(message: Message, found: Mail) -> Iterator[Message]:
    """The parts of one message that hold something, without those of a message inside it."""
    waiting = [message]
    while waiting and found.parts < MOST_PARTS:
        part = waiting.pop()
        found.parts += 1
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(_within(part)))
        else:
            yield part


def _within(part: Message) -> list[Message]:
    """The messages and parts inside one; its words are never asked for here: a broken character set raises then."""
    inside = part.get_payload() if part.is_multipart() else []
    return [each for each in inside if isinstance(each, Message)] if isinstance(inside, list) else []


def _inside(part: Message, found: Mail, *, depth: int) -> None:
    for each in _within(part):
        found.lines += ["", "A message inside this one:", ""]
        _message(each, found, depth=depth)


def _is_words(part: Message) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and not _is_attached(part)


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _attach(part: Message, found: Mail) -> None:
    if len(found.attached) >= MOST_ATTACHED:
        return
    name = _plain(part.get_filename() or "") or "".join(_header(each.get("Subject")) for each in _within(part)[:1])
    name = name or f"without a name ({part.get_content_type()})"
    found.attached.append(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…")


def _header(value: object) -> str:
    """A header as words; one that is too long to be one says that it goes on."""
    text = _plain(str(value or ""))
    return text if len(text) <= LONGEST_HEADER else f"{text[: LONGEST_HEADER - 1]}…"


def _plain(text: str) -> str:
    text = text[: 4 * LONGEST_HEADER].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    # In a character set that does not exist, or broken, it stands as it was sent.
    with suppress(MessageError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or ""
    except (LookupError, ValueError):
        return ""
