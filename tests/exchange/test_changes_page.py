"""The page of what a newer extract changed, and the question on the page of an import that is not taken on its word."""

import contextlib
import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.exchange import actions, changed, working
from frontdoor.exchange.models import ImportRun, Origin, SourceRecord
from frontdoor.exchange.uploads import Kept
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Person
from frontdoor.people.protection.actions import declare_conflict, set_restriction
from tests.exchange.extract import sound
from tests.exchange.test_again import NOTES, PEOPLE, TIES, again, put, without
from tests.reading import without_drawn

MOTHER = "A0500000"


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def run(db: None, tmp_path: Path) -> ImportRun:
    """An import that changed three people, took in one and no longer found a note."""
    made, folder = sound(), tmp_path / "in"
    again(made, folder)
    for key in (MOTHER, "A0500001", "A0500002"):
        put(made, PEOPLE, key, address="1 New Lane, Testwick")
    made.add(PEOPLE, person_id="A0999999", forename="New", surname="Person", gender="U", last_updated="2026-06-01")
    without(made, NOTES, "N00000002")
    again(made, folder)
    return ImportRun.objects.latest("pk")


def body(desk: Client, path: str) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def person(key: str) -> Person:
    return Person.objects.get(reference=Origin.objects.get(file=PEOPLE, identity=key).reference)


def test_what_an_import_changed_is_listed_with_whom_it_is_about(desk: Client, run: ImportRun) -> None:
    here = f"/imports/{run.pk}/changes/"
    assert f'href="{here}"' in body(desk, f"/imports/{run.pk}/")
    page = body(desk, here)
    for words in (
        "Mother Abernethy",
        "app-person__age",
        "Person",
        "Changed",
        "address",
        "Isla Abernethy",
        "Case note",
        "A0999999",
    ):
        assert words in page, words
    assert "Isla" not in without_drawn(body(desk, f"{here}?kind=changed"))
    assert "Isla Abernethy" in body(desk, f"{here}?kind=ended&file={NOTES}")
    assert "Nothing here is different" in body(desk, f"{here}?kind=left")
    for odd in ("?kind=none", "?file=x", "?after=x", "?after=99999999", "?kind=changed&after=٣"):
        body(desk, here + odd)


def test_it_is_read_a_page_at_a_time(desk: Client, run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "PAGE", 2)
    here = f"/imports/{run.pk}/changes/?kind=changed&file={PEOPLE}"
    page = body(desk, here)
    assert "Mother Abernethy" in page
    assert "Mother Szymański" not in page
    following = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "kind=changed" in following
    assert f"file={PEOPLE}" in following
    assert "Mother Szymański" in body(desk, following)


def test_more_rows_ask_no_more_questions(desk: Client, run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for number in (1, 1, 3):
        monkeypatch.setattr(changed, "PAGE", number)
        with CaptureQueriesContext(connection) as queries:
            body(desk, f"/imports/{run.pk}/changes/?kind=changed")
        asked.append(len(queries))
    assert asked[2] <= asked[1]


def test_the_hidden_are_left_out_and_who_was_shown_is_noted(desk: Client, run: ImportRun) -> None:
    body(desk, f"/imports/{run.pk}/changes/")
    assert person(MOTHER).pk in Entry.objects.filter(kind="listed").latest("pk").people
    holder = User.objects.create_user("head", "Head", roles=["service_manager"])
    set_restriction(person=person(MOTHER), holders=[holder], by=holder, at=timezone.now(), reason="Family of staff.")
    page = body(desk, f"/imports/{run.pk}/changes/")
    assert person(MOTHER).reference not in page
    assert MOTHER not in page
    assert person(MOTHER).pk not in Entry.objects.filter(kind="listed").latest("pk").people


class _Enough(Exception):
    """Ends one of two worlds."""


def test_two_worlds_that_differ_in_somebody_hidden_tell_the_same(
    desk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed, "PAGE", 2)
    told = []
    for is_there in (False, True):
        with contextlib.suppress(_Enough), transaction.atomic():
            told.append(_as_told(desk, tmp_path / str(is_there), is_there=is_there))
            raise _Enough
    assert "New Lane" not in told[0]
    assert "Mother Szymański" in told[0], "the pages that follow were read"
    assert told[0] == told[1]


def _as_told(desk: Client, folder: Path, *, is_there: bool) -> str:
    """What the pages of changes say when three others have changed as well as, in one world, somebody hidden."""
    made, hidden = sound(), "A0000001"  # first in every file: what stands after her would move down by one
    if is_there:
        of_her = {
            PEOPLE: {"person_id": hidden, "forename": "Hidden", "surname": "Quill", "gender": "F",
                     "last_updated": "2026-05-01"},
            TIES: {"person_id": "A0100001", "related_person_id": hidden, "relationship": "SIBL"},
            NOTES: {"note_id": "N00000000", "person_id": hidden, "note_datetime": "2026-01-02T09:10",
                    "note_type": "HV", "author": "H Ridley", "text": "Seen."},
        }  # fmt: skip
        for file, values in of_her.items():
            made.add(file, **values)
            made.rows[file].insert(0, made.rows[file].pop())
    again(made, folder)
    for key in (MOTHER, "A0500001", "A0500002", *([hidden] if is_there else [])):
        put(made, PEOPLE, key, address="1 New Lane, Testwick")
    if is_there:
        put(made, NOTES, "N00000000", text="Seen again.")
        made.rows[TIES] = [row for row in made.rows[TIES] if row[1] != hidden]
    without(made, NOTES, "N00000002")
    again(made, folder)
    if is_there:
        holder = User.objects.create_user("head", "Head", roles=["service_manager"])
        set_restriction(person=person(hidden), holders=[holder], by=holder, at=timezone.now(), reason="Family.")
    run = ImportRun.objects.latest("pk")
    here = f"/imports/{run.pk}/changes/"
    pages, asked = [], [here, f"{here}?kind=changed", f"{here}?kind=ended", f"{here}?file={TIES}"]
    for path in asked:  # grows while it is gone through
        page = body(desk, path)
        pages.append(page.partition("<main")[2])
        asked += [
            html.unescape(link) for link in re.findall(r'href="([^"]*after=[^"]*)"', pages[-1])
            if html.unescape(link) not in asked
        ]  # fmt: skip
    table = body(desk, f"/imports/{run.pk}/").partition("Beside what was here before")[2].partition("</table>")[0]
    # How many rows of a file are as they were is a fact of the file, and nothing on another page takes from it.
    table = re.sub(r'data-label="Unchanged"[^>]*>[^<]*<', "", table)
    return re.sub(rf"import {run.pk}|imports/{run.pk}|after=\d+|P-\w+", "", "".join([*pages, table]))


def test_somebody_the_reader_has_declared_they_know_is_left_out(desk: Client, run: ImportRun, officer: User) -> None:
    declare_conflict(user=officer, person=person(MOTHER), by=officer, at=timezone.now())
    page = body(desk, f"/imports/{run.pk}/changes/")
    assert person(MOTHER).reference not in page
    assert MOTHER not in page


def test_only_those_who_run_imports_see_it(client: Client, run: ImportRun) -> None:
    client.force_login(
        User.objects.create_user("officer", "Olive Officer", roles=["contact_officer"]),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    for path in (f"/imports/{run.pk}/changes/", "/imports/refiled/"):
        assert client.get(path).status_code == 403
    assert client.post(f"/imports/{run.pk}/accept/").status_code == 403


@pytest.fixture
def asking(db: None, officer: User, tmp_path: Path, settings: LazySettings) -> ImportRun:
    """An import of the page of an extract that lost many notes, taken up by a worker."""
    settings.IMPORTS_DIR = tmp_path
    made = sound()
    again(made, tmp_path / "first")
    del made.rows[NOTES][8:]
    put(made, PEOPLE, MOTHER, address="1 New Lane, Testwick")
    made.write(tmp_path / "extract")
    upload = actions.keep_upload(kept=Kept("extract"), by=officer, at=timezone.now())
    run = actions.start_import(upload=upload, by=officer, at=timezone.now())
    working.work(run.pk, timezone.now())
    run.refresh_from_db()
    return run


def test_an_import_of_the_page_asks_before_anything_changes(desk: Client, asking: ImportRun, officer: User) -> None:
    assert (asking.state, asking.step) == ("asking", "")
    rows = SourceRecord.objects.count()
    assert rows == SourceRecord.objects.exclude(run=asking).count()
    page = body(desk, f"/imports/{asking.pk}/")
    assert "carecase_notes.csv no longer holds 5 of the 13 rows imported before." in page
    assert (
        Notice.objects.get(user=officer).text == f"Import {asking.pk} waits for your answer before it changes anything."
    )
    assert working.next_to_do(timezone.now()) is None, "it stands in nobody's way"
    assert desk.post(f"/imports/files/{asking.upload_id}/start/").status_code == 409
    assert desk.post(f"/imports/files/{asking.upload_id}/discard/").status_code == 409
    assert desk.post(f"/imports/{asking.pk}/accept/").status_code == 302
    assert desk.post(f"/imports/{asking.pk}/accept/").status_code == 409
    assert working.next_to_do(timezone.now()) == asking.pk
    working.work(asking.pk, timezone.now())
    asking.refresh_from_db()
    assert (asking.state, asking.accepted_by) == ("done", officer)
    assert person(MOTHER).addresses.filter(lines="1 New Lane, Testwick").exists()
    page = body(desk, f"/imports/{asking.pk}/")
    assert "Files accepted" in page
    assert "Left for a person" in page
    assert {"import.accepted"} <= set(Entry.objects.values_list("event", flat=True))


def test_somebody_says_that_the_files_are_not_meant(desk: Client, asking: ImportRun) -> None:
    assert desk.post(f"/imports/{asking.pk}/cancel/").status_code == 302
    assert "Nothing of it was loaded" in body(desk, f"/imports/{asking.pk}/")
    assert not person(MOTHER).addresses.filter(lines="1 New Lane, Testwick").exists()


def test_a_yes_covers_the_questions_that_were_asked_and_no_others(
    desk: Client, asking: ImportRun, tmp_path: Path
) -> None:
    desk.post(f"/imports/{asking.pk}/accept/")
    made: Any = sound()
    del made.rows[NOTES][8:]
    del made.rows["carecase_s47.csv"][:]
    made.write(tmp_path / "extract")
    working.work(asking.pk, timezone.now())
    asking.refresh_from_db()
    assert asking.state == "asking"
    assert asking.accepted_by is None
    assert len(asking.questions) == 2
