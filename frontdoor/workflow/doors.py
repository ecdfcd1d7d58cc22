"""Where a page leads for each move and act of a record: the app that owns the deed says its address.

A record's page asks :func:`buttons`, and knows no later step of the journey.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from frontdoor.accounts.models import User
from frontdoor.workflow.actions import moves_for


@dataclass(frozen=True)
class Door:
    """The page of one deed: its URL name, what stands in the address after the record's reference, and the button."""

    url_name: str
    words: tuple[str, ...] = ()
    text: str = ""
    kind: str = ""


DOORS: dict[tuple[type[models.Model], str], Door] = {}


def put(model: type[models.Model], name: str, url_name: str, *words: str, text: str = "", kind: str = "") -> None:
    """Say where a move or act of this model is done; called in AppConfig.ready(), safe to repeat.

    ``text``: what the button says where the label of the move does not fit; ``kind``: of button, empty for the usual.
    """
    DOORS[model, name] = Door(url_name, words, text, kind)


def buttons(record: Any, user: User) -> list[dict[str, str]]:
    """What this user may do next to a record and has a page of its own: text, address and kind, likeliest first."""
    found = [(row, DOORS.get((type(record), row.name))) for row in moves_for(record, user)]
    return [
        {
            "text": door.text or row.label,
            "href": reverse(door.url_name, args=[record.reference, *door.words]),
            "kind": door.kind,
        }
        for row, door in found
        if door is not None
    ]
