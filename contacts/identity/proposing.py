"""Whom the children on open contacts may be: found when a contact is kept, and again when records change.

Locks as everywhere: the contact is locked before its rows are written, then its bundle (by the rank).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from contacts.given import sought_for
from contacts.models import Contact, ContactPerson, ContactRank, PossiblePerson
from contacts.ranking.ranks import recompute, rerank
from frontdoor.accounts.models import User
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import notify, one_by_one
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import (
    Address,
    Identifier,
    Involvement,
    Name,
    NotThisPerson,
    Person,
    Restriction,
    Telephone,
)
from frontdoor.workflow.actions import lock

KIND = "contacts.propose"
#: How likely it is that a person named by whoever took the call is the one, in words; and why.
SUGGESTED = ("suggested", "suggested by the person who took the call")
#: So many are kept for a child; the rest are seen when the first ones are answered.
MOST = 5
#: So many open contacts are looked at again when one record changes; the daily look does the rest.
MOST_AT_ONCE = 100
BATCH = 500
#: What was found is found again after this long, whatever was heard of meanwhile.
AGAIN_AFTER = timedelta(days=1)


@transaction.atomic
def propose(contact: Contact, *, at: datetime) -> None:
    """Find whom the children may be, keep it, put the contact in its place, and tell the managers it may concern.

    Called in the transaction that records a contact or holds its lock. Safe to repeat: what is found again stays as it
    is, with who was not sure of it.
    """
    rows = list(contact.people.order_by("position"))
    for row in rows:
        if row.is_child and row.person_id is None:
            _keep(row, _found(contact, row, rows), at=at)
        else:
            PossiblePerson.objects.filter(on_contact=row).delete()
    rerank(contact, at=at)
    ContactRank.objects.filter(contact=contact).update(proposed_at=at)
    _tell_managers(contact, at=at)


def _found(contact: Contact, row: ContactPerson, rows: Sequence[ContactPerson]) -> list[matching.Candidate]:
    found = matching.known_to_all(sought_for(row, rows), reference=contact.reference, position=row.position)[:MOST]
    if row.suggested_reference and all(c.person.reference != row.suggested_reference for c in found):
        named = Person.objects.named(row.suggested_reference).filter(is_adoption_protected=False).first()
        if named is not None and not _is_out(named, contact, row):
            found.insert(0, matching.Candidate(named, 0, (SUGGESTED[1],)))
    return found


def _is_out(person: Person, contact: Contact, row: ContactPerson) -> bool:
    """Whether a person is restricted, or was refused here."""
    refused = NotThisPerson.objects.filter(reference=contact.reference, position=row.position, person=person)
    return refused.exists() or Restriction.objects.in_force().filter(person=person).exists()


def _keep(row: ContactPerson, found: Sequence[matching.Candidate], *, at: datetime) -> None:
    PossiblePerson.objects.filter(on_contact=row).exclude(person__in=[c.person.pk for c in found]).delete()
    PossiblePerson.objects.bulk_create(
        [
            PossiblePerson(
                on_contact=row,
                person=candidate.person,
                score=candidate.score,
                likelihood=candidate.likelihood if candidate.probability else SUGGESTED[0],
                reasons=list(candidate.reasons),
                doubts=list(candidate.doubts),
                found_at=at,
            )
            for candidate in found
        ],
        update_conflicts=True,
        unique_fields=["on_contact", "person"],
        update_fields=["score", "likelihood", "reasons", "doubts"],
    )


def _tell_managers(contact: Contact, *, at: datetime) -> None:
    """Tell the manager of whoever works with a possible child, once: it stays with duty until somebody confirms it.

    Nobody who may not see the contact; and never the worker, who gets it when it is confirmed or a manager sends it.
    """
    work = Involvement.objects.open().filter(
        kind=Involvement.Kind.REFERRAL,
        person__in=PossiblePerson.objects.filter(on_contact__contact=contact).values("person"),
        team__manager__isnull=False,
    )
    managers: dict[int, User] = {}
    for part in work.select_related("team__manager"):
        if part.team is not None and part.team.manager is not None:
            managers[part.team.manager.pk] = part.team.manager
    notify(
        [user for user in managers.values() if Contact.objects.visible_to(user).filter(pk=contact.pk).exists()],
        kind="possible",
        text=f"{contact.reference} may be about a child your team works with: possible, not confirmed. Duty has it.",
        reference=contact.reference,
        path=f"/contacts/{contact.reference}/",
        once_key=f"possible-{contact.reference}",
    )


# --- Again, when records change -------------------------------------------------------------------------------------


def person_changed(person: Person, at: datetime) -> None:
    """Ask for the open contacts that may be about this person to be looked at again, each in its own transaction."""
    for reference in _near(person):
        outbox.put(KIND, {"contact": reference}, at=at)


def _near(person: Person) -> list[str]:
    """References of open contacts with an unconfirmed child who shares a word of a name, birth, number or home."""
    rows = ContactPerson.objects.filter(contact__is_on_queue=True, is_child=True, person__isnull=True)
    families = [name.casefold() for name in Name.objects.filter(person=person).values_list("family", flat=True) if name]
    shares = Q(possible__person=person) | Q(suggested_reference=person.reference)
    if person.date_of_birth is not None:
        shares |= Q(date_of_birth=person.date_of_birth)
    if person.expected_on is not None:
        shares |= Q(expected_on__isnull=False)
    for family in set(families):
        shares |= Q(family_name__iexact=family)
    for kind, column in (("nhs", "nhs_number"), ("upn", "upn")):
        values = list(Identifier.objects.filter(person=person, kind=kind).values_list("value", flat=True))
        if values:
            shares |= Q(**{f"{column}__in": values})
    postcodes = Address.objects.filter(person=person, is_confidential=False, ended_on__isnull=True).exclude(postcode="")
    for postcode in set(postcodes.values_list("postcode", flat=True)):
        shares |= Q(postcode__iexact=postcode)
    numbers = list(Telephone.objects.filter(person=person, ended_on__isnull=True).values_list("number", flat=True))
    if numbers:
        shares |= Q(telephone__in=numbers)
    return list(
        rows.filter(shares).order_by("contact__reference").values_list("contact__reference", flat=True).distinct()[
            :MOST_AT_ONCE
        ]
    )  # fmt: skip


@outbox.handler(KIND)
def propose_again(payload: dict[str, Any], at: datetime) -> None:
    """Find again whom the children on one contact may be; nothing when it was decided since."""
    contact = Contact.objects.on_queue().filter(reference=payload["contact"]).first()
    if contact is None:
        return
    with transaction.atomic():
        locked = lock(contact)
        if locked.is_on_queue:
            propose(locked, at=at)


def propose_missing(at: datetime) -> int:
    """Look for open contacts nobody was looked up for (brought in, or from a release before) or not for a day."""
    unconfirmed = ContactPerson.objects.filter(is_child=True, person__isnull=True, contact__is_on_queue=True)
    due = Contact.objects.on_queue().filter(pk__in=unconfirmed.values("contact_id"))
    due = due.filter(Q(rank__proposed_at__isnull=True) | Q(rank__proposed_at__lte=at - AGAIN_AFTER))
    oldest_first = F("rank__proposed_at").asc(nulls_first=True)
    wanted = due.order_by(oldest_first, "pk").values_list("reference", flat=True)[:BATCH]

    def again(reference: str) -> int:
        propose_again({"contact": reference}, at)
        return 1

    return one_by_one(list(wanted), again, what="find who children may be", at=at)


# --- What may no longer be told --------------------------------------------------------------------------------------


@transaction.atomic
def forget(people: Iterable[int], *, at: datetime) -> None:
    """Take these people (ids) off every open contact they may have been on, and put those in their place."""
    rows = PossiblePerson.objects.filter(person_id__in=list(people))
    keys = sorted(set(rows.values_list("on_contact__contact_id", flat=True)))
    list(Contact.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))
    rows.delete()
    recompute([key for key in keys if Contact.objects.on_queue().filter(pk=key).exists()], at=at)


def leaves_queue(contact: Contact) -> None:
    """A contact just decided says no more whom its children may have been, nor what that called for.

    Called by the act that takes it off the queue; whoever takes it up again calls :func:`propose`.
    """
    PossiblePerson.objects.filter(on_contact__contact=contact).delete()
    ContactRank.objects.filter(contact=contact).update(raised_grade="", raised_why="")


def person_is_hidden(person: Person, at: datetime) -> None:
    """A record is hidden from now on: it is possibly nobody's on any contact."""
    forget([person.pk], at=at)


def people_joined_or_parted(people: set[int], at: datetime) -> None:
    """Ask for the contacts these people (ids) may be on to be looked at again: who they are has changed."""
    rows = PossiblePerson.objects.filter(person_id__in=people, on_contact__contact__is_on_queue=True)
    references = rows.order_by("on_contact__contact__reference").values_list(
        "on_contact__contact__reference", flat=True
    )
    for reference in references.distinct():
        outbox.put(KIND, {"contact": reference}, at=at)
