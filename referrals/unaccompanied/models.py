"""What is kept of an unaccompanied child beside the referral, and where the national transfer scheme stands."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django_fsm import FSMField

from frontdoor.access import Permission
from frontdoor.accounts.models import User
from frontdoor.db import Record, VisibleQuerySet, one_of, tracked
from frontdoor.workflow.machines import Machine, act, move
from referrals.models import Referral

#: The type of contact such a child comes by, and the clock it owes.
KIND, RULE = "unaccompanied_child", "transfer_scheme"
STATUSES = ["to_refer", "referred", "accepted", "transferred", "not_referred"]
P = Permission
MACHINE = Machine(
    act("record_facts", "Record what has been done for the child", " ".join(STATUSES), P.REFERRAL_WORK),
    move("refer", "Referred to the transfer scheme", "to_refer", "referred", P.REFERRAL_WORK, "unaccompanied.referred"),
    move(
        "accept", "Accepted by another authority", "referred", "accepted", P.REFERRAL_WORK, "unaccompanied.accepted",
    ),
    move(
        "transfer", "The child has moved", "accepted", "transferred", P.REFERRAL_DECIDE, "unaccompanied.transferred",
    ),
    move(
        "stay", "The child stays with us", "to_refer referred accepted", "not_referred", P.REFERRAL_DECIDE,
        "unaccompanied.stays", needs_reason=True,
    ),
    move(
        "put_right", "Recorded wrongly", " ".join(STATUSES[1:]), "to_refer", P.REFERRAL_DECIDE,
        "unaccompanied.put_right", needs_reason=True,
    ),
)  # fmt: skip


class UnaccompaniedQuerySet(VisibleQuerySet):
    """Questions about what is kept of unaccompanied children."""

    def visible_to(self, user: User) -> Self:
        """Those on referrals the user may see."""
        return self.filter(referral__in=Referral.objects.visible_to(user).order_by())


@tracked()
@MACHINE
class Unaccompanied(Record):
    """One unaccompanied child in our care: what was done for the child, and the national transfer scheme.

    What was said of the journey stands on the contact; the claimed date of birth on the assessment of age.
    """

    PREFIX: ClassVar[str] = "U"

    class Status(models.TextChoices):
        TO_REFER = "to_refer", "Not referred yet"
        REFERRED = "referred", "Referred"
        ACCEPTED = "accepted", "Accepted by another authority"
        TRANSFERRED = "transferred", "Transferred"
        NOT_REFERRED = "not_referred", "Stays with us"

    class Trafficking(models.TextChoices):
        """What the national referral mechanism decided."""

        WAITING = "waiting", "Waiting for a decision"
        REASONABLE = "reasonable", "Reasonable grounds"
        NO_REASONABLE = "no_reasonable", "No reasonable grounds"
        CONCLUSIVE = "conclusive", "Conclusive grounds"
        NO_CONCLUSIVE = "no_conclusive", "No conclusive grounds"

    status = FSMField(choices=Status.choices, default=Status.TO_REFER)
    referral = models.OneToOneField("referrals.Referral", on_delete=models.PROTECT, related_name="unaccompanied")
    section_20_on = models.DateField(null=True, blank=True)
    accommodation = models.CharField(max_length=200, blank=True)
    solicitor = models.CharField(max_length=200, blank=True)
    gp = models.CharField(max_length=150, blank=True)
    health_assessed_on = models.DateField(null=True, blank=True)
    missing_plan = models.TextField(blank=True)
    # The national referral mechanism.
    trafficking_referred_on = models.DateField(null=True, blank=True)
    trafficking_referred_by = models.CharField(max_length=150, blank=True)
    trafficking_decision = models.CharField(max_length=20, choices=Trafficking.choices, blank=True)
    trafficking_decided_on = models.DateField(null=True, blank=True)
    # The national transfer scheme.
    scheme_reference = models.CharField(max_length=50, blank=True)
    referred_on = models.DateField(null=True, blank=True)
    authority = models.CharField(max_length=100, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    transferred_on = models.DateField(null=True, blank=True)

    objects = UnaccompaniedQuerySet.as_manager()

    class Meta:
        verbose_name = "unaccompanied child"
        verbose_name_plural = "unaccompanied children"
        constraints: ClassVar = [
            one_of("status", STATUSES, name="unaccompanied_status_known"),
            one_of("trafficking_decision", ["", *(
                "waiting", "reasonable", "no_reasonable", "conclusive", "no_conclusive",
            )], name="unaccompanied_trafficking_known"),
            models.CheckConstraint(
                condition=~Q(status="referred") | Q(referred_on__isnull=False),
                name="unaccompanied_referred_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "transferred"]) | ~Q(authority="") & Q(accepted_on__isnull=False),
                name="unaccompanied_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="transferred") | Q(transferred_on__isnull=False),
                name="unaccompanied_transferred_on_a_day",
            ),
        ]  # fmt: skip

    @MACHINE.step
    def refer(self, *, by: User, at: datetime, referred_on: Any, scheme_reference: str) -> None:
        """Referred to the scheme."""
        self.referred_on, self.scheme_reference = referred_on, scheme_reference

    @MACHINE.step
    def accept(self, *, by: User, at: datetime, authority: str, accepted_on: Any) -> None:
        """Another authority has taken the child on, and will receive the child."""
        self.authority, self.accepted_on = authority, accepted_on

    @MACHINE.step
    def transfer(self, *, by: User, at: datetime, transferred_on: Any) -> None:
        """The child lives there now."""
        self.transferred_on = transferred_on

    @MACHINE.step
    def stay(self, *, by: User, at: datetime) -> None:
        """The child is not transferred; the reason of the move says why."""

    @MACHINE.step
    def put_right(self, *, by: User, at: datetime) -> None:
        """What was recorded of the scheme was wrong: it begins anew."""
        self.referred_on = self.accepted_on = self.transferred_on = None
        self.authority = self.scheme_reference = ""
