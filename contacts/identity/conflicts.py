"""Whoever has declared that they know somebody a contact is about moves it nowhere: one rule for every move."""

from datetime import datetime
from typing import Any

from contacts.models import Contact
from frontdoor.accounts.models import User
from frontdoor.people.access import check_conflict_of


def closed_to_who_knows(record: Any, name: str, by: User, at: datetime) -> list[str]:
    """A blocker of every move of a contact: raises Denied on a declared conflict, as each of its pages does."""
    if isinstance(record, Contact):
        check_conflict_of(by, record.reference)
    return []
