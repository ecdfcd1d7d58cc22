"""A child on a plan or in a section 47 enquiry without a worker: who answers for the team hears within one sweep."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from contacts import hooks
from frontdoor.accounts.models import Absence
from frontdoor.notifications.actions import duty_managers, notify, one_by_one, who_may_know
from referrals.models import Enquiry, Referral, StrategyDiscussion


def tell_of_endangered(at: datetime) -> int:
    """Tell the duty manager and the manager of the team of each such referral; returns of how many somebody was told.

    Everybody once, for as long as it has no worker; once more when a worker it was given to is gone again.
    """
    return one_by_one(_endangered(at), lambda row: _tell(row, at), what="tell of a child without a worker", at=at)


def _endangered(at: datetime) -> list[Referral]:
    """Open referrals without a worker of children on a plan or in a section 47 enquiry.

    A discussion decided for one before enquiries were kept has none, and nobody knows whether it has ended.
    """
    own = Enquiry.objects.filter(referral=OuterRef("pk"))
    decided = StrategyDiscussion.objects.deciding_section_47().filter(referral=OuterRef("pk"))
    is_enquiry = Exists(own.open()) | Exists(decided) & ~Exists(own)
    rows = list(Referral.objects.unallocated(at).annotate(is_enquiry=is_enquiry).order_by("pk"))
    children = {row.child_id for row in rows if row.child_id is not None}
    on_plan = set().union(*[ask(children) for ask in hooks.on_plan]) if children else set()
    return [row for row in rows if row.is_enquiry or row.child_id in on_plan]


@transaction.atomic
def _tell(referral: Referral, at: datetime) -> int:
    now = referral.current_allocation()
    manager = now.team.manager if now is not None else None
    people = [*duty_managers(at), *([manager] if manager is not None and manager.is_active else [])]
    worked = referral.allocations.filter(~Q(worker=None)).aggregate(last=Max("pk"))["last"] or 0
    worker = now.worker_id if now is not None else None
    gone = Absence.objects.long(at).filter(user=worker).first() if worker is not None else None
    key = f"no-worker-{referral.pk}-{worked}" + (f"-{gone.pk}" if gone is not None else "")
    told = who_may_know(referral.reference, people, at=at)
    new = [each for each in told if not each.notices.filter(once_key=key).exists()]
    text = (
        f"Referral {referral.reference} has no worker who is here, and the child is on a protection plan or a section"
        " 47 enquiry was decided. Allocate it now."
    )
    path = f"/referrals/{referral.reference}/"
    if not notify(new, kind="no-worker", text=text, reference=referral.reference, path=path, urgent=True, once_key=key):
        return 0
    return 1
