"""A database of the last release becomes one of today: nothing lost, and everything that guards it in place."""

import gzip
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.conftest import Served, clone, manage_as_owner, url_for
from tests.data.make_release import LARGEST, RELEASES, program


def last_release() -> Path:
    """The dump of the newest release kept."""
    return max(RELEASES.glob("*.sql.gz"), key=lambda path: [int(part) for part in path.name[:-7].split(".")])


def restore(path: Path, database: str) -> None:
    """The dump into a database that is emptied for it."""
    with psycopg.connect(url_for(database), autocommit=True) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
    subprocess.run(
        [program("psql"), "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--dbname", url_for(database)],
        input=gzip.decompress(path.read_bytes()), check=True, capture_output=True,
    )  # fmt: skip


#: History of what an upgrade itself changes: the sentence on a line of the queue.
GROWS = {"contacts_contactevent"}


def rows_by_table(database: str) -> dict[str, int]:
    """How many rows each table holds."""
    with psycopg.connect(url_for(database)) as owner:
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        count = sql.SQL("SELECT count(*) FROM {}")
        counted = {table: owner.execute(count.format(sql.Identifier(table))).fetchone() for (table,) in tables}
        return {table: row[0] for table, row in counted.items() if row is not None}


@pytest.fixture
def shipped(db: None) -> set[str]:
    """Tables that hold rows as soon as they are made: a later version may ship more of them."""
    with clone("shipped") as name:
        return {table for table, rows in rows_by_table(name).items() if rows}


@pytest.fixture
def restored(db: None) -> Iterator[str]:
    """The last release's database, as it was dumped."""
    with clone("release") as name:
        restore(last_release(), name)
        yield name


def test_the_last_release_is_kept_small() -> None:
    assert last_release().stat().st_size < LARGEST


def test_the_last_releases_database_migrates_to_today(restored: str, shipped: set[str], tmp_path: Path) -> None:
    before = rows_by_table(restored)
    assert before["people_person"] >= 60
    manage_as_owner(restored, "migrate")
    after = rows_by_table(restored)
    same = before.keys() - shipped - GROWS
    assert {table: before[table] for table in same} == {table: after[table] for table in same}
    assert all(after[table] > before[table] for table in GROWS), "sentences of the queue were found again"
    assert [table for table in shipped & before.keys() if after[table] < before[table]] == []

    checked = manage_as_owner(restored, "check", "--deploy", "--database", "default", check=False)
    assert "frontdoor.E" not in checked.stderr  # rights and triggers as the code has them
    assert checked.returncode == 0
    server = Served(restored, tmp_path)
    assert server.manage("verify_audit").splitlines()[-1].endswith("faults=0")
    server.start()
    try:
        with urllib.request.urlopen(f"{server.url}/health/ready", timeout=30) as answer:
            told = json.load(answer)
    finally:
        server.kill()
    assert (told["status"], told["triggers"]) == ("ready", "as declared")
