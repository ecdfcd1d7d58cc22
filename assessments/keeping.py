"""Which assessments ask for their record to be kept longer."""

from collections.abc import Iterable

from assessments.models import Assessment
from frontdoor.retention.reckoning import Part
from referrals.keeping import ended_on


def care(keys: list[int]) -> Iterable[Part]:
    """Referrals of these people whose assessment ended in care by the local authority."""
    rows = Assessment.objects.filter(referral__child_id__in=keys, outcome="looked_after").select_related("referral")
    for row in rows.order_by("pk"):
        yield Part(
            row.referral.child_id, "looked_after", f"Looked after, referral {row.referral.reference}",
            ended_on(row.referral),
        )  # fmt: skip
