"""The audit trail: only ever added to, and tampering is named."""

import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from frontdoor.accounts.models import system_user
from frontdoor.audit.actions import record
from frontdoor.audit.models import Entry
from frontdoor.audit.verify import faults

pytestmark = pytest.mark.django_db


def some_rows(count: int = 5) -> list[Entry]:
    return [
        record("page.opened", by=system_user(), kind="opened", reference="P-00000000", people=[n]) for n in range(count)
    ]


def tamper(sentence: str, *values: object) -> None:
    """Do as an owner could: past every privilege and trigger."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET LOCAL ROLE frontdoor; SET LOCAL session_replication_role = replica")
        cursor.execute(sentence, values)
        cursor.execute("SET LOCAL ROLE frontdoor_app")


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE audit_entry SET reason = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE workflow_statuschange SET reason = 'x'",
        "DELETE FROM workflow_statuschange",
        "TRUNCATE workflow_statuschange",
        "DELETE FROM accounts_userevent",
        "TRUNCATE accounts_userevent",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_application_cannot_change_evidence(sentence: str) -> None:
    some_rows(1)
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sentence)


def test_an_untouched_trail_has_no_fault() -> None:
    some_rows()
    assert list(faults()) == []
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert "faults=0" in out.getvalue()


def test_an_altered_row_is_named(owner: psycopg.Connection) -> None:
    row = some_rows()[2]
    tamper("UPDATE audit_entry SET reason = 'nothing to see' WHERE id = %s", row.pk)
    assert [(fault.row, "altered" in fault.what) for fault in faults()] == [(row.pk, True)]
    err = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit", stderr=err, stdout=io.StringIO())
    assert stopped.value.code == 1
    assert f"audit_entry row {row.pk}" in err.getvalue()


def test_a_removed_row_is_named() -> None:
    rows = some_rows()
    rows[1].refresh_from_db()
    tamper("DELETE FROM audit_entry WHERE id = %s", rows[1].pk)
    (fault,) = list(faults())
    assert (fault.chain, fault.position) == (rows[1].chain, rows[1].position)
    assert "missing" in fault.what


def test_the_last_row_removed_is_noticed() -> None:
    rows = some_rows()
    tamper("DELETE FROM audit_entry WHERE id = %s", rows[-1].pk)
    assert any("missing" in fault.what for fault in faults())


def test_an_added_row_is_named() -> None:
    rows = some_rows()
    rows[1].refresh_from_db()
    tamper(
        "INSERT INTO audit_entry"
        " (at, kind, event, reference, people, reason, detail, path, chain, position, previous_hash, hash) "
        "SELECT at, kind, event, reference, people, 'forged', detail, path, chain, position, previous_hash, hash "
        "FROM audit_entry WHERE id = %s",
        rows[1].pk,
    )
    assert any("added" in fault.what or "altered" in fault.what for fault in faults())


def test_a_row_needs_an_event_with_a_sentence() -> None:
    with pytest.raises(KeyError):
        record("no.such.event", by=None)
