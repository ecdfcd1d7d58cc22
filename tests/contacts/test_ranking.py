"""The order of the queue as properties of the pure ranking: what holds for any facts and any weights."""

import itertools
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contacts.ranking import order as ranking
from contacts.ranking.order import Facts, Tier, Weights

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
WORSE = ["blue", "green", "amber", "red"]
small = st.integers(0, 500)


@st.composite
def any_weights(draw: st.DrawFn) -> Weights:
    red, amber, green, blue = sorted((draw(small) for _ in range(4)), reverse=True)
    unborn, under_one, under_five = sorted((draw(small) for _ in range(3)), reverse=True)
    return Weights(
        minutes_per_point=draw(st.integers(1, 1440)), red=red, amber=amber, green=green, blue=blue,
        ungraded=draw(small), unborn=unborn, under_one=under_one, under_five=under_five,
        pregnancy=draw(small), disability=draw(small), unseen=draw(small), safe_until=draw(small),
        safe_until_hours=draw(st.integers(0, 48)),
    )  # fmt: skip


moment = st.integers(0, 60 * 24 * 120).map(lambda minutes: NOW - timedelta(minutes=minutes))
any_facts = st.builds(
    Facts, received_at=moment, grade=st.sampled_from(["", *WORSE]), is_fast_track=st.booleans(),
    is_on_plan=st.booleans(), youngest=st.sampled_from(["", "unborn", "under_one", "under_five"]),
    is_pregnancy=st.booleans(), is_disabled=st.booleans(), is_unseen=st.booleans(),
    safe_until=st.none() | moment.map(lambda at: at + timedelta(days=3)), ranks_with_concerns=st.booleans(),
)  # fmt: skip


def place(facts: Facts, weights: Weights, at: datetime = NOW) -> tuple[int, datetime]:
    found = ranking.rank(facts, weights, at)
    return (found.tier, found.rank_at)


@given(any_facts, any_weights(), st.sampled_from(list(itertools.pairwise(WORSE))))
def test_a_worse_grade_never_ranks_lower(facts: Facts, weights: Weights, pair: tuple[str, str]) -> None:
    better, worse = (place(replace(facts, grade=grade), weights) for grade in pair)
    assert worse <= better


@given(any_facts, any_weights(), st.integers(1, 100_000))
def test_longer_waiting_never_ranks_lower(facts: Facts, weights: Weights, minutes: int) -> None:
    """Of two with the same facts the one received earlier is never below; and waiting on never sinks anybody."""
    earlier = replace(facts, received_at=facts.received_at - timedelta(minutes=minutes))
    assert place(earlier, weights) < place(facts, weights)
    assert place(facts, weights, NOW + timedelta(minutes=minutes)) <= place(facts, weights)


@given(any_facts, any_facts, any_weights())
def test_the_fast_track_is_above_everything(fast: Facts, other: Facts, weights: Weights) -> None:
    fast, other = replace(fast, is_fast_track=True), replace(other, is_fast_track=False)
    assert place(fast, weights) < place(other, weights)


@given(any_facts, any_facts, any_weights())
def test_no_contact_waits_for_ever_behind_newer_ones_of_its_grade(old: Facts, new: Facts, weights: Weights) -> None:
    """Whatever arrives later than a fixed stretch after it stands behind it, and the stretch is known beforehand."""
    new = replace(new, is_fast_track=False, is_on_plan=old.is_on_plan, ranks_with_concerns=old.ranks_with_concerns)
    new = replace(new, grade=old.grade)
    later = old.received_at + ranking.longest_overtaking_in_grade(weights) + timedelta(minutes=1)
    assert place(old, weights) < place(replace(new, received_at=later), weights)


@given(any_facts, any_facts, any_weights())
def test_nothing_mild_starves_behind_amber_either(old: Facts, new: Facts, weights: Weights) -> None:
    old, new = (
        replace(f, is_fast_track=False, is_on_plan=False, ranks_with_concerns=True) for f in (old, new)
    )  # fmt: skip
    assume("red" not in (old.grade, new.grade))
    later = old.received_at + ranking.longest_overtaking(weights) + timedelta(minutes=1)
    assert place(old, weights) < place(replace(new, received_at=later), weights)


@given(any_facts, any_facts, any_weights())
def test_nothing_old_and_mild_passes_the_first_tiers(mild: Facts, red: Facts, weights: Weights) -> None:
    mild = replace(mild, grade="blue", is_on_plan=False, is_fast_track=False)
    for first in (replace(red, grade="red"), replace(red, is_on_plan=True)):
        first = replace(first, ranks_with_concerns=True)
        assert place(first, weights) < place(mild, weights)


@given(st.lists(any_facts, min_size=2, max_size=6), any_weights(), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_who_was_typed_in_first(all_facts, weights, dice) -> None:
    """Equals too stand in one order, whatever the order they arrived in."""
    lines = [(f"C-{number % 3:08d}{number}", facts) for number, facts in enumerate([*all_facts, *all_facts[:2]])]
    shuffled = list(lines)
    dice.shuffle(shuffled)

    def order(rows):
        return [name for name, _ in sorted(rows, key=lambda r: ranking.key(ranking.rank(r[1], weights, NOW), r[0]))]

    assert order(lines) == order(shuffled)


@given(any_facts, any_weights())
def test_the_reasons_add_up(facts: Facts, weights: Weights) -> None:
    found = ranking.rank(facts, weights, NOW)
    assert sum(reason.points for reason in found.reasons) == found.points
    assert all(reason.points > 0 and reason.words for reason in found.reasons)
    assert facts.received_at - found.rank_at == timedelta(minutes=found.points * weights.minutes_per_point)


RAISING = [
    {"youngest": "unborn"}, {"youngest": "under_one"}, {"youngest": "under_five"}, {"is_pregnancy": True},
    {"is_disabled": True}, {"is_unseen": True}, {"safe_until": NOW}, {"is_on_plan": True}, {"is_fast_track": True},
    {"is_possibly_on_plan": True}, *({"raised_grade": grade} for grade in ("green", "amber", "red")),
]  # fmt: skip


@given(any_facts, any_weights(), st.sampled_from(RAISING))
def test_every_fact_may_only_raise(facts: Facts, weights: Weights, fact: dict[str, Any]) -> None:
    without: dict[str, Any] = {name: Facts.__dataclass_fields__[name].default for name in fact}
    assert place(replace(facts, **fact), weights) <= place(replace(facts, **without), weights)


def test_what_must_never_count_has_no_place() -> None:
    assert {item.name for item in fields(Facts)} == {
        "received_at", "grade", "is_fast_track", "is_on_plan", "youngest", "is_pregnancy", "is_disabled", "is_unseen",
        "safe_until", "ranks_with_concerns",
        # What somebody calls for whom a child may be: a grade of the published rules, why, and a plan.
        "raised_grade", "raised_why", "is_possibly_on_plan",
    }  # fmt: skip


def test_as_shipped_amber_is_worth_three_days_over_green_and_green_four_over_blue() -> None:
    def days(grade: str) -> float:
        return (NOW - place(Facts(NOW, grade), Weights())[1]) / timedelta(days=1)

    assert (days("amber") - days("green"), days("green") - days("blue")) == (3, 4)


@pytest.mark.parametrize(
    ("weights", "field"), [({"amber": 300}, "red"), ({"green": 200}, "amber"), ({"blue": -1}, "blue")]
)
def test_weights_that_would_sink_a_worse_grade_are_refused(weights: dict[str, int], field: str) -> None:
    with pytest.raises(ValueError, match=r"never|only|cannot"):
        Weights(**weights)


def test_a_birthday_while_waiting_takes_nothing_away() -> None:
    """The age counts as it was on the day of receipt."""
    received = datetime(2026, 11, 1, tzinfo=UTC).date()
    assert ranking.youngest_of(datetime(2025, 11, 2, tzinfo=UTC).date(), False, received) == "under_one"
    assert ranking.youngest_of(datetime(2025, 11, 1, tzinfo=UTC).date(), False, received) == "under_five"
    assert (ranking.rank(Facts(NOW, "red"), Weights(), NOW).tier, Tier.FIRST.value) == (Tier.FIRST, 1)
