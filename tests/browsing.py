"""A page in a real browser, wide and narrow: import ``page`` where every test is to run at both widths."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.conftest import PATIENCE

WIDTHS = (1280, 375)
#: htmx tells of a request that a newer one took the place of as of an error (``hx-sync``): what is typed faster than it
#: is looked for. One that did not reach the server tells "sendError" as well, which stays an error.
TAKEN_OVER = ("htmx:afterRequest", "htmx:sendAbort")


def is_error(message: ConsoleMessage) -> bool:
    """Whether what the console was told is a fault of the page."""
    return message.type == "error" and not message.text.startswith(TAKEN_OVER)


def say_why(page: Page) -> bool:
    """Press what is true where a page asks why a record is opened; whether it asked. Leads on to the page wanted."""
    asks = page.get_by_role("heading", name="Before you open this record", exact=True)
    if not asks.count():
        return False
    button = page.locator("button[name=why][value=asked]")
    if not button.count():  # after an unusual run of reading only words are taken
        page.get_by_label("Why do you need this record?").fill("My manager asked me to look at all of these")
        button = page.get_by_role("button", name="Open the record")
    with page.expect_navigation():
        button.click()
    return True


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def width(page: Page) -> int:
    size = page.viewport_size
    assert size is not None
    return int(size["width"])
