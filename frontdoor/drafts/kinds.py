"""Which forms become a record and keep a draft of their own; each app adds its own, so that the list leads back."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse


@dataclass(frozen=True)
class Kind:
    """A drafted form: what it is called, and the URL name that opens it with its draft."""

    label: str
    url_name: str

    def address(self, draft_id: UUID) -> str:
        """Where this draft is gone on with."""
        return reverse(self.url_name, args=[draft_id])


KINDS: dict[str, Kind] = {}


def register(name: str, *, label: str, url_name: str) -> None:
    """Add a kind of drafted form."""
    KINDS[name] = Kind(label, url_name)
