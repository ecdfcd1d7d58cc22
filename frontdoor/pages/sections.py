"""The sections of a record: one address each; a section whose page this installation does not serve is not offered."""

from dataclasses import dataclass
from typing import Any

from django.urls import Resolver404, resolve

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User


@dataclass(frozen=True)
class Section:
    """One section: its words, its address under the record's own, and the permission it needs."""

    text: str
    path: str
    permission: Permission


SECTIONS = (
    Section("Record", "/people/{}/", Permission.PEOPLE_VIEW),
    Section("Chronology", "/people/{}/chronology/", Permission.PEOPLE_VIEW),
    Section("Documents", "/people/{}/documents/", Permission.DOCUMENT_VIEW),
    Section("Where this came from", "/people/{}/origins/", Permission.PEOPLE_VIEW),
    Section("Who looked", "/who-looked/{}/", Permission.WHO_LOOKED),
)


def sections(user: User, reference: str, current: str) -> list[dict[str, Any]]:
    """The sections this user may open, for ``ui.sub_navigation``; ``current`` is the words of the one shown."""
    found = []
    for section in SECTIONS:
        path = section.path.format(reference)
        if not holds(user, section.permission):
            continue
        try:
            resolve(path)
        except Resolver404:
            continue
        found.append({"href": path, "text": section.text, "active": section.text == current})
    return found
