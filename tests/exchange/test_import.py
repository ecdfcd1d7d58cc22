"""The import as an operator meets it: every row accounted for, nothing doubled, nothing half-loaded, undoable."""

import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from assessments.models import Assessment
from contacts.models import Contact, ContactPerson
from frontdoor.accounts.models import User, system_user
from frontdoor.clocks.models import Clock
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.running import LOCK, run_import
from frontdoor.exchange.models import CaseNote, ImportRun, Origin, PaperFile, SameEvent, SourceRecord, Wording
from frontdoor.people.models import LinkageWeights, Merge, NameWord, Person, Telephone
from frontdoor.people.record import chronology
from referrals.models import Referral, StrategyDiscussion
from tests.conftest import ROOT, Served, clone, url_for
from tests.exchange.extract import FAMILIES, Extract, sound, with_defects

CHILDREN = sum(len(family[4]) for family in FAMILIES)
MOTHERS = len(FAMILIES)


def imported(folder: Path, **options: Any) -> dict[str, Any]:
    return run_import(folder, by=system_user(), **options)


def told(*words: str) -> str:
    """What a command printed."""
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_every_row_is_loaded_or_rejected_and_every_defect_named(db: None, tmp_path: Path) -> None:
    made = with_defects()
    report = imported(made.write(tmp_path / "in"))
    for name, counts in report["files"].items():
        assert counts["rows"] == counts["loaded"] + counts["rejected"] == len(made.rows[name]), name
    found = {(f["file"], f["row"], f["column"], f["code"]) for f in report["rejects"] + report["warnings"]}
    assert found == made.defects
    rejected = {(f["file"], f["row"]) for f in report["rejects"]}
    assert rejected <= {(file, row) for file, row, _, _ in made.defects}, "no sound row is rejected"
    assert {f["code"] for f in report["rejects"]} >= {
        "missing_id",
        "duplicate_id",
        "unknown_person",
        "wrong_column_count",
    }
    assert all(f["message"].endswith((".", "?")) for f in report["rejects"] + report["warnings"])
    assert SourceRecord.objects.count() == sum(map(len, made.rows.values())), "every row is kept, byte for byte"
    kept = SourceRecord.objects.get(file="carecase_people.csv", row=1)
    assert bytes(kept.raw) in made.bytes_of("carecase_people.csv")


def test_one_record_for_each_child_and_one_path_for_each_event(db: None, tmp_path: Path) -> None:
    report = imported(sound().write(tmp_path / "in"))
    assert report["people"] == {
        "carecase": CHILDREN + MOTHERS,
        "firstcall": CHILDREN,
        "records": CHILDREN + MOTHERS,
        "merged_automatically": CHILDREN,
        "to_review": 0,
    }
    links = tmp_path / "links.csv"
    told("links_export", str(links))
    pairs = list(csv.reader(StringIO(links.read_text())))
    assert pairs[0] == ["person_id", "client_no"]
    assert {(a[3:], b[3:]) for a, b in pairs[1:]} == {(f"{n:05d}", f"{n:05d}") for n in range(1, CHILDREN + 1)}
    again = tmp_path / "events.csv"
    told("same_events_export", str(again))
    rows = list(csv.DictReader(StringIO(again.read_text())))
    assert {(r["contact_no"][3:], r["episode_id"][4:]) for r in rows} == {
        (f"{n:05d}", f"{n:05d}") for n in range(1, CHILDREN + 1) if n % 2
    }
    referral = Referral.objects.get(reference=reference("carecase_episodes.csv", "EP0100001"))
    assert referral.contact.reference == reference("firstcall_contacts.csv", "C0400001")
    own = Referral.objects.get(reference=reference("carecase_episodes.csv", "EP0100002"))
    assert (own.contact.origin, own.contact.status) == ("carecase", "decided")
    assert SameEvent.objects.filter(is_certain=False).count() == 0


def reference(file: str, identity: str) -> str:
    return Origin.objects.get(file=file, identity=identity).reference


def test_records_stand_at_their_status_with_their_dates_and_clocks(db: None, tmp_path: Path) -> None:
    imported(sound().write(tmp_path / "in"))
    contact = Contact.objects.get(reference=reference("firstcall_contacts.csv", "C0400001"))
    assert (contact.status, contact.outcome, contact.grade, contact.source) == ("decided", "referral", "amber", "6")
    assert contact.received_at.isoformat() == "2024-03-01T10:15:00+00:00"
    assert contact.text.concerns == "Officers attended.\r\nRowan was there."
    closed = Referral.objects.get(reference=reference("carecase_episodes.csv", "EP0100001"))
    assert (closed.status, closed.closure_reason, closed.primary_need) == ("closed", "RC8", "N1")
    still_open = Referral.objects.get(reference=reference("carecase_episodes.csv", "EP0100003"))
    assert still_open.status == "assessed"
    assessment = Assessment.objects.get(reference=reference("carecase_assessments.csv", "AS0500001"))
    assert (assessment.status, assessment.outcome) == ("authorised", "child_in_need")
    assert set(assessment.factors.values_list("code", flat=True)) == {"3B", "16A"}
    clock = Clock.objects.get(reference=assessment.clock_reference, rule="assessment")
    assert clock.edition == "Working Together 2023"
    assert (clock.stopped_at, clock.next_at) == (assessment.authorised_at, None)
    assert StrategyDiscussion.objects.deciding_section_47().count() == CHILDREN // 4
    assert CaseNote.objects.count() == CHILDREN
    assert PaperFile.objects.filter(person__isnull=False).count() == CHILDREN


def test_the_one_record_shows_what_came_from_both(db: None, tmp_path: Path) -> None:
    imported(sound().write(tmp_path / "in"))
    manager = User.objects.create_user("head", "Head", roles=["service_manager"])
    child = Person.objects.standing().named(reference("firstcall_people.csv", "00200001")).get()
    assert child.reference == reference("carecase_people.csv", "A0100001")
    titles = [event.title for event in chronology.chronology(child, manager, limit=200).events]
    assert any("Contact C-" in title for title in titles)
    assert any("Referral R-" in title for title in titles)
    assert any(title == "HV" for title in titles)
    assert {row.kind for row in child.identifiers.all()} >= {"carecase", "firstcall", "nhs", "upn"}


def contents() -> dict[str, str]:
    """A digest of every table but the list of runs, by the rows as they stand."""
    return digests(connection.cursor())


def digests(cursor: Any, *, sameness: bool = False) -> dict[str, str]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND split_part(tablename, '_', 1) IN"
        " ('people', 'contacts', 'referrals', 'assessments', 'clocks', 'exchange')"
        " AND tablename <> 'exchange_importrun' AND tablename NOT LIKE '%event' ORDER BY 1"
    )
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t")
        rows = [row if isinstance(row, dict) else json.loads(row) for (row,) in cursor.fetchall()]
        lines = sorted(json.dumps(stripped(row) if sameness else row, sort_keys=True) for row in rows)
        found[table] = f"{len(lines)} {hashlib.sha256(''.join(lines).encode()).hexdigest()[:16]}"
    return found


def stripped(row: dict[str, Any]) -> dict[str, Any]:
    """A row without keys and times of writing, which differ between two databases of the same content."""
    times = (
        "recorded_at",
        "estimated_at",
        "merged_at",
        "found_at",
        "created_at",
        "marks",
        "key",
        "seen",
        "before",
        "after",
    )
    return {k: v for k, v in row.items() if k != "id" and not k.endswith("_id") and k not in times}


def test_the_weights_an_import_learns_are_kept_once_and_names_are_counted(db: None, tmp_path: Path) -> None:
    folder = sound().write(tmp_path / "in")
    imported(folder)
    kept = LinkageWeights.objects.get()
    assert kept.records == CHILDREN * 2 + MOTHERS
    assert NameWord.objects.get(text="mother").bearers == MOTHERS
    ImportRun.objects.update(step=ImportRun.Step.RECORDS)  # as a run killed before its end leaves it
    imported(folder)
    assert LinkageWeights.objects.get() == kept


def test_a_second_run_changes_nothing(db: None, tmp_path: Path) -> None:
    folder = with_defects().write(tmp_path / "in")
    first = imported(folder)
    before = contents()
    second = imported(folder)
    assert contents() == before
    told_once: dict[str, object] = {"changes": 0, "joining": 0}  # what is joined is said by the run that compared
    assert {**second, **told_once} == {**first, **told_once}
    assert all(not kinds["new"] and not kinds["changed"] for kinds in second["changes"].values())


def test_a_newer_extract_changes_only_what_changed(db: None, tmp_path: Path) -> None:
    made = sound()
    folder = made.write(tmp_path / "in")
    imported(folder)
    people, notes = Person.objects.count(), CaseNote.objects.count()
    episodes = made.rows["carecase_episodes.csv"]
    row = next(row for row in episodes if row[0] == "EP0100003")
    row[6], row[7] = "2026-08-01", "RC7"
    child = next(row for row in made.rows["carecase_people.csv"] if row[0] == "A0100001")
    child[13], child[14] = "1 New Lane, Testwick", "ZZ99 9ZZ"
    made.write(folder)
    imported(folder)
    assert (Person.objects.count(), CaseNote.objects.count()) == (people, notes)
    referral = Referral.objects.get(reference=reference("carecase_episodes.csv", "EP0100003"))
    assert (referral.status, referral.closure_reason) == ("closed", "RC7")
    person = Person.objects.get(reference=reference("carecase_people.csv", "A0100001"))
    lines = set(person.addresses.values_list("lines", flat=True))
    assert "1 New Lane, Testwick" in lines
    assert "4 Larch Way, Testwick" in lines, "the former one stays"
    assert SourceRecord.objects.filter(file="carecase_people.csv", identity="A0100001").count() == 2


def test_what_a_person_took_apart_is_not_joined_again(db: None, tmp_path: Path) -> None:
    made = sound()
    folder = made.write(tmp_path / "in")
    imported(folder)
    kept = reference("carecase_people.csv", "A0100001")
    printed = told("unmerge", kept)
    assert reference("firstcall_people.csv", "00200001") in printed
    made.add(
        "carecase_people.csv",
        person_id="A0999999",
        forename="New",
        surname="Person",
        gender="U",
        last_updated="2026-06-01",
    )
    made.write(folder)
    imported(folder)
    assert Person.objects.get(reference=kept).absorbed.count() == 0
    assert Merge.objects.filter(survivor__reference=kept, undone_at__isnull=True).count() == 0
    with pytest.raises(CommandError, match=kept):
        told("unmerge", kept)


def test_what_a_newer_extract_said_of_a_joined_record_goes_back_with_it(db: None, tmp_path: Path) -> None:
    made = sound()
    folder = made.write(tmp_path / "in")
    imported(folder)
    header = LAYOUTS["firstcall_people.csv"].header
    row = next(row for row in made.rows["firstcall_people.csv"] if row[0] == "00200001")
    row[header.index("CARER_TEL")], row[header.index("ADDR1")] = "01632960999", "7 Newer Close"
    row[header.index("SURNAME")] = "CHANGED"
    made.write(folder)
    imported(folder)
    stays = Person.objects.get(reference=reference("carecase_people.csv", "A0100001"))
    other = Person.objects.get(reference=reference("firstcall_people.csv", "00200001"))
    assert other.merged_into == stays
    assert stays.telephones.filter(number_key__endswith="1632960999").count() == 1
    assert stays.names.filter(kind="primary").count() == 1
    told("unmerge", stays.reference)
    assert not stays.telephones.filter(number_key__endswith="1632960999").exists()
    assert not stays.names.filter(family="Changed").exists()
    assert other.telephones.filter(number_key__endswith="1632960999").count() == 1
    assert other.addresses.filter(lines__startswith="7 Newer Close").count() == 1
    assert [name.family for name in other.names.filter(kind="primary")] == ["Changed"]


def test_a_trial_keeps_nothing(db: None, tmp_path: Path) -> None:
    report = imported(sound().write(tmp_path / "in"), is_trial=True)
    assert report["people"]["records"] == CHILDREN + MOTHERS
    assert not SourceRecord.objects.exists()
    assert not Person.objects.exists()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("carecase_people.csv", b"", "is empty"),
        ("carecase_people.csv", b"PK\x03\x04rest", "zip archive"),
        ("firstcall_people.csv", ",".join(LAYOUTS["firstcall_people.csv"].header).encode(), "separated by"),
        ("carecase_people.csv", b"\xff\xfep\x00", "UTF-16"),
        ("carecase_notes.csv", b"note_id,person_id\n", "missing: note_datetime"),
        ("paper_files.csv", b"file_no,extra\n", "not expected: extra"),
        ("carecase_s47.csv", b"x" * 8_000_100, "line of more than"),
    ],
)
def test_a_file_that_is_not_what_it_says_stops_it_before_anything_is_loaded(
    db: None, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    folder = sound().write(tmp_path / "in")
    (folder / name).write_bytes(content)
    with pytest.raises(CommandError, match=words):
        told("import_legacy", str(folder))
    assert not SourceRecord.objects.exists()
    assert not Person.objects.exists()


def test_a_folder_without_extracts_says_so(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds none of the extract files"):
        told("import_legacy", str(tmp_path))
    with pytest.raises(CommandError, match="is not a folder"):
        told("import_legacy", str(tmp_path / "nowhere"))
    (tmp_path / "carecase_notes.csv").write_bytes(b"x")
    with pytest.raises(CommandError, match=r"not carecase_people\.csv"):
        told("import_legacy", str(tmp_path))


def test_headers_alone_are_an_empty_extract(db: None, tmp_path: Path) -> None:
    report = imported(Extract().write(tmp_path / "in"))
    assert {counts["rows"] for counts in report["files"].values()} == {0}


def test_two_at_once_the_second_is_refused(db: None, tmp_path: Path) -> None:
    folder = sound().write(tmp_path / "in")
    with psycopg.connect(url_for(connection.settings_dict["NAME"]), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(CommandError, match="Another import is running"):
            told("import_legacy", str(folder))
    assert not SourceRecord.objects.exists()


def test_a_wording_nobody_knows_waits_for_a_person_and_is_kept(db: None, tmp_path: Path) -> None:
    made = sound()
    made.rows["firstcall_contacts.csv"][0][2] = "Blue parrot desk"
    folder = made.write(tmp_path / "in")
    report = imported(folder)
    assert report["to_map"] == [{"list": "source", "value": "Blue parrot desk", "rows": Wording.objects.get().rows}]
    contact = Contact.objects.get(reference=reference("firstcall_contacts.csv", "C0400001"))
    assert contact.source == ""
    kept = Origin.objects.get(file="firstcall_contacts.csv", identity="C0400001").source
    assert kept.values["SOURCE"] == "Blue parrot desk"


def test_killed_at_any_moment_and_run_again_it_is_the_same_database(db: None, tmp_path: Path) -> None:
    folder = with_defects().write(tmp_path / "in")
    with clone("undisturbed") as name:
        server = Served(name, tmp_path)
        begun = time.monotonic()
        server.manage("import_legacy", str(folder))
        takes = time.monotonic() - begun
        with psycopg.connect(url_for(name)) as reader:
            wanted = digests(reader.cursor(), sameness=True)
    rng = random.Random(20261124)
    with clone("killed") as name:
        server = Served(name, tmp_path)
        for _ in range(int(os.environ.get("IMPORT_KILLS", "3"))):
            process = subprocess.Popen(
                [sys.executable, "manage.py", "import_legacy", str(folder)], cwd=ROOT, env=server.env,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            try:
                process.wait(rng.uniform(0.3, 1.0) * takes)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        until_free(name)
        server.manage("import_legacy", str(folder))
        with psycopg.connect(url_for(name)) as reader:
            assert digests(reader.cursor(), sameness=True) == wanted


def until_free(name: str) -> None:
    """Wait until PostgreSQL has noticed that the killed import is gone and has let go of its lock."""
    with psycopg.connect(url_for(name), autocommit=True) as probe:
        probe.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        probe.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def test_a_remark_with_a_number_is_kept_whole_and_its_warning_stands_until_somebody_asks(
    db: None, tmp_path: Path
) -> None:
    made = sound()
    for name, key, column, said in (
        ("firstcall_people.csv", "00200001", "CARER_TEL", "01632960777 NOT SAFE"),
        ("carecase_people.csv", "A0500000", "telephone", "01632960778 no calls"),
    ):
        row = next(row for row in made.rows[name] if row[0] == key)
        row[LAYOUTS[name].header.index(column)] = said
    imported(made.write(tmp_path / "in"))
    found = Telephone.objects.filter(number_key__in=["01632960777", "01632960778"])
    assert {(row.number, row.is_safe) for row in found} == {
        ("01632960777 NOT SAFE", False), ("01632960778 no calls", False),
    }  # fmt: skip
    assert {row.is_safe_to_ring for row in ContactPerson.objects.filter(telephone="01632960777 NOT SAFE")} == {False}
    assert not Telephone.objects.filter(is_safe=True).exists()
    assert not Telephone.objects.exclude(pk__in=found).filter(is_safe=False).exists()
