"""Which contacts a user may not know of beside those about hidden people, for rows that hold a reference alone."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from contacts.models import Contact, ContactPerson, ContactType
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.people.models import Involvement, Person, Restriction


def taken_under_restriction(user: User) -> QuerySet[Any, Any]:
    """References of contacts somebody else took under a restriction."""
    rows = Contact.objects.filter(taken_under_restriction_by__isnull=False)
    return rows.exclude(taken_under_restriction_by=user.pk).values("reference")


def of_restricted_kinds(user: User) -> QuerySet[Any, Any]:
    """References of contacts of restricted kinds, for whoever does not handle allegations and did not record them."""
    if holds(user, Permission.CONTACT_ALLEGATION):
        return Contact.objects.none().values("reference")
    kinds = list(ContactType.objects.filter(is_restricted=True).values_list("pk", flat=True))
    return Contact.objects.filter(type__in=kinds).exclude(recorded_by=user.pk).values("reference")


def _restricted_or_adopted() -> set[int]:
    restricted = Restriction.objects.in_force().values_list("person_id", flat=True)
    adopted = Person.objects.filter(is_adoption_protected=True).values_list("pk", flat=True)
    return {*restricted, *adopted}


def _of_their_own() -> "QuerySet[Contact, Contact]":
    """Contacts hidden whomever they are about."""
    kinds = list(ContactType.objects.filter(is_restricted=True).values_list("pk", flat=True))
    return Contact.objects.filter(Q(type__in=kinds) | Q(taken_under_restriction_by__isnull=False))


def from_anybody(reference: str, *, but_for: Collection[int] = ()) -> Q:
    """Whether the contact of this reference (the name of a field) is hidden from anybody at all.

    What everybody sees, such as a grade or a place on the queue, counts none of these, or it would tell of them: of a
    restricted kind, taken under a restriction, or about somebody restricted or adoption-protected. ``but_for``: people
    (ids) whom everybody who is told may see, so that what is hidden for their sake alone counts.
    """
    # Few, and as numbers: each question below then goes by an index however many contacts there are.
    people = _restricted_or_adopted() - set(but_for)
    of_their_own = _of_their_own()
    about_them = ContactPerson.objects.filter(person_id__in=people)
    # Of what stays hidden though the link was taken back, only the involvement is left.
    noted = Involvement.objects.filter(person_id__in=people)
    return (
        Q(**{f"{reference}__in": of_their_own.values("reference")})
        | Q(**{f"{reference}__in": about_them.values("contact__reference")})
        | Q(**{f"{reference}__in": noted.values("reference")})
    )


class Concealed:
    """The same of contacts given by their references, asked once for all of them: see :func:`from_anybody`."""

    def __init__(self, references: Collection[str]) -> None:
        self._always: set[str] = set()
        self._for_sake_of: dict[str, set[int]] = defaultdict(set)
        if not references:
            return
        people = _restricted_or_adopted()
        self._always |= set(_of_their_own().filter(reference__in=references).values_list("reference", flat=True))
        named = ContactPerson.objects.filter(person_id__in=people, contact__reference__in=references)
        noted = Involvement.objects.filter(person_id__in=people, reference__in=references)
        for reference, person in (
            *named.values_list("contact__reference", "person_id"),
            *noted.values_list("reference", "person_id"),
        ):
            self._for_sake_of[reference].add(person)

    def hides(self, reference: str, *, but_for: Collection[int] = ()) -> bool:
        """Whether one of them is hidden from anybody at all; ``but_for`` as in :func:`from_anybody`."""
        return reference in self._always or bool(self._for_sake_of.get(reference, set()) - set(but_for))
