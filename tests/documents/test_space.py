"""A disk of documents that fills up is told of before it is full, and refuses nothing but documents."""

import errno
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client

from frontdoor.access import Refused
from frontdoor.accounts.models import User
from frontdoor.documents import space, tasks
from frontdoor.documents.models import Document
from frontdoor.notifications.models import Notice
from tests.pages.conftest import AT

MB = 1024**2


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many bytes the system says are free."""
    said = {"free": 0}
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1, 1, said["free"]))
    return said


@pytest.mark.django_db
def test_ready_says_that_the_disk_is_nearly_full_and_stays_ready(
    client: Client, disk: dict[str, int], settings: Any
) -> None:
    disk["free"] = space.UPLOADS * settings.DOCUMENTS_MAX_MB * MB
    assert client.get("/health/ready").json()["documents"] == "there is room"
    disk["free"] -= 1
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["documents"]) == (
        200, f"The disk of documents is nearly full: {space.UPLOADS * settings.DOCUMENTS_MAX_MB - 1:,} MB are left.",
    )  # fmt: skip


@pytest.mark.django_db
def test_administrators_are_told_once_a_day(disk: dict[str, int], manager: User) -> None:
    admin = User.objects.create_user("admin", "Ada Administrator", roles=["administrator"])
    space.tell(AT)
    tasks.tick()
    tasks.tick()
    told = Notice.objects.filter(kind="disk")
    assert set(told.values_list("user", "is_urgent")) == {(admin.pk, True)}
    days = {row.once_key for row in told}
    assert len(days) == told.count()
    assert "0 MB are left" in told[0].text
    many, disk["free"] = told.count(), 10**15
    space.tell(AT + timedelta(days=1))
    assert told.count() == many


def test_a_folder_nobody_can_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(folder: Path) -> Usage:
        raise PermissionError(folder)

    monkeypatch.setattr(shutil, "disk_usage", gone)
    assert space.shortage() == "The folder of documents cannot be read."


def test_a_document_there_is_no_room_for_is_refused_with_a_sentence_and_leaves_nothing(
    file_it: Any, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as here:
        here.setattr(os, "fsync", full)
        with pytest.raises(Refused, match="no room left where documents are kept"):
            file_it()
    assert not Document.objects.exists()
    assert not [path for path in store.rglob("*") if path.is_file()]
    assert file_it().pk
