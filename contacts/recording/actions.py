"""Recording a contact: everything it was given with, kept as given, with its clocks and its place on the queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from contacts import taken
from contacts.bundles import actions as bundles
from contacts.facts import ContactFacts, FamilyFacts
from contacts.fields import CONTACT, PERSON_COLUMNS, REFERRER, kept
from contacts.given import sought_for
from contacts.grading.provisional import grade_for_now
from contacts.identity.proposing import propose
from contacts.models import (
    AddressQuestion,
    Contact,
    ContactPerson,
    ContactText,
    FamilyGroup,
    contact_type,
)
from contacts.recording.homes import homes
from contacts.recording.sentence import says_what_happened
from contacts.recording.sources import source_of
from contacts.recording.updates import note_update
from frontdoor.access import Permission, require
from frontdoor.accounts.models import Agency, User
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.editions import has_rule
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import london_date
from frontdoor.db import new_reference
from frontdoor.drafts import actions as drafts
from frontdoor.notifications.actions import one_by_one, raise_alert
from frontdoor.people.access import holders_of
from frontdoor.people.actions import involve
from frontdoor.people.matching import candidates as matching
from frontdoor.workflow.actions import born

PERSON_FIELDS = (*PERSON_COLUMNS, "family_group", "suggested_reference")
#: Timescales in whose place a court may name a date (``report_due_on``).
DIRECTED = frozenset({"court_s7", "court_s37"})


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
    kind = contact_type(facts.kind, london_date(received))
    who = facts.referrer
    contact = Contact(
        reference=new_reference(Contact.PREFIX),
        type=kind,
        received_at=received,
        recorded_by=by,
        agency=agency,
        source=facts.source
        or ("9" if who.is_anonymous else source_of(default=agency.default_source, role=who.role) if agency else ""),
        how=facts.how,
        is_anonymous=who.is_anonymous,
        is_the_child=who.is_the_child,
        sentence_is_marked=bool(facts.summary),
        agency_grade=facts.grade if agency is not None else "",
        rank_at=received,
        **kept("Contact", CONTACT, facts),
        **kept("Contact", REFERRER, who),
    )
    contact.summary = facts.summary or says_what_happened(facts, london_date(received))
    contact.referrer_organisation = who.organisation or (agency.name if agency else "")
    contact.level_by_agency = facts.level_of_need if agency is not None else ""
    contact.level_by_screening = "" if agency is not None else facts.level_of_need
    if draft_id is not None and by is not None:
        drafts.consume(by=by, draft_id=draft_id, kind=draft_kind, reference=contact.reference, at=at)
    contact.save()
    ContactText.objects.create(contact=contact, **kept("ContactText", CONTACT, facts))
    keep_people(contact, people_of(contact, facts), at=at, families=facts.families)
    if not contact.grade and agency is not None and kind.code == "police_notification":
        grade_for_now(contact, facts)
        contact.save()
    propose(contact, at=at)
    bundles.bundle_contact(contact=contact, by=by, at=at)
    note_update(contact, at=at)
    born(contact, by=by, at=at, agency=agency)
    start_clocks(contact, by=by)
    rows = list(contact.people.order_by("position"))
    look_for_restricted(contact, rows, of=rows, at=at)
    return contact


def people_of(contact: Contact, facts: ContactFacts) -> list[ContactPerson]:
    """The row of each person of these facts, in their order; not kept yet."""
    rows = []
    for position, (person, home) in enumerate(zip(facts.people, homes(facts), strict=True), start=1):
        row = ContactPerson(
            contact=contact, position=position, **{name: getattr(person, name) for name in PERSON_FIELDS}
        )
        if home.address is not None:
            row.address, row.postcode = ", ".join(home.address.lines), home.address.postcode
            row.address_is_confidential, row.address_is_withheld = home.address.is_confidential, home.is_withheld
        rows.append(row)
    return rows


def keep_people(
    contact: Contact, rows: Sequence[ContactPerson], *, at: datetime, families: Sequence[FamilyFacts] = ()
) -> None:
    """Keep these people, the questions about their addresses, and each family that is not on the contact yet."""
    ContactPerson.objects.bulk_create(rows)
    AddressQuestion.objects.bulk_create(
        [AddressQuestion(on_contact=row, asked_at=at) for row in rows if row.address_is_withheld]
    )
    numbers = {row.family_group for row in rows} | {family.number for family in families} or {1}
    there = set(contact.families.values_list("number", flat=True))
    given = {family.number: family for family in families}
    FamilyGroup.objects.bulk_create(
        [
            FamilyGroup(contact=contact, **vars(given.get(number, FamilyFacts(number=number))))
            for number in sorted(numbers - there)
        ]
    )


def start_clocks(contact: Contact, *, by: User | None) -> None:
    """What a contact on the queue is due, all from receipt: the decision, beside it what its type owes, the
    acknowledgement until somebody has given it, and the grade's.
    """
    common: dict[str, Any] = {
        "reference": contact.reference,
        "started_at": contact.received_at,
        "by": by,
        "agency": contact.agency,
    }
    clocks.start("referral_decision", **common)
    start_own_clock(contact, by=by)
    if contact.acknowledged_at is None:
        clocks.start("acknowledgement", **common)
    if contact.grade in ("red", "amber", "green") and contact.type.ranks_with_concerns:
        clocks.start(f"grade_{contact.grade}", **common)


def start_own_clock(contact: Contact, *, by: User | None) -> None:
    """The clock of what the contact's type owes, from receipt; none where that has been done or is not owed."""
    rule = contact.type.own_clock
    if not rule or contact.owed_events.filter(clock__rule=rule, taken_back_at__isnull=True).exists():
        return
    clocks.start(
        rule, reference=contact.reference, started_at=contact.received_at, by=by, agency=contact.agency,
        every_days=_directed(contact) if rule in DIRECTED else None,
    )  # fmt: skip


def _directed(contact: Contact) -> int | None:
    """In how many days from receipt the court directed its report; None where it named no date."""
    due_on = contact.text.report_due_on
    return None if due_on is None else max((due_on - london_date(contact.received_at)).days, 0)


def start_missing_decisions(at: datetime) -> int:
    """The decision's clock, from receipt, for open contacts without one; returns how many it started.

    A release before this one gave none to contacts of types with a timescale of their own.
    """
    running = Clock.objects.filter(
        reference=OuterRef("reference"), rule="referral_decision", stopped_at__isnull=True
    )  # fmt: skip
    found = Contact.objects.on_queue().open().filter(~Exists(running), origin="frontdoor").order_by("pk")

    def start(contact: Contact) -> int:
        if not has_rule("referral_decision", london_date(contact.received_at)):
            return 0
        with transaction.atomic():
            clocks.start(
                "referral_decision", reference=contact.reference, started_at=contact.received_at, by=None,
                agency=contact.agency,
            )  # fmt: skip
        return 1

    return one_by_one(found.select_related("agency"), start, what="start the decision's clock", at=at)


def take_up_again(contact: Contact, *, by: User) -> None:
    """What follows when a decided contact is open again: it is work again, and its clocks run from its receipt."""
    for row in contact.people.filter(person__isnull=False).select_related("person"):
        involve_confirmed(contact, row)
    clocks.start(
        "referral_decision",
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


def involve_confirmed(contact: Contact, row: ContactPerson) -> None:
    """Note that the person confirmed on this row, if there is one, has this contact on their record."""
    if row.person is not None:
        involve(
            person=row.person,
            reference=contact.reference,
            kind="contact",
            role="subject" if row.is_child and row.role == "subject" else row.role or "adult",
            at=contact.received_at,
        )


def look_for_restricted(
    contact: Contact, rows: Sequence[ContactPerson], *, of: Sequence[ContactPerson], at: datetime
) -> None:
    """Silently: that a child may be somebody restricted is told to the named holders and the on-call manager alone.

    ``of``: who is looked for; ``rows``: everybody on the contact, whom the matching takes for their family.
    """
    for row in of:
        for hit in matching.restricted_hits(sought_for(row, rows)) if row.is_child else ():
            if not hit.needs_answer:
                continue
            raise_alert(
                kind=taken.ALERT,
                reference=contact.reference,
                text=f"Contact {contact.reference} may be about somebody on a record you hold.",
                path=f"/contacts/{contact.reference}/",
                at=at,
                to=taken.to_be_told(holders_of(hit.person), at, contact=contact),
            )
            clocks.start(taken.CLOCK, reference=contact.reference, started_at=contact.received_at, by=None)
