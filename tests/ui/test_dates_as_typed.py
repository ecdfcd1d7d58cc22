"""Years of two digits, and the hours the clocks skip or show twice."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.exchange.legacy.checking import loose
from frontdoor.people.asking import readings
from frontdoor.ui.dates import AHEAD, DateField, DateTimeField, DateTimeWidget, full_year, parse_day
from frontdoor.ui.formats import clock_time, moment
from frontdoor.ui.forms import UiForm
from tests.moments import at

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)


class Dates(UiForm):
    born = DateField(label="Date of birth", required=False, latest="today")
    due = DateField(label="Expected", required=False, looks_ahead=True)
    when = DateTimeField(label="When", required=False)


@given(st.integers(0, 99), st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, AHEAD))
def test_a_year_of_two_digits_is_the_latest_that_is_not_to_come(year: int, on: date, ahead: int) -> None:
    found = full_year(f"{year:02}", on=on, ahead=ahead)
    assert found % 100 == year
    assert on.year + ahead - 99 <= found <= on.year + ahead


@pytest.mark.parametrize(("year", "born"), [("38", 1938), ("27", 1927), ("26", 2026), ("05", 2005), ("99", 1999)])
def test_search_forms_and_imports_read_two_digits_alike(year: str, born: int) -> None:
    typed, meant = f"5/11/{year}", date(born, 11, 5)
    asked = readings(f"smith {typed}", TODAY)[0]
    assert (asked.born, asked.words) == (meant, ("smith",))
    assert loose(typed) == (meant, meant)
    assert parse_day(typed) == meant
    for sent in (f"born={typed}", f"born_day=5&born_month=11&born_year={year}"):
        form = Dates(QueryDict(sent))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["born"] == meant


def test_only_what_is_expected_may_be_a_year_to_come() -> None:
    form = Dates(QueryDict("due_day=1&due_month=2&due_year=27&born=1/2/27"))
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["due"], form.cleaned_data["born"]) == (date(2027, 2, 1), date(1927, 2, 1))


def _when(day: str, clock: str) -> Dates:
    month = "3" if day == "29" else "10"
    return Dates(QueryDict(f"when_day={day}&when_month={month}&when_year=2026&when_time={clock}"))


def test_a_time_the_clocks_skip_is_refused_with_a_sentence() -> None:
    told = _when("29", "1:30am").errors["when"][0]
    assert told == (
        "There was no 1:30am on 29 March 2026: the clocks went forward from 1am to 2am. Enter the time the clock showed"
    )
    assert _when("29", "2:00am").is_valid()
    assert _when("29", "0:59").is_valid()


def test_the_hour_the_clocks_show_twice_asks_which() -> None:
    told = _when("25", "1:30am").errors["when"][0]
    assert told == (
        "The clocks showed 1:30am twice on 25 October 2026, as they went back. "
        "Enter 1:30am BST for the first time, or 1:30am GMT for the second"
    )
    for typed, hour in (("1:30am BST", 0), ("1.30am gmt", 1)):
        form = _when("25", typed)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["when"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert _when("25", "2:00am").is_valid()


def test_the_two_hours_are_told_apart_where_they_are_shown() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert (clock_time(first), clock_time(second)) == ("1:30am BST", "1:30am GMT")
    assert moment(second) == "25 October 2026 at 1:30am GMT"
    assert clock_time(datetime(2026, 10, 25, 2, 30, tzinfo=UTC)) == "2:30am"
    field = DateTimeField(label="When", required=False)
    for instant in (first, second):
        assert field.clean(DateTimeWidget().decompress(instant)) == instant


def test_a_whole_time_in_one_value_is_asked_about_as_one_in_four_boxes() -> None:
    for sent, told in (("2026-03-29T01:30", "There was no 1:30am"), ("2026-10-25T01:30", "twice on 25 October 2026")):
        form = Dates(QueryDict(f"when={sent}"))
        assert told in form.errors["when"][0], sent
    for sent, hour in (("2026-10-25T01:30%2B01:00", 0), ("2026-10-25T01:30Z", 1)):
        form = Dates(QueryDict(f"when={sent}"))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["when"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_within_the_first_of_the_two_hours_nobody_is_asked_which() -> None:
    field = DateTimeField(label="When", latest="now")
    with at(datetime(2026, 10, 25, 0, 45, tzinfo=UTC)):
        assert field.clean(["25", "10", "2026", "1:30"]) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with at(datetime(2026, 10, 25, 1, 45, tzinfo=UTC)), pytest.raises(forms.ValidationError, match="twice"):
        field.clean(["25", "10", "2026", "1:30"])
