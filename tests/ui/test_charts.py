"""Charts are drawn on the server, with the table of the same figures."""

import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdoor.ui.charts import bar_chart, line_chart


def test_a_bar_chart_says_its_figures_and_has_a_table() -> None:
    html = str(bar_chart("By source", [("Police <x>", 4), ("Schools", 2), ("None", None)], unit="%", target=3))
    assert 'role="img"' in html
    assert "Police &lt;x&gt; 4%" in html
    assert html.count('<th scope="row"') == 3
    assert "not known" in html
    assert "target 3%" in html
    assert "style=" not in html


def test_an_empty_chart_is_still_a_chart() -> None:
    assert "no figures" in str(bar_chart("By source", []))


def test_lines_differ_by_dash_and_mark_and_a_gap_is_left_out() -> None:
    html = str(line_chart("Grades", ["1 Nov", "8 Nov"], {"Red": [1, 2], "Amber": [3, None]}))
    assert html.count("<polyline") == 2
    assert html.count("stroke-dasharray") == 1
    assert "■ Amber" in html
    assert "not known" in html


def test_more_than_four_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="at most four"):
        line_chart("Many", ["1"], {str(i): [1] for i in range(5)})


@given(st.lists(st.integers(0, 40), min_size=2, max_size=4))
@example([5, 6, 6, 6])
def test_the_names_of_lines_never_cover_each_other(last: list[int]) -> None:
    html = str(line_chart("Sent", ["Nov"], {f"Agency {i}": [value] for i, value in enumerate(last)}))
    heights = sorted(float(y) for y in re.findall(r'app-chart__label" x="482" y="(-?[\d.]+)"', html))
    assert len(heights) == len(last)
    assert all(below - above >= 17.9 for above, below in itertools.pairwise(heights))
    assert heights[0] >= 12
    assert heights[-1] <= 225
