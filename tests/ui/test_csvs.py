"""A table opened in a spreadsheet: read as UTF-8, nothing run, no nought lost."""

import csv
import io
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.ui.csvs import csv_response, plain


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+1", "-1", "@A1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "＝1+1", "﹦1", "－1", "＠A1", "\t=1",
     "\r=1"],
)  # fmt: skip
def test_nothing_is_run(typed: str) -> None:
    assert plain(typed) == f"'{typed}"


@given(st.text(max_size=20))
def test_what_is_left_as_it_is_begins_no_formula(typed: str) -> None:
    written = plain(typed)
    assert written in (typed, f"'{typed}")
    seen = "".join(c for c in written if unicodedata.category(c)[0] not in "ZC")
    assert unicodedata.normalize("NFKC", seen)[:1] not in ("=", "+", "-", "@")


@pytest.mark.parametrize("typed", ["01632960001", "00447700900123", "9991234578001", " 0123"])
def test_no_nought_and_no_digit_is_lost(typed: str) -> None:
    assert plain(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (-5, "-5"), (Decimal("0.25"), "0.25"), ("0", "0"), ("0.5", "0.5"), ("01632 960001", "01632 960001"),
     ("9991234578", "9991234578"), (None, ""), ("Zoë", "Zoë")],
)  # fmt: skip
def test_everything_else_is_as_it_was(value: object, written: str) -> None:
    assert plain(value) == written


def test_a_file_says_that_it_is_utf_8() -> None:
    sent = csv_response("x.csv", ["Name", "=Head"], [["Zoë", "01632960001"], ["ሰላም", 3]]).content
    assert sent.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"))))
    assert rows == [["Name", "'=Head"], ["Zoë", "'01632960001"], ["ሰላም", "3"]]
