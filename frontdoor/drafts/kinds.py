"""Which forms are drafted; each app adds its own when it is ready, so that the list of drafts can lead back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A drafted form: what it is called, and the URL name that opens it with a draft id (or the record it is about)."""

    label: str
    url_name: str


KINDS: dict[str, Kind] = {}


def register(name: str, *, label: str, url_name: str) -> None:
    """Add a kind of drafted form."""
    KINDS[name] = Kind(label, url_name)
