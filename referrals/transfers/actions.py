"""What is done in a transfer. Until it is accepted everything stays with the sender: team, worker and clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from frontdoor.access import Denied, Permission, Refused, require, roles_holding
from frontdoor.accounts.models import Team, User
from frontdoor.audit.actions import record as write_audit
from frontdoor.clocks import actions as clocks
from frontdoor.clocks.working_days import london_date
from frontdoor.codelists import lists
from frontdoor.notifications.actions import on_call
from frontdoor.people.access import about_known, check_conflict
from frontdoor.workflow.actions import born, lock, move, touch
from referrals import holding
from referrals.allocating import NotAllocated, allocate_one
from referrals.models import OPEN_STATUSES, Allocation, Referral, Transfer, TransferCheck
from referrals.transfers import drafting, readers
from referrals.transfers.following import accepted_elsewhere, clock_label, people, stop_clock, tell
from referrals.transfers.models import WAITING, items, may_answer_for, may_send


@dataclass(frozen=True)
class Check:
    """What was said of one thing of the checklist: met, or not needed and why."""

    is_met: bool
    waived_reason: str = ""


@dataclass(frozen=True)
class Receiver:
    """Where a case goes: a team here, or another authority with what it was told."""

    team: Team | None = None
    authority: str = ""
    told: str = ""
    told_on: date | None = None
    shared: str = ""
    lawful_basis: str = ""
    new_address: str = ""
    is_address_confidential: bool = False

    @property
    def name(self) -> str:
        """The team's or the authority's name."""
        return self.team.name if self.team is not None else self.authority.strip()


@dataclass(frozen=True)
class Done:
    """What one act came to: the transfer, those of brothers and sisters that went along, and those that did not."""

    transfer: Transfer
    others: list[Transfer] = field(default_factory=list)
    refused: list[NotAllocated] = field(default_factory=list)


def who_answers(team: Team) -> list[User]:
    """Active people of a team who may accept for it, and its manager."""
    allocating = User.objects.filter(
        is_active=True, is_machine=False, roles__overlap=roles_holding(Permission.REFERRAL_ALLOCATE)
    )
    return [user for user in allocating.select_related("team") if may_answer_for(user, team) and _is_of(user, team)]


def _is_of(user: User, team: Team) -> bool:
    return user.team_id == team.pk or team.manager_id == user.pk


def _lock_all(referrals: Sequence[Referral]) -> None:
    keys = [each.pk for each in referrals]
    list(Referral.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))


def _check_open(referral: Referral, *, by: User) -> Allocation:
    """Whose the referral is now. Raises Refused when nothing of it can be transferred, Denied for one's own family."""
    if referral.child is not None:
        check_conflict(by, referral.child)
    if referral.status not in OPEN_STATUSES:
        raise Refused("This referral has ended: there is nothing to transfer.", code="ended")
    if referral.status == Referral.Status.AWAITING_DECISION:
        raise Refused("Decide the referral first, then transfer it.", code="undecided")
    now = referral.current_allocation()
    if now is None:
        raise Refused("This referral is with no team yet: allocate it to the team it is for.", code="no_team")
    return now


def _check_free(referral: Referral) -> None:
    """Raise Refused where another transfer of it waits, or another authority has it."""
    standing = Transfer.objects.waiting().filter(referral=referral).select_related("to_team").first()
    if standing is not None:
        what = "has been asked for" if standing.status == Transfer.Status.REQUESTED else "is on its way"
        raise Refused(
            f"It {what} already: transfer {standing.reference} to {standing.receiver}. Have that answered or "
            "withdrawn first.",
            code="waiting",
        )
    elsewhere = accepted_elsewhere(referral)
    if elsewhere is not None:
        raise Refused(f"{elsewhere.to_authority} has accepted this case: close the referral.", code="elsewhere")


def check_receiver(team: Team, now: Allocation) -> None:
    """Raise Refused when this team cannot have the case, and say what to do."""
    if not team.is_active:
        raise Refused(f"{team.name} has been closed: choose another team.", code="team_closed", field="to_team")
    if now.team_id == team.pk:
        raise Refused(f"The case is with {team.name} already: choose another team.", code="same", field="to_team")
    try:
        holding.check(team, None)
    except Refused as refused:
        raise Refused(refused.message, code=refused.code, field="to_team") from refused


def _check_seen_there(referral: Referral, team: Team) -> None:
    answering = who_answers(team)
    known = {user.pk for user in answering if about_known([referral.reference], user)}
    able = [
        user
        for user in answering
        if user.pk not in known and Referral.objects.visible_to(user).filter(pk=referral.pk).exists()
    ]
    if answering and not able:
        raise Refused(
            f"Nobody who could accept it for {team.name} may see this record: have somebody of theirs named on the "
            "restriction first, or choose another team.",
            code="nobody_sees",
            field="to_team",
        )


def _check_checklist(checks: Mapping[str, Check], *, is_elsewhere: bool, at: datetime) -> list[TransferCheck]:
    """The checklist of this day, answered whole. Raises Refused at the first thing neither met nor waived."""
    found = []
    for place, item in enumerate(items(is_elsewhere=is_elsewhere, on=london_date(at))):
        said = checks.get(item.code)
        if said is None:
            raise Refused(f"Say of “{item.label}” whether it is done.", code="required", field=f"check_{item.code}")
        if not said.is_met and not said.waived_reason.strip():
            raise Refused(f"Say why “{item.label}” is not needed.", code="required", field=f"waived_{item.code}")
        found.append(
            TransferCheck(
                code=item.code, label=item.label, position=place, is_met=said.is_met,
                waived_reason="" if said.is_met else said.waived_reason,
            )
        )  # fmt: skip
    return found


def _check_elsewhere(to: Receiver, at: datetime) -> None:
    """Raise Refused while it is not said whom the other authority's side was told, what was shared and why it may."""
    for name, value, words in (
        ("to_authority", to.authority, "Say which authority it goes to."),
        ("told", to.told, "Say whom there you told, by name or office."),
        ("shared", to.shared, "Say what was shared with them."),
    ):
        if not value.strip():
            raise Refused(words, code="required", field=name)
    if to.told_on is None or to.told_on > london_date(at):
        raise Refused("Say on which day they were told; it cannot be in the future.", code="required", field="told_on")
    if not lists.is_valid("lawful_basis", to.lawful_basis, on=london_date(at)):
        raise Refused("Choose the basis on which it was shared.", code="required", field="lawful_basis")


def _start_clock(transfer: Transfer, now: Allocation, *, by: User, at: datetime) -> None:
    clocks.start(
        "transfer_elsewhere" if transfer.to_authority else "transfer_answer",
        reference=transfer.referral.reference, started_at=at, by=by, team=now.team, worker=now.active_worker,
        label=clock_label(transfer),
    )  # fmt: skip


def _tell_the_team(transfer: Transfer, *, by: User, at: datetime, text: str) -> None:
    """Whoever answers for the receiving team; where nobody does, the manager on call."""
    if transfer.to_team is not None:
        tell(who_answers(transfer.to_team) or on_call(at), transfer, at=at, text=text, but=by)


def _tell_the_sender(transfer: Transfer, *, by: User, at: datetime, text: str) -> None:
    now = transfer.referral.current_allocation()
    worker = now.active_worker if now is not None else None
    manager = now.team.manager if now is not None else None
    tell([transfer.proposed_by, worker, manager], transfer, at=at, text=text, but=by)


@transaction.atomic
def propose(
    *,
    referral: Referral,
    by: User,
    at: datetime,
    to: Receiver,
    reason: str,
    summary: str,
    checks: Mapping[str, Check],
    others: Sequence[Referral] = (),
    apart_reason: str = "",
    version: int | None = None,
) -> Done:
    """Propose the transfer of a referral, and of those of brothers and sisters chosen with it.

    1. Lock all of them, in the order of their keys. 2. Propose the first: what is refused for it refuses the whole act.
    3. Propose each other one with the same reason and checklist, and a summary drafted from its own record; a refusal
    leaves that one as it is and is part of the result. Nothing changes hands: whoever answers for the team is told.
    Children of the family who are with the same team and stay are said why: nobody is parted without a word.
    """
    require(by, Permission.REFERRAL_WORK)
    _lock_all([referral, *others])
    first = _propose_one(
        lock(referral, version=version), by=by, at=at, to=to, reason=reason, summary=summary, checks=checks
    )
    stay = {row.pk for row in readers.family_there(referral, by)} - {row.pk for row in others}
    if stay and not apart_reason.strip():
        raise Refused("Say why brothers and sisters do not go along.", code="apart", field="apart_reason")
    found = Done(first)
    for other in others:
        try:
            with transaction.atomic():
                drafted = drafting.summary_of(other, by, at)
                made = _propose_one(lock(other), by=by, at=at, to=to, reason=reason, summary=drafted, checks=checks)
                found.others.append(made)
        except Denied as denied:
            found.refused.append(NotAllocated(other, Refused(denied.message, code="denied")))
        except Refused as why:
            found.refused.append(NotAllocated(other, why))
    for each in (first, *found.others):
        each.together = first.pk if found.others else None
        each.apart_reason = apart_reason if stay else ""
        each.save()
    return found


def _propose_one(
    referral: Referral, *, by: User, at: datetime, to: Receiver, reason: str, summary: str, checks: Mapping[str, Check]
) -> Transfer:
    now = _check_to_send(referral, by=by, to=to, reason=reason, summary=summary, at=at)
    made_checks = _check_checklist(checks, is_elsewhere=to.team is None, at=at)
    _check_free(referral)
    transfer: Transfer = Transfer.objects.create(
        referral=referral, from_team=now.team, to_team=to.team, begun_at=at, proposed_at=at, proposed_by=by,
        reason=reason, summary=summary, **_of_elsewhere(to),
    )  # fmt: skip
    born(transfer, by=by, at=at, reason=reason, people=people(transfer))
    _write_checks(transfer, made_checks)
    _start_clock(transfer, now, by=by, at=at)
    _tell_the_team(transfer, by=by, at=at, text=f"Transfer {transfer.reference} waits for your answer")
    return transfer


def _check_to_send(
    referral: Referral, *, by: User, to: Receiver, reason: str, summary: str, at: datetime
) -> Allocation:
    now = _check_open(referral, by=by)
    if not may_send(referral, by):
        raise Denied(
            Permission.REFERRAL_ALLOCATE, "Only the child’s worker, their team or a manager can transfer this case."
        )
    if not reason.strip():
        raise Refused("Say why it is to be transferred.", code="required", field="reason")
    if not summary.strip():
        raise Refused("Write the summary for whoever takes it on.", code="required", field="summary")
    if to.team is not None:
        check_receiver(to.team, now)
        _check_seen_there(referral, to.team)
    else:
        _check_elsewhere(to, at)
    return now


def _of_elsewhere(to: Receiver) -> dict[str, str | bool | date | None]:
    if to.team is not None:
        return {}
    return {
        "to_authority": to.authority.strip(), "told": to.told, "told_on": to.told_on, "shared": to.shared,
        "lawful_basis": to.lawful_basis, "new_address": to.new_address,
        "is_address_confidential": bool(to.new_address.strip()) and to.is_address_confidential,
    }  # fmt: skip


def _write_checks(transfer: Transfer, checks: Sequence[TransferCheck]) -> None:
    for each in checks:
        said = {
            "label": each.label, "position": each.position, "is_met": each.is_met, "waived_reason": each.waived_reason,
        }  # fmt: skip
        TransferCheck.objects.update_or_create(transfer=transfer, code=each.code, defaults=said)


@transaction.atomic
def ask_for(
    *, referral: Referral, by: User, at: datetime, to_team: Team, reason: str, version: int | None = None
) -> Transfer:
    """A team asks for a case: whoever has it proposes it or refuses, against the same clock."""
    require(by, Permission.REFERRAL_ALLOCATE)
    locked = lock(referral, version=version)
    now = _check_open(locked, by=by)
    if not may_answer_for(by, to_team):
        raise Denied(Permission.REFERRAL_ALLOCATE, "You can ask for a case only for a team of your own.")
    check_receiver(to_team, now)
    if not reason.strip():
        raise Refused("Say why your team asks for it.", code="required", field="reason")
    _check_free(locked)
    transfer: Transfer = Transfer.objects.create(
        referral=locked, status=Transfer.Status.REQUESTED, from_team=now.team, to_team=to_team, begun_at=at,
        requested_at=at, requested_by=by, request_reason=reason,
    )  # fmt: skip
    born(transfer, by=by, at=at, reason=reason, people=people(transfer))
    _start_clock(transfer, now, by=by, at=at)
    text = f"{to_team.name} asks for referral {locked.reference}: answer {transfer.reference}"
    told = [now.active_worker, now.team.manager]
    tell(told if any(told) else who_answers(now.team) or on_call(at), transfer, at=at, text=text, but=by)
    return transfer


@transaction.atomic
def propose_what_was_asked(
    *,
    transfer: Transfer,
    by: User,
    at: datetime,
    reason: str,
    summary: str,
    checks: Mapping[str, Check],
    version: int | None = None,
) -> Transfer:
    """The team that has the case agrees to the request, with summary and checklist; the asking team then accepts."""
    require(by, Permission.REFERRAL_WORK)
    _lock_all([transfer.referral])
    locked = lock(transfer, version=version)
    to = Receiver(team=locked.to_team)
    _check_to_send(locked.referral, by=by, to=to, reason=reason, summary=summary, at=at)
    made = _check_checklist(checks, is_elsewhere=False, at=at)
    if locked.requested_by_id == by.pk:
        raise Refused("You asked for this case: somebody of the team that has it proposes it.", code="own_request")
    locked.reason, locked.summary = reason, summary
    locked.save()
    moved = move(locked, "propose", by=by, at=at, reason=reason, people=people(locked))
    _write_checks(moved, made)
    _tell_the_team(moved, by=by, at=at, text=f"Transfer {moved.reference}, which you asked for, waits for your answer")
    return moved


@transaction.atomic
def change(
    *,
    transfer: Transfer,
    by: User,
    at: datetime,
    summary: str,
    checks: Mapping[str, Check],
    version: int | None = None,
) -> Transfer:
    """Put the summary and the checklist right while the transfer waits for its answer."""
    require(by, Permission.REFERRAL_WORK)
    locked = touch(transfer, version=version)
    if locked.status != Transfer.Status.PROPOSED:
        raise Refused("It has been answered: its summary stays as it was read.", code="wrong_status")
    _check_open(locked.referral, by=by)
    if not may_send(locked.referral, by):
        raise Denied(Permission.REFERRAL_ALLOCATE, "Only whoever sends the case can change what is said of it.")
    if not summary.strip():
        raise Refused("Write the summary for whoever takes it on.", code="required", field="summary")
    made = _check_checklist(checks, is_elsewhere=bool(locked.to_authority), at=at)
    locked.summary = summary
    locked.save()
    _write_checks(locked, made)
    write_audit("transfer.changed", by=by, reference=locked.reference, people=people(locked))
    return locked


@transaction.atomic
def accept(
    *,
    transfer: Transfer,
    by: User,
    at: datetime,
    worker: User | None = None,
    others: Sequence[Transfer] = (),
    version: int | None = None,
) -> Done:
    """The receiving team takes the case: in this moment it is theirs, with a worker, or unallocated there.

    1. Lock the referrals, in the order of their keys, so that of two managers one waits for the other and is told.
    2. Accept the first; what is refused for it refuses the whole act. 3. Accept those of brothers and sisters that
    were chosen; a refusal leaves that one waiting and is part of the result. What hung on the worker who had it passes
    on with it.
    """
    require(by, Permission.REFERRAL_ALLOCATE)
    _lock_all([transfer.referral, *(other.referral for other in others)])
    found = Done(_accept_one(lock(transfer, version=version), by=by, at=at, worker=worker))
    for other in others:
        try:
            with transaction.atomic():
                found.others.append(_accept_one(lock(other), by=by, at=at, worker=worker))
        except Denied as denied:
            found.refused.append(NotAllocated(other.referral, Refused(denied.message, code="denied")))
        except Refused as why:
            found.refused.append(NotAllocated(other.referral, why))
    return found


def _accept_one(transfer: Transfer, *, by: User, at: datetime, worker: User | None) -> Transfer:
    referral, team = transfer.referral, transfer.to_team
    _check_waits(transfer)
    if team is None:
        raise Refused(f"{transfer.to_authority} answers outside: record what they said.", code="elsewhere")
    _check_answers(transfer, team, by=by)
    now = _check_open(referral, by=by)
    if not team.is_active:
        raise Refused(
            f"{team.name} has been closed since: whoever sent this withdraws it and proposes it to another team.",
            code="team_closed",
        )
    holding.check(team, None)
    if worker is not None:
        if worker.is_active and worker.team_id not in (None, team.pk):
            raise Refused(f"{worker.name} is not of {team.name}: choose somebody who is.", code="team", field="worker")
        holding.check(team, worker)
    last = (
        referral.allocations.filter(worker__isnull=False).select_related("worker").order_by("-from_at", "-pk").first()
    )
    moved = move(transfer, "accept", by=by, at=at, people=people(transfer))
    moved.from_team, moved.from_worker = now.team, last.worker if last is not None else None
    moved.save()
    stop_clock(moved, by=by, at=at, reason="accepted")
    allocate_one(
        referral, by=by, at=at, team=team, worker=worker, reason=f"Transfer {moved.reference} from {now.team.name}."
    )
    tell(
        [moved.proposed_by, now.active_worker, now.team.manager], moved, at=at, but=by,
        text=f"{team.name} has accepted transfer {moved.reference}",
    )  # fmt: skip
    moved.refresh_from_db()
    return moved


def _check_waits(transfer: Transfer) -> None:
    """Raise Refused, saying who was quicker, when it waits no more."""
    if transfer.status in WAITING or transfer.answered_by is None:
        return
    status = transfer.get_status_display().lower()
    raise Refused(f"This transfer has been answered: {status}, by {transfer.answered_by.name}.", code="answered")


def _check_answers(transfer: Transfer, team: Team, *, by: User) -> None:
    if transfer.referral.child is not None:
        check_conflict(by, transfer.referral.child)
    if not may_answer_for(by, team):
        raise Denied(Permission.REFERRAL_ALLOCATE, f"Only somebody who allocates in {team.name} can answer this.")


@transaction.atomic
def decline(*, transfer: Transfer, by: User, at: datetime, reason: str, version: int | None = None) -> Transfer:
    """The receiving team does not take it, with why: it stays whose it is."""
    require(by, Permission.REFERRAL_ALLOCATE)
    locked = lock(transfer, version=version)
    _check_waits(locked)
    if locked.to_team is not None:
        _check_answers(locked, locked.to_team, by=by)
    moved = move(locked, "decline", by=by, at=at, reason=reason, answer_reason=reason, people=people(locked))
    stop_clock(moved, by=by, at=at, reason="declined")
    text = f"{moved.receiver} has declined transfer {moved.reference}: the case stays with you"
    _tell_the_sender(moved, by=by, at=at, text=text)
    return moved


@transaction.atomic
def refuse(*, transfer: Transfer, by: User, at: datetime, reason: str, version: int | None = None) -> Transfer:
    """The team that has the case keeps it, with why; whoever asked is told."""
    require(by, Permission.REFERRAL_ALLOCATE)
    locked = lock(transfer, version=version)
    _check_waits(locked)
    _check_open(locked.referral, by=by)
    moved = move(locked, "refuse", by=by, at=at, reason=reason, answer_reason=reason, people=people(locked))
    stop_clock(moved, by=by, at=at, reason="refused")
    text = f"Your request for referral {moved.referral.reference} has been refused"
    tell([moved.requested_by], moved, at=at, text=text, but=by)
    return moved


@transaction.atomic
def withdraw(*, transfer: Transfer, by: User, at: datetime, reason: str, version: int | None = None) -> Transfer:
    """Take a proposal or a request back, with why; the other side is told."""
    require(by, Permission.REFERRAL_WORK)
    locked = lock(transfer, version=version)
    _check_waits(locked)
    if locked.referral.child is not None:
        check_conflict(by, locked.referral.child)
    was_asked = locked.status == Transfer.Status.REQUESTED
    if was_asked and locked.to_team is not None:
        if locked.requested_by_id != by.pk and not may_answer_for(by, locked.to_team):
            raise Denied(Permission.REFERRAL_ALLOCATE, "Only whoever asked for the case can withdraw the request.")
    elif not may_send(locked.referral, by):
        raise Denied(Permission.REFERRAL_ALLOCATE, "Only whoever sends the case can withdraw its transfer.")
    moved = move(locked, "withdraw", by=by, at=at, reason=reason, answer_reason=reason, people=people(locked))
    stop_clock(moved, by=by, at=at, reason="withdrawn")
    text = f"Transfer {moved.reference} has been withdrawn"
    if was_asked:
        _tell_the_sender(moved, by=by, at=at, text=text)
    else:
        _tell_the_team(moved, by=by, at=at, text=text)
    return moved


@transaction.atomic
def accepted_there(
    *,
    transfer: Transfer,
    by: User,
    at: datetime,
    accepted_name: str,
    accepted_on: date,
    version: int | None = None,
) -> Transfer:
    """Another authority has accepted the case: who there, and on which day. The referral is then closed as usual."""
    locked = _of_authority(transfer, by=by, version=version)
    _check_waits(locked)
    if not accepted_name.strip():
        raise Refused("Say who accepted it, by name.", code="required", field="accepted_name")
    if accepted_on > london_date(at):
        raise Refused("They cannot have accepted it in the future.", code="in_future", field="accepted_on")
    if locked.told_on is not None and accepted_on < locked.told_on:
        raise Refused("They cannot have accepted it before they were told.", code="before_told", field="accepted_on")
    moved = move(
        locked, "accept_elsewhere", by=by, at=at, accepted_name=accepted_name, accepted_on=accepted_on,
        people=people(locked),
    )  # fmt: skip
    stop_clock(moved, by=by, at=at, reason="accepted")
    text = f"{moved.to_authority} has accepted transfer {moved.reference}: close the referral"
    _tell_the_sender(moved, by=by, at=at, text=text)
    return moved


@transaction.atomic
def declined_there(*, transfer: Transfer, by: User, at: datetime, reason: str, version: int | None = None) -> Transfer:
    """Another authority does not take the case, with what they said: it stays ours."""
    locked = _of_authority(transfer, by=by, version=version)
    _check_waits(locked)
    moved = move(locked, "decline_elsewhere", by=by, at=at, reason=reason, answer_reason=reason, people=people(locked))
    stop_clock(moved, by=by, at=at, reason="declined")
    text = f"{moved.to_authority} has declined transfer {moved.reference}: the case stays ours"
    _tell_the_sender(moved, by=by, at=at, text=text)
    return moved


@transaction.atomic
def put_right(*, transfer: Transfer, by: User, at: datetime, reason: str, version: int | None = None) -> Transfer:
    """It was a mistake that they had accepted it: it waits again, with the time since it was proposed."""
    require(by, Permission.REFERRAL_DECIDE)
    locked = _of_authority(transfer, by=by, version=version)
    now = _check_open(locked.referral, by=by)
    _check_nothing_waits(locked)
    moved = move(locked, "put_right", by=by, at=at, reason=reason, people=people(locked))
    clocks.start(
        "transfer_elsewhere", reference=moved.referral.reference, started_at=moved.begun_at, by=by, team=now.team,
        worker=now.active_worker, label=clock_label(moved),
    )  # fmt: skip
    return moved


def _check_nothing_waits(transfer: Transfer) -> None:
    if Transfer.objects.waiting().filter(referral=transfer.referral).exists():
        raise Refused("Another transfer of this case waits: have that answered first.", code="waiting")


def _of_authority(transfer: Transfer, *, by: User, version: int | None) -> Transfer:
    """The transfer to another authority, locked, where this user may record what that says."""
    require(by, Permission.REFERRAL_WORK)
    _lock_all([transfer.referral])
    locked = lock(transfer, version=version)
    if locked.referral.child is not None:
        check_conflict(by, locked.referral.child)
    if not may_send(locked.referral, by):
        raise Denied(Permission.REFERRAL_ALLOCATE, "Only the child’s worker, their team or a manager can record this.")
    return locked
