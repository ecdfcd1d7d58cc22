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


#: History of what an upgrade itself changes: the sentence on a line of the queue, an enquiry for a running conference.
GROWS = {"contacts_contactevent", "workflow_statuschange"}


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


#: A strategy discussion as the first release wrote it (tick boxes and a line of others), and the conference it is due.
TICKED = """
    WITH r AS (SELECT id, reference FROM referrals_referral WHERE status IN ('accepted', 'allocated', 'in_assessment')
            ORDER BY id LIMIT 1),
        u AS (SELECT id FROM accounts_user WHERE NOT is_machine ORDER BY id LIMIT 1),
        d AS (INSERT INTO referrals_strategydiscussion (referral_id, held_at, chaired_by_id, with_police, with_health,
            others, section_47, decision, recorded_at, recorded_by_id)
            SELECT r.id, now(), u.id, true, false, 'Mill School', true, 'Ticked once.', now(), u.id FROM r, u)
    INSERT INTO clocks_clock (reference, rule, label, edition, is_statutory, may_pause, started_at, day_0, due_at,
        stop_reason)
    SELECT reference, 'section47_conference', 'Conference', 'WT 2023', true, false, now(), current_date,
        now() + interval '21 days', '' FROM r
"""
THEN_SAYS = """
    SELECT p.agency, p.attendance, p.name <> '', d.outcome, d.chair_name <> ''
    FROM referrals_strategydiscussion d JOIN referrals_discussionparticipant p ON p.discussion_id = d.id
    WHERE d.decision = 'Ticked once.' ORDER BY p.id
"""
OPENED = """
    SELECT e.status, s.move, e.child_id = r.child_id FROM referrals_enquiry e
    JOIN referrals_referral r ON r.id = e.referral_id JOIN workflow_statuschange s ON s.reference = e.reference
"""


def test_the_last_releases_database_migrates_to_today(restored: str, shipped: set[str], tmp_path: Path) -> None:
    with psycopg.connect(url_for(restored)) as owner:
        owner.execute(TICKED)
    before = rows_by_table(restored)
    assert before["people_person"] >= 60
    manage_as_owner(restored, "migrate")
    after = rows_by_table(restored)
    same = before.keys() - shipped - GROWS
    assert {table: before[table] for table in same} == {table: after[table] for table in same}
    assert all(after[table] > before[table] for table in GROWS), "sentences were found again, an enquiry began"
    assert [table for table in shipped & before.keys() if after[table] < before[table]] == []
    with psycopg.connect(url_for(restored)) as owner:
        assert owner.execute(THEN_SAYS).fetchall() == [
            ("social_care", "attended", True, "section47", True),
            ("police", "attended", False, "section47", True),
            ("other", "attended", True, "section47", True),
        ]
        assert owner.execute(OPENED).fetchall() == [("open", "born", True)]

    checked = manage_as_owner(restored, "check", "--deploy", "--database", "default", check=False)
    assert "frontdoor.E" not in checked.stderr  # rights and triggers as the code has them
    assert checked.returncode == 0
    server = Served(restored, tmp_path)
    assert server.manage("verify_audit").splitlines()[-1].endswith("faults=0")
    server.start()
    try:
        with urllib.request.urlopen(f"{server.url}/health/ready", timeout=90) as answer:
            told = json.load(answer)
    finally:
        server.kill()
    assert (told["status"], told["triggers"]) == ("ready", "as declared")
