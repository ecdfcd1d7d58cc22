"""Which forms become a record and keep a draft of their own; each app adds its own, so that the list leads back."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse


def says_nothing(typed: QueryDict) -> str:
    """What tells one draft of a form from another, where the form has no words for it."""
    return ""


@dataclass(frozen=True)
class Kind:
    """A drafted form: what it is called, the URL name that opens it with its draft, and who and what it is about.

    ``said`` is given what was typed so far: "from Ann Trent about Sam, 6"; "" when nothing of it was typed yet.
    """

    label: str
    url_name: str
    said: Callable[[QueryDict], str] = says_nothing

    def address(self, draft_id: UUID) -> str:
        """Where this draft is gone on with."""
        return reverse(self.url_name, args=[draft_id])


KINDS: dict[str, Kind] = {}


def register(name: str, *, label: str, url_name: str, said: Callable[[QueryDict], str] = says_nothing) -> None:
    """Add a kind of drafted form; ``said`` as in :class:`Kind`."""
    KINDS[name] = Kind(label, url_name, said)
