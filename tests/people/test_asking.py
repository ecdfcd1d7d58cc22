"""What somebody types into the one box, as it is read: no database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.people import asking
from frontdoor.ui.formats import age

ON = date(2026, 11, 23)


def first(typed):
    return asking.readings(typed, ON)[0]


@pytest.mark.parametrize(
    "typed",
    [
        "R-R9T0HES8", "r-r9t0hes8", "RR9T0HES8", "r r9t0 hes8", " R - R9T0 HES8 ", "r-r9tohes8", "R‑R9T0HES8",
        "R–R9T0HES8",
    ],
)  # fmt: skip
def test_a_reference_is_one_however_it_is_dictated(typed):
    assert asking.reference_in(typed)[0] == "R-R9T0HES8"


@pytest.mark.parametrize("kind", "PCRAE")
def test_every_kind_of_record_has_its_letter(kind):
    assert asking.reference_in(f"{kind.lower()}7k3m9q2d") == (f"{kind}-7K3M9Q2D", True)


@pytest.mark.parametrize("typed", ["Alexander", "Catherine", "al exander", "Charles 12", "Penny Cole"])
def test_a_name_of_nine_letters_is_first_of_all_a_name(typed):
    assert asking.reference_in(typed)[1] is False


def test_a_line_copied_from_a_page_is_known_by_the_reference_in_it():
    assert asking.reference_in("Violet Smallwood, 5 years P-SN227F31 Warning") == ("P-SN227F31", True)


@pytest.mark.parametrize(
    "typed",
    [
        "03022015", "030215", "3-Feb-2015", "3 Feb 15", "3rd of February 2015", "3/2/15", "3.2.2015", "2015-02-03",
        "February 3, 2015", "3 February 2015", "03 02 2015", "born 3 February 2015 (estimated)", "3feb2015",
    ],
)  # fmt: skip
def test_a_birth_date_in_any_common_form(typed):
    reading = first(f"Zoë Kettle {typed}")
    assert reading.born == date(2015, 2, 3)
    assert {"zoe", "kettle"} <= set(reading.words)


def test_a_year_of_two_figures_is_never_in_the_future():
    assert first("carla 5/11/38").born == date(1938, 11, 5)
    assert first("carla 5/11/26").born == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("violet 5", (date(2020, 11, 24), date(2021, 11, 23))),
        ("smallwood 5 years", (date(2020, 11, 24), date(2021, 11, 23))),
        ("violet, about 5 years", (date(2020, 11, 24), date(2021, 11, 23))),
        ("violet 18mths", (date(2025, 4, 24), date(2025, 5, 23))),
        ("violet 5yo", (date(2020, 11, 24), date(2021, 11, 23))),
        ("smallwood aug 2021", (date(2021, 8, 1), date(2021, 8, 31))),
        ("smallwood 08/2021", (date(2021, 8, 1), date(2021, 8, 31))),
        ("smallwood 2021-08", (date(2021, 8, 1), date(2021, 8, 31))),
        ("Smallwood 2021", (date(2021, 1, 1), date(2021, 12, 31))),
        ("violet 1 day", (date(2026, 11, 22), date(2026, 11, 22))),
    ],
)  # fmt: skip
def test_an_age_a_month_or_a_year_of_birth_is_a_span_of_days(typed, span):
    ways = asking.readings(typed, ON)
    assert next(r.span for r in ways if r.span and r.words in (("violet",), ("smallwood",))) == span


@given(st.dates(date(1940, 1, 1), ON))
def test_the_age_a_page_shows_can_be_typed_back(born):
    shown = age(born, ON)
    span = first(f"violet {shown}").span
    assert span is not None
    assert span[0] <= born <= span[1], shown


def test_a_telephone_number_stands_beside_a_name_with_its_extension_left_out():
    reading = first("kettle 01632 960123 ext 204")
    assert (reading.telephone, reading.words) == ("01632960123", ("kettle",))


@pytest.mark.parametrize("typed", ["Kettle ZZ99 7EP", "zz997ep kettle", "Kettle, zz99-7ep"])
def test_a_postcode_stands_beside_a_name(typed):
    reading = first(typed)
    assert (reading.postcode, reading.words) == ("ZZ997EP", ("kettle",))


def test_house_and_street_are_told_from_the_name_before_them():
    reading = first("Musa Kettle, 165 Station Road, Exampleton, ZZ99 7EP")
    assert (reading.words, reading.place, reading.postcode) == (
        ("musa", "kettle"),
        "165 STATION ROAD EXAMPLETON",
        "ZZ997EP",
    )


def test_five_violet_may_be_a_child_of_five():
    ways = asking.readings("5 violet", ON)
    assert ways[0].place == "5 VIOLET"
    assert any(r.words == ("violet",) and r.span for r in ways)


def test_a_month_may_be_a_childs_name():
    ways = asking.readings("June Kettle 2019", ON)
    assert ways[0].words == ("june", "kettle")
    ways = asking.readings("Kettle June 2019", ON)
    assert ways[0].span == (date(2019, 6, 1), date(2019, 6, 30))
    assert any(set(r.words) == {"june", "kettle"} and r.span == (date(2019, 1, 1), date(2019, 12, 31)) for r in ways)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(typed):
    for reading in asking.readings(typed, ON):
        assert not reading.is_nothing
    asking.reference_in(typed)
