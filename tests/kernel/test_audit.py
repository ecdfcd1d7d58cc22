"""The audit trail: only ever added to, and tampering is named."""

import io
import itertools
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from frontdoor.accounts.models import system_user
from frontdoor.audit.actions import record
from frontdoor.audit.models import ChainHead, Entry
from frontdoor.audit.verify import faults
from frontdoor.copying import copy_records
from frontdoor.workflow.models import StatusChange

pytestmark = pytest.mark.django_db


def some_rows(count: int = 5) -> list[Entry]:
    return [
        record("page.opened", by=system_user(), kind="opened", reference="P-00000000", people=[n]) for n in range(count)
    ]


def tamper(sentence: str, *values: Any) -> None:
    """Do as an owner could: past every privilege and trigger."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE; SET LOCAL ROLE frontdoor; SET LOCAL session_replication_role = replica")
        cursor.execute(sentence, values)
        cursor.execute("SET LOCAL session_replication_role = origin; SET LOCAL ROLE frontdoor_app")


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


def changes(*numbers: int) -> list[StatusChange]:
    return [
        StatusChange(
            reference=f"R-{n:08X}", model="referrals.referral", move="take", to_status="taken", by=system_user(),
            happened_at=datetime(2026, 11, 23, 10, n % 60, tzinfo=UTC),
        )
        for n in numbers
    ]  # fmt: skip


def links() -> list[tuple[int, int, bytes, bytes]]:
    rows: list[Any] = []
    for model in (Entry, StatusChange):
        rows += model._default_manager.values_list("chain", "position", "previous_hash", "hash")
    return sorted((c, p, bytes(before), bytes(link)) for c, p, before, link in rows)


def test_rows_written_at_once_follow_each_other_and_the_head_moves_once() -> None:
    start = len(links())
    copy_records(StatusChange, changes(1, 2, 3))
    StatusChange.objects.bulk_create(changes(4, 5))
    some_rows(2)
    found = links()[start:]
    assert [position for _, position, _, _ in found] == list(range(found[0][1], found[0][1] + 7))
    assert all(after[2] == before[3] for before, after in itertools.pairwise(found))
    head = ChainHead.objects.get(pk=found[0][0])
    assert (head.position, bytes(head.hash)) == (found[-1][1], found[-1][3])
    assert list(faults()) == []


def test_evidence_of_two_kinds_in_one_statement_makes_one_chain() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH e AS (INSERT INTO audit_entry (kind, event, reference, people, reason, detail, path, chain, position,"
            " previous_hash, hash) SELECT 'opened', 'page.opened', '', '{}', '', '{}', '', 0, 0, '', ''"
            " FROM generate_series(1, 3) RETURNING id)"
            " INSERT INTO workflow_statuschange (reference, model, move, from_status, to_status, reason, happened_at,"
            " chain, position, previous_hash, hash) SELECT 'R-00000001', 'm', 'take', '', 'taken', '', now(), 0, 0, '',"
            " '' FROM e"
        )
    some_rows(1)
    assert list(faults()) == []


def test_a_statement_that_fails_leaves_the_chain_where_it_was() -> None:
    some_rows(1)
    before = links()
    wrong = changes(1, 2)
    wrong[1].reference = "far too long a reference"
    with pytest.raises(psycopg.DataError), transaction.atomic():
        copy_records(StatusChange, wrong)
    never: dict[str, Any] = {"happened_at": None}
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusChange.objects.bulk_create([*changes(3), StatusChange(reference="R-00000001", **never)])
    assert links() == before
    copy_records(StatusChange, changes(4))
    assert len(links()) == len(before) + 1
    assert list(faults()) == []


def test_rows_removed_from_the_midst_of_many_written_at_once_are_named() -> None:
    copy_records(StatusChange, changes(1, 2, 3, 4))
    middle = StatusChange.objects.get(reference="R-00000002")
    tamper("DELETE FROM workflow_statuschange WHERE id = %s", middle.pk)
    (fault,) = list(faults())
    assert (fault.chain, fault.position) == (middle.chain, middle.position)
