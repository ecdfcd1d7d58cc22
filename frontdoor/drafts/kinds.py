"""Which forms are drafted; each app adds its own when it is ready, so that the list of drafts can lead back."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

#: What a browser says a draft is about is kept as it came: only a reference leads anywhere.
REFERENCE = re.compile(r"[A-Z]{1,2}-[0-9A-Z]{7,8}")


@dataclass(frozen=True)
class Kind:
    """A drafted form: what it is called, and the URL name that opens it with the draft, or the record it is about."""

    label: str
    url_name: str
    by_record: bool = False

    def address(self, draft_id: UUID, about: str) -> str:
        """Where this draft is gone on with; nothing when it does not say which record it is about."""
        if not self.by_record:
            return reverse(self.url_name, args=[draft_id])
        return reverse(self.url_name, args=[about]) if REFERENCE.fullmatch(about) else ""


KINDS: dict[str, Kind] = {}


def register(name: str, *, label: str, url_name: str, by_record: bool = False) -> None:
    """Add a kind of drafted form."""
    KINDS[name] = Kind(label, url_name, by_record)
