"""What a contact was about and how it ended, told in the chronology of one person on it and of nobody else."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from contacts.families.telling import WHOLE, Telling, of_several, tellings
from contacts.models import Contact, ContactPerson
from frontdoor.codelists import lists
from frontdoor.people.access import with_joined
from frontdoor.people.models import Person
from frontdoor.people.record.chronology import IN_ERROR, said_of
from frontdoor.people.record.said import Said, Teller, saying
from frontdoor.workflow.models import StatusChange

#: Steps that tell of the work: who held it, and what whoever proposed and a manager said to one another.
HANDLING = frozenset({"claim", "release", "wait", "resume", "propose", "send_back"})
ENDS = frozenset({"decide", "sign_off"})


def said(person: Person, changes: Sequence[StatusChange], with_handling: bool) -> dict[int, Said]:
    """What each change was for this person; nothing for references no contact has."""
    references = {change.reference for change in changes}
    contacts = _contacts(references)
    own, children = _rows(person, references)
    told = _tellings(own)
    return {
        change.pk: _said(
            change,
            contacts[change.reference],
            own.get(change.reference),
            children[change.reference],
            told.get(change.reference, WHOLE),
        )
        for change in changes
        if change.reference in contacts
    }


def begun(person: Person, references: Collection[str]) -> dict[str, Said]:
    """What contacts without any change of status were about."""
    own, _ = _rows(person, references)
    told = _tellings(own)
    return {ref: _told(contact, own.get(ref), told.get(ref, WHOLE)) for ref, contact in _contacts(references).items()}


def found(person: Person, references: Collection[str], words: str) -> Q:
    """Changes whose line, as it stands in this person's chronology, holds the words."""
    several = of_several(references)
    by_telling = saying(said, person, several, words)
    references = set(references) - several
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
        | by_telling
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


def _tellings(own: Mapping[str, ContactPerson]) -> dict[str, Telling]:
    """By reference what this person's family may read of each contact they are on."""
    found = tellings(list(own.values())) if own else {}
    return {reference: found[row.pk] for reference, row in own.items()}


def _said(
    change: StatusChange, contact: Contact, row: ContactPerson | None, other_children: int, telling: Telling
) -> Said:
    if change.move == "born":
        return _told(contact, row, telling)
    is_about_others = bool(other_children) or telling.is_one_of_several
    is_theirs_alone = not is_about_others or contact.origin != "frontdoor"
    reason = _reason(change, telling) if is_theirs_alone or not other_children else ""
    if change.move not in ENDS or row is None or not row.is_child:
        return Said(said_of(change) if is_theirs_alone else _plainly(change), reason)
    if row.decided_at != change.happened_at:
        # Decided anew since, or by an old system: what stands on the row now was not said then.
        return Said(said_of(change) if is_theirs_alone else _plainly(change), reason)
    own = telling.plain(row.outcome_reason or reason)
    if row.outcome == "entered_in_error" or IN_ERROR.search(own):
        return Said("entered in error", own)
    ended = lists.label("contact_outcome", row.outcome) if row.outcome else "decided"
    return Said(ended + (f" ({row.joined_reference})" if row.joined_reference else ""), own)


def _reason(change: StatusChange, telling: Telling) -> str:
    """Why, as this family may read it: the reason of the fast track is the sentence of the contact, part by part.

    Any other is given for the whole contact: where that is about several families, none of them reads it.
    """
    if change.move == "fast_track":
        return telling.of("summary", change.reason)
    return "" if telling.is_one_of_several else telling.plain(change.reason)


def _plainly(change: StatusChange) -> str:
    """What the change was, whatever was written about whomever."""
    return said_of(StatusChange(model=change.model, move=change.move, to_status=change.to_status))


def _told(contact: Contact, row: ContactPerson | None, telling: Telling) -> Said:
    """What it was about; of an adult only that they are named on it."""
    grade = (row.grade if row is not None else "") or contact.grade
    kind = contact.type.label + (f", {lists.label('grade', grade).lower()}" if grade else "")
    if row is None or not row.is_child or not contact.summary:
        return Said(kind, by="")
    return Said(telling.of("summary", contact.summary), kind, by="")


TELLER = Teller("contacts.contact", said=said, found=found, begun=begun, handling=HANDLING)
