"""Every write to what is known about people. One transaction each, the audit row inside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from frontdoor.access import Refused, whole
from frontdoor.accounts.models import Team, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.people import hooks, identifiers
from frontdoor.people.facts import said_by
from frontdoor.people.indexing import index_names
from frontdoor.people.models import (
    Address,
    Identifier,
    Involvement,
    Name,
    NotThisPerson,
    Person,
    PersonText,
    Relationship,
    Restriction,
    RestrictionHolder,
    Telephone,
)
from frontdoor.people.naming import display_name
from frontdoor.people.words import may_be_a_name, name_parts
from frontdoor.workflow.actions import touch as raise_version

# Facts amend_person and create_person take; anything else is a programming error.
#: Of an identifier.
LONGEST_NUMBER = 60
FACTS = frozenset(
    "date_of_birth dob_precision expected_on died_on sex self_described_gender ethnicity first_language "
    "interpreter_needed religion disabilities communication_needs school upn_unknown is_adoption_protected "
    "may_not_know_we_are_involved description".split()
)


@dataclass(frozen=True)
class GivenName:
    """A name to record. ``kind`` is primary, known_as, former or alias; a single name goes in ``given``.

    ``is_sure``: somebody was asked whether it is a name, where that is in doubt ("Na").
    """

    given: str = ""
    family: str = ""
    kind: str = "primary"
    started_on: date | None = None
    ended_on: date | None = None
    is_sure: bool = False


def _settle_birth(facts: dict[str, Any]) -> None:
    """Make the precision fit the dates given: a date with no precision said is exact; a due date means unborn."""
    if "date_of_birth" not in facts and "dob_precision" not in facts and "expected_on" not in facts:
        return
    born = facts.get("date_of_birth")
    precision = facts.get("dob_precision") or ""
    if born is not None:
        if precision in ("", "unknown", "expected"):
            facts["dob_precision"] = "exact"
    elif precision == "expected" or (facts.get("expected_on") and precision in ("", "unknown")):
        facts["dob_precision"] = "expected"
    else:
        facts["dob_precision"] = "unknown"


def touch(person: Person, *, version: int | None = None) -> Person:
    """Lock a person for a change; refused when the record has been joined to another in the meantime."""
    locked = raise_version(person, version=version)
    if locked.merged_into is not None:
        raise Refused(
            f"{locked.reference} has been joined to {locked.merged_into.reference}. Write it there.",
            code="merged_away",
        )
    return locked


#: Facts a person is found by, whoever is sought.
FOUND_BY = frozenset("date_of_birth dob_precision expected_on sex school is_adoption_protected".split())


def _found_by_changed(person: Person, at: datetime) -> None:
    for hear in hooks.found_by_changed:
        hear(person, at)


def _names_changed(person: Person) -> None:
    index_names([person.pk])
    person.display_name = display_name(person)


@transaction.atomic
def create_person(
    *,
    by: User,
    at: datetime,
    names: Iterable[GivenName] = (),
    identifiers_given: Mapping[str, str] | None = None,
    address: Mapping[str, Any] | None = None,
    telephone: str = "",
    is_safe_to_ring: bool | None = None,
    safe_time: str = "",
    reference: str = "",
    origin: str = "frontdoor",
    notes: str = "",
    **facts: Any,
) -> Person:
    """Record a person nobody has recorded before. A person without a name needs a ``description``.

    "Unknown" for a name counts as none. Facts are the columns in ``FACTS``; TypeError for any other.
    """
    unknown = set(facts) - FACTS
    if unknown:
        raise TypeError(f"not a fact about a person: {', '.join(sorted(unknown))}")
    _settle_birth(facts)
    person = Person(reference=reference, origin=origin, **facts)
    person.save()
    for name in names:
        told = (name.given, name.family)
        given, family = (part.strip() for part in (told if name.is_sure else name_parts(*told)))
        if given or family:
            Name.objects.create(
                person=person,
                kind=name.kind,
                given=given,
                family=family,
                started_on=name.started_on,
                ended_on=name.ended_on,
                origin=origin,
            )
    _names_changed(person)
    person.save(update_fields=["display_name"])
    for kind, value in (identifiers_given or {}).items():
        if value:
            _identify(person, kind=kind, value=value)
    if address:
        Address.objects.create(person=person, **address)
    if telephone:
        _ring(person, telephone, is_safe=is_safe_to_ring, safe_time=safe_time)
    if notes:
        PersonText.objects.create(person=person, notes=notes)
    write_audit("person.recorded", by=by, reference=person.reference, people=[person], detail={"at": at.isoformat()})
    _found_by_changed(person, at)
    return person


@transaction.atomic
def amend_person(
    *, person: Person, by: User, at: datetime, version: int | None = None, reason: str = "", **facts: Any
) -> Person:
    """Change facts about a person. Raises Stale when ``version`` is given and somebody else was faster."""
    unknown = set(facts) - FACTS
    if unknown:
        raise TypeError(f"not a fact about a person: {', '.join(sorted(unknown))}")
    locked = touch(person, version=version)
    if {"date_of_birth", "dob_precision", "expected_on"} & set(facts):
        for field in ("date_of_birth", "dob_precision", "expected_on"):
            facts.setdefault(field, getattr(locked, field))
        _settle_birth(facts)
    changed = sorted(field for field, value in facts.items() if getattr(locked, field) != value)
    for field, value in facts.items():
        setattr(locked, field, value)
    locked.said_here = locked.said_here | said_by(changed, by=by.pk, at=at)
    if locked.died_on and locked.date_of_birth and locked.died_on < locked.date_of_birth:
        raise Refused("The date of death cannot be before the date of birth.", code="died_before_born", field="died_on")
    locked.display_name = display_name(locked)
    locked.save()
    write_audit(
        "person.amended",
        by=by,
        reference=locked.reference,
        people=[locked],
        reason=reason,
        detail={"fields": changed, "at": at.isoformat()},
    )
    if FOUND_BY & set(changed):
        _found_by_changed(locked, at)
    return locked


def acted(event: str, person: Person, *, by: User, at: datetime, reason: str = "", **detail: Any) -> None:
    """Write one deed about a person into the audit, with what else there is to say of it."""
    write_audit(
        event,
        by=by,
        reference=person.reference,
        people=[person],
        reason=reason,
        detail={"at": at.isoformat(), **detail},
    )


@transaction.atomic
def add_name(
    *,
    person: Person,
    by: User,
    at: datetime,
    given: str = "",
    family: str = "",
    kind: str = "primary",
    started_on: date | None = None,
    ended_on: date | None = None,
) -> Name:
    """Record one more name. A new primary name makes the present one a former name; nothing is overwritten."""
    if not may_be_a_name(f"{given} {family}"):
        given, family = name_parts(given, family)
    if not given and not family:
        raise Refused("Enter a name, or leave it out if it is not known.", code="no_name", field="given")
    locked = touch(person)
    if kind == "primary":
        for old in Name.objects.filter(person=locked, kind="primary"):
            old.kind, old.ended_on = "former", old.ended_on or timezone.localdate(at)
            old.save()
    name = Name.objects.create(
        person=locked,
        kind=kind,
        given=given.strip(),
        family=family.strip(),
        started_on=started_on,
        ended_on=ended_on,
    )
    _names_changed(locked)
    locked.save()
    acted("person.named", locked, by=by, at=at, kind=kind)
    _found_by_changed(locked, at)
    return name


def _identify(person: Person, *, kind: str, value: str, source: str = "", valid_from: date | None = None) -> Identifier:
    checked = identifiers.check(kind, value)
    return Identifier.objects.create(
        person=person,
        kind=kind,
        value=whole(checked.value, LONGEST_NUMBER, called="A number", field="value"),
        check_ok=checked.check_ok,
        source=source,
        valid_from=valid_from,
    )


@transaction.atomic
def add_identifier(
    *,
    person: Person,
    by: User,
    at: datetime,
    kind: str,
    value: str,
    source: str = "",
    valid_from: date | None = None,
) -> Identifier:
    """Record an identifier. A wrong check digit is kept and marked; one somebody else holds is queried, not refused."""
    if kind not in identifiers.KINDS:
        raise Refused("Choose what kind of identifier this is.", code="identifier_kind", field="kind")
    locked = touch(person)
    found = _identify(locked, kind=kind, value=value, source=source, valid_from=valid_from)
    locked.save()
    acted("person.identified", locked, by=by, at=at, kind=kind)
    _found_by_changed(locked, at)
    return found


def _check_end(ended_on: date, *, began: date | None, ended: date | None, at: datetime) -> None:
    if ended is not None:
        raise Refused("Somebody has already ended it: nothing was changed.", code="ended")
    if ended_on > timezone.localdate(at):
        raise Refused("This day is still to come: enter today or an earlier day.", code="in_future", field="ended_on")
    if began is not None and ended_on < began:
        raise Refused("This day is before the day it began.", code="before_it_began", field="ended_on")


@transaction.atomic
def end_identifier(
    *, identifier: Identifier, by: User, at: datetime, ended_on: date, version: int | None = None
) -> Identifier:
    """Say until when an identifier was theirs. Refused when it has ended, or the day is to come or before it began.

    Two records joined into one may both hold it: the record shows it once, so both rows end.
    """
    locked = touch(identifier.person, version=version)
    identifier.refresh_from_db()
    _check_end(ended_on, began=identifier.valid_from, ended=identifier.valid_to, at=at)
    same = Identifier.objects.filter(
        person=locked, kind=identifier.kind, value=identifier.value, valid_to__isnull=True
    ).exclude(valid_from__gt=ended_on)
    for row in [identifier, *same.exclude(pk=identifier.pk)]:
        row.valid_to = ended_on
        row.save()
    locked.save()
    acted("person.identifier_ended", locked, by=by, at=at, kind=identifier.kind)
    _found_by_changed(locked, at)
    return identifier


@transaction.atomic
def add_address(
    *,
    person: Person,
    by: User,
    at: datetime,
    lines: str = "",
    postcode: str = "",
    kind: str = "home",
    is_confidential: bool = False,
    confidential_from: str = "",
    why: str = "",
    review_on: date | None = None,
    started_on: date | None = None,
    is_communal: bool = False,
    uprn: str = "",
    replaces_current: bool = False,
) -> Address:
    """Record an address. A confidential one needs a reason and a review date, and never leaves the house.

    ``replaces_current`` ends the present addresses of the same kind the day this one starts.
    """
    if not (lines.strip() or postcode.strip()):
        raise Refused("Enter the address, or as much of it as is known.", code="no_address", field="lines")
    if is_confidential and not why.strip():
        raise Refused("Say why this address is confidential.", code="why_confidential", field="why")
    if is_confidential and review_on is None:
        raise Refused("Enter when to review whether it must stay confidential.", code="review", field="review_on")
    locked = touch(person)
    if replaces_current:
        for old in Address.objects.filter(person=locked, kind=kind, ended_on__isnull=True):
            old.ended_on = started_on or timezone.localdate(at)
            old.save()
    address = Address.objects.create(
        person=locked,
        lines=lines.strip(),
        postcode=postcode,
        kind=kind,
        is_confidential=is_confidential,
        confidential_from=confidential_from,
        why=why,
        set_by=by,
        review_on=review_on,
        started_on=started_on,
        is_communal=is_communal,
        uprn=uprn,
    )
    locked.save()
    acted("person.addressed", locked, by=by, at=at, confidential=is_confidential)
    _found_by_changed(locked, at)
    return address


@transaction.atomic
def end_address(*, address: Address, by: User, at: datetime, ended_on: date, version: int | None = None) -> Address:
    """Say until when somebody lived there. Refused when it has ended, or the day is to come or before it began.

    As with an identifier, every row that says the same of the person ends.
    """
    locked = touch(address.person, version=version)
    address.refresh_from_db()
    _check_end(ended_on, began=address.started_on, ended=address.ended_on, at=at)
    same = Address.objects.filter(
        person=locked,
        kind=address.kind,
        lines__iexact=address.lines,
        postcode_key=address.postcode_key,
        is_confidential=address.is_confidential,
        why=address.why,
        ended_on__isnull=True,
    ).exclude(started_on__gt=ended_on)
    for row in [address, *same.exclude(pk=address.pk)]:
        row.ended_on = ended_on
        row.save()
    locked.save()
    acted("person.address_ended", locked, by=by, at=at)
    return address


@transaction.atomic
def take_back_address(*, address: Address, by: User, at: datetime, reason: str) -> Address:
    """Say that an address was never theirs: what it said leaves the record, its history keeps who put it there."""
    locked = touch(address.person)
    address.refresh_from_db()
    address.lines = address.postcode = address.uprn = ""
    address.ended_on = address.ended_on or timezone.localdate(at)
    address.save()
    locked.save()
    acted("person.address_taken_back", locked, by=by, at=at, reason=reason)
    return address


@transaction.atomic
def show_address(*, address: Address, by: User, at: datetime) -> Address:
    """Open a confidential address: the act itself is what is recorded."""
    acted("person.address_shown", address.person, by=by, at=at)
    return address


def _ring(person: Person, told: str, *, is_safe: bool | None = None, safe_time: str = "") -> list[Telephone]:
    is_safe = identifiers.safe_to_ring(told, is_safe)
    rows = [
        Telephone(person=person, number=number, number_key=key, is_safe=is_safe, safe_time=safe_time)
        for number in identifiers.telephones_apart(told)
        for key in identifiers.telephone_keys(number) or ("",)
    ]
    for row in rows:
        row.save()
    return rows


@transaction.atomic
def add_telephone(
    *, person: Person, by: User, at: datetime, number: str, is_safe: bool | None = None, safe_time: str = ""
) -> Telephone:
    """Record a telephone number as given, whether it is safe to ring, and when. Of two numbers, the first is returned.

    A text that names two is a row for each, so that each finds the person.
    """
    locked = touch(person)
    telephone, *_ = _ring(locked, number, is_safe=is_safe, safe_time=safe_time)
    locked.save()
    acted("person.telephone_added", locked, by=by, at=at)
    _found_by_changed(locked, at)
    return telephone


@transaction.atomic
def add_relationship(
    *,
    person: Person,
    other: Person,
    kind: str,
    by: User,
    at: datetime,
    has_parental_responsibility: bool | None = None,
    lives_with: bool | None = None,
    started_on: date | None = None,
) -> Relationship:
    """Record what ``other`` is to ``person`` (``mother``: other is the mother of person)."""
    if person.pk == other.pk:
        raise Refused("Choose somebody else: a person is not related to themselves.", code="same_person", field="other")
    locked = touch(person)
    # Two records that were joined may each hold this relation: the first is kept up.
    standing = Relationship.objects.filter(person=locked, other=other, kind=kind, ended_on=None).order_by("pk").first()
    relationship = standing or Relationship(person=locked, other=other, kind=kind)
    relationship.has_parental_responsibility = has_parental_responsibility
    relationship.lives_with, relationship.started_on = lives_with, started_on
    relationship.save()
    locked.save()
    write_audit(
        "person.related",
        by=by,
        reference=locked.reference,
        people=[locked, other],
        detail={"kind": kind, "at": at.isoformat()},
    )
    return relationship


@transaction.atomic
def refuse_match(*, person: Person, reference: str, position: int, by: User, at: datetime) -> None:
    """Remember that somebody named on a contact is not this person, so that it is never offered for them again."""
    _, made = NotThisPerson.objects.get_or_create(
        reference=reference, position=position, person=person, defaults={"answered_at": at, "answered_by": by}
    )
    if made:
        write_audit(
            "person.refused_as_match", by=by, reference=reference, people=[person], detail={"position": position}
        )


def involve(
    *,
    person: Person,
    reference: str,
    kind: str,
    role: str = "subject",
    at: datetime,
    team: Team | None = None,
    worker: User | None = None,
    status_label: str = "",
) -> Involvement:
    """Say that a record is about a person, or that its team, worker or status changed.

    Called inside the transaction of the action that makes it true; that action writes the audit row.
    """
    row, _ = Involvement.objects.update_or_create(
        reference=reference,
        person=person,
        role=role,
        defaults={"kind": kind, "team": team, "worker": worker, "status_label": status_label, "closed_at": None},
        create_defaults={
            "kind": kind,
            "team": team,
            "worker": worker,
            "status_label": status_label,
            "opened_at": at,
        },
    )
    return row


def update_involvement(
    *, reference: str, status_label: str | None = None, team: Team | None = None, worker: User | None = None
) -> int:
    """Set the status text, and the team and worker when given, on every open involvement of a record."""
    values: dict[str, Any] = {}
    if status_label is not None:
        values["status_label"] = status_label
    if team is not None:
        values["team"] = team
    if worker is not None:
        values["worker"] = worker
    return Involvement.objects.filter(reference=reference, closed_at__isnull=True).update(**values) if values else 0


def without_worker(*, worker: User) -> int:
    """Take somebody whose account has ended off everything open that names them as its worker; returns how many."""
    return Involvement.objects.worked_by(worker).update(worker=None)


def end_involvement(*, reference: str, at: datetime, person: Person | None = None, status_label: str = "") -> int:
    """Close a record's involvements (of one person, or all). Returns how many were open."""
    rows = Involvement.objects.filter(reference=reference, closed_at__isnull=True)
    if person is not None:
        rows = rows.filter(person=person)
    return rows.update(closed_at=at, **({"status_label": status_label} if status_label else {}))


#: The part of somebody hidden in a record whose link to them was taken back: it keeps the record hidden.
TAKEN_BACK = "link_taken_back"


def stay_hidden(*, reference: str, person: Person, kind: str, at: datetime) -> bool:
    """Take a person off a record as :func:`leave` does; while a restriction is in force it stays hidden as before.

    Returns whether it does: then a closed part of its own says so, until :func:`let_see`.
    """
    leave(reference=reference, person=person)
    if not Restriction.objects.in_force().filter(person=person).exists():
        return False
    Involvement.objects.create(
        reference=reference, person=person, kind=kind, role=TAKEN_BACK, opened_at=at, closed_at=at,
        status_label="Link removed",
    )  # fmt: skip
    return True


def let_see(*, reference: str, by: User) -> list[Person]:
    """End what kept a record hidden after a link was taken back; returns the people it was hidden for.

    Raises Refused unless ``by`` is named on every restriction in force on them: a broken glass is not enough.
    """
    rows = list(Involvement.objects.filter(reference=reference, role=TAKEN_BACK).select_related("person"))
    people = [row.person for row in rows]
    held = RestrictionHolder.objects.filter(user=by, ended_at__isnull=True).values("restriction_id")
    if Restriction.objects.in_force().filter(person__in=people).exclude(pk__in=held).exists():
        raise Refused("Only somebody named on the restriction may let others see it.", code="not_holder")
    Involvement.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return people


def is_kept_hidden(reference: str) -> bool:
    """Whether a record stays hidden although the link that hid it was taken back."""
    return Involvement.objects.filter(reference=reference, role=TAKEN_BACK).exists()


def leave(*, reference: str, person: Person) -> int:
    """Take a person off a record because the link was wrong. The action that moves the link leaves its own note."""
    count, _ = Involvement.objects.filter(reference=reference, person=person).delete()
    return count
