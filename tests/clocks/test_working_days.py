"""England's working days: reference counts, and the rules they follow."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.clocks import working_days as days
from frontdoor.clocks.deadlines import moments
from frontdoor.clocks.editions import Rule, Unit

VECTORS = [
    (
        "2022-09-16",
        {1: "2022-09-20", 7: "2022-09-28", 10: "2022-10-03", 15: "2022-10-10", 35: "2022-11-07", 45: "2022-11-21"},
    ),
    ("2022-06-01", {1: "2022-06-06", 15: "2022-06-24", 45: "2022-08-05"}),
    ("2023-05-05", {1: "2023-05-09", 15: "2023-05-30", 45: "2023-07-11"}),
    ("2024-12-20", {1: "2024-12-23", 7: "2025-01-03", 15: "2025-01-15", 45: "2025-02-26"}),
    ("2020-05-07", {1: "2020-05-11", 45: "2020-07-13"}),
    ("2011-04-21", {1: "2011-04-26", 7: "2011-05-06", 45: "2011-06-30"}),
    ("2024-03-30", {45: "2024-06-05"}),
    ("2024-03-28", {45: "2024-06-05"}),
]
CASES = [(start, count, due) for start, ends in VECTORS for count, due in ends.items()]
DAYS = st.dates(date(2000, 1, 1), date(2030, 10, 1))


@pytest.mark.parametrize(("start", "count", "due"), CASES)
def test_reference_counts(start: str, count: int, due: str) -> None:
    assert days.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(due)


@pytest.mark.parametrize(
    "day",
    [
        "2011-04-29",
        "2012-06-05",
        "2020-05-08",
        "2022-06-02",
        "2022-06-03",
        "2022-09-19",
        "2023-05-08",
        "2000-12-25",
        "2030-12-26",
    ],
)
def test_holidays_of_one_year_only_are_known(day: str) -> None:
    assert "bank holiday" in days.why_not_working(date.fromisoformat(day))


@pytest.mark.parametrize(("year", "count"), [(2023, 251), (2024, 254), (2025, 253)])
def test_working_days_of_a_year(year: int, count: int) -> None:
    assert days.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


def test_the_council_may_close_on_more_days() -> None:
    assert days.add_working_days(date(2026, 12, 23), 1, {date(2026, 12, 24)}) == date(2026, 12, 29)


@given(DAYS, st.integers(0, 60))
def test_the_count_is_the_number_of_working_days_between(start: date, count: int) -> None:
    assert days.working_days_between(start, days.add_working_days(start, count)) == count


@given(DAYS, st.integers(1, 60))
def test_a_deadline_is_a_working_day_and_later_starts_are_never_due_earlier(start: date, count: int) -> None:
    due = days.add_working_days(start, count)
    assert days.is_working_day(due)
    assert days.add_working_days(start + timedelta(days=1), count) >= due


def test_a_day_ends_at_its_last_second_in_london_in_summer_and_winter() -> None:
    assert days.end_of_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)
    assert days.end_of_day(date(2026, 12, 1)) == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)


def test_day_0_is_the_london_date_just_after_midnight_in_summer() -> None:
    assert days.london_date(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-20T16:00", 2, "2026-11-23T10:00"),  # Friday to Monday
        ("2026-11-21T12:00", 4, "2026-11-23T13:00"),  # received on a Saturday
        ("2026-11-23T09:00", 8, "2026-11-23T17:00"),  # ends as the office closes, not when it opens
        ("2026-03-27T16:30", 1, "2026-03-30T09:30"),  # over the change to summer time
        ("2026-10-23T16:30", 1, "2026-10-26T09:30"),  # and back
    ],
)
def test_office_hours(start: str, hours: int, end: str) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=days.LONDON)
    wanted = datetime.fromisoformat(end).replace(tzinfo=days.LONDON)
    assert days.add_working_time(begin, timedelta(hours=hours)) == wanted.astimezone(UTC)


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_a_day_in_hours_is_24_of_them_when_the_clocks_change(day: date) -> None:
    """A start said in London's time (an import keeps it so) counts as the same moment in UTC does."""
    rule = Rule("decision", "Decide", 1440, Unit.MINUTES, "local", "", date(2020, 1, 1), warn_minutes=120)
    start = datetime(day.year, day.month, day.day, 20, 0, tzinfo=days.LONDON)
    found = moments(rule, start)
    assert found == moments(rule, start.astimezone(UTC))
    assert found.due_at - start.astimezone(UTC) == timedelta(hours=24)
