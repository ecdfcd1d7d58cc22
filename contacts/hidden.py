"""Which contacts a user may not know of beside those about hidden people, for rows that hold a reference alone."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Value

from contacts.models import Contact, ContactPerson, ContactType
from frontdoor.access import Permission, holds
from frontdoor.accounts.models import User
from frontdoor.people.models import Involvement, Person, Restriction
from frontdoor.wording import worded

_told_kinds: ContextVar[Collection[int] | None] = ContextVar("restricted kinds", default=None)


def taken_under_restriction(user: int) -> QuerySet[Any, Any]:
    """References of contacts somebody else than this user (key) took under a restriction.

    Once a restricted record is confirmed on one, the restriction itself says who sees it: all who are named on it.
    """
    rows = Contact.objects.filter(taken_under_restriction_by__isnull=False)
    restricted = Restriction.objects.in_force().values("person_id")
    confirmed = Involvement.objects.filter(person_id__in=restricted).values("reference")
    return rows.exclude(taken_under_restriction_by=user).exclude(reference__in=confirmed).order_by().values("reference")


def of_restricted_kinds(user: User) -> QuerySet[Any, Any]:
    """References of contacts of restricted kinds, for whoever does not handle allegations and did not record them."""
    if holds(user, Permission.CONTACT_ALLEGATION):
        return Contact.objects.none().values("reference")
    told = _told_kinds.get()
    kinds = restricted_kinds(user) if told is None else told
    return Contact.objects.filter(type__in=kinds).exclude(recorded_by=user.pk).values("reference")


def restricted_kinds(user: User) -> list[int]:
    """Kinds of contacts (ids) kept from this user; none for whoever handles allegations."""
    return [] if holds(user, Permission.CONTACT_ALLEGATION) else _restricted_kinds()


@worded()
def _restricted_kinds() -> QuerySet[ContactType, int]:
    rows: QuerySet[ContactType, ContactType] = ContactType.objects.filter(is_restricted=True)
    return rows.values_list("pk", flat=True)


@contextmanager
def where_kinds_are(kinds: Collection[int]) -> Iterator[None]:
    """Inside this block these are the restricted kinds: for a question asked with them (:func:`restricted_kinds`)."""
    token = _told_kinds.set(kinds)
    try:
        yield
    finally:
        _told_kinds.reset(token)


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


@worded(references=[str])
def _concealed(*, references: Collection[str]) -> QuerySet[Any, tuple[str, int | None]]:
    """Of these contacts those hidden from anybody: by reference, and for whose sake; None whomever they are about."""
    # The references lead here: whose sake it is for stands in subqueries, and nothing is read twice.
    is_kept = Q(person__is_adoption_protected=True) | Q(person__in=Restriction.objects.in_force().values("person"))
    of_their_own = Contact.objects.filter(reference__in=references).filter(
        Q(type__is_restricted=True) | Q(taken_under_restriction_by__isnull=False)
    )
    named = ContactPerson.objects.filter(is_kept, contact__reference__in=references)
    noted = Involvement.objects.filter(is_kept, reference__in=references)
    return of_their_own.values_list("reference", Value(None, output_field=BigIntegerField())).union(
        named.values_list("contact__reference", "person_id"), noted.values_list("reference", "person_id")
    )


class Concealed:
    """The same of contacts given by their references, in one question for all of them: see :func:`from_anybody`."""

    def __init__(self, references: Collection[str]) -> None:
        self._always: set[str] = set()
        self._for_sake_of: dict[str, set[int]] = defaultdict(set)
        if not references:
            return
        for reference, person in _concealed(references=references):
            if person is None:
                self._always.add(reference)
            else:
                self._for_sake_of[reference].add(person)

    def hides(self, reference: str, *, but_for: Collection[int] = ()) -> bool:
        """Whether one of them is hidden from anybody at all; ``but_for`` as in :func:`from_anybody`."""
        return reference in self._always or bool(self._for_sake_of.get(reference, set()) - set(but_for))
