"""Real Chromium on the product as served: signing in by role, looking at each page, reading the database."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browsing import is_error, say_why
from tests.conftest import PATIENCE, Served, url_for

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (1280, 375)


@pytest.fixture
def chromium(browser: Browser) -> Browser:
    """One Chromium for the whole run: Playwright allows no second one in a process."""
    return browser


class Desk:
    """One member of staff at a browser of their own."""

    def __init__(self, browser: Browser, served: Served, username: str) -> None:
        self.served = served
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=served.url)
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.told: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.told.append(str(error)))
        self.sign_in(username)

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser itself notes every answer of 4xx; ours say in the page what is missing.
        if is_error(message) and "status of 4" not in message.text:
            self.told.append(message.text)

    def sign_in(self, username: str) -> None:
        """Sign in through the form."""
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", "front-door-demo")
        self.page.click("form button[type=submit]")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def go(self, path: str) -> None:
        """Open a page and look at it."""
        # Nothing comes back where the page renewed itself at that very moment.
        answer = self.page.goto(path) or self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.look()
        if say_why(self.page):
            self.look()

    def look(self) -> None:
        """The page has no accessibility violation and no sideways scrolling at either width, and a silent console."""
        # A link may have been pressed just now: the page that follows has to be there before it is measured.
        self.page.wait_for_load_state()
        self.page.locator("main").first.wait_for()
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (self.page.url, width, wide)
            found = Axe().run(self.page, options=RULES).response["violations"]
            told = [(each["id"], [node["html"][:160] for node in each["nodes"]][:3]) for each in found]
            assert told == [], (self.page.url, width, told)
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        assert self.told == [], self.page.url

    def press(self, text: str, *, exact: bool = True) -> None:
        """Press the first visible button or link of this name and wait for the page that follows."""
        target = self.page.get_by_role("button", name=text, exact=exact).or_(
            self.page.get_by_role("link", name=text, exact=exact)
        )
        with self.page.expect_navigation():
            target.locator("visible=true").first.click()
        say_why(self.page)

    def find_line(self, reference: str, filters: str = "") -> None:
        """Open the page of the queue on which this contact has its line, however many stand before it."""
        self.go(f"/contacts/queue/{filters}")
        while not self.page.locator(f"#line-{reference}").count():
            self.press("More contacts", exact=False)

    def fill(self, **answers: str) -> None:
        """Fill fields by name; radio buttons, check boxes and selects by their value."""
        for name, value in answers.items():
            self.answer(name, value)

    def answer(self, name: str, value: str) -> None:
        """Answer one field by name."""
        fields = self.page.locator(f"[name='{name}']")
        if fields.first.evaluate("e => e.type") in ("radio", "checkbox"):
            self.page.locator(f"[name='{name}'][value='{value}']").check()
        elif fields.first.evaluate("e => e.tagName") == "SELECT":
            fields.first.select_option(value)
        else:
            fields.first.fill(value)

    def names(self) -> dict[str, str]:
        """Every visible question of the page, by its words, with what stands in it."""
        found: dict[str, str] = self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('main input, main select, main textarea')]
               .filter(e => e.type !== 'hidden' && e.name).map(e => {
                 const choice = e.type === 'radio' || e.type === 'checkbox'
                 const group = e.closest('fieldset')?.querySelector('legend')?.innerText
                 const own = e.labels?.[0]?.innerText
                 const words = (choice || ['Day', 'Month', 'Year', 'Time'].includes(own) ? group : own) || e.name
                 return [words.trim(), choice ? (e.checked ? e.value : '') : e.value] }))"""
        )
        return found


@pytest.fixture
def desk(chromium: Browser, served: Served) -> Iterator[Callable[[str], Desk]]:
    """Open a desk for a user name; each closes at the end."""
    opened: list[Desk] = []

    def sit(username: str) -> Desk:
        opened.append(Desk(chromium, served, username))
        return opened[-1]

    yield sit
    for each in opened:
        each.context.close()


@pytest.fixture
def sql(served: Served) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Read the served product's database as its owner."""
    with psycopg.connect(url_for(served.database), autocommit=True) as connection:
        yield lambda text, *values: connection.execute(text, values).fetchall()
