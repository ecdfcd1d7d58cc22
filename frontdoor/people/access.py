"""The second door for people: who is hidden from whom, and which records are about somebody hidden."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models.expressions import RawSQL

from frontdoor.access import Denied
from frontdoor.accounts.models import User
from frontdoor.people.models import (
    DeclaredConflict,
    Involvement,
    Person,
    Restriction,
    RestrictionHolder,
)
from frontdoor.people.models import hidden_people as hidden_people
from frontdoor.wording import stated, worded

Rows = TypeVar("Rows", bound=models.QuerySet[Any])
#: Filled by the apps above: the references of records kept from a user (key) for another reason than whom they are
#: about, such as a contact somebody took under a restriction and what came of it. Each gives one column.
kept_back: list[Callable[[int], models.QuerySet[Any, Any]]] = []


def _about_hidden(user: int) -> models.QuerySet[Any, Any]:
    hidden = Restriction.objects.hiding_from(user).values("person_id")
    rows: models.QuerySet[Any, Any] = Involvement.objects.filter(person_id__in=hidden).values("reference")
    return rows


def _hidden_references(user: int) -> models.QuerySet[Any, Any]:
    return _about_hidden(user).union(*[rows(user) for rows in kept_back], all=True)


def about_hidden(user: User) -> RawSQL:
    """References of the records about anybody hidden from this user, to use with ``__in`` inside another query."""
    return stated(_about_hidden, user.pk)


def hidden_references(user: User) -> RawSQL:
    """The same, and the references of what is kept from them all the same (``kept_back``)."""
    return stated(_hidden_references, user.pk)


def hidden_among(references: Iterable[str], user: User) -> set[str]:
    """Those of these references that :func:`hidden_references` has."""
    asked = sorted(set(references))
    rows = [_about_hidden(user.pk), *[each(user.pk) for each in kept_back]] if asked else []
    return {found for each in rows for found in each.filter(reference__in=asked).values_list("reference", flat=True)}


def is_restricted_to_some(reference: str) -> bool:
    """Whether a record is about somebody restricted, whoever asks: then the restriction says who sees it."""
    restricted = Restriction.objects.in_force().values("person_id")
    return Involvement.objects.filter(reference=reference, person_id__in=restricted).exists()


def about_visible(qs: Rows, user: User) -> Rows:
    """The records of ``qs`` (with a ``reference``) that are about nobody hidden from the user nor kept from them.

    Nothing at all for someone not signed in or no longer active.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return qs.none()
    return qs.exclude(reference__in=hidden_references(user))


def known_people(user: User) -> models.QuerySet[Any, Any]:
    """Ids of the people this user has declared that they know, as a queryset to use inside another."""
    return DeclaredConflict.objects.filter(user_id=user.pk, ended_at__isnull=True).values_list("person_id", flat=True)


def declared_by(user: User) -> set[int]:
    """The same, asked now: few, and mostly none, so that a page asks once and nothing more where there is none."""
    return set(_declared(user))


@worded()
def _declared(user: User) -> models.QuerySet[Any, int]:
    return known_people(user)


def closed_to(user: User) -> set[int]:
    """People (ids) of whom this user is told nothing, asked now: hidden from them, or declared as known to them."""
    hidden = Restriction.objects.hiding_from(user.pk).values_list("person_id", flat=True)
    return {*hidden, *declared_by(user)}


def declared_about(person: Person) -> list[DeclaredConflict]:
    """What colleagues have declared of knowing this person, and not taken back."""
    return list(DeclaredConflict.objects.filter(person=person, ended_at__isnull=True).order_by("pk"))


def declared_among(people: Iterable[int], users: Iterable[int]) -> dict[int, set[int]]:
    """By colleague (key) those of these people, or of the records joined to them, whom they have declared they know."""
    rows = DeclaredConflict.objects.filter(person__in=with_joined(people), user__in=list(users), ended_at__isnull=True)
    found: dict[int, set[int]] = {}
    for user, person in rows.values_list("user_id", "person_id"):
        found.setdefault(user, set()).add(person)
    return found


def check_conflict(user: User, person: Person) -> None:
    """Raise Denied when the user has declared that this is their own family, or somebody they know."""
    if known_people(user).filter(person=person).exists():
        raise Denied(
            "people.conflict",
            "You have declared that you know this person, so the record is closed to you. Your manager is told.",
        )


def check_conflict_of(user: User, reference: str) -> None:
    """As :func:`check_conflict`, for every person a record is about."""
    if known_people(user).filter(person__involvements__reference=reference).exists():
        raise Denied(
            "people.conflict",
            "You have declared that you know somebody this record is about, so it is closed to you. "
            "Your manager is told.",
        )


def known_references(user: User) -> models.QuerySet[Any, Any]:
    """References of the records :func:`check_conflict_of` closes to this user, as a queryset to use inside another."""
    known: models.QuerySet[Any, Any] = Involvement.objects.filter(
        person__conflicts__user=user.pk, person__conflicts__ended_at__isnull=True
    ).values("reference")
    return known


def about_known(references: Iterable[str], user: User) -> set[str]:
    """Those of these references whose record is about somebody the user has declared that they know."""
    return set(known_references(user).filter(reference__in=list(references)).values_list("reference", flat=True))


def with_joined(people: Iterable[int]) -> models.QuerySet[Any, Any]:
    """These people and every record joined to them, as a queryset to use inside another."""
    return Person.objects.with_joined(list(people))


def holders_of(person: Person) -> list[Any]:
    """Colleagues named on the restrictions in force on this person: who an alert about them goes to."""
    held = RestrictionHolder.objects.filter(
        restriction__person=person, restriction__ended_at__isnull=True, ended_at__isnull=True, user__is_active=True
    ).select_related("user")
    return sorted({holder.user for holder in held}, key=lambda user: user.pk)


def holders_about(reference: str) -> list[Any]:
    """Colleagues named on the restrictions in force on anybody this record is about."""
    people = Person.objects.filter(involvements__reference=reference).distinct()
    return sorted({user for person in people for user in holders_of(person)}, key=lambda user: user.pk)


def may_see_adopted(user: User) -> models.QuerySet[Any, Any]:
    """Ids of adoption-protected people this user is named for: only to them are such records ever suggested."""
    return RestrictionHolder.objects.filter(
        user_id=user.pk, ended_at__isnull=True, restriction__ended_at__isnull=True, restriction__kind="adoption"
    ).values_list("restriction__person_id", flat=True)
