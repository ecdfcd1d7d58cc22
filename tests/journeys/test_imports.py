"""From the files of two old systems to one child's record, and a merge taken back, in real Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, expect

from frontdoor.exchange.legacy.files import LAYOUTS
from tests.conftest import Served, clone, url_for
from tests.exchange.extract import with_defects
from tests.exchange.worker import Worker
from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("imports")]

STAFF = """
from frontdoor.accounts.models import User
for username, name, role in (("performance.officer", "Perry Figgis", "performance_officer"),
                             ("duty.manager", "Dana Manager", "duty_manager")):
    User.objects.create_user(username, name, "front-door-demo", roles=[role])
"""


@pytest.fixture
def borough(tmp_path: Path) -> Iterator[Served]:
    """A product without any record, for a borough about to be brought in."""
    with clone("borough") as name:
        server = Served(name, tmp_path)
        server.env["IMPORTS_DIR"] = str(tmp_path / "imports")
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("shell", "-v", "0", "-c", STAFF)
        server.start()
        yield server
        server.kill()


def test_from_the_old_systems_files_to_one_record(borough: Served, chromium: Browser, tmp_path: Path) -> None:
    made = with_defects()
    made.rows["firstcall_contacts.csv"][0][2] = "Blue parrot desk"
    folder = made.write(tmp_path / "extract")
    officer = Desk(chromium, borough, "performance.officer")
    page = officer.page
    worker = Worker(borough, tmp_path)
    try:
        officer.go("/imports/")
        (tmp_path / "carecase_people.csv").write_bytes(b"")
        page.set_input_files("input[type=file]", tmp_path / "carecase_people.csv")
        page.get_by_text("is empty: extract it again").wait_for()
        page.get_by_role("button", name="Send and check").click()
        page.get_by_text("carecase_people.csv is empty (0 bytes). Extract it again.").first.wait_for()
        assert "govuk-error-summary" in (page.evaluate("document.activeElement.className") or "")
        officer.look()
        page.set_input_files("input[type=file]", [folder / name for name in LAYOUTS])
        page.get_by_text("will be checked").first.wait_for()
        officer.look()
        page.get_by_role("button", name="Send and check").click()
        page.get_by_role("heading", name="Files of an extract", exact=True).wait_for()
        officer.look()
        officer.press("Start the import")
        bar = page.get_by_role("progressbar")
        expect(bar).to_be_visible()
        page.get_by_text("It waits for a worker").wait_for()
        officer.look()
        page.reload()
        expect(bar).to_be_visible()
        worker.start()
        page.get_by_text("Rows by file").first.wait_for(timeout=240_000)
        officer.look()
        assert re.search(r"Finished.*after \d+ second", page.locator("main").inner_text(), re.S)
        officer.press("Warnings", exact=False)
        officer.look()
        officer.go("/imports/wordings/")
        page.locator("select").select_option("8")
        officer.press("Save the meanings")
        page.get_by_text("1 wording noted. 1 record took the meaning").wait_for()
        officer.go("/imports/wordings/?view=settled")
        officer.press("Change the meaning of Blue parrot desk")
        officer.look()
        officer.go("/notices/")
        page.get_by_text("has finished").first.wait_for()
    finally:
        worker.kill()
        officer.context.close()
    with psycopg.connect(url_for(borough.database)) as reader:
        rows = reader.execute(
            "SELECT reference FROM exchange_origin WHERE (file, identity) IN"
            " (('carecase_people.csv', 'A0100001'), ('firstcall_people.csv', '00200001')) ORDER BY file"
        ).fetchall()
        kept, joined = (reference for (reference,) in rows)
    manager = Desk(chromium, borough, "duty.manager")
    try:
        manager.go(f"/people/{kept}/")
        text = manager.page.locator("main").inner_text()
        assert "Rowan Abernethy" in text
        assert f"{joined} joined" in text
        manager.page.goto(f"/people/{joined}/")
        assert manager.page.url.endswith(f"/people/{kept}/") or kept in manager.page.content()
        manager.press("Undo this", exact=False)
        manager.page.locator("main form textarea, main form input[type=text]").first.fill("Two cousins of one name.")
        manager.press("Undo the merge")
        manager.go(f"/people/{joined}/")
        assert " joined, " not in manager.page.locator("main").inner_text()
        assert "Rowan Abernethy" in manager.page.locator("main").inner_text()
    finally:
        manager.context.close()
