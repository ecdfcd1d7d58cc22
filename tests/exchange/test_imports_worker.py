"""An import of the page whose worker is killed is taken up again by itself, to the same result."""

import time
from pathlib import Path

import psycopg
import pytest

from frontdoor.exchange.legacy.files import LAYOUTS
from tests.conftest import Served, clone, url_for
from tests.exchange.extract import with_defects
from tests.exchange.test_import import digests
from tests.exchange.worker import Worker

START = """
from django.utils import timezone
from frontdoor.accounts.models import User
from frontdoor.exchange import actions
from frontdoor.exchange.uploads import Kept
officer = User.objects.create_user("performance", "Perry Figgis", roles=["performance_officer"])
upload = actions.keep_upload(kept=Kept("extract"), by=officer, at=timezone.now())
actions.start_import(upload=upload, by=officer, at=timezone.now())
"""
#: Tables that tell of the runs themselves.
OF_RUNS = ("exchange_importprogress", "exchange_upload")


def result(name: str) -> dict[str, str]:
    with psycopg.connect(url_for(name)) as reader:
        found = digests(reader.cursor(), sameness=True)
    return {table: digest for table, digest in found.items() if table not in OF_RUNS}


def until(reader: psycopg.Connection, question: str, seconds: float = 240) -> None:
    """Wait until the answer is yes."""
    deadline = time.monotonic() + seconds
    while reader.execute(f"SELECT {question}").fetchone() != (True,):
        assert time.monotonic() < deadline, question
        time.sleep(0.1)


@pytest.mark.xdist_group("imports")
def test_a_killed_worker_and_the_next_give_what_an_undisturbed_import_gives(db: None, tmp_path: Path) -> None:
    folder = with_defects().write(tmp_path / "extract")
    with clone("steady") as name:
        Served(name, tmp_path).manage("import_legacy", str(folder))
        wanted = result(name)
    with clone("workers") as name, psycopg.connect(url_for(name), autocommit=True) as reader:
        server = Served(name, tmp_path)
        server.env["IMPORTS_DIR"] = str(tmp_path)
        server.manage("shell", "-v", "0", "-c", START)
        worker = Worker(server, tmp_path)
        try:
            worker.start()
            until(reader, "step >= 2 AND rows_done > 0 FROM exchange_importprogress")
            worker.kill()
            state = reader.execute("SELECT state, attempts FROM exchange_importrun").fetchone()
            assert state == ("running", 1), "killed while it loads"
            worker.start()
            until(reader, "state <> 'running' FROM exchange_importrun")
        finally:
            worker.kill()
        state = reader.execute("SELECT state, attempts, failure FROM exchange_importrun").fetchone()
        assert state == ("done", 2, "")
        told = reader.execute("SELECT text FROM notifications_notice WHERE kind = 'import'").fetchall()
        assert [text for (text,) in told] == ["Import 1 has finished."]
        assert reader.execute("SELECT count(DISTINCT file) FROM exchange_sourcerecord").fetchone() == (len(LAYOUTS),)
        assert result(name) == wanted
