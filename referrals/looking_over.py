"""How bulk closures turned out: how many were reviewed and overturned, and who was heard of again."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from contacts.models import ContactPerson
from frontdoor.clocks.working_days import london_date
from referrals.models import BulkAct, BulkRow, bulk_rule

WEEKS = 12


def figures(at: datetime) -> dict[str, Any]:
    """Figures of the last twelve weeks, in three questions.

    ``saved`` counts the decisions that were made in fewer acts than contacts; ``recontacts`` those of whose children
    another contact came within the days of the rule and became a referral.
    """
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
    recontacts = ended.annotate(act_at=F("act__at")).filter(Exists(again)).count()
    looked = counted["looked"]
    return {
        **counted,
        "acts": acts,
        "saved": max(counted["ended"] - acts, 0),
        "recontacts": recontacts,
        "days": days,
        "weeks": WEEKS,
        "rate": round(100 * counted["overturned"] / looked) if looked else None,
    }
