"""What a page shows of whom the children on contacts may be, as far as the reader may see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from contacts.grading import raising
from contacts.models import ContactPerson, PossiblePerson
from frontdoor.accounts.models import User
from frontdoor.people.access import known_people
from frontdoor.people.models import Person


@dataclass(frozen=True)
class Possible:
    """Somebody a child on a contact may be: what kind of match it is, and what it would mean, in a few words each."""

    reference: str
    row: ContactPerson
    person: Person
    likelihood: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    unsure: str = ""
    means: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """On one line: "All but certain: on a protection plan; 3 other contacts in 12 months"."""
        meaning = "; ".join(self.means) or "no open work and no contact in 12 months"
        return f"{self.likelihood[:1].upper()}{self.likelihood[1:]}: {meaning}"


def rows_on(user: User, contacts: Collection[int]) -> dict[int, list[PossiblePerson]]:
    """Whom the children on these contacts (ids) may be, by contact and the likeliest first, in one question.

    Nobody hidden from the user, nobody they have declared they know, and nobody restricted or adopted whoever asks.
    """
    if not contacts:
        return {}
    rows = (
        raising.standing()
        .filter(on_contact__contact_id__in=contacts, on_contact__is_child=True)
        .filter(person__in=Person.objects.visible_to(user))
        .exclude(person_id__in=known_people(user))
        .select_related("on_contact", "person", "unsure_by")
        .order_by("-score", "on_contact__position", "pk")
    )
    found: dict[int, list[PossiblePerson]] = defaultdict(list)
    for row in rows:
        found[row.on_contact.contact_id].append(row)
    return found


def told(reference: str, row: PossiblePerson, means: Iterable[str] = ()) -> Possible:
    """One of them as a page shows it."""
    return Possible(
        reference=reference,
        row=row.on_contact,
        person=row.person,
        likelihood=row.likelihood,
        reasons=tuple(row.reasons),
        doubts=tuple(row.doubts),
        unsure=row.unsure_by.name if row.unsure_by is not None else "",
        means=tuple(means),
    )
