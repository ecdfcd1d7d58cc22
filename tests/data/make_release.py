"""``python -m tests.data.make_release 0.1.0``: keep a small dump of a release, to try every later version on.

A new database is migrated from nothing, filled with a demonstration borough of 60 people whose story ends at a fixed
moment, and written as SQL without owners and rights. ``tests/kernel/test_upgrade.py`` restores the newest dump,
migrates it to the code of the day and checks it. A dump of a release is made once, with the release, and then kept.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import django
import psycopg
from django.conf import settings
from psycopg import sql

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
django.setup()

from tests.conftest import ROOT, url_for  # noqa: E402 (it asks for models)

RELEASES = ROOT / "tests" / "data" / "releases"
PEOPLE, SEED, AT = 60, 1, "2026-11-23T10:00:00+00:00"
LARGEST = 1_000_000


def program(name: str) -> Path:
    """A client program of PostgreSQL, from the wheel."""
    return settings.EMBEDDED.client(name)


def _manage(database: str, folder: str, *words: str) -> None:
    env = {**os.environ, "DATABASE_URL": url_for(database), "DATA_DIR": folder, "FRONTDOOR_ENV": "demo"}
    env["FRONTDOOR_OWNER"] = "1" if words[0] == "migrate" else "0"
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def dump(database: str) -> bytes:
    """The whole database as SQL, the same for the same contents."""
    return subprocess.run(
        [
            program("pg_dump"), "--dbname", url_for(database), "--no-owner", "--no-privileges",
            "--restrict-key", "frontdoor",
        ],
        check=True, capture_output=True,
    ).stdout  # fmt: skip


def make(version: str) -> Path:
    """Write the dump of this version and return where it stands."""
    name = f"frontdoor_release_{os.getpid()}"
    with psycopg.connect(settings.OWNER_URL, autocommit=True) as owner, tempfile.TemporaryDirectory() as folder:
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            _manage(name, folder, "migrate", "-v", "0")
            _manage(name, folder, "demo", "--people", str(PEOPLE), "--seed", str(SEED), "--at", AT)
            packed = gzip.compress(dump(name), compresslevel=9, mtime=0)
        finally:
            owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    if len(packed) > LARGEST:
        sys.exit(f"The dump has {len(packed):,} bytes; {LARGEST:,} are the most a release may leave in the repository.")
    path = RELEASES / f"{version}.sql.gz"
    RELEASES.mkdir(exist_ok=True)
    path.write_bytes(packed)
    return path


def main(words: list[str]) -> None:
    """Make the dump of the version named, which must be the one the code says it is."""
    now = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    if words != [now]:
        sys.exit(f"Name the version this code is, as in pyproject.toml: python -m tests.data.make_release {now}")
    if not os.environ.get("DATABASE_URL"):
        settings.EMBEDDED.start(valkey=False)
    began = time.monotonic()
    path = make(now)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes, made in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
