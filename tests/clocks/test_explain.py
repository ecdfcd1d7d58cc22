"""Why a deadline is what it is: the reference counts day by day, standing still, looking back, and the command."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.accounts.models import User
from frontdoor.clocks import actions, reading
from frontdoor.clocks import working_days as days
from frontdoor.clocks.editions import rule_for
from frontdoor.clocks.explain import Started, Stretch, Verdict, explain, office_time
from frontdoor.clocks.models import Clock, ClosureDay
from tests.clocks.test_working_days import CASES, VECTORS
from tests.factories import StaffFactory

REFERENCE = "R-7K3M9Q2D"
SATURDAY = datetime(2024, 3, 30, 10, 0, tzinfo=UTC)


def assessment(started_at: datetime = SATURDAY, **given: Any) -> Started:
    rule = rule_for("assessment", days.london_date(started_at))
    facts: dict[str, Any] = {"due_at": days.end_of_day(days.add_working_days(days.london_date(started_at), 45))} | given
    return Started(REFERENCE, rule.label, rule, started_at, **facts)


@pytest.mark.parametrize("start", [start for start, ends in VECTORS if 45 in ends and start >= "2013-04-15"])
def test_each_reference_count_is_told_day_by_day(start: str) -> None:
    started_at = days.at_london(date.fromisoformat(start), days.OFFICE_OPENS)
    told = explain(assessment(started_at), {}, started_at)
    counted = {line.number: line.day for line in told.lines if line.number is not None}
    for first, count, due in CASES:
        if first == start:
            assert counted[count] == date.fromisoformat(due)
    assert told.recounted_at == told.due_at
    assert all(line.why for line in told.lines if line.number is None)
    span = (told.lines[-1].day - told.lines[0].day).days
    assert [line.day for line in told.lines] == [told.day_0 + timedelta(days=n) for n in range(span + 1)]


def test_skipped_days_say_why_with_the_name_of_the_holiday_and_the_closure() -> None:
    told = explain(assessment(), {date(2024, 4, 2): "Flooded offices"}, SATURDAY)
    why = {line.day: line.why for line in told.lines}
    assert why[date(2024, 3, 31)] == "Sunday"
    assert why[date(2024, 4, 1)] == "bank holiday: Easter Monday"
    assert why[date(2024, 4, 2)] == "council closed: Flooded offices"
    # The deadline kept with the clock binds; the recount tells of the closure that came later.
    assert told.due_at == days.end_of_day(date(2024, 6, 5))
    assert told.recounted_at == days.end_of_day(date(2024, 6, 6))


@given(st.integers(0, 4_000_000), st.integers(1, 3000))
def test_office_time_by_day_adds_up_to_the_deadline(minute: int, minutes: int) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    span = timedelta(minutes=minutes)
    lines = list(office_time(start, span, {}))
    assert sum((line.counted or timedelta() for line in lines), timedelta()) == span
    assert lines[-1].day == days.london_date(days.add_working_time(start, span))
    assert all(bool(line.counted) != bool(line.why) for line in lines)


def test_a_past_moment_knows_nothing_of_what_came_later() -> None:
    due = days.end_of_day(date(2024, 6, 5))
    clock = assessment(stopped_at=due + timedelta(days=2))
    seen = {
        at: explain(clock, {}, at).verdict
        for at in (SATURDAY - timedelta(hours=1), SATURDAY, due, due + timedelta(seconds=1), due + timedelta(days=3))
    }
    assert list(seen.values()) == [
        Verdict.NOT_STARTED, Verdict.RUNNING, Verdict.RUNNING, Verdict.LATE, Verdict.STOPPED,
    ]  # fmt: skip
    ended = explain(clock, {}, due + timedelta(days=3))
    assert ended.is_late
    assert "2 days late" in ended.sentence


def test_a_deadline_before_a_pause_is_the_one_that_stood_then() -> None:
    hour = timedelta(hours=1)
    due = days.end_of_day(date(2024, 6, 5)) + 5 * hour
    clock = assessment(due_at=due, pauses=[Stretch(SATURDAY + hour, SATURDAY + 6 * hour, "waiting")])
    before, during, after = (explain(clock, {}, SATURDAY + n * hour) for n in (0, 2, 7))
    assert before.due_at == during.due_at == due - 5 * hour
    assert (before.verdict, during.verdict, after.verdict) == (Verdict.RUNNING, Verdict.PAUSED, Verdict.RUNNING)
    assert after.due_at == due == after.recounted_at
    assert during.pauses[0].to_at is None
    assert before.pauses == ()


@pytest.fixture
def manager(db: None) -> User:
    return StaffFactory.create(role="duty_manager")


def told(*words: str) -> str:
    out = StringIO()
    call_command("clock_explain", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def clock(manager: User) -> Clock:
    started = actions.start("assessment", reference=REFERENCE, started_at=SATURDAY, by=manager)
    assert started is not None
    return started


def test_the_command_prints_every_clock(clock: Clock, manager: User) -> None:
    actions.start("open_work_take", reference=REFERENCE, started_at=SATURDAY, by=manager)
    text = told(REFERENCE, "--at", "2024-06-05T22:59:59Z")
    assert "2 clocks" in text
    assert "Assessment: 45 working days from the referral" in text
    assert "(statutory), edition Working Together 2023" in text
    assert "Mon 01 Apr 2024  skipped  bank holiday: Easter Monday" in text
    assert "due      Wed 05 Jun 2024 23:59:59 BST" in text
    assert "verdict  running" in text
    assert "8 h 00 min" in text
    assert "verdict  late" in told(REFERENCE, "--at", "2024-06-05T23:00:00Z")


def test_the_command_speaks_json(clock: Clock) -> None:
    found = json.loads(told(REFERENCE.lower(), "--json", "--at", "2024-06-06T00:00:00"))
    (one,) = found["clocks"]
    assert (one["rule"], one["edition"], one["amount"]) == ("assessment", "Working Together 2023", 45)
    assert (one["due_at"], one["verdict"]) == ("2024-06-05T22:59:59.000000Z", "late")
    assert [d["number"] for d in one["days"] if d["counted"]] == list(range(46))


@pytest.mark.parametrize("at", ["yesterday", "2024-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59Z"])
def test_a_bad_moment_and_an_unknown_reference_are_one_line(clock: Clock, at: str) -> None:
    with pytest.raises(CommandError) as refused:
        told(REFERENCE, "--at", at)
    assert "\n" not in str(refused.value)
    with pytest.raises(CommandError, match="no record with the reference"):
        told("R-00000000")


def test_a_closure_added_later_and_a_changed_rule_do_not_move_a_clock(clock: Clock) -> None:
    ClosureDay.objects.create(day=date(2024, 4, 2), why="Flooded offices")
    text = told(REFERENCE, "--at", "2024-04-03T09:00:00Z")
    assert "council closed: Flooded offices" in text
    assert "recount  Thu 06 Jun 2024" in text
    assert "due      Wed 05 Jun 2024" in text


def test_a_clock_stopped_while_it_stood_still_is_judged_as_if_let_run_on(manager: User) -> None:
    paused = actions.start("information_request_red", reference=REFERENCE, started_at=SATURDAY, by=manager)
    assert paused is not None
    actions.pause(clock=paused, by=manager, at=SATURDAY + timedelta(hours=1), reason="The school is shut")
    actions.stop(reference=REFERENCE, at=SATURDAY + timedelta(days=3), by=manager)
    ((_, explanation),) = reading.explanations(Clock.objects.of(REFERENCE), SATURDAY + timedelta(days=4))
    assert explanation.verdict is Verdict.STOPPED
    assert not explanation.is_late
