"""A child or an adult named later: they join the contact's people, or a contact of their own is opened for them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contacts import hooks
from contacts.bundles.actions import facts_of
from contacts.facts import ContactFacts, PersonFacts, ReferrerFacts
from contacts.fields import REFERRER
from contacts.given import as_given
from contacts.identity.household import may_be_added_to
from contacts.models import AddedPerson, Contact, ContactAddition, ContactPerson
from contacts.recording import actions as recording
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people.actions import is_kept_hidden


def takes_more(contact: Contact) -> bool:
    """Whether new harm and another child still belong to the contact: until it is decided, or while a fast track is on
    the queue. Afterwards they are a contact of their own.
    """
    return contact.status != Contact.Status.DECIDED or may_be_added_to(contact)


def rows_for(contact: Contact, people: Sequence[PersonFacts]) -> list[ContactPerson]:
    """The rows of people to be added to a contact, after those it has; not kept yet.

    An address typed for them is kept as it would have been, had they been named beside the others at once.
    """
    there = list(contact.people.order_by("position"))
    facts = ContactFacts(people=[*(as_given(row, [row.address]) for row in there), *people])
    rows = recording.people_of(contact, facts)[len(there) :]
    last = there[-1].position if there else 0
    for position, row in enumerate(rows, start=last + 1):
        row.position = position
    return rows


def join(contact: Contact, rows: Sequence[ContactPerson], *, at: datetime) -> None:
    """Keep these rows on a locked contact that the caller saves and ranks again.

    That a child may be somebody restricted is told to the named holders alone.
    """
    recording.keep_people(contact, rows, at=at)
    if any(row.is_child for row in rows):
        contact.no_child_identified = False
    everybody = list(contact.people.order_by("position"))
    recording.look_for_restricted(contact, everybody, of=rows, at=at)


def follow_up(contact: Contact, rows: Sequence[ContactPerson], *, by: User, at: datetime) -> None:
    """What the apps above do with a child added to a contact: on the fast track what its other children got."""
    for row in rows:
        for add in hooks.child_added if row.is_child else ():
            add(contact, row, by, at)


def note(addition: ContactAddition, rows: Sequence[ContactPerson]) -> None:
    """Keep by which words these rows came to be."""
    AddedPerson.objects.bulk_create([AddedPerson(addition=addition, on_contact=row) for row in rows])


def open_linked(
    contact: Contact,
    *,
    text: str,
    said_by: str,
    people: Sequence[PersonFacts],
    is_new_harm: bool,
    by: User,
    at: datetime,
) -> Contact:
    """Record what was said after the decision as a contact of its own, received now: its clocks run from now.

    It is about the new children, or with new harm about all the children there were; the adults come with it as they
    were given. Who was confirmed is suggested, and confirmed anew. Raises Refused where the contact is kept apart from
    others: what is opened would be on the queue before anybody knows whom it is about.
    """
    if facts_of([contact])[0].stands_alone or is_kept_hidden(contact.reference):
        raise Refused(
            "Others may not see this contact, so none is opened for what was said later. Add the words alone, and ask "
            "for this contact to be reopened.",
            code="stands_alone",
        )
    there = [_again(row) for row in contact.people.select_related("person").order_by("position")]
    facts = ContactFacts(
        kind=contact.type.code,
        source="" if said_by else contact.source,
        referrer=_told_by(contact, said_by),
        concerns=text,
        people=[*people, *(person for person in there if is_new_harm or not person.is_child)],
    )
    facts.no_child_identified = not facts.children
    return recording.record_contact(facts=facts, by=by, at=at)


def _again(row: ContactPerson) -> PersonFacts:
    """Somebody on a contact as they were given, to be told of once more."""
    suggested = row.person.reference if row.person is not None else row.suggested_reference
    given = as_given(row, [row.address])
    return replace(given, family_group=row.family_group, suggested_reference=suggested)


def _told_by(contact: Contact, said_by: str) -> ReferrerFacts:
    """Who told it: somebody named now, else the same caller. Whom the family must not be told of stays so."""
    if said_by:
        return ReferrerFacts(name=said_by, withhold_name_from_family=contact.withhold_name_from_family)
    own = {fact.name: getattr(contact, fact.column.partition(".")[2]) for fact in REFERRER}
    return ReferrerFacts(**own, is_anonymous=contact.is_anonymous, is_the_child=contact.is_the_child)
