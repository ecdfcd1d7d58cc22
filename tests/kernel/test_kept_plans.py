"""What every page asks is planned once for each connection: by values of any kind, and after a migration afresh."""

import re
import socket
import threading
from collections.abc import Collection
from typing import Any

import pghistory
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from frontdoor.accounts.models import Agency, Team, User
from frontdoor.notifications.actions import notify
from frontdoor.notifications.models import Notice
from frontdoor.postgresql.base import DatabaseWrapper
from frontdoor.wording import worded
from tests.conftest import url_for


def _kept() -> list[tuple[str, int]]:
    """The statements whose plans the connection keeps, each with how many values it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, cardinality(parameter_types) FROM pg_prepared_statements")
        return [(text, values) for text, values in cursor.fetchall() if "notifications_notice" in text]


@worded(kinds=[str], keys=[int], text=str)
def _noticed(
    user: User, *, kinds: Collection[str], keys: Collection[int], text: str
) -> QuerySet[Notice, tuple[str, str]]:
    rows = Notice.objects.of(user).filter(kind__in=kinds, path="/%/").exclude(pk__in=keys).filter(text__gte=text)
    return rows.annotate(lower=Lower("text")).exclude(lower=Lower(Value(text))).values_list("kind", "text")


@pytest.mark.django_db
def test_the_database_plans_a_question_once_whatever_it_is_asked_with() -> None:
    user = User.objects.create_user("one", "One")
    odd = ('say "no"', "back\\slash", "{a,b}", "O'Dowd, 100%", "NULL", "")
    for kind in odd:
        notify([user], kind=kind, text=f"of {kind}", path="/%/")
    for kind in odd:
        for keys in ([], [-1], [2_000_000_000_000, -70_000]):
            assert _noticed(user, kinds=[kind], keys=keys, text="of") == [(kind, f"of {kind}")]
    assert _noticed(user, kinds=[], keys=[], text="") == []
    assert _noticed.count(user, kinds=odd, keys=[], text="of") == len(odd)
    kept = _kept()
    assert sorted(values for _, values in kept) == [4, 4], "one for the rows and one for their number"
    assert all("/%/" in text for text, _ in kept), "what is the same each time stands in the text"


@pytest.mark.django_db
def test_behind_a_pooler_nothing_is_kept_with_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    user = User.objects.create_user("one", "One")
    monkeypatch.setattr(settings, "DB_PREPARED", False)
    before = connection.connection.prepare_threshold
    connection.connection.prepare_threshold = connection.get_connection_params()["prepare_threshold"]
    try:
        notify([user], kind="news", text="of news", path="/%/")
        assert _noticed(user, kinds=["news"], keys=[], text="of") == [("news", "of news")]
        assert _kept() == []
    finally:
        connection.connection.prepare_threshold = before


def _other_number(server: socket.socket, client: socket.socket) -> None:
    """Pass on what the server says, with a process number of our own, as poolers do."""
    while said := server.recv(65536):
        client.sendall(re.sub(rb"K\x00\x00\x00\x0c....", b"K\x00\x00\x00\x0c\x00\x00\x00\x07", said, flags=re.DOTALL))


def _pooler(listening: socket.socket, host: str, port: int) -> None:
    client, _ = listening.accept()
    server = socket.socket(socket.AF_UNIX if host.startswith("/") else socket.AF_INET)
    server.connect(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
    threading.Thread(target=_other_number, args=(server, client), daemon=True).start()
    with client, server:
        while asked := client.recv(65536):
            server.sendall(asked)


@pytest.mark.django_db
def test_a_pooler_is_found_out_by_the_process_number_it_gives() -> None:
    straight = DatabaseWrapper({**connection.settings_dict, "OPTIONS": {"pool": False}})
    info = connection.connection.info
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_pooler, args=(listening, info.host, info.port), daemon=True).start()
        place = {"HOST": "127.0.0.1", "PORT": listening.getsockname()[1], "OPTIONS": {"pool": False}}
        pooled = DatabaseWrapper({**connection.settings_dict, **place})
        try:
            for wrapper, kept in ((straight, 1), (pooled, None)):
                wrapper.connect()
                assert wrapper.connection.prepare_threshold == kept
        finally:
            straight.close()
            pooled.close()


@worded(names=[str])
def _teams(*, names: Collection[str]) -> QuerySet[Team, str]:
    return Team.objects.filter(name__in=names).values_list("name", flat=True)


def test_a_table_that_a_migration_changed_is_asked_by_a_new_plan(committed: None) -> None:
    Team.objects.create(code="north", name="North", kind=Team.Kind.DUTY)
    assert _teams(names=["North"]) == ["North"]
    widened = "ALTER TABLE accounts_team ALTER COLUMN name TYPE varchar({})"
    with psycopg.connect(url_for(connection.settings_dict["NAME"]), autocommit=True) as owner:
        try:
            owner.execute(widened.format(101).encode())
            assert [_teams(names=["North"]) for _ in range(2)] == [["North"], ["North"]]
        finally:
            owner.execute(widened.format(100).encode())


@worded(names=[str])
def _teams_and_agencies(*, names: Collection[str]) -> QuerySet[Any, str]:
    agencies = Agency.objects.filter(name__in=names).values_list("name", flat=True)
    return Team.objects.filter(name__in=names).values_list("name", flat=True).union(agencies)


@pytest.mark.django_db
def test_while_somebody_is_noted_as_the_cause_of_changes_a_union_is_asked_as_ever() -> None:
    Team.objects.create(code="north", name="North", kind=Team.Kind.DUTY)
    with pghistory.context(user=1):
        assert _teams_and_agencies(names=["North"]) == ["North"]
