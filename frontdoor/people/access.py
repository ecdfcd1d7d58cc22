"""The second door for people: who is hidden from whom, and which records are about somebody hidden."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models

from frontdoor.access import Denied
from frontdoor.accounts.models import User
from frontdoor.people.models import DeclaredConflict, Involvement, Person, Restriction, RestrictionHolder

Rows = TypeVar("Rows", bound=models.QuerySet[Any])


def hidden_people(user: User) -> models.QuerySet[Any, Any]:
    """Ids of the people hidden from this user, as a queryset to use inside another."""
    return Restriction.objects.hiding_from(user).values_list("person_id", flat=True)


def hidden_references(user: User) -> models.QuerySet[Any, Any]:
    """References of the records about anybody hidden from this user, as a queryset to use inside another."""
    hidden: models.QuerySet[Any, Any] = Involvement.objects.filter(
        person_id__in=Restriction.objects.hiding_from(user).values("person_id")
    ).values("reference")
    return hidden


def about_visible(qs: Rows, user: User) -> Rows:
    """The records of ``qs`` (with a ``reference``) that are not about anybody hidden from the user.

    Nothing at all for someone not signed in or no longer active.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return qs.none()
    return qs.exclude(reference__in=hidden_references(user))


def known_people(user: User) -> models.QuerySet[Any, Any]:
    """Ids of the people this user has declared that they know, as a queryset to use inside another."""
    return DeclaredConflict.objects.filter(user_id=user.pk, ended_at__isnull=True).values_list("person_id", flat=True)


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


def may_see_adopted(user: User) -> models.QuerySet[Any, Any]:
    """Ids of adoption-protected people this user is named for: only to them are such records ever suggested."""
    return RestrictionHolder.objects.filter(
        user_id=user.pk, ended_at__isnull=True, restriction__ended_at__isnull=True, restriction__kind="adoption"
    ).values_list("restriction__person_id", flat=True)
