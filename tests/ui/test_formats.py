"""How dates, times, ages and deadlines read."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from frontdoor.ui import formats

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


def test_a_time_is_shown_as_it_was_in_england_in_winter_and_in_summer() -> None:
    assert formats.moment(datetime(2026, 11, 23, 14, 5, tzinfo=UTC)) == "23 November 2026 at 2:05pm"
    assert formats.moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026 at 12:30am"
    assert formats.clock_time(NOON) == "12:00pm"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        formats.moment(datetime(2026, 11, 23, 14, 5))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(minutes=25), "25 minutes left"),
        (timedelta(minutes=1), "1 minute left"),
        (timedelta(hours=3, minutes=20), "3 hours left"),
        (timedelta(days=1), "1 working day left"),
        (timedelta(days=7), "5 working days left"),
        (timedelta(minutes=-5), "late by 5 minutes"),
        (timedelta(hours=-2), "late by 2 hours"),
        (timedelta(days=-4), "late by 2 working days"),
    ],
)
def test_time_left_is_in_hours_near_the_deadline_and_in_working_days_further_off(delta: timedelta, text: str) -> None:
    assert formats.time_left(NOON + delta, NOON) == text


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(minutes=40), "40 minutes left"),
        (timedelta(hours=70, minutes=10), "70 hours left"),
        (timedelta(days=5, hours=3), "5 days left"),
        (timedelta(hours=-30), "late by 30 hours"),
    ],
)
def test_what_runs_by_the_clock_ends_on_a_weekend_too(delta: timedelta, text: str) -> None:
    assert formats.time_left(NOON + delta, NOON, by_the_clock=True) == text


def test_bank_holidays_and_local_closures_are_not_working_days() -> None:
    assert formats.working_days_between(date(2026, 12, 24), date(2026, 12, 29)) == 1
    assert formats.working_days_between(date(2026, 12, 24), date(2026, 12, 29), [date(2026, 12, 29)]) == 0


def test_a_deadline_passed_over_a_weekend_says_since_when() -> None:
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert formats.time_left(friday, friday + timedelta(days=1, hours=3)) == "late since 20 Nov 2026"


def test_the_state_of_a_clock() -> None:
    assert formats.clock_state(NOON, NOON + timedelta(seconds=1)) == "late"
    assert formats.clock_state(NOON, NOON) == "soon"
    assert formats.clock_state(NOON + timedelta(days=3), NOON) == "running"
    assert formats.clock_state(NOON, NOON, stopped_at=NOON) == "met"
    assert formats.clock_state(NOON, NOON, stopped_at=NOON + timedelta(minutes=1)) == "missed"
    assert formats.clock_state(NOON, NOON, paused=True) == "paused"


@pytest.mark.parametrize(
    ("born", "text"),
    [
        (date(2026, 11, 11), "12 days"),
        (date(2026, 4, 20), "7 months"),
        (date(2024, 11, 24), "23 months"),
        (date(2024, 11, 23), "2 years"),
        (date(2022, 11, 24), "3 years"),
        (date(2027, 3, 3), "unborn, due 3 Mar 2027"),
        (None, "age not known"),
    ],
)
def test_ages(born: date | None, text: str) -> None:
    assert formats.age(born, NOON) == text


def test_the_age_of_a_person_says_how_sure_it_is() -> None:
    def person(**facts: object) -> SimpleNamespace:
        return SimpleNamespace(**{"date_of_birth": None, "expected_on": None, "died_on": None, **facts})

    assert (
        formats.person_age(person(date_of_birth=date(2022, 1, 1), dob_precision="estimated"), NOON) == "about 4 years"
    )
    assert formats.person_age(person(dob_precision="expected", expected_on=date(2027, 3, 3)), NOON) == (
        "unborn, due 3 Mar 2027"
    )
    gone = person(date_of_birth=date(2020, 1, 1), died_on=date(2026, 1, 2), dob_precision="exact")
    assert formats.person_age(gone, NOON) == "died 2 Jan 2026, aged 6 years"


def test_small_words() -> None:
    assert formats.count(1, "child", "children") == "1 child"
    assert formats.count(1204, "child", "children") == "1,204 children"
    assert formats.joined(["a", "b", "c"]) == "a, b and c"
    assert formats.ago(NOON - timedelta(hours=3), NOON) == "3 hours ago"


def test_the_greeting_goes_by_the_clock_in_london() -> None:
    said = [formats.greeting(datetime(2026, 7, 1, hour, 59, tzinfo=UTC)) for hour in (10, 11, 15, 16, 22)]
    assert said == ["Good morning", "Good afternoon", "Good afternoon", "Good evening", "Good evening"]
