"""Sending extracts on the page: what is refused and in which words, what waits, and what becomes of what was sent."""

import io
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.exchange import actions, tasks, working
from frontdoor.exchange.legacy.files import LAYOUTS
from frontdoor.exchange.legacy.running import LOCK
from frontdoor.exchange.models import ImportProgress, ImportRun, Origin, SourceRecord, Upload, Wording
from frontdoor.exchange.progress import Progress
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Person, Relationship
from tests.conftest import url_for
from tests.exchange.extract import Extract, sound
from tests.exchange.resaved import british, resaved
from tests.exchange.workbooks import cells_of, workbook

Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.IMPORTS_DIR = tmp_path / "imports"
    return tmp_path / "imports"


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


def files_of(made: Extract) -> Files:
    return {name: made.bytes_of(name) for name in LAYOUTS}


def zipped(files: Files, **options: Any) -> Files:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return {"extract.zip": out.getvalue()}


def sent(desk: Client, files: Files | list[tuple[str, bytes]]) -> Any:
    pairs = files.items() if isinstance(files, dict) else files
    return desk.post("/imports/send/", {"files": [SimpleUploadedFile(name, content) for name, content in pairs]})


def kept(desk: Client, files: Files) -> Upload:
    answer = sent(desk, files)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Upload.objects.latest("pk")


@pytest.mark.moment(datetime(2036, 2, 29, 10, 0, tzinfo=UTC))
def test_what_nobody_wrote_to_for_a_day_goes_whatever_our_clock_says(desk: Client, folder: Path) -> None:
    first = kept(desk, files_of(sound()))
    for name, days in (("stray", 2), ("fresh", 0), (first.folder, 2)):
        (folder / name).mkdir(exist_ok=True)
        written = (folder / name).stat().st_mtime - days * 24 * 3600
        os.utime(folder / name, (written, written))
    second = kept(desk, files_of(sound()))
    assert {each.name for each in folder.iterdir()} == {"fresh", first.folder, second.folder}


def body(desk: Client, path: str, **headers: str) -> str:
    answer = desk.get(path, headers=headers)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def emptied(name: str) -> bytes:
    return Extract().bytes_of(name)


def latin(content: bytes) -> bytes:
    return content.decode("utf-8").encode("cp1252", "replace")


def with_rows(name: str, *texts: str) -> bytes:
    """People whose surnames hold letters beyond ASCII."""
    made = sound()
    for number, text in enumerate(texts):
        made.add(
            name, CLIENT_NO=f"0088{number:04d}", SURNAME=text, FORENAME="Sam", DOB_EST="N", SEX="0",
            MODIFIED="01/06/2026",
        )  # fmt: skip
    return made.bytes_of(name)


PEOPLE, NOTES, CLIENTS = "carecase_people.csv", "carecase_notes.csv", "firstcall_people.csv"
WRONG: dict[str, tuple[Callable[[Files], object], str]] = {
    "0 bytes": (lambda f: f.update({PEOPLE: b""}), f"{PEOPLE} is empty (0 bytes). Extract it again."),
    "header only": (
        lambda f: f.update({PEOPLE: emptied(PEOPLE)}),
        f"{PEOPLE} holds no rows, only its header, but the rows of",
    ),
    "wrong delimiter": (lambda f: f.update({PEOPLE: f[PEOPLE].replace(b",", b";")}), f"{PEOPLE} is separated by"),
    "UTF-16": (lambda f: f.update({PEOPLE: f[PEOPLE].decode().encode("utf-16")}), f"{PEOPLE} is text in UTF-16"),
    "UTF-16 without mark": (
        lambda f: f.update({PEOPLE: f[PEOPLE].decode().encode("utf-16-le")}),
        f"{PEOPLE} is text in UTF-16. Extract it again as CSV in utf-8.",
    ),
    "UTF-8 for cp1252": (
        lambda f: f.update({CLIENTS: with_rows(CLIENTS, "JOSÉ", "ZOË", "CHLOÉ").decode("cp1252").encode()}),
        f"{CLIENTS} is in UTF-8; it should be in Windows code page 1252",
    ),
    "cp1252 for UTF-8": (
        lambda f: f.update({NOTES: latin(f[NOTES])}),
        f"{NOTES} is in Windows code page 1252 or another old one; it should be in UTF-8.",
    ),
    "missing column": (
        lambda f: f.update({NOTES: f[NOTES].replace(b"note_id,person_id", b"note_id", 1)}),
        f"The first line of {NOTES} is not the header of that file (missing: person_id",
    ),
    "extra column": (
        lambda f: f.update({NOTES: b"colour," + f[NOTES]}),
        f"The first line of {NOTES} is not the header of that file (not expected: colour",
    ),
    "cut in a record": (
        lambda f: f.update({"carecase_episodes.csv": f["carecase_episodes.csv"][:-45]}),
        "carecase_episodes.csv is cut off: it ends in the middle of a record.",
    ),
    "cut in quotes": (
        lambda f: f.update({NOTES: f[NOTES][: f[NOTES].rindex(b"\n", 0, -2) + 1]}),
        f"{NOTES} is cut off: it ends inside a value that stands in quotes.",
    ),
    "zip named csv": (lambda f: f.update({PEOPLE: next(iter(zipped(f).values()))}), f"{PEOPLE} is a zip archive"),
    "NULs": (
        lambda f: f.update({PEOPLE: f[PEOPLE] + b"\x00" * 4000 + b"\n"}),
        f"{PEOPLE} is damaged: 4,000 of its",
    ),
    "a file missing": (lambda f: f.pop(PEOPLE), f"What you sent holds carecase_relationships.csv but not {PEOPLE}"),
    "zip among files": (lambda f: f.update(zipped(f)), "Send either the extract files themselves, or one zip of them"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_an_extract_is_refused_whole(desk: Client, folder: Path, case: str) -> None:
    """The message names the file and says what to do; no file and no row is kept."""
    files = files_of(sound())
    spoil, words = WRONG[case]
    spoil(files)
    answer = sent(desk, files)
    told = answer.content.decode().replace("&#39;", "'")
    assert answer.status_code == 422
    assert words in told, told[told.find("error-summary") :][:1500]
    assert "Nothing was imported" in told
    assert not Upload.objects.exists()
    assert not ImportRun.objects.exists()
    assert list(folder.iterdir()) == []
    assert Entry.objects.filter(event="act.refused").count() == 1


def test_everything_wrong_is_told_at_once(desk: Client) -> None:
    files = files_of(sound()) | {PEOPLE: b"", NOTES: b"x,y\n"}
    told = sent(desk, files).content.decode()
    assert f"{PEOPLE} is empty" in told
    assert f"The first line of {NOTES}" in told


def test_nothing_a_stranger_and_a_double(desk: Client) -> None:
    assert "Choose the extract files, or one zip of them." in sent(desk, {}).content.decode()
    assert "None of the files has the name of an extract file" in sent(desk, {"notes.csv": b"x"}).content.decode()
    twice = [*files_of(sound()).items(), (PEOPLE, b"x")]
    assert f"{PEOPLE} was sent 2 times. Send it once" in sent(desk, twice).content.decode()


def test_sizes_are_limited_while_they_are_received(desk: Client, folder: Path, settings: LazySettings) -> None:
    settings.IMPORT_FILE_MB = 1
    files = files_of(sound())
    big = {PEOPLE: files[PEOPLE] + b"x" * (2 * 1024 * 1024)}
    assert f"{PEOPLE} has 2 MB; a file may have 1 MB." in sent(desk, files | big).content.decode()
    settings.IMPORT_TOTAL_MB = 1
    two = {PEOPLE: b"x" * 700_000, NOTES: b"x" * 700_000}
    assert f"With {NOTES} the files are more than 1 MB together." in sent(desk, two).content.decode()
    assert sent(desk, {PEOPLE: b"x" * (5 * 1024 * 1024)}).status_code == 413
    assert list(folder.iterdir()) == []


def test_a_zip_is_unpacked_and_a_bomb_is_not(desk: Client, folder: Path, settings: LazySettings) -> None:
    files = files_of(sound())
    upload = kept(desk, zipped({f"night/{name.upper()}": content for name, content in files.items()}))
    assert {each["name"] for each in upload.files} == set(LAYOUTS)
    for name, content in files.items():
        assert (folder / upload.folder / name).read_bytes() == content
    bomb = zipped({PEOPLE: b"0" * (30 * 1024 * 1024)})
    assert "unpacks to more than 100 times its size" in sent(desk, bomb).content.decode()
    settings.IMPORT_FILE_MB = 12
    settings.IMPORT_ZIP_RATIO = 10_000
    assert f"{PEOPLE} in extract.zip has 13 MB; a file may have 12 MB." in sent(desk, bomb).content.decode()
    cut = {"extract.zip": zipped(files)["extract.zip"][:-100]}
    assert "extract.zip is not a zip file" in sent(desk, cut).content.decode()
    whole = bytearray(zipped(files)["extract.zip"])
    whole[200:260] = b"\xff" * 60
    assert "extract.zip is damaged" in sent(desk, {"extract.zip": bytes(whole)}).content.decode()
    assert [each.name for each in folder.iterdir()] == [upload.folder]


def test_the_command_refuses_a_file_of_two_gigabytes_at_once(db: None, tmp_path: Path) -> None:
    made = sound().write(tmp_path / "in")
    os.truncate(made / NOTES, 2 * 1024**3)
    with pytest.raises(CommandError, match=rf"{NOTES} has 2,048 MB; a file may have 1,024 MB"):
        call_command("import_legacy", str(made))
    assert not SourceRecord.objects.exists()


def test_what_is_only_odd_is_told_and_taken(desk: Client) -> None:
    """Single bad rows are for the report; a person reads what is missing or unused before anything is imported."""
    files = files_of(sound()) | {"manifest.json": b"{}"}
    files[PEOPLE] = b"\xef\xbb\xbf" + files[PEOPLE]
    long = f'N99999999,A0100001,2024-01-01T09:00,HV,H,"{"x" * 1_000_000}"\n'
    files[NOTES] += long.encode() + b"N99999998,A0100001,2024-01-01T09:00,HV,H,nul\x00byte\n"
    files["carecase_relationships.csv"] += b"A0100001,A0100002,Child\nA0100002,A0100001,Child\n"
    files[NOTES] += b"N99999997,A0100001,2024-01-01T09:00,HV,H,=HYPERLINK(1)"
    del files["paper_files.csv"]
    files["carecase_s47.csv"] = emptied("carecase_s47.csv")
    upload = kept(desk, files)
    page = body(desk, f"/imports/files/{upload.pk}/")
    for words in (
        "no extract file has this name: manifest.json",
        f"{PEOPLE} begins with a byte order mark",
        "carecase_s47.csv holds no rows, only its header",
        f"{NOTES} does not end with the end of a line",
        "Not among the files: paper_files.csv",
        "Nothing has been imported yet",
    ):
        assert words in page.replace("&#39;", "'"), words
    assert f'href="/imports/files/{upload.pk}/"' in body(desk, "/imports/")
    assert not SourceRecord.objects.exists()
    run = imported(desk, upload)
    assert run.state == "done", run.failure
    told = {(each["key"], each["code"]) for each in run.report["warnings"]}
    assert {("N99999999", "overlong"), ("N99999998", "control_char")} <= told
    assert run.report["rejects"] == []
    assert {each["name"]: each["rows"] for each in upload.files} == {
        name: counts["rows"] for name, counts in run.report["files"].items()
    }
    assert bytes(SourceRecord.objects.get(identity="N99999999").raw) == long.encode()
    csv = desk.get(f"/imports/{run.pk}/warnings.csv").content.decode()
    assert "N99999999" in csv


def imported(desk: Client, upload: Upload) -> ImportRun:
    """Start it on the page, and let a worker do what beat asks for."""
    answer = desk.post(f"/imports/files/{upload.pk}/start/")
    run = ImportRun.objects.latest("pk")
    assert answer["Location"] == f"/imports/{run.pk}/"
    asked = working.next_to_do(timezone.now())
    assert asked == run.pk
    tasks.do_import(asked)
    run.refresh_from_db()
    return run


def test_from_the_files_to_the_results(desk: Client, officer: User, folder: Path) -> None:
    upload = kept(desk, files_of(sound()))
    answer = desk.post(f"/imports/files/{upload.pk}/start/", follow=True)
    run = ImportRun.objects.get()
    page = answer.content.decode()
    assert "It waits for a worker and begins by itself in a moment." in page
    assert "<progress" in page
    fragment = body(desk, f"/imports/{run.pk}/", **{"HX-Request": "true"})
    assert "<progress" in fragment
    assert "<html" not in fragment
    assert desk.post(f"/imports/files/{upload.pk}/start/").status_code == 409, "not twice at once"
    assert desk.post(f"/imports/files/{upload.pk}/discard/").status_code == 409, "nor without its files"
    assert working.next_to_do(timezone.now()) == run.pk
    assert working.next_to_do(timezone.now()) is None, "asked for once"
    tasks.do_import(run.pk)
    tasks.do_import(run.pk)  # delivered twice
    run.refresh_from_db()
    assert (run.state, run.attempts, run.started_by) == ("done", 1, officer)
    notice = Notice.objects.get(user=officer)
    assert (notice.text, notice.path) == (f"Import {run.pk} has finished.", f"/imports/{run.pk}/")
    page = body(desk, f"/imports/{run.pk}/")
    for words in ("Perry Figgis", "people.csv", "21 records from 21 rows of CareCase and 13 of FirstCall", ", after "):
        assert words in page, words
    last = desk.get(f"/imports/{run.pk}/?stage=loading", headers={"HX-Request": "true"})
    assert last["HX-Refresh"] == "true", "the progress gives way to the results"
    rows, people = SourceRecord.objects.count(), Person.objects.count()
    again = imported(desk, upload)
    assert again.pk > run.pk
    assert again.report["files"] == run.report["files"]
    told_once: dict[str, object] = {"changes": 0, "joining": 0}
    assert {**again.report, **told_once} == {**run.report, **told_once}
    assert (SourceRecord.objects.count(), Person.objects.count()) == (rows, people), "run again, nothing changes"
    assert desk.post(f"/imports/{again.pk}/cancel/").status_code == 409, "what has ended is not cancelled"
    events = set(Entry.objects.values_list("event", flat=True))
    assert {"import.received", "import.started", "import.finished"} <= events


@pytest.fixture
def discarding(desk: Client, django_capture_on_commit_callbacks: Any) -> Callable[[Upload], None]:
    def discard(upload: Upload) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert desk.post(f"/imports/files/{upload.pk}/discard/").status_code == 302

    return discard


def test_one_waits_for_the_other_and_can_be_cancelled(
    desk: Client, folder: Path, discarding: Callable[[Upload], None]
) -> None:
    first, second = kept(desk, files_of(sound())), kept(desk, files_of(sound()))
    for upload in (first, second):
        desk.post(f"/imports/files/{upload.pk}/start/")
    one, two = ImportRun.objects.order_by("pk")
    waits = f"Two imports never run at once: this one waits until import {one.pk} has ended."
    assert waits in body(desk, f"/imports/{two.pk}/")
    tasks.do_import(two.pk)
    two.refresh_from_db()
    assert two.state == "waiting", "asked for too early it stays in the list"
    assert desk.post(f"/imports/{two.pk}/cancel/").status_code == 302
    assert "Nothing was loaded" in body(desk, f"/imports/{two.pk}/")
    discarding(second)
    assert [each.name for each in folder.iterdir()] == [first.folder]
    assert desk.post(f"/imports/files/{second.pk}/start/").status_code == 409
    assert "deleted by Perry Figgis" in body(desk, f"/imports/files/{second.pk}/")
    with psycopg.connect(url_for(connection.settings_dict["NAME"]), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        assert working.next_to_do(timezone.now()) is None, "while the command runs, nobody is asked"
        tasks.do_import(one.pk)
        one.refresh_from_db()
        assert one.state == "waiting"


def test_a_run_cancelled_while_it_reads_loads_nothing(
    desk: Client, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = kept(desk, files_of(sound()))
    desk.post(f"/imports/files/{upload.pk}/start/")
    run = ImportRun.objects.get()
    begin = Progress.step

    def meanwhile(progress: Progress, number: int, rows: int = 0) -> None:
        begin(progress, number, rows)
        if number == 1:
            actions.cancel_import(run=run, by=officer, at=timezone.now())

    monkeypatch.setattr(Progress, "step", meanwhile)
    tasks.do_import(run.pk)
    run.refresh_from_db()
    assert (run.state, run.cancelled_by) == ("cancelled", officer)
    assert not Person.objects.exists()
    assert not Origin.objects.exists()


def test_a_fault_is_told_without_what_it_was_about(
    desk: Client, officer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    upload = kept(desk, files_of(sound()))
    desk.post(f"/imports/files/{upload.pk}/start/")
    run = ImportRun.objects.get()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise ValueError("Rowan Abernethy")

    monkeypatch.setattr("frontdoor.exchange.legacy.running.load_people", broken)
    tasks.do_import(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "Abernethy" not in run.failure + caplog.text
    assert "import_failed" in caplog.text
    assert Notice.objects.get(user=officer).text == f"Import {run.pk} has stopped: its page says why."
    assert "met a fault of the program (ValueError" in body(desk, f"/imports/{run.pk}/")
    monkeypatch.undo()
    actions.start_import(upload=upload, by=officer, at=timezone.now())


def test_a_run_that_ends_every_worker_does_not_stand_in_the_way(desk: Client, officer: User) -> None:
    upload = kept(desk, files_of(sound()))
    run = actions.start_import(upload=upload, by=officer, at=timezone.now())
    ImportRun.objects.filter(pk=run.pk).update(attempts=working.MOST_ATTEMPTS, state="running")
    tasks.do_import(run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "Its worker was ended 5 times" in run.failure


def test_a_killed_command_says_so(desk: Client, officer: User) -> None:
    run = ImportRun.objects.create(started_by=officer)
    assert working.next_to_do(timezone.now()) is None
    run.refresh_from_db()
    assert run.state == "failed"
    assert "run the command again with the same folder" in body(desk, f"/imports/{run.pk}/")


def test_many_wordings_get_their_meaning_at_once_for_all_rows(desk: Client, tmp_path: Path) -> None:
    made = sound()
    for row in made.rows["firstcall_contacts.csv"][:2]:
        row[2] = "Blue parrot desk"
    made.rows[PEOPLE][0][10] = "Martian"
    made.rows["carecase_relationships.csv"][0][2] = "Nuncle"
    run = imported(desk, kept(desk, files_of(made)))
    assert {each["value"] for each in run.report["to_map"]} == {"Blue parrot desk", "Martian", "Nuncle"}
    by_value = {each.value: each.pk for each in Wording.objects.all()}
    page = body(desk, "/imports/wordings/")
    assert page.count("Not now") == 3
    bad = desk.post("/imports/wordings/", {f"code-{by_value['Martian']}": "XXXX"})
    assert bad.status_code == 422
    assert "Choose one of the meanings for “Martian”" in bad.content.decode()
    none = desk.post("/imports/wordings/", {f"code-{by_value['Martian']}": ""})
    assert none.status_code == 422
    assert "Nothing was noted." in none.content.decode()
    answer = desk.post(
        "/imports/wordings/",
        {
            f"code-{by_value['Blue parrot desk']}": "8", f"code-{by_value['Martian']}": "OOTH",
            f"code-{by_value['Nuncle']}": "FATHER", "code-x": "1",
        },
        follow=True,
    )  # fmt: skip
    assert "3 wordings noted. 4 records took the meaning" in answer.content.decode()
    mother = Person.objects.get(reference=Origin.objects.get(file=PEOPLE, identity="A0500000").reference)
    assert mother.ethnicity == "OOTH"
    assert Relationship.objects.filter(other=mother, kind="father").count() == 1
    assert not Relationship.objects.filter(kind="other_family").exists()
    settled = body(desk, "/imports/wordings/?view=settled")
    assert "Perry Figgis" in settled
    changed = desk.post(f"/imports/wordings/{by_value['Martian']}/", {"code": "AOTH"}, follow=True)
    assert "1 record took the meaning" in changed.content.decode(), "a meaning may be changed"
    mother.refresh_from_db()
    assert mother.ethnicity == "AOTH"
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM exchange_wordingevent WHERE value = 'Martian' ORDER BY pgh_id")
        assert [code for (code,) in cursor.fetchall()] == ["", "OOTH", "AOTH"], "each meaning with its dates"


def test_only_those_who_run_imports_may(client: Client, officer: User, db: None) -> None:
    other = User.objects.create_user("other", "Olive Officer", roles=["contact_officer"])
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert sent(client, {PEOPLE: b"x"}).status_code == 403
    assert client.get("/imports/wordings/").status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert sent(strict, {PEOPLE: b"x"}).status_code == 403, "not from another site"
    assert not ImportProgress.objects.exists()


def test_workbooks_are_taken_among_the_files_or_in_the_zip_and_give_the_same_records(desk: Client) -> None:
    files = files_of(sound())
    run = imported(desk, kept(desk, files))
    rows, people = SourceRecord.objects.count(), Person.objects.count()
    mixed = dict(files)
    for name in (PEOPLE, CLIENTS, "firstcall_contacts.csv"):
        del mixed[name]
        mixed[name.upper().replace(".CSV", ".xlsx")] = workbook(cells_of(sound(), LAYOUTS[name]))
    for way in (mixed, zipped(mixed)):
        upload = kept(desk, way)
        assert {each["name"] for each in upload.files} == {name.lower() for name in mixed}
        page = body(desk, f"/imports/files/{upload.pk}/")
        assert "carecase_people.xlsx is read as carecase_people.csv." in page
        assert "Not among the files" not in page
        again = imported(desk, upload)
        assert again.state == "done", again.failure
        assert again.report["files"] == run.report["files"]
        assert (SourceRecord.objects.count(), Person.objects.count()) == (rows, people), "the same, byte for byte"


def test_a_spoilt_and_a_doubled_file_are_refused_and_a_copy_is_told(desk: Client) -> None:
    files = files_of(sound())
    both = files | {"carecase_people.xlsx": workbook(cells_of(sound(), LAYOUTS[PEOPLE]))}
    assert f"{PEOPLE} and carecase_people.xlsx both hold {PEOPLE}." in sent(desk, both).content.decode()
    spoilt = files | {PEOPLE: resaved(files[PEOPLE], LAYOUTS[PEOPLE], british)}
    told = sent(desk, spoilt).content.decode()
    assert "dob cannot be read in 21 of 21 rows. Found: “30/01/2012”, as a spreadsheet" in told
    assert not Upload.objects.exists()
    upload = kept(desk, files | {"carecase_people (1).csv": files[PEOPLE], "Copy of carecase_notes.csv": b"older"})
    page = body(desk, f"/imports/files/{upload.pk}/")
    assert "carecase_people (1).csv is the same file as carecase_people.csv, which is used once." in page
    assert "copy of carecase_notes.csv looks like another carecase_notes.csv and is not used" in page
