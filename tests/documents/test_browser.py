"""From a file dropped on a page to its text found, with a real worker, in real Chromium."""

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection, connections
from playwright.sync_api import Page, expect

from frontdoor.accounts.models import User
from frontdoor.celery import app
from frontdoor.documents import reading
from frontdoor.documents.models import Document
from tests.conftest import ROOT, Served
from tests.documents.files import docx, pdf, scan
from tests.factories import PersonFactory
from tests.pages.test_deadlines_browser import manager, tab
from tests.ui.test_browser import RULES

__all__ = ["manager", "tab"]
pytestmark = pytest.mark.browser
QUEUE = f"documents-{os.getpid()}"


@pytest.fixture
def served_here(manager: User, tmp_path: Path) -> Iterator[Served]:
    server = Served(connections["default"].settings_dict["NAME"], tmp_path)
    key = base64.b64encode(os.urandom(32)).decode()
    server.env |= {"DOCUMENTS_DIR": str(tmp_path / "documents"), "CELERY_QUEUE": QUEUE, "DOCUMENTS_KEYS": f"one:{key}"}
    server.manage("collectstatic", "--no-input", "-v", "0")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def address(served_here: Served) -> str:
    return served_here.url


@pytest.fixture
def worker(served_here: Served, tmp_path: Path) -> Iterator[None]:
    command = [
        sys.executable, "-m", "celery", "-A", "frontdoor", "worker", "--pool", "solo", "--loglevel", "warning",
        "--without-gossip", "--without-mingle", "--hostname", f"{QUEUE}@localhost",
    ]  # fmt: skip
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=served_here.env, stdout=log, stderr=log)
        yield
        process.terminate()
        process.wait(90)


def open_documents(tab: Page, address: str, child: Any) -> None:
    """Say why, once, and go on to the documents."""
    tab.goto(f"{address}/people/{child.reference}/documents/")
    if tab.locator("#id_reason").count():
        tab.locator("#id_reason").fill("Supervising the team.")
        tab.get_by_role("button", name="Open the record").click()
        tab.goto(f"{address}/people/{child.reference}/documents/")


def drop(tab: Page, files: dict[str, bytes]) -> None:
    """What a browser does when somebody lets files go over the page."""
    given = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    carried = tab.evaluate_handle(
        """given => {
            const carried = new DataTransfer();
            for (const [name, data] of given)
                carried.items.add(new File([Uint8Array.from(atob(data), c => c.charCodeAt(0))], name));
            return carried;
        }""",
        given,
    )
    tab.dispatch_event("[data-drop]", "drop", {"dataTransfer": carried})


def test_a_file_dropped_is_read_by_a_worker_and_found_by_its_text(
    tab: Page, address: str, manager: User, worker: None
) -> None:
    child = PersonFactory.create(by=manager, given="Zoë", family="Example")
    said: list[str] = []
    tab.on("pageerror", lambda e: said.append(str(e)))
    open_documents(tab, address, child)
    has_ocr = reading.has_ocr() and reading.can_draw_pdf()
    lines = ("Health visitor report", "Weight below the second centile")
    picture = {"scan.png": scan(*lines)} if has_ocr else {"scan.pdf": pdf(*lines)}
    drop(tab, {**picture, "drawing.svg": b"<svg/>", "plan.docx": docx("Contact with the grandmother on Sundays.")})
    tab.get_by_label("What is it?").select_option("report")
    tab.get_by_role("button", name="Add", exact=True).click()
    sent = tab.locator("[data-upload-list] > li")
    expect(sent).to_have_count(3)
    expect(sent.nth(0)).to_contain_text("scan was added")
    expect(sent.nth(1)).to_contain_text("drawing.svg was not taken.")
    expect(sent.nth(2)).to_contain_text("plan was added")
    expect(tab.locator("#documents > ul > li")).to_have_count(2)
    expect(tab.locator("#app-announce")).to_have_text("2 of 3 files added")

    app.send_task("documents.tasks.tick", queue=QUEUE)
    deadline = time.monotonic() + 90
    while Document.objects.exclude(reading="done").exists() and time.monotonic() < deadline:
        time.sleep(0.3)
    assert set(Document.objects.values_list("reading", "key_id")) == {("done", "one")}

    tab.goto(f"{address}/documents/")
    tab.locator("#search-q").press_sequentially("second cent")
    expect(tab.get_by_role("list", name="Documents found").locator("li")).to_have_count(1)
    expect(tab.locator("mark").first).to_have_text("second")
    assert tab.url == f"{address}/documents/", "nothing searched for stands in the address"
    reference = Document.objects.get(title="scan").reference
    for path in (
        f"/people/{child.reference}/documents/", f"/documents/{reference}/", "/documents/?q=grandmother",
        f"/documents/{reference}/describe/", f"/documents/{reference}/withdraw/",
    ):  # fmt: skip
        for width in (1280, 375):
            tab.set_viewport_size({"width": width, "height": 900})
            answer = tab.goto(address + path)
            assert answer is not None
            assert answer.status == 200, path
            found = Axe().run(tab, options=RULES)
            assert found.response["violations"] == [], (path, width, found.generate_report())
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)
            if folder := os.environ.get("PICTURES"):
                name = path.strip("/").replace("/", "-").partition("?")[0].replace(child.reference, "x")
                tab.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert said == []
    connection.close()


def test_without_scripts_the_form_sends_the_files_together(
    browser: Any, tab: Page, address: str, manager: User
) -> None:
    child = PersonFactory.create(by=manager, given="Sam", family="Example")
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(tab.context.cookies())
    plain = context.new_page()
    open_documents(plain, address, child)
    plain.locator("input[type=file]").set_input_files(
        [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": pdf(str(n))} for n in range(2)]
    )
    plain.get_by_label("What is it?").select_option("letter")
    plain.get_by_role("button", name="Add", exact=True).click()
    expect(plain.get_by_text("2 documents were added")).to_be_visible()
    context.close()
