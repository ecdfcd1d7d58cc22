"""Changes of shift on England's calendar: nights, weekends, bank holidays and the two nights the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.handover.shifts import Change, Plan, Shift, changes, next_change, now_on
from frontdoor.clocks.working_days import LONDON, at_london, is_working_day, london_date

SHIPPED = Plan()
WORKED = "{0} 09:00 edt>day 09:30, {0} 17:00 day>edt 17:30, {0} 21:00 edt>edt 21:30"


def between(first: date, last: date, plan: Plan = SHIPPED, closures: frozenset[date] = frozenset()) -> list[Change]:
    start, end = at_london(first, time(0)) - timedelta(seconds=1), at_london(last, time(23, 59))
    return list(changes(start, end, lambda day: plan, closures))


def told(change: Change) -> str:
    at, by = change.at.astimezone(LONDON), change.take_by.astimezone(LONDON)
    return f"{at:%a %H:%M} {change.before}>{change.after} {by:%H:%M}"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        # An ordinary working day.
        ((2026, 11, 25), (2026, 11, 25), [*WORKED.format("Wed").split(", ")]),
        # A weekend belongs to the duty team from Friday to Monday.
        (
            (2026, 11, 28), (2026, 11, 30),
            ["Sat 09:00 edt>edt 09:30", "Sat 21:00 edt>edt 21:30", "Sun 09:00 edt>edt 09:30",
             "Sun 21:00 edt>edt 21:30", *WORKED.format("Mon").split(", ")],
        ),
        # Christmas Day on a Friday, Boxing Day's substitute on the Monday.
        (
            (2026, 12, 25), (2026, 12, 25), ["Fri 09:00 edt>edt 09:30", "Fri 21:00 edt>edt 21:30"],
        ),
        ((2026, 12, 28), (2026, 12, 28), ["Mon 09:00 edt>edt 09:30", "Mon 21:00 edt>edt 21:30"]),
        ((2026, 12, 29), (2026, 12, 29), [*WORKED.format("Tue").split(", ")]),
    ],
)  # fmt: skip
def test_who_hands_over_to_whom_and_by_when_it_is_taken(
    first: tuple[int, int, int], last: tuple[int, int, int], expected: list[str]
) -> None:
    assert [told(change) for change in between(date(*first), date(*last))] == expected


def test_the_clocks_change_within_a_shift_of_eleven_or_thirteen_hours() -> None:
    """Sunday 29 March 2026 and Sunday 25 October 2026: wall-clock times stay, the length of the night differs."""
    for day, hours in ((date(2026, 3, 29), 11), (date(2026, 10, 25), 13)):
        morning = between(day, day)[0]
        assert told(morning).startswith("Sun 09:00 edt>edt")
        assert morning.at - morning.began == timedelta(hours=hours)


def test_a_change_at_a_time_that_does_not_come_or_comes_twice_is_one_change() -> None:
    plan = Plan(edt_changes=(time(1, 30), time(9)))
    spring = between(date(2026, 3, 29), date(2026, 3, 29), plan)
    assert [change.at for change in spring] == [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 8, tzinfo=UTC)
    ]  # fmt: skip
    autumn = between(date(2026, 10, 25), date(2026, 10, 25), plan)
    assert [change.at for change in autumn] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 9, tzinfo=UTC)
    ]  # fmt: skip
    gap = Plan(edt_changes=(time(1, 30), time(2, 30)))
    assert len(between(date(2026, 3, 29), date(2026, 3, 29), gap)) == 1, "both are the same moment"


def test_fridays_may_end_earlier_and_a_closed_council_is_the_duty_teams() -> None:
    plan = Plan(day_from=time(8, 45), friday_to=time(16, 30))
    friday = between(date(2026, 11, 27), date(2026, 11, 27), plan)
    assert [told(change) for change in friday][:2] == ["Fri 08:45 edt>day 09:30", "Fri 16:30 day>edt 17:00"]
    closed = between(date(2026, 11, 27), date(2026, 11, 27), plan, frozenset({date(2026, 11, 27)}))
    assert {change.after for change in closed} == {Shift.EDT}


moments = st.integers(0, 7 * 365 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
plans = st.builds(Plan, edt_changes=st.lists(times, min_size=1, max_size=4).map(tuple))


@given(moments, st.integers(0, 20 * 24 * 60), plans)
def test_changes_follow_each_other_without_gap_or_overlap(start: datetime, minutes: int, plan: Plan) -> None:
    """Each shift begins where the one before ended, and cutting the time in two loses or doubles no change."""
    end = start + timedelta(minutes=minutes)
    found = list(changes(start, end, lambda day: plan, ()))
    for one, two in pairwise(found):
        assert one.at == two.began < two.at
        assert one.after == two.before
    assert all(start < change.at <= end and change.take_by >= change.at for change in found)
    middle = start + (end - start) / 2
    halves = [*changes(start, middle, lambda day: plan, ()), *changes(middle, end, lambda day: plan, ())]
    assert halves == found


@given(moments)
def test_the_day_team_is_on_exactly_in_its_hours(at: datetime) -> None:
    day = london_date(at)
    on = is_working_day(day) and at_london(day, time(9)) <= at < at_london(day, time(17))
    since, shift = now_on(at, lambda day: SHIPPED, ())
    assert (shift is Shift.DAY) == on
    assert since <= at < next_change(at, lambda day: SHIPPED, ()).at
