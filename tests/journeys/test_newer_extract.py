"""A newer extract in real Chromium: a question first, then what it changed, and a record under another child."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Served, clone
from tests.exchange.extract import Extract, sound
from tests.exchange.test_again import EPISODES, NOTES, PEOPLE, put
from tests.journeys.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("imports")]

STAFF = """
from frontdoor.accounts.models import User
from frontdoor.audit.actions import record
from frontdoor.exchange.models import Origin
User.objects.create_user("performance.officer", "Perry Figgis", "front-door-demo", roles=["performance_officer"])
worker = User.objects.create_user("social.worker", "Wendy Worker", "front-door-demo", roles=["social_worker"])
name = Origin.objects.get(identity="EP0100003").reference
record("referral.allocated", by=worker, reference=name)
"""
SEND = """
from django.utils import timezone
from frontdoor.accounts.models import User
from frontdoor.exchange import actions
from frontdoor.exchange.uploads import Kept
officer = User.objects.get(username="performance.officer")
upload = actions.keep_upload(kept=Kept("extract"), by=officer, at=timezone.now())
actions.start_import(upload=upload, by=officer, at=timezone.now())
"""
WORK = """
from django.utils import timezone
from frontdoor.exchange import working
from frontdoor.exchange.models import ImportRun
working.work(ImportRun.objects.latest("pk").pk, timezone.now())
"""


def newer() -> Extract:
    """What the systems say a month later: a new address, a note gone, a referral under another child, notes lost."""
    made = sound()
    put(made, PEOPLE, "A0500000", address="1 New Lane, Testwick")
    put(made, EPISODES, "EP0100003", person_id="A0100004")
    put(made, EPISODES, "EP0100002", person_id="A0100001")
    made.add(PEOPLE, person_id="A0999999", forename="New", surname="Person", gender="U", last_updated="2026-06-01")
    del made.rows[NOTES][8:]
    return made


@pytest.fixture
def borough(tmp_path: Path) -> Iterator[Served]:
    """A product with an extract in it, and a newer one sent."""
    with clone("newer") as name:
        server = Served(name, tmp_path)
        server.env["IMPORTS_DIR"] = str(tmp_path)
        server.manage("collectstatic", "--no-input", "-v", "0")
        server.manage("import_legacy", str(sound().write(tmp_path / "first")))
        server.manage("shell", "-v", "0", "-c", STAFF)
        newer().write(tmp_path / "extract")
        server.manage("shell", "-v", "0", "-c", SEND)
        server.manage("shell", "-v", "0", "-c", WORK)
        server.start()
        yield server
        server.kill()


def test_a_newer_extract_asks_is_accepted_and_tells_what_it_changed(borough: Served, chromium: Browser) -> None:
    officer = Desk(chromium, borough, "performance.officer")
    page = officer.page
    try:
        officer.go("/imports/")
        officer.press("Import 2")
        page.get_by_text("carecase_notes.csv no longer holds 5 of the 13 rows imported before.").wait_for()
        officer.look()
        officer.press("Yes, import these files")
        page.get_by_text("goes on with these files").wait_for()
        borough.manage("shell", "-v", "0", "-c", WORK)
        officer.go("/imports/2/")
        table = page.get_by_role("table", name="Beside what was here before")
        assert "carecase_people.csv 1 1 0 20 0" in " ".join(table.inner_text().split())
        assert "carecase_notes.csv 0 0 0 8 5" in " ".join(table.inner_text().split())
        officer.press("What it changed, row by row")
        officer.look()
        assert "Mother Abernethy" in page.locator("main").inner_text()
        page.get_by_label("File").select_option(PEOPLE)
        officer.press("Show")
        assert f"file={PEOPLE}" in page.url
        assert "No longer in the old system" not in page.locator("main").inner_text()
        officer.press("Left for a person", exact=False)
        officer.go("/imports/2/changes/?kind=left")
        officer.press("Filed under another child", exact=False)
        officer.look()
        officer.press("Save")
        page.get_by_text("Choose which child it is about").first.wait_for()
        officer.look()
        page.get_by_label("The one the old system files it under now", exact=False).check()
        officer.press("Save")
        page.get_by_text("Moved. Both children’s chronologies say so.").wait_for()
        officer.look()
        assert "Nothing waits for a decision" in page.locator("main").inner_text()
    finally:
        officer.context.close()
