"""A child recorded before birth is born: the same record goes on; every further baby gets one with the same history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.people import actions, hooks
from frontdoor.people.access import check_conflict, declared_about
from frontdoor.people.models import (
    Address,
    Involvement,
    Person,
    PersonText,
    Relationship,
    Restriction,
    RestrictionHolder,
    Telephone,
)
from frontdoor.people.models import (
    Warning as Danger,
)
from frontdoor.ui.formats import short_day
from frontdoor.workflow.actions import lock

#: Beyond this somebody has mistyped.
MOST = 6


@dataclass(frozen=True)
class Baby:
    """One child that was born; a name may be given later."""

    given: str = ""
    family: str = ""
    sex: str = ""


@transaction.atomic
def born(
    *, person: Person, babies: Sequence[Baby], born_on: date, by: User, at: datetime, version: int | None = None
) -> list[Person]:
    """The unborn child is born; of several babies the first keeps the record and each other gets one of its own.

    1. Lock the record. 2. The first baby: date of birth, sex and name on the same record. 3. Each further one: a new
    record with what was known before birth (family, addresses, telephones, warnings, restrictions with their holders,
    declared conflicts, the records of the pregnancy), as brother or sister of the others. 4. Say on all of them that
    they were born together, and where the pregnancy was recorded.
    Returns the records, the first baby's first. Raises Refused, naming the field, for a child that is not unborn, a
    day that has not come, or too many babies; Denied on a declared conflict.
    """
    check_conflict(by, person)
    locked: Person = lock(person, version=version)
    if not locked.is_unborn:
        raise Refused("This record is not of an unborn child.", code="not_unborn")
    if born_on > timezone.localdate(at):
        raise Refused("The date of birth cannot be in the future.", code="in_future", field="born_on")
    if not 1 <= len(babies) <= MOST:
        raise Refused(f"Say how many were born, {MOST} at the most.", code="how_many", field="how_many")
    expected = locked.expected_on
    first = _same_record(locked, babies[0], born_on, by=by, at=at)
    found = [first]
    for baby in babies[1:]:
        found.append(_another(first, baby, born_on, earlier=found, by=by, at=at))
    if len(found) > 1:
        _say_together(found, expected, born_on)
    actions.acted("person.born", first, by=by, at=at, records=[each.reference for each in found])
    return found


def _same_record(person: Person, baby: Baby, born_on: date, *, by: User, at: datetime) -> Person:
    changed = actions.amend_person(
        person=person, by=by, at=at, reason="Born", date_of_birth=born_on, dob_precision="exact", expected_on=None,
        sex=baby.sex or person.sex,
    )  # fmt: skip
    if baby.given.strip() or baby.family.strip():
        actions.add_name(person=changed, by=by, at=at, given=baby.given, family=baby.family)
    again: Person = Person.objects.get(pk=person.pk)
    return again


def _another(first: Person, baby: Baby, born_on: date, *, earlier: Sequence[Person], by: User, at: datetime) -> Person:
    """The record of a further baby, with what is known of the first from before birth."""
    named = bool(baby.given.strip() or baby.family.strip())
    made = actions.create_person(
        by=by, at=at,
        names=[actions.GivenName(baby.given, baby.family)] if named else [],
        description="" if named else f"Baby born with {first.reference}",
        date_of_birth=born_on, dob_precision="exact", sex=baby.sex,
        first_language=first.first_language, religion=first.religion,
        is_adoption_protected=first.is_adoption_protected,
        may_not_know_we_are_involved=first.may_not_know_we_are_involved,
    )  # fmt: skip
    _copy_protection(first, made)
    _copy_home(first, made)
    _copy_family(first, made, but=earlier)
    _copy_work(first, made)
    for other in earlier:
        actions.add_relationship(person=made, other=other, kind="sibling", by=by, at=at, lives_with=True)
    if Restriction.objects.in_force().filter(person=made).exists():
        for tell in hooks.hidden_from_now:
            tell(made, at)
    return made


def _copy_protection(first: Person, made: Person) -> None:
    """Whoever was kept from the one is kept from the other, and whoever was named sees both."""
    for row in Restriction.objects.in_force().filter(person=first):
        holders = list(RestrictionHolder.objects.filter(restriction=row, ended_at__isnull=True))
        row.pk, row.person = None, made
        row._state.adding = True
        row.save()
        for holder in holders:
            RestrictionHolder.objects.create(
                restriction=row, user=holder.user, added_at=holder.added_at, added_by=holder.added_by
            )
    for conflict in declared_about(first):
        conflict.pk, conflict.person = None, made
        conflict._state.adding = True
        conflict.save()


def _copy_home(first: Person, made: Person) -> None:
    """Present addresses with what is confidential, telephones, and dangers, also those about one of these addresses.

    A danger at an address that was left stays on the first record: the other baby never lived there.
    """
    moved: dict[int, Address] = {}
    for address in Address.objects.filter(person=first, ended_on__isnull=True).order_by("pk"):
        old = address.pk
        address.pk, address.person = None, made
        address._state.adding = True
        address.save()
        moved[old] = address
    for telephone in Telephone.objects.filter(person=first, ended_on__isnull=True).order_by("pk"):
        telephone.pk, telephone.person = None, made
        telephone._state.adding = True
        telephone.save()
    for danger in Danger.objects.in_force().filter(person=first).order_by("pk"):
        if danger.address_id is not None and danger.address_id not in moved:
            continue
        danger.pk, danger.person = None, made
        danger.address = moved.get(danger.address_id) if danger.address_id is not None else None
        danger._state.adding = True
        danger.save()


def _copy_family(first: Person, made: Person, *, but: Sequence[Person]) -> None:
    """The same parents, carers, brothers and sisters, told from the same end."""
    left_out = [each.pk for each in but]
    for tie in Relationship.objects.filter(person=first, ended_on__isnull=True).exclude(other__in=left_out):
        tie.pk, tie.person = None, made
        tie._state.adding = True
        tie.save()
    for tie in Relationship.objects.filter(other=first, ended_on__isnull=True).exclude(person__in=left_out):
        tie.pk, tie.other = None, made
        tie._state.adding = True
        tie.save()


def _copy_work(first: Person, made: Person) -> None:
    """The records of the pregnancy name the other baby too, as brother or sister of the one they are about."""
    for part in Involvement.objects.filter(person=first, role="subject").order_by("pk"):
        Involvement.objects.create(
            person=made, reference=part.reference, kind=part.kind, role="sibling", team=part.team, worker=part.worker,
            status_label=part.status_label, opened_at=part.opened_at, closed_at=part.closed_at,
        )  # fmt: skip


def _say_together(found: Sequence[Person], expected: date | None, born_on: date) -> None:
    """One line on each record: born with whom, and whose record holds the pregnancy."""
    due = f", expected on {short_day(expected)}" if expected is not None else ""
    for person in found:
        others = ", ".join(str(each.reference) for each in found if each != person)
        line = f"Born on {short_day(born_on)} with {others}. The pregnancy was recorded on {found[0].reference}{due}."
        text, _ = PersonText.objects.get_or_create(person=person)
        text.notes = f"{text.notes}\n\n{line}".strip()
        text.save()
