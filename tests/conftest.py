"""Databases and browsers for the tests.

One template database is migrated as the owner and kept while migrations are unchanged; each run (and each xdist
worker) clones it and works with the application's few rights, as the product does. Tests marked ``browser`` run
against a real gunicorn on its own clone, in real Chromium.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
os.environ["FRONTDOOR_OWNER"] = "0"
# Playwright's synchronous interface runs an event loop in the test's own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import django
import psycopg
import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.template.backends.jinja2 import Template as PageTemplate
from django.test import Client
from hypothesis import settings as examples
from playwright.sync_api import expect
from psycopg import sql
from pytest_django import DjangoDbBlocker

# pytest-django has done it by now; the benchmarks and the pictures of screens come here on their own.
if not apps.ready:
    django.setup()

from frontdoor.codelists import lists
from tests import moments
from tests.drawing import ANY_SPEED
from tests.order import in_order
from tests.raw_codes import raw_codes
from tests.reading import Reader
from tests.unkept import unkept_forms

examples.register_profile("house", deadline=None, suppress_health_check=ANY_SPEED)
examples.load_profile("house")

#: Milliseconds a browser test waits for a state before it fails: a busy machine takes its time, and a state that never
#: comes fails all the same.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)

#: Older templates kept, so that going back to another state of the code need not migrate from nothing.
TEMPLATES_KEPT = 4


#: What runs after the migrations, or is read by them.
CODE_BEHIND_MIGRATIONS = {
    "migrating.py",
    "grants.py",
    "triggers.py",
    "db.py",
    "apps.py",
    "models.py",
    "rules.py",
    "disposal.py",
    "functions.py",
    "disposal_policies.py",
}


def _migrations_digest() -> str:
    parts = []
    for folder in ("frontdoor", "contacts", "referrals", "assessments", "supervision"):
        parts += [
            path.read_bytes()
            for path in sorted((ROOT / folder).rglob("*.py"))
            if {"migrations", "models"} & set(path.parts) or path.name in CODE_BEHIND_MIGRATIONS
        ]
        for beside in ("data/*.json", "*.sql"):
            parts += [path.read_bytes() for path in sorted((ROOT / folder).rglob(beside))]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def _owner_connection() -> psycopg.Connection:
    return psycopg.connect(settings.OWNER_URL, autocommit=True)


def url_for(database: str) -> str:
    base, _, query = settings.OWNER_URL.partition("?")
    head, _, _ = base.rpartition("/")
    return f"{head}/{database}" + (f"?{query}" if query else "")


def manage_as_owner(database: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a management command on this database as its owner; what it printed and its code."""
    env = {**os.environ, "DATABASE_URL": url_for(database), "FRONTDOOR_OWNER": "1"}
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # for Playwright alone; the checks before deployment refuse it
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=check, text=True, capture_output=True
    )


def _migration_files() -> dict[str, str]:
    """What stands in each migration of ours, by its path."""
    return {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for folder in ("frontdoor", "contacts", "referrals", "assessments", "supervision")
        for path in (ROOT / folder).rglob("migrations/*.py")
    }


def _template_to_go_on_from(connection: psycopg.Connection) -> str | None:
    """An older template whose every migration still stands as it was: only what is new has to be run on it."""
    now = _migration_files()
    fitting = [(len(then), name) for name, then in _templates(connection) if then and then.items() <= now.items()]
    return max(fitting)[1] if fitting else None


def _templates(connection: psycopg.Connection) -> list[tuple[str, dict[str, str]]]:
    """The templates there are, newest first, with the migrations each was made by."""
    rows = connection.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database "
        "WHERE datistemplate AND datname LIKE 'frontdoor_template_%%' ORDER BY oid DESC"
    ).fetchall()
    return [(name, json.loads(description or "{}")) for name, description in rows]


def _make_template() -> str:
    """The migrated template's name, made when there is none for these migrations."""
    name = f"frontdoor_template_{_migrations_digest()}"
    with _owner_connection() as connection:
        # Workers started together wait here for the first to finish.
        connection.execute("SELECT pg_advisory_lock(7316001)")
        try:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]).fetchone():
                return name
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            earlier = _template_to_go_on_from(connection) or "template1"
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(earlier))
            )
            env = {**os.environ, "DATABASE_URL": url_for(name), "FRONTDOOR_OWNER": "1"}
            subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=env, check=True)
            connection.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                    sql.Identifier(name), sql.Literal(json.dumps(_migration_files()))
                )
            )
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
            for old, _ in _templates(connection)[TEMPLATES_KEPT:]:
                connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(old)))
                with contextlib.suppress(psycopg.errors.ObjectInUse):
                    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))
        finally:
            connection.execute("SELECT pg_advisory_unlock(7316001)")
    return name


@contextlib.contextmanager
def clone(label: str) -> Iterator[str]:
    """A fresh copy of the migrated template, dropped at the end."""
    template = _make_template()
    name = f"frontdoor_test_{os.getpid()}_{label}"
    with _owner_connection() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        # Two copies of one template cannot be made in the same instant.
        connection.execute("SELECT pg_advisory_lock(7316001)")
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        connection.execute("SELECT pg_advisory_unlock(7316001)")
    try:
        yield name
    finally:
        with _owner_connection() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--at",
        type=moments.say_moment,
        help="run the tests that name no moment of their own, at this one, London's time: 2026-02-27T23:00",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several workers the longest go first (``tests.order``).

    With ``--at``, leave out what runs at a moment of its own: it does the same whatever ``--at`` says.
    """
    if hasattr(config, "workerinput"):
        items[:] = in_order(items)
    if config.getoption("--at") is None:
        return
    own = [item for item in items if moments.has_its_own(item)]
    config.hook.pytest_deselected(items=own)
    items[:] = [item for item in items if not moments.has_its_own(item)]


def pytest_configure(config: pytest.Config | None) -> None:
    if not os.environ.get("DATABASE_URL"):
        settings.EMBEDDED.start(valkey=not os.environ.get("REDIS_URL"))
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def every_page_is_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every page that any test opens is read for raw codes, and for forms that keep nothing of what is typed."""
    found: set[tuple[str, str]] = set()
    unkept: set[tuple[str, str]] = set()
    render = PageTemplate.render

    def read(self: PageTemplate, *args: Any, **options: Any) -> str:
        html: str = render(self, *args, **options)
        name = self.template.name or ""
        if name != "api/docs.html":  # tells programmers which codes to send
            found.update((name, code) for code in raw_codes(html))
        unkept.update((name, form) for form in unkept_forms(name, html))
        return html

    monkeypatch.setattr(PageTemplate, "render", read)
    yield
    assert found == set(), "these pages show a raw code"
    assert unkept == set(), "what is typed into these forms is lost with the session (tests/unkept.py)"


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replace Django's own test database with a clone of the template, used as the application's role."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    with clone("main") as name:
        connection.close()
        connection.settings_dict["NAME"] = name
        settings.DATABASES["default"]["NAME"] = name
        moments.DATABASE.take_over(psycopg.connect(url_for(name), autocommit=True))
        # Blocked in between: a test that does not ask for the database would leave behind what it writes, and another
        # test would find it.
        yield
        with django_db_blocker.unblock():
            for each in connections.all():
                each.close()
        moments.DATABASE.let_go()
        connection.settings_dict["NAME"] = before


@pytest.fixture(autouse=True)
def moment(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """No test depends on the day it is run: each has its moment (see ``tests.moments``)."""
    moment = moments.moment_of(request.node)
    if moment is None:
        yield None
        return
    with moments.at(moment) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def codes_as_they_stand() -> Iterator[None]:
    """What a test read of the code lists while it had changed them is not what the next one reads."""
    before = lists._Read.snapshot
    yield
    if lists._Read.snapshot is not before:
        lists._Read.snapshot, lists._Read.good_until = before or lists._Read.snapshot, 0.0


@pytest.fixture
def client() -> Client:
    """A browser whose user gives the reason for which a page asks before it shows a record."""
    return Reader()


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection]:
    """A connection as the owner of the test's database, for what the application may not do."""
    with psycopg.connect(url_for(connections["default"].settings_dict["NAME"]), autocommit=True) as connection:
        yield connection


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For tests that commit (threads, other processes): afterwards the owner empties what they wrote."""
    keep = {"django_migrations", "codelists_code", "audit_chainhead", "django_content_type", "auth_permission", "cache"}
    with django_db_blocker.unblock():
        name = connections["default"].settings_dict["NAME"]
        with psycopg.connect(url_for(name), autocommit=True) as connection:
            filled = {
                table
                for (table,) in connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                ).fetchall()
                if connection.execute(
                    sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table))
                ).fetchone()
                == (True,)
            } | keep
        yield
        for each in connections.all():
            each.close()
        with psycopg.connect(url_for(name), autocommit=True) as connection:
            tables = [
                table
                for (table,) in connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                ).fetchall()
                if table not in filled
            ]
            listed = sql.SQL(", ").join(map(sql.Identifier, tables))
            connection.execute("SET session_replication_role = replica")
            for table in tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            connection.execute("UPDATE audit_chainhead SET position = 0, hash = ''")
            assert listed is not None


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running product: its address, its database, and the means to kill and restart its web server."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.env = {
            **os.environ,
            "DATABASE_URL": url_for(database),
            "FRONTDOOR_OWNER": "0",
            "STATIC_ROOT": str(folder / "static"),
            "DATA_DIR": str(settings.EMBEDDED.data),
        }

    def manage(self, *words: str) -> str:
        """Run a management command on the served database and return what it printed."""
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.env, check=True, text=True, stdout=subprocess.PIPE
        ).stdout

    def start(self) -> None:
        """Start gunicorn and wait until it is ready."""
        command = [
            sys.executable, "-m", "gunicorn", "frontdoor.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2",
            "--threads", "4", "--worker-class", "frontdoor.serving.worker.WaitingWorker", "--no-control-socket",
            "--log-level", "warning", "--logger-class", "frontdoor.serving.Logger",
        ]  # fmt: skip
        log = open(self.folder / "web.log", "ab")  # noqa: SIM115
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        log.close()
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.kill()
        raise RuntimeError((self.folder / "web.log").read_text()[-3000:])

    def kill(self) -> None:
        """SIGKILL to the web server and all its workers."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product served by gunicorn on its own clone, filled with a small demonstration borough."""
    folder = tmp_path_factory.mktemp("served")
    with clone("web") as name:
        server = Served(name, folder)
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("demo", "--people", "120", "--seed", "7")
        server.start()
        yield server
        server.kill()


def chromium_path() -> str:
    """Where the system's Chromium is; its absence is a failure, never a skip."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("Chromium is not installed: 'python3 dev.py test' installs it when run as root.")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The system's Chromium, without its background traffic."""
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": chromium_path(),
        "args": [*quiet, *sandbox, "--disable-component-update", "--disable-sync"],
    }
