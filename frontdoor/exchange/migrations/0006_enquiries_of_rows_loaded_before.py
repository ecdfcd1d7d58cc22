"""Section 47 rows of an old system that were loaded as a discussion alone become enquiries, as rows loaded now do.

Each is told from its source: the row it was made from is kept, and its key stands in what the discussion keeps. One that
is open still gets the conference's clock, and one whose conference was held a clock stopped on that day.
"""

from django.db import migrations

from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import rule_for
from frontdoor.clocks.working_days import end_of_office_day, london_date
from frontdoor.exchange.legacy.enquiring import DISCONTINUED, in_words, stands
from frontdoor.exchange.legacy.meanings import meaning
from frontdoor.exchange.legacy.writing import reference_for

FILE, RULE = "carecase_s47.csv", "section47_conference"
OPEN = ["awaiting_decision", "accepted", "allocated", "in_assessment", "assessed", "in_service"]


def begin(apps, schema_editor):
    """One for each row; of a child's the last begun first, since it alone can be open still."""
    model = apps.get_model
    Origin, StrategyDiscussion = model("exchange", "Origin"), model("referrals", "StrategyDiscussion")
    settled = {
        (row.list_name, row.value): row.code for row in model("exchange", "Wording").objects.filter(is_settled=True)
    }
    episodes = dict(
        Origin.objects.filter(file="carecase_episodes.csv").values_list("reference", "source__values__worker")
    )
    found = []
    for origin in Origin.objects.filter(file=FILE).select_related("source").iterator(chunk_size=1000):
        rows = StrategyDiscussion.objects.filter(
            referral__reference=origin.reference, outcome="section47", decision__contains=origin.identity
        )
        discussion = rows.filter(enquiries=None).select_related("referral").order_by("pk").first()
        if discussion is not None:
            found.append((discussion, origin))
    found.sort(key=lambda each: (each[0].held_at, each[0].pk), reverse=True)
    for discussion, origin in found:
        _begin(model, discussion, origin, settled, episodes.get(origin.reference) or "")


def _begin(model, discussion, origin, settled, worker):
    Enquiry, Clock, StatusChange = (
        model("referrals", "Enquiry"), model("clocks", "Clock"), model("workflow", "StatusChange")
    )  # fmt: skip
    values, referral = origin.source.values, discussion.referral

    def means(name, value):
        return settled.get((name, value[:200])) or meaning(name, value) or "" if value else ""

    open_ones = Enquiry.objects.filter(status__in=["open", "to_sign", "conference_due"])
    is_taken = open_ones.filter(referral=referral).exists() or (
        referral.child_id is not None and open_ones.filter(child_id=referral.child_id).exists()
    )
    stand = stands(
        values,
        means("s47_outcome", values.get("outcome", "")),
        is_required=means("yes_no", values.get("icpc_required", "")) == "1",
        may_be_open=referral.status in OPEN and not is_taken,
    )
    turn = 0
    while Enquiry.objects.filter(reference=reference_for("Q", FILE, origin.identity, turn)).exists():
        turn += 1
    ended_at = referral.closed_at or max(discussion.held_at, referral.received_at)
    is_discontinued = stand.status == DISCONTINUED
    made = Enquiry.objects.create(
        reference=reference_for("Q", FILE, origin.identity, turn), origin="carecase", referral=referral,
        child_id=referral.child_id, discussion=discussion, started_on=london_date(discussion.held_at),
        status=stand.status, outcome=stand.outcome, findings=in_words(values), lead_name=worker,
        ended_at=ended_at if is_discontinued else None,
        ended_by_id=discussion.recorded_by_id if is_discontinued else None,
        ending="not_recorded" if is_discontinued else "",
    )  # fmt: skip
    ended = end_of_office_day(stand.held_on) if stand.held_on is not None else None
    if stand.held_on is not None:
        model("referrals", "Conference").objects.create(
            enquiry=made, held_on=stand.held_on, result="not_recorded", recorded_at=ended,
            recorded_by_id=discussion.recorded_by_id,
        )  # fmt: skip
    moves = [("born", "", "open", discussion.held_at)]
    if stand.status != "open":
        moves.append(("restate", "open", stand.status, ended_at if is_discontinued else ended or discussion.held_at))
    for move, before, after, at in moves:
        StatusChange.objects.create(
            reference=made.reference, model="referrals.enquiry", move=move, from_status=before, to_status=after,
            by_id=discussion.recorded_by_id, reason=values.get("outcome", "") if before else "", happened_at=at,
        )  # fmt: skip
    running = Clock.objects.filter(reference=referral.reference, rule=RULE, stopped_at=None)
    if not (stand.is_open and not running.exists()) and ended is None:
        return
    rule = rule_for(RULE, london_date(discussion.held_at))
    due = moments(rule, discussion.held_at, set(model("clocks", "ClosureDay").objects.values_list("day", flat=True)))
    Clock.objects.create(
        reference=referral.reference, rule=RULE, label=rule.label, edition=rule.edition, amount=rule.amount,
        unit=rule.unit.value, is_statutory=True, started_at=discussion.held_at, day_0=due.day_0, due_at=due.due_at,
        warn_at=due.warn_at, escalate_at=due.escalate_at, next_at=None if ended else due.warn_at or due.due_at,
        stopped_at=max(ended, discussion.held_at) if ended else None,
        stopped_by_id=discussion.recorded_by_id if ended else None,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0001_initial"),
        ("exchange", "0005_events_a_person_is_asked_about"),
        ("referrals", "0013_enquiries_of_old_systems"),
        ("workflow", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
