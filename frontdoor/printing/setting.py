"""A paper as a PDF that screen readers can read, drawn by typst from one of the templates of ``templates/printing``.

Every word of a record reaches the page as data, never as markup of the typesetter: nothing typed into a record can
become a command, and nothing outside the template's own folder can be read.
"""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

from frontdoor.people.protection.secrets import Secret, without
from frontdoor.printing.lettering import is_joined, said, tidied, without_towers

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "printing"
#: What every template begins with: fonts, and how a free text is set.
HOUSE = TEMPLATES / "house.typ"
#: Packages of fonts and nothing else: the letters of every script that families here write in, on any machine.
FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")
#: Letters the fonts that come with the typesetter have: what is left of a text when nothing else can be told.
ORDINARY = re.compile(
    r"[\t\n\x20-\x7e\xa0-\u024f\u0300-\u0377\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20ac]"
)
PLAIN = re.compile(r"[\t\n\x20-\x7e]")
#: How the typesetter names what no font has or a tagged PDF may not hold, every one of them; and how often it is asked.
UNDRAWN = re.compile(r'the (?:text|text contains the disallowed codepoint) `"((?:\\.|[^"\\])*)"`')
ROUNDS = 6
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
#: No font has letters that nobody has assigned, halves of pairs, or what a programme uses privately.
NEVER_DRAWN = {"Cn", "Co", "Cs"}
#: Never printed: controls, and letters that only direct others. The joiners (U+200C, U+200D) stay: Persian, Bengali and
#: Sinhala words are shaped by them.
CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x90\x98-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e00ff]"
)
#: Quotation marks and dashes as Windows writes them.
WINDOWS = {code: bytes([code]).decode("cp1252") for code in range(0x91, 0x98)}


@dataclass(frozen=True)
class Paper:
    """What is to be drawn: the template's name, its data, and the keys of the data under which free text stands."""

    template: str
    data: dict[str, Any]
    free: frozenset[str]


class Unprintable(Exception):
    """Letters no font here has."""

    def __init__(self, letters: Iterable[str]) -> None:
        self.letters = sorted(letters)
        super().__init__(f"{len(self.letters)} letters cannot be printed")


def clean(text: str) -> str:
    """The text as it is printed: letters and their marks as one where there is one, spaces at which a line may end."""
    text = CONTROL.sub("", re.sub(r"\r\n?|[\u2028\u2029]", "\n", text).translate(WINDOWS))
    return without_towers(re.sub(r" {5,}", "    ", re.sub(r"[^\S\n]", " ", unicodedata.normalize("NFC", text))))


def told(text: str, secrets: list[Secret]) -> str:
    """The text without what must not leave the house, as it is printed.

    Looked through twice: a letter that is not printed may part two words, or stand within one.
    """
    return without(clean(without(text, secrets)), secrets)


def lines(text: str) -> list[str]:
    """The lines of a text; none where it is empty."""
    return text.split("\n") if text else []


def drawn(paper: Paper, *, whole: bool = False) -> bytes:
    """The PDF. Letters no font has are boxes, those alone, and the page says so.

    ``whole`` raises :class:`Unprintable` instead: for a paper that may not lack one.
    """
    import typst  # forty megabytes: loaded by who prints, not by every page

    letters = _letters(paper.data)
    lacking = {letter for letter in letters if unicodedata.category(letter) in NEVER_DRAWN}
    for _ in range(ROUNDS):
        if whole and lacking:
            raise Unprintable(lacking)
        try:
            return tidied(_compiled(_boxed(paper, lacking)))
        except typst.TypstError as unprintable:
            found = _undrawn(str(unprintable.diagnostic)) - lacking
            if not found:
                break
            lacking |= found
    if whole:
        raise Unprintable(lacking)
    try:
        return tidied(_compiled(_boxed(paper, {each for each in letters if not ORDINARY.match(each)})))
    except typst.TypstError:
        return tidied(_compiled(_boxed(paper, {each for each in letters if not PLAIN.match(each)})))


def _letters(data: Any) -> set[str]:
    """Every letter of the data."""
    if isinstance(data, dict):
        return set().union(*map(_letters, data.values()))
    return set().union(*map(_letters, data)) if isinstance(data, list) else set(str(data))


def _undrawn(told: str) -> set[str]:
    """What the typesetter could not draw. Of a letter with marks the marks: were it the letter, that is named next."""
    found: set[str] = set()
    for named in UNDRAWN.findall(told):
        letters = set(ESCAPED.sub(lambda one: chr(int(one[1], 16)) if one[1] else one[2], named)) - set(" \n\t")
        found |= {each for each in letters if is_joined(each)} or letters
    return found


def _laid(data: Any, free: frozenset[str]) -> Any:
    """The data as the template takes it: every free text in its parts. Done last: a box breaks as no letter does."""
    if isinstance(data, list):
        return [_laid(each, free) for each in data]
    if not isinstance(data, dict):
        return data
    return {name: _set(value) if name in free else _laid(value, free) for name, value in data.items()}


def _set(value: Any) -> Any:
    """A free text, or a list of them, in its parts."""
    return [said(each) for each in value] if isinstance(value, list) else said(value)


def _boxed(paper: Paper, lacking: set[str]) -> Paper:
    """The same with a box for every letter of ``lacking``, and the sentence that says what a box is."""
    if not lacking:
        return replace(paper, data={"missing": "", **paper.data})
    told = "Letters this machine has no font for are printed as □. The record on screen has them."
    return replace(paper, data={**_with_boxes(paper.data, dict.fromkeys(map(ord, lacking), "□")), "missing": told})


def _with_boxes(data: Any, boxes: dict[int, str]) -> Any:
    if isinstance(data, str):
        return data.translate(boxes)
    if isinstance(data, dict):
        return {name: _with_boxes(value, boxes) for name, value in data.items()}
    return [_with_boxes(value, boxes) for value in data] if isinstance(data, list) else data


def _fonts() -> list[Path]:
    """Where the packages of fonts stand."""
    found = (find_spec(name) for name in FONTS)
    return [Path(place) for spec in found if spec is not None for place in spec.submodule_search_locations or ()]


def _compiled(paper: Paper) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as folder:
        # The templates stand alone in a folder of their own: there is nothing beside them that could be read.
        page = Path(folder) / f"{paper.template}.typ"
        for each in (HOUSE, TEMPLATES / page.name):
            (Path(folder) / each.name).write_bytes(each.read_bytes())
        made: bytes = typst.compile(
            page,
            root=Path(folder),
            format="pdf",
            font_paths=_fonts(),
            ignore_system_fonts=True,  # the same paper on every machine
            sys_inputs={"data": json.dumps(_laid(paper.data, paper.free))},
            pdf_standards="ua-1",
        )
    return made
