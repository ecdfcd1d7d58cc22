"""The developer's commands: what pytest is told, and a server that shows a change without being started again."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

import dev
from tests.conftest import ROOT, clone, free_port, url_for

SPREAD = ["--dist", "loadgroup", "--no-loadscope-reorder"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], ["-n", "2", *SPREAD]),
        (["tests/kernel"], ["-n", "2", *SPREAD, "tests/kernel"]),
        (["-n", "1", "tests/kernel"], [*SPREAD, "-n", "1", "tests/kernel"]),
        (["--pdb", "tests/kernel"], ["--pdb", "tests/kernel"]),
        (["-n0", "-k", "sweep"], ["-n0", "-k", "sweep"]),
    ],
)
def test_tests_run_in_parallel_whatever_is_named_unless_somebody_says_otherwise(
    given: list[str], words: list[str]
) -> None:
    told = dev.with_pytest(given)
    assert " ".join(told).replace("--durations 15 --durations-min 2", "").split() == words
    assert "--durations" in told


def test_a_path_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(SystemExit, match="There is no tests/nowhere"):
        dev.with_pytest(["-n", "2", "tests/nowhere"])


def test_pins_have_hashes_and_say_nothing_of_where_they_were_made() -> None:
    for path in (dev.PINS, dev.RUN_PINS):
        text = path.read_text()
        assert "://" not in text
        assert text.count("\n") > 100
        for pinned in text.split("\n    # via")[:-1]:
            assert "--hash=sha256:" in pinned


def test_every_version_in_the_project_is_the_one_pinned() -> None:
    pinned = dev.PINS.read_text()
    for found in dev.PINNED.finditer((ROOT / "pyproject.toml").read_text()):
        assert f"\n{dev.canonical(found[1])}=={found[3]} " in f"\n{pinned}", found[1]


class Developed:
    """A copy of the code, served by ``dev.py dev``."""

    def __init__(self, code: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.code, self.url, self.process = code, f"http://127.0.0.1:{port}", process

    def read(self, path: str) -> tuple[int, str]:
        """Status and text of a page; status 0 while nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as told:
            return told.code, told.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return 0, ""

    def wait_for(self, path: str, text: str) -> str:
        """The page once it holds the text."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            _, page = self.read(path)
            if text in page:
                return page
            time.sleep(0.2)
        raise AssertionError(f"{text!r} did not appear on {path}")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file as an editor does."""
        path = self.code / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def developed(tmp_path: Path, db: None) -> Iterator[Developed]:
    """The server somebody starts who is going to change the code; theirs is a copy."""
    code, port = tmp_path / "code", free_port()
    for name in (*dev.PACKAGES, "templates"):
        shutil.copytree(ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", code)
    with clone("dev") as name:
        env = {
            **os.environ, "DATABASE_URL": url_for(name), "REDIS_URL": settings.EMBEDDED.redis_url, "PORT": str(port),
            "DATA_DIR": str(tmp_path / "data"), "CELERY_QUEUE": f"dev{port}",
        }  # fmt: skip
        env.pop("FRONTDOOR_OWNER", None)
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "frontdoor.embedded", "dev"], cwd=code, env=env, stdout=log, stderr=log
            )
        yield Developed(code, port, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 0, (tmp_path / "log").read_text()


@pytest.mark.slow
def test_an_edited_template_and_an_edited_view_are_on_the_page_without_a_restart(developed: Developed) -> None:
    developed.wait_for("/health/live", '"live"')
    page = developed.wait_for("/accounts/login/", "<h1")
    developed.edit("templates/base.html", "</body>", "<p>Edited while it runs</p></body>")
    developed.wait_for("/accounts/login/", "Edited while it runs")
    developed.edit("frontdoor/pages/health.py", '{"status": "live"}', '{"status": "edited while it runs"}')
    developed.wait_for("/health/live", "edited while it runs")
    # Static files come from where they stand, and a mistake explains itself.
    address = next(part for part in page.split('"') if part.startswith("/static/") and part.endswith(".css"))
    assert developed.read(address)[0] == 200
    status, told = developed.read("/nowhere/at/all/")
    assert (status, "DEBUG = True" in told) == (404, True)


def test_debug_pages_are_refused_in_production() -> None:
    env = {
        **os.environ,
        "FRONTDOOR_ENV": "production",
        "FRONTDOOR_DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "frontdoor.settings",
    }
    told = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"], cwd=ROOT, env=env, text=True, capture_output=True
    )
    assert told.returncode != 0
    assert "not in production" in told.stderr
