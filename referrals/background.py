"""What the page of a decision reads of its contacts, and of everybody confirmed on them and whom the others may be.

Each thing is asked once for all of them, and only when the page says something of it.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cached_property

from django.db.models import QuerySet

from contacts import hidden
from contacts.identity import readers as identity
from contacts.identity.household import Household, households
from contacts.models import Contact, ContactAddition, ContactPerson, FamilyGroup, PossiblePerson
from contacts.queue import readers as queue
from contacts.screening.dangers import homes_given
from contacts.screening.known import Known, known_of
from contacts.screening.readers import Look, looked_at
from frontdoor.accounts.models import User
from frontdoor.clocks.models import Clock
from frontdoor.people.hooks import OpenWork
from frontdoor.people.models import Person
from frontdoor.people.protection.reach import Reached, warnings_for
from frontdoor.people.record.parts import Parts
from frontdoor.wording import worded
from referrals import readers


@worded(references=[str], kinds=[int])
def _clocks_on(user: User, *, references: Collection[str], kinds: Collection[int]) -> "QuerySet[Clock, Clock]":
    """The running clocks on these contacts; ``kinds``: those kept from the user."""
    with hidden.where_kinds_are(kinds):
        seen = Clock.objects.visible_to(user)
    rows: QuerySet[Clock, Clock] = seen.running().filter(reference__in=references)
    return rows.order_by("due_at", "id")


class Background:
    """What is known around some contacts, as far as this user may be told."""

    def __init__(self, contacts: Sequence[Contact], user: User, at: datetime, *, declared: Collection[int]) -> None:
        """``declared``: whom the user has declared they know (ids)."""
        self.contacts, self.user, self.at, self.declared = contacts, user, at, declared
        self.people = readers.people_of(contacts)

    @property
    def children(self) -> dict[int, list[ContactPerson]]:
        """By contact the children on it."""
        return {key: [row for row in rows if row.is_child] for key, rows in self.people.items()}

    @cached_property
    def confirmed(self) -> dict[int, Person]:
        """The records of everybody confirmed, by their key."""
        return {row.person.pk: row.person for rows in self.people.values() for row in rows if row.person is not None}

    @cached_property
    def standing(self) -> dict[int, list[PossiblePerson]]:
        """By contact whom its children may be: what counts for a decision, whoever makes it."""
        return identity.standing_on(self.user, self.people)

    @cached_property
    def possible(self) -> dict[int, list[PossiblePerson]]:
        """The same, as far as the user is told of them."""
        return identity.not_known(self.standing, self.declared)

    @cached_property
    def parts(self) -> Parts:
        """Every part of all of these in records."""
        return Parts({*self.confirmed, *(row.person_id for rows in self.standing.values() for row in rows)}, self.user)

    @cached_property
    def known(self) -> Known:
        """What may call for a manager, and what hangs on the contacts beside it."""
        maybe = {key: {row.person_id for row in rows} for key, rows in self.standing.items()}
        rows = [(contact, self.children[contact.pk]) for contact in self.contacts]
        return known_of(rows, parts=self.parts.every, possible=maybe)

    @cached_property
    def reached(self) -> dict[int, list[Reached]]:
        """By person the warnings that reach whom the page shows, and the homes given, as the user may read them."""
        shown = {*self.confirmed, *(row.person_id for rows in self.possible.values() for row in rows)}
        given = homes_given(row for rows in self.people.values() for row in rows)
        return warnings_for(shown, self.user, given=given)

    @cached_property
    def clocks(self) -> list[Clock]:
        """Running clocks on them, the first due first, as far as the user may know of them."""
        # A holder’s own clock would tell of somebody hidden.
        references = [contact.reference for contact in self.contacts]
        kinds = hidden.restricted_kinds(self.user)
        return _clocks_on(self.user, references=references, kinds=kinds) if references else []

    @cached_property
    def families(self) -> list[FamilyGroup]:
        """The families on them by number."""
        return readers.families_of(self.contacts)

    def open_work(self) -> dict[int, list[OpenWork]]:
        """Open work of everybody confirmed, by person."""
        return self.parts.open_work(self.confirmed)

    def households(self, on: date) -> dict[int, Household]:
        """By contact the brothers and sisters to ask about, and the answers there are."""
        return households(
            self.contacts, self.people, self.user, on, known=self.declared, answered=self.known.answered
        )  # fmt: skip

    def looks(self, references: Collection[str]) -> dict[int, Look]:
        """By contact, of those of these references, the text with all that stands beside it."""
        opened = [contact for contact in self.contacts if contact.reference in references]
        keys = [contact.pk for contact in opened]
        people = {row.person_id for key in keys for row in self.possible.get(key, ())}
        meant = queue.Background(
            self.user, opened, people, self.at, parts=self.parts, dangers=self.reached if people else {}
        )
        later: dict[int, list[ContactAddition]] = {}
        added = self.known.added & set(keys)
        for addition in ContactAddition.objects.filter(contact__in=added).told_to(self.user) if added else ():
            later.setdefault(addition.contact_id, []).append(addition)
        return {
            contact.pk: looked_at(
                contact,
                self.people[contact.pk],
                queue.possible_on([contact], self.possible, meant),
                self.parts,
                later.get(contact.pk, ()),
            )
            for contact in opened
        }
