"""The one decision on a contact: an outcome for each child, by whoever may decide it, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts import telling
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
from frontdoor.codelists import lists
from frontdoor.notifications import outbox
from frontdoor.notifications.actions import duty_managers, notify
from frontdoor.people.access import check_conflict_of
from frontdoor.people.actions import end_involvement
from frontdoor.people.models import Person
from frontdoor.workflow.actions import lock, move
from referrals.births import Response, join_open_work, new_person, open_referral, open_referral_of
from referrals.holding import team_of
from referrals.models import OPEN_STATUSES, Referral

OUTSIDE_ORDER = ("referral", "early_help", "signposted", "information_and_advice", "no_further_action")
#: Answers for a child who is only named on the contact: no outcome of the contact is theirs.
NOT_ABOUT = {"not_about": "Not about this child", "lives_elsewhere": "Lives elsewhere"}
#: Outcomes that go on with the family, for which they have to agree below child protection.
GOES_ON = frozenset({"referral", "early_help", "named_service"})
#: Clocks of a contact that go on when it has been decided.
OUTLIVES_DECISION = frozenset({"telephone_confirmation", "fast_track_take", "restricted_take"})


@dataclass(frozen=True)
class ChildDecision:
    """What is decided about one child of a contact.

    ``outcome`` is a code of the list ``contact_outcome`` or, for a child only named, one of ``NOT_ABOUT``;
    ``detail`` holds ``receiver`` and ``taken_by`` (who on the other side has taken it) or ``contact`` (the reference of
    the same incident), where the outcome needs them; ``is_new_record`` says that nobody on record is this child.
    """

    child: int
    outcome: str
    reason: str = ""
    level_of_need: str = ""
    response_type: str = "assessment"
    primary_need: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    is_new_record: bool = False


@dataclass(frozen=True)
class Telephoned:
    """Out of hours: which manager agreed by telephone, and when."""

    manager: User
    at: datetime


@dataclass(frozen=True)
class Decided:
    """What came of a decision: ``power`` says whether it was decided or put to a manager, ``reasons`` why."""

    contact: Contact
    power: Power
    reasons: tuple[str, ...] = ()
    referrals: tuple[Referral, ...] = ()


def outcome_attributes(on: Any) -> dict[str, dict[str, Any]]:
    """The outcomes in force and what each needs and does."""
    return {row.code: row.attributes for row in lists.rows("contact_outcome", on=on)}


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
        return _decide_without_child(locked, decisions, by=by, at=at, reason=reason)
    rows = _checked(locked, decisions, by=by, at=at)
    children = [row for row, decision in rows if decision.outcome not in NOT_ABOUT]
    verdict = rules.who_decides(
        locked, [decision.outcome for _, decision in rows if decision.outcome not in NOT_ABOUT], by, at, children
    )
    reasons = [*verdict.reasons, *_more_reasons(locked, rows, by=by)]
    power = verdict.power
    if power is Power.DECIDES and reasons:
        power = Power.PROPOSES
    if power is Power.REFUSED:
        raise Refused(" ".join(reasons), code="role", field="outcome")
    told = reason or "; ".join(dict.fromkeys(decision.reason for _, decision in rows if decision.reason))
    if power is Power.PROPOSES and telephoned is not None:
        _agreed_by_telephone(locked, telephoned, by=by, at=at)
        power = Power.DECIDES
    if power is Power.PROPOSES:
        return _propose(locked, rows, reasons, by=by, at=at, reason=told)
    if (team is not None or worker is not None) and telephoned is None:
        require(by, Permission.REFERRAL_ALLOCATE)
    return _carry_out(locked, rows, "decide", by=by, at=at, reason=told, team=team, worker=worker)


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
            "You proposed this yourself: another manager has to sign it off. It stays on the queue until then.",
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
    if not rows:
        return _end_without_child(locked, locked.outcome, "sign_off", by=by, at=at, reason=reason)
    return _carry_out(locked, rows, "sign_off", by=by, at=at, reason=reason, team=team, worker=worker)


@transaction.atomic
def return_contact(*, contact: Contact, by: User, at: datetime, comments: str, version: int | None = None) -> Contact:
    """Give a proposal back to whoever made it, with comments; what they wrote stays for them to change."""
    proposer = contact.proposed_by
    moved = move(contact, "send_back", by=by, at=at, reason=comments, version=version, until=at + screening.CLAIM_FOR)
    if proposer is not None:
        notify(
            [proposer],
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
    moved = move(contact, "reopen", by=by, at=at, reason=reason, version=version, until=at + screening.CLAIM_FOR)
    kept = Referral.objects.filter(contact=moved, status__in=OPEN_STATUSES).values("contact_person_id")
    moved.people.exclude(pk__in=kept).update(decided_at=None, decided_by=None)
    recording.take_up_again(moved, by=by)
    propose(moved, at=at)
    bundles.bundle_contact(contact=moved, by=by, at=at)
    return moved


@transaction.atomic
def confirm_telephone(*, contact: Contact, by: User, at: datetime) -> None:
    """The manager who agreed by telephone confirms it, the next working day at the latest."""
    require(by, Permission.CONTACT_SIGN_OFF)
    if not clocks.stop(reference=contact.reference, rule="telephone_confirmation", at=at, by=by):
        raise Refused("Nothing on this contact waits to be confirmed.", code="nothing")
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
        _check_outcome(contact, row, decision, known[decision.outcome], by=by)
        pairs.append((row, decision))
    return pairs


def _decide_without_child(
    contact: Contact, decisions: Sequence[ChildDecision], *, by: User, at: datetime, reason: str
) -> Decided:
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
    verdict = rules.who_decides(contact, [decision.outcome], by, at, [])
    if verdict.power is Power.REFUSED:
        raise Refused(" ".join(verdict.reasons), code="role", field="outcome-0")
    if verdict.power is Power.DECIDES:
        return _end_without_child(contact, decision.outcome, "decide", by=by, at=at, reason=told)
    contact.outcome = decision.outcome
    contact.save()
    return _propose(contact, [], verdict.reasons, by=by, at=at, reason=told)


def _end_without_child(contact: Contact, outcome: str, act: str, *, by: User, at: datetime, reason: str) -> Decided:
    attributes = outcome_attributes(london_date(at)).get(outcome, {})
    moved = move(contact, act, by=by, at=at, reason=reason)
    bundles.refresh_of([moved.pk])
    moved.outcome, moved.outcome_outside = outcome, str(attributes.get("outside", "no_further_action"))
    moved.save()
    settle(moved, by=by, at=at)
    return Decided(moved, Power.DECIDES)


def _check_outcome(
    contact: Contact, row: ContactPerson, decision: ChildDecision, attributes: Mapping[str, Any], *, by: User
) -> None:
    name = str(row)
    detail = decision.detail
    if attributes.get("needs_receiver") and not (
        detail.get("receiver", "").strip() and detail.get("taken_by", "").strip()
    ):
        raise Refused(
            f"Say who has taken {name} on, by name: until somebody has, the contact stays here.",
            code="receiver",
            field=f"taken_by-{row.pk}",
        )
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


def _more_reasons(contact: Contact, rows: Sequence[tuple[ContactPerson, ChildDecision]], *, by: User) -> list[str]:
    """Why a manager has to decide, beyond the rows and exceptions of contacts: agreement, and plans."""
    if rules.is_manager(by):
        return []
    reasons: list[str] = []
    asked = {row.family_group for row, decision in rows if decision.outcome in GOES_ON}
    if asked and contact.grade != "red" and not contact.child_protection_marked:
        refused = contact.families.filter(number__in=asked, agreement__in=["refused", "withdrawn"]).exists()
        if refused:
            reasons.append("The family does not agree.")
    people = [row.person_id for row, _ in rows if row.person_id is not None]
    if (
        people
        and Referral.objects.filter(
            child_id__in=people, service=Referral.Service.PROTECTION_PLAN, closed_at__isnull=True
        ).exists()
    ):
        reasons.append("A child is on a child protection plan.")
    return reasons


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
        path=f"/contacts/{contact.reference}/",
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
    notify(
        [manager for manager in duty_managers(at) if manager != by],
        kind="sign-off",
        text=f"Contact {moved.reference} waits for your sign-off",
        reference=moved.reference,
        path=f"/contacts/{moved.reference}/sign-off/",
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
    team = team_of(worker, team)
    born: list[Referral] = []
    outside: list[tuple[int, str, str]] = []
    for row, decision in rows:
        attributes = known.get(decision.outcome, {})
        kept = Referral.objects.filter(contact_person=row, status__in=OPEN_STATUSES).first()
        if attributes.get("opens") and kept is None:
            person = row.person or new_person(row, by=by, at=at)
            row.refresh_from_db()
            response = Response(decision.response_type, decision.primary_need, team, worker)
            born.append(
                open_referral(
                    contact=contact, row=row, child=person, by=by, at=at, reason=decision.reason, response=response
                )
            )
        elif attributes.get("joins"):
            standing = open_referral_of(row.person)
            if standing is None:
                raise Refused(f"{row}’s referral has been closed meanwhile: decide again.", code="no_open_work")
            join_open_work(referral=standing, contact=contact, by=by, at=at)
            row.joined_reference = standing.reference
        _write(row, decision)
        row.decided_at, row.decided_by = at, by
        row.save()
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
    return Decided(moved, Power.DECIDES, (), tuple(born))


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
    for rule in list(clocks.running_on([contact.reference]).values_list("rule", flat=True)):
        if rule not in OUTLIVES_DECISION:
            clocks.stop(reference=contact.reference, rule=rule, at=at, by=by)
    leaves_queue(contact)
    end_involvement(reference=contact.reference, at=at, status_label="Decided")
    if contact.agency_id is not None:
        outbox.put("agency.event", {"contact": contact.reference, "type": "contact.decided"}, at=at)
    if contact.is_professional and contact.referrer_email and contact.decided_at is not None:
        decided_at = contact.decided_at.isoformat()
        telling.put(telling.About.OUTCOME, at=at + telling.AFTER, contact=contact.reference, decided_at=decided_at)
