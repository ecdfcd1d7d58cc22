"""Files that a spreadsheet has been at: refused with what was found and what is expected, or put down row by row."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from frontdoor.accounts.models import system_user
from frontdoor.exchange.legacy.checking import Known, check
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.reading import rows
from frontdoor.exchange.legacy.running import run_import
from frontdoor.exchange.legacy.spoilt import Columns
from frontdoor.exchange.models import ImportRun, SourceRecord
from frontdoor.people.models import Person
from tests.exchange.extract import Extract, sound
from tests.exchange.resaved import american, british, resaved

PEOPLE, CLIENTS, CHILDREN = "carecase_people.csv", "firstcall_people.csv", "firstcall_contact_children.csv"


def problems(name: str, data: bytes) -> str:
    columns = Columns(LAYOUTS[name])
    for row in rows(BytesIO(data), LAYOUTS[name]):
        columns.take(row.values)
    return " ".join(columns.problems())


def births() -> dict[str, object]:
    return dict(Person.objects.values_list("reference", "date_of_birth"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_sound_file_has_no_spoilt_column(name: str) -> None:
    assert problems(name, sound().bytes_of(name)) == ""


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (PEOPLE, british, "dob cannot be read in 21 of 21 rows. Found: “30/01/2012”, as a spreadsheet with British"),
        (PEOPLE, british, "last_updated cannot be read in"),
        (PEOPLE, british, "Expected: “2012-01-30”"),
        (PEOPLE, american, "Found: “1/30/2012”, the month before the day, as a spreadsheet with American settings"),
        ("carecase_episodes.csv", american, "referral_date cannot be read"),
        ("carecase_assessments.csv", british, "start_date cannot be read"),
        ("carecase_s47.csv", british, "strategy_date cannot be read in 3 of 3 rows"),
        (CLIENTS, british, "in 13 of 13 rows CLIENT_NO is without the zeros at its front (as in 00210001)"),
        (CLIENTS, american, " of 13 rows. Found: “1/2/2012”, as a spreadsheet saves it, where nobody can say"),
        (CHILDREN, british, "in 13 of 13 rows CLIENT_NO is without the zeros"),
        ("firstcall_contacts.csv", american, "RECEIVED cannot be read"),
    ],
)
def test_a_file_saved_by_a_spreadsheet_says_what_was_found_and_what_is_expected(
    name: str, change: Callable[[str], str], words: str
) -> None:
    assert words in problems(name, resaved(sound().bytes_of(name), LAYOUTS[name], change))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("30-Jan-12", "as a spreadsheet saves it"),
        ("2012-01-30 00:00:00", "the year first"),
        ("40938", "the number by which a spreadsheet keeps a day"),
        ("########", "what a spreadsheet shows in a narrow column"),
        ("2012-30-01", "the day before the month"),
        ("last winter", "something that is no date"),
        ("0000-00-00", "something that is no date"),
    ],
)
def test_other_forms_are_called_by_their_name(written: str, words: str) -> None:
    made = sound()
    for row in made.rows[PEOPLE]:
        row[6] = written
    told = problems(PEOPLE, made.bytes_of(PEOPLE))
    assert words in told
    assert "Expected: “2012-01-30”" in told


def test_day_and_month_are_not_exchanged_where_a_few_rows_give_it_away() -> None:
    made = Extract()
    for number, day in enumerate(("01/30/2012", "02/03/2012", "04/05/2012", "06/29/2012")):
        made.add(
            CLIENTS, CLIENT_NO=f"0030000{number}", SURNAME="X", DOB=day, DOB_EST="N", SEX="1", MODIFIED="01/06/2026"
        )
    told = problems(CLIENTS, made.bytes_of(CLIENTS))
    assert "DOB cannot be read in 2 of 4 rows. Found: “1/30/2012”, the month before the day" in told


def test_a_few_slips_and_words_for_nothing_refuse_no_file() -> None:
    made = sound()
    for row, value in zip(made.rows[PEOPLE], ("30/01/2012", "n/a", "-", "?", "n/a", "nan"), strict=False):
        row[6] = value
    assert problems(PEOPLE, made.bytes_of(PEOPLE)) == ""
    few = Extract()
    for key, born in (("A0100001", "30/01/2012"), ("A0100002", "2012-01-30")):
        few.add(PEOPLE, person_id=key, surname="X", dob=born, gender="U", last_updated="2026-05-01")
    assert problems(PEOPLE, few.bytes_of(PEOPLE)) == "", "a slip in a small file is a slip"


def test_a_key_of_another_form_is_a_rejected_row_and_a_day_made_of_a_number_is_no_value() -> None:
    made = Extract()
    for number, key in enumerate(("PF/000001", "PF123456", "123456", "pf1", "PF/00001A")):
        made.add(
            "paper_files.csv", file_no=key, surname="X", location="Shelf", volumes="02-Jan" if not number else "1-2",
            date_from="2019", date_to="2020",
        )  # fmt: skip
    layout = LAYOUTS["paper_files.csv"]
    found = list(check(rows(BytesIO(made.bytes_of(layout.name)), layout), layout, Known()))
    assert [row.is_rejected for row in found] == [False, False, True, True, True]
    assert [(f.row, f.column, f.code) for row in found for f in row.findings] == [
        (1, "volumes", "turned_into_date"), (3, "file_no", "malformed_id"), (4, "file_no", "malformed_id"),
        (5, "file_no", "malformed_id"),
    ]  # fmt: skip
    assert found[0].values["volumes"] == ""


@pytest.mark.parametrize("written", ["", "30/01/2012", "01/30/2012", "2012-30-01", "rubbish", "n/a", "#N/A"])
def test_a_newer_extract_without_usable_dates_leaves_every_date_of_birth(
    db: None, tmp_path: Path, written: str
) -> None:
    """Empty in some rows; in a form that cannot be used in one, as often as a file may have it."""
    made = sound()
    folder = made.write(tmp_path / "in")
    run_import(folder, by=system_user())
    before = births()
    assert None not in before.values()
    foreign = "2012-01-30" if written == "30/01/2012" else written
    for name, column, value in ((PEOPLE, "dob", written), (CLIENTS, "DOB", foreign)):
        for row in made.rows[name][2 : 3 if written else 6]:
            row[LAYOUTS[name].header.index(column)] = value
        if not written:
            for row in made.rows[name][2:6]:
                row[1 if name == PEOPLE else 2] = "Baby"  # a name that unborn children have
        made.rows[name][2][LAYOUTS[name].header.index("ethnicity" if name == PEOPLE else "ETHNIC")] = ""
    made.write(folder)
    report = run_import(folder, by=system_user())
    assert births() == before
    assert set(Person.objects.values_list("dob_precision", "ethnicity")) == {("exact", "WBRI")}
    told = {(found["file"], found["row"], found["column"]) for found in report["warnings"]}
    assert told == (set() if not written else {(PEOPLE, 3, "dob"), (CLIENTS, 3, "DOB")})


def test_days_and_months_that_changed_places_since_the_last_extract_refuse_the_file(db: None, tmp_path: Path) -> None:
    """As an American spreadsheet leaves them when the column is written as 30/01/2012 again: each is a sound date."""
    made = sound()
    folder = made.write(tmp_path / "in")
    run_import(folder, by=system_user())
    before, kept = births(), SourceRecord.objects.count()
    turned = 0
    for row in made.rows[CLIENTS]:
        day, month, year = row[6].split("/")
        if int(day) <= 12 and day != month:
            row[6], turned = f"{month}/{day}/{year}", turned + 1
    assert turned >= 3
    made.write(folder)
    with pytest.raises(
        CommandError, match=rf"in {turned} of 13 rows imported before, day and month of DOB have changed"
    ):
        call_command("import_legacy", str(folder))
    assert (births(), SourceRecord.objects.count()) == (before, kept)
    run = ImportRun.objects.latest("pk")
    assert (run.state, "have changed places" in run.failure) == ("failed", True)
    made = sound()
    made.rows[CLIENTS][1][6] = "11/02/2015"  # one of them is a correction
    made.write(folder)
    run_import(folder, by=system_user())


@pytest.mark.parametrize("change", [british, american])
def test_a_newer_extract_saved_by_a_spreadsheet_changes_nothing(
    db: None, tmp_path: Path, change: Callable[[str], str]
) -> None:
    folder = sound().write(tmp_path / "in")
    run_import(folder, by=system_user())
    before, kept = births(), SourceRecord.objects.count()
    for name in (PEOPLE, CLIENTS, CHILDREN):
        (folder / name).write_bytes(resaved((folder / name).read_bytes(), LAYOUTS[name], change))
    with pytest.raises(CommandError) as refused:
        call_command("import_legacy", str(folder))
    for words in (f"{PEOPLE}: dob cannot be read", f"{CLIENTS}: in 13 of 13 rows", f"{CHILDREN}: in 13 of 13 rows"):
        assert words in str(refused.value)
    assert (births(), SourceRecord.objects.count()) == (before, kept)
