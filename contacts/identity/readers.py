"""What a page shows of whom the children on contacts may be, as far as the reader may see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from contacts.grading import raising
from contacts.models import ContactPerson, PossiblePerson
from frontdoor.accounts.models import User
from frontdoor.people.access import known_people
from frontdoor.people.models import Person
from frontdoor.wording import worded


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
    rows = _standing(user).filter(on_contact__contact_id__in=contacts).exclude(person_id__in=known_people(user))
    found: dict[int, list[PossiblePerson]] = defaultdict(list)
    for row in rows.select_related("on_contact"):
        found[row.on_contact.contact_id].append(row)
    return found


def standing_on(user: User, people: Mapping[int, Sequence[ContactPerson]]) -> dict[int, list[PossiblePerson]]:
    """The same of contacts whose people have been read (by contact), with whom the user has declared they know.

    Those count for what may be decided and who has to sign; nothing is told of them: see :func:`not_known`.
    """
    unconfirmed = {row.pk: row for rows in people.values() for row in rows if row.is_child and row.person_id is None}
    found: dict[int, list[PossiblePerson]] = defaultdict(list)
    if unconfirmed:
        for row in _standing_on(user, rows=unconfirmed):
            row.on_contact = unconfirmed[row.on_contact_id]
            found[row.on_contact.contact_id].append(row)
    return found


def not_known(
    possible: Mapping[int, Sequence[PossiblePerson]], known: Collection[int]
) -> dict[int, list[PossiblePerson]]:
    """Those who may be told of to a user who has declared that they know these people (ids)."""
    kept = {key: [row for row in rows if row.person_id not in known] for key, rows in possible.items()}
    return {key: rows for key, rows in kept.items() if rows}


def _standing(user: User) -> "QuerySet[PossiblePerson, PossiblePerson]":
    return (
        raising.standing()
        .filter(on_contact__is_child=True, person__in=Person.objects.visible_to(user))
        .select_related("person", "unsure_by")
        .order_by("-score", "on_contact__position", "pk")
    )


@worded(rows=[int])
def _standing_on(user: User, *, rows: Collection[int]) -> "QuerySet[PossiblePerson, PossiblePerson]":
    return _standing(user).filter(on_contact__in=rows)


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
