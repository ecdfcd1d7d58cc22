"""What one family on a contact may read of it: its own parts and those about all, without the names of the others.

Wherever words of a contact stand on something of one family (the child's referral, record, chronology, news), they are
asked for here. Whoever screens the contact itself reads all of it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from contacts.families.parts import ADDED, TEXTS, added, parts_of
from contacts.models import Contact, ContactAddition, ContactPerson, FamilyText
from frontdoor.people.models import Name
from frontdoor.people.protection.secrets import Secret, secret_names, without

LEFT_OUT = "[about another family]"
NOT_SEPARATED = "About both families: not yet separated"


@dataclass(frozen=True)
class Telling:
    """What one family may read. Where it is the only one, that is everything.

    ``others``: the names to be kept back; ``elsewhere``: by text the parts that are about another family only;
    ``asked``: by text every part somebody has said of whom it is. A text that was changed since has others.
    """

    number: int = 1
    others: tuple[Secret, ...] = ()
    elsewhere: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    asked: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    is_one_of_several: bool = False
    is_separated: bool = False

    def of(self, name: str, text: str) -> str:
        """The text of this column as the family may read it; one that was changed since it was separated says so.

        What is no text nobody separates: a date, one of a list.
        """
        if not self.is_one_of_several or not (name in TEXTS or name.startswith(ADDED)):
            return text
        if self.is_separated and not self.asked.get(name, frozenset()).issuperset(parts_of(text)):
            return self.plain(f"({NOT_SEPARATED}) {text}")
        theirs = self.elsewhere.get(name, frozenset())
        said, done = "", 0
        for start, end in parts_of(text):
            if (start, end) in theirs:
                said += text[done:start] + ("" if said.endswith(LEFT_OUT) else LEFT_OUT)
                done = end
        return self.plain(said + text[done:])

    def later(self, addition: ContactAddition) -> str:
        """What was said later as the family may read it."""
        return self.of(added(addition.pk), addition.text)

    def plain(self, text: str) -> str:
        """Any other words as the family may read them."""
        return without(text, self.others)

    def has(self, row: ContactPerson) -> bool:
        """Whether somebody on the contact is of the family."""
        return not self.is_one_of_several or row.family_group == self.number

    @property
    def mark(self) -> str:
        """What a page says beside the words; empty where there is nothing to say."""
        if not self.is_one_of_several:
            return ""
        return "" if self.is_separated else NOT_SEPARATED


#: What is read of a contact about one family.
WHOLE = Telling()


def tellings(rows: Collection[ContactPerson]) -> dict[int, Telling]:
    """By row of somebody on a contact what their family may read of it, in at most three questions."""
    if not rows:
        return {}
    groups: dict[int, dict[int, list[ContactPerson]]] = defaultdict(lambda: defaultdict(list))
    for other in ContactPerson.objects.filter(contact_id__in={row.contact_id for row in rows}).order_by("position"):
        groups[other.contact_id][other.family_group].append(other)
    several = {key: families for key, families in groups.items() if len(families) > 1}
    if not several:
        return {row.pk: WHOLE for row in rows}
    people = [person for families in several.values() for members in families.values() for person in members]
    on_record: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for name in Name.objects.filter(person_id__in={each.person_id for each in people if each.person_id is not None}):
        on_record[name.person_id].append((name.full, name.family, name.given))
    chosen: dict[int, list[FamilyText]] = defaultdict(list)
    for part in FamilyText.objects.filter(contact_id__in=several):
        chosen[part.contact_id].append(part)
    made: dict[tuple[int, int], Telling] = {}
    for row in rows:
        key = (row.contact_id, row.family_group)
        if row.contact_id in several and key not in made:
            made[key] = _telling(several[row.contact_id], row.family_group, on_record, chosen[row.contact_id])
    return {row.pk: made.get((row.contact_id, row.family_group), WHOLE) for row in rows}


def telling_for(row: ContactPerson) -> Telling:
    """What the family of one person on a contact may read of it."""
    return tellings([row])[row.pk]


def are_several(contact: Contact) -> bool:
    """Whether the people on a contact are of several families."""
    return contact.people.order_by().values("family_group").distinct().count() > 1


def of_several(references: Collection[str]) -> set[str]:
    """Of these references those of contacts whose people are of several families."""
    rows = ContactPerson.objects.filter(contact__reference__in=references).order_by()
    counted = rows.values("contact__reference").annotate(families=Count("family_group", distinct=True))
    return set(counted.filter(families__gt=1).values_list("contact__reference", flat=True))


def _telling(
    families: Mapping[int, list[ContactPerson]],
    own: int,
    on_record: Mapping[int, list[tuple[str, str, str]]],
    chosen: Collection[FamilyText],
) -> Telling:
    def names(members: Collection[ContactPerson]) -> list[tuple[str, str, str]]:
        return [
            name
            for each in members
            for name in (
                (each.name, each.family_name, each.given_name),
                *([(each.known_as, each.family_name, each.known_as)] if each.known_as else []),
                *(on_record.get(each.person_id, ()) if each.person_id is not None else ()),
            )
        ]

    others = [each for number, members in families.items() if number != own for each in members]
    elsewhere: dict[str, set[tuple[int, int]]] = defaultdict(set)
    asked: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for part in chosen:
        asked[part.field].add((part.start, part.end))
        if part.family is not None and part.family != own:
            elsewhere[part.field].add((part.start, part.end))
    return Telling(
        number=own,
        others=tuple(secret_names(names(others), own=names(families.get(own, [])))),
        elsewhere={name: frozenset(places) for name, places in elsewhere.items()},
        asked={name: frozenset(places) for name, places in asked.items()},
        is_one_of_several=True,
        is_separated=bool(chosen),
    )
