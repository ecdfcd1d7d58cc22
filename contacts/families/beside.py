"""A contact about several families beside the bundle of each of them: told there by its reference, screened by itself.

It is in no family's bundle, whose line and texts would then name the other family. What both sides have in common is
asked afresh of the facts as they stand: a link kept from an arrival only says whom to ask about.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from contacts.bundles.actions import facts_of, kept_apart, window
from contacts.bundles.bundling import SEVERAL, in_common
from contacts.families.telling import tellings
from contacts.models import Contact, ContactPerson, PossibleLink
from frontdoor.accounts.models import User
from frontdoor.clocks.working_days import london_date
from frontdoor.people.access import known_references
from frontdoor.wording import worded


@dataclass(frozen=True)
class Beside:
    """A contact that stands beside another's bundle.

    ``is_shared``: it is the one that is about another family too; ``family``: the number, on it, of the family both are
    about, or None where it is about one family or nobody has told its families apart.
    """

    contact: Contact
    is_shared: bool
    family: int | None

    @property
    def words(self) -> str:
        """What it is, for a line: without a name, and without a word of what it says."""
        if self.is_shared:
            return f"{self.contact.reference} is about this family and another"
        return f"{self.contact.reference} is about one of these families"


def beside(contacts: Collection[Contact], user: User, at: datetime) -> dict[int, list[Beside]]:
    """By contact (id) those that stand beside it, the oldest first, of what the user may see on the queue.

    A fixed number of questions, and one only where nothing on the page is about several families.
    """
    keys = {contact.pk for contact in contacts}
    pairs = {frozenset(pair) for pair in _links(keys=keys)} if keys else set()
    if not pairs:
        return {}
    rows = Contact.objects.visible_to(user).on_queue().filter(pk__in={key for pair in pairs for key in pair})
    rows = rows.filter(taken_under_restriction_by=None).exclude(reference__in=known_references(user))
    there = {row.pk: row for row in rows.select_related("type").order_by("received_at", "pk")}
    facts = {each.key: each for each in facts_of(list(there.values()))}
    far, apart = window(london_date(at)), kept_apart(there)
    met = [sorted(pair) for pair in pairs - apart if pair <= there.keys()]
    found: dict[int, list[Beside]] = defaultdict(list)
    for other in there:
        for key in (one if two == other else two for one, two in met if other in (one, two)):
            common = in_common(facts[key], facts[other], far) if key in keys else None
            if common is not None:
                found[key].append(Beside(there[other], facts[other].is_about_several, common[1]))
    return found


@worded(keys=[int])
def _links(*, keys: Collection[int]) -> "QuerySet[PossibleLink, tuple[int, int]]":
    links = PossibleLink.objects.filter(Q(contact__in=keys) | Q(other__in=keys), code=SEVERAL)
    links = links.filter(contact__is_on_queue=True, other__is_on_queue=True)
    return links.values_list("contact_id", "other_id")


def each_once(found: dict[int, list[Beside]], members: Sequence[Contact]) -> list[Beside]:
    """What stands beside a bundle of these contacts, each contact once and none of the bundle's own."""
    own = {member.pk for member in members}
    rows = {each.contact.pk: each for member in members for each in found.get(member.pk, ())}
    return [each for key, each in rows.items() if key not in own]


@dataclass
class Sentences:
    """What contacts about several families say in a sentence, by reference; whom on record that is about (ids)."""

    told: dict[str, str] = field(default_factory=dict)
    people: set[int] = field(default_factory=set)


def sentences(rows: Sequence[Beside]) -> Sentences:
    """As the family in common may read them.

    Nothing of one whose families nobody has told apart: whose names it holds is not known.
    """
    found = Sentences()
    if not rows:
        return found
    families = {each.contact.pk: each.family for each in rows if each.is_shared and each.family is not None}
    people: dict[int, ContactPerson] = {}
    for row in ContactPerson.objects.filter(contact__in=families).select_related("contact").order_by("position"):
        if row.family_group == families[row.contact_id]:
            people.setdefault(row.contact_id, row)
            found.people |= {row.person_id} if row.person_id is not None else set()
    told = tellings(list(people.values()))
    for row in people.values():
        found.told[row.contact.reference] = told[row.pk].of("summary", row.contact.summary)
    return found
