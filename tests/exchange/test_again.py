"""A newer extract of the same systems: what it changes, what it ends, what it may not, and what it says of itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.exchange import tasks, working
from frontdoor.exchange.actions import settle_wording
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.running import NeedsYes
from frontdoor.exchange.models import CaseNote, ImportRun, Origin, RowChange, SameEvent, SourceRecord, Wording
from frontdoor.people.matching.linkage import link
from frontdoor.people.models import Person
from tests.exchange.extract import Extract, sound
from tests.exchange.test_import import CHILDREN, MOTHERS, contents, imported, told

PEOPLE, CLIENTS, NOTES = "carecase_people.csv", "firstcall_people.csv", "carecase_notes.csv"
TIES, EPISODES = "carecase_relationships.csv", "carecase_episodes.csv"


def row_of(made: Extract, file: str, key: str) -> dict[str, int]:
    """Where the columns of a file stand; checks that the row is there."""
    assert any(row[0] == key for row in made.rows[file])
    return {name: place for place, name in enumerate(LAYOUTS[file].header)}


def put(made: Extract, file: str, key: str, **values: str) -> None:
    """Change a row of the extract."""
    places = row_of(made, file, key)
    row = next(row for row in made.rows[file] if row[0] == key)
    for name, value in values.items():
        row[places[name]] = value


def without(made: Extract, file: str, *keys: str) -> None:
    """Leave rows out of the extract."""
    made.rows[file] = [row for row in made.rows[file] if row[0] not in keys]


def again(made: Extract, folder: Path, **options: Any) -> dict[str, Any]:
    return imported(made.write(folder), **options)


@pytest.fixture
def before(db: None, tmp_path: Path) -> tuple[Extract, Path]:
    """An extract that has been imported, and its folder."""
    made, folder = sound(), tmp_path / "in"
    report = again(made, folder)
    assert report["changes"][PEOPLE] == {
        "new": CHILDREN + MOTHERS, "changed": 0, "ended": 0, "unchanged": 0, "left": 0,
    }  # fmt: skip
    assert not RowChange.objects.exists(), "a first import is no list of changes"
    return made, folder


def test_the_report_tells_new_changed_ended_unchanged_and_left_and_a_trial_the_same(
    before: tuple[Extract, Path],
) -> None:
    made, folder = before
    put(made, PEOPLE, "A0100001", address="1 New Lane, Testwick")
    without(made, PEOPLE, "A0500007")
    without(made, NOTES, "N00000002")
    without(made, EPISODES, "EP0100004")
    made.rows["carecase_assessments.csv"] = [
        row for row in made.rows["carecase_assessments.csv"] if row[1] != "EP0100004"
    ]
    made.rows["carecase_s47.csv"] = [row for row in made.rows["carecase_s47.csv"] if row[1] != "EP0100004"]
    made.rows[TIES] = [row for row in made.rows[TIES] if row[1] != "A0500007"]
    made.add(PEOPLE, person_id="A0999999", forename="New", surname="Person", gender="U", last_updated="2026-06-01")
    made.write(folder)
    kept = contents()
    trial = imported(folder, is_trial=True)
    assert contents() == kept, "a trial changes nothing"
    report = imported(folder)
    assert trial["changes"] == report["changes"]
    assert report["changes"][PEOPLE] == {
        "new": 1, "changed": 1, "ended": 1, "unchanged": CHILDREN + MOTHERS - 2, "left": 0,
    }  # fmt: skip
    assert report["changes"][NOTES] == {"new": 0, "changed": 0, "ended": 1, "unchanged": CHILDREN - 1, "left": 0}
    assert report["changes"][EPISODES]["left"] == 1, "work is never ended because a row is missing: a person looks"
    assert set(RowChange.objects.filter(file=PEOPLE).values_list("identity", "kind", "run")) == {
        ("A0100001", "changed", run := ImportRun.objects.latest("pk").pk), ("A0999999", "new", run),
        ("A0500007", "ended", run),
    }  # fmt: skip
    assert RowChange.objects.get(identity="A0100001").columns == ["address"]
    for kinds in imported(folder)["changes"].values():
        assert {kinds[kind] for kind in ("new", "changed", "ended", "left")} == {0}, "told once"
    for name, counts in report["files"].items():
        kinds = report["changes"][name]
        assert counts["rows"] == counts["loaded"] + counts["rejected"], name
        assert kinds["new"] + kinds["changed"] + kinds["unchanged"] == counts["loaded"], name


def test_an_extract_that_lost_a_third_of_its_rows_changes_nothing_before_somebody_says_yes(
    before: tuple[Extract, Path],
) -> None:
    made, folder = before
    put(made, CLIENTS, "00200001", SCHOOL="Another School")
    del made.rows[NOTES][::3]
    made.write(folder)
    kept, rows = contents(), SourceRecord.objects.count()
    with pytest.raises(CommandError, match=r"carecase_notes\.csv no longer holds 5 of the 13 rows .* --accept") as no:
        told("import_legacy", str(folder))
    assert no.value.returncode == 3
    assert contents() == kept
    assert SourceRecord.objects.count() == rows
    run = ImportRun.objects.latest("pk")
    assert (run.state, len(run.questions)) == ("failed", 1)
    printed = told("import_legacy", str(folder), "--dry-run")
    assert "These files are only imported with --accept." in printed
    assert "5 left for a person" in printed
    told("import_legacy", str(folder), "--accept")
    run = ImportRun.objects.latest("pk")
    assert run.report["changes"][NOTES]["left"] == 5
    assert not Origin.objects.filter(gone_on__isnull=False).exists(), "such a file ends nothing"
    assert Person.objects.filter(school="Another School").exists()


def test_a_file_of_which_a_large_share_cannot_be_used_asks_first(db: None, tmp_path: Path) -> None:
    made = sound()
    for row in made.rows[NOTES][:6]:
        row[1] = "A9999999"
    with pytest.raises(NeedsYes, match=r"6 of the 13 rows of carecase_notes\.csv cannot be used"):
        again(made, tmp_path / "in")
    assert not Person.objects.exists()
    report = again(made, tmp_path / "in", is_accepted=True)
    assert report["files"][NOTES] == {"rows": 13, "loaded": 7, "rejected": 6}


def test_an_older_extract_changes_nothing_even_when_it_is_accepted(
    before: tuple[Extract, Path], tmp_path: Path
) -> None:
    made, folder = before
    put(made, PEOPLE, "A0100001", address="1 New Lane, Testwick", last_updated="2026-06-11")
    put(made, CLIENTS, "00200002", SCHOOL="Newer School", MODIFIED="11/06/2026")
    again(made, folder)
    old = sound()
    old.add(PEOPLE, person_id="A0999999", forename="New", surname="Person", gender="U", last_updated="2026-04-01")
    with pytest.raises(NeedsYes, match=r"carecase_people\.csv is older .* firstcall_people\.csv is older"):
        again(old, tmp_path / "old")
    report = again(old, tmp_path / "old", is_accepted=True)
    assert report["changes"][PEOPLE] == {
        "new": 1, "changed": 0, "ended": 0, "unchanged": CHILDREN + MOTHERS - 1, "left": 1,
    }  # fmt: skip
    child = Person.objects.get(reference=Origin.objects.get(identity="A0100001").reference)
    assert child.addresses.filter(lines="1 New Lane, Testwick", ended_on__isnull=True).exists()
    assert Origin.objects.get(file=PEOPLE, identity="A0100001").source.values["address"] == "1 New Lane, Testwick"
    assert Person.objects.filter(school="Newer School").exists()


@pytest.mark.moment(datetime(2026, 6, 12, 10, 0, tzinfo=UTC))
def test_an_extract_that_only_lacks_what_is_newer_is_older_too(before: tuple[Extract, Path]) -> None:
    made, folder = before
    made.add(PEOPLE, person_id="A0999999", forename="New", surname="Person", gender="U", last_updated="2026-06-11")
    made.add(NOTES, note_id="N00009999", person_id="A0999999", note_datetime="2062-06-11 10:00", note_type="HV",
             author="H Ridley", text="A slip of the keyboard, long after today.")  # fmt: skip
    again(made, folder)
    without(made, NOTES, "N00009999")
    again(made, folder)  # what lacks no more than a day that has not come is no older
    without(made, PEOPLE, "A0999999")
    put(made, NOTES, "N00000003", text="As it was before.")
    kept = contents()
    with pytest.raises(NeedsYes) as asked:
        again(made, folder)
    assert asked.value.questions == [
        "The carecase files end on 1 May 2026: those imported before went on to 11 June 2026."
    ]
    assert contents() == kept
    report = again(made, folder, is_accepted=True)
    assert (report["changes"][PEOPLE]["left"], report["changes"][PEOPLE]["ended"]) == (1, 0)
    assert report["changes"][NOTES]["changed"] == 0
    assert not CaseNote.objects.filter(text="As it was before.").exists()


def test_every_wording_nobody_knows_is_asked_about_whichever_run_loaded_its_row(db: None, tmp_path: Path) -> None:
    made = sound()
    for row in made.rows["firstcall_contacts.csv"][:3]:
        row[2] = "Blue parrot desk"
    put(made, PEOPLE, "A0500000", ethnicity="Martian")
    folder = made.write(tmp_path / "in")
    imported(folder)
    wanted = {("source", "Blue parrot desk"): 3, ("ethnicity", "Martian"): 1}
    asked = {(row.list_name, row.value): row.rows for row in Wording.objects.all()}
    assert asked == wanted, "the number is of rows in the file"
    # As a run leaves it that was killed when it had loaded everything and before it asked.
    Wording.objects.all().update(rows=0)
    ImportRun.objects.update(step=ImportRun.Step.RECORDS)
    imported(folder)
    assert {(row.list_name, row.value): row.rows for row in Wording.objects.all()} == wanted


def test_a_run_taken_up_again_tells_what_the_killed_one_had_loaded(
    before: tuple[Extract, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, folder = before
    put(made, PEOPLE, "A0100001", address="1 New Lane, Testwick")
    put(made, NOTES, "N00000003", text="Written again.")

    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("frontdoor.exchange.legacy.running.load_notes", killed)
        with pytest.raises(KeyboardInterrupt):
            again(made, folder)
    report = again(made, folder)
    assert report["changes"][PEOPLE]["changed"] == 1
    assert report["changes"][NOTES]["changed"] == 1


def test_a_meaning_given_later_looks_again_at_the_events_left_undecided(db: None, tmp_path: Path) -> None:
    made = sound()
    contact = made.rows["firstcall_contacts.csv"][0]
    places = {name: place for place, name in enumerate(LAYOUTS["firstcall_contacts.csv"].header)}
    contact[places["SOURCE"]], contact[places["REASON"]] = "Blue parrot desk", "Purple matters"
    contact[places["PASSED_TO_DUTY"]], contact[places["OUTCOME"]] = "", "Handed over the fence"
    again(made, tmp_path / "in")
    assert not SameEvent.objects.filter(contact_no="C0400001").exists()
    officer = User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])
    assert not working.is_to_look_again()
    wanted = {"Blue parrot desk": "6", "Purple matters": "N1", "Handed over the fence": "NEW_REFERRAL"}
    for wording in Wording.objects.all():
        settle_wording(wording=wording, code=wanted[wording.value], by=officer, at=timezone.now())
    assert working.is_to_look_again()
    tasks.look_again()
    event = SameEvent.objects.get(contact_no="C0400001", episode_id="EP0100001")
    assert (event.is_certain, event.answer) == (False, "waiting"), (
        "the referral has a contact of its own: somebody says"
    )
    assert not working.is_to_look_again(), "once"


def test_a_meaning_given_later_compares_the_people_again(
    before: tuple[Extract, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, folder = before
    put(made, PEOPLE, "A0500000", ethnicity="Martian")
    again(made, folder)
    officer = User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])
    settle_wording(wording=Wording.objects.get(), code="OOTH", by=officer, at=timezone.now())
    compared: list[int] = []

    def counted(sketches: Any, **options: Any) -> Any:
        compared.append(len(sketches))
        return link(sketches, **options)

    monkeypatch.setattr("frontdoor.exchange.legacy.linking.link", counted)
    imported(folder)
    assert compared == [CHILDREN * 2 + MOTHERS]
    imported(folder)
    assert len(compared) == 1, "once"


def test_the_same_file_under_two_names_is_read_once_and_said(before: tuple[Extract, Path]) -> None:
    made, folder = before
    made.write(folder)
    (folder / "carecase_people (1).csv").write_bytes((folder / PEOPLE).read_bytes())
    said: list[str] = []
    report = imported(folder, say=said.append)
    assert any(
        "carecase_people (1).csv is the same file as carecase_people.csv, which is used once" in each for each in said
    )
    assert report["changes"][PEOPLE]["unchanged"] == CHILDREN + MOTHERS
