"""A table opened in a spreadsheet: read as UTF-8, nothing run, no nought lost."""

import csv
import io
import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.ui.csvs import csv_file, csv_response, plain
from tests.fitness.test_rules_of_the_house import ROOT, sources


@pytest.mark.parametrize(
    "typed",
    ["=1+1", "+1", "-1", "@A1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "＝1+1", "﹦1", "－1", "＠A1", "\t=1",
     "\r=1"],
)  # fmt: skip
def test_nothing_is_run(typed: str) -> None:
    assert plain(typed) == f"'{typed}"


#: What a spreadsheet, or whoever splits its cells, may pass over before it reads a sign.
PASSED_OVER = st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me", "Pi", "Pf"]) | st.sampled_from(
    "\"'`´′″＂＇\u115f\u1160\u2800\u3164\uffa0"
)
BEFORE = st.text(PASSED_OVER, max_size=5)
SIGN = st.sampled_from("=+-@＝＋－＠﹢﹣﹫")


@given(BEFORE, SIGN, st.text(max_size=10))
def test_nothing_is_run_whatever_precedes_the_sign(before: str, sign: str, after: str) -> None:
    typed = f"{before}{sign}{after}"
    assert plain(typed) == f"'{typed}"
    out = io.StringIO(newline="")
    csv_file(out, ["what"], [[typed]])
    out.seek(0)
    assert list(csv.reader(out)) == [["what"], [f"'{typed}"]]


@given(st.text(max_size=20))
def test_what_is_left_as_it_is_begins_no_formula(typed: str) -> None:
    written = plain(typed)
    assert written in (typed, f"'{typed}")
    seen = "".join(c for c in written if unicodedata.category(c)[0] not in "ZC")
    assert unicodedata.normalize("NFKC", seen)[:1] not in ("=", "+", "-", "@")


def test_numbers_for_a_program_stand_as_they_are() -> None:
    out = io.StringIO()
    assert csv_file(out, ["person_id", "client_no"], [["0012", "123456789012"], ["=1", "2"]]) == 2
    assert out.getvalue() == "person_id,client_no\n0012,123456789012\n'=1,2\n"


def test_there_is_no_other_writer_of_csv() -> None:
    """A message of the police that cannot be read is kept as it came and read again, and a workbook of an old system is
    made into the file it would have been, for the import alone: those are no files for anybody."""
    writes = re.compile(r"csv\.(writer|DictWriter)\(|text/csv")
    found = {str(path.relative_to(ROOT)) for path in sources() if writes.search(path.read_text(encoding="utf-8"))}
    assert found == {
        "frontdoor/ui/csvs.py",
        "contacts/agencies/feeds/reading.py",
        "frontdoor/exchange/legacy/sheets.py",
    }


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
