"""A chronology as a PDF that screen readers can read. What it must never carry out of the house is taken out first.

Every word of a record reaches the page as data, never as markup of the typesetter: nothing typed into a record can
become a command, and nothing outside the template's own folder can be read.
"""

import json
import re
import tempfile
import unicodedata
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.pages.lettering import is_joined, said, tidied, without_towers
from frontdoor.people.models import Person
from frontdoor.people.protection.secrets import Secret, secrets_of, without
from frontdoor.people.record.chronology import Event, Found, Window, kinds
from frontdoor.ui.formats import day, moment, person_age

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "pages" / "chronology.typ"
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
#: What is free text in the data, besides the lines of an event.
FREE = {"name", "printer", "chosen", "title", "by", "why", "who"}
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


def _clean(text: str) -> str:
    """The text as it is printed: letters and their marks as one where there is one, spaces at which a line may end."""
    text = CONTROL.sub("", re.sub(r"\r\n?|[\u2028\u2029]", "\n", text).translate(WINDOWS))
    return without_towers(re.sub(r" {5,}", "    ", re.sub(r"[^\S\n]", " ", unicodedata.normalize("NFC", text))))


def chronology_pdf(person: Person, user: User, asked: Window, found: Found, *, at: datetime) -> bytes:
    """The PDF of these lines, oldest first, with who printed it and when on every page."""
    secrets = secrets_of(person, [event.reference for event in found.events if event.reference])
    data = {
        "name": _clean(person.display_name),
        "reference": person.reference,
        "about": f"{person_age(person, timezone.localdate(at)).capitalize()}"
        + (f", born {day(person.date_of_birth)}" if person.date_of_birth else ""),
        "printer": _clean(user.name),
        "printed": moment(at),
        "chosen": _told(_chosen_words(asked), secrets),
        "more": f"Only the newest {len(found.events):,} events are here: choose dates to print the earlier ones."
        if found.next_after
        else "",
        "events": [_line(event, secrets) for event in reversed(found.events)],
        "kept": bool(secrets),
    }
    return drawn(data)


def drawn(data: dict[str, Any]) -> bytes:
    """The PDF of the template's data. Letters no font has are boxes, those alone, and the page says so."""
    import typst  # forty megabytes: loaded by who prints, not by every page

    letters = _letters(data)
    lacking = {letter for letter in letters if unicodedata.category(letter) in NEVER_DRAWN}
    for _ in range(ROUNDS):
        try:
            return tidied(_compiled(_boxed(data, lacking)))
        except typst.TypstError as unprintable:
            found = _undrawn(str(unprintable.diagnostic)) - lacking
            if not found:
                break
            lacking |= found
    try:
        return tidied(_compiled(_boxed(data, {each for each in letters if not ORDINARY.match(each)})))
    except typst.TypstError:
        return tidied(_compiled(_boxed(data, {each for each in letters if not PLAIN.match(each)})))


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


def _told(text: str, secrets: list[Secret]) -> str:
    """The text without what must not leave the house, as it is printed.

    Looked through twice: a letter that is not printed may part two words, or stand within one.
    """
    return without(_clean(without(text, secrets)), secrets)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _laid(data: dict[str, Any]) -> dict[str, Any]:
    """The data as the template takes it: every free text in its parts. Done last: a box breaks as no letter does."""
    return {
        **{name: said(value) if name in FREE else value for name, value in data.items() if name != "events"},
        "events": [
            {
                **{name: said(value) if name in FREE else value for name, value in event.items()},
                "lines": [said(line) for line in event["lines"]],
            }
            for event in data["events"]
        ],
    }


def _line(event: Event, secrets: list[Secret]) -> dict[str, Any]:
    return {
        "at": moment(event.at),
        "title": _told(event.title, secrets),
        "lines": _lines(_told(event.text, secrets)),
        "by": _clean(event.by),
        "why": _told(event.significant.reason, secrets) if event.significant else "",
        "who": _clean(event.significant.marked_by.name) if event.significant else "",
    }


def _chosen_words(asked: Window) -> str:
    said = []
    if asked.only_significant:
        said.append("significant events only")
    if asked.kinds:
        words = kinds()
        said.append(", ".join(sorted(words.get(kind, kind).lower() for kind in asked.kinds)))
    if asked.since:
        said.append(f"from {day(asked.since)}")
    if asked.until:
        said.append(f"to {day(asked.until)}")
    if asked.words:
        said.append(f"with the words “{asked.words}”")
    if asked.with_handling:
        said.append("with how the work was passed on and what passed between its author and a manager")
    return "; ".join(said).capitalize() if said else "Everything recorded that you may see"


def _boxed(data: dict[str, Any], lacking: set[str]) -> dict[str, Any]:
    """The same data with a box for every letter of ``lacking``, and the sentence that says what a box is."""
    if not lacking:
        return {"missing": "", **data}
    told = "Letters this machine has no font for are printed as □. The record on screen has them."
    return {**_with_boxes(data, dict.fromkeys(map(ord, lacking), "□")), "missing": told}


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


def _compiled(data: dict[str, Any]) -> bytes:
    import typst

    with tempfile.TemporaryDirectory() as folder:
        # The template stands alone in a folder of its own: there is nothing beside it that could be read.
        page = Path(folder) / TEMPLATE.name
        page.write_bytes(TEMPLATE.read_bytes())
        made: bytes = typst.compile(
            page,
            root=Path(folder),
            format="pdf",
            font_paths=_fonts(),
            ignore_system_fonts=True,  # the same paper on every machine
            sys_inputs={"data": json.dumps(_laid(data))},
            pdf_standards="ua-1",
        )
    return made
