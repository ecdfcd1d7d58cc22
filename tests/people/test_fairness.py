"""What makes matching fair: customs of names, unborn children, twins; and the bench that tells. All people invented."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from frontdoor.people.matching.levels import W_DIFFERENT
from frontdoor.people.matching.linkage import FLOOR
from frontdoor.people.matching.names import compare_words
from tests.bench import fairness
from tests.people.test_linkage import CHILD, find, other, pair

A = {(f"A{n}", f"B{n}"): "coast" for n in range(60)}
B = {(f"C{n}", f"D{n}"): "hill" for n in range(40)}
FEW = {(f"E{n}", f"F{n}"): "isle" for n in range(5)}


def test_an_interval_is_wide_of_few_and_narrow_of_many() -> None:
    low, high = fairness.wilson(8, 10)
    assert (low, high) == pytest.approx((0.490, 0.943), abs=0.001)
    assert fairness.wilson(0, 0) == (0.0, 1.0)
    assert fairness.wilson(20, 20)[0] == pytest.approx(0.839, abs=0.001)
    low, high = fairness.wilson(8000, 10000)
    assert high - low < 0.02


def test_a_community_left_behind_is_pointed_at_and_a_small_one_says_nothing() -> None:
    automatic = {*A, *list(B)[:20]}
    whole, coast, hill, isle = fairness.communities({**A, **B, **FEW}, automatic, set(list(B)[20:30]))[1:]
    assert "0.762" in whole
    assert "LOW" not in coast
    assert "1.000 (0.940–1.000)" in coast
    assert "0.500 (0.352–0.648)" in hill
    assert "LOW, more than chance" in hill
    assert "0.250" in hill, "a quarter of its records wait for a person"
    assert isle.count(fairness.TOO_FEW) == 3
    assert "LOW" not in isle


def test_a_wrong_pair_counts_against_the_communities_of_both_records() -> None:
    lines = fairness.communities({**A, **B}, {*A, *B, ("A0", "D1"), ("X1", "X2")}, set())
    assert "102" not in lines[0]
    assert f"{100 / 102:.3f}" in lines[1], "a pair of two records nobody labelled counts in the whole"
    assert f"{60 / 61:.3f}" in lines[2]
    assert f"{40 / 41:.3f}" in lines[3]


def test_difficulties_are_told_with_intervals_and_beside_another_tool() -> None:
    heading, one = fairness.table("recall", {"moved": [*A]}, set(list(A)[:30]), set(list(A)[30:45]), {*A})
    assert "Splink" in heading
    assert "0.500" in one
    assert "0.750" in one
    assert "1.000" in one
    assert "Splink" not in fairness.table("recall", {}, set(), set())[0]


# -- the ways in which some communities lost recall --------------------------------------------------------------------


def test_children_enrolled_together_are_two_children() -> None:
    a = replace(CHILD, upns=("A919272512002",))
    together = pair(find(a, other(upns=("B919272512003",))))
    assert together is not None
    assert not together.is_automatic
    assert any("One school gave them" in doubt for doubt in together.doubts)
    elsewhere = pair(find(a, other(upns=("B919443115003",))))
    assert elsewhere is not None
    assert elsewhere.doubts == ()
    assert elsewhere.weight > together.weight + 2
    numbered: dict[str, Any] = {"nhs": "9990000018", "nhs_ok": True}
    enrolled_twice = pair(find(replace(a, **numbered), other(upns=("B919272512003",), **numbered)))
    assert enrolled_twice is not None
    assert enrolled_twice.is_automatic, "one NHS number, name and date of birth: the school's is the mistake"
    changed = pair(find(a, other(upns=("B919272512003", "A919272512002"))))
    assert changed is not None
    assert changed.is_automatic, "one number is the same: the other is an older one"


def test_an_unborn_child_says_the_more_the_nearer_the_dates() -> None:
    unborn = replace(CHILD, given="Unborn", born=None, expected=date(2026, 3, 1), sex="U")
    for one, two in (
        (other(unborn, given="UBB", expected=date(2026, 3, 9)), other(unborn, given="UBB", expected=date(2026, 4, 19))),
        (other(born=date(2026, 2, 20)), other(born=date(2025, 12, 20))),
    ):
        near, far = pair(find(unborn, one)), pair(find(unborn, two))
        assert near is not None
        assert far is not None
        assert near.probability > FLOOR
        assert near.probability > far.probability


def test_a_middle_name_that_is_the_others_family_name_is_no_different_middle_name() -> None:
    a = replace(CHILD, given="Warsame", middle="Guleed", family="Warsame", sex="M", carer="")
    b = other(a, given="Warsame", middle="Warsame", family="Guleed")
    filed = pair(find(a, b))
    assert filed is not None
    assert "Different middle names" not in [sentence for sentence, _ in filed.reasons]
    assert filed.is_automatic
    another = pair(find(a, other(a, middle="Tarquin")))
    assert another is not None
    assert "Different middle names" in [sentence for sentence, _ in another.reasons]


def test_a_chain_of_names_in_another_order_is_one_person_and_a_brothers_is_not() -> None:
    a = replace(CHILD, given="Yohannes", middle="Tesfaye", family="Gebre", carer="")
    turned = pair(find(a, other(a, given="Tesfaye", middle="", family="YOHANNES")))
    assert turned is not None
    assert turned.probability > 0.95
    assert "Names in a different order" in [sentence for sentence, _ in turned.reasons]
    brother = other(a, given="Dawit", middle="Tesfaye", born=date(2012, 5, 4))
    assert not any({"A1", "B1"} <= set(group) for group in find(a, brother).clusters)
    father = other(a, given="Tesfaye", middle="Gebre", family="Haile", born=None)
    assert not any({"A1", "B1"} <= set(group) for group in find(a, father).clusters)


def test_letters_that_languages_exchange_do_not_make_another_name() -> None:
    for one, two in (("Wiktor", "Victor"), ("Qadir", "Kadir"), ("Vasyl", "Wasil")):
        found = pair(find(replace(CHILD, given=one), other(given=two)))
        assert found is not None
        assert "Their first names are different." not in found.doubts
    assert compare_words("dana", "tania") == W_DIFFERENT
    assert compare_words("wiktor", "hector") == W_DIFFERENT
