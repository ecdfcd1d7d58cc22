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
from frontdoor.people.models import Person
from frontdoor.people.protection.secrets import Secret, secrets_of, without
from frontdoor.people.record.chronology import Event, Found, Window, kinds
from frontdoor.ui.formats import day, moment, person_age

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "pages" / "chronology.typ"
#: Packages of fonts and nothing else: the letters of every script that families here write in, on any machine.
FONTS = ("manimgx_fonts", "manimgx_fonts_cjk")
#: Letters the fonts that come with the typesetter have: what is left of a text when even the packages' do not serve.
ORDINARY = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\u024f\u0300-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20ac]"
)
#: How the typesetter names letters that no font has; and how many times it is asked which before ``ORDINARY`` serves.
UNDRAWN = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
ROUNDS = 8
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
#: Never printed. The joiners (U+200C, U+200D) stay: Persian, Bengali and Sinhala words are shaped by them.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _clean(text: str) -> str:
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def chronology_pdf(person: Person, user: User, asked: Window, found: Found, *, at: datetime) -> bytes:
    """The PDF of these lines, oldest first, with who printed it and when on every page."""
    secrets = secrets_of(person, [event.reference for event in found.events if event.reference])
    data = {
        "name": _clean(person.display_name),
        "reference": person.reference,
        "about": f"{person_age(person, timezone.localdate(at)).capitalize()}"
        + (f", born {day(person.date_of_birth)}" if person.date_of_birth else ""),
        "printed": _clean(f"Printed by {user.name}, {moment(at)}"),
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

    for _ in range(ROUNDS):
        try:
            return _compiled(data)
        except typst.TypstError as unprintable:
            lacking = _undrawn(str(unprintable))
            if not lacking:
                raise
            data = _boxed(data, re.compile(f"[{re.escape(''.join(sorted(lacking)))}]"))
    return _compiled(_boxed(data, ORDINARY))


def _undrawn(told: str) -> set[str]:
    """The letters the typesetter had no font for, as far as it names them."""
    named = "".join(UNDRAWN.findall(told))
    return set(ESCAPED.sub(lambda found: chr(int(found[1], 16)), named)) - set(" \n\t")


def _is_rightward(line: str) -> bool:
    """Whether a line is written from right to left: its first letter with a direction says so."""
    directions = (unicodedata.bidirectional(letter) for letter in line)
    return next((found for found in directions if found in ("L", "R", "AL")), "L") != "L"


def _told(text: str, secrets: list[Secret]) -> str:
    """The text without what must not leave the house, as it is printed.

    Looked through twice: a letter that is not printed may part two words, or stand within one.
    """
    return without(_clean(without(text, secrets)), secrets)


def _lines(text: str) -> list[dict[str, Any]]:
    return [{"text": line, "rightward": _is_rightward(line)} for line in text.split("\n")] if text else []


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


def _boxed(data: Any, lacking: re.Pattern[str]) -> Any:
    """The same data with a box for every letter of ``lacking``, and the sentence that says what a box is."""
    told = "Letters this machine has no font for are printed as □. The record on screen has them."
    return {**_with_boxes(data, lacking), "missing": told}


def _with_boxes(data: Any, lacking: re.Pattern[str]) -> Any:
    if isinstance(data, str):
        return lacking.sub("□", data)
    if isinstance(data, dict):
        return {name: _with_boxes(value, lacking) for name, value in data.items()}
    return [_with_boxes(value, lacking) for value in data] if isinstance(data, list) else data


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
            sys_inputs={"data": json.dumps({"missing": "", **data})},
            pdf_standards="ua-1",
        )
    return made
