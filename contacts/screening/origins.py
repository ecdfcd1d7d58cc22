"""Where a contact came from, said by the apps above: early help that was stepped up."""

from collections.abc import Callable, Iterable
from typing import Any

from contacts.models import Contact
from frontdoor.accounts.models import User

# Called with (contact, user): lines of text and address, of records the user may see.
origins: list[Callable[[Contact, Any], Iterable[tuple[str, str]]]] = []


def of(contact: Contact, user: User) -> list[tuple[str, str]]:
    """Everything the apps above say about where this contact came from."""
    return [line for say in origins for line in say(contact, user)]
