"""Ages as people say them: what was said, on the day it was said."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.people.ages import born_about, is_grown_up, months_before, years_old
from frontdoor.ui.formats import age

ON = date(2026, 11, 29)
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(st.integers(1, 23), DAYS)
def test_months_read_as_said_on_the_day(months: int, on: date) -> None:
    born = born_about(f"{months} months", on)
    assert born is not None
    read = age(born, on)
    assert read == (f"{months} months" if months > 1 else read)
    if months == 1:
        assert read == "1 month" or (on - born).days < 28


@given(st.integers(2, 19), DAYS)
def test_years_read_as_said_on_the_day(years: int, on: date) -> None:
    born = born_about(str(years), on)
    assert born is not None
    assert age(born, on) == f"{years} years"
    assert years_old(born, on) == years
    assert is_grown_up(born, on) == (years >= 18)


@given(st.integers(0, 1440), DAYS)
def test_months_before_is_a_day_of_that_month(months: int, on: date) -> None:
    found = months_before(on, months)
    assert (on.year - found.year) * 12 + on.month - found.month == months
    assert found.day == on.day or (found + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("4", "2022-11-29"), ("about 4", "2022-11-29"), ("c. 4", "2022-11-29"), ("aged 4 years old", "2022-11-29"),
        ("6 months", "2026-05-29"), ("6/12", "2026-05-29"), ("18mths", "2025-05-29"), ("6 wks", "2026-10-18"),
        ("three weeks", "2026-11-08"), ("4½", "2022-05-29"), ("4 1/2", "2022-05-29"), ("4.5", "2022-05-29"),
        ("four and a half", "2022-05-29"), ("4-5", "2022-05-29"), ("4 or 5", "2022-05-29"), ("4–5", "2022-05-29"),
        ("2 years 3 months", "2024-08-29"), ("2y3m", "2024-08-29"), ("2 yrs, 3 mths", "2024-08-29"),
        ("1 year and 6 weeks", "2025-10-18"), ("a year and a half", "2025-05-29"), ("half a year", "2026-05-29"),
        ("newborn", "2026-11-29"), ("new born", "2026-11-29"), ("nearly 5", "2021-12-29"), ("10 days", "2026-11-19"),
        ("almost 6 months", "2026-06-05"), ("just turned 3", "2023-11-29"), ("14 yo", "2012-11-29"),
        ("13 yrs 11 mths", "2012-12-29"), ("12YRS", "2014-11-29"), ("6\u00a0months", "2026-05-29"),
    ],
)  # fmt: skip
def test_an_age_is_understood_however_it_is_said(said: str, born: str) -> None:
    assert born_about(said, ON) == date.fromisoformat(born)


@pytest.mark.parametrize("said", ["", "young", "-4", "4000", "121", "5 5", "3 months 2 years", "nearly 0", "½", "baby"])
def test_what_is_no_age_is_none(said: str) -> None:
    assert born_about(said, ON) is None


@given(st.text(max_size=30))
def test_no_words_break_it_and_nobody_is_born_after_it_was_said(said: str) -> None:
    born = born_about(said, ON)
    assert born is None or date(1900, 1, 1) < born <= ON
