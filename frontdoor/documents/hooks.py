"""What apps above fill in, in their AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from frontdoor.accounts.models import User


@dataclass(frozen=True)
class PaperLine:
    """One paper file of a person, as a line on a page."""

    file_no: str
    location: str
    volumes: str
    dates: str
    why: str
    href: str = ""


# Called with (person, user): the paper files kept of this person.
paper_files: list[Callable[[Any, Any], list[PaperLine]]] = []


def paper_of(person: Any, user: User) -> list[PaperLine]:
    """Every paper file of a person that the user may know of."""
    return [line for ask in paper_files for line in ask(person, user)]
