"""A transfer: an open referral on its way to another team here, or to another authority; the sender's until taken."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission, holds
from frontdoor.accounts.models import Team, User
from frontdoor.dated import Dated, Shipped, never_two
from frontdoor.db import Record, VisibleQuerySet, all_or_none, one_of, tracked
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral

STATUSES = ["requested", "proposed", "accepted", "declined", "refused", "withdrawn", "completed"]
#: While it waits for an answer everything stays with the sender.
WAITING = STATUSES[:2]


def by_another(record: "Transfer", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Nobody accepts what they proposed."""
    if record.to_authority or record.proposed_by_id != by.pk:
        return None
    return "You proposed this transfer: somebody else of the receiving team has to accept it."


def not_own_request(record: "Transfer", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Who asked for a case withdraws the request; refusing it is for the team that has the case."""
    if record.requested_by_id != by.pk:
        return None
    return "You asked for this case: withdraw the request instead."


def to_a_team(record: "Transfer", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Only a team here answers by itself."""
    return f"{record.to_authority} answers outside: record what they said." if record.to_authority else None


def to_an_authority(record: "Transfer", *, by: Any, at: datetime, **facts: Any) -> str | None:
    """Of another authority somebody here records the answer."""
    return None if record.to_authority else "A team here answers for itself."


def may_answer_for(user: User, team: Team) -> bool:
    """Whether somebody may accept or decline for a team, or ask for a case for it.

    They allocate, and belong to the team or manage it; a service manager answers for every team.
    """
    if not holds(user, Permission.REFERRAL_ALLOCATE):
        return False
    return user.team_id == team.pk or team.manager_id == user.pk or holds(user, Permission.FIGURES_WHOLE_SERVICE)


def may_send(referral: Referral, user: User) -> bool:
    """Whether somebody may propose the transfer of a referral: who works on it, their team, whoever allocates."""
    if holds(user, Permission.REFERRAL_ALLOCATE):
        return True
    now = referral.current_allocation()
    return now is not None and (now.worker_id == user.pk or now.team_id == user.team_id)


def _may_propose(transfer: "Transfer", user: User) -> bool:
    return transfer.requested_by_id != user.pk and may_send(transfer.referral, user)


def _may_take(transfer: "Transfer", user: User) -> bool:
    return (
        transfer.to_team is not None and transfer.proposed_by_id != user.pk and may_answer_for(user, transfer.to_team)
    )


def _may_refuse(transfer: "Transfer", user: User) -> bool:
    return transfer.requested_by_id != user.pk


def _may_withdraw(transfer: "Transfer", user: User) -> bool:
    if transfer.status == "requested":
        return transfer.requested_by_id == user.pk or (
            transfer.to_team is not None and may_answer_for(user, transfer.to_team)
        )
    return may_send(transfer.referral, user)


def _may_change(transfer: "Transfer", user: User) -> bool:
    return may_send(transfer.referral, user)


def _is_elsewhere(transfer: "Transfer", user: User) -> bool:
    return bool(transfer.to_authority)


def _never(transfer: "Transfer", user: User) -> bool:
    return False


class TransferQuerySet(VisibleQuerySet):
    """Questions about transfers."""

    def visible_to(self, user: User) -> Self:
        """Those of referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())

    def waiting(self) -> Self:
        """Asked for or proposed, and not answered."""
        return self.filter(status__in=WAITING)


P = Permission
MACHINE = Machine(
    move(
        "propose", "Propose the transfer", "requested", "proposed", P.REFERRAL_WORK, "transfer.proposed",
        offered=_may_propose,
    ),
    move(
        "accept", "Accept", "proposed", "accepted", P.REFERRAL_ALLOCATE, "transfer.accepted", by_another, to_a_team,
        offered=_may_take,
    ),
    move(
        "accept_elsewhere", "They have accepted it", "proposed", "accepted", P.REFERRAL_WORK,
        "transfer.accepted_elsewhere", to_an_authority, offered=_is_elsewhere,
    ),
    move(
        "decline", "Decline", "proposed", "declined", P.REFERRAL_ALLOCATE, "transfer.declined", to_a_team,
        needs_reason=True, offered=_may_take,
    ),
    move(
        "decline_elsewhere", "They have declined it", "proposed", "declined", P.REFERRAL_WORK,
        "transfer.declined_elsewhere", to_an_authority, needs_reason=True, offered=_is_elsewhere,
    ),
    move(
        "refuse", "Refuse the request", "requested", "refused", P.REFERRAL_ALLOCATE, "transfer.refused",
        not_own_request, needs_reason=True, offered=_may_refuse,
    ),
    act("change", "Change the summary and checklist", "proposed", P.REFERRAL_WORK, offered=_may_change),
    move(
        "withdraw", "Withdraw", "requested proposed", "withdrawn", P.REFERRAL_WORK, "transfer.withdrawn",
        needs_reason=True, offered=_may_withdraw,
    ),
    move(
        "put_right", "They have not accepted it after all", "accepted", "proposed", P.REFERRAL_DECIDE,
        "transfer.put_right", to_an_authority, needs_reason=True, offered=_is_elsewhere,
    ),
    move(
        "complete", "Somebody works on it there", "accepted", "completed", P.REFERRAL_ALLOCATE, "transfer.completed",
        offered=_never,
    ),
)  # fmt: skip


@tracked()
@MACHINE
class Transfer(Record):
    """One referral on its way. Whose child it is says the referral, so joined records need nothing of their own."""

    PREFIX: ClassVar[str] = "T"

    class Status(models.TextChoices):
        REQUESTED = "requested", "Asked for"
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REFUSED = "refused", "Request refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        COMPLETED = "completed", "Completed"

    status = FSMField(choices=Status.choices, default=Status.PROPOSED)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="transfers")
    # Whose it was when the transfer was answered; while it waits, whose it is.
    from_team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="+")
    # A team here, or the name of another authority.
    to_team = models.ForeignKey("accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_authority = models.CharField(max_length=150, blank=True)
    # Those of brothers and sisters that were proposed with it: one number.
    together = models.BigIntegerField(null=True, blank=True)
    # Since when it waits: what the lists go by.
    begun_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    request_reason = models.TextField(blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    # Why brothers and sisters of the same team do not go along, where any stay.
    apart_reason = models.TextField(blank=True)
    # To another authority: whom we told and when, what was shared and on what basis (a code of "lawful_basis").
    told = models.CharField(max_length=200, blank=True)
    told_on = models.DateField(null=True, blank=True)
    shared = models.TextField(blank=True)
    lawful_basis = models.CharField(max_length=20, blank=True)
    new_address = models.TextField(blank=True)
    is_address_confidential = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer_reason = models.TextField(blank=True)
    # Who accepted it at the other authority, and on which day.
    accepted_name = models.CharField(max_length=200, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    # Who worked on it when it was accepted: what hangs on them passes to whoever takes it on.
    from_worker = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("status", STATUSES, name="transfer_status_known"),
            all_or_none("requested_at", "requested_by", name="transfer_requested_by_somebody"),
            all_or_none("proposed_at", "proposed_by", name="transfer_proposed_by_somebody"),
            all_or_none("answered_at", "answered_by", name="transfer_answered_by_somebody"),
            models.UniqueConstraint(
                fields=["referral"], condition=Q(status__in=WAITING), name="transfer_one_waiting_per_referral"
            ),
            models.CheckConstraint(
                condition=Q(to_team__isnull=False, to_authority="") | Q(to_team__isnull=True) & ~Q(to_authority=""),
                name="transfer_to_a_team_or_an_authority",
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted")
                | Q(to_authority="")
                | (~Q(accepted_name="") & Q(accepted_on__isnull=False)),
                name="transfer_accepted_elsewhere_by_name",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["proposed", "accepted", "declined"]) | ~Q(summary=""),
                name="transfer_proposed_with_a_summary",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["begun_at", "id"], name="transfer_waiting", condition=Q(status__in=WAITING)),
            models.Index(fields=["referral"], name="transfer_of_referral"),
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered it."""
        return self.status in WAITING

    @property
    def receiver(self) -> str:
        """The team or the authority it goes to."""
        return self.to_team.name if self.to_team is not None else self.to_authority

    @MACHINE.step
    def propose(self, *, by: User, at: datetime) -> None:
        """A request is followed: the sending team proposes it."""
        self.proposed_at, self.proposed_by = at, by

    @MACHINE.step
    def accept(self, *, by: User, at: datetime) -> None:
        """The receiving team takes it."""
        self.answered_at, self.answered_by = at, by

    @MACHINE.step
    def accept_elsewhere(self, *, by: User, at: datetime, accepted_name: str, accepted_on: date) -> None:
        """Somebody of the other authority has accepted it, by name."""
        self.answered_at, self.answered_by = at, by
        self.accepted_name, self.accepted_on = accepted_name, accepted_on

    @MACHINE.step
    def decline(self, *, by: User, at: datetime, answer_reason: str) -> None:
        """The receiving team does not take it, with why."""
        self.answered_at, self.answered_by, self.answer_reason = at, by, answer_reason

    @MACHINE.step
    def decline_elsewhere(self, *, by: User, at: datetime, answer_reason: str) -> None:
        """The other authority does not take it, with why."""
        self.answered_at, self.answered_by, self.answer_reason = at, by, answer_reason

    @MACHINE.step
    def refuse(self, *, by: User, at: datetime, answer_reason: str) -> None:
        """The team that has the case keeps it, with why."""
        self.answered_at, self.answered_by, self.answer_reason = at, by, answer_reason

    @MACHINE.step
    def withdraw(self, *, by: User, at: datetime, answer_reason: str) -> None:
        """Who proposed it, or asked for it, takes it back."""
        self.answered_at, self.answered_by, self.answer_reason = at, by, answer_reason

    @MACHINE.step
    def put_right(self, *, by: User, at: datetime) -> None:
        """It was recorded as accepted by mistake: it waits again."""
        self.answered_at = self.answered_by = self.accepted_on = None
        self.accepted_name = ""

    @MACHINE.step
    def complete(self, *, by: User, at: datetime) -> None:
        """It has arrived: somebody works on it there, or the referral has closed."""
        self.completed_at = at


class TransferItem(Dated, Shipped):
    """One thing to see to before a transfer. Data, with dates: councils differ."""

    class For(models.TextChoices):
        TEAM = "team", "To a team here"
        AUTHORITY = "authority", "To another authority"
        BOTH = "both", "To either"

    KEY = ("code",)

    code = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    used_for = models.CharField(max_length=10, choices=For.choices)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            never_two("code", name="transfer_item_once_a_day"),
            one_of("used_for", ["team", "authority", "both"], name="transfer_item_used_for_known"),
        ]

    def __str__(self) -> str:
        return self.label


def items(*, is_elsewhere: bool, on: date) -> list[TransferItem]:
    """What is to be seen to before a transfer to a team, or to another authority, on this day."""
    used = [TransferItem.For.BOTH, TransferItem.For.AUTHORITY if is_elsewhere else TransferItem.For.TEAM]
    return list(TransferItem.objects.in_force(on).filter(used_for__in=used).order_by("position", "code"))


@tracked()
class TransferCheck(models.Model):
    """One thing of the checklist of a transfer, in the words of its day: met, or waived with a reason."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="checks")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    is_met = models.BooleanField()
    waived_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["transfer", "code"], name="transfer_check_once"),
            models.CheckConstraint(
                condition=Q(is_met=True, waived_reason="") | Q(is_met=False) & ~Q(waived_reason=""),
                name="transfer_check_met_or_waived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.transfer_id}"
