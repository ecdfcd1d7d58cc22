"""Filled by what stands above the core of contacts: what the queue and a contact's page have to show of it."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Protocol, TypeVar

from contacts.models import Contact, ContactPerson
from frontdoor.accounts.models import User
from frontdoor.ui.forms import UiForm

Form = TypeVar("Form", bound=UiForm)


class OpenForm(Protocol):
    """Opens one of the forms of a contact's page: as it was sent, as it was kept, or empty."""

    def __call__(self, kind: type[Form], *, prefix: str, called: str = "", **more: Any) -> Form:
        """The form with this prefix; whatever else is given goes to it."""


# Which of these people (ids) are on a child protection plan now.
on_plan: list[Callable[[Collection[int]], set[int]]] = []

# What is said of these people (ids) on a line of the queue, in a few words each: a plan now or before, early help.
standing: list[Callable[[Collection[int]], dict[int, list[str]]]] = []

# References of open work that stands on who somebody on a contact was confirmed to be.
open_work: list[Callable[[ContactPerson], list[str]]] = []

# Of these contacts (ids), how many requests for information came back and how many were made: (answered, asked).
information_in: list[Callable[[Collection[int]], dict[int, tuple[int, int]]]] = []

# Called with (contact, row, by, at) when a child was added to a contact after it was recorded, in the same transaction.
child_added: list[Callable[[Contact, ContactPerson, User, datetime], None]] = []

# What stands on a contact's page beside its own: names for the template, made for this user. The last argument opens
# the forms among them.
parts_of_page: list[Callable[[Contact, User, OpenForm], dict[str, Any]]] = []
