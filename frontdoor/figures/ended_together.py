"""How bulk closures turned out: how many were reviewed and overturned, and who was heard of again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from contacts.models import ContactPerson
from frontdoor.clocks.working_days import london_date
from referrals.models import BulkAct, BulkRow, bulk_rule

WEEKS = 12


@dataclass(frozen=True)
class Outturn:
    """How the contacts that were ended together in some weeks turned out.

    ``recontacts``: those of whose children another contact came within the ``days`` of the rule and became a referral.
    """

    weeks: int
    days: int
    acts: int
    ended: int
    drawn: int
    looked: int
    overturned: int
    recontacts: int

    @property
    def saved(self) -> int:
        """Decisions that cost no act of their own."""
        return max(self.ended - self.acts, 0)

    @property
    def rate(self) -> int | None:
        """Of those looked over, how many in a hundred were overturned."""
        return round(100 * self.overturned / self.looked) if self.looked else None


def outturn(at: datetime) -> Outturn:
    """How the contacts ended together in the twelve weeks before a moment turned out."""
    since = at - timedelta(weeks=WEEKS)
    days = bulk_rule(london_date(at)).recontact_days
    acts = BulkAct.objects.filter(at__gte=since).count()
    ended = BulkRow.objects.filter(act__at__gte=since, result="ended")
    counted = ended.aggregate(
        ended=Count("pk"),
        drawn=Count("sample"),
        looked=Count("sample", filter=Q(sample__looked_at__isnull=False)),
        overturned=Count("sample", filter=Q(sample__is_overturned=True)),
    )
    again = ContactPerson.objects.filter(
        is_child=True,
        person__in=ContactPerson.objects.filter(
            contact=OuterRef(OuterRef("contact_id")), is_child=True, person__isnull=False
        ).values("person"),
        contact__received_at__gt=OuterRef("act__at"),
        contact__received_at__lte=OuterRef("act__at") + timedelta(days=days),
        contact__outcome__in=["referral", "open_work"],
    )
    return Outturn(
        weeks=WEEKS,
        days=days,
        acts=acts,
        recontacts=ended.annotate(act_at=F("act__at")).filter(Exists(again)).count(),
        **counted,
    )
