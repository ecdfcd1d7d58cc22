"""Bytes into rows: nothing stops the rest of a file, and every row keeps its own bytes."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdoor.exchange.legacy.checking import loose, when
from frontdoor.exchange.legacy.files import FIRSTCALL_CHILDREN, LAYOUTS
from frontdoor.exchange.legacy.meanings import meaning
from frontdoor.exchange.legacy.reading import UnreadableFile, rows

NOTES = LAYOUTS["carecase_notes.csv"]
HEADER = ",".join(NOTES.header).encode() + b"\n"
SOUND = b'N00000001,A0000001,2024-01-01T09:00,HV,H Ridley,"two\nlines, and ""quotes"""\n'


def read(data: bytes) -> list[Any]:
    return list(rows(BytesIO(HEADER + data), NOTES))


@given(st.binary(max_size=400))
def test_whatever_stands_before_it_a_sound_row_is_read(noise: bytes) -> None:
    found = read(noise.replace(b'"', b"") + b"\n" + SOUND)
    assert found[-1].values[-1] == 'two\nlines, and "quotes"'
    assert [row.number for row in found] == list(range(1, len(found) + 1))


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_byte_is_lost(lines: list[bytes]) -> None:
    data = b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines)
    kept = b"".join(row.raw for row in read(data))
    assert kept.replace(b"\r", b"").replace(b"\n", b"") == data.replace(b"\r", b"").replace(b"\n", b"")


def test_a_quote_that_never_closes_spoils_its_own_row_alone() -> None:
    bad = b'N00000002,A0000001,2024-01-02T09:00,HV,H,"never closed\n'
    found = read(bad + SOUND + SOUND.replace(b"N00000001", b"N00000003"))
    assert [row.values[0] for row in found][-2:] == ["N00000001", "N00000003"]
    assert found[0].raw == bad


def test_a_file_cut_off_in_the_middle_keeps_its_last_row_as_it_is() -> None:
    found = read(SOUND + SOUND[:40])
    assert len(found) == 2
    assert len(found[1].values) != len(NOTES.columns)


def test_the_header_says_what_is_wrong_with_it() -> None:
    with pytest.raises(UnreadableFile, match="another order"):
        list(rows(BytesIO(b"CLIENT_NO;CONTACT_NO;ROLE\r\n"), FIRSTCALL_CHILDREN))


@pytest.mark.parametrize(
    ("text", "system", "is_one"),
    [
        ("2024-02-29", "carecase", True),
        ("2023-02-29", "carecase", False),
        ("0000-00-00", "carecase", False),
        ("31/06/2024", "firstcall", False),
        ("30/06/2024 23:59", "firstcall", True),
        ("2024-06-30", "firstcall", False),
        ("２024-06-30", "carecase", False),
    ],
)
def test_dates_in_the_form_of_their_system(text: str, system: str, is_one: bool) -> None:
    assert (when(text, system) is not None) is is_one


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("3.2.14", ("2014-02-03", "2014-02-03")),
        ("02/2014", ("2014-02-01", "2014-02-28")),
        ("2014", ("2014-01-01", "2014-12-31")),
        ("1.1.67", ("1967-01-01", "1967-01-01")),
        ("31/02/2014", None),
        ("soon", None),
    ],
)
def test_dates_typed_by_hand(text: str, span: tuple[str, str] | None) -> None:
    found = loose(text)
    assert (None if found is None else tuple(day.isoformat() for day in found)) == span


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("source", "7 - Police", "6"),
        ("source", "Headteacher, St Example's Academy", "2A"),
        ("source", "LA - Another Department (not Housing)", "5A|5B"),
        ("source", "Code 'POL' is not mapped", "6"),
        ("source", "zzCodeError", ""),
        ("source", "Blue parrot", None),
        ("need", "N3.XYZ", "N3"),
        ("closure", "RC7: closed after assessment, no further action", "RC8"),
        ("ethnicity", "MOTH", "MOTH"),
        ("relationship", "MOTH", "MOTHER"),
        ("yes_no", "b) No", "0"),
        ("s47_outcome", "Not substantiated", "NFA"),
    ],
)
def test_wordings_mean_what_they_say_before_what_their_number_says(name: str, value: str, code: str | None) -> None:
    assert meaning(name, value) == code
