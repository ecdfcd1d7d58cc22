"""A web form for a contact from the telephone to the queue, in real Chromium, written with the keyboard alone."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import ROOT, Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sit = Callable[[str], Desk]
DELIVER = "from django.utils import timezone; from frontdoor.notifications import outbox; outbox.drain(timezone.now())"


class Professional(Desk):
    """Somebody with a link and a keyboard, who never signs in."""

    def sign_in(self, username: str) -> None:
        """There is nothing to sign in to."""

    def reach(self, what: str) -> None:
        """Go on with the Tab key until what is focused matches."""
        for _ in range(200):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("what => document.activeElement.matches(what)", what):
                return
        raise AssertionError(f"no way to {what} by the keyboard")

    def type(self, name: str, text: str) -> None:
        """Type into the next field of this name."""
        self.reach(f"[name='{name}']")
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str) -> None:
        """Choose in the next group of radio buttons of this name."""
        self.reach(f"[name='{name}']")
        self.page.keyboard.press("Space")
        for _ in range(9):
            if self.page.evaluate("value => document.activeElement.value === value", value):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no answer {value}")

    def enter(self, words: str) -> None:
        """Press the next button of these words."""
        for _ in range(200):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.innerText.trim()") == words:
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"no button {words}")


def delivered(served: Served) -> str:
    """What leaves by e-mail now."""
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", DELIVER],
        cwd=ROOT, env={**served.env, "EMAIL_URL": "consolemail://"}, check=True, text=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip


def test_from_the_telephone_to_the_queue(
    desk: Sit, browser: Browser, served: Served, sql: Callable[..., list[tuple[Any, ...]]]
) -> None:
    officer = desk("contact.officer")
    officer.go("/web-forms/send/")
    officer.press("Send the web form")
    officer.look()
    officer.fill(name="Hattie Headley", role="Health visitor", email="hattie.headley@clinic.example")
    agencies = sql("SELECT id FROM accounts_agency WHERE is_active ORDER BY id LIMIT 1")
    officer.answer("agency", str(agencies[0][0]))
    officer.press("Send the web form")
    officer.look()
    assert "On its way" in officer.page.inner_text("main")
    sent = delivered(served).replace("=\n", "")
    path = re.search(r"/partner/contact/\S+/", sent)
    assert path is not None

    visitor = Professional(browser, served, "")
    visitor.go(path.group())
    visitor.choose("child_protection", "no")
    visitor.enter("Send to the front door")
    visitor.look()
    summary = visitor.page.locator(".govuk-error-summary").inner_text()
    assert "Enter what happened" in summary
    assert "Enter the child’s name, or describe the child" in summary
    visitor.reach("[name=kind]")
    visitor.page.keyboard.press("ArrowDown")
    visitor.type("children-0-given_name", "Wilhelmina")
    visitor.type("children-0-family_name", "Quillfeather")
    visitor.reach("[name=add_child]")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("[name='children-1-given_name']").wait_for()
    visitor.type("children-1-described", "boy in a red coat")
    visitor.type("children-1-about_age", "about 4")
    visitor.type("concerns", "Wilhelmina was alone with her brother at eight in the evening.")
    visitor.enter("Send to the front door")
    visitor.look()
    found = re.search(r"\bC-[0-9A-Z]{8}\b", visitor.page.inner_text("main"))
    assert found is not None, "the receipt names it"
    reference = found.group()
    visitor.go(path.group())
    assert reference in visitor.page.inner_text("main"), "opened again it is the same contact"
    visitor.context.close()
    assert sql("SELECT count(*) FROM contacts_contact WHERE how = 'web_form'") == [(1,)]

    officer.go("/web-forms/")
    assert "Used" in officer.page.inner_text("main")
    officer.go(f"/contacts/{reference}/")
    told = officer.page.inner_text("main")
    for words in ("Hattie Headley", "Wilhelmina Quillfeather", "boy in a red coat", "Web form sent by"):
        assert words in told
    duty = desk("duty.manager")
    duty.find_line(reference, "?order=oldest")
    assert "Health visitor, by web form" in duty.page.locator(f"#line-{reference}").inner_text()
