"""What a name in a form of its own says, and whom else a record may be. All people invented."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from frontdoor.people.matching.linkage import UNSETTLED, Linked, link
from frontdoor.people.matching.rivals import alone, weighed_together
from tests.bench import ceiling, invented, noise
from tests.bench import linkage as bench
from tests.people.test_linkage import CHILD, crowd, find, other, pair

MOVED: dict[str, Any] = {"address": "2 Heron Court, Othertown", "postcode": "ZZ3 1AA", "telephone": "", "carer": ""}
FORMER = "The family name of one is a former name of the other"
SPARE = replace(CHILD, carer="", telephone="")


def said(linked: Linked, sentence: str) -> float:
    """What this sentence weighs between the two children."""
    found = pair(linked)
    assert found is not None
    return dict(found.reasons)[sentence]


def many(family: str) -> list[Any]:
    """Two hundred of one family name, as half a village may bear it."""
    return [replace(s, key=f"V{s.key}", family=family) for s in crowd()[:200]]


@pytest.mark.parametrize(
    ("facts", "sentence", "least"),
    [
        # A letter is written for a name as seldom of strangers: what agrees is the letter.
        ({"given": "D"}, "The first name agrees with an initial", 0.5),
        # Strangers' former names, names they go by and middle names are as seldom filled in.
        (
            {"family": "Marlowe", "former_family": "Thrussell"},
            "The family name of one is a former name of the other",
            7.0,
        ),
        ({"given": "Rosalind", "known_as": "Danika"}, "The first name of one is what the other is known as", 7.0),
        ({"given": "Rosalind", "middle": "Danika"}, "The first name of one is a middle name of the other", 4.5),
        ({"family": "Thrussell-Oakes"}, "Part of the family name is the same", 7.0),
        ({"given": "Dan"}, "Part of the first name is the same", 3.0),
    ],
    ids=str,
)
def test_a_form_is_as_rare_among_strangers(facts: dict[str, Any], sentence: str, least: float) -> None:
    assert said(find(SPARE, other(SPARE, **facts)), sentence) >= least


def test_names_turned_round_say_nearly_what_they_say_in_order_and_no_more() -> None:
    usual = replace(SPARE, given="Orla", family="Penrose")
    turned = other(usual, given="Penrose", family="Orla")
    there, back = (pair(link([*crowd(), *many("Penrose"), usual, b])) for b in (other(usual), turned))
    assert there is not None
    assert back is not None
    assert there.weight - 2 < back.weight < there.weight + 0.1


def test_a_slip_of_a_name_half_the_village_bears_says_what_the_name_says_and_no_less() -> None:
    village = [replace(CHILD, family="Penrose"), *many("Penrose")]
    right, slipped = (link([*crowd(), *village, other(CHILD, family=name)]) for name in ("Penrose", "Penlose"))
    found = said(slipped, "Family names spelt nearly alike")
    assert found == pytest.approx(said(right, "The same family name"), abs=0.7)


def test_a_slip_in_a_former_name_is_two_events() -> None:
    whole = find(SPARE, other(SPARE, family="Marlowe", former_family="Thrussell"))
    slipped = find(SPARE, other(SPARE, family="Marlowe", former_family="Thrusell"))
    assert said(slipped, FORMER) < said(whole, FORMER) - 2


def test_a_short_slip_is_one_name_and_two_short_names_are_two() -> None:
    jays = [replace(s, key=f"J{s.key}", given="Jay") for s in crowd()[:30]]
    jons = [replace(s, key=f"N{s.key}", given="Joy") for s in crowd()[30:60]]
    for given, doubted in (("Ja", False), ("Joy", True)):
        linked = link([*crowd(), *jays, *jons, replace(CHILD, given="Jay"), other(given=given)])
        found = pair(linked)
        assert found is not None
        assert ("Their first names are different." in found.doubts) is doubted, given


def test_two_numbers_settle_a_different_first_name_and_one_does_not() -> None:
    numbered = replace(CHILD, nhs="9990000018", nhs_ok=True, upns=("A919272512002",))
    both = pair(find(numbered, other(numbered, given="Rosalind")))
    assert both is not None
    assert both.is_automatic
    for less in ({"nhs": ""}, {"upns": ()}, {"born": date(2014, 5, 2)}):
        found = pair(find(numbered, other(numbered, given="Rosalind", **less)))
        assert found is None or not found.is_automatic, less


# -- whom else a record may be -----------------------------------------------------------------------------------------


def together(*edges: tuple[int, int, float], are_one: tuple[tuple[int, int], ...] = ()) -> list[float]:
    """Records under 10 are of one system, the others of the other; half have a partner."""
    return weighed_together(edges, lambda i, _: i, lambda _: 0.5, are_one)


def test_one_whom_nobody_else_can_be_is_the_likelier() -> None:
    assert together((1, 11, 3.0)) == pytest.approx([5.0])
    assert alone(0.0) == 1.0
    assert alone(0.5) == pytest.approx(0.55)
    assert alone(30.0) == 0.25


def test_of_two_who_fit_as_well_neither_is_likely() -> None:
    one, two = together((1, 11, 6.0), (1, 12, 6.0))
    assert one == two < 1.1
    strong, weak = together((1, 11, 9.0), (1, 12, 2.0))
    assert strong > 6.5
    assert weak < 0


def test_who_has_a_partner_is_nobodys_rival() -> None:
    taken = together((1, 11, 5.0), (1, 12, 5.0), (2, 12, 20.0))
    assert taken[0] > 6
    assert taken[1] < -8
    assert taken[2] > 20


def test_a_record_kept_twice_is_no_rival_of_itself() -> None:
    assert together((1, 11, 6.0), (1, 12, 6.0), are_one=((11, 12),)) == pytest.approx([8.0, 8.0])


def test_which_pair_comes_first_changes_nothing() -> None:
    edges = [(1, 11, 5.0), (1, 12, 4.0), (2, 12, 6.0), (2, 13, 3.0), (3, 11, 2.0)]
    there, back = together(*edges), together(*reversed(edges))
    assert there == pytest.approx(back[::-1])


def test_the_evidence_says_whether_somebody_else_may_be_meant() -> None:
    partners = [replace(s, key="Z" + s.key, system=("firstcall", "carecase")[n % 2]) for n, s in enumerate(crowd())]
    sole = pair(link([*crowd(), *partners, CHILD, other(**MOVED)]))
    assert sole is not None
    assert dict(sole.reasons)["Nobody else in the other system could be meant"] > 0.5
    twice = pair(link([*crowd(), *partners, CHILD, other(**MOVED), other(key="B2", born=date(2014, 3, 19), **MOVED)]))
    assert twice is not None
    assert twice.probability < sole.probability
    assert sum(bits for _, bits in twice.reasons) == pytest.approx(twice.weight, abs=0.2)


def test_a_protected_record_stops_a_join_and_nothing_tells_of_it() -> None:
    partners = [replace(s, key="Z" + s.key, system=("firstcall", "carecase")[n % 2]) for n, s in enumerate(crowd())]
    shown, hidden = other(given="Danica"), other(key="B2", born=date(2014, 3, 10), is_protected=True, **MOVED)
    alone_here = pair(link([*crowd(), *partners, CHILD, shown]))
    beside_it = pair(link([*crowd(), *partners, CHILD, shown, hidden]))
    assert alone_here is not None
    assert beside_it is not None
    assert alone_here.is_automatic
    assert not beside_it.is_automatic
    assert beside_it.doubts == (UNSETTLED,)
    assert [sentence for sentence, _ in beside_it.reasons] == [sentence for sentence, _ in alone_here.reasons]
    open_one = pair(link([*crowd(), *partners, CHILD, shown, replace(hidden, is_protected=False)]))
    assert open_one is not None
    assert dict(open_one.reasons)["Somebody else in the other system may be meant"] < 0


# -- what the bench says of it -----------------------------------------------------------------------------------------


def test_the_bench_tells_how_much_the_rows_can_say(tmp_path: Path) -> None:
    invented.make(tmp_path, count=120, seed=5, noise=3)
    given = bench.sketches(tmp_path)
    system = {s.key: s.system for s in given}
    truth = {p for p in bench.truth_of(tmp_path, system) if system[p[0]] != system[p[1]]}
    lines = ceiling.table(given, truth, truth)
    assert lines[0].startswith("true pairs compared at all: ")
    counts = [[int(word) for word in line.split()[:3]] for line in lines[2:8]]
    assert [number for number, _, _ in counts] == [5, 4, 3, 2, 1, 0]
    assert sum(true for _, true, _ in counts) == len(truth)
    assert counts[0][1] == counts[0][2], "nobody but the person agrees in everything"
    assert counts[3][1] < counts[3][2] / 5, "two facts are anybody's"
    assert "1.000" in lines[2]
    reach = sum(true for number, true, _ in counts if number > 2) / len(truth)
    assert f"{reach:.3f}" in lines[-1]


# -- dates, twins and numbers ------------------------------------------------------------------------------------------


def test_an_estimate_on_the_fifteenth_says_the_month_and_on_the_first_of_january_the_year() -> None:
    def weighs(born: date) -> float:
        guessed = other(SPARE, born=born, born_is_estimated=True)
        return said(find(SPARE, guessed), MONTH if born.month == 3 else YEAR if born.month == 1 else NEAR)

    month, year, neither = weighs(date(2014, 3, 15)), weighs(date(2014, 1, 1)), weighs(date(2014, 8, 15))
    assert month > year + 2
    assert year > neither + 2


MONTH = "Born in the same month, as far as the estimated date says"
YEAR = "Born in the same year, as far as the estimated date says"
NEAR = "Born about the same year, as far as the estimated date says"
ROUND = "Born in the same month, one on the 1st or the 15th"


def test_a_first_or_fifteenth_of_the_month_may_be_a_guess_nobody_marked() -> None:
    rounded = find(replace(SPARE, born=date(2014, 3, 27)), other(SPARE, born=date(2014, 3, 15)))
    assert said(rounded, ROUND) > 1


CHAINED = replace(CHILD, given="Kerenza", middle="Abshir", family="Dahir", carer="Eluned Abshir")
OWN = "Each has a name that the other has not, as brothers and sisters do."


@pytest.mark.parametrize(
    ("facts", "doubted"),
    [
        # The twin's chain written in another order: the fathers' names are in both, and each has one of its own.
        ({"given": "Dahir", "family": "Angharad"}, True),
        ({"given": "Dahir", "family": "Kerenza"}, False),
        ({"given": "Abshir", "middle": "Dahir", "family": "Kerenza"}, False),
    ],
    ids=str,
)
def test_twins_of_one_chain_of_names_are_not_joined_for_their_fathers_names(
    facts: dict[str, Any], doubted: bool
) -> None:
    found = pair(find(CHAINED, other(CHAINED, **facts)))
    assert found is not None
    assert (OWN in found.doubts) == doubted


NUMBERED = replace(CHILD, nhs="9990000018", nhs_ok=True)


@pytest.mark.parametrize(
    ("facts", "is_clear"),
    [
        ({"born": date(2013, 4, 8)}, True),
        ({"born": date(2013, 4, 8), "nhs": "", "nhs_ok": False}, False),
        ({"born": date(2013, 4, 8), "given": "Rosalind"}, False),
        ({"born": date(1984, 4, 8)}, False),
        ({"given": "Dana"}, True),
        ({"given": "Rosalind"}, False),
        ({"given": "Dka", "born": date(2013, 4, 8)}, False),
    ],
    ids=str,
)
def test_a_number_settles_a_mistyped_date_or_a_short_name_and_nothing_more(
    facts: dict[str, Any], is_clear: bool
) -> None:
    found = pair(find(NUMBERED, other(NUMBERED, **facts)))
    assert (found is not None and not set(found.doubts) - {UNSETTLED}) == is_clear


def test_a_middle_name_says_as_much_as_it_is_rare_among_middle_names() -> None:
    named = replace(SPARE, middle="Ysolde")
    fathers = [replace(s, key=f"M{s.key}", middle="Ysolde") for s in crowd()]
    rare, common = (link([*crowd(), *more, named, other(named)]) for more in ([], fathers))
    assert said(common, "The same middle name") < said(rare, "The same middle name") - 2


def test_a_second_record_of_the_same_child_is_shown_to_a_person_and_not_lost_behind_the_first() -> None:
    again = other(CHILD, "B2", born=None, address="", postcode="", telephone="01632 700111", carer="")
    linked = find(CHILD, other(CHILD), again)
    assert pair(linked) is not None
    assert pair(linked, "A1", "B2") is not None


# -- the noise of the bench --------------------------------------------------------------------------------------------


def test_every_rate_says_what_it_stands_for_and_every_level_scales_all_alike(tmp_path: Path) -> None:
    assert all(0 < rate.chance < 1 and rate.origin for rate in noise.RATES.values())
    assert list(noise.LEVELS) == sorted(noise.LEVELS)
    assert {noise.chance_of(what, 4) / noise.chance_of(what, 3) for what in noise.RATES} == {2.0}
    invented.make(tmp_path, count=500, seed=1, noise=4)
    rows = bench.rows(tmp_path / "truth_people_detail.csv")
    tags = {tag for row in rows for tag in row["tags"].split()}
    assert tags >= noise.RATES.keys() | {"twin", "triplet", "unborn"}
    assert {row["group"] for row in rows} == invented.CUSTOMS.keys()
