"""A conference could decide a plan before there was a register: each such plan that still holds is put on it."""

from django.db import migrations

from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import rule_for
from frontdoor.clocks.working_days import end_of_office_day
from frontdoor.db import new_reference

OPEN = ["awaiting_decision", "accepted", "allocated", "in_assessment", "assessed", "in_service"]


def put_on_register(apps, schema_editor):
    """One for each open referral whose last conference decided a plan, with the clocks that run from its day."""
    ClosureDay = apps.get_model("clocks", "ClosureDay")
    Clock = apps.get_model("clocks", "Clock")
    Conference = apps.get_model("referrals", "Conference")
    Plan = apps.get_model("referrals", "ProtectionPlan")
    StatusChange = apps.get_model("workflow", "StatusChange")
    Allocation = apps.get_model("referrals", "Allocation")
    closures = frozenset(ClosureDay.objects.values_list("day", flat=True))
    rows = Conference.objects.filter(result="plan", enquiry__referral__status__in=OPEN)
    for held in rows.select_related("enquiry__referral").order_by("-held_on", "-pk").iterator(chunk_size=1000):
        referral = held.enquiry.referral
        is_there = Plan.objects.filter(referral=referral)
        if referral.child_id is not None:
            is_there = is_there | Plan.objects.filter(child_id=referral.child_id)
        if is_there.exists():
            continue  # one at a time: the last conference's holds
        plan = Plan.objects.create(
            reference=new_reference("N"),
            referral=referral,
            child_id=referral.child_id,
            conference=held,
            started_on=held.held_on,
            category=held.category,
            first_category=held.category,
            lead_id=held.enquiry.lead_id,
        )
        StatusChange.objects.create(
            reference=plan.reference,
            model="referrals.protectionplan",
            move="born",
            from_status="",
            to_status="running",
            by_id=held.recorded_by_id,
            happened_at=held.recorded_at,
        )
        allocation = Allocation.objects.filter(referral=referral, to_at=None).order_by("-pk").first()
        for code in ("first_review_conference", "core_group"):
            rule = rule_for(code, held.held_on)
            found = moments(rule, min(held.recorded_at, end_of_office_day(held.held_on)), closures)
            Clock.objects.create(
                reference=referral.reference,
                rule=code,
                label=rule.label,
                edition=rule.edition,
                amount=rule.amount,
                unit=rule.unit.value,
                is_statutory=True,
                may_pause=False,
                team_id=allocation.team_id if allocation else None,
                worker_id=allocation.worker_id if allocation else None,
                started_at=min(held.recorded_at, end_of_office_day(held.held_on)),
                day_0=found.day_0,
                due_at=found.due_at,
                warn_at=found.warn_at,
                escalate_at=found.escalate_at,
                next_at=found.warn_at or found.due_at,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0001_initial"),
        ("workflow", "0001_initial"),
        ("referrals", "0016_plan_register"),
    ]

    operations = [
        migrations.RunPython(put_on_register, migrations.RunPython.noop),
    ]
