"""The demonstration borough: the same for the same numbers, refused where people are, emptied only with its mark."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import ROOT, clone, url_for

AT = "2026-11-23T10:00:00Z"
#: What has to be the same: people, contacts, referrals and deadlines, without row numbers and hashes.
SAME = (
    "SELECT reference, display_name, date_of_birth, sex FROM people_person ORDER BY reference",
    "SELECT reference, status, received_at, grade, summary FROM contacts_contact ORDER BY reference",
    "SELECT reference, status, received_at FROM referrals_referral ORDER BY reference",
    "SELECT reference, rule, due_at, stopped_at FROM clocks_clock ORDER BY reference, rule, due_at, label",
)


def manage(database: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DATABASE_URL": url_for(database), "FRONTDOOR_OWNER": "", **more}
    del env["FRONTDOOR_OWNER"]
    return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, text=True, capture_output=True)


def told(database: str) -> list[list[tuple[object, ...]]]:
    with psycopg.connect(url_for(database)) as connection:
        return [connection.execute(text).fetchall() for text in SAME]


#: What a visitor should find within two minutes: how many rows of each, as the pages find them.
BEST_PARTS = {
    "pairs to review": "SELECT count(*) FROM people_pairtoreview WHERE decision = '' AND probability > 0.5",
    "children on plans": "SELECT count(*) FROM referrals_referral"
    " WHERE service = 'protection_plan' AND closed_at IS NULL",
    "warnings on open cases": "SELECT count(*) FROM people_warning w JOIN referrals_referral r"
    " ON r.child_id = w.person_id WHERE w.ended_at IS NULL AND r.closed_at IS NULL",
    "restricted": "SELECT count(*) FROM people_restriction WHERE ended_at IS NULL",
    "a section 47 enquiry": "SELECT count(*) FROM referrals_enquiry WHERE status = 'open' AND is_seen_alone",
    "planned supervision": "SELECT count(*) FROM supervision_session WHERE status = 'planned' AND referral_id IS NULL",
    "planned supervision of a case": "SELECT count(*) FROM supervision_session WHERE status = 'planned'"
    " AND referral_id IS NOT NULL",
    "returned work": "SELECT count(*) FROM assessments_assessment a JOIN workflow_statuschange s USING (reference)"
    " WHERE a.status = 'in_progress' AND s.move = 'return_with_comments'",
    "visits owed in private fostering": "SELECT count(*) FROM clocks_clock"
    " WHERE rule = 'private_fostering_visit' AND reference LIKE 'R-%' AND stopped_at IS NULL",
    "return interviews held": "SELECT count(*) FROM contacts_owedevent e JOIN contacts_contacttext t"
    " USING (contact_id) WHERE t.found_at IS NOT NULL",
    "contacts in each of six months": "SELECT count(DISTINCT date_trunc('month', received_at)) / 6"
    " FROM contacts_contact",
}


@pytest.fixture(scope="module")
def borough() -> Iterator[str]:
    with clone("demo") as name:
        done = manage(name, "demo", "--people", "60", "--seed", "3", "--at", AT)
        assert done.returncode == 0, done.stderr
        yield name


def test_the_same_numbers_make_the_same_borough(borough: str) -> None:
    with clone("again") as other:
        assert manage(other, "demo", "--people", "60", "--seed", "3", "--at", AT).returncode == 0
        assert told(other) == told(borough)
    assert len(told(borough)[0]) >= 60


def test_every_step_of_the_path_is_in_it(borough: str) -> None:
    with psycopg.connect(url_for(borough)) as connection:
        statuses = {row[0] for row in connection.execute("SELECT status FROM contacts_contact").fetchall()}
        late = connection.execute(
            "SELECT count(*) FROM clocks_clock WHERE stopped_at IS NULL AND due_at < %s", [AT]
        ).fetchone()
    assert {"received", "in_screening", "awaiting_information", "decided"} <= statuses
    assert late is not None
    assert late[0] > 0


def test_it_shows_every_best_part() -> None:
    with clone("parts") as name:
        # The borough of the browser tests; smaller ones tell fewer stories.
        done = manage(name, "demo", "--people", "120", "--seed", "7", "--at", AT)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(url_for(name)) as connection:
            rows = {what: connection.execute(text).fetchone() for what, text in BEST_PARTS.items()}
    assert [what for what, row in rows.items() if row is None or row[0] < 1] == []


def test_it_refuses_a_database_with_people(borough: str) -> None:
    again = manage(borough, "demo", "--people", "60", "--seed", "3")
    assert again.returncode == 1
    assert again.stderr.strip().splitlines()[-1].endswith("Only --reset on a demonstration empties it.")


def test_it_refuses_production(borough: str) -> None:
    refused = manage(
        borough, "demo", "--people", "60", "--seed", "3", "--reset", FRONTDOOR_ENV="production",
        SECRET_KEY="a-long-secret-of-a-test-that-is-never-used-anywhere-else", ALLOWED_HOSTS="example.org",
    )  # fmt: skip
    assert refused.returncode == 1
    assert "production" in refused.stderr


def test_reset_needs_the_mark_and_makes_it_anew() -> None:
    with clone("reset") as name:
        assert manage(name, "demo", "--people", "30", "--seed", "1", "--at", AT).returncode == 0
        first = told(name)
        assert manage(name, "demo", "--people", "30", "--seed", "1", "--at", AT, "--reset").returncode == 0
        assert told(name) == first
        with psycopg.connect(url_for(name), autocommit=True) as connection:
            connection.execute("DELETE FROM demo_demomark")
        refused = manage(name, "demo", "--people", "30", "--seed", "1", "--reset")
        assert refused.returncode == 1
        assert told(name) == first
        assert manage(name, "verify_audit").returncode == 0


@pytest.mark.parametrize("words", [("--people", "3", "--seed", "1"), ("--people", "30", "--seed", "1", "--at", "soon")])
def test_bad_numbers_are_one_line(words: tuple[str, ...], borough: str) -> None:
    refused = manage(borough, "demo", *words)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
