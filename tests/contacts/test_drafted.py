"""The list of drafts says who rang and about whom, so that two calls can be told apart."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from contacts.recording.drafted import call
from frontdoor.accounts.models import User
from frontdoor.drafts.models import Draft
from tests.reading import without_drawn

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SAM = "children-0-given_name=Sam&children-0-family_name=Example"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", ""),
        ("concerns=He+is+cold", ""),
        ("referrer_name=Ann++Trent", "from Ann Trent"),
        (SAM, "about Sam Example"),
        (f"referrer_name=Ann+Trent&{SAM}&children-0-about_age=6", "from Ann Trent about Sam Example, 6"),
        (f"{SAM}&children-0-about_age=6+mon", "about Sam Example"),
        (
            f"{SAM}&children-0-date_of_birth_day=3&children-0-date_of_birth_month=3&children-0-date_of_birth_year=2017",
            "about Sam Example, 9 years",
        ),
        (f"{SAM}&children-0-date_of_birth_day=3", "about Sam Example"),
        (f"{SAM}&children-1-given_name=Zoë&children-TOTAL_FORMS=2", "about Sam Example and 1 other"),
        (
            f"{SAM}&children-1-given_name=Zoë&children-2-given_name=Al&children-TOTAL_FORMS=3",
            "about Sam Example and 2 others",
        ),
    ],
)
def test_who_rang_and_about_whom(typed: str, told: str) -> None:
    assert call(QueryDict(typed), on=TODAY) == told


NAMES = [
    "referrer_name", "children-TOTAL_FORMS", "children-0-given_name", "children-0-about_age",
    *(f"children-0-date_of_birth_{part}" for part in ("day", "month", "year")),
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=200)))
def test_whatever_is_typed_the_list_opens(typed: dict[str, str]) -> None:
    found = QueryDict(mutable=True)
    found.update(typed)
    assert len(call(found, on=TODAY)) < 300


@pytest.mark.django_db
def test_two_drafts_can_be_told_apart(client: Client, officer: User) -> None:
    for name in ("Sam", "Kit"):
        Draft.objects.create(
            id=uuid4(),
            user=officer,
            kind="contact",
            body=f"referrer_name=Ann+Trent&children-0-given_name={name}".encode(),
        )
    client.force_login(officer)
    seen = " ".join(client.get("/drafts/").content.decode().split())
    assert "Contact being recorded from Ann Trent about Sam" in seen
    assert "Contact being recorded from Ann Trent about Kit" in seen
    assert "Ann" not in without_drawn(seen[seen.index("<title>") : seen.index("</title>")])
