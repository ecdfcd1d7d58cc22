"""Rows a newer extract files under another child, or episode, than the one their record stands with here.

The record is moved with all that hangs on it where only the old systems have written to it; where somebody here has
worked on it, a person decides. Until then the row is not loaded as it is now. Each move is kept and told on both
children's chronologies.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from assessments.models import Assessment, Visit
from contacts.bundles import actions as bundles
from contacts.models import Contact, ContactPerson
from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.audit.models import Entry
from frontdoor.exchange.legacy import comparing, moving_work
from frontdoor.exchange.legacy.ending import became, note_of
from frontdoor.exchange.legacy.files import CARECASE, FIRSTCALL
from frontdoor.exchange.legacy.loaded import latest
from frontdoor.exchange.legacy.loading_contacts import child_on_contact
from frontdoor.exchange.legacy.loading_people import Described, people_of
from frontdoor.exchange.legacy.loading_referrals import Referrals
from frontdoor.exchange.legacy.staging import Pending, as_values, pending
from frontdoor.exchange.legacy.writing import Meanings, actor
from frontdoor.exchange.models import CaseNote, Difference, ImportRun, Origin, Refiling, RowChange, SameEvent
from frontdoor.people.models import Involvement, Person, SignificantEvent
from referrals.models import Enquiry, Measure, ProtectionPlan, Referral

EPISODES, NOTES, CHILDREN = "carecase_episodes.csv", "carecase_notes.csv", "firstcall_contact_children.csv"
SYSTEMS = {
    EPISODES: CARECASE, NOTES: CARECASE, CHILDREN: FIRSTCALL, moving_work.ASSESSMENTS: CARECASE,
    moving_work.ENQUIRIES: CARECASE,
}  # fmt: skip
PEOPLE = {CARECASE: ("carecase_people.csv", "person_id"), FIRSTCALL: ("firstcall_people.csv", "CLIENT_NO")}
WORKED_ON = "Somebody here has worked on it."
MARKED = "Somebody here has marked it as significant."
NOT_FOUND = "The note cannot be told from others: its words or its time are not those of the old system's row."
REFERRAL_STAYS = "A referral stands on it that is not filed under the other child."
#: Of a child on a contact: what the row of the other child says instead.
AS_GIVEN = (
    "given_name", "family_name", "known_as", "date_of_birth", "dob_is_estimated", "expected_on", "sex", "ethnicity",
    "nhs_number", "upn", "school", "telephone", "is_safe_to_ring", "address", "postcode", "person_id",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A row filed under another child: its record ("" for a note), and both children's records."""

    file: str
    identity: str
    source_id: int
    reference: str
    from_person: int
    to_person: int


@transaction.atomic
def refile(run: ImportRun, not_whole: Collection[str], meanings: Meanings, newest: datetime, at: datetime) -> None:
    """Move what is filed under another child now, or leave it to a person. The people are there already.

    ``not_whole``: files that do not say that a contact is no longer about a child.
    """
    decided = {(row.file, row.identity): row for row in Refiling.objects.order_by("pk")}
    told = [*_of_one_child(), *(() if CHILDREN in not_whole else _contacts())]
    found = [each for each in told if not _is_settled(each, decided)]
    touched = _worked_on(found)
    moving = {each.reference: each.to_person for each in found if each.file == EPISODES and each not in touched}
    for each in sorted(found, key=lambda each: (CHILDREN, EPISODES, NOTES).index(each.file)):
        why = touched.get(each, "")
        if each.file == CHILDREN and not why and not _goes_along(each, moving):
            why = REFERRAL_STAYS
        row = _noted(run, each, decided, why, at)
        if why:
            comparing.leave(run, each.file, [each.identity])
        else:
            move(row, by=actor(SYSTEMS[each.file]), at=at, meanings=meanings, newest=newest)
    _take_back(found, at, [EPISODES, NOTES, CHILDREN])


def _noted(run: ImportRun, each: Found, decided: dict[tuple[str, str], Refiling], why: str, at: datetime) -> Refiling:
    """The line that says what is filed elsewhere, waiting: the one there was, brought up to date."""
    row = decided.get((each.file, each.identity))
    if row is None or row.state != Refiling.State.WAITING:
        row = Refiling(file=each.file, identity=each.identity, state=Refiling.State.WAITING, found_at=at)
    row.run, row.source_id, row.reference, row.why = run, each.source_id, each.reference, why
    row.from_person_id, row.to_person_id = each.from_person, each.to_person
    row.save()
    return row


@transaction.atomic
def refile_work(run: ImportRun, meanings: Meanings, newest: datetime, at: datetime) -> None:
    """Move assessments and enquiries filed under another episode now, or leave them to a person.

    The referrals are there already. What a person has left with its referral stays there until it is filed under a
    third.
    """
    files = (moving_work.ASSESSMENTS, moving_work.ENQUIRIES)
    decided = {(row.file, row.identity): row for row in Refiling.objects.filter(file__in=files).order_by("pk")}
    told = list(moving_work.elsewhere())
    acts = Entry.objects.filter(
        Q(actor__is_machine=False) | Q(agency__isnull=False), kind=Entry.Kind.ACTED,
        reference__in=[each.reference for each in told if each.file == moving_work.ASSESSMENTS],
    )  # fmt: skip
    touched = set(acts.values_list("reference", flat=True))
    found = []
    for each in told:
        was, by = decided.get((each.file, each.row.identity)), actor(SYSTEMS[each.file])
        episode = each.row.get("episode_id")
        if was is not None and was.state == Refiling.State.LEFT and was.source.values.get("episode_id") == episode:
            continue
        if each.stands.child_id is None or each.goes.child_id is None:
            comparing.leave(run, each.file, [each.row.identity])
            continue
        here = Found(
            each.file, each.row.identity, each.row.source_id, each.reference, each.stands.child_id, each.goes.child_id
        )
        found.append(here)
        why = WORKED_ON if each.reference in touched else each.why
        row = _noted(run, here, decided, why, at)
        if why:
            comparing.leave(run, each.file, [each.row.identity])
        else:
            move(row, by=by, at=at, meanings=meanings, newest=newest)
    _take_back(found, at, files)


def _of_one_child() -> Iterable[Found]:
    """Episodes and notes filed under another child, of records that were loaded before."""
    rows = [
        (file, row, (row.before or {}).get("person_id", ""), row.get("person_id"))
        for file in (EPISODES, NOTES)
        for row in pending(file, is_known=True)
    ]
    elsewhere = [each for each in rows if each[2] != each[3]]
    people = people_of("carecase_people.csv") if elsewhere else {}
    for file, row, was, now in elsewhere:
        if was in people and people[was][0] != people[now][0]:
            reference = row.reference if file == EPISODES else ""
            yield Found(file, row.identity, row.source_id, reference, people[was][0], people[now][0])


def _contacts() -> Iterable[Found]:
    """Contacts on which one child of the source has given way to one other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT split_part(d.identity, ' ', 1) AS contact, min(o.reference),"
            " array_agg(d.identity) FILTER (WHERE d.kind = 'left' AND s.identity IS NULL),"
            " array_agg(d.identity) FILTER (WHERE d.kind = 'new'),"
            " array_agg(k.id) FILTER (WHERE d.kind = 'new')"
            " FROM row_differences d JOIN exchange_origin o ON o.file = 'firstcall_contacts.csv'"
            " AND o.identity = split_part(d.identity, ' ', 1)"
            " LEFT JOIN staged_rows s ON s.file = d.file AND s.identity = d.identity AND NOT s.is_rejected"
            " LEFT JOIN exchange_sourcerecord k ON k.file = s.file AND k.identity = s.identity"
            " AND k.digest = s.digest AND NOT k.is_rejected"
            " WHERE d.file = %s GROUP BY 1 ORDER BY 1",
            [CHILDREN],
        )
        rows = cursor.fetchall()
    clients = people_of("firstcall_people.csv") if rows else {}
    for _, reference, gone, new, sources in rows:
        if len(gone or ()) != 1 or len(new or ()) != 1:
            continue
        was, now = gone[0].split(" ", 1)[1], new[0].split(" ", 1)[1]
        if was in clients and now in clients and clients[was][0] == clients[now][0]:
            # Two rows of one child: nothing of the contact changes.
            Origin.objects.get_or_create(
                file=CHILDREN, identity=new[0], defaults={"reference": reference, "source_id": sources[0]}
            )
        elif was in clients and now in clients:
            yield Found(CHILDREN, new[0], sources[0], reference, clients[was][0], clients[now][0])


def _is_settled(each: Found, decided: dict[tuple[str, str], Refiling]) -> bool:
    """Whether the record stands there already, or a person has said that it stays where it is."""
    row = decided.get((each.file, each.identity))
    if row is not None and row.state == Refiling.State.LEFT and row.to_person_id == each.to_person:
        return True
    if each.file == EPISODES:
        return Referral.objects.filter(reference=each.reference, child=each.to_person).exists()
    if each.file == CHILDREN:
        on = ContactPerson.objects.filter(contact__reference=each.reference, is_child=True)
        return on.filter(person=each.to_person).exists() or not on.filter(person=each.from_person).exists()
    return row is not None and row.state == Refiling.State.MOVED and row.to_person_id == each.to_person


def _worked_on(found: Collection[Found]) -> dict[Found, str]:
    """Why a person has to decide about some of these."""
    why: dict[Found, str] = {}
    references: dict[str, Found] = {each.reference: each for each in found if each.reference}
    for reference, referral in Assessment.objects.filter(referral__reference__in=references).values_list(
        "reference", "referral__reference"
    ):
        references[reference] = references[referral]
    for reference, contact in Referral.objects.filter(reference__in=references, contact__origin=CARECASE).values_list(
        "reference", "contact__reference"
    ):
        references[contact] = references[reference]
    acts = Entry.objects.filter(
        Q(actor__is_machine=False) | Q(agency__isnull=False), kind=Entry.Kind.ACTED, reference__in=references
    )
    visited = Visit.objects.filter(referral__reference__in=references).values_list("referral__reference", flat=True)
    for reference in {*acts.values_list("reference", flat=True), *visited}:
        why[references[reference]] = WORKED_ON
    notes = {}
    for each in found:
        if each.file == NOTES:
            note = _note(each.identity, each.from_person)
            if note is None:
                why[each] = NOT_FOUND
            else:
                notes[f"note-{note.pk}"] = each
    for event in SignificantEvent.objects.in_force().filter(event__in=notes).values_list("event", flat=True):
        why[notes[event]] = MARKED
    return why


def _note(identity: str, person: int) -> Any:
    values = Origin.objects.filter(file=NOTES, identity=identity).values_list("source__values", flat=True).first()
    if not values:
        return None
    found = note_of(person, as_values(values)).first()
    return found or became(CaseNote.objects.filter(person=person, origin=CARECASE), as_values(values))


def _goes_along(each: Found, moving: dict[str, int]) -> bool:
    """Whether every referral on this child's place on the contact goes to the same child."""
    referrals = Referral.objects.filter(contact__reference=each.reference, contact_person__person=each.from_person)
    return all(moving.get(reference) == each.to_person for reference in referrals.values_list("reference", flat=True))


def _take_back(found: Collection[Found], at: datetime, files: Collection[str]) -> None:
    """What waited of these files and is not filed elsewhere any more waits no longer."""
    names = {(each.file, each.identity) for each in found}
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT file FROM staged_rows")
        read = {file for (file,) in cursor.fetchall()} & set(files)
    for row in Refiling.objects.waiting().filter(file__in=read):
        if (row.file, row.identity) not in names:
            row.state, row.decided_at, row.decided_by = Refiling.State.LEFT, at, actor(SYSTEMS[row.file])
            row.why = "The newest extract files it where it is."
            row.save()


def move(row: Refiling, *, by: User, at: datetime, meanings: Meanings, newest: datetime) -> None:
    """Move the record to the other child and note it. Called inside a transaction. Raises Refused when it cannot be."""
    if row.file == EPISODES:
        _move_referral(row, by=by, at=at, meanings=meanings, newest=newest)
    elif row.file == CHILDREN:
        _move_child(row, by=by, at=at, meanings=meanings)
    elif row.file in (moving_work.ASSESSMENTS, moving_work.ENQUIRIES):
        moving_work.move(row, by=by, at=at)
    else:
        note = _note(row.identity, row.from_person_id)
        if note is None:
            raise Refused("The note is not where it was any more.", code="moved_already")
        note.person_id = row.to_person_id
        note.save()
        to = Person.objects.values_list("reference", flat=True).get(pk=row.to_person_id)
        differences = Difference.objects.filter(file=NOTES, identity=row.identity)
        differences.update(person_id=row.to_person_id, reference=to)
    row.state, row.decided_at, row.decided_by = Refiling.State.MOVED, at, by
    row.save()
    write_audit(
        "record.refiled", by=by, reference=row.reference, people=[row.from_person_id, row.to_person_id],
        detail={"refiling": row.pk, "file": row.file, "run": row.run_id},
    )  # fmt: skip


def _as_of(system: str, key: str, meanings: Meanings) -> Described:
    file, _ = PEOPLE[system]
    return Described(Pending(0, key, latest(file, {key}).get(key, {})), system, meanings)


def _set_child(child: ContactPerson, described: Described, person: int, by: User, at: datetime) -> None:
    given = child_on_contact(described, child.contact_id, child.position, child.role, person, at, by, "", None)
    for name in AS_GIVEN:
        setattr(child, name, getattr(given, name))
    if not by.is_machine:  # by itself the old system's word is what it was
        child.linked_at, child.linked_by = at, by
    child.save()


def _move_referral(row: Refiling, *, by: User, at: datetime, meanings: Meanings, newest: datetime) -> None:
    referral = Referral.objects.select_for_update(of=("self",)).select_related("contact").get(reference=row.reference)
    values, key = as_values(row.source.values), as_values(row.source.values)["person_id"]
    old, new = referral.child_id, row.to_person_id
    for model, called in ((ProtectionPlan, "a child protection plan"), (Measure, "police protection or an order")):
        running = model.objects.running()
        if running.filter(referral=referral).exists() and running.filter(child=new).exists():
            raise Refused(f"The other child has {called} running too: end one of the two first.", code="running")
    child = ContactPerson.objects.get(pk=referral.contact_person_id)
    if child.person_id != new and referral.contact.origin == CARECASE:
        _set_child(child, _as_of(CARECASE, key, meanings), new, by, at)
        _involve(referral.contact.reference, old, new)
    elif child.person_id != new:
        # The contact centre's own contact is about the former child still: the referral gets one of its own.
        SameEvent.objects.filter(episode_id=row.identity).update(
            is_certain=False, answer="", own_contact="", decided_at=None, decided_by=None
        )
        referral.contact_id, referral.contact_person_id = Referrals(meanings, newest).own_contact(
            Pending(row.source_id, row.identity, values), new, actor(CARECASE)
        )
    referral.child_id = new
    referral.version += 1
    referral.save()
    for kept in (Enquiry, Measure, ProtectionPlan):
        kept.objects.filter(referral=referral).update(child_id=new)
    _involve(referral.reference, old, new)
    assessments = list(Assessment.objects.filter(referral=referral).values_list("reference", flat=True))
    for reference in assessments:
        _involve(reference, old, new)
    Difference.objects.filter(reference__in=[referral.reference, *assessments]).update(person_id=new)
    SameEvent.objects.filter(episode_id=row.identity).update(person_id=key)


def _move_child(row: Refiling, *, by: User, at: datetime, meanings: Meanings) -> None:
    contact = Contact.objects.select_for_update(of=("self",)).get(reference=row.reference)
    values = as_values(row.source.values)
    child = ContactPerson.objects.filter(contact=contact, is_child=True, person=row.from_person_id).first()
    if child is None:
        raise Refused("The child is not on this contact any more.", code="moved_already")
    if not by.is_machine and Referral.objects.filter(contact_person=child, child=row.from_person_id).exists():
        raise Refused("A referral stands on this contact: decide about the referral first.", code="referral_first")
    _set_child(child, _as_of(FIRSTCALL, values["CLIENT_NO"], meanings), row.to_person_id, by, at)
    _involve(contact.reference, row.from_person_id, row.to_person_id)
    contact.version += 1
    contact.save()
    _as_loaded(row)
    gone = Origin.objects.filter(file=CHILDREN, identity__startswith=f"{values['CONTACT_NO']} ").exclude(
        identity=row.identity
    )
    for identity in gone.values_list("identity", flat=True):
        former = identity.split(" ", 1)[1]
        made = Origin.objects.filter(file=PEOPLE[FIRSTCALL][0], identity=former).values("reference")
        if Person.objects.with_joined([row.from_person_id]).filter(reference__in=made).exists():
            RowChange.objects.filter(run=row.run_id, file=CHILDREN, identity=identity, kind="left").update(kind="ended")
            SameEvent.objects.filter(contact_no=values["CONTACT_NO"], client_no=former).update(
                client_no=values["CLIENT_NO"]
            )
    bundles.refresh_of([contact.pk])


def _as_loaded(row: Refiling) -> None:
    """A contact's row of the other child is not to be loaded beside the one there is."""
    Origin.objects.get_or_create(
        file=CHILDREN, identity=row.identity, defaults={"reference": row.reference, "source_id": row.source_id}
    )


def leave_there(row: Refiling, *, by: User, at: datetime) -> None:
    """Leave the record where it is, and note it. Called inside a transaction."""
    if row.file == CHILDREN:
        _as_loaded(row)
    row.state, row.decided_at, row.decided_by = Refiling.State.LEFT, at, by
    row.save()
    write_audit(
        "refiling.left", by=by, reference=row.reference, people=[row.from_person_id, row.to_person_id],
        detail={"refiling": row.pk, "file": row.file, "run": row.run_id},
    )  # fmt: skip


def _involve(reference: str, old: int | None, new: int) -> None:
    """The other child's part in a record instead of the former one's; a part they have already is not doubled."""
    for part in Involvement.objects.filter(reference=reference, person=old):
        if Involvement.objects.filter(reference=reference, person=new, role=part.role).exists():
            part.delete()
        else:
            part.person_id = new
            part.save()
