"""A page in a real browser, wide and narrow: import ``page`` where every test is to run at both widths."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import PATIENCE

WIDTHS = (1280, 375)


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
