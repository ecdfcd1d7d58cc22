"""Every write a contact can undergo between its recording and its decision, which opens referrals and lives there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from contacts import hooks, taken, telling
from contacts.bundles import actions as bundles
from contacts.given import sought_for
from contacts.grading import raising
from contacts.identity.actions import tell_worker
from contacts.identity.proposing import propose
from contacts.models import (
    GRADES,
    Contact,
    ContactPerson,
    ContactRank,
    GradeChange,
    PossiblePerson,
)
from contacts.ranking.order import GRADES as WORST_FIRST
from contacts.ranking.ranks import rerank
from contacts.recording.actions import involve_confirmed
from frontdoor.access import Permission, Refused, Stale, holds, require
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.db import shortened
from frontdoor.notifications import outbox
from frontdoor.people.access import is_restricted_to_some
from frontdoor.people.actions import is_kept_hidden, leave, let_see, refuse_match, stay_hidden
from frontdoor.people.matching import candidates as matching
from frontdoor.people.models import Person
from frontdoor.workflow.actions import lock, move, touch

CLAIM_FOR = timedelta(minutes=30)
#: Of why a grade stands for now: whole in the history of grades.
LONGEST_REASON = 200


@transaction.atomic
def claim(*, contact: Contact, by: User, at: datetime, version: int | None = None) -> Contact:
    """Take a contact by name for half an hour; opening it again goes on with it.

    Raises Stale naming the holder when somebody else holds it now. A claim past its time holds nobody off: it ends
    by itself, without any job.
    """
    require(by, Permission.CONTACT_SCREEN)
    locked = lock(contact)
    until = at + CLAIM_FOR
    if locked.bundle is not None:
        bundles.seen(bundle=locked.bundle, by=by, at=at)
    if locked.status == Contact.Status.RECEIVED:
        is_first = locked.acknowledged_at is None
        claimed = move(locked, "claim", by=by, at=at, version=version, until=until)
        clocks.stop(reference=locked.reference, rule="acknowledgement", at=at, by=by)
        if is_first:
            _tell_acknowledged(claimed, at=at)
        return claimed
    holder = locked.claimed_at_moment(at)
    if holder is not None and holder != by:
        raise Stale(who=holder.name, when=None, what="they are screening it now")
    if locked.status not in (Contact.Status.IN_SCREENING, Contact.Status.AWAITING_INFORMATION):
        raise Refused(
            f"This contact is {locked.get_status_display().lower()}; it cannot be claimed.", code="wrong_status"
        )
    changed = touch(locked, version=version)
    event = "contact.claim_extended" if changed.claimed_by == by else "contact.claim_taken_over"
    changed.claimed_by, changed.claimed_until = by, until
    changed.save()
    write_audit(event, by=by, reference=changed.reference)
    return changed


def release(*, contact: Contact, by: User, at: datetime, version: int | None = None) -> Contact:
    """Give a contact back to the queue."""
    holder = contact.claimed_at_moment(at)
    if holder is not None and holder != by and not holds(by, Permission.CONTACT_DECIDE_ANY):
        raise Refused(f"{holder.name} is screening this contact; only they or a manager can give it back.", code="held")
    return move(contact, "release", by=by, at=at, version=version)


@transaction.atomic
def acknowledge(*, contact: Contact, by: User, at: datetime) -> Contact:
    """Tell the referrer it has been received, by a person; set once, and it stays."""
    require(by, Permission.CONTACT_SCREEN)
    changed = touch(contact)
    if changed.acknowledged_at is None:
        changed.acknowledged_at, changed.acknowledged_by = at, by
        changed.save()
        clocks.stop(reference=changed.reference, rule="acknowledgement", at=at, by=by)
        write_audit("contact.acknowledged", by=by, reference=changed.reference)
        _tell_acknowledged(changed, at=at)
    return changed


def _tell_acknowledged(contact: Contact, *, at: datetime) -> None:
    telling.put_acknowledged(contact, at=at)
    if contact.agency_id is not None:
        outbox.put("agency.event", {"contact": contact.reference, "type": "contact.acknowledged"}, at=at)


@transaction.atomic
def grade(
    *, contact: Contact, by: User, at: datetime, grade: str, reason: str = "", version: int | None = None
) -> Contact:
    """Give or change the grade; a change needs a reason, and both grades stay. The grade's clock runs from receipt.

    A provisional grade is confirmed by giving the same one; that too is kept, with who did it.
    """
    require(by, Permission.CONTACT_SCREEN)
    if grade not in GRADES:
        raise Refused("Choose a grade.", code="grade", field="grade")
    changed = touch(contact, version=version)
    is_confirmed = changed.grade == grade and changed.grade_is_provisional
    if changed.grade == grade and not is_confirmed:
        return lock(contact)
    if is_confirmed:
        changed.grade_is_provisional = False
        changed.save()
        told = reason or "The provisional grade stands."
        GradeChange.objects.create(contact=changed, before=grade, after=grade, reason=told, by=by, at=at)
        write_audit("contact.graded", by=by, reference=changed.reference, reason=told, detail={"grade": grade})
        return changed
    _not_milder_than_a_child(changed, grade)
    reason = reason or _why_raised(changed, grade)
    if changed.grade and not reason.strip():
        raise Refused("Say why the grade changes.", code="reason_required", field="reason")
    GradeChange.objects.create(contact=changed, before=changed.grade, after=grade, reason=reason, by=by, at=at)
    if changed.grade:
        clocks.stop(reference=changed.reference, rule=f"grade_{changed.grade}", at=at, by=by, reason="regraded")
    changed.grade, changed.grade_is_provisional = grade, False
    changed.save()
    rerank(changed, at=at)
    start_grade_clock(changed, by=by)
    write_audit("contact.graded", by=by, reference=changed.reference, reason=reason, detail={"grade": grade})
    return changed


def _not_milder_than_a_child(contact: Contact, grade: str) -> None:
    """The contact stands where its worst child does: that child's own grade is changed first."""
    graver = [each for each in GRADES if GRADES.index(each) < GRADES.index(grade)]
    worse = contact.people.filter(is_child=True, grade__in=graver).order_by("position").first()
    if worse is not None:
        raise Refused(
            f"{worse.name or 'A child'} has a grade of their own that is worse: change that first.",
            code="child_is_worse", field="grade",
        )  # fmt: skip


def start_grade_clock(contact: Contact, *, by: User) -> None:
    """The clock of the grade just given, from receipt; none for blue, once it is decided, or where no concern ranks."""
    if contact.grade != "blue" and contact.status != Contact.Status.DECIDED and contact.type.ranks_with_concerns:
        clocks.start(
            f"grade_{contact.grade}", reference=contact.reference, started_at=contact.received_at, by=by,
            agency=contact.agency,
        )  # fmt: skip


def _why_raised(contact: Contact, grade: str) -> str:
    """Why this is the grade for now, where somebody a child may be calls for it: then it needs no reason of its own."""
    rank = ContactRank.objects.filter(contact=contact, raised_grade=grade).first()
    return rank.raised_why if rank is not None else ""


def go_on(*, contact: Contact, by: User, at: datetime, reason: str, version: int | None = None) -> Contact:
    """Go on screening without waiting for an answer, with a reason."""
    return move(contact, "resume", by=by, at=at, reason=reason, version=version, until=at + CLAIM_FOR)


@transaction.atomic
def link_person(*, on_contact: ContactPerson, person: Person, by: User, at: datetime) -> ContactPerson:
    """Confirm that somebody on a contact is this record. Nothing given overwrites the record."""
    require(by, Permission.CONTACT_SCREEN)
    bundles.take_turns(on_contact.contact, person)
    contact = lock(on_contact.contact)
    row = ContactPerson.objects.select_for_update(of=("self",)).get(pk=on_contact.pk)
    if row.person_id == person.pk:
        return row
    if row.person is not None:
        raise Refused(
            "Somebody is confirmed here already. Remove that link first, with the reason.",
            code="linked", field="person",
        )  # fmt: skip
    if is_kept_hidden(contact.reference) and not contact.people.filter(person=person).exists():
        leave(reference=contact.reference, person=person)
    row.person, row.linked_at, row.linked_by = person, at, by
    row.save()
    involve_confirmed(contact, row)
    contact.version += 1
    _keep_what_it_called_for(contact, row, person, by=by, at=at)
    contact.save()
    PossiblePerson.objects.filter(on_contact=row).delete()
    if is_restricted_to_some(contact.reference):
        taken.seen_to(contact.reference, by=by, at=at)
    rerank(contact, at=at)
    if row.is_child:
        tell_worker(contact, person, by=by)
    if contact.is_on_queue:
        bundles.bundle_contact(contact=contact, by=by, at=at)
    write_audit(
        "contact.person_linked", by=by, reference=contact.reference, people=[person], detail={"position": row.position}
    )
    return row


def _keep_what_it_called_for(contact: Contact, row: ContactPerson, person: Person, *, by: User, at: datetime) -> None:
    """Confirming never lowers: a grade raised for now by this very person stays, provisional, until somebody grades.

    What somebody else the child might have been called for goes with them.
    """
    if not contact.type.ranks_with_concerns or not row.possible.filter(person=person).exists():
        return
    called = raising.called_for_by(person, contact)
    why = called.why.removeprefix("Possible, not confirmed: ")
    if called.grade:
        raise_grade(
            contact, called.grade, f"{why[:1].upper()}{why[1:]}", by=by, at=at, stopped_for="raised by a match"
        )  # fmt: skip


def raise_grade(contact: Contact, grade: str, told: str, *, by: User, at: datetime, stopped_for: str = "") -> None:
    """Give a locked contact a worse grade, provisional until somebody grades it; one as bad or worse stays.

    ``told`` says why. The caller saves the contact and ranks it again.
    """
    if WORST_FIRST.index(grade) >= WORST_FIRST.index(contact.grade):
        return
    before = contact.grade
    if before:
        clocks.stop(reference=contact.reference, rule=f"grade_{before}", at=at, by=by, reason=stopped_for or told)
    contact.grade, contact.grade_is_provisional = grade, True
    contact.provisional_reasons = [shortened(told, LONGEST_REASON)]
    GradeChange.objects.create(contact=contact, before=before, after=contact.grade, reason=told, by=by, at=at)
    start_grade_clock(contact, by=by)
    write_audit(
        "contact.graded", by=by, reference=contact.reference, reason=told,
        detail={"grade": contact.grade, "is_provisional": True},
    )  # fmt: skip


@transaction.atomic
def unlink_person(
    *, on_contact: ContactPerson, by: User, at: datetime, reason: str, version: int | None = None
) -> ContactPerson:
    """Take a wrong link back: the contact leaves that record's chronology and the audit keeps that it was there.

    That it is not them is remembered: they are possible here no more. What the link hid stays hidden until somebody
    named on the restriction decides (:func:`let_others_see`). Raises Refused without a reason, when there is no link
    the user may know of, and while open work stands on it.
    """
    require(by, Permission.CONTACT_SCREEN)
    if not reason.strip():
        raise Refused("Say why the link is wrong.", code="reason_required", field="reason")
    bundles.take_turns(on_contact.contact)
    contact = touch(on_contact.contact, version=version)
    row = ContactPerson.objects.select_for_update(of=("self",)).get(pk=on_contact.pk)
    was = Person.objects.visible_to(by).filter(pk=row.person_id).first()
    if was is None:
        raise Refused("There is no link to remove.", code="not_linked")
    standing = sorted({reference for find in hooks.open_work for reference in find(row)})
    if standing:
        raise Refused(
            f"Work stands on this link: {', '.join(standing)}. Close it, or reopen the contact, first.",
            code="open_work",
        )
    row.person = row.linked_at = row.linked_by = None
    row.save()
    refuse_match(person=was, reference=contact.reference, position=row.position, by=by, at=at)
    is_hidden = False
    if not contact.people.filter(person=was).exclude(pk=row.pk).exists():
        is_hidden = stay_hidden(reference=contact.reference, person=was, kind="contact", at=at)
    contact.save()
    write_audit(
        "contact.person_unlinked", by=by, reference=contact.reference, people=[was], reason=reason,
        detail={"position": row.position, "stays_hidden": is_hidden},
    )  # fmt: skip
    if contact.is_on_queue:
        propose(contact, at=at)
        bundles.bundle_contact(contact=contact, by=by, at=at)
    else:
        rerank(contact, at=at)
    return row


@transaction.atomic
def let_others_see(*, contact: Contact, by: User, at: datetime, reason: str, version: int | None = None) -> Contact:
    """Open up a contact that stayed hidden when a link was taken back, by somebody named on the restriction."""
    require(by, Permission.CONTACT_SCREEN)
    if not reason.strip():
        raise Refused("Say why others may see it.", code="reason_required", field="reason")
    changed = touch(contact, version=version)
    people = let_see(reference=changed.reference, by=by)
    if not people:
        raise Refused("Nothing keeps this contact hidden any more.", code="not_hidden")
    changed.save()
    write_audit("contact.opened_up", by=by, reference=changed.reference, people=people, reason=reason)
    return changed


@transaction.atomic
def not_this_person(*, on_contact: ContactPerson, person: Person, by: User, at: datetime) -> None:
    """Answer a candidate with no; it is remembered and not offered again, and raises nothing any more.

    Raises Refused when they have been confirmed here meanwhile: nobody is both linked and refused.
    """
    require(by, Permission.CONTACT_SCREEN)
    contact = lock(on_contact.contact)
    if ContactPerson.objects.filter(pk=on_contact.pk, person=person).exists():
        raise Refused(
            "Somebody has confirmed that this is them. Remove that link first, with the reason.", code="linked"
        )
    PossiblePerson.objects.filter(on_contact=on_contact, person=person).delete()
    if contact.is_on_queue:
        rerank(contact, at=at)
    refuse_match(person=person, reference=on_contact.contact.reference, position=on_contact.position, by=by, at=at)


@transaction.atomic
def show_address(*, on_contact: ContactPerson, by: User, at: datetime) -> ContactPerson:
    """Open one confidential address as it was given: the evidence is written before anybody sees it."""
    require(by, Permission.CONTACT_VIEW)
    write_audit(
        "contact.address_shown",
        by=by,
        reference=on_contact.contact.reference,
        people=[on_contact.person] if on_contact.person is not None else [],
        detail={"position": on_contact.position},
    )
    return on_contact


def unanswered(
    contact: Contact, user: User, children: Sequence[ContactPerson]
) -> list[tuple[ContactPerson, matching.Candidate]]:
    """Candidates above the review threshold nobody has answered, for children without a confirmed record."""
    rows = list(contact.people.order_by("position"))
    return [
        (child, candidate)
        for child in children
        if child.person_id is None
        for candidate in matching.candidates(
            sought_for(child, rows), user, reference=contact.reference, position=child.position
        )
        if candidate.needs_answer
    ]
