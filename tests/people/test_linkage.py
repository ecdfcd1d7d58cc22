"""Which records are of one person: the hard cases by hand, and what must hold for any records. All people invented."""

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor.people.matching.evidence import Linker
from frontdoor.people.matching.linkage import Linked, Pair, Partners, Sketch, choose, link
from frontdoor.people.matching.records import candidates
from frontdoor.people.matching.spellings import name_words, same_family, sound
from tests.bench import invented
from tests.bench import linkage as bench

FIRST = [
    *("Orla", "Piers", "Tamsin", "Rufus", "Greta", "Magnus", "Idris", "Bronwen"),
    *("Cedric", "Petra", "Quentin", "Sable", "Tobin", "Ursel", "Vaughn", "Wanda"),
]
LAST = [
    *("Abbot", "Birtle", "Crane", "Dunmow", "Estler", "Farrant", "Gossage"),
    *("Hulme", "Ingle", "Jessop", "Kettle", "Larkin", "Mottram", "Norrey", "Oakes"),
]


@cache
def crowd() -> tuple[Sketch, ...]:
    """Three hundred strangers, so that names have frequencies."""
    chance = random.Random(7)
    return tuple(
        Sketch(
            key=f"X{n:04d}",
            system=("carecase", "firstcall")[n % 2],
            given=chance.choice(FIRST) + chance.choice(("", "a", "o")),
            family=chance.choice(LAST) + chance.choice(("", "s", "ton", "ley", "ham")),
            born=date(2005, 1, 1) + timedelta(days=chance.randrange(7000)),
            sex=chance.choice("MF"),
            address=f"{n} {chance.choice(LAST)} Street, Anytown",
            postcode=f"ZZ{n % 90 + 1} {n % 10}AB",
            telephone=f"01632 9{n:05d}",
        )
        for n in range(300)
    )


CHILD = Sketch(
    key="A1",
    system="carecase",
    given="Danika",
    family="Thrussell",
    born=date(2014, 3, 9),
    sex="F",
    address="14 Plover Road, Anytown",
    postcode="ZZ9 4XY",
    carer="Moira Thrussell",
    telephone="01632 700111",
)


def other(base: Sketch = CHILD, key: str = "B1", system: str = "firstcall", **facts: Any) -> Sketch:
    return replace(base, key=key, system=system, **facts)


def find(*sketches: Sketch) -> Linked:
    return link([*crowd(), *sketches])


def pair(linked: Linked, left: str = "A1", right: str = "B1") -> Pair | None:
    return next((p for p in linked.pairs if (p.left, p.right) == (left, right)), None)


def test_the_same_details_are_linked_with_reasons_that_add_up() -> None:
    linked = find(CHILD, other())
    found = pair(linked)
    assert found is not None
    assert found.is_automatic
    assert found.doubts == ()
    assert linked.clusters == (("A1", "B1"),)
    assert sum(bits for _, bits in found.reasons) == pytest.approx(found.weight, abs=0.2)
    assert "The same date of birth" in [sentence for sentence, _ in found.reasons]


@pytest.mark.parametrize(
    "facts",
    [
        {"given": "DANIKA", "family": "THRUSSELL"},
        {"given": "Danikka"},
        {"family": "Trussell"},
        {"family": "THRUSSEL"},
        {"family": "Thrussell-Oakes"},
        {"given": "Thrussell", "family": "Danika"},
        {"born": date(2014, 9, 3)},
        {"born": date(2014, 3, 19)},
        {"born": date(2013, 3, 9)},
        {"born": date(2014, 1, 1), "born_is_estimated": True},
        {"postcode": "ZZ9 4XV"},
        {"address": "2 Heron Court, Othertown", "postcode": "ZZ3 1AA"},
        {"address": "14 Plover Rd", "telephone": ""},
        {"family": "Marlowe", "former_family": "Thrussell"},
        {"given": "Danny", "known_as": "Danika"},
    ],
    ids=str,
)
def test_one_thing_differing_does_not_part_a_child(facts: dict[str, Any]) -> None:
    found = pair(find(CHILD, other(**facts)))
    assert found is not None
    assert found.is_automatic, found


@pytest.mark.parametrize(
    "facts",
    [
        {"born": None},
        {"family": "Marlowe", "carer": "Moira Marlowe"},
        {"given": "Rosalind", "middle": "Danika"},
        {"born": date(2014, 1, 1), "born_is_estimated": True, "address": "", "postcode": "", "telephone": ""},
        {"family": ""},
        {"given": "D"},
    ],
    ids=str,
)
def test_what_is_likely_is_at_least_shown_to_a_person(facts: dict[str, Any]) -> None:
    assert pair(find(CHILD, other(**facts))) is not None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("Mohammed", "Chaudhry"), ("MUHAMMAD", "CHOUDHURY")),
        (("Maxamed", "Cali"), ("Mohamed", "ALI")),
        (("Małgorzata", "Łuczak"), ("Ma?gorzata", "?UCZAK")),
        (("Agnieszka", "Kowalska"), ("AGNIESZKA", "KOWALSKI")),
        (("José", "Conceição"), ("JOSE", "CONCEICAO")),
        (("William", "Ostler"), ("Billy", "OSTLER")),
        (("Katherine", "Ostler"), ("Kate", "OSTLER")),
        (("Ellie-Mae", "O’Farrell"), ("ELLIE MAE", "OFARRELL")),
        (("Harlow", "Benn Carter"), ("HARLOW", "CARTER-BENN")),
        (("Zamzam", "Warfa"), ("WARFA", "ZAMZAM")),
        (("Oluwatobi", "Adeyinka"), ("Tobi", "ADEYINKA")),
    ],
)
def test_a_name_written_in_another_way_is_the_same_name(one: tuple[str, str], two: tuple[str, str]) -> None:
    a = replace(CHILD, given=one[0], family=one[1], carer="")
    found = pair(find(a, other(a, given=two[0], family=two[1])))
    assert found is not None
    assert found.probability > 0.95


def test_a_person_with_one_name_is_found_on_either_side() -> None:
    a = replace(CHILD, given="Sukarno", family="", carer="")
    found = pair(find(a, other(a, given="", family="SUKARNO")))
    assert found is not None


def test_a_name_chain_in_another_order_is_found() -> None:
    a = replace(CHILD, given="Yohannes", middle="Tesfaye", family="Gebre", carer="")
    found = pair(find(a, other(a, given="Tesfaye", middle="", family="YOHANNES")))
    assert found is not None


def test_twins_are_never_linked_by_themselves() -> None:
    twin = replace(CHILD, given="Rowena")
    linked = find(CHILD, replace(twin, key="A2"), other(), other(twin, key="B2"))
    assert set(linked.clusters) == {("A1", "B1"), ("A2", "B2")}


def test_a_twin_alone_in_the_other_system_is_not_linked() -> None:
    linked = find(CHILD, other(given="Rowena"))
    assert linked.clusters == ()


def test_a_record_that_fits_two_is_a_persons_decision() -> None:
    vague = other(given="", family="THRUSSELL")
    twin = replace(CHILD, key="A2", given="Rowena")
    assert find(CHILD, twin, vague).clusters == ()


def test_twins_of_names_nearly_alike_are_not_confused() -> None:
    one, two = replace(CHILD, given="Jaydon", sex="M"), replace(CHILD, key="A2", given="Kaydon", sex="M")
    linked = find(one, two, other(one), other(two, key="B2"))
    assert all({"A1", "B2"} - set(c) and {"A2", "B1"} - set(c) for c in linked.clusters)


def test_brothers_of_one_name_are_two_people() -> None:
    a = replace(CHILD, given="Muhammad", family="Rafiq", sex="M", born=date(2010, 5, 2), carer="Shazia Rafiq")
    brother = replace(a, key="A2", middle="Zayan", born=date(2013, 11, 21))
    linked = find(a, brother, other(a), other(brother, key="B2"))
    assert set(linked.clusters) == {("A1", "B1"), ("A2", "B2")}


def test_a_first_name_whole_families_share_says_less_among_brothers() -> None:
    a = replace(CHILD, given="Muhammad", family="Rafiq", sex="M", carer="Shazia Rafiq")
    b = replace(a, given="Wendell")
    custom, other_name = pair(find(a, other(a, born=None))), pair(find(b, other(b, born=None)))
    assert custom is not None
    assert other_name is not None
    assert not custom.is_automatic
    assert custom.probability < other_name.probability


def test_parent_and_child_of_one_name_are_two_people() -> None:
    father = replace(CHILD, key="A2", born=date(1981, 6, 30))
    linked = find(father, other())
    assert linked.clusters == ()
    unknown = replace(father, born=None)
    assert find(unknown, other(relatives=("Danika Thrussell",))).clusters == ()


def test_namesakes_of_another_household_are_two_people() -> None:
    away = other(
        born=date(2014, 8, 27),
        address="3 Elm Row",
        postcode="ZZ4 2BB",
        carer="Ines Thrussell",
        telephone="01632 700222",
    )
    assert find(CHILD, away).clusters == ()


def test_an_identifier_alone_links_nobody_whose_name_and_birth_contradict() -> None:
    a = replace(CHILD, nhs="9990000018", nhs_ok=True)
    b = other(
        a,
        given="Leopold",
        family="Vance",
        born=date(2006, 12, 1),
        sex="M",
        address="",
        postcode="",
        telephone="",
        carer="",
    )
    assert find(a, b).clusters == ()


def test_different_valid_nhs_numbers_are_a_persons_decision() -> None:
    found = pair(find(replace(CHILD, nhs="9990000018", nhs_ok=True), other(nhs="9990000026", nhs_ok=True)))
    assert found is not None
    assert not found.is_automatic
    assert "Their NHS numbers are both valid and different." in found.doubts


def test_a_former_pupil_number_does_not_part_a_child_and_a_shared_one_helps() -> None:
    changed = pair(find(replace(CHILD, upns=("A1",)), other(upns=("A2",))))
    shared = pair(find(replace(CHILD, upns=("A1",)), other(upns=("A2", "A1"))))
    assert changed is not None
    assert shared is not None
    assert changed.is_automatic
    assert shared.weight > changed.weight


def test_an_unborn_child_is_found_as_the_child_born_about_the_time() -> None:
    unborn = replace(CHILD, given="Unborn", born=None, expected=date(2026, 3, 1), sex="U")
    child = other(given="Danika", born=date(2026, 2, 20))
    late = replace(child, key="B2", given="Rowena", born=date(2028, 2, 20))
    linked = find(unborn, child, late)
    assert pair(linked) is not None
    assert pair(linked, "A1", "B2") is None


def test_an_unborn_child_of_twins_is_a_persons_decision() -> None:
    unborn = replace(CHILD, given="Baby", born=None, expected=date(2026, 3, 1), sex="U")
    one, two = other(born=date(2026, 2, 20)), other(key="B2", given="Rowena", born=date(2026, 2, 20))
    assert all("A1" not in c for c in find(unborn, one, two).clusters)


def test_a_protected_record_is_never_linked_by_itself() -> None:
    found = pair(find(replace(CHILD, is_protected=True), other()))
    assert found is not None
    assert not found.is_automatic
    assert "A record is protected." in found.doubts


def test_a_shared_hostel_says_little() -> None:
    hostel: dict[str, Any] = {"address": "Marsh House, Anytown", "postcode": "ZZ1 1AA", "telephone": "01632 700999"}
    lodgers = [replace(s, **hostel) for s in crowd()[:200]]
    linked = link([*lodgers, *crowd()[200:]])
    assert linked.clusters == ()


def test_a_postcode_of_very_many_people_says_next_to_nothing() -> None:
    estate = [replace(s, address="", postcode="ZZ1 1AA", telephone="") for s in crowd()]
    a = replace(CHILD, address="", postcode="ZZ1 1AA", telephone="", carer="")
    found = pair(link([*estate, a, other(a)]))
    assert found is not None
    said = dict(found.reasons)
    assert said["The same postcode or carer"] < 1
    elsewhere = pair(find(a, other(a)))
    assert elsewhere is not None
    assert dict(elsewhere.reasons)["The same postcode or carer"] > 3


def test_precision_holds_for_names_and_mistakes_of_another_kind(tmp_path: Path) -> None:
    invented.make(tmp_path, count=700, seed=5, noise=3)
    sketches = bench.sketches(tmp_path)
    true = bench.truth_of(tmp_path, (s.key for s in sketches))
    linked = link(sketches)
    said = {(p.left, p.right) for p in linked.automatic}
    assert len(said) > 400
    assert len(said - true) <= len(said) // 1000
    shown = said | {(p.left, p.right) for p in linked.review}
    assert len(true & shown) > 0.9 * len(true)


def test_the_same_person_twice_in_one_system_is_found() -> None:
    linked = find(CHILD, other(key="A2", system="carecase", telephone=""), other())
    assert linked.clusters == (("A1", "A2", "B1"),)


def test_two_records_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="A1"):
        link([CHILD, CHILD])


def test_nothing_and_next_to_nothing() -> None:
    assert link([]).pairs == ()
    assert link([CHILD]).clusters == ()
    assert link([Sketch("A1", "carecase"), Sketch("B1", "firstcall")]).clusters == ()


def test_more_processes_give_the_same_answer() -> None:
    people = [*crowd(), *(replace(s, key="Z" + s.key, system="carecase") for s in crowd()), *(
        replace(s, key="Y" + s.key, system="firstcall", given=s.given[:-1] or "A") for s in crowd()
    )]  # fmt: skip
    assert link(people, processes=2) == link(people)


def test_words_and_sounds_of_names() -> None:
    assert name_words("Ma?gorzata O’Brien-SMITH") == ("ma?gorzata", "obrien", "smith")
    assert same_family("muhammad", "mohammed")
    assert not same_family("muhammad", "mahmoud")
    assert sound("thompson") == sound("tompson")


NAMES = st.sampled_from(
    ["Ada", "Adah", "Noor", "Nour", "Sam", "Samuel", "Mohammed", "Muhammad", "Unborn", "?ukasz", ""]
)
FAMILIES = st.sampled_from(["Khan", "Kahn", "Thrussell", "Trussell", "Benn-Carter", "Carter", ""])
DATES = st.one_of(st.none(), st.sampled_from([date(2014, 3, 9), date(2014, 9, 3), date(2013, 3, 9), date(2014, 1, 1)]))


@st.composite
def people(draw: st.DrawFn) -> list[Sketch]:
    """A few records of very few values, so that many agree and contradict."""
    return [
        Sketch(
            key=f"K{n}",
            system=draw(st.sampled_from(["carecase", "firstcall"])),
            given=draw(NAMES),
            middle=draw(st.sampled_from(["", "Ada", "N"])),
            family=draw(FAMILIES),
            born=draw(DATES),
            born_is_estimated=draw(st.booleans()),
            sex=draw(st.sampled_from("MFU")),
            nhs=draw(st.sampled_from(["", "9990000018", "9990000026"])),
            nhs_ok=True,
            upns=draw(st.sampled_from([(), ("A1",), ("A2",), ("A1", "A2")])),
            postcode=draw(st.sampled_from(["", "ZZ1 1AA"])),
            telephone=draw(st.sampled_from(["", "01632 700111"])),
            carer=draw(st.sampled_from(["", "Moira Khan"])),
            is_protected=draw(st.sampled_from([False, False, False, True])),
        )
        for n in range(draw(st.integers(2, 9)))
    ]


@settings(max_examples=150, deadline=None)
@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(sketches: list[Sketch], chance: random.Random) -> None:
    before = link(sketches)
    chance.shuffle(sketches)
    assert link(sketches) == before


@settings(max_examples=150, deadline=None)
@given(people())
def test_no_cluster_holds_a_contradiction_or_a_protected_record(sketches: list[Sketch]) -> None:
    by_key = {s.key: s for s in sketches}
    for cluster in link(sketches).clusters:
        members = [by_key[k] for k in cluster]
        assert not any(m.is_protected for m in members)
        assert len({m.nhs for m in members if m.nhs}) <= 1
        assert len({(m.born.year) // 2 for m in members if m.born}) <= 2


@settings(max_examples=150, deadline=None)
@given(people())
def test_pairs_are_said_once_and_automatic_ones_stand_in_one_cluster(sketches: list[Sketch]) -> None:
    linked = link(sketches)
    keys = [(p.left, p.right) for p in linked.pairs]
    assert len(keys) == len(set(keys))
    assert all(left < right for left, right in keys)
    home = {key: c for c in linked.clusters for key in c}
    assert all(home[p.left] == home[p.right] for p in linked.automatic)
    assert sum(len(c) for c in linked.clusters) == len(home)


@settings(max_examples=150, deadline=None)
@given(people())
def test_which_record_comes_first_does_not_matter(sketches: list[Sketch]) -> None:
    turned = [replace(s, key=f"K{9 - int(s.key[1])}") for s in sketches]
    back = {f"K{9 - n}": f"K{n}" for n in range(10)}

    def said(linked: Linked, names: dict[str, str]) -> dict[frozenset[str], tuple[object, ...]]:
        return {
            frozenset((names[p.left], names[p.right])): (p.weight, p.probability, p.reasons, p.doubts)
            for p in linked.pairs
        }

    assert said(link(turned), back) == said(link(sketches), {key: key for key in back})


def test_one_name_without_a_surname_is_judged_alike_from_both_sides() -> None:
    whole = replace(CHILD, given="Jada", family="Pinnock", carer="")
    alone = replace(whole, given="Pinnock", family="")
    one, two = pair(find(whole, other(alone))), pair(find(alone, other(whole)))
    assert one is not None
    assert two is not None
    assert (one.weight, one.doubts, one.reasons) == (two.weight, two.doubts, two.reasons)
    # It may as well be her sister: that a family name agrees says nothing against one of the same home.
    assert "The same first name" not in dict(one.reasons)


@pytest.mark.parametrize("noise", [3, 4])
def test_every_pair_weighs_the_same_in_both_orders_whatever_is_wrong_with_it(tmp_path: Path, noise: int) -> None:
    invented.make(tmp_path, count=250, seed=3, noise=noise)
    detail = bench.rows(tmp_path / "truth_people_detail.csv")
    assert len({tag for row in detail for tag in row["tags"].split()}) >= 25
    linker = Linker(bench.sketches(tmp_path))
    for packed in {packed for part in candidates(linker.records) for packed in part}:
        a, b = (linker.records[n] for n in divmod(packed, linker.count))
        there, back = linker.compare(a, b), linker.compare(b, a)
        assert there is not None
        assert back is not None
        assert there[0] == back[0], (a.key, b.key)
        assert there[1:] == pytest.approx(back[1:])
        assert (linker.compare(a, b, hurry=True) is None) == (linker.compare(b, a, hurry=True) is None)


def test_of_two_equally_likely_records_neither_is_joined_for_sorting_first() -> None:
    one = replace(CHILD, key="A2", nhs="9990000018", nhs_ok=True)
    two = replace(CHILD, key="A3", nhs="9990000026", nhs_ok=True)
    linked = find(CHILD, one, two)
    first, second = pair(linked, "A1", "A2"), pair(linked, "A1", "A3")
    assert first is not None
    assert second is not None
    assert first.probability == second.probability
    assert linked.clusters == ()
    assert first.doubts == second.doubts == ("Linking them would join records that contradict one another.",)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.8])
def test_how_many_have_a_partner_is_found_in_the_data(tmp_path: Path, share: float) -> None:
    invented.make(tmp_path, count=700, seed=21, noise=3, share=share)
    linked = link(bench.sketches(tmp_path))
    assert linked.partners.across == pytest.approx(share, rel=0.15, abs=0.06)


def test_copies_within_one_system_are_found_in_the_data_too() -> None:
    copies = [replace(s, key=f"{s.key}{n}", system="carecase") for s in crowd() for n in range(5)]
    linked = link(copies)
    assert linked.partners.within == pytest.approx(4, rel=0.1)
    assert len(linked.clusters) == len(crowd())


def test_how_many_have_a_partner_may_be_given() -> None:
    given_to_it = Partners(across=0.02, within=0.001)
    namesake = other(born=None, address="", postcode="", carer="", telephone="")
    linked = link([*crowd(), CHILD, namesake], partners=given_to_it)
    assert linked.partners == given_to_it
    found, usual = pair(linked), pair(link([*crowd(), CHILD, namesake], partners=Partners()))
    assert found is not None
    assert usual is not None
    assert found.probability < usual.probability


def test_next_to_no_data_leave_the_usual_number_of_partners() -> None:
    partners = find(CHILD, other()).partners
    assert 0.05 < partners.across < 0.6
    assert 0.003 < partners.within < 0.04


@pytest.mark.parametrize(
    ("probabilities", "floor", "threshold"),
    [
        ([1.0] * 1000, 0.95, 0.95),
        ([1.0] * 1000, 0.98, 0.98),
        ([1.0] * 1000, 0.972, 0.972),
        # One in a thousand expected wrong at most: 0.4 + 0.6 of 1,020 is as much as there may be, 1.9 of 1,040 is more.
        ([1.0] * 980 + [0.97] * 20 + [0.98] * 20, 0.95, 0.95),
        ([1.0] * 980 + [0.955] * 20 + [0.97] * 20 + [0.98] * 20, 0.95, 0.96),
        ([0.9984] * 1000, 0.95, 0.999),
        ([1.0] * 99, 0.95, 0.998),
        ([], 0.9985, 0.9985),
    ],
)
def test_the_threshold_is_the_lowest_at_which_few_enough_are_expected_wrong(
    probabilities: list[float], floor: float, threshold: float
) -> None:
    assert choose(probabilities, floor, max(0.998, floor)) == threshold


def test_a_threshold_given_is_never_gone_under() -> None:
    people = [*crowd(), *(replace(s, key="Z" + s.key, system=("firstcall", "carecase")[n % 2]) for n, s in
              enumerate(crowd()))]  # fmt: skip
    assert link(people).threshold == link(people).chosen < 0.99
    strict = link(people, automatic=0.999)
    assert strict.threshold == 0.999
    assert strict.chosen < 0.99
    assert all(p.probability >= 0.999 for p in strict.automatic)
    assert strict.expected_wrong == pytest.approx(sum(1 - p.probability for p in strict.automatic))
