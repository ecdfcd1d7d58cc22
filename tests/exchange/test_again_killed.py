"""A newer extract killed at any moment and taken up again: every person's facts before and after, each change named."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import ROOT, Served, clone, url_for
from tests.exchange.extract import Extract, sound, upn
from tests.exchange.test_again import CLIENTS, EPISODES, NOTES, PEOPLE, TIES, put, without
from tests.exchange.test_import import digests, until_free

#: How often the newer extract is killed: 20 to show it, a few in the suite.
KILLS = int(os.environ.get("IMPORT_KILLS", "2"))
#: What each person's record says, in a line each; ``o`` is the old system's key it is told by.
FACTS = (
    "SELECT r.identity, 'number ' || i.kind || ' ' || i.value || CASE WHEN i.valid_to IS NULL THEN '' ELSE ' ended' END"
    " FROM people_identifier i",
    "SELECT r.identity, 'address ' || i.lines || CASE WHEN i.ended_on IS NULL THEN '' ELSE ' ended' END"
    " FROM people_address i",
    "SELECT r.identity, 'telephone ' || i.number || CASE WHEN i.ended_on IS NULL THEN '' ELSE ' ended' END"
    " FROM people_telephone i",
    "SELECT r.identity, 'name ' || i.kind || ' ' || i.full FROM people_name i",
    "SELECT r.identity, 'tie ' || i.kind || CASE WHEN i.ended_on IS NULL THEN '' ELSE ' ended' END"
    " FROM people_relationship i",
    "SELECT r.identity, 'note ' || i.text || CASE WHEN i.ended_on IS NULL THEN '' ELSE ' ended' END"
    " FROM exchange_casenote i",
    "SELECT r.identity, 'part ' || i.kind || ' ' || i.role || ' ' || i.status_label FROM people_involvement i",
)
HELD = (
    " JOIN people_person p ON p.id = i.person_id JOIN exchange_origin r ON r.reference = p.reference"
    " AND r.file IN ('carecase_people.csv', 'firstcall_people.csv')"
)
OWN = (
    "SELECT r.identity, concat_ws(' ', 'self', p.date_of_birth, p.sex, p.ethnicity, p.school, p.merged_into_id IS NULL)"
    " FROM people_person p JOIN exchange_origin r ON r.reference = p.reference"
    " AND r.file IN ('carecase_people.csv', 'firstcall_people.csv')"
)


def facts(name: str) -> set[tuple[str, str, int]]:
    """Every fact of every person, told by the key of the old system the record was made of, and how often it stands."""
    found: dict[tuple[str, str], int] = {}
    with psycopg.connect(url_for(name)) as reader:
        for question in (*(each + HELD for each in FACTS), OWN):
            for key, fact in reader.execute(question).fetchall():
                found[key, fact] = found.get((key, fact), 0) + 1
    return {(*told, count) for told, count in found.items()}


def newer() -> Extract:
    """The systems a month later: one change of each sort, all about different children."""
    made = sound()
    put(made, PEOPLE, "A0500001", address="1 New Lane, Testwick")
    put(made, PEOPLE, "A0100003", upn=upn(515_151))
    put(made, CLIENTS, "00200005", CARER_TEL="01632960888")
    put(made, EPISODES, "EP0100009", closure_date="2026-08-01", closure_reason="RC7")
    put(made, EPISODES, "EP0100002", person_id="A0100004")
    for row in made.rows["carecase_assessments.csv"]:
        row[2] = "A0100004" if row[1] == "EP0100002" else row[2]
    without(made, NOTES, "N00000010")
    made.rows[TIES] = [row for row in made.rows[TIES] if row[0] != "A0100012"]
    made.add(PEOPLE, person_id="A0999999", forename="New", surname="Person", gender="U", last_updated="2026-06-01")
    return made


#: Whose facts may change, and what: nothing else may, at whatever moment the import was killed.
RIGHT = {
    "A0500001": ("address",),  # she moved: the former address ended
    "A0100003": ("number upn",),  # the number was replaced
    "A0100005": ("telephone",),  # the contact centre has another number; the one record shows it
    "00200005": ("telephone",),
    "A0100009": ("part referral",),  # closed there
    "A0100002": ("part",),  # the referral, its contact and assessment went
    "A0100004": ("part",),  # to this child
    "A0100010": ("note",),  # no longer there
    "A0100012": ("tie",),
    "A0999999": ("",),  # new
}


def moment(server: Served, folder: Path, wait: float) -> None:
    """Import the folder and kill the import after so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_legacy", str(folder)], cwd=ROOT, env=server.env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(wait)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_newer_extract_killed_at_any_moment_changes_what_it_should_and_nothing_else(db: None, tmp_path: Path) -> None:
    first, second = sound().write(tmp_path / "first"), newer().write(tmp_path / "second")
    with clone("undisturbed") as name:
        server = Served(name, tmp_path)
        server.manage("import_legacy", str(first))
        before = facts(name)
        begun = time.monotonic()
        server.manage("import_legacy", str(second))
        takes = time.monotonic() - begun
        wanted = facts(name)
        with psycopg.connect(url_for(name)) as reader:
            digest = _of(digests(reader.cursor(), sameness=True))
    for key, fact, _ in before ^ wanted:
        assert any(fact.startswith(words) for words in RIGHT.get(key, ())), (key, fact)
    assert {key for key, _, _ in before ^ wanted} >= RIGHT.keys() - {"00200005"}
    rng = random.Random(20261130)
    with clone("killed") as name:
        server = Served(name, tmp_path)
        server.manage("import_legacy", str(first))
        for _ in range(KILLS):
            moment(server, second, rng.uniform(0.3, 1.0) * takes)
            until_free(name)
            half_way = facts(name)
            for key, fact, _ in before ^ half_way:
                assert any(fact.startswith(words) for words in RIGHT.get(key, ())), ("killed", key, fact)
        server.manage("import_legacy", str(second))
        assert facts(name) == wanted
        with psycopg.connect(url_for(name)) as reader:
            assert _of(digests(reader.cursor(), sameness=True)) == digest


def _of(found: dict[str, Any]) -> dict[str, Any]:
    """All tables but the lists of the runs, of which a killed import has more."""
    return {table: told for table, told in found.items() if table not in ("exchange_rowchange", "exchange_refiling")}
