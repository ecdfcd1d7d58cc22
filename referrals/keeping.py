"""Which referrals ask for their record to be kept longer: seen whole, whoever asks, so that nothing is due too soon."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q

from frontdoor.retention.reckoning import Part, day_of
from referrals.models import Measure, ProtectionPlan, Referral, StrategyDiscussion


def protection(keys: list[int]) -> Iterable[Part]:
    """Referrals of these people with a section 47 enquiry, police protection, an emergency order or a plan."""
    enquiry = StrategyDiscussion.objects.deciding_section_47().filter(referral=OuterRef("pk"))
    measure = Measure.objects.filter(referral=OuterRef("pk"))
    plan = ProtectionPlan.objects.true().filter(referral=OuterRef("pk"))
    told = Q(Exists(enquiry)) | Q(Exists(measure)) | Q(Exists(plan)) | Q(service=Referral.Service.PROTECTION_PLAN)
    rows = Referral.objects.filter(told, child_id__in=keys)
    for row in rows.order_by("pk"):
        if row.child_id is not None:
            yield Part(row.child_id, "protection", f"Child protection, referral {row.reference}", ended_on(row))


def ended_on(referral: Referral) -> date | None:
    """The day the work of a referral ended; None while it is open."""
    if referral.closed_at is not None:
        return day_of(referral.closed_at)
    is_over = referral.status == Referral.Status.NO_FURTHER_ACTION
    return day_of(referral.decided_at) if is_over and referral.decided_at is not None else None
