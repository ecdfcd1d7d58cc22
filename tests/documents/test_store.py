"""The store: durable, encrypted where wanted, checked, never served before the scanner has looked."""

import base64
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from frontdoor.access import Refused
from frontdoor.documents import actions, folder, keys, storage, working
from frontdoor.documents.models import Document
from frontdoor.people.merging import merge
from tests.documents.files import pdf
from tests.factories import PersonFactory
from tests.pages.conftest import AT

ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def told(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_encrypted_bytes_come_back_whole_and_nothing_changed_passes(settings: Any) -> None:
    settings.DOCUMENTS_KEYS = [f"one:{ONE}"]
    data = bytes(range(256)) * 4096 * 2 + b"and a little more"
    blob, key_id = storage.put(data)
    assert (key_id, storage.get(blob, key_id)) == ("one", data)
    path = storage.path_of(blob)
    stored = path.read_bytes()
    assert data[:64] not in stored
    assert storage.put(data) == (blob, key_id), "the same bytes are stored once"
    chunk = storage.CHUNK + 16
    head = len(stored) - (2 * chunk + 17 + 16)
    for changed in (
        stored[:-1] + bytes([stored[-1] ^ 1]),
        stored[: head + 2 * chunk],  # the last chunk dropped
        stored[:head]
        + stored[head + chunk : head + 2 * chunk]
        + stored[head : head + chunk]
        + stored[head + 2 * chunk :],
    ):
        path.write_bytes(changed)
        with pytest.raises(storage.Damaged):
            storage.get(blob, key_id)


def test_keys_can_change_one_after_another_and_a_lost_one_is_loud(settings: Any, file_it: Any) -> None:
    settings.DOCUMENTS_KEYS = [f"one:{ONE}"]
    document, data = file_it(), pdf("Paediatric appointment")
    assert document.key_id == "one"
    settings.DOCUMENTS_KEYS = [f"two:{TWO}"]
    with pytest.raises(ImproperlyConfigured, match="DOCUMENTS_KEYS lacks one"):
        keys.require_keys()
    with pytest.raises(CommandError, match="1 of 1 documents are lost or changed"):
        told("documents_check")
    settings.DOCUMENTS_KEYS = [f"two:{TWO}", f"one:{ONE}"]
    assert told("documents_rekey") == "stored_anew=1 key=two\n"
    again = Document.objects.get()
    assert (again.key_id, storage.get(again.blob, "two")) == ("two", data)
    assert not storage.path_of(document.blob).exists()
    settings.DOCUMENTS_KEYS = [f"two:{TWO}"]
    assert told("documents_check") == "documents=1 wrong=0 strange=0\n"
    settings.DOCUMENTS_KEYS = ["short:AAAA"]
    with pytest.raises(ImproperlyConfigured, match="32 random bytes"):
        keys.all_keys()


def test_a_changed_or_strange_file_is_named(file_it: Any, store: Path) -> None:
    document = file_it()
    storage.path_of(document.blob).write_bytes(b"something else")
    strange = store / "ab" / "cd" / ("abcd" + "0" * 60)
    strange.parent.mkdir(parents=True, exist_ok=True)
    strange.write_bytes(b"x")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("documents_check", stdout=out)
    assert f"{document.reference}: The file is not the one that was stored." in out.getvalue()
    assert "wrong=1 strange=1" in out.getvalue()


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Any]:
    """A scanner of the test's own that speaks INSTREAM: it finds a virus in whatever holds the word EICAR."""

    class Scanner:
        address = str(tmp_path / "clamd.socket")
        seen = 0

        def start(self) -> None:
            self.door = socket.socket(socket.AF_UNIX)
            self.door.bind(self.address)
            self.door.listen()
            threading.Thread(target=self.serve, daemon=True).start()

        def serve(self) -> None:
            while True:
                try:
                    line, _ = self.door.accept()
                except OSError:
                    return
                with line, line.makefile("rb") as said:
                    assert said.read(10) == b"zINSTREAM\0"
                    data = b""
                    while size := struct.unpack(">I", said.read(4))[0]:
                        data += said.read(size)
                    self.seen += 1
                    line.sendall(b"stream: Eicar-Test FOUND\0" if b"EICAR" in data else b"stream: OK\0")

        def stop(self) -> None:
            self.door.close()

    made = Scanner()
    yield made
    if hasattr(made, "door"):
        made.stop()


def test_nothing_is_served_before_the_scanner_has_looked(
    settings: Any, scanner: Any, file_it: Any, client: Any, sign_in: Any
) -> None:
    early = file_it()
    for key in working.take_due(AT):
        working.work_on(key, AT)
    assert Document.objects.get(pk=early.pk).may_be_served, "no scanner is set up"
    settings.CLAMD_ADDRESS = scanner.address
    good, bad = file_it("good.pdf", pdf("all well")), file_it("bad.pdf", pdf("EICAR"))
    sign_in("service_manager", username="manager")
    for document in (early, good, bad):
        assert client.get(f"/documents/{document.reference}/download/").status_code == 409
    page = client.get(f"/documents/{good.reference}/").content.decode()
    assert "Waiting for the scan" in page
    assert "Download" not in page

    assert set(working.take_due(AT)) == {early.pk, good.pk, bad.pk}
    assert working.take_due(AT) == [], "each is leased to one worker"
    working.work_on(good.pk, AT)  # the scanner is down
    waiting = Document.objects.get(pk=good.pk)
    assert (waiting.scan, waiting.attempts) == ("waiting", 1)
    assert waiting.next_work_at is not None
    assert AT < waiting.next_work_at < AT + timedelta(minutes=2)

    scanner.start()
    for document in (early, good, bad):
        working.work_on(document.pk, AT)
        working.work_on(document.pk, AT)  # asked twice, as after a redelivery
    assert scanner.seen == 3
    assert {d.pk: d.scan for d in Document.objects.all()} == {early.pk: "clean", good.pk: "clean", bad.pk: "infected"}
    assert client.get(f"/documents/{good.reference}/download/").status_code == 200
    assert client.get(f"/documents/{bad.reference}/view/").status_code == 404
    assert client.get(f"/documents/{bad.reference}/download/").status_code == 409
    assert "Eicar-Test" in client.get(f"/documents/{bad.reference}/").content.decode()


def test_documents_follow_a_merge_and_come_apart_again(file_it: Any, child: Any, manager: Any) -> None:
    other = PersonFactory.create(by=manager, given="Zoe", family="Smith")
    mine, theirs = file_it("mine.pdf"), file_it("theirs.pdf", person=other)
    done = merge.apply(survivor=child, loser=other, by=manager, at=AT, reason="The same child.")
    assert set(Document.objects.filter(person=child)) == {mine, theirs}
    since = file_it("since.pdf")
    merge.undo(merge=done, by=manager, at=AT, reason="Cousins.")
    assert set(Document.objects.filter(person=other)) == {theirs}
    assert set(Document.objects.filter(person=child)) == {mine, since}


def test_a_file_two_records_hold_is_stored_once_and_goes_with_the_last(file_it: Any, child: Any, manager: Any) -> None:
    first, second = file_it(), file_it()
    assert first.blob == second.blob
    assert actions.destroy_unused([first.blob]) == 0
    assert storage.path_of(first.blob).exists()
    Document.objects.update(blob="")
    assert actions.destroy_unused([first.blob]) == 1
    assert not storage.path_of(first.blob).exists()


def test_what_is_said_of_a_document_is_changed_by_one_at_a_time(file_it: Any, manager: Any) -> None:
    document = file_it()
    facts = actions.Facts(kind="court", title="Interim order")
    actions.describe_document(document=document, facts=facts, version=1, by=manager, at=AT)
    with pytest.raises(Refused, match="changed this record"):
        actions.withdraw_document(document=document, reason="Wrong child.", version=1, by=manager, at=AT)
    gone = actions.withdraw_document(document=document, reason="Wrong child.", version=2, by=manager, at=AT)
    assert (gone.ended_by, storage.path_of(gone.blob).exists()) == (manager, True)


class Killed(BaseException):
    """What is left of a worker that was ended: nothing of ours catches it."""


def test_a_document_that_ends_its_worker_is_not_tried_for_ever(file_it: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    document = file_it()

    def kills(*args: Any) -> bytes:
        raise Killed

    monkeypatch.setattr(storage, "get", kills)
    for tried in range(1, working.MOST_ATTEMPTS + 1):
        with pytest.raises(Killed):
            working.work_on(document.pk, AT)
        assert Document.objects.get(pk=document.pk).attempts == tried, "counted before the work"
    working.work_on(document.pk, AT)
    given_up = Document.objects.get(pk=document.pk)
    assert (given_up.reading, given_up.next_work_at) == ("failed", None)


def test_a_scanner_that_is_silent_for_long_never_makes_a_document_given_up(
    settings: Any, scanner: Any, file_it: Any
) -> None:
    settings.CLAMD_ADDRESS = scanner.address
    document = file_it()
    for _ in range(3 * working.MOST_ATTEMPTS):
        working.work_on(document.pk, AT)
    scanner.start()
    working.work_on(document.pk, AT)
    assert Document.objects.get(pk=document.pk).scan == "clean"


def test_nothing_starts_with_a_folder_of_documents_that_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    folder.require_writable()  # not there: it is made with the first document
    settings.DOCUMENTS_DIR.write_bytes(b"")  # closed to everybody, an administrator too
    with pytest.raises(ImproperlyConfigured, match=r"DOCUMENTS_DIR: .* cannot be written by the user this runs as"):
        folder.require_writable()
    settings.DOCUMENTS_DIR.unlink()
    settings.DOCUMENTS_DIR.mkdir()
    folder.require_writable()
