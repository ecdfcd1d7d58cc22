"""A chronology as a PDF that screen readers can read. What it must never carry out of the house is taken out first.

Every word of a record reaches the page as data, never as markup of the typesetter: nothing typed into a record can
become a command, and nothing outside the template's own folder can be read.
"""

import json
import re
import tempfile
from datetime import datetime
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
#: Letters the fonts that come with the typesetter have; others are printed as boxes when no font on this machine does.
ORDINARY = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20ac]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def _clean(text: str) -> str:
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def chronology_pdf(person: Person, user: User, asked: Window, found: Found, *, at: datetime) -> bytes:
    """The PDF of these lines, oldest first, with who printed it and when on every page."""
    secrets = secrets_of(person, [event.reference for event in found.events if event.reference])
    data = {
        "name": person.display_name,
        "reference": person.reference,
        "about": f"{person_age(person, timezone.localdate(at)).capitalize()}"
        + (f", born {day(person.date_of_birth)}" if person.date_of_birth else ""),
        "printed": f"Printed by {user.name}, {moment(at)}",
        "chosen": without(_chosen_words(asked), secrets),
        "more": f"Only the newest {len(found.events):,} events are here: choose dates to print the earlier ones."
        if found.next_after
        else "",
        "events": [_line(event, secrets) for event in reversed(found.events)],
        "kept": bool(secrets),
    }
    import typst  # forty megabytes: loaded by who prints, not by every page

    try:
        return _compiled(data)
    except typst.TypstError as unprintable:
        if "could not be displayed" not in str(unprintable):
            raise
        data["missing"] = "Letters this machine has no font for are printed as □. The record on screen has them."
        return _compiled(_boxed(data))


def _line(event: Event, secrets: list[Secret]) -> dict[str, str]:
    return {
        "at": moment(event.at),
        "title": _clean(without(event.title, secrets)),
        "text": _clean(without(event.text, secrets)),
        "by": _clean(event.by),
        "why": _clean(without(event.significant.reason, secrets)) if event.significant else "",
        "who": event.significant.marked_by.name if event.significant else "",
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


def _boxed(data: Any) -> Any:
    if isinstance(data, str):
        return ORDINARY.sub("□", data)
    if isinstance(data, dict):
        return {name: value if name == "missing" else _boxed(value) for name, value in data.items()}
    return [_boxed(value) for value in data] if isinstance(data, list) else data


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
            sys_inputs={"data": json.dumps({"missing": "", **data})},
            pdf_standards="ua-1",
        )
    return made
