"""Every write a contact can undergo up to its decision. The decision itself opens referrals and lives there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from contacts import bundles, hooks, mail
from contacts.facts import AddressFacts, ContactFacts, FamilyFacts, lives_there
from contacts.models import (
    GRADES,
    Contact,
    ContactPerson,
    ContactText,
    ContactType,
    FamilyGroup,
    GradeChange,
)
from contacts.provisional import grade_for_now
from contacts.ranks import rerank
from contacts.sources import source_of
from contacts.updates import note_update
from frontdoor.access import Permission, Refused, Stale, holds, require
from frontdoor.accounts.models import Agency, User, on_duty
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.db import new_reference
from frontdoor.drafts import actions as drafts
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import raise_alert
from frontdoor.people import matching
from frontdoor.people.access import holders_of
from frontdoor.people.actions import involve, is_kept_hidden, leave, let_see, refuse_match, stay_hidden
from frontdoor.people.models import Person
from frontdoor.people.words import is_no_name
from frontdoor.workflow.actions import born, lock, move, touch

CLAIM_FOR = timedelta(minutes=30)
PERSON_FIELDS = [
    "is_child",
    "given_name",
    "family_name",
    "known_as",
    "date_of_birth",
    "dob_is_estimated",
    "expected_on",
    "sex",
    "ethnicity",
    "nhs_number",
    "upn",
    "language",
    "interpreter",
    "school",
    "gp",
    "disability",
    "communication",
    "account",
    "role",
    "relationship",
    "parental_responsibility",
    "lives_with_children",
    "telephone",
    "family_group",
    "suggested_reference",
]


def first_sentence(text: str) -> str:
    """The beginning of a text for one line: to its first full stop, at most 250 characters."""
    line = " ".join(text.split())
    head, stop, _ = line.partition(". ")
    line = head + stop.strip()
    return line if len(line) <= 250 else line[:249] + "…"


@transaction.atomic
def record_contact(
    *,
    facts: ContactFacts,
    by: User | None,
    at: datetime,
    received_at: datetime | None = None,
    agency: Agency | None = None,
    draft_id: UUID | None = None,
    draft_kind: str = "contact",
) -> Contact:
    """Record one approach exactly as given: people and texts kept, clocks started from its receipt, nobody linked.

    ``by`` is the officer, or None when an agency sent it. With ``draft_id`` the draft is used up in the same
    transaction; a second submission raises :class:`frontdoor.drafts.actions.AlreadySubmitted` and records nothing.
    A child who may be somebody restricted changes nothing anybody here can see; the named holders are alerted.
    """
    if by is not None:
        require(by, Permission.CONTACT_RECORD)
    received = received_at or at
    kind = ContactType.objects.get(code=facts.kind)
    who = facts.referrer
    contact = Contact(
        reference=new_reference(Contact.PREFIX),
        type=kind,
        received_at=received,
        occurred_at=facts.occurred_at,
        recorded_by=by,
        agency=agency,
        agency_reference=facts.agency_reference,
        source=facts.source
        or ("9" if who.is_anonymous else source_of(default=agency.default_source, role=who.role) if agency else ""),
        how=facts.how,
        referrer_name=who.name,
        referrer_role=who.role,
        referrer_organisation=who.organisation or (agency.name if agency else ""),
        referrer_telephone=who.telephone,
        referrer_email=who.email,
        is_professional=who.is_professional,
        is_anonymous=who.is_anonymous,
        withhold_name_from_family=who.withhold_name_from_family,
        is_the_child=who.is_the_child,
        safe_way=who.safe_way,
        summary=facts.summary or first_sentence(facts.concerns),
        child_location=facts.child_location,
        safe_until=facts.safe_until,
        child_protection_marked=facts.child_protection,
        information_only=facts.information_only,
        no_child_identified=facts.no_child_identified,
        grade=facts.grade,
        agency_grade=facts.grade if agency is not None else "",
        grade_reasons=facts.grade_reasons,
        level_by_agency=facts.level_of_need if agency is not None else "",
        level_by_screening="" if agency is not None else facts.level_of_need,
        dash_grade=facts.dash_grade,
        dash_ticks=facts.dash_ticks,
        incident_reference=facts.incident_reference,
        powers_of_protection_at=facts.powers_of_protection_at,
        rank_at=received,
    )
    if draft_id is not None and by is not None:
        drafts.consume(by=by, draft_id=draft_id, kind=draft_kind, reference=contact.reference, at=at)
    contact.save()
    ContactText.objects.create(
        contact=contact,
        concerns=facts.concerns,
        child_said=facts.child_said,
        injuries=facts.injuries,
        child_with=facts.child_with,
        person_of_concern_location=facts.person_of_concern_location,
        pregnancy=facts.pregnancy,
        police_told=facts.police_told,
        can_it_wait=facts.can_it_wait,
    )
    _keep_people(contact, facts)
    if not contact.grade and agency is not None and kind.code == "police_notification":
        grade_for_now(contact, facts)
        contact.save()
    rerank(contact, at=at)
    bundles.bundle_contact(contact=contact, by=by, at=at)
    note_update(contact, at=at)
    born(contact, by=by, at=at, agency=agency)
    _start_clocks(contact, by=by)
    _look_for_restricted(contact, at=at)
    return contact


def _keep_people(contact: Contact, facts: ContactFacts) -> None:
    rows = []
    secret = _confidential(facts)
    for position, person in enumerate(facts.people, start=1):
        address = person.address or facts.address
        if address is not None and _letters(address) in secret:
            # Kept from whoever lives elsewhere, however it was given: one tick would put it onto their record.
            address = replace(address, is_confidential=True) if lives_there(person) else None
        row = ContactPerson(
            contact=contact, position=position, **{name: getattr(person, name) for name in PERSON_FIELDS}
        )
        if address is not None:
            row.address, row.postcode = ", ".join(address.lines)[:300], address.postcode
            row.address_is_confidential = address.is_confidential
        rows.append(row)
    ContactPerson.objects.bulk_create(rows)
    numbers = {row.family_group for row in rows} | {family.number for family in facts.families} or {1}
    given = {family.number: family for family in facts.families}
    FamilyGroup.objects.bulk_create(
        [
            FamilyGroup(contact=contact, **vars(given.get(number, FamilyFacts(number=number))))
            for number in sorted(numbers)
        ]
    )


def _confidential(facts: ContactFacts) -> set[str]:
    """The addresses to be kept confidential, for the contact or for somebody who lives there."""
    given = [facts.address, *(person.address for person in facts.people if lives_there(person))]
    return {_letters(address) for address in given if address is not None and address.is_confidential}


def _letters(address: AddressFacts) -> str:
    """An address by its letters and figures alone, so that a comma or a blank makes no other address of it."""
    return "".join(filter(str.isalnum, address.text.casefold()))


def _start_clocks(contact: Contact, *, by: User | None) -> None:
    """All from receipt: the decision (or the type's own), the acknowledgement, and the grade's."""
    common: dict[str, Any] = {
        "reference": contact.reference,
        "started_at": contact.received_at,
        "by": by,
        "agency": contact.agency,
    }
    clocks.start(contact.type.clock_rule or "referral_decision", **common)
    clocks.start("acknowledgement", **common)
    if contact.grade in ("red", "amber", "green") and contact.type.ranks_with_concerns:
        clocks.start(f"grade_{contact.grade}", **common)


def take_up_again(contact: Contact, *, by: User) -> None:
    """What follows when a decided contact is open again: it is work again, and its clocks run from its receipt."""
    for row in contact.people.filter(person__isnull=False).select_related("person"):
        _involve(contact, row)
    clocks.start(
        contact.type.clock_rule or "referral_decision",
        reference=contact.reference,
        started_at=contact.received_at,
        by=by,
        agency=contact.agency,
    )
    for asked in contact.information_requests.outstanding().filter(clock__isnull=False).select_related("clock"):
        was = asked.clock
        asked.clock = clocks.start(
            was.rule, reference=contact.reference, started_at=was.started_at, by=by, worker=was.worker,
            agency=was.agency, label=was.label,
        )  # fmt: skip
        asked.save()


def _involve(contact: Contact, row: ContactPerson) -> None:
    if row.person is not None:
        involve(
            person=row.person,
            reference=contact.reference,
            kind="contact",
            role="subject" if row.is_child and row.role == "subject" else row.role or "adult",
            at=contact.received_at,
        )


def matching_facts(person: ContactPerson, others: Sequence[ContactPerson] = ()) -> matching.PersonFacts:
    """A person on a contact as the matching takes them; ``others`` told of with them are taken for their family."""
    return matching.PersonFacts(
        given=person.given_name,
        family=person.family_name,
        known_as=person.known_as,
        date_of_birth=person.date_of_birth,
        dob_precision="estimated" if person.dob_is_estimated else "exact",
        telephone=person.telephone,
        expected_on=person.expected_on,
        sex=person.sex,
        school=person.school,
        relatives=tuple(
            other.name for other in others if other.position != person.position and not is_no_name(other.name)
        ),
        postcode=person.postcode,
        address=person.address,
        identifiers={kind: value for kind, value in (("nhs", person.nhs_number), ("upn", person.upn)) if value},
    )


def _look_for_restricted(contact: Contact, *, at: datetime) -> None:
    """Silently: that a child may be somebody restricted is told to the named holders and the on-call manager alone."""
    rows = list(contact.people.order_by("position"))
    for row in rows:
        for hit in matching.restricted_hits(matching_facts(row, rows)) if row.is_child else ():
            if not hit.needs_answer:
                continue
            raise_alert(
                kind="restricted-contact",
                reference=contact.reference,
                text=f"Contact {contact.reference} may be about somebody on a record you hold.",
                path=f"/contacts/{contact.reference}/",
                at=at,
                to=[*holders_of(hit.person), *on_duty("on_call", at)],
            )
            clocks.start("restricted_take", reference=contact.reference, started_at=contact.received_at, by=None)


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
    mail.put_acknowledged(contact, at=at)
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
    if changed.grade and not reason.strip():
        raise Refused("Say why the grade changes.", code="reason_required", field="reason")
    GradeChange.objects.create(contact=changed, before=changed.grade, after=grade, reason=reason, by=by, at=at)
    if changed.grade:
        clocks.stop(reference=changed.reference, rule=f"grade_{changed.grade}", at=at, by=by, reason="regraded")
    changed.grade, changed.grade_is_provisional = grade, False
    changed.save()
    rerank(changed, at=at)
    if grade != "blue" and changed.status != Contact.Status.DECIDED and changed.type.ranks_with_concerns:
        clocks.start(
            f"grade_{grade}", reference=changed.reference, started_at=changed.received_at, by=by, agency=changed.agency
        )
    write_audit("contact.graded", by=by, reference=changed.reference, reason=reason, detail={"grade": grade})
    return changed


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
            "Somebody is confirmed here already. Take that link back first, with the reason.",
            code="linked", field="person",
        )  # fmt: skip
    if is_kept_hidden(contact.reference) and not contact.people.filter(person=person).exists():
        leave(reference=contact.reference, person=person)
    row.person, row.linked_at, row.linked_by = person, at, by
    row.save()
    _involve(contact, row)
    contact.version += 1
    contact.save()
    rerank(contact, at=at)
    if contact.is_on_queue:
        bundles.bundle_contact(contact=contact, by=by, at=at)
    write_audit(
        "contact.person_linked", by=by, reference=contact.reference, people=[person], detail={"position": row.position}
    )
    return row


@transaction.atomic
def unlink_person(
    *, on_contact: ContactPerson, by: User, at: datetime, reason: str, version: int | None = None
) -> ContactPerson:
    """Take a wrong link back: the contact leaves that record's chronology and the audit keeps that it was there.

    What the link hid stays hidden until somebody named on the restriction decides (:func:`let_others_see`). Raises
    Refused without a reason, when there is no link the user may know of, and while open work stands on it.
    """
    require(by, Permission.CONTACT_SCREEN)
    if not reason.strip():
        raise Refused("Say why the link is wrong.", code="reason_required", field="reason")
    bundles.take_turns(on_contact.contact)
    contact = touch(on_contact.contact, version=version)
    row = ContactPerson.objects.select_for_update(of=("self",)).get(pk=on_contact.pk)
    was = Person.objects.visible_to(by).filter(pk=row.person_id).first()
    if was is None:
        raise Refused("There is no link to take back.", code="not_linked")
    standing = sorted({reference for find in hooks.open_work for reference in find(row)})
    if standing:
        raise Refused(
            f"Work stands on this link: {', '.join(standing)}. Close it, or reopen the contact, first.",
            code="open_work",
        )
    row.person = row.linked_at = row.linked_by = None
    row.save()
    is_hidden = False
    if not contact.people.filter(person=was).exclude(pk=row.pk).exists():
        is_hidden = stay_hidden(reference=contact.reference, person=was, kind="contact", at=at)
    contact.save()
    write_audit(
        "contact.person_unlinked", by=by, reference=contact.reference, people=[was], reason=reason,
        detail={"position": row.position, "stays_hidden": is_hidden},
    )  # fmt: skip
    rerank(contact, at=at)
    if contact.is_on_queue:
        bundles.bundle_contact(contact=contact, by=by, at=at)
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


def not_this_person(*, on_contact: ContactPerson, person: Person, by: User, at: datetime) -> None:
    """Answer a candidate with no; it is remembered and not offered again."""
    require(by, Permission.CONTACT_SCREEN)
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
            matching_facts(child, rows), user, reference=contact.reference, position=child.position
        )
        if candidate.needs_answer
    ]
