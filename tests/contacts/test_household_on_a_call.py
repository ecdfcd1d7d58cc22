"""While a call is typed: the household of a child chosen comes first, who contradicts stands behind "more"."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.people import actions as people
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import set_restriction
from tests.factories import StaffFactory

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(days=20)

pytestmark = pytest.mark.django_db


def somebody(given: str, born: date, by: User, sex: str, family: str = "Smallwood") -> Person:
    return people.create_person(
        by=by, at=BEFORE, names=[people.GivenName(given, family)], date_of_birth=born, sex=sex,
        address={"lines": "82 Quarry Hill", "postcode": "ZZ99 4QH"},
    )  # fmt: skip


@pytest.fixture
def violet(manager: User) -> Person:
    return somebody("Violet", date(2021, 8, 30), manager, "F")


@pytest.fixture
def zack(manager: User) -> Person:
    return somebody("Zack", date(2010, 2, 1), manager, "M")


@pytest.fixture
def mother(manager: User, violet: Person) -> Person:
    found = somebody("Ann", date(1988, 5, 1), manager, "F", family="Pell")
    people.add_relationship(person=violet, other=found, kind="mother", by=manager, at=BEFORE, lives_with=True)
    return found


def looked(client: Client, user: User, row: str, given: Mapping[str, str], chosen: Person | None = None) -> str:
    """What the fragment of one row says, where a child is chosen in the first row of children."""
    client.force_login(user)
    data = {"children-TOTAL_FORMS": "2", "adults-TOTAL_FORMS": "1", "families-TOTAL_FORMS": "1"}
    data |= {f"{row}-{name}": value for name, value in given.items()}
    if chosen is not None:
        data["children-0-suggested_reference"] = chosen.reference
    answer = client.post("/contacts/new/known/", {**data, "row": f"id_{row}-lookup"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def offered(html: str) -> list[str]:
    """References of the radios, as they stand on the page."""
    return re.findall(r'type="radio"[^>]*value="(P-[0-9A-Z]{8})"', html)


def test_the_household_of_the_child_chosen_is_offered_with_nothing_typed(
    client: Client, officer: User, violet: Person, zack: Person, mother: Person
) -> None:
    children = looked(client, officer, "children-1", {}, violet)
    assert offered(children) == [zack.reference]
    assert "The same address on record as Violet Smallwood." in children
    assert "checked" not in children
    adults = looked(client, officer, "adults-0", {}, violet)
    assert offered(adults) == [mother.reference]
    assert "Mother of Violet Smallwood." in adults


def test_it_comes_before_others_of_the_name(
    client: Client, officer: User, manager: User, violet: Person, zack: Person
) -> None:
    other = people.create_person(
        by=manager, at=BEFORE, names=[people.GivenName("Zachary", "Smallwood")], date_of_birth=date(2010, 3, 3), sex="M"
    )
    typed = {"given_name": "Zachary", "family_name": "Smallwood"}
    assert offered(looked(client, officer, "children-1", typed, violet)) == [zack.reference, other.reference]


def test_with_nobody_chosen_and_nothing_typed_nothing_is_said(client: Client, officer: User, violet: Person) -> None:
    said = looked(client, officer, "children-1", {})
    assert offered(said) == []
    assert "No matching records" not in said


@pytest.mark.parametrize(
    "typed", [{"about_age": "3"}, {"date_of_birth": "2023-02-01"}, {"sex": "F"}], ids=["age", "birth", "sex"]
)
def test_who_contradicts_stands_behind_more(
    client: Client, officer: User, violet: Person, zack: Person, typed: dict[str, str]
) -> None:
    html = looked(client, officer, "children-1", {"given_name": "Zack", "family_name": "Smallwood", **typed}, violet)
    before, _, behind = html.partition("<details")
    assert zack.reference in behind
    assert zack.reference not in before
    assert "More: 1 person of another age or sex" in behind


@pytest.mark.parametrize("typed", [{"about_age": "16"}, {"date_of_birth": "2010-01-02"}, {"sex": "M"}, {}])
def test_who_does_not_stands_in_front(
    client: Client, officer: User, violet: Person, zack: Person, typed: dict[str, str]
) -> None:
    html = looked(client, officer, "children-1", {"given_name": "Zack", "family_name": "Smallwood", **typed}, violet)
    assert zack.reference in html
    assert "<details" not in html


def test_the_same_number_is_never_behind_more(client: Client, officer: User, manager: User) -> None:
    found = people.create_person(
        by=manager, at=BEFORE, names=[people.GivenName("Zack", "Smallwood")], date_of_birth=date(2010, 2, 1), sex="M",
        identifiers_given={"nhs": "9990000018"},
    )  # fmt: skip
    typed = {"given_name": "Zack", "family_name": "Smallwood", "about_age": "3", "nhs_number": "9990000018"}
    html = looked(client, officer, "children-0", typed)
    assert found.reference in html.partition("<details")[0]


def test_nobody_hidden_is_of_the_household(
    client: Client, officer: User, worker: User, violet: Person, zack: Person, mother: Person
) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    for one in (zack, mother):
        set_restriction(person=one, holders=[worker], by=dpo, at=NOW, reason="Family of a member of staff.")
    for row in ("children-1", "adults-0"):
        assert offered(looked(client, officer, row, {}, violet)) == []
    set_restriction(person=violet, holders=[worker], by=dpo, at=NOW, reason="Family of a member of staff.")
    assert "Violet" not in looked(client, officer, "adults-0", {}, violet)
