"""A child protection plan: born of its conference, its clocks, reviews and end; the register, and who is on a plan."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contacts.models import ContactPerson
from contacts.recording.actions import record_contact
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.working_days import is_working_day
from frontdoor.people.merging import merge
from frontdoor.people.protection.actions import set_restriction
from frontdoor.workflow.actions import move
from frontdoor.workflow.machines import MACHINES
from referrals import actions, agreement, owed
from referrals.answers import ChildDecision
from referrals.models import ProtectionPlan, Referral
from referrals.protection import enquiries, plans, register
from tests.contacts.conftest import some_facts
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER, NOW, each
from tests.referrals.discussions import discussed
from tests.referrals.test_enquiry import DAY_10, SOON, at_noon, enquiry, proposed

__all__ = ["enquiry"]
pytestmark = pytest.mark.django_db
HELD = DAY_10
AFTER = at_noon(HELD) + timedelta(hours=4)


def plan_of(referral: Referral, by: User, worker: User, other: User, category: str = "NEG") -> ProtectionPlan:
    """A conference held on the tenth day decided it."""
    found = discussed(referral, by=by, at=SOON).enquiries.get()
    due = enquiries.authorise(enquiry=proposed(found, worker), by=other, at=SOON)
    enquiries.hold_conference(enquiry=due, by=by, at=at_noon(HELD), held_on=HELD, result="plan", category=category)
    return ProtectionPlan.objects.get(referral=referral)


@pytest.fixture
def plan(referral: Referral, manager: User, second_manager: User, worker: User, team: Team) -> ProtectionPlan:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    return plan_of(referral, manager, worker, second_manager)


def running(plan: ProtectionPlan) -> dict[str, date]:
    rows = Clock.objects.running().of(plan.referral.reference)
    rules = ("first_review_conference", "review_conference", "core_group")
    return {row.rule: row.due_at.date() for row in rows.filter(rule__in=rules)}


def told(moment: datetime) -> list[list[str]]:
    out = io.StringIO()
    call_command("plan_register", at=moment.isoformat(), stdout=out)
    head, *rows = csv.reader(io.StringIO(out.getvalue()))
    assert head == ["person", "category", "started_on", "reviewed_on", "next_review_due"]
    return rows


#: What the register is, in SQL of its own: nothing of it is read from a clock.
ORACLE = """
    SELECT p.reference,
        COALESCE(last.category, r.first_category),
        r.started_on::text, COALESCE(last.held_on::text, ''),
        CASE WHEN last.held_on IS NULL THEN (r.started_on + interval '3 months')::date
            ELSE (last.held_on + interval '6 months')::date END::text
    FROM referrals_protectionplan r JOIN people_person p ON p.id = r.child_id
    LEFT JOIN LATERAL (SELECT category, held_on FROM referrals_planreview v
        WHERE v.plan_id = r.id AND v.held_on <= %(day)s ORDER BY held_on DESC LIMIT 1) last ON true
    WHERE r.started_on <= %(day)s AND (r.ended_on IS NULL OR r.ended_on > %(day)s) AND r.ending <> 'entered_in_error'
    ORDER BY 1
"""


def reckoned(moment: datetime) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(ORACLE, {"day": moment.date()})
        return [list(row) for row in cursor.fetchall()]


def test_it_is_born_of_its_conference_with_its_clocks(plan: ProtectionPlan, worker: User) -> None:
    assert (plan.started_on, plan.category, plan.lead, plan.child) == (HELD, "NEG", worker, plan.referral.child)
    assert running(plan) == {"first_review_conference": date(2027, 3, 7), "core_group": date(2026, 12, 21)}
    assert plan.child is not None
    assert register.on_protection_plan([plan.child.pk]) == {plan.child.pk}
    assert register.standing_of([plan.child.pk]) == {plan.child.pk: ["on a protection plan"]}


def test_no_plan_is_left_where_its_conference_is_refused(
    enquiry: Any, manager: User, second_manager: User, worker: User
) -> None:
    due = enquiries.authorise(enquiry=proposed(enquiry, worker), by=manager, at=SOON)
    facts: dict[str, Any] = {"enquiry": due, "by": manager, "at": at_noon(HELD), "held_on": HELD}
    with pytest.raises(Refused, match="Choose the category"):
        enquiries.hold_conference(**facts, result="plan")
    enquiries.hold_conference(**facts, result="no_plan")
    assert not ProtectionPlan.objects.exists()


def test_reviews_follow_each_other_and_the_last_one_ends_it(plan: ProtectionPlan, manager: User) -> None:
    first, second = date(2027, 3, 5), date(2027, 9, 7)
    facts: dict[str, Any] = {"plan": plan, "by": manager, "decided": "Bo is safer, and not yet safe."}
    for held_on, words in (
        (date(2027, 3, 6), "working day"), (HELD, "is after it"), (date(2027, 3, 9), "in the future"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            plans.review(**facts, at=at_noon(date(2027, 3, 8)), held_on=held_on, result="go_on")
    plans.record_core_group(
        plan=plan, by=manager, at=at_noon(date(2026, 12, 18)), held_on=date(2026, 12, 17), agreed="x"
    )
    plans.review(**facts, at=at_noon(first), held_on=first, result="go_on", category="PHY")
    plan.refresh_from_db()
    assert (plan.category, running(plan)) == ("PHY", {"review_conference": date(2027, 9, 5)})
    assert not Clock.objects.get(rule="first_review_conference").is_late(at_noon(second))
    with pytest.raises(Refused, match="why it was late"):
        plans.review(**facts, at=at_noon(second), held_on=second, result="go_on")
    with pytest.raises(Refused, match="why the plan ends"):
        plans.review(**facts, at=at_noon(second), held_on=second, result="end", late_reason="Strike.")
    plans.review(
        **facts, at=at_noon(second), held_on=second, result="end", late_reason="Strike.", ending="no_longer_at_risk"
    )
    plan.refresh_from_db()
    assert (plan.status, plan.ended_on, running(plan)) == ("ended", second, {})
    reference = plan.child.reference if plan.child else ""
    for moment, rows in (
        (at_noon(HELD) - timedelta(days=1), []),
        (at_noon(HELD), [[reference, "NEG", "2026-12-07", "", "2027-03-07"]]),
        (at_noon(first), [[reference, "PHY", "2026-12-07", "2027-03-05", "2027-09-05"]]),
        (at_noon(second), []),
    ):
        assert told(moment) == rows == reckoned(moment)


def test_a_plan_that_ended_is_told_of_for_two_years_as_a_recent_one(
    plan: ProtectionPlan, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plan.child is not None
    ended = plans.end(plan=plan, by=manager, at=AFTER, ending="transferred", ended_on=HELD, reason="Norshire has it.")
    key = plan.child.pk
    assert register.on_protection_plan([key]) == set()
    for today, words in (
        (date(2028, 12, 7), "was on a protection plan in the last two years"),
        (date(2028, 12, 8), "was on a protection plan"),
    ):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda today=today: today)
        assert register.standing_of([key]) == {key: [words]}
    with pytest.raises(Refused, match="has ended"):
        plans.record_core_group(plan=ended, by=manager, at=AFTER, held_on=HELD, agreed="x")


def test_entered_in_error_nobody_was_ever_on_it(plan: ProtectionPlan, manager: User) -> None:
    plans.end(plan=plan, by=manager, at=AFTER, ending="entered_in_error", ended_on=HELD, reason="Another child.")
    assert plan.child is not None
    assert register.standing_of([plan.child.pk]) == {}
    assert told(at_noon(HELD)) == []


def test_what_only_the_service_tells_of_counts_until_the_register_knows_better(
    referral: Referral, manager: User, worker: User, team: Team, signed: Callable[[User], Client]
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    Referral.objects.filter(pk=referral.pk).update(service="protection_plan")
    assert referral.child is not None
    assert register.on_protection_plan([referral.child.pk]) == {referral.child.pk}
    page = signed(manager).get("/plans/").content.decode()
    assert "On a plan, but not on the register" in page
    assert referral.reference in page
    kept = plans.record_transfer_in(
        referral=referral,
        by=manager,
        at=at_noon(HELD),
        held_on=HELD,
        result="plan",
        category="EMO",
        came_from="The old system",
    )
    assert kept is not None
    page = signed(manager).get("/plans/").content.decode()
    assert "On a plan, but not on the register" not in page
    plans.end(plan=kept, by=manager, at=AFTER, ending="no_longer_at_risk", ended_on=HELD, reason="Safe.")
    assert register.on_protection_plan([referral.child.pk]) == set()


def test_what_was_entered_in_error_takes_nobody_off_a_plan(
    referral: Referral, manager: User, worker: User, team: Team
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    Referral.objects.filter(pk=referral.pk).update(service="protection_plan")
    facts: dict[str, Any] = {"referral": referral, "by": manager, "at": at_noon(HELD), "result": "plan"}
    facts |= {"category": "EMO", "came_from": "The old system"}
    with pytest.raises(Refused, match="check the year"):
        plans.record_transfer_in(**facts, held_on=date(1999, 3, 1))
    kept = plans.record_transfer_in(**facts, held_on=HELD)
    assert kept is not None
    plans.end(plan=kept, by=manager, at=AFTER, ending="entered_in_error", ended_on=HELD, reason="Another child.")
    assert referral.child is not None
    assert register.on_protection_plan([referral.child.pk]) == {referral.child.pk}
    assert register.standing_of([referral.child.pk]) == {referral.child.pk: ["on a protection plan"]}
    assert list(register.only_told_of(manager)) == [referral]


def test_a_plan_takes_a_manager_to_decide_and_its_end_stops_the_clocks_on_its_day(
    plan: ProtectionPlan, manager: User, worker: User
) -> None:
    contact = record_contact(facts=some_facts(people=[]), by=worker, at=AFTER)
    row = ContactPerson(person=plan.child, family_group=1)
    told = agreement.more_reasons(contact, [(row, ChildDecision(child=1, outcome="no_further_action"))], by=worker)
    assert "A child is on a child protection plan." in told
    later = at_noon(date(2027, 4, 1))
    plans.end(plan=plan, by=manager, at=later, ending="turned_18", ended_on=date(2027, 3, 1), reason="A birthday.")
    assert not Clock.objects.get(rule="first_review_conference").is_late(later)


def test_a_plan_transferring_in_has_a_conference_and_no_enquiry(
    officer: User, manager: User, signed: Callable[[User], Client]
) -> None:
    contact = record_contact(facts=some_facts(kind="transfer_in", people=some_facts().people[:1]), by=officer, at=NOW)
    decided = actions.decide_contact(contact=contact, decisions=each(contact, "referral"), by=manager, at=LATER)
    referral = decided.referrals[0]
    assert Clock.objects.running().of(referral.reference).filter(rule="transfer_in_conference").exists()
    client = signed(manager)
    address = f"/referrals/{referral.reference}/do/conference-without-enquiry/"
    assert address in client.get(f"/referrals/{referral.reference}/").content.decode()
    late = date(2026, 12, 15)
    facts: dict[str, Any] = {"referral": referral, "by": manager, "at": at_noon(late), "category": "NEG"}
    facts |= {"came_from": "Norshire", "result": "plan"}
    with pytest.raises(Refused, match="why it was late"):
        plans.record_transfer_in(**facts, held_on=late)
    with pytest.raises(Refused, match="before we heard"):
        plans.record_transfer_in(**facts, held_on=date(2026, 11, 20))
    with pytest.raises(Refused, match="Record a conference without an enquiry"):
        owed.record_done(
            record=referral, by=manager, at=at_noon(late), done_at=at_noon(HELD), who_did_it="The chair", note="Held."
        )
    made = plans.record_transfer_in(**facts, held_on=HELD)
    assert made is not None
    assert made.conference is None
    assert "first_review_conference" in running(made)
    clock = Clock.objects.get(rule="transfer_in_conference")
    assert clock.stopped_at is not None
    assert not clock.is_late(at_noon(late))
    assert address not in client.get(f"/referrals/{referral.reference}/").content.decode()
    with pytest.raises(Refused, match="on a plan already"):
        plans.record_transfer_in(**facts, held_on=HELD)


def test_a_referral_does_not_close_while_it_runs_and_says_where_it_is(
    plan: ProtectionPlan, manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    with pytest.raises(Refused, match=f"Child protection plan {plan.reference} is running"):
        actions.close(referral=plan.referral, by=manager, at=AFTER, closure_reason="RC7", what_changed="Safe.")
    page = signed(manager).get(f"/referrals/{plan.referral.reference}/do/close/").content.decode()
    assert f'href="/plans/{plan.reference}/"' in page
    with pytest.raises(Denied):
        plans.end(plan=plan, by=worker, at=AFTER, ending="died", ended_on=HELD, reason="Told by the hospital.")
    plans.end(plan=plan, by=manager, at=AFTER, ending="died", ended_on=HELD, reason="Told by the hospital.")
    assert running(plan) == {}
    plan.referral.refresh_from_db()
    closed = actions.close(referral=plan.referral, by=manager, at=AFTER, closure_reason="RC7", what_changed="Safe.")
    assert closed.status == "closed"


def test_every_status_and_every_move(plan: ProtectionPlan, manager: User) -> None:
    moves = MACHINES[ProtectionPlan]
    facts: dict[str, Any] = {"ending": "died", "ended_on": HELD}
    assert list(moves) == ["end"]
    move(plan, "end", by=manager, at=AFTER, reason="x", **facts)
    with pytest.raises(Refused):
        move(plan, "end", by=manager, at=AFTER, reason="x", **facts)
    for before, after in product(["ended"], ["running"]):
        with pytest.raises(IntegrityError, match=f"no move leads from {before}"), transaction.atomic():
            ProtectionPlan.objects.update(status=after, ending="", ended_on=None, ended_at=None, ended_by=None)


def test_two_children_on_a_plan_are_not_joined(
    plan: ProtectionPlan, manager: User, second_manager: User, worker: User
) -> None:
    other = Referral.objects.exclude(pk=plan.referral_id).get()
    plan_of(other, manager, worker, second_manager)
    assert plan.child is not None
    assert other.child is not None
    with pytest.raises(Refused, match="somebody has to say which goes on"):
        merge.apply(survivor=plan.child, loser=other.child, by=manager, at=AFTER, reason="One child.")
    assert ProtectionPlan.objects.running().count() == 2


def test_the_pages_of_it_and_who_may_see_them(
    plan: ProtectionPlan, manager: User, worker: User, signed: Callable[[User], Client]
) -> None:
    Clock.objects.filter(rule="first_review_conference").update(due_at=NOW - timedelta(days=2000))
    client, address = signed(manager), f"/plans/{plan.reference}/"
    assert "Neglect" in client.get(address).content.decode()
    listed = client.get("/plans/?due=overdue&category=NEG").content.decode()
    assert "Plan register" in listed
    half = client.post(f"{address}do/end/", {"version": plan.version, "ending": "died"})
    assert half.status_code == 422
    client.post(
        f"{address}do/people/",
        {
            "version": plan.version, "lead": worker.pk, "practitioner_name": "Ada Poe",
            "practitioner_role": "Lead child protection practitioner", "reason": "Named by the team.",
        },
    )  # fmt: skip
    assert "Ada Poe, Lead child protection practitioner" in client.get(address).content.decode()
    assert signed(worker).get("/plans/").status_code == 403
    dpo = StaffFactory.create(role="data_protection_officer")
    assert plan.child is not None
    set_restriction(
        person=plan.child, holders=[manager], by=dpo, at=NOW, reason="A colleague’s child.", kind="restricted"
    )
    assert signed(worker).get(address).status_code == 404


STEPS = st.lists(
    st.tuples(st.sampled_from(["go_on", "end_by_review", "end", "core_group", "transfer_in"]), st.integers(0, 250)),
    max_size=6,
)  # fmt: skip


class NoPlanWithoutAReviewClock(TestCase):
    """Whatever is done in whatever order, a running plan has one review clock, and an ended one none."""

    @settings(max_examples=12, deadline=None)
    @given(steps=STEPS)
    def test_in_any_sequence(self, steps: list[tuple[str, int]]) -> None:
        manager = StaffFactory.create(role="duty_manager")
        officer = StaffFactory.create(role="contact_officer")
        facts = some_facts(kind="transfer_in", people=some_facts().people[:1])
        contact = record_contact(facts=facts, by=officer, at=NOW)
        decisions = each(contact, "referral")
        referral = actions.decide_contact(contact=contact, decisions=decisions, by=manager, at=LATER).referrals[0]
        today = HELD
        for name, days in [("transfer_in", 0), *steps]:
            today += timedelta(days=days)
            while not is_working_day(today):
                today += timedelta(days=1)
            now = at_noon(today)
            by: dict[str, Any] = {"by": manager, "at": now}
            plan: Any = ProtectionPlan.objects.order_by("-pk").first()
            try:
                if name == "transfer_in":
                    plans.record_transfer_in(
                        referral=referral, **by, held_on=today, result="plan", category="NEG", came_from="Norshire",
                        late_reason="Late.",
                    )  # fmt: skip
                elif name == "core_group":
                    plans.record_core_group(plan=plan, **by, held_on=today, agreed="x")
                elif name == "end":
                    plans.end(plan=plan, **by, ending="turned_18", ended_on=today, reason="x")
                else:
                    plans.review(
                        plan=plan, **by, held_on=today, result="go_on" if name == "go_on" else "end", decided="x",
                        late_reason="Late.", ending="" if name == "go_on" else "no_longer_at_risk",
                    )  # fmt: skip
            except Refused:
                pass
            clocks = Clock.objects.running().of(referral.reference).filter(rule__endswith="review_conference")
            assert clocks.count() == ProtectionPlan.objects.running().count()
            assert told(now) == reckoned(now)
