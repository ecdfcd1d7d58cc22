"""Families as they are recorded, the odd ones too, in generations and in a picture."""

import itertools
import re

import pytest

from frontdoor.people.record.kinship import Tie, tree
from frontdoor.ui.genogram import Figure, draw


def picture(start, ties, **shapes):
    found = tree(start, ties)
    figures = [Figure(key, f"Person {key}", shape=shapes.get(f"p{key}", "unknown")) for key in found.generation]
    svg = draw("Tree", "Words", figures, found.generation, found.parents, found.pairs, sorted(found.siblings))
    return found, str(svg)


def places(svg):
    """Where each name stands."""
    found = re.findall(r'app-genogram__name" x="([\d.]+)" y="([\d.]+)"[^>]*>(Person \d+)<', svg)
    return {name: (float(x), float(y)) for x, y, name in found}


def siblings(*keys):
    return [Tie(a, b, "sibling") for a in keys for b in keys if a != b]


FAMILIES = {
    "twelve children of two parents": (
        1, [t for c in range(1, 13) for t in (Tie(c, 20, "mother"), Tie(c, 21, "father"))] + siblings(*range(1, 13)),
    ),
    "a cycle: one's own grandparent": (1, [Tie(1, 2, "mother"), Tie(2, 3, "mother"), Tie(3, 1, "mother")]),
    "each other's parent": (1, [Tie(1, 2, "father"), Tie(2, 1, "father")]),
    "two mothers": (1, [Tie(1, 2, "mother"), Tie(1, 3, "mother"), Tie(2, 3, "partner")]),
    "one parent unknown": (1, [Tie(1, 2, "mother"), *siblings(1, 4)]),
    "half-siblings by each parent": (
        1, [Tie(1, 2, "mother"), Tie(1, 3, "father"), Tie(4, 2, "mother"), Tie(4, 5, "father"), Tie(6, 3, "father"),
            Tie(6, 7, "mother"), Tie(1, 4, "half_sibling"), Tie(1, 6, "half_sibling"), Tie(2, 3, "former_partner")],
    ),
    "a grandparent and nobody between": (1, [Tie(1, 2, "grandparent")]),
    "a foster carer, an adoptive parent and a lodger": (
        1, [Tie(1, 2, "foster_carer"), Tie(1, 3, "adoptive_parent"), Tie(1, 4, "friend")],
    ),
    "nobody": (1, []),
}  # fmt: skip


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_is_drawn_and_nobody_stands_upon_another(name):
    start, ties = FAMILIES[name]
    found, svg = picture(start, ties)
    where = places(svg)
    assert set(where) == {f"Person {key}" for key in found.generation}
    for one, (x, y) in where.items():
        for other, (a, b) in where.items():
            assert one == other or y != b or abs(x - a) > 100, (one, other)
    drawn = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert drawn is not None
    width, height = map(int, drawn.groups())
    assert all(0 <= x <= width and 0 <= y <= height for x, y in where.values())


def test_generations_parents_and_partners():
    found = tree(1, FAMILIES["half-siblings by each parent"][1])
    assert {key for key, place in found.generation.items() if place == -1} == {2, 3, 5, 7}
    assert {key for key, place in found.generation.items() if place == 0} == {1, 4, 6}
    assert found.pairs == {(2, 3): True}
    # They have a parent in common, so no line of their own.
    assert found.siblings == set()
    assert tree(1, FAMILIES["one parent unknown"][1]).siblings == {(1, 4)}
    assert tree(1, FAMILIES["a grandparent and nobody between"][1]).parents == {(2, 1): "grand"}


def test_what_contradicts_itself_is_told_and_not_drawn():
    found = tree(1, FAMILIES["a cycle: one's own grandparent"][1])
    assert found.generation[1] == 0
    assert found.contradictions
    assert all(found.generation[parent] < found.generation[child] for parent, child in found.parents)


def test_children_hang_under_their_parents_by_age_and_shapes_tell_the_sex():
    ties = [t for c in (1, 2, 3) for t in (Tie(c, 8, "mother"), Tie(c, 9, "father"))]
    found = tree(1, ties)
    figures = [
        Figure(1, "Person 1", shape="female", order="2015", is_self=True, is_home=True),
        Figure(2, "Person 2", shape="male", order="2010", is_home=True),
        Figure(3, "Person 3", shape="unborn", order="9998"),
        Figure(8, "Person 8", shape="female", is_home=True),
        Figure(9, "Person 9", shape="male", has_died=True),
    ]
    svg = str(draw("T", "D", figures, found.generation, found.parents, found.pairs))
    where = {name: x for name, (x, _) in places(svg).items()}
    assert where["Person 2"] < where["Person 1"] < where["Person 3"]
    assert where["Person 9"] < where["Person 8"]
    assert where["Person 1"] == (where["Person 8"] + where["Person 9"]) / 2
    assert svg.count("<circle") == 3  # the person's own sign is doubled
    assert svg.count("app-genogram__line--died") == 2
    assert "app-genogram__home" in svg


def test_names_in_the_picture_are_text():
    figure = Figure(1, "<script>alert(1)</script> Smith", note="& more")
    svg = str(draw("<b>", "&", [figure, Figure(2, "B")], {1: 0, 2: 0}, {}, {(1, 2): False}))
    assert "<script" not in svg
    assert "<b>" not in svg


def test_names_side_by_side_do_not_run_into_each_other():
    names = ["Zachary Smallwood", "Violetta Smallwood", "Wwwwwwwwwwwwwwww", "Maximiliana Montgomery-Featherstonehaugh"]
    figures = [Figure(key, name) for key, name in enumerate(names, start=1)]
    svg = str(draw("T", "D", figures, dict.fromkeys(range(1, 5), 0), {}, {}))
    lines = re.findall(r'app-genogram__name" x="([\d.]+)"[^>]*>([^<]+)<', svg)
    at = sorted({float(x) for x, _ in lines})
    apart = min(right - left for left, right in itertools.pairwise(at))
    # Bold letters of 14 pixels are about 10 wide in the widest of the usual typefaces.
    assert max(len(text) for _, text in lines) * 10 <= apart
