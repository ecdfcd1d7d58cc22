"""A family and letters for tests. All invented."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from frontdoor.accounts.models import User
from frontdoor.people import actions as people
from frontdoor.people.models import Address, Person, Relationship
from referrals.letters import actions, reading
from referrals.letters.actions import Knows
from referrals.models import Letter, LetterTemplate, Referral
from tests.referrals.conftest import LATER

SOON = LATER + timedelta(hours=1)


@dataclass
class Home:
    """Somebody of the family, and where they live."""

    person: Person
    address: Address


def relative(
    child: Person, by: User, given: str, family: str, kind: str = "mother", *, lines: str, postcode: str,
    **more: Any,
) -> Home:  # fmt: skip
    """A relative of a child with an address; ``more`` goes to the address."""
    person = people.create_person(names=[people.GivenName(given, family)], by=by, at=LATER)
    Relationship.objects.create(person=child, other=person, kind=kind)
    address = people.add_address(person=person, by=by, at=LATER, lines=lines, postcode=postcode, **more)
    return Home(person, address)


def hidden() -> dict[str, Any]:
    """What makes an address confidential."""
    return {"is_confidential": True, "why": "He looks for her.", "review_on": SOON.date() + timedelta(days=30)}


def template(code: str) -> LetterTemplate:
    """A shipped template."""
    return LetterTemplate.objects.get(code=code)


def drafted(referral: Referral, home: Home, by: User, code: str = "referral_received", at: datetime = SOON) -> Letter:
    """A draft to one person at one address."""
    (made,) = actions.draft(referral=referral, template=template(code), at_addresses=[home.address.pk], by=by, at=at)
    return made


def reworded(letter: Letter, by: User, text: str, at: datetime = SOON) -> Letter:
    """The draft with other words."""
    return actions.edit(letter=letter, by=by, at=at, subject=letter.subject, text=text)


def all_know(letter: Letter, by: User) -> list[Knows]:
    """Everybody named in a letter knows."""
    return [Knows(name, "yes") for name in reading.named_in(letter, reading.printed(letter, by)[0], by)]


def checked(letter: Letter, by: User, at: datetime = SOON) -> Letter:
    """The letter, checked by somebody who asked everybody."""
    return actions.check(letter=letter, by=by, at=at, knows=all_know(letter, by))


def sent(letter: Letter, by: User, at: datetime = SOON) -> Letter:
    """The letter, checked and posted that day."""
    return actions.send(letter=checked(letter, by, at), by=by, at=at, posted_on=at.date())
