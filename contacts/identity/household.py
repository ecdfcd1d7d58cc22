"""Brothers and sisters of the children confirmed on a contact, who may be meant too: whom to ask about, read at once.

Nobody hidden from the reader is among them, nor anybody known only through somebody hidden, and nobody is found by an
address that is confidential or where many households live. A fixed number of queries.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Q

from contacts.bundles.bundling import home_of
from contacts.models import OPEN, Contact, ContactPerson, HouseholdAnswer
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.codelists import lists
from frontdoor.people.access import hidden_people, known_people
from frontdoor.people.ages import is_grown_up
from frontdoor.people.hooks import OpenWork, open_work
from frontdoor.people.models import Address, Person, Relationship
from frontdoor.people.record.kinship import OUTSIDE, PARENTS, SIBLINGS
from frontdoor.people.record.overview import OTHER_END

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


def _kept_out(user: User) -> Any:
    """Keys of whoever this user may not see, or has declared to know: nobody is found through them either."""
    return Person.objects.filter(Q(pk__in=hidden_people(user)) | Q(pk__in=known_people(user))).values("pk")


def may_be_added_to(contact: Contact) -> bool:
    """Whether a child may be added: until it is decided or proposed, and while a fast track is on the queue."""
    is_tracked = contact.is_fast_track and contact.is_on_queue and contact.status == Contact.Status.DECIDED
    return is_tracked or contact.status in OPEN


def household_of(contact: Contact, user: User, on: date) -> Household:
    """The brothers and sisters to ask this user about, and the answers there are; nobody for who may not screen."""
    if not holds(user, Permission.CONTACT_SCREEN):
        return Household()
    rows = list(contact.people.filter(person__isnull=False).order_by("position"))
    standing = _standing(contact, rows)
    asked = _asked(contact, rows, standing, user, on) if may_be_added_to(contact) else ()
    shown = Person.objects.visible_to(user).filter(pk__in=[_now(answer) for answer in standing])
    shown = shown.exclude(pk__in=_kept_out(user))
    now_is = shown.in_bulk() if Contact.objects.visible_to(user).filter(pk=contact.pk).exists() else {}
    answered = [answer for answer in standing if _now(answer) in now_is]
    for answer in answered:
        answer.person = now_is[_now(answer)]
    return Household(
        asked=asked,
        answered=tuple(sorted(answered, key=lambda answer: (answer.at, answer.pk))),
    )


def _now(answer: HouseholdAnswer) -> int:
    """The record the answer is about by now."""
    return int(answer.person.merged_into_id or answer.person.pk)


def _standing(contact: Contact, rows: Collection[ContactPerson]) -> list[HouseholdAnswer]:
    """The answers that count: of two about one child, whose records were joined since, the newest; and none once the
    link it was an answer to was taken back. ``rows``: who is confirmed on the contact.
    """
    newest: dict[int, HouseholdAnswer] = {}
    for answer in HouseholdAnswer.objects.filter(contact=contact).select_related("person", "by").order_by("at", "pk"):
        newest[_now(answer)] = answer
    confirmed = {row.pk for row in rows}
    children = [row.linked_at for row in rows if row.is_child and row.linked_at is not None]
    return [
        answer
        for answer in newest.values()
        if (
            answer.on_contact_id in confirmed
            if answer.answer == HouseholdAnswer.Answer.ABOUT
            else any(linked_at <= answer.at for linked_at in children)
        )
    ]


def _asked(
    contact: Contact, rows: Collection[ContactPerson], standing: Collection[HouseholdAnswer], user: User, on: date
) -> tuple[Sibling, ...]:
    children = {row.person_id: row for row in rows if row.is_child and row.person_id is not None}
    if not children:
        return ()
    found = _near(children, user)
    known = {row.person_id for row in rows}
    if not found.keys() - known:
        return ()
    said = {key for answer in standing for key in (answer.person.pk, answer.person.merged_into_id) if key is not None}
    people = (
        Person.objects.visible_to(user)
        .filter(pk__in=found.keys() - known, died_on__isnull=True)
        .exclude(pk__in=said)
        .exclude(pk__in=_kept_out(user))
        .order_by("date_of_birth", "pk")
    )
    young = [person for person in people if _is_young(person, on, by_address=found[person.pk][1] == BY_ADDRESS)]
    work = open_work([person.pk for person in young], hidden_from=user)
    asked = []
    for person in young:
        own = tuple(w for w in work.get(person.pk, ()) if w.kind in OWN_WORK and w.role == "subject")
        if own:
            child, why = found[person.pk]
            asked.append(Sibling(person, children[child], why, own))
    return tuple(asked[:MOST])


def members_of(chosen: Collection[Person], user: User) -> list[tuple[Person, str]]:
    """Who is of the household of somebody chosen while a call is typed, each with what they are to whom; none of those
    chosen. Ties first, in the order they were recorded, then who lives at the address.
    """
    if not chosen:
        return []
    names = {person.pk: str(person.display_name) for person in chosen}
    hidden = _kept_out(user)
    rows = Relationship.objects.filter(ended_on__isnull=True).exclude(person_id__in=hidden).exclude(other_id__in=hidden)
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
    for other, (child, why) in _near(names, user).items():
        said.setdefault(other, f"{why} as {names[child]}")
    order = {key: number for number, key in enumerate(said)}
    people = Person.objects.visible_to(user).filter(pk__in=said.keys() - apart - names.keys(), died_on__isnull=True)
    people = people.exclude(pk__in=hidden)
    return sorted(((person, said[person.pk]) for person in people), key=lambda found: order[found[0].pk])


def _is_young(person: Person, on: date, *, by_address: bool) -> bool:
    """Whether somebody is a child, or not known to be none; who only lives at the address has to be known for one."""
    born = person.date_of_birth
    if born is None:
        return person.is_unborn or not by_address
    return not is_grown_up(born, on)


def _near(children: Collection[int], user: User) -> dict[int, tuple[int, str]]:
    """Each who may be a brother or sister: of which child, and why. A tie is said before an address."""
    hidden = _kept_out(user)
    ties = Relationship.objects.filter(ended_on__isnull=True).exclude(person_id__in=hidden).exclude(other_id__in=hidden)
    own = list(ties.filter(Q(person_id__in=children) | Q(other_id__in=children)).order_by("pk")[:MOST_READ])
    found: dict[int, tuple[int, str]] = {}
    apart: set[int] = set()
    parents: dict[int, int] = {}
    for tie in own:
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
    keys = list(parents)
    theirs_too = ties.filter(Q(person_id__in=keys) | Q(other_id__in=keys)).order_by("pk")[:MOST_READ]
    for tie in theirs_too if keys else ():
        parent, theirs = _parent_of(tie)
        if parent in parents and theirs is not None:
            if tie.lives_with is False:
                apart.add(theirs)
            else:
                found.setdefault(theirs, (parents[parent], BY_PARENT))
    for other, child in _at_home(children):
        found.setdefault(other, (child, BY_ADDRESS))
    return {other: why for other, why in found.items() if other not in apart and other not in children}


def _parent_of(tie: Relationship) -> tuple[int | None, int | None]:
    """The parent and the child of a tie, from whichever end it was said; neither for any other tie."""
    if tie.kind in PARENTS:
        return tie.other_id, tie.person_id
    return (tie.person_id, tie.other_id) if tie.kind == "child" else (None, None)


def _at_home(children: Collection[int]) -> list[tuple[int, int]]:
    """Who lives now where one of the children does: (who, the child). Never by a confidential or communal address."""
    now = Address.objects.filter(
        ended_on__isnull=True, is_confidential=False, is_communal=False, kind__in=["home", "temporary"]
    ).exclude(postcode_key="")
    own = list(now.filter(person_id__in=children).order_by("pk"))
    homes = {_home(row): row.person_id for row in own if _home(row)}
    if not homes:
        return []
    codes = {row.postcode_key for row in own if _home(row)}
    others = now.filter(postcode_key__in=codes).exclude(person_id__in=children).order_by("pk")[:MOST_READ]
    return [(row.person_id, homes[_home(row)]) for row in others if _home(row) in homes]


def _home(address: Address) -> str:
    """The home bundling takes an address for, empty where it is none or many households live there."""
    home = home_of(address.lines, address.postcode)
    return "" if home.is_communal else home.key


def people_of(household: Household) -> set[int]:
    """Ids of everybody a page shows of it."""
    return {p.pk for p in chain((s.person for s in household.asked), (a.person for a in household.answered))}
