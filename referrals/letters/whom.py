"""To whom a letter may go, and where: the child and the family, each at an address of their own as it is now."""

from dataclasses import dataclass
from datetime import date

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.db import history_of
from frontdoor.people.models import Address, Person, Relationship, Restriction
from frontdoor.people.protection.secrets import secret_address, without
from frontdoor.people.record.overview import family
from referrals.letters.guards import is_over, refuse_for_a_child_who_died
from referrals.letters.models import Letter
from referrals.models import Referral

CHANGED = (
    "The address has changed or ended since this letter was drafted: change the letter, and choose where it goes again."
)


@dataclass(frozen=True)
class Place:
    """One person at one address: the version's key is that of its newest row of history."""

    person: Person
    whom: str
    address: Address
    version: int

    @property
    def lines(self) -> str:
        """The address as it stands on an envelope."""
        return lines_of(self.address)

    @property
    def words(self) -> str:
        """As one of several to choose from: a confidential address is never shown among them."""
        kind = self.address.get_kind_display().lower()
        where = f"confidential address ({kind})" if self.address.is_confidential else self.lines.replace("\n", ", ")
        return f"{self.person.display_name} ({self.whom}), {where}"


def lines_of(address: Address) -> str:
    """An address line by line, the postcode last."""
    parts = [part.strip() for part in address.lines.replace("\n", ",").split(",")]
    return "\n".join(part for part in [*parts, address.postcode] if part)


def version_of(address_key: int) -> int:
    """The key of the newest row of an address's history; 0 where there is none."""
    newest = history_of(Address).objects.filter(pgh_obj_id=address_key).order_by("-pgh_id").first()
    return int(newest.pgh_id) if newest is not None else 0


def _versions(keys: list[int]) -> dict[int, int]:
    rows = history_of(Address).objects.filter(pgh_obj_id__in=keys).order_by("pgh_id")
    return {row.pgh_obj_id: row.pgh_id for row in rows}


def places(referral: Referral, user: User, on: date) -> list[Place]:
    """Everybody a letter about this child may go to, with each of their addresses of today.

    The child, and the family as far as the user may see them; nobody who has died, nobody outside the family.
    """
    child = referral.child
    if child is None:
        return []
    people: dict[int, tuple[Person, str]] = {child.pk: (child, "the child")}
    for tie in family(child, user):
        if tie.kind not in Relationship.OUTSIDE and tie.person.died_on is None:
            words = lists.label("relationship", tie.kind)
            people.setdefault(tie.person.pk, (tie.person, f"{words[:1].lower()}{words[1:]}"))
    rows = [
        row
        for row in Address.objects.filter(person__in=people).order_by("pk")
        if row.lines.strip() and not is_over(row.ended_on, on) and (row.started_on is None or row.started_on <= on)
    ]
    versions = _versions([row.pk for row in rows])
    found = [Place(*people[row.person_id], row, versions.get(row.pk, 0)) for row in rows]
    order = list(people)
    return sorted(found, key=lambda place: (order.index(place.person.pk), place.address.pk))


def place_of(letter: Letter, user: User, on: date) -> Place:
    """Where a letter goes, if it is still the version that was chosen. Raises Refused where it is not."""
    if letter.recipient is None:
        raise Refused("The record of whom it goes to is not there any more.", code="no_recipient")
    if letter.recipient.died_on is not None:
        raise Refused("Whom this letter goes to has died: withdraw it.", code="recipient_died")
    for place in places(letter.referral, user, on):
        now = (place.person.pk, place.address.pk, place.version, place.lines)
        if now == (letter.recipient_id, letter.address_key, letter.address_version, letter.to_lines):
            refuse_a_hidden_place(place)
            return place
    raise Refused(CHANGED, code="address_changed")


def refuse_a_hidden_place(place: Place) -> None:
    """Raise Refused where this address is confidential for somebody else and not for whom the letter goes to."""
    if place.address.is_confidential:
        return
    others = Address.objects.filter(is_confidential=True, postcode_key=place.address.postcode_key)
    secrets = [each for row in others.exclude(person=place.person) for each in secret_address(row.lines, "")]
    if without(place.lines.replace("\n", ", "), secrets) != place.lines.replace("\n", ", "):
        raise Refused(
            "This address is confidential on another record: have a manager look at it before anything is sent there.",
            code="confidential_elsewhere", field="places",
        )  # fmt: skip


def addresses_of(letter: Letter, user: User) -> list[Address]:
    """The address a letter goes to, if whom it goes to is somebody this user may see; as a list of one, or none."""
    seen = Person.objects.visible_to(user).filter(pk=letter.recipient_id)
    return list(Address.objects.filter(pk=letter.address_key, person__in=seen))


def is_kept_from_some(letter: Letter) -> bool:
    """Whether the home a letter goes to is confidential, or whom it goes to is hidden from some."""
    if letter.recipient_id is None:
        return True
    if Address.objects.filter(pk=letter.address_key, is_confidential=True).exists():
        return True
    return Restriction.objects.in_force().filter(person=letter.recipient_id).exists()


def problem_of(letter: Letter, user: User, on: date) -> str:
    """Why a letter cannot leave as it is, beside a yes that is wanted; "" where nothing keeps it."""
    try:
        refuse_for_a_child_who_died(letter.referral)
        place_of(letter, user, on)
    except Refused as refused:
        return refused.message
    return ""
