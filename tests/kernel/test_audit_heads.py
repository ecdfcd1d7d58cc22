"""Heads of the audit trail: nobody moves them by hand, and those kept elsewhere show what an owner did to a chain."""

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from frontdoor.audit import heads
from frontdoor.audit.models import ChainHead, Entry
from frontdoor.audit.verify import faults
from frontdoor.notifications import outbox
from frontdoor.notifications.heads import put_for_today
from frontdoor.notifications.models import Outbox
from tests.kernel.test_audit import some_rows, tamper

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
EMPTIED = "DELETE FROM audit_entry; DELETE FROM workflow_statuschange"


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE audit_chainhead SET position = 0",
        "DELETE FROM audit_chainhead",
        "INSERT INTO audit_chainhead (chain, position, hash) VALUES (64, 0, '')",
        "TRUNCATE audit_chainhead",
        "SELECT * FROM audit_chainhead FOR UPDATE",
        "CREATE TEMP TABLE mine (id int); CREATE TRIGGER mine AFTER INSERT ON mine FOR EACH STATEMENT"
        " EXECUTE FUNCTION pgtrigger_chain_end_58648()",
    ],
)
def test_the_application_cannot_touch_a_head(sentence: str) -> None:
    some_rows(1)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sentence)


def test_a_setting_somebody_wrote_moves_no_head() -> None:
    some_rows(1)
    before = heads.current()
    spoofed = (
        "SELECT set_config('frontdoor.chain', '0 5 999999 deadbeef', true);"
        "INSERT INTO audit_entry (kind) SELECT 'opened' WHERE false"
    )
    with (
        pytest.raises(ProgrammingError, match="no head that could go"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(spoofed)
    assert heads.current() == before
    some_rows(1)
    assert list(faults()) == []


def test_a_statement_that_adds_nothing_leaves_the_head() -> None:
    some_rows(1)
    before = heads.current()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_entry (kind) SELECT 'opened' WHERE false")
    assert heads.current() == before


def kept(folder: Path) -> Path:
    """The heads as they are now, in a file."""
    file = folder / "heads.txt"
    file.write_text(heads.written(heads.current(), at=NOW), encoding="utf-8")
    return file


def verified(file: Path) -> tuple[int, str]:
    """The exit code of ``verify_audit --heads`` and what it said was wrong."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", "--heads", str(file), stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), err.getvalue()
    return 0, err.getvalue()


def chain() -> int:
    """The chain this test's connection writes to."""
    some_rows(6)
    return Entry.objects.order_by("-id")[0].chain


def test_a_trail_that_only_grew_holds_what_was_kept(tmp_path: Path) -> None:
    chain()
    file = kept(tmp_path)
    some_rows(3)
    assert verified(file) == (0, "")


def test_a_cut_tail_with_its_head_wound_back_is_named(tmp_path: Path) -> None:
    number = chain()
    file = kept(tmp_path)
    end = ChainHead.objects.get(chain=number).position
    tamper("DELETE FROM audit_entry WHERE chain = %s AND position > %s", number, end - 2)
    tamper(
        "UPDATE audit_chainhead h SET position = e.position, hash = e.hash FROM audit_entry e"
        " WHERE h.chain = %s AND e.chain = h.chain AND e.position = %s",
        number, end - 2,
    )  # fmt: skip
    assert list(faults()) == []
    assert verified(file) == (
        1, f"chain {number} was cut: it ends at position {end - 2}, the rows from {end - 1} to {end} are gone\n"
    )  # fmt: skip


def test_a_removed_chain_is_named(tmp_path: Path) -> None:
    number = chain()
    tamper("UPDATE audit_chainhead SET position = 1, hash = sha256('x') WHERE chain = %s", (number + 1) % 64)
    tamper(
        "INSERT INTO audit_entry (kind, event, reference, people, reason, detail, path, chain, position, previous_hash,"
        " hash) VALUES ('opened', 'page.opened', '', '{}', '', '{}', '', %s, 1, '', sha256('x'))", (number + 1) % 64,
    )  # fmt: skip
    file = kept(tmp_path)
    tamper("DELETE FROM audit_entry WHERE chain = %s", number)
    tamper("UPDATE audit_chainhead SET position = 0, hash = '' WHERE chain = %s", number)
    code, said = verified(file)
    assert code == 1
    assert f"chain {number} was removed: all 6 rows up to the head that was kept are gone" in said


def test_a_chain_whose_head_is_gone_is_named_even_without_a_kept_file() -> None:
    number = chain()
    tamper("DELETE FROM audit_entry WHERE chain = %s", number)
    tamper("DELETE FROM audit_chainhead WHERE chain = %s", number)
    assert [str(fault) for fault in faults()] == [
        f"audit_chainhead row {number} (chain {number}, position 0) is missing: the chain has no head"
    ]


def test_emptied_tables_are_named(tmp_path: Path) -> None:
    chain()
    file = kept(tmp_path)
    tamper(EMPTIED)
    tamper("UPDATE audit_chainhead SET position = 0, hash = ''")
    assert list(faults()) == []
    code, said = verified(file)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("the tables of evidence were emptied: nothing is left of the 1 chains kept")


def test_a_rewritten_chain_is_named(tmp_path: Path) -> None:
    number = chain()
    file = kept(tmp_path)
    tamper(EMPTIED)
    tamper("UPDATE audit_chainhead SET position = 0, hash = ''")
    some_rows(8)  # other rows in the same places, linked as they should be
    assert list(faults()) == []
    assert verified(file) == (
        1, f"chain {number} was rewritten: at position 6 stands another row than was kept\n"
    )  # fmt: skip


def test_what_the_command_prints_may_be_kept_and_compared(tmp_path: Path) -> None:
    chain()
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    file = tmp_path / "printed.txt"
    file.write_text(out.getvalue())
    assert verified(file) == (0, "")
    tamper(EMPTIED)
    tamper("UPDATE audit_chainhead SET position = 0, hash = ''")
    assert verified(file)[0] == 1


def test_a_file_that_was_altered_or_holds_nothing_is_refused(tmp_path: Path, settings: LazySettings) -> None:
    chain()
    text = kept(tmp_path).read_text()
    head = text.splitlines()[1]
    refused = {
        text.replace(head, f"{head[:-1]}{'0' if head[-1] != '0' else '1'}"): "its signature does not fit",
        text + head + "\n": "heads stand below the signature",
        "": "there is no head of a chain in it",
        "Dear administrator": "line 1 is not the head of a chain",
    }
    for altered, why in refused.items():
        file = tmp_path / "altered.txt"
        file.write_text(altered)
        with pytest.raises(CommandError, match=why):
            verified(file)
    with pytest.raises(CommandError, match="cannot be read"):
        verified(tmp_path / "absent.txt")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    assert verified(tmp_path / "heads.txt") == (0, "")


def test_once_a_day_a_signed_file_leaves_for_the_folder_and_by_mail(
    tmp_path: Path, settings: LazySettings, mailoutbox: list[EmailMessage]
) -> None:
    chain()
    assert put_for_today(NOW) == 0
    settings.AUDIT_HEADS_DIR, settings.AUDIT_HEADS_TO = str(tmp_path), ["auditor@council.example"]
    assert [put_for_today(NOW), put_for_today(NOW + timedelta(hours=1))] == [1, 0]
    outbox.drain(NOW)
    file = tmp_path / "audit-heads-2026-11-27.txt"
    assert os.listdir(tmp_path) == [file.name]
    assert verified(file) == (0, "")
    (message,) = mailoutbox
    assert message.to == ["auditor@council.example"]
    tomorrow = NOW + timedelta(days=1)
    assert put_for_today(tomorrow) == 1
    outbox.drain(tomorrow)
    assert sorted(os.listdir(tmp_path)) == [file.name, "audit-heads-2026-11-28.txt"]


def test_a_file_that_was_left_is_never_written_again(tmp_path: Path, settings: LazySettings) -> None:
    settings.AUDIT_HEADS_DIR = str(tmp_path)
    file = tmp_path / "audit-heads-2026-11-27.txt"
    file.write_text("as it was")
    put_for_today(NOW)
    outbox.drain(NOW)
    assert file.read_text() == "as it was"
    assert Outbox.objects.get(kind="audit.heads").done_at is not None
