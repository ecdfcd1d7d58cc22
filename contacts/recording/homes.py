"""Whose the address of a contact is: theirs who live with the children, and nobody else's unless typed for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contacts.facts import (
    AddressFacts,
    ContactFacts,
    PersonFacts,
    is_former_partner,
    lives_there,
    may_be_kept_from,
)
from frontdoor.people import identifiers
from frontdoor.people.homes import LAST_POSTCODE, home_of


@dataclass(frozen=True)
class Home:
    """The address kept of somebody. ``is_withheld``: confidential, and perhaps not theirs; a manager decides."""

    address: AddressFacts | None = None
    is_withheld: bool = False


def homes(facts: ContactFacts) -> list[Home]:
    """The address each person of the contact has, in their order.

    A confidential address of the household is nobody's who may not know where it is, however it was given. One typed
    for somebody said to have harmed, or for a former partner who is not the victim, is kept as given and withheld;
    so is the household's where nobody is on the contact who may have it, for it stands nowhere else.
    """
    members = _household(facts)
    secret = _confidential(facts, members)
    nobody_may = not any(
        is_member and not may_be_kept_from(p) for p, is_member in zip(facts.people, members, strict=True)
    )
    found = []
    for person, is_member in zip(facts.people, members, strict=True):
        address = person.address or (facts.address if is_member else None)
        if address is None or not address.letters:
            found.append(Home())
        elif not _spellings(address) & secret:
            found.append(Home(address, is_withheld=address.is_confidential and is_doubtful(person)))
        elif is_member and not may_be_kept_from(person):
            found.append(Home(replace(address, is_confidential=True)))
        else:
            # Kept from whoever lives elsewhere: one tick would put it onto their record.
            found.append(Home(replace(address, is_confidential=True), is_withheld=True) if nobody_may else Home())
    return found


def _household(facts: ContactFacts) -> list[bool]:
    """Of each person whether the contact's address is theirs. Where nobody is said to live there, it is everybody's
    but theirs who are said to live elsewhere: a contact about adults only."""
    there = [lives_there(person) for person in facts.people]
    if any(there):
        return there
    return [person.lives_with_children is not False for person in facts.people]


def _confidential(facts: ContactFacts, members: Sequence[bool]) -> set[str]:
    """The household's addresses that are to be kept confidential, whoever it was said for, as :func:`_spellings`."""
    theirs = [facts.address, *(p.address for p, is_member in zip(facts.people, members, strict=True) if is_member)]
    said = [facts.address, *(person.address for person in facts.people)]
    of_household = {one for address in theirs if address is not None for one in _spellings(address)}
    kept = {one for each in said if each is not None and each.is_confidential for one in _spellings(each)}
    return kept & of_household


def _spellings(address: AddressFacts) -> set[str]:
    """What an address is known by: its letters, and the home bundling takes it for, which other spellings share.

    Two addresses are one place when they have either in common. A part of a postcode is too little to say so.
    """
    text, postcode = ", ".join(address.lines), address.postcode
    typed = LAST_POSTCODE.search(text)
    if typed is not None:
        text, postcode = text[: typed.start()], postcode or typed[0].strip(" .,;")
    is_whole = identifiers.POSTCODE.fullmatch(identifiers.place_key(postcode)) is not None
    home = home_of(text, postcode) if is_whole else None
    return {address.letters, home.key if home is not None else ""} - {""}


def is_doubtful(person: PersonFacts) -> bool:
    """Whether a confidential address typed for this person alone may have been meant to be kept from them."""
    return person.role == "suspect" or (is_former_partner(person) and person.role != "victim")
