"""The one decision on a contact: an outcome for each child, by whoever may decide it, once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts import taken, telling
from contacts.agencies.thresholds.actions import keep_choice
from contacts.bundles import actions as bundles
from contacts.identity.proposing import leaves_queue, propose
from contacts.models import Contact, ContactPerson
from contacts.recording import actions as recording
from contacts.screening import actions as screening
from contacts.screening import rules
from contacts.screening.rules import Power
from frontdoor.access import Permission, Refused, Role, Stale, holds, require
from frontdoor.accounts.models import Team, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import duty_managers, notify, who_may_know
from frontdoor.people.access import check_conflict_of, is_restricted_to_some
from frontdoor.people.actions import end_involvement
from frontdoor.people.models import Person
from frontdoor.signing.noting import not_for_others_either
from frontdoor.workflow.actions import lock, move
from referrals import agreement, owed, replying, sending
from referrals.answers import NOT_ABOUT as NOT_ABOUT
from referrals.answers import OUTSIDE_ORDER, level_of
from referrals.answers import ChildDecision as ChildDecision
from referrals.answers import Decided as Decided
from referrals.answers import Telephoned as Telephoned
from referrals.answers import outcome_attributes as outcome_attributes
from referrals.births import Response, join_open_work, new_person, open_referral, open_referral_of
from referrals.holding import team_of
from referrals.models import OPEN_STATUSES, Referral


@transaction.atomic
def decide_contact(
    *,
    contact: Contact,
    decisions: Sequence[ChildDecision],
    by: User,
    at: datetime,
    version: int | None = None,
    reason: str = "",
    team: Team | None = None,
    worker: User | None = None,
    telephoned: Telephoned | None = None,
) -> Decided:
    """Decide a contact, an outcome for each child, in one act.

    Whoever may decide decides: referrals are born accepted, with this decision, reason and response, and the contact
    leaves the queue. Otherwise the same answers are put to a manager and the contact waits for sign-off on the queue.
    Raises Refused with the field when something is missing or may not be, Stale when somebody was faster, Denied when
    the role may not screen. ``team`` and ``worker`` allocate the referrals in the same act (managers).
    """
    require(by, Permission.CONTACT_SCREEN)
    check_conflict_of(by, contact.reference)
    locked = lock(contact, version=version)
    holder = locked.claimed_at_moment(at)
    if holder is not None and holder != by and not holds(by, Permission.CONTACT_DECIDE_ANY):
        raise Stale(who=holder.name, when=None, what="they are screening it now")
    if locked.no_child_identified and not locked.people.filter(is_child=True).exists():
        return _decide_without_child(locked, decisions, by=by, at=at, reason=reason, telephoned=telephoned)
    rows = _checked(locked, decisions, by=by, at=at)
    children, outcomes = _asked_about(rows)
    verdict = rules.who_decides(locked, outcomes, by, at, children)
    reasons = [*verdict.reasons, *agreement.more_reasons(locked, rows, by=by)]
    power = verdict.power
    if power is Power.DECIDES and reasons:
        power = Power.PROPOSES
    if power is Power.REFUSED:
        raise Refused(" ".join(reasons), code="role", field="outcome")
    told = reason or "; ".join(dict.fromkeys(decision.reason for _, decision in rows if decision.reason))
    if power is Power.PROPOSES and telephoned is not None:
        _agreed_by_telephone(locked, telephoned, by=by, at=at)
        _check_signer(locked, telephoned.manager, outcomes, children, at=at, field="manager")
        power = Power.DECIDES
    if power is Power.PROPOSES:
        protective = rules.protective(london_date(at)) & set(outcomes)
        if protective and rules.who_decides(locked, protective, by, at, children).power is Power.DECIDES:
            if team is not None or worker is not None:
                require(by, Permission.REFERRAL_ALLOCATE)
            rows = _protect_now(locked, rows, protective, by=by, at=at, team=team, worker=worker)
        return _propose(locked, rows, reasons, by=by, at=at, reason=told)
    if (team is not None or worker is not None) and telephoned is None:
        require(by, Permission.REFERRAL_ALLOCATE)
    return _carry_out(locked, rows, "decide", by=by, at=at, reason=told, team=team, worker=worker)


def _asked_about(rows: Sequence[tuple[ContactPerson, ChildDecision]]) -> tuple[list[ContactPerson], list[str]]:
    """The children a decision is about, and their outcomes: what the rules of who decides are asked of.

    Of none of them: then the contact ends with nothing done, and that is asked of all.
    """
    about = [(row, decision.outcome) for row, decision in rows if decision.outcome not in NOT_ABOUT]
    if rows and not about:
        about = [(row, "no_further_action") for row, _ in rows]
    return [row for row, _ in about], [outcome for _, outcome in about]


@transaction.atomic
def sign_off_contact(
    *,
    contact: Contact,
    by: User,
    at: datetime,
    version: int | None = None,
    reason: str = "",
    team: Team | None = None,
    worker: User | None = None,
) -> Decided:
    """Sign what somebody else proposed. Never one's own: with no second manager on duty it waits, visible."""
    require(by, Permission.CONTACT_SIGN_OFF)
    check_conflict_of(by, contact.reference)
    locked = lock(contact, version=version)
    if locked.status != Contact.Status.AWAITING_SIGN_OFF:
        raise Refused(f"This contact is {locked.get_status_display().lower()}.", code="wrong_status")
    if locked.proposed_by == by:
        raise Refused(
            "You proposed this yourself: another manager has to sign it off. It stays on the queue until then."
            + not_for_others_either(by, at),
            code="own",
        )
    since = locked.people.filter(is_child=True, added__addition__at__gte=locked.proposed_at)
    newer = since.order_by("position").first()
    if newer is not None:
        raise Refused(
            f"{newer} was added after this was proposed: return it, so that an outcome is proposed for them too.",
            code="added_since",
        )
    rows = []
    for row in locked.people.filter(is_child=True).exclude(outcome="").order_by("position"):
        detail = dict(row.outcome_detail)
        decision = ChildDecision(
            child=row.pk,
            outcome=row.outcome,
            reason=row.outcome_reason,
            level_of_need=row.level_of_need,
            response_type=detail.pop("response_type", "assessment"),
            primary_need=detail.pop("primary_need", ""),
            is_new_record=bool(detail.pop("is_new_record", False)),
            detail=detail,
        )
        rows.append((row, decision))
    children, outcomes = _asked_about(rows)
    _check_signer(locked, by, outcomes or [locked.outcome], children, at=at)
    if not rows:
        return _end_without_child(locked, sending.proposed(locked), "sign_off", by=by, at=at, reason=reason)
    return _carry_out(locked, rows, "sign_off", by=by, at=at, reason=reason, team=team, worker=worker)


@transaction.atomic
def return_contact(*, contact: Contact, by: User, at: datetime, comments: str, version: int | None = None) -> Contact:
    """Give a proposal back to whoever made it, with comments; what they wrote stays for them to change."""
    proposer = contact.proposed_by
    moved = move(contact, "send_back", by=by, at=at, reason=comments, version=version, until=at + screening.CLAIM_FOR)
    if proposer is not None:
        notify(
            [proposer] if proposer.is_active else duty_managers(at),
            kind="returned",
            text=f"Contact {moved.reference} has come back with comments",
            reference=moved.reference,
            path=f"/contacts/{moved.reference}/",
        )
    return moved


@transaction.atomic
def reopen_contact(*, contact: Contact, by: User, at: datetime, reason: str, version: int | None = None) -> Contact:
    """Take a decided contact up again because it was decided wrongly. Referrals it opened stay as they are.

    Its clock runs again, from the original receipt; the referrer sees it in screening.
    """
    if contact.is_fast_track and contact.is_on_queue:
        raise Refused("It is on the fast track: stand it down instead.", code="fast_track")
    return open_again(contact, by=by, at=at, reason=reason, version=version)


def open_again(
    contact: Contact,
    *,
    by: User,
    at: datetime,
    reason: str,
    version: int | None = None,
    check_permission: bool = True,
) -> Contact:
    """A decided contact in screening again, claimed by ``by``, with all that follows: see :func:`reopen_contact`.

    Without ``check_permission`` for an act whose own rule has decided that it is open again.
    """
    moved = move(
        contact, "reopen", by=by, at=at, reason=reason, version=version, check_permission=check_permission,
        until=at + screening.CLAIM_FOR,
    )  # fmt: skip
    kept = Referral.objects.filter(contact=moved, status__in=OPEN_STATUSES).values("contact_person_id")
    moved.people.exclude(pk__in=kept).update(decided_at=None, decided_by=None)
    sending.take_back(moved, by=by, at=at, reason="reopened")
    recording.take_up_again(moved, by=by)
    owed.take_up_again(moved, by=by)
    propose(moved, at=at)
    bundles.bundle_contact(contact=moved, by=by, at=at)
    return moved


@transaction.atomic
def confirm_telephone(*, contact: Contact, by: User, at: datetime, version: int | None = None) -> None:
    """The manager who agreed by telephone confirms it, the next working day at the latest."""
    require(by, Permission.CONTACT_SIGN_OFF)
    contact = lock(contact, version=version)
    waiting = clocks.running_on([contact.reference]).filter(rule="telephone_confirmation").select_related("worker")
    asked = waiting.first()
    if asked is None:
        raise Refused("Nothing on this contact waits to be confirmed.", code="nothing")
    if asked.worker is not None and asked.worker.is_active and asked.worker != by:
        raise Refused(f"{asked.worker.name} agreed to this by telephone, and confirms it.", code="not_asked")
    if contact.decided_by_id == by.pk:
        raise Refused("You decided this yourself: another manager confirms it.", code="own")
    clocks.stop(reference=contact.reference, rule="telephone_confirmation", at=at, by=by)
    write_audit("contact.telephone_confirmed", by=by, reference=contact.reference)


def _checked(
    contact: Contact, decisions: Sequence[ChildDecision], *, by: User, at: datetime
) -> list[tuple[ContactPerson, ChildDecision]]:
    """Each child with its decision, all of them whole; Refused names the child's field otherwise."""
    today = london_date(at)
    known = outcome_attributes(today)
    children = list(contact.people.filter(is_child=True).select_related("person", "contact").order_by("position"))
    given = {decision.child: decision for decision in decisions}
    if not children:
        raise Refused(
            "There is no child on this contact: add the child, even without a name, before you decide.", code="no_child"
        )
    if contact.type.ranks_with_concerns and not contact.grade:
        raise Refused("Give the contact a grade first.", code="grade", field="grade")
    pairs: list[tuple[ContactPerson, ChildDecision]] = []
    for row in children:
        decision = given.get(row.pk)
        name = str(row)
        if decision is None or not decision.outcome:
            raise Refused(f"Choose an outcome for {name}.", code="required", field=f"outcome-{row.pk}")
        if decision.outcome in NOT_ABOUT:
            if row.role == "subject":
                raise Refused(
                    f"The contact is about {name}: choose an outcome.", code="subject", field=f"outcome-{row.pk}"
                )
            pairs.append((row, decision))
            continue
        if decision.outcome not in known:
            raise Refused(f"Choose an outcome for {name} from the list.", code="invalid", field=f"outcome-{row.pk}")
        if not decision.reason.strip():
            raise Refused(f"Give the reason for {name}’s outcome.", code="required", field=f"reason-{row.pk}")
        _check_outcome(contact, row, decision, known[decision.outcome], by=by, at=at)
        pairs.append((row, decision))
    return pairs


def _decide_without_child(
    contact: Contact, decisions: Sequence[ChildDecision], *, by: User, at: datetime, reason: str,
    telephoned: Telephoned | None,
) -> Decided:  # fmt: skip
    """A contact about adults only: one outcome for the whole of it, none that opens or joins a child's work."""
    decision = decisions[0] if decisions else ChildDecision(child=0, outcome="")
    attributes = outcome_attributes(london_date(at)).get(decision.outcome)
    if attributes is None:
        raise Refused("Choose an outcome.", code="required", field="outcome-0")
    if attributes.get("opens") or attributes.get("joins") or attributes.get("needs_contact"):
        raise Refused("There is no child on this contact: choose another outcome.", code="no_child", field="outcome-0")
    told = decision.reason.strip() or reason.strip()
    if not told:
        raise Refused("Give the reason for the outcome.", code="required", field="reason-0")
    sending.check(contact, decision, attributes, at=at, name="it", field="0")
    replying.check(contact, attributes, field="outcome-0")
    verdict = rules.who_decides(contact, [decision.outcome], by, at, [])
    if verdict.power is Power.REFUSED:
        raise Refused(" ".join(verdict.reasons), code="role", field="outcome-0")
    said = sending.in_words(told, decision)
    power = verdict.power
    if power is Power.PROPOSES and telephoned is not None:
        _agreed_by_telephone(contact, telephoned, by=by, at=at)
        _check_signer(contact, telephoned.manager, [decision.outcome], [], at=at, field="manager")
        power = Power.DECIDES
    if power is Power.DECIDES:
        return _end_without_child(contact, decision, "decide", by=by, at=at, reason=said)
    sending.keep_proposed(contact, decision, reason=told)
    return _propose(contact, [], verdict.reasons, by=by, at=at, reason=said)


def _end_without_child(
    contact: Contact, decision: ChildDecision, act: str, *, by: User, at: datetime, reason: str
) -> Decided:
    """Its end, at once or when what was proposed is signed."""
    outcome = decision.outcome
    attributes = outcome_attributes(london_date(at)).get(outcome, {})
    moved = move(contact, act, by=by, at=at, reason=reason)
    bundles.refresh_of([moved.pk])
    moved.outcome, moved.outcome_outside = outcome, str(attributes.get("outside", "no_further_action"))
    moved.save()
    settle(moved, by=by, at=at)
    if attributes.get("needs_receiver"):
        sending.send(moved, None, decision, by=by, at=at)
    return Decided(moved, Power.DECIDES)


def _check_outcome(
    contact: Contact,
    row: ContactPerson,
    decision: ChildDecision,
    attributes: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
) -> None:
    name = str(row)
    detail = decision.detail
    sending.check(contact, decision, attributes, at=at, name=name, field=str(row.pk))
    replying.check(contact, attributes, field=f"outcome-{row.pk}")
    if attributes.get("needs_level") and not level_of(contact, row, decision):
        raise Refused(
            f"Choose {name}’s level of need: it says whether this outcome fits.", code="level",
            field=f"level_of_need-{row.pk}",
        )  # fmt: skip
    if attributes.get("opens") and decision.response_type not in Referral.Response.values:
        raise Refused(f"Choose the response to {name}’s referral.", code="response", field=f"response_type-{row.pk}")
    if attributes.get("opens") and not contact.type.may_become_referral:
        raise Refused(
            f"A contact of the kind “{contact.type.label}” cannot become a referral.",
            code="kind",
            field=f"outcome-{row.pk}",
        )
    if attributes.get("needs_contact"):
        other = Contact.objects.visible_to(by).filter(reference=detail.get("contact", "").strip().upper()).first()
        if other is None or other.pk == contact.pk or not other.outcome_outside:
            raise Refused(
                "Enter the reference of the other contact about this incident, which has to be decided already.",
                code="same_incident",
                field=f"contact-{row.pk}",
            )
    may_wait = attributes.get("joins") or attributes.get("manager_only")
    if row.person_id is None and not decision.is_new_record and not may_wait:
        waiting = screening.unanswered(contact, by, [row])
        if waiting:
            raise Refused(
                f"Confirm first who {name} is: {len(waiting)} possible "
                f"{'match has' if len(waiting) == 1 else 'matches have'} not been checked.",
                code="unanswered_match",
                field=f"outcome-{row.pk}",
            )
    if attributes.get("joins") and open_referral_of(row.person) is None:
        raise Refused(
            f"{name} has no open referral to join: confirm who the child is, or choose another outcome.",
            code="no_open_work",
            field=f"outcome-{row.pk}",
        )
    if attributes.get("opens"):
        standing = open_referral_of(row.person)
        if standing is not None and standing.contact_person_id != row.pk:
            raise Refused(
                f"{name} has open work ({standing.reference}): choose “Joined to open work”, so that there is one "
                "episode.",
                code="open_work",
                field=f"outcome-{row.pk}",
            )


def _check_signer(
    contact: Contact,
    manager: User,
    outcomes: Sequence[str],
    children: Sequence[ContactPerson],
    *,
    at: datetime,
    field: str | None = None,
) -> None:
    """Refused when this manager recorded what an ending is signed of: sign-off is by somebody other than the author."""
    if set(outcomes) - rules.protective(london_date(at)):
        why = rules.why_not_sign(contact, manager, at, children)
        if why:
            raise Refused(why if field is None else "They recorded this contact themselves: ask another manager.",
                          code="own", field=field)  # fmt: skip


def _agreed_by_telephone(contact: Contact, told: Telephoned, *, by: User, at: datetime) -> None:
    """Out of hours the emergency duty worker acts on what a manager agreed; the manager confirms (clock)."""
    if Role.EDT_WORKER.value not in by.roles:
        raise Refused("Only the emergency duty team acts on agreement by telephone.", code="edt", field="manager")
    if not holds(told.manager, Permission.CONTACT_SIGN_OFF) or told.manager == by:
        raise Refused("Choose the manager who agreed.", code="manager", field="manager")
    if told.at > at:
        raise Refused("The call cannot be in the future.", code="in_future", field="telephoned_at")
    clocks.start("telephone_confirmation", reference=contact.reference, started_at=at, by=by, worker=told.manager)
    write_audit(
        "contact.agreed_by_telephone",
        by=by,
        reference=contact.reference,
        detail={"manager": told.manager.pk, "at": told.at.isoformat()},
    )
    notify(
        [told.manager],
        kind="confirm-telephone",
        text=f"Confirm what you agreed by telephone on {contact.reference}",
        reference=contact.reference,
        path=f"/contacts/{contact.reference}/confirm-telephone/",
        urgent=True,
    )


def _propose(
    contact: Contact,
    rows: Sequence[tuple[ContactPerson, ChildDecision]],
    reasons: Sequence[str],
    *,
    by: User,
    at: datetime,
    reason: str,
) -> Decided:
    if contact.status == Contact.Status.RECEIVED:
        contact = screening.claim(contact=contact, by=by, at=at)
    for row, decision in rows:
        _write(row, decision)
        row.save()
    moved = move(contact, "propose", by=by, at=at, reason=reason)
    is_taken = moved.taken_under_restriction_by_id is not None
    notify(
        taken.others_told(moved, but=by)
        if is_taken
        else who_may_know(moved.reference, [user for user in duty_managers(at) if user != by], at=at),
        kind="sign-off",
        text=f"Contact {moved.reference} waits for your sign-off",
        # A notice about what is kept from them would be kept from them as well.
        reference="" if is_taken else moved.reference,
        path=f"/contacts/{moved.reference}/" + ("" if is_taken else "sign-off/"),
    )
    return Decided(moved, Power.PROPOSES, tuple(reasons))


def _write(row: ContactPerson, decision: ChildDecision) -> None:
    row.outcome, row.outcome_reason = decision.outcome, decision.reason
    row.level_of_need = decision.level_of_need or row.level_of_need
    row.outcome_detail = {
        **{key: value for key, value in decision.detail.items() if value},
        "response_type": decision.response_type,
        "primary_need": decision.primary_need,
        "is_new_record": decision.is_new_record,
    }


def _carry_out(
    contact: Contact,
    rows: Sequence[tuple[ContactPerson, ChildDecision]],
    act: str,
    *,
    by: User,
    at: datetime,
    reason: str,
    team: Team | None,
    worker: User | None,
) -> Decided:
    """Write each child's outcome, open or join referrals, let the contact leave the queue, and tell the referrer."""
    known = outcome_attributes(london_date(at))
    _check_who_sees(contact, [known.get(decision.outcome, {}) for _, decision in rows])
    born: list[Referral] = []
    outside: list[tuple[int, str, str]] = []
    for row, decision in rows:
        attributes = known.get(decision.outcome, {})
        referral = _settle_child(contact, row, decision, attributes, by=by, at=at, team=team, worker=worker)
        born += [referral] if referral is not None else []
        if decision.outcome not in NOT_ABOUT:
            code = _outside(decision, attributes)
            outside.append((OUTSIDE_ORDER.index(code), code, decision.outcome))
    weightiest = min(outside, default=(len(OUTSIDE_ORDER) - 1, "no_further_action", "no_further_action"))
    moved = move(contact, act, by=by, at=at, reason=reason, people=_people(rows))
    bundles.refresh_of([moved.pk])
    moved.outcome, moved.outcome_outside = weightiest[2], weightiest[1]
    if moved.acknowledged_at is None:
        moved.acknowledged_at, moved.acknowledged_by = at, by
    level = max((decision.level_of_need for _, decision in rows), default="")
    if level and not moved.level_by_screening:
        moved.level_by_screening = level
        keep_choice(moved, level=level, by=by, at=at, reason=reason)
    moved.save()
    settle(moved, by=by, at=at)
    for row, decision in rows:
        if known.get(decision.outcome, {}).get("needs_receiver"):
            sending.send(moved, row, decision, by=by, at=at)
    return Decided(moved, Power.DECIDES, (), tuple(born))


def _settle_child(
    contact: Contact,
    row: ContactPerson,
    decision: ChildDecision,
    attributes: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    team: Team | None,
    worker: User | None,
) -> Referral | None:
    """Write one child's outcome, and open the referral (returned) or join the open work that it says.

    What was done for the child before the ending of another was signed stays as it was decided then.
    """
    born = None
    kept = Referral.objects.filter(contact_person=row, status__in=OPEN_STATUSES).first()
    protected = kept is not None if attributes.get("opens") else attributes.get("joins") and row.joined_reference
    is_done = bool(protected and row.decided_at is not None)
    if attributes.get("opens") and kept is None:
        person = row.person or new_person(row, by=by, at=at)
        row.refresh_from_db()
        response = Response(decision.response_type, decision.primary_need, team_of(worker, team), worker)
        born = open_referral(
            contact=contact, row=row, child=person, by=by, at=at, reason=decision.reason, response=response
        )
    elif attributes.get("joins") and not is_done:
        standing = open_referral_of(row.person)
        if standing is None:
            raise Refused(f"{row}’s referral has been closed meanwhile: decide again.", code="no_open_work")
        join_open_work(referral=standing, contact=contact, by=by, at=at)
        row.joined_reference = standing.reference
    _write(row, decision)
    if not is_done:
        row.decided_at, row.decided_by = at, by
    row.save()
    return born


def _protect_now(
    contact: Contact,
    rows: Sequence[tuple[ContactPerson, ChildDecision]],
    protective: Collection[str],
    *,
    by: User,
    at: datetime,
    team: Team | None,
    worker: User | None,
) -> list[tuple[ContactPerson, ChildDecision]]:
    """What protects a child is done at once, though the ending of another child's part waits to be signed.

    Returns the rows that wait.
    """
    known = outcome_attributes(london_date(at))
    _check_who_sees(contact, [known[decision.outcome] for _, decision in rows if decision.outcome in protective])
    for row, decision in rows:
        if decision.outcome in protective:
            _settle_child(contact, row, decision, known[decision.outcome], by=by, at=at, team=team, worker=worker)
    return [(row, decision) for row, decision in rows if decision.outcome not in protective]


def _check_who_sees(contact: Contact, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """No work is opened or joined that only whoever took the contact could see: a worker has to be able to do it."""
    is_kept = contact.taken_under_restriction_by_id is not None and not is_restricted_to_some(contact.reference)
    if is_kept and any(outcome.get("opens") or outcome.get("joins") for outcome in outcomes):
        raise Refused(
            "Nobody but you would see the work. Confirm the restricted record on this contact first, so that those "
            "named on it see it, or give the contact back.",
            code="taken",
        )


def _people(rows: Sequence[tuple[ContactPerson, ChildDecision]]) -> list[Person]:
    return [row.person for row, _ in rows if row.person is not None]


def _outside(decision: ChildDecision, attributes: Mapping[str, Any]) -> str:
    code = str(attributes.get("outside", "no_further_action"))
    if code == "same":
        reference = decision.detail.get("contact", "").strip().upper()
        code = Contact.objects.filter(reference=reference).values_list("outcome_outside", flat=True).first() or ""
    return code if code in OUTSIDE_ORDER else "no_further_action"


def settle(contact: Contact, *, by: User, at: datetime) -> None:
    """What follows whenever a contact is decided: clocks stop, it leaves the open work, the agency hears of it."""
    owed.stop_at_decision(contact, by=by, at=at)
    own = contact.type.own_clock
    if own and outcome_attributes(london_date(at)).get(contact.outcome, {}).get("manager_only"):
        # Entered in error: there is no child of whom anything is owed.
        clocks.stop(reference=contact.reference, rule=own, at=at, by=by, reason="entered in error")
    owed.pass_on(contact, by=by, at=at)
    taken.seen_to(contact.reference, by=by, at=at)
    leaves_queue(contact)
    end_involvement(reference=contact.reference, at=at, status_label="Decided")
    if contact.agency_id is not None:
        outbox.put("agency.event", {"contact": contact.reference, "type": "contact.decided"}, at=at)
    if contact.is_professional and contact.referrer_email and contact.decided_at is not None:
        decided_at = contact.decided_at.isoformat()
        telling.put(telling.About.OUTCOME, at=at + telling.AFTER, contact=contact.reference, decided_at=decided_at)
