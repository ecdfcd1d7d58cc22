"""A part that is a name beside another name is kept: Na, None, Nk, Anon, Tbc."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.accounts.models import User
from frontdoor.people import actions
from frontdoor.people.actions import GivenName
from frontdoor.people.matching.candidates import Sought, candidates
from frontdoor.people.words import is_no_name, may_be_a_name, name_parts
from tests.people.conftest import AT

DOUBTFUL = ("Na", "None", "Nk", "Anon", "Tbc")


@given(st.sampled_from(DOUBTFUL), st.sampled_from([str, str.upper, str.lower]), st.sampled_from(["Kimtrial", "O’Dowd"]))
def test_beside_a_name_it_is_a_name_and_alone_it_is_asked_about(doubtful, written, other) -> None:
    part = written(doubtful)
    assert name_parts(part, other) == (part, other)
    assert name_parts(other, part) == (other, part)
    assert not is_no_name(f"{part} {other}")
    assert is_no_name(part)
    assert is_no_name(f"{part} {part}")
    assert may_be_a_name(part)
    assert name_parts(part, "") == name_parts(part, "Unknown") == ("", "")


@pytest.mark.parametrize("none", ["Unknown", "not known", "N/K", "n/a", "?", "", "Anonymous"])
def test_what_is_no_name_is_none_beside_a_name_too(none: str) -> None:
    assert name_parts(none, "Kimtrial") == ("", "Kimtrial")
    assert not may_be_a_name(none)


@pytest.mark.parametrize("doubtful", DOUBTFUL)
def test_the_record_keeps_both_names_and_is_found_by_them(officer: User, manager: User, doubtful: str) -> None:
    first = actions.create_person(by=manager, at=AT, names=[GivenName(doubtful, "Kimtrial")])
    last = actions.create_person(by=manager, at=AT, names=[GivenName("Aurelia", doubtful)])
    assert (first.display_name, last.display_name) == (f"{doubtful} Kimtrial", f"Aurelia {doubtful}")
    assert candidates(Sought(given=doubtful, family="Kimtrial"), officer)[0].person == first
    alone = actions.create_person(by=manager, at=AT, names=[GivenName(doubtful)], description="Girl, about 4")
    assert alone.display_name == "Girl, about 4"
    sure = actions.create_person(by=manager, at=AT, names=[GivenName(doubtful, is_sure=True)])
    assert sure.display_name == doubtful
