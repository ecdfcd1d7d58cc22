"""A section 47 enquiry was only a running clock: each that runs becomes an enquiry, so that something can stop it."""

from django.db import migrations

from frontdoor.clocks.working_days import london_date
from frontdoor.db import new_reference

OPEN = ["awaiting_decision", "accepted", "allocated", "in_assessment", "assessed", "in_service"]


def open_enquiries(apps, schema_editor):
    """One for each open referral whose conference is due, on the day of the discussion that started the clock."""
    Clock = apps.get_model("clocks", "Clock")
    StrategyDiscussion = apps.get_model("referrals", "StrategyDiscussion")
    Enquiry = apps.get_model("referrals", "Enquiry")
    StatusChange = apps.get_model("workflow", "StatusChange")
    running = Clock.objects.filter(rule="section47_conference", stopped_at=None).order_by("pk")
    for clock in running.iterator(chunk_size=1000):
        rows = StrategyDiscussion.objects.filter(
            referral__reference=clock.reference, referral__status__in=OPEN, outcome="section47"
        )
        first = rows.filter(held_at=clock.started_at).select_related("referral").order_by("pk").first()
        if first is None:
            continue
        child_id = first.referral.child_id
        if child_id is not None and Enquiry.objects.filter(child_id=child_id).exists():
            continue  # one at a time: the earlier discussion's goes on
        enquiry = Enquiry.objects.create(
            reference=new_reference("Q"),
            referral=first.referral,
            child_id=child_id,
            discussion=first,
            started_on=london_date(first.held_at),
            lead_id=clock.worker_id,
        )
        StatusChange.objects.create(
            reference=enquiry.reference,
            model="referrals.enquiry",
            move="born",
            from_status="",
            to_status="open",
            by_id=first.recorded_by_id,
            happened_at=first.recorded_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0001_initial"),
        ("workflow", "0001_initial"),
        ("referrals", "0007_section_47_enquiries"),
    ]

    operations = [
        migrations.RunPython(open_enquiries, migrations.RunPython.noop),
    ]
