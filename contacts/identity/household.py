"""Brothers and sisters of the children confirmed on a contact, who may be meant too: whom to ask about, read at once.

Nobody hidden from the reader is among them, nor anybody known only through somebody hidden, and nobody is found by an
address that is confidential or where many households live. A fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import OPEN, Contact, ContactPerson, HouseholdAnswer
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.people.access import declared_by, hidden_people
from frontdoor.people.ages import is_grown_up
from frontdoor.people.homes import home_of
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.models import Address, Person, Relationship
from frontdoor.people.record.kinship import OUTSIDE, PARENTS, SIBLINGS
from frontdoor.people.record.overview import OTHER_END
from frontdoor.wording import worded

#: So many are asked about at once, and so many ties and addresses are read: a hostel is no household.
MOST = 12
MOST_READ = 200
#: What is work of a child's own. A contact is not: everybody named on one has it.
OWN_WORK = ("referral", "assessment", "early_help")
BY_TIE, BY_PARENT, BY_ADDRESS = "brother or sister on record", "the same parent on record", "the same address on record"


@dataclass(frozen=True)
class Sibling:
    """A child of the household with work of their own. ``of``: the child on the contact whose household it is."""

    person: Person
    of: ContactPerson
    why: str
    work: tuple[OpenWork, ...]


@dataclass(frozen=True)
class Household:
    """Whom nobody has answered for yet, and what was answered."""

    asked: tuple[Sibling, ...] = ()
    answered: tuple[HouseholdAnswer, ...] = ()


def _told_of(rows: Any, user: User, known: Collection[int], *people: str) -> Any:
    """These rows without any about somebody hidden from the user or whom they know; ``people``: where a row names one.

    Nobody is found through them either.
    """
    for person in people:
        rows = rows.exclude(**{f"{person}__in": hidden_people(user)})
        if known:
            rows = rows.exclude(**{f"{person}__in": known})
    return rows


def may_be_added_to(contact: Contact) -> bool:
    """Whether a child may be added: until it is decided or proposed, and while a fast track is on the queue."""
    is_tracked = contact.is_fast_track and contact.is_on_queue and contact.status == Contact.Status.DECIDED
    return is_tracked or contact.status in OPEN


def household_of(contact: Contact, user: User, on: date) -> Household:
    """The brothers and sisters to ask this user about, and the answers there are; nobody for who may not screen."""
    rows = list(contact.people.filter(person__isnull=False).order_by("position"))
    return households([contact], {contact.pk: rows}, user, on, known=declared_by(user))[contact.pk]


def households(
    contacts: Collection[Contact],
    people: Mapping[int, Sequence[ContactPerson]],
    user: User,
    on: date,
    *,
    known: Collection[int],
    answered: Collection[int] | None = None,
) -> dict[int, Household]:
    """The same of several contacts, by contact, in a fixed number of questions.

    ``people``: who is on each; ``known``: whom the user has declared they know (ids); ``answered``: those of the
    contacts (ids) that have an answer, where a page has asked for that already.
    """
    found = {contact.pk: Household() for contact in contacts}
    if not holds(user, Permission.CONTACT_SCREEN):
        return found
    confirmed = {key: [row for row in people.get(key, ()) if row.person_id is not None] for key in found}
    standing = _standing(confirmed if answered is None else {key: confirmed[key] for key in answered if key in found})
    asked = _asked([each for each in contacts if may_be_added_to(each)], confirmed, standing, user, on, known)
    told = _answered(standing, user, known)
    return {key: Household(asked.get(key, ()), told.get(key, ())) for key in found}


def _answered(
    standing: Mapping[int, Collection[HouseholdAnswer]], user: User, known: Collection[int]
) -> dict[int, tuple[HouseholdAnswer, ...]]:
    """The answers the user may read, by contact and in their order, each about the record the child has by now."""
    keys = {_now(answer) for answers in standing.values() for answer in answers}
    if not keys:
        return {}
    now_is = Person.objects.visible_to(user).filter(pk__in=keys - set(known)).in_bulk()
    seen = Contact.objects.visible_to(user).filter(pk__in=standing).values_list("pk", flat=True)
    found = {}
    for contact in seen:
        told = [answer for answer in standing[contact] if _now(answer) in now_is]
        for answer in told:
            answer.person = now_is[_now(answer)]
        found[contact] = tuple(sorted(told, key=lambda answer: (answer.at, answer.pk)))
    return found


def _now(answer: HouseholdAnswer) -> int:
    """The record the answer is about by now."""
    return int(answer.person.merged_into_id or answer.person.pk)


def _standing(confirmed: Mapping[int, Collection[ContactPerson]]) -> dict[int, list[HouseholdAnswer]]:
    """By contact the answers that count: of two about one child, whose records were joined since, the newest; and none
    once the link it was an answer to was taken back. ``confirmed``: by contact who is confirmed on it.
    """
    if not confirmed:
        return {}
    newest: dict[tuple[int, int], HouseholdAnswer] = {}
    rows = HouseholdAnswer.objects.filter(contact__in=confirmed).select_related("person", "by").order_by("at", "pk")
    for answer in rows:
        newest[answer.contact_id, _now(answer)] = answer
    found: dict[int, list[HouseholdAnswer]] = defaultdict(list)
    for (contact, _), answer in newest.items():
        if _counts(answer, confirmed[contact]):
            found[contact].append(answer)
    return found


def _counts(answer: HouseholdAnswer, confirmed: Collection[ContactPerson]) -> bool:
    if answer.answer == HouseholdAnswer.Answer.ABOUT:
        return any(row.pk == answer.on_contact_id for row in confirmed)
    return any(row.is_child and row.linked_at is not None and row.linked_at <= answer.at for row in confirmed)


def _asked(
    contacts: Collection[Contact],
    confirmed: Mapping[int, Collection[ContactPerson]],
    standing: Mapping[int, Collection[HouseholdAnswer]],
    user: User,
    on: date,
    known: Collection[int],
) -> dict[int, tuple[Sibling, ...]]:
    """Whom to ask about, by contact."""
    children = {
        contact.pk: {row.person_id: row for row in confirmed[contact.pk] if row.is_child and row.person_id is not None}
        for contact in contacts
    }
    around = _Around({key for of_one in children.values() for key in of_one}, user, known)
    found: dict[int, dict[int, tuple[int, str]]] = {}
    for contact, of_one in children.items():
        said = {key for answer in standing.get(contact, ()) for key in (answer.person.pk, answer.person.merged_into_id)}
        there = {row.person_id for row in confirmed[contact]}
        found[contact] = {key: why for key, why in around.near(of_one).items() if key not in there | said}
    wanted = {key for of_one in found.values() for key in of_one}
    if not wanted:
        return {}
    rows = Person.objects.visible_to(user).filter(pk__in=wanted - set(known), died_on__isnull=True)
    people = [
        person
        for person in rows.order_by("date_of_birth", "pk")
        if any(
            _is_young(person, on, by_address=why[person.pk][1] == BY_ADDRESS)
            for why in found.values()
            if person.pk in why
        )
    ]
    work = open_work([person.pk for person in people], hidden_from=user)
    own = {key: tuple(w for w in lines if w.kind in OWN_WORK and w.role == "subject") for key, lines in work.items()}
    asked = {}
    for contact, why in found.items():
        asked[contact] = tuple(
            Sibling(person, children[contact][child], words, own[person.pk])
            for person in people
            if own.get(person.pk) and person.pk in why
            for child, words in [why[person.pk]]
            if _is_young(person, on, by_address=words == BY_ADDRESS)
        )[:MOST]
    return asked


def members_of(chosen: Collection[Person], user: User) -> list[tuple[Person, str]]:
    """Who is of the household of somebody chosen while a call is typed, each with what they are to whom; none of those
    chosen. Ties first, in the order they were recorded, then who lives at the address.
    """
    if not chosen:
        return []
    names = {person.pk: str(person.display_name) for person in chosen}
    known = declared_by(user)
    rows = _told_of(Relationship.objects.filter(ended_on__isnull=True), user, known, "person_id", "other_id")
    said: dict[int, str] = {}
    apart: set[int] = set()
    for tie in (
        rows.filter(Q(person_id__in=names) | Q(other_id__in=names)).exclude(kind__in=OUTSIDE).order_by("pk")[:MOST_READ]
    ):
        here, other, kind = (
            (tie.person_id, tie.other_id, tie.kind)
            if tie.person_id in names
            else (tie.other_id, tie.person_id, OTHER_END.get(tie.kind, tie.kind))
        )
        if tie.lives_with is False:
            apart.add(other)
        else:
            said.setdefault(other, f"{lists.label('relationship', kind)} of {names[here]}")
    for other, (child, why) in _Around(names, user, known).near(names).items():
        said.setdefault(other, f"{why} as {names[child]}")
    order = {key: number for number, key in enumerate(said)}
    wanted = said.keys() - apart - names.keys() - known
    people = Person.objects.visible_to(user).filter(pk__in=wanted, died_on__isnull=True)
    return sorted(((person, said[person.pk]) for person in people), key=lambda found: order[found[0].pk])


def _is_young(person: Person, on: date, *, by_address: bool) -> bool:
    """Whether somebody is a child, or not known to be none; who only lives at the address has to be known for one."""
    born = person.date_of_birth
    if born is None:
        return person.is_unborn or not by_address
    return not is_grown_up(born, on)


class _Around:
    """The ties and addresses of some children (ids) and those of their families, read once for all of them."""

    def __init__(self, children: Collection[int], user: User, known: Collection[int]) -> None:
        self.own: list[Relationship] = []
        self.theirs: list[Relationship] = []
        #: Who lives where: ids, each with the home bundling takes the address for.
        self.homes: list[tuple[int, str]] = []
        if not children:
            return
        self.own = _ties(user, people=children, known=known)
        parents = [key for tie in self.own if (key := _parent_of(tie)[0]) is not None]
        if parents:
            self.theirs = _ties(user, people=parents, known=known)
        self.homes = [(row.person_id, home) for row in _homes(children) if (home := _home(row))]

    def near(self, children: Collection[int]) -> dict[int, tuple[int, str]]:
        """Each who may be a brother or sister of some of them: of which child, and why; a tie before an address."""
        found: dict[int, tuple[int, str]] = {}
        apart: set[int] = set()
        parents: dict[int, int] = {}
        for tie in self.own:
            for child, other in ((tie.person_id, tie.other_id), (tie.other_id, tie.person_id)):
                if child not in children:
                    continue
                if tie.kind in SIBLINGS and tie.lives_with is False:
                    apart.add(other)
                elif tie.kind in SIBLINGS:
                    found.setdefault(other, (child, BY_TIE))
            parent, theirs = _parent_of(tie)
            if theirs is not None and theirs in children and parent is not None and tie.lives_with is not False:
                parents.setdefault(parent, theirs)
        for tie in self.theirs:
            parent, theirs = _parent_of(tie)
            if parent in parents and theirs is not None:
                if tie.lives_with is False:
                    apart.add(theirs)
                else:
                    found.setdefault(theirs, (parents[parent], BY_PARENT))
        homes = {home: person for person, home in self.homes if person in children}
        for person, home in self.homes:
            if person not in children and home in homes:
                found.setdefault(person, (homes[home], BY_ADDRESS))
        return {other: why for other, why in found.items() if other not in apart and other not in children}


@worded(people=[int], known=[int])
def _ties(user: User, *, people: Collection[int], known: Collection[int]) -> QuerySet[Relationship, Relationship]:
    ties = _told_of(Relationship.objects.filter(ended_on__isnull=True), user, known, "person_id", "other_id")
    rows: QuerySet[Relationship, Relationship] = ties.filter(Q(person_id__in=people) | Q(other_id__in=people))
    return rows.order_by("pk")[:MOST_READ]


def _parent_of(tie: Relationship) -> tuple[int | None, int | None]:
    """The parent and the child of a tie, from whichever end it was said; neither for any other tie."""
    if tie.kind in PARENTS:
        return tie.other_id, tie.person_id
    return (tie.person_id, tie.other_id) if tie.kind == "child" else (None, None)


def _homes(children: Collection[int]) -> list[Address]:
    """Where these children live now, then who else lives in the same postcode; nothing confidential, nor communal."""
    return sorted(_at_home(children=children), key=lambda row: (row.person_id not in children, row.pk))


@worded(children=[int])
def _at_home(*, children: Collection[int]) -> QuerySet[Address, Address]:
    now = Address.objects.filter(
        ended_on__isnull=True, is_confidential=False, is_communal=False, kind__in=["home", "temporary"]
    ).exclude(postcode_key="")
    own = now.filter(person_id__in=children)
    others = now.filter(postcode_key__in=own.values("postcode_key")).exclude(person_id__in=children)
    return own.union(others.order_by("pk")[:MOST_READ], all=True)


def _home(address: Address) -> str:
    """The home bundling takes an address for, empty where it is none or many households live there."""
    home = home_of(address.lines, address.postcode)
    return "" if home.is_communal else home.key


def people_of(household: Household) -> set[int]:
    """Ids of everybody a page shows of it."""
    return {p.pk for p in chain((s.person for s in household.asked), (a.person for a in household.answered))}
