"""What a contact was about and how it ended, told in the chronology of one person on it and of nobody else."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from contacts.models import Contact, ContactPerson
from frontdoor.codelists import lists
from frontdoor.people.access import with_joined
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import IN_ERROR, said_of
from frontdoor.people.record.said import Said, Teller
from frontdoor.workflow.models import StatusChange

#: Steps that tell of the work: who held it, and what whoever proposed and a manager said to one another.
HANDLING = frozenset({"claim", "release", "wait", "resume", "propose", "send_back"})
ENDS = frozenset({"decide", "sign_off"})


def said(person: Person, changes: Sequence[StatusChange], with_handling: bool) -> dict[int, Said]:
    """What each change was for this person; nothing for references no contact has."""
    references = {change.reference for change in changes}
    contacts = _contacts(references)
    own, children = _rows(person, references)
    return {
        change.pk: _said(change, contacts[change.reference], own.get(change.reference), children[change.reference])
        for change in changes
        if change.reference in contacts
    }


def begun(person: Person, references: Collection[str]) -> dict[str, Said]:
    """What contacts without any change of status were about."""
    own, _ = _rows(person, references)
    return {ref: _told(contact, own.get(ref)) for ref, contact in _contacts(references).items()}


def found(person: Person, references: Collection[str], words: str) -> Q:
    """Changes whose line, as it stands in this person's chronology, holds the words."""
    own = ContactPerson.objects.filter(contact__reference__in=references, person__in=with_joined([person.pk]))
    about = own.filter(is_child=True, contact__summary__icontains=words).values("contact__reference")
    outcomes = [code for code, label in lists.choices("contact_outcome") if words.casefold() in label.casefold()]
    ended = own.filter(Q(outcome_reason__icontains=words) | Q(outcome__in=outcomes)).values("contact__reference")
    others = ContactPerson.objects.filter(is_child=True).exclude(person__in=with_joined([person.pk]))
    shared = Contact.objects.filter(
        reference__in=references, origin="frontdoor", people__in=others.filter(contact__reference__in=references)
    )
    return (
        Q(reference__in=about, move="born")
        | Q(reference__in=ended, move__in=ENDS)
        | (Q(reference__in=references, reason__icontains=words) & ~Q(reference__in=shared.values("reference")))
    )


def _contacts(references: Collection[str]) -> dict[str, Contact]:
    rows = Contact.objects.filter(reference__in=references).select_related("type")
    return {contact.reference: contact for contact in rows}


def _rows(person: Person, references: Collection[str]) -> tuple[dict[str, ContactPerson], Mapping[str, int]]:
    """This person on each contact, and how many children other than them it has."""
    rows = ContactPerson.objects.filter(contact__reference__in=references).select_related("contact", "person")
    keys = {person.pk}
    own: dict[str, ContactPerson] = {}
    others: Counter[str] = Counter()
    for row in rows:
        if row.person is not None and keys & {row.person.pk, row.person.merged_into_id}:
            own[row.contact.reference] = row
        elif row.is_child:
            others[row.contact.reference] += 1
    return own, others


def _said(change: StatusChange, contact: Contact, row: ContactPerson | None, other_children: int) -> Said:
    if change.move == "born":
        return _told(contact, row)
    is_theirs_alone = not other_children or contact.origin != "frontdoor"
    reason = change.reason if is_theirs_alone else ""
    if change.move not in ENDS or row is None or not row.is_child:
        return Said(said_of(change) if is_theirs_alone else _plainly(change), reason)
    if row.decided_at != change.happened_at:
        # Decided anew since, or by an old system: what stands on the row now was not said then.
        return Said(said_of(change) if is_theirs_alone else _plainly(change), reason)
    own = row.outcome_reason or reason
    if row.outcome == "entered_in_error" or IN_ERROR.search(own):
        return Said("entered in error", own)
    ended = lists.label("contact_outcome", row.outcome) if row.outcome else "decided"
    return Said(ended + (f" ({row.joined_reference})" if row.joined_reference else ""), own)


def _plainly(change: StatusChange) -> str:
    """What the change was, whatever was written about whomever."""
    return said_of(StatusChange(model=change.model, move=change.move, to_status=change.to_status))


def _told(contact: Contact, row: ContactPerson | None) -> Said:
    """What it was about; of an adult only that they are named on it."""
    kind = contact.type.label + (f", {lists.label('grade', contact.grade).lower()}" if contact.grade else "")
    if row is None or not row.is_child or not contact.summary:
        return Said(kind, by="")
    return Said(contact.summary, kind, by="")


TELLER = Teller("contacts.contact", said=said, found=found, begun=begun, handling=HANDLING)
