"""Dangers of a contact: what it says that calls for a warning, and the homes given on it that warnings may be about.

A warning (a threat, a weapon, a refuge) is proposed; a person decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from contacts.models import ContactPerson
from frontdoor.people.protection.reach import GivenHome

THREAT = re.compile(r"\b(threat\w*|kill (?:her|him|them|me|you|us)|stalk\w*|strangl\w*|acid attack)\b", re.I)
WEAPON = re.compile(r"\b(knife|knives|machete|gun|shotgun|weapons?)\b", re.I)
REFUGE = re.compile(r"\brefuge\b", re.I)


@dataclass(frozen=True)
class Danger:
    """A warning to propose: its kind of the code list, and what it says. Never where anybody is."""

    kind: str
    text: str


def homes_given(rows: Iterable[ContactPerson]) -> list[GivenHome]:
    """Where these people on contacts were said to live; not what nobody may compare until a manager has said whose."""
    return [
        GivenHome(row.pk, str(row), row.address, row.postcode, row.address_is_confidential, row.person_id)
        for row in rows
        if (row.address or row.postcode) and not row.is_address_held_back
    ]


def proposed(row: ContactPerson) -> Danger | None:
    """The warning this contact calls for on the record of one of its children; None when there is nothing to warn of.

    Words are all that is read: whether it is meant so is for the person who is asked.
    """
    if not row.is_child:
        return None
    told = row.contact.text
    texts = " ".join((told.concerns, told.child_said, told.injuries, told.child_with, row.account))
    said = []
    if THREAT.search(texts):
        said.append("a threat was reported")
    if WEAPON.search(texts):
        said.append("a weapon was spoken of")
    if REFUGE.search(f"{texts} {row.address} {row.contact.child_location}"):
        said.append("a refuge was spoken of")
    elif row.address_is_confidential:
        said.append("the address is to be kept confidential")
    if not said:
        return None
    text = "; ".join(said)
    return Danger("weapons" if WEAPON.search(texts) else "other", f"{text[:1].upper()}{text[1:]}")
