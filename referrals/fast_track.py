"""Child protection: fast track. One act with nothing in its way, in one transaction (PRACTICE, fast track)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from contacts.bundles.actions import refresh_of
from contacts.facts import ContactFacts, PersonFacts
from contacts.families.telling import telling_for
from contacts.identity.proposing import leaves_queue, propose
from contacts.models import Contact, ContactPerson
from contacts.ranking.ranks import rerank
from contacts.recording.actions import record_contact, start_clocks
from frontdoor.access import Permission, Refused, require, whole
from frontdoor.accounts.models import Agency, User, on_duty, system_user
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import duty_managers, raise_alert
from frontdoor.notifications.models import Alert
from frontdoor.people.actions import end_involvement
from frontdoor.workflow.actions import lock, move
from referrals import endings, owed
from referrals.births import join_open_work, open_referral, open_referral_of
from referrals.models import Referral, ending_rule

ALERT = "fast-track"
NOT_KNOWN = "not known"
#: Of what happened in one sentence, and of where the child is.
LONGEST = 250


@transaction.atomic
def record_and_fast_track(
    *,
    facts: ContactFacts,
    by: User | None,
    at: datetime,
    received_at: datetime | None = None,
    agency: Agency | None = None,
    draft_id: UUID | None = None,
    draft_kind: str = "contact",
    others: Collection[int] = (),
) -> Contact:
    """Record a contact and put it on the fast track in the same transaction: both, or neither.

    Needs one sentence of what happened and where the child is (or "not known"), and nothing else; a child nobody has
    named yet is kept as one without a name. Raises Refused naming ``concerns`` or ``child_location``.
    """
    if not facts.children:
        facts.people.append(PersonFacts(is_child=True))
        facts.no_child_identified = False
    facts.child_protection = True
    contact = record_contact(
        facts=facts,
        by=by,
        at=at,
        received_at=received_at,
        agency=agency,
        draft_id=draft_id,
        draft_kind=draft_kind,
    )
    # What was said at length stands whole on the contact; its sentence is then the one that says what happened.
    said = facts.concerns if len(facts.concerns.strip()) <= LONGEST else contact.summary
    sentence = facts.summary or said
    location = facts.child_location or (NOT_KNOWN if agency is not None else "")
    return fast_track(contact=contact, by=by, at=at, sentence=sentence, location=location, others=others)


@transaction.atomic
def fast_track(
    *,
    contact: Contact,
    by: User | None,
    at: datetime,
    sentence: str = "",
    location: str = "",
    others: Collection[int] = (),
    version: int | None = None,
) -> Contact:
    """Put a contact on the child protection fast track.

    1. Each subject child, and each other child ticked in ``others`` (their ids on the contact), gets a referral that
       awaits a decision; with open work the fast track is put on the open referral instead.
    2. The strategy discussion's clock starts on each; the contact is decided and stays on top of the queue.
    3. Every duty manager has the alert until a named person takes it.

    ``by`` is None when an agency marked it so. Raises Refused naming ``sentence`` or ``location``.
    """
    if by is not None:
        require(by, Permission.CONTACT_FAST_TRACK)
    actor = by or system_user()
    locked = lock(contact, version=version)
    what = (sentence or locked.summary).strip()
    where = (location or locked.child_location).strip()
    if not what:
        raise Refused("Say in one sentence what happened.", code="required", field="sentence")
    if not where:
        raise Refused("Say where the child is now, or “not known”.", code="required", field="location")
    whole(what, LONGEST, called="What happened", field="sentence")
    whole(where, LONGEST, called="Where the child is", field="location")
    chosen = _children(locked, others)
    moved = move(locked, "fast_track", by=actor, at=at, reason=what, check_permission=False)
    moved.summary, moved.child_location = what, where
    moved.outcome, moved.outcome_outside = "referral", "referral"
    moved.save()
    owed.stop_at_decision(moved, by=actor, at=at, reason="fast track")
    clocks.start("fast_track_take", reference=moved.reference, started_at=at, by=by)
    if moved.acknowledged_at is None and moved.agency_id is not None:
        clocks.start("acknowledgement", reference=moved.reference, started_at=moved.received_at, by=by)
    rerank(moved, at=at)
    for row in chosen:
        _track_child(moved, row, by=actor, at=at, reason=what)
    owed.pass_on(moved, by=actor, at=at)
    raise_alert(
        kind=ALERT,
        reference=moved.reference,
        text=f"Child protection, fast track: {moved.reference}",
        path=f"/contacts/{moved.reference}/",
        at=at,
        to=[*duty_managers(at), *on_duty("edt", at)],
    )
    return moved


def _children(contact: Contact, others: Collection[int]) -> list[ContactPerson]:
    """The subject children and those ticked; a contact without a child gets one without a name."""
    rows = list(contact.people.filter(is_child=True).select_related("person").order_by("position"))
    chosen = [row for row in rows if row.role == "subject" or row.pk in others]
    if chosen:
        return chosen
    last = contact.people.order_by("-position").values_list("position", flat=True).first() or 0
    return [ContactPerson.objects.create(contact=contact, position=last + 1, is_child=True, role="subject")]


def _track_child(contact: Contact, row: ContactPerson, *, by: User, at: datetime, reason: str) -> None:
    reason = telling_for(row).of("summary", reason)
    standing = open_referral_of(row.person)
    if standing is not None and standing.contact_person_id != row.pk:
        join_open_work(referral=standing, contact=contact, by=by, at=at, is_fast_track=True)
        row.joined_reference, row.outcome = standing.reference, "open_work"
    else:
        if standing is None and not row.referrals.open().exists():
            open_referral(
                contact=contact, row=row, child=row.person, by=by, at=at, reason=reason, response=None,
                is_fast_track=True,
            )  # fmt: skip
        row.outcome = "referral"
    row.outcome_reason, row.decided_at, row.decided_by = reason, at, by
    row.save()


@transaction.atomic
def child_added(contact: Contact, row: ContactPerson, by: User, at: datetime) -> None:
    """A child was added to a contact that may be on the fast track: then they get what its other children got."""
    locked = lock(contact)
    if locked.is_fast_track and locked.is_on_queue and locked.status == Contact.Status.DECIDED:
        _track_child(locked, row, by=by, at=at, reason=locked.summary)


@transaction.atomic
def take_fast_track(*, contact: Contact, by: User, at: datetime) -> None:
    """What follows when somebody takes the alert: its clock stops, and the referrer is acknowledged by a person."""
    locked = lock(contact)
    clocks.stop(reference=locked.reference, rule="fast_track_take", at=at, by=by)
    if locked.acknowledged_at is None:
        locked.acknowledged_at, locked.acknowledged_by = at, by
        clocks.stop(reference=locked.reference, rule="acknowledgement", at=at, by=by)
        if locked.agency_id is not None:
            outbox.put("agency.event", {"contact": locked.reference, "type": "contact.acknowledged"}, at=at)
    locked.version += 1
    locked.save()
    leave_queue_when_decided(locked, by=by, at=at)


def alert_taken(alert: Alert, by: User, at: datetime) -> None:
    """Called by the notifications when any alert is taken."""
    if alert.kind == ALERT:
        contact = Contact.objects.filter(reference=alert.reference).first()
        if contact is not None:
            take_fast_track(contact=contact, by=by, at=at)


def leave_queue_when_decided(contact: Contact, *, by: User, at: datetime) -> None:
    """A fast-tracked contact leaves the queue when each of its referrals is decided, and its alert taken."""
    locked = lock(contact)
    if not (locked.is_fast_track and locked.is_on_queue and locked.status == Contact.Status.DECIDED):
        return
    if locked.referrals.awaiting_decision().exists():
        return
    if Alert.objects.filter(kind=ALERT, reference=locked.reference, taken_at__isnull=True).exists():
        return
    locked.is_on_queue = False
    locked.save()
    leaves_queue(locked)
    refresh_of([locked.pk])
    end_involvement(reference=locked.reference, at=at, status_label="Decided")
    if locked.agency_id is not None:
        outbox.put("agency.event", {"contact": locked.reference, "type": "contact.decided"}, at=at)


@transaction.atomic
def stand_down(*, contact: Contact, by: User, at: datetime, reason: str, version: int | None = None) -> Contact:
    """Take a contact off the fast track: back to ordinary screening with its original receipt time. Managers only.

    Its referrals end as "entered on fast track, not child protection" and stay out of the returns. Raises Refused when
    one of them has been decided already.
    """
    require(by, Permission.CONTACT_STAND_DOWN)
    locked = lock(contact, version=version)
    if not locked.is_fast_track:
        raise Refused("This contact is not on the fast track.", code="not_fast_track")
    referrals = list(Referral.objects.select_for_update(of=("self",)).filter(contact=locked))
    decided = [referral.reference for referral in referrals if referral.status != Referral.Status.AWAITING_DECISION]
    if decided:
        raise Refused(f"A referral of this contact has been decided already ({', '.join(decided)}).", code="decided")
    owed.bring_back(locked, owed.places_ever(locked), by=by, at=at, reason="stood down")
    rule = ending_rule(Referral.Ending.STOOD_DOWN, london_date(at))
    for referral in referrals:
        move(
            referral, "no_further_action", by=by, at=at, reason=reason, decision_reason=reason,
            ending=Referral.Ending.STOOD_DOWN, is_nfa=rule.is_nfa, is_returnable=rule.is_returnable,
        )  # fmt: skip
        endings.set_aside(referral, by=by, at=at)
        clocks.stop(reference=referral.reference, at=at, by=by, reason="stood down", but=owed.rules_on(referral))
        end_involvement(reference=referral.reference, at=at, status_label="Stood down")
    moved = move(locked, "stand_down", by=by, at=at, reason=reason)
    moved.people.filter(is_child=True).update(
        outcome="", outcome_reason="", joined_reference="", decided_at=None, decided_by=None
    )
    propose(moved, at=at)
    clocks.stop(reference=moved.reference, rule="fast_track_take", at=at, by=by)
    start_clocks(moved, by=by)
    Alert.objects.filter(kind=ALERT, reference=moved.reference, taken_at__isnull=True).update(
        taken_at=at, taken_by=by, climbs_at=None
    )
    return moved


@transaction.atomic
def record_call(
    *, contact: Contact, by: User, at: datetime, told: str, called_999_at: str, police_reference: str
) -> None:
    """Keep who was told by telephone and, when 999 was called, the time and the police reference."""
    require(by, Permission.CONTACT_FAST_TRACK)
    if not (told.strip() or called_999_at.strip()):
        raise Refused("Say who you told, or when 999 was called.", code="required", field="told")
    write_audit(
        "contact.fast_track_call",
        by=by,
        reference=contact.reference,
        detail={"told": told.strip(), "called_999_at": called_999_at.strip(), "police": police_reference.strip()},
    )
