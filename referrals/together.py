"""Several contacts decided at once: a family's screened together, and mild ones closed in bulk under safeguards.

Each contact is decided by the one decision, in a transaction of its own, with a result of its own: one that is refused
never stops the others.
"""

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import transaction

from contacts.models import Contact, ContactPerson
from contacts.screening import actions as contacts
from contacts.screening import closing
from contacts.screening.closing import opened_by, why_not_in_bulk
from contacts.screening.details import settle_details
from contacts.screening.rules import Power
from frontdoor.access import Denied, Permission, Refused, require, roles_holding, whole
from frontdoor.accounts.models import Team, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks.working_days import london_date
from frontdoor.notifications.actions import duty_managers, notify, one_by_one
from frontdoor.signing.noting import not_for_others_either, note_signed_for
from referrals.decisions import (
    ChildDecision,
    Decided,
    Telephoned,
    decide_contact,
    outcome_attributes,
    reopen_contact,
)
from referrals.models import BulkAct, BulkRow, DipSample, Referral, bulk_rule

#: Of the line about one contact.
LONGEST_LINE = 250
NOT_OPENED = "You have not opened its text: open it first."


@dataclass(frozen=True)
class Answer:
    """What is decided about one contact of several, on the version that was read.

    ``settled``: of children what was given and not taken, with the details to take onto the record (none: leave it);
    ``team`` and ``worker``: whose its referrals are at once (managers); ``telephoned``: who agreed out of hours.
    """

    contact: Contact
    decisions: tuple[ChildDecision, ...]
    version: int
    settled: tuple[tuple[ContactPerson, list[str]], ...] = ()
    team: Team | None = None
    worker: User | None = None
    telephoned: Telephoned | None = None


@dataclass(frozen=True)
class Result:
    """What became of one contact: decided, put to a manager (``power`` says which), or refused with ``why``.

    ``field``: what the refusal names, with the key of the child's row after a hyphen; ``refused``: the refusal itself.
    """

    contact: Contact
    power: Power | None = None
    why: str = ""
    field: str = ""
    refused: Refused | None = None
    referrals: tuple[Referral, ...] = ()


def screen_together(*, answers: Sequence[Answer], by: User, at: datetime) -> list[Result]:
    """Decide the contacts of one family, each alone. One whose text the decider has not opened is refused."""
    require(by, Permission.CONTACT_SCREEN)
    opened = opened_by(by, [answer.contact.reference for answer in answers])
    results = []
    for answer in answers:
        if answer.contact.reference not in opened:
            results.append(refusal(answer.contact, Refused(NOT_OPENED, code="not_opened")))
            continue
        try:
            decided = _decide_and_settle(answer, by, at)
        except Refused as refused:
            results.append(refusal(answer.contact, refused))
        except Denied as denied:
            results.append(Result(answer.contact, why=denied.message))
        else:
            results.append(Result(decided.contact, power=decided.power, referrals=decided.referrals))
    return results


def refusal(contact: Contact, refused: Refused) -> Result:
    """What became of a contact whose decision was refused."""
    return Result(contact, why=refused.message, field=refused.field or "", refused=refused)


@transaction.atomic
def _decide_and_settle(answer: Answer, by: User, at: datetime) -> Decided:
    """The decision, and what was given onto the record or left: both or neither."""
    decided = decide_contact(
        contact=answer.contact,
        decisions=answer.decisions,
        by=by,
        at=at,
        version=answer.version,
        team=answer.team,
        worker=answer.worker,
        telephoned=answer.telephoned,
    )
    for row, keys in answer.settled:
        settle_details(on_contact=row, accept=keys, by=by, at=at)
    return decided


def why_not(contact: Contact, *, by: User, at: datetime, opened: bool, match: bool = True) -> list[str]:
    """Why this contact may not be closed in bulk; empty when it may (PRACTICE, bulk).

    ``opened`` says whether the decider has opened its text; without ``match`` unanswered matches are not looked for.
    """
    children: list[ContactPerson] = list(contact.people.filter(is_child=True).select_related("contact", "person"))
    reasons = why_not_in_bulk(contact, children, by=by, at=at)
    if not opened:
        reasons.append(closing.NOT_OPENED)
    if match and not reasons and contacts.unanswered(contact, by, children):
        reasons.append(closing.NOT_CHECKED)
    return reasons


def bulk_outcomes(on: Any) -> list[str]:
    """The outcomes that end a contact and need nothing more to be said."""
    needs = ("opens", "joins", "needs_receiver", "needs_contact", "manager_only")
    return [code for code, row in outcome_attributes(on).items() if not any(row.get(need) for need in needs)]


def end_together(
    *,
    chosen: Sequence[Contact],
    outcome: str,
    reason: str,
    lines: Mapping[str, str],
    by: User,
    at: datetime,
    level: str = "",
    seed: str = "",
) -> BulkAct:
    """Close contacts in bulk: a common reason and a line for each, by reference in ``lines``.

    ``level``: the level of need of every child on them, where the outcome needs one.

    1. Refused as a whole: no reason, an outcome that needs more, more contacts than the rule of the day allows.
    2. Each row in its own transaction: left out with why, refused when its turn comes, or ended by the decision.
    3. The sample is drawn from what was ended and given to another manager.
    """
    require(by, Permission.CONTACT_SCREEN)
    rule = bulk_rule(london_date(at))
    if not chosen:
        raise Refused("Choose at least one contact.", code="none")
    if len(chosen) > rule.most:
        raise Refused(f"At most {rule.most} contacts can be closed in bulk; {len(chosen)} are chosen.", code="too_many")
    if outcome not in bulk_outcomes(london_date(at)):
        raise Refused("Choose an outcome from the list.", code="required", field="outcome")
    if not reason.strip():
        raise Refused("Give the reason for all of them.", code="required", field="reason")
    of_each = {
        contact.reference: whole(
            lines.get(contact.reference, "").strip(), LONGEST_LINE, called=f"The line about {contact.reference}",
            field=f"line-{contact.reference}",
        )
        for contact in chosen
    }  # fmt: skip
    act = BulkAct.objects.create(by=by, at=at, outcome=outcome, reason=reason, seed=seed or secrets.token_hex(8))
    opened = opened_by(by, [contact.reference for contact in chosen])
    for contact in chosen:
        line = of_each[contact.reference]
        left_out = why_not(contact, by=by, at=at, opened=contact.reference in opened)
        if left_out:
            BulkRow.objects.create(act=act, contact=contact, line=line, result="left_out", why=" ".join(left_out))
            continue
        try:
            _end_one(act, contact, line, level, by=by, at=at)
        except (Refused, Denied) as refused:
            BulkRow.objects.create(act=act, contact=contact, line=line, result="refused", why=refused.message)
    draw(act, at=at)
    return act


@transaction.atomic
def _end_one(act: BulkAct, contact: Contact, line: str, level: str, *, by: User, at: datetime) -> None:
    if not line:
        raise Refused("Say in one line why this one can be closed.", code="line")
    decisions = [
        ChildDecision(child=child.pk, outcome=act.outcome, reason=f"{act.reason} {line}", level_of_need=level)
        for child in contact.people.filter(is_child=True)
    ] or [ChildDecision(child=0, outcome=act.outcome, reason=f"{act.reason} {line}")]
    decided: Decided = decide_contact(contact=contact, decisions=decisions, by=by, at=at, version=contact.version)
    if decided.power is not Power.DECIDES:
        raise Refused(" ".join(decided.reasons) or "A manager has to sign this one off.", code="sign_off")
    BulkRow.objects.create(act=act, contact=contact, line=line, result="ended")
    write_audit("bulk.ended", by=by, reference=contact.reference, detail={"act": act.pk})


@transaction.atomic
def draw(act: BulkAct, *, at: datetime) -> list[DipSample]:
    """Draw a tenth of what an act ended (one at least) by its seed, and give it to another manager. Once."""
    locked = BulkAct.objects.select_for_update(of=("self",)).select_related("by").get(pk=act.pk)
    if locked.is_sampled:
        return []
    locked.is_sampled = True
    locked.save()
    ended = {row.contact.reference: row for row in locked.rows.filter(result="ended").select_related("contact")}
    share = bulk_rule(london_date(locked.at)).share
    chosen = drawn(list(ended), share=share, seed=locked.seed)
    if not chosen:
        return []
    to = _another_manager(locked, at)
    rows = DipSample.objects.bulk_create(
        [DipSample(row=ended[reference], to=to, drawn_at=at, due_on=london_date(locked.at)) for reference in chosen]
    )
    write_audit("bulk.sampled", by=locked.by, detail={"act": locked.pk, "seed": locked.seed, "contacts": chosen})
    told = [to] if to is not None else [user for user in duty_managers(at) if user != locked.by]
    notify(
        told, kind="dip-sample", text=f"Review {len(rows)} of {len(ended)} contacts closed in bulk today",
        path="/contacts/queue/looked-over/", once_key=f"dip-{locked.pk}",
    )  # fmt: skip
    return rows


def drawn(references: Sequence[str], *, share: int, seed: str) -> list[str]:
    """The sample: ``share`` of a hundred, rounded up, one at least; the same for the same seed and references."""
    ordered = sorted(references)
    size = ceil(len(ordered) * share / 100)
    return sorted(random.Random(seed).sample(ordered, size))  # noqa: S311 - anyone can draw it again


def _another_manager(act: BulkAct, at: datetime) -> User | None:
    """A manager on duty other than who ended them, chosen by the seed; anybody who signs off when none is."""
    found = [user for user in duty_managers(at) if user.pk != act.by_id]
    if not found:
        roles = roles_holding(Permission.CONTACT_SIGN_OFF)
        found = list(
            User.objects.filter(is_active=True, is_machine=False, roles__overlap=roles)
            .exclude(pk=act.by_id)
            .order_by("username")
        )
    return random.Random(f"{act.seed} to").choice(found) if found else None  # noqa: S311


def draw_waiting(at: datetime) -> int:
    """Draw the samples of acts that ended before theirs was drawn (the server stopped midway); returns how many."""
    waiting = BulkAct.objects.filter(is_sampled=False, at__lte=at - timedelta(minutes=10))
    return one_by_one(waiting, lambda act: len(draw(act, at=at)), what="draw a sample", at=at)


@transaction.atomic
def look_over(*, sample: DipSample, by: User, at: datetime, is_overturned: bool, reason: str = "") -> DipSample:
    """Agree with what was ended, or overturn it: then it is taken up again. Never by whoever ended it."""
    require(by, Permission.CONTACT_SIGN_OFF)
    locked = DipSample.objects.select_for_update(of=("self",)).select_related("row__act__by", "row__contact").get(
        pk=sample.pk
    )  # fmt: skip
    if locked.row.act.by == by:
        told = "You closed this contact yourself: another manager has to review it."
        raise Refused(told + not_for_others_either(by, at), code="own")
    if locked.looked_at is not None:
        raise Refused("This contact has already been reviewed.", code="looked_at")
    if not opened_by(by, [locked.row.contact.reference]):
        raise Refused("Open the contact first.", code="unopened")
    if is_overturned and not reason.strip():
        raise Refused("Say why it is overturned.", code="reason_required", field="reason")
    note_signed_for("bulk", locked.pk, locked.row.contact.reference, by=by, at=at)
    locked.looked_at, locked.looked_by, locked.is_overturned, locked.reason = at, by, is_overturned, reason
    locked.save()
    contact = locked.row.contact
    if is_overturned and contact.status == Contact.Status.DECIDED:
        reopen_contact(contact=contact, by=by, at=at, reason=reason)
    write_audit(
        "bulk.looked_over", by=by, reference=contact.reference, reason=reason,
        detail={"act": locked.row.act_id, "overturned": is_overturned},
    )  # fmt: skip
    return locked
