"""Forms in which an extract comes: under another name, as a workbook, from another program; read, or told apart."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from frontdoor.exchange.legacy import opening
from frontdoor.exchange.legacy.checking import Known, check
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.inspecting import look
from frontdoor.exchange.legacy.opening import opened
from frontdoor.exchange.legacy.reading import UnreadableFile
from frontdoor.exchange.legacy.reading import rows as read
from frontdoor.exchange.legacy.staging import found_in
from tests.exchange.extract import Extract, sound
from tests.exchange.workbooks import Cell, cells_of, workbook

PEOPLE, CLIENTS, CONTACTS, NOTES = (
    "carecase_people.csv", "firstcall_people.csv", "firstcall_contacts.csv", "carecase_notes.csv",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sound().write(tmp_path / "in")


def seen(folder: Path) -> str:
    """All that is told of the files of a folder, or why they are refused."""
    try:
        looks = look(folder, found_in(folder), most_mb=64)
    except UnreadableFile as told:
        return f"Refused. {told}"
    return " ".join(note for each in looks for note in each.notes)


def as_workbook(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).unlink()
    path = folder / name.replace(".csv", ".xlsx")
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "paper_files.csv"])
def test_an_export_as_workbook_is_byte_for_byte_the_csv(folder: Path, name: str) -> None:
    layout = LAYOUTS[name]
    path = as_workbook(folder, name, workbook(cells_of(sound(), layout)))
    with opened(path, layout) as (file, as_written):
        assert file.read() == sound().bytes_of(name)
        assert as_written.encoding == layout.encoding
    assert f"{path.name} is read as {name}." in seen(folder)


def test_letters_the_system_cannot_hold_are_kept_and_the_sheet_is_found(folder: Path) -> None:
    layout = LAYOUTS[CLIENTS]
    rows = cells_of(sound(), layout)
    rows[1][1] = "MAŁGORZATA"
    path = as_workbook(folder, CLIENTS, workbook([["About this export"]], rows))
    with opened(path, layout) as (file, as_written):
        assert "MAŁGORZATA" in file.read().decode(as_written.encoding)
    assert "Of its 2 sheets, “Sheet2” is read." in seen(folder)


def test_numbers_days_and_moments_are_written_as_their_system_does(folder: Path) -> None:
    layout = LAYOUTS[CONTACTS]
    rows: list[list[Cell]] = [
        [*layout.header],
        ["C0400001", datetime(2026, 3, 29, 10, 15), 6.0, None, "1-2", date(2026, 2, 1), None, None,  # noqa: DTZ001
         datetime(2026, 3, 29), 45000.25, "im", "two\r\nlines; “quoted” \"so\""],  # noqa: DTZ001
        [None] * 12,
    ]  # fmt: skip
    path = as_workbook(folder, CONTACTS, workbook(rows))
    with opened(path, layout) as (file, _):
        assert file.read().decode("cp1252").splitlines(keepends=True)[1:] == [
            "C0400001;29/03/2026 10:15;6;;1-2;01-Feb-2026;;;29/03/2026 00:00;45000.25;im;\"two\r\n",
            "lines; “quoted” \"\"so\"\"\"\r\n",
        ]  # fmt: skip


def test_an_error_of_a_formula_is_not_nothing(folder: Path) -> None:
    layout = LAYOUTS[CLIENTS]
    rows = cells_of(sound(), layout)
    rows[3][6], rows[4][9] = "#N/A", "#REF!"
    path = as_workbook(
        folder, CLIENTS, workbook([["About"], [], ["this", "#N/A"]], [[], *([None, *row] for row in rows)])
    )
    with opened(path, layout) as (file, as_written):
        found = list(check(read(file, as_written), layout, Known()))
    assert [(f.row, f.column, f.code) for row in found for f in row.findings] == [
        (3, "DOB", "spreadsheet_error"), (4, "ETHNIC", "spreadsheet_error"),
    ]  # fmt: skip
    assert (found[2].values["DOB"], found[3].values["ETHNIC"]) == ("", "")


def test_a_column_of_keys_that_became_numbers_is_refused(folder: Path) -> None:
    as_workbook(folder, CLIENTS, workbook(cells_of(sound(), LAYOUTS[CLIENTS], numbers=["CLIENT_NO", "CARER_TEL"])))
    assert "in 13 of 13 rows CLIENT_NO is without the zeros at its front (as in 00210001)" in seen(folder)


def test_days_that_an_american_spreadsheet_turned_round_are_refused(folder: Path) -> None:
    """It reads 02/01/2012 as 1 February and leaves 30/01/2012 as text."""
    layout = LAYOUTS[CLIENTS]
    rows = cells_of(sound(), layout)
    for row in rows[1:]:
        born = row[6]
        assert isinstance(born, date)
        row[6] = date(born.year, born.day, born.month) if born.day <= 12 else f"{born:%d/%m/%Y}"
    as_workbook(folder, CLIENTS, workbook(rows))
    told = seen(folder)
    assert "DOB holds days as text (" in told
    assert "a spreadsheet with American settings has exchanged day and month" in told


def test_days_kept_as_numbers_are_refused(folder: Path) -> None:
    made = sound()
    for row in made.rows[CLIENTS]:
        row[6] = "40938"
    as_workbook(folder, CLIENTS, workbook(cells_of_text(made)))
    assert "DOB cannot be read in 13 of 13 rows. Found: “40938”, the number" in seen(folder)


def cells_of_text(made: Extract) -> list[list[str]]:
    layout = LAYOUTS[CLIENTS]
    return [layout.header, *made.rows[CLIENTS]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04 nothing", "is no Excel workbook, or has a password"),
        (b"person_id,forename\n", "is no Excel workbook"),
        (workbook([["a", "b"]]), "No sheet of it begins with the columns of carecase_people.csv (missing: person_id,"),
        (workbook([LAYOUTS[PEOPLE].header], [LAYOUTS[PEOPLE].header]), "both hold carecase_people.csv. Leave one."),
        (workbook([[]], raw="<row><c><v>1</"), "carecase_people.xlsx is damaged, too large or no Excel workbook."),
        (
            workbook([[]], raw='<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
                     "</row>"),
            "carecase_people.xlsx is damaged, too large or no Excel workbook.",
        ),
    ],
    ids=["no zip", "csv", "other columns", "two sheets", "broken", "memory"],
)  # fmt: skip
def test_a_workbook_that_is_none_is_told_as_what_it_is(folder: Path, data: bytes, words: str) -> None:
    as_workbook(folder, PEOPLE, data)
    assert words in seen(folder)


def test_a_workbook_that_takes_too_long_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_workbook(folder, PEOPLE, workbook(cells_of(sound(), LAYOUTS[PEOPLE])))
    monkeypatch.setattr(opening, "OVERALL_SECONDS", 0.001)
    assert "carecase_people.xlsx takes too long to read. Extract it as CSV" in seen(folder)


def test_a_workbook_that_unpacks_to_more_than_an_extract_is_refused(folder: Path, settings: LazySettings) -> None:
    settings.IMPORT_FILE_MB = 64
    as_workbook(folder, PEOPLE, workbook([[]], raw="<row/>" * 2_000_000))
    assert "carecase_people.xlsx unpacks to more than 100 times its size" in seen(folder)
    settings.IMPORT_ZIP_RATIO = 10_000
    settings.IMPORT_FILE_MB = 11
    assert "carecase_people.xlsx unpacks to more than 11 MB" in seen(folder)


def resent(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return seen(folder)


def test_other_forms_of_text_are_told_as_what_they_are(folder: Path) -> None:
    made = sound()
    people, clients = made.bytes_of(PEOPLE), made.bytes_of(CLIENTS)
    assert "begins with “sep=;”, which is passed over" in resent(folder, CLIENTS, b"sep=;\r\n" + clients)
    assert "is separated by “,”; it should be “;”" in resent(folder, CLIENTS, b"sep=,\r\n" + clients)
    tabs = "is separated by tabs, as a spreadsheet saves “Text (Tab delimited)”; it should be “;”"
    assert tabs in resent(folder, CLIENTS, clients.replace(b";", b"\t"))
    assert tabs in resent(folder, CLIENTS, b"sep=\t\r\n" + clients)
    assert "is separated by “|”" in resent(folder, CLIENTS, clients.replace(b";", b"|"))
    assert "lines that end with CR alone, as “CSV (Macintosh)”" in resent(
        folder, CLIENTS, clients.replace(b"\r\n", b"\r")
    )
    resent(folder, CLIENTS, clients)
    assert "Give it the name carecase_people.xlsx." in resent(folder, PEOPLE, workbook(cells_of(made, LAYOUTS[PEOPLE])))
    assert "an Office file of the old kind (.xls)" in resent(folder, PEOPLE, b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert resent(folder, PEOPLE, b"\xef\xbb\xbfsep=,\n" + people).count("passed over") == 2


def test_a_name_in_other_letters_is_read_and_a_second_of_the_kind_is_not(folder: Path) -> None:
    (folder / PEOPLE).rename(folder / "CareCase_People.CSV")
    assert seen(folder) == "CareCase_People.CSV is read as carecase_people.csv."
    (folder / PEOPLE).write_bytes((folder / "CareCase_People.CSV").read_bytes())
    assert "CareCase_People.CSV and carecase_people.csv both hold carecase_people.csv. They are the same" in seen(
        folder
    )
    (folder / PEOPLE).rename(folder / "carecase_people (1).csv")
    assert "carecase_people (1).csv is the same file as carecase_people.csv, which is used once." in seen(folder)
    (folder / "carecase_people (1).csv").write_bytes(b"older")
    assert "carecase_people (1).csv looks like another carecase_people.csv and is not used" in seen(folder)
    (folder / "CareCase_People.CSV").unlink()
    assert "carecase_people (1).csv looks like it: if it is, give it that name." in seen(folder)
