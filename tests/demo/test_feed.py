"""The demonstration's notifications: what is planted in them is there, and what the report counts is so."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from contacts.bundles.likeness import alike, tidy_name
from contacts.models import Contact, ContactPerson
from frontdoor.accounts.models import Agency, User
from frontdoor.demo.feed import Feed, Notification, Slips
from frontdoor.demo.feed_figures import measure
from frontdoor.demo.feed_words import misspelt
from frontdoor.demo.models import DemoMark, FeedTruth
from tests.factories import StaffFactory

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def month(seed: int = 4, count: int = 400) -> list[Notification]:
    return Feed(Random(seed), [], AT, 30, Slips()).month(count)


@pytest.fixture(scope="module")
def told() -> list[Notification]:
    return month()


def planted(told: list[Notification], what: str) -> list[Notification]:
    return [one for one in told if what in one.plants]


def test_a_month_is_the_same_for_the_same_seed_and_lies_before_its_end(told: list[Notification]) -> None:
    assert month() == told
    assert month(5) != told
    assert len(told) == 400
    assert all((AT - one.received_at).days < 32 and one.received_at < AT for one in told)
    assert sorted(one.received_at for one in told) == [one.received_at for one in told]


def test_what_is_planted_is_really_there(told: list[Notification]) -> None:
    incidents = defaultdict(list)
    for one in told:
        incidents[one.incident].append(one)
    for one in planted(told, "two_agencies"):
        assert all(other.families == one.families for other in incidents[one.incident])
    assert sum(len({other.agency for other in found}) > 1 for found in incidents.values()) > 20
    one_each = [o for o in planted(told, "siblings") if o.agency == "police" and "again" not in o.plants]
    assert len(one_each) > 40
    assert all(len(one.facts.children) == 1 for one in one_each)
    seen: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for one in told:
        seen[one.families].add(one.incident)
    assert all(len(seen[one.families]) > 1 for one in planted(told, "repeat")[:50])
    assert all(not one.facts.grade for one in planted(told, "ungraded"))
    assert planted(told, "ungraded")
    assert all(one.facts.grade for one in planted(told, "misgraded"))
    assert [one for one in planted(told, "twelve_children") if len(one.facts.children) == 12]
    assert all(one.facts.no_child_identified and not one.families for one in planted(told, "no_child"))
    assert planted(told, "no_child")
    assert all(len(set(one.families)) == 3 for one in planted(told, "group"))
    assert planted(told, "group")
    spelt: dict[Any, set[str]] = defaultdict(set)
    for one in told:
        if len(one.families) == 1:
            spelt[one.families].update(person.name for person in one.facts.people)
    again = [one.families for one in planted(told, "misspelt") if len(seen[one.families]) > 1]
    assert sum(any(alike(tidy_name(a), tidy_name(b)) for a, b in combinations(spelt[f], 2)) for f in again) > 9
    assert any(child.dob_is_estimated for one in planted(told, "no_birth") for child in one.facts.children)


@pytest.mark.parametrize("name", ["Whitlock", "Ashdown", "Leo", "Łucja"])
def test_a_misspelt_name_is_another_one(name: str) -> None:
    assert {misspelt(Random(seed), name) for seed in range(20)} - {name}


def test_only_invented_people_are_told_of(told: list[Notification]) -> None:
    for one in told:
        for person in one.facts.people:
            assert person.address is None or person.address.postcode.startswith("ZZ99")
            assert person.nhs_number[:3] in ("", "999")
            assert person.telephone[:9] in ("", "01632 960")


@pytest.fixture
def agencies(db: None) -> dict[str, Agency]:
    kinds = {"police": "6", "school": "2A", "health": "3F"}
    return {
        code: Agency.objects.create(code=code, name=f"Exampleshire {code}", kind=code, default_source=source)
        for code, source in kinds.items()
    }


def test_a_small_month_meets_the_aims(agencies: dict[str, Agency], capsys: pytest.CaptureFixture[str]) -> None:
    StaffFactory.create(role="duty_manager")
    DemoMark.objects.create(people=20, seed=1, made_for=AT)
    call_command("feed_report", write=160, seed=3, at=AT.isoformat())
    out = capsys.readouterr().out
    assert Contact.objects.count() == FeedTruth.objects.count() == 160
    assert Contact.objects.filter(grade_is_provisional=True).exists()
    assert ContactPerson.objects.filter(person__isnull=False).count() == 0
    found = measure(1, by=User.objects.get(username="duty.manager"), at=AT)
    assert found.pairs.recall >= 0.95
    assert found.pairs.wrong_share <= 0.01
    # Whatever goes wrong, it is where two families of one name share a house and no mother is named.
    wrongly = FeedTruth.objects.filter(contact__in={key for pair in found.pairs.wrong for key in pair})
    assert all("shared_house" in truth.plants for truth in wrongly)
    assert found.at_once.times_fewer >= 4
    assert found.by_day.alone == found.at_once.alone == 160
    assert found.at_once.bulk <= found.by_day.bulk < 160
    assert f"{len(found.pairs.found):,} of {len(found.pairs.same):,}" in out
    assert "notifications" in out


def test_no_feed_is_written_where_people_are_real(db: None) -> None:
    with pytest.raises(CommandError, match="not marked as a demonstration"):
        call_command("feed_report", write=100)
    DemoMark.objects.create(people=20, seed=1, made_for=AT)
    with pytest.raises(CommandError, match="There is no feed"):
        call_command("feed_report")
    with pytest.raises(CommandError, match="40 to 20,000"):
        call_command("feed_report", write=3)
