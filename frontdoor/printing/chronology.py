"""A chronology as a PDF that screen readers can read. What it must never carry out of the house is taken out first."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.people.protection.secrets import Secret, secrets_of
from frontdoor.people.record.chronology import Event, Found, Window, kinds
from frontdoor.printing.setting import Paper, clean, drawn, lines, told
from frontdoor.ui.formats import day, moment, person_age

TEMPLATE = "chronology"
FREE = frozenset({"name", "printer", "chosen", "title", "by", "why", "who", "lines"})


def chronology_pdf(person: Person, user: User, asked: Window, found: Found, *, at: datetime) -> bytes:
    """The PDF of these lines, oldest first, with who printed it and when on every page."""
    secrets = secrets_of(person, [event.reference for event in found.events if event.reference])
    data = {
        "name": clean(person.display_name),
        "reference": person.reference,
        "about": f"{person_age(person, timezone.localdate(at)).capitalize()}"
        + (f", born {day(person.date_of_birth)}" if person.date_of_birth else ""),
        "printer": clean(user.name),
        "printed": moment(at),
        "chosen": told(_chosen_words(asked), secrets),
        "more": f"Only the newest {len(found.events):,} events are here: choose dates to print the earlier ones."
        if found.next_after
        else "",
        "events": [_line(event, secrets) for event in reversed(found.events)],
        "kept": bool(secrets),
    }
    return drawn(Paper(TEMPLATE, data, FREE))


def _line(event: Event, secrets: list[Secret]) -> dict[str, Any]:
    return {
        "at": moment(event.at),
        "title": told(event.title, secrets),
        "lines": lines(told(event.text, secrets)),
        "by": clean(event.by),
        "why": told(event.significant.reason, secrets) if event.significant else "",
        "who": clean(event.significant.marked_by.name) if event.significant else "",
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
