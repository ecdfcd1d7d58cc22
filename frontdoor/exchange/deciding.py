"""What a person does about a difference: keep what stands here, take what the source says, or take the answer back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessments.models import Assessment
from contacts.models import Contact, ContactText
from frontdoor.access import Permission, Refused, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.exchange.differences import HIDDEN, LABELS, NOTES, PEOPLE, RECORDS, Held, may_take, standing
from frontdoor.exchange.legacy.amending_people import SYSTEMS, amend_one
from frontdoor.exchange.legacy.held import as_held
from frontdoor.exchange.legacy.loading_people import Described
from frontdoor.exchange.legacy.staging import Pending
from frontdoor.exchange.legacy.writing import Meanings
from frontdoor.exchange.models import CaseNote, Difference, Origin
from frontdoor.people import actions as people
from frontdoor.people.access import check_conflict
from frontdoor.people.facts import TOGETHER
from frontdoor.people.merging import again
from frontdoor.people.models import Address, Identifier, Person
from referrals.models import Referral, StrategyDiscussion

KEEP, TAKE = "keep", "take"


def _locked(difference: Difference, by: User) -> Difference:
    rows = Difference.objects.select_for_update(of=("self",)).select_related("person__merged_into", "source")
    locked: Difference = rows.get(pk=difference.pk)
    one = standing(locked)
    if one is not None:
        check_conflict(by, one)
    return locked


@transaction.atomic
def decide(*, difference: Difference, answer: str, by: User, at: datetime, reason: str) -> Difference:
    """Say whose value stands: ours (``keep``) or the source's (``take``), which is then written as any edit is.

    Raises Denied without the permission; Refused without a reason, when somebody has decided it, when the source agrees
    by now, and when theirs cannot be taken here.
    """
    require(by, Permission.IMPORT_RUN)
    if not reason.strip():
        raise Refused("Say why.", code="reason_required", field="reason")
    locked = _locked(difference, by)
    if locked.state != Difference.State.OPEN:
        raise Refused("Somebody has decided this already, or the source agrees by now.", code="decided")
    if answer == TAKE:
        held = Held([locked])
        if not may_take(locked, has_secret=bool(held.secrets_of(standing(locked)))):
            raise Refused("This cannot be taken here. Change it on the record itself.", code="not_here", field="answer")
        locked.was = held.values(locked)
        _write(locked, locked.theirs, by=by, at=at, reason=reason, is_theirs=True)
    locked.state = Difference.State.TAKEN if answer == TAKE else Difference.State.KEPT
    locked.decided_at, locked.decided_by, locked.reason = at, by, reason.strip()
    locked.save()
    _told("import.difference_taken" if answer == TAKE else "import.difference_kept", locked, by, at, reason)
    return locked


@transaction.atomic
def take_back(*, difference: Difference, by: User, at: datetime, reason: str) -> Difference:
    """Take an answer back: the difference is to be decided again, and what stood here before it stands again.

    Refused when there is no answer, when the value has been changed since, or when a whole row was taken.
    """
    require(by, Permission.IMPORT_RUN)
    if not reason.strip():
        raise Refused("Say why.", code="reason_required", field="reason")
    locked = _locked(difference, by)
    if locked.state not in (Difference.State.KEPT, Difference.State.TAKEN):
        raise Refused("There is no answer to take back.", code="no_answer")
    newer = Difference.objects.open().filter(file=locked.file, identity=locked.identity, field=locked.field)
    if newer.exists():
        raise Refused("The source has said something else since: answer that.", code="asked_again")
    if locked.state == Difference.State.TAKEN:
        if locked.field == "row":
            raise Refused("A whole row was taken: put right on the record what is wrong.", code="whole_row")
        if Held([locked]).values(locked) != locked.theirs:
            raise Refused("It has been changed since: nothing was changed back.", code="changed_since")
        _write(locked, locked.was or {}, by=by, at=at, reason=reason, is_theirs=False)
    locked.state, locked.was = Difference.State.OPEN, None
    locked.decided_at = locked.decided_by = None
    locked.reason = ""
    locked.save()
    _told("import.difference_reopened", locked, by, at, reason)
    return locked


@transaction.atomic
def close_agreed(*, at: datetime) -> int:
    """Close what is still to be decided where both say the same by now, whoever came round; how many."""
    rows = Difference.objects.open().select_related("person__merged_into", "source").order_by("pk")
    closed = 0
    for some in batched(rows.iterator(chunk_size=500), 500):
        held = Held(some)
        alike = [row.pk for row in some if held.values(row) == row.theirs]
        found = Difference.objects.open().filter(pk__in=alike)
        closed += found.update(state=Difference.State.AGREED, agreed_at=at)
    return closed


def batched(rows: Iterable[Difference], size: int) -> Iterator[list[Difference]]:
    """These rows in lists of at most so many."""
    waiting = iter(rows)
    while some := list(islice(waiting, size)):
        yield some


def _told(event: str, row: Difference, by: User, at: datetime, reason: str) -> None:
    one = standing(row)
    write_audit(
        event, by=by, reference=str(one.reference) if one is not None else row.reference,
        people=[one] if one is not None else [], reason=reason.strip(),
        detail={"difference": row.pk, "field": row.field, "at": at.isoformat()},
    )  # fmt: skip


def _write(
    row: Difference, values: Mapping[str, Any], *, by: User, at: datetime, reason: str, is_theirs: bool
) -> None:  # fmt: skip
    """Write these values where the difference is, as an edit of the person who decided."""
    why = f"{LABELS.get(row.field, row.field)} of an old system: {reason.strip()}"
    one = standing(row)
    if row.file in PEOPLE and one is not None and row.person is not None:
        _write_person(row, row.person, one, values, by=by, at=at, why=why, is_theirs=is_theirs)
        return
    record: Any
    if row.file in ("carecase_s47.csv", NOTES):
        held = Held([row])
        record = held.note(row) if row.file == NOTES else held.discussion(row)
        if record is None:
            raise Refused("What this row became cannot be told from others.", code="not_found")
    else:
        model: type[Contact] | type[Referral] | type[Assessment] = RECORDS[row.file]
        record = model.objects.select_for_update(of=("self",)).get(reference=row.reference)
    if row.field == "concerns":
        record.version += 1
        record.save()
        record = ContactText.objects.get(contact=record)
    for column, value in values.items():
        setattr(record, column, datetime.fromisoformat(value) if column == "happened_at" else value)
    if not isinstance(record, StrategyDiscussion | CaseNote | ContactText):
        record.version += 1
    record.save()


def _write_person(
    row: Difference, person: Person, one: Person, values: Mapping[str, Any], *, by: User, at: datetime, why: str,
    is_theirs: bool,
) -> None:  # fmt: skip
    if row.field in TOGETHER:
        _write_fact(row, person, one, values, by=by, at=at, why=why, is_theirs=is_theirs)
    elif row.field == "row":
        _take_row(row, person, at=at)
        people.acted("person.amended", one, by=by, at=at, reason=why, fields=["row"])
    elif row.field == "name":
        people.add_name(
            person=one, by=by, at=at, given=str(values.get("given", "")), family=str(values.get("family", ""))
        )
    elif row.field == "address":
        if any(a.is_confidential for a in Address.objects.filter(person=one)) or values.get("lines") == HIDDEN:
            raise Refused("This person has a confidential address. Change it on the record itself.", code="secret")
        people.add_address(
            person=one, by=by, at=at, lines=str(values.get("lines", "")), postcode=str(values.get("postcode", "")),
            replaces_current=True,
        )  # fmt: skip
    else:
        _write_number(row, one, str(values.get("value", "")), by=by, at=at, is_theirs=is_theirs)


def _write_fact(
    row: Difference, person: Person, one: Person, values: Mapping[str, Any], *, by: User, at: datetime, why: str,
    is_theirs: bool,
) -> None:  # fmt: skip
    facts = {column: again.as_kept(column, values.get(column)) for column in TOGETHER[row.field]}
    people.amend_person(person=one, by=by, at=at, reason=why, **facts)
    if is_theirs:
        # What the source says goes on being the source's: its own later correction is taken, not asked about.
        for each in {one.pk, person.pk}:
            locked = Person.objects.select_for_update(of=("self",)).get(pk=each)
            if each == person.pk:
                locked.said_here = {name: mark for name, mark in locked.said_here.items() if name != row.field}
                locked.save(update_fields=["said_here"])
        if person.pk != one.pk:
            again.say(Person.objects.get(pk=person.pk), facts)


def _write_number(row: Difference, one: Person, value: str, *, by: User, at: datetime, is_theirs: bool) -> None:
    today = timezone.localdate(at)
    for held in Identifier.objects.filter(person=one, kind=row.field, valid_to__isnull=True).order_by("pk"):
        held.refresh_from_db()
        if held.valid_to is None and held.value != value and (is_theirs or held.source in SYSTEMS):
            people.end_identifier(identifier=held, by=by, at=at, ended_on=_not_before(held.valid_from, today))
    if value and not Identifier.objects.filter(person=one, kind=row.field, value=value, valid_to__isnull=True).exists():
        source = row.file.split("_", 1)[0] if is_theirs else ""
        people.add_identifier(person=one, by=by, at=at, kind=row.field, value=value, source=source)


def _not_before(began: date | None, day: date) -> date:
    return max(began, day) if began else day


def _take_row(row: Difference, person: Person, *, at: datetime) -> None:
    """Take all that a row says, because somebody knows that it is about the same person after all."""
    origin = Origin.objects.select_related("source").get(file=row.file, identity=row.identity)
    raw = Pending(row.source_id, row.identity, row.source.values, row.reference, origin.source.values)
    quiet, system = Meanings(), row.file.split("_", 1)[0]
    (held,) = as_held(row.file, [raw], quiet)
    old = Described(Pending(0, row.identity, held.before or {}, row.reference), system, quiet)
    amend_one(row.file, raw, person, old, Described(held, system, quiet), at=at, is_asked=True)
