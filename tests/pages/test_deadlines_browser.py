"""The breach board, the explanation of a clock and supervision in real Chromium."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from frontdoor.accounts.models import Team, User
from frontdoor.clocks import actions
from supervision import actions as supervision
from tests.browsing import is_error
from tests.conftest import PATIENCE, Served
from tests.ui.test_browser import RULES

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def manager(committed: None) -> User:
    team = Team.objects.create(code="duty", name="Duty team", kind="duty")
    return User.objects.create_user("manager", "Mary Manager", roles=["service_manager"], team=team)


@pytest.fixture
def address(manager: User, tmp_path: Path) -> Iterator[str]:
    server = Served(connections["default"].settings_dict["NAME"], tmp_path)
    server.manage("collectstatic", "--no-input", "-v", "0")
    server.start()
    yield server.url
    server.kill()


@pytest.fixture
def tab(manager: User, address: str, browser: Browser) -> Iterator[Page]:
    client = Client()
    client.force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
    cookie: Any = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    yield context.new_page()
    context.close()


def late(n: int, by: User, rule: str = "allocation") -> Any:
    return actions.start(
        rule, reference=f"R-{n:08d}", started_at=timezone.now() - 3 * DAY, by=by, team=by.team, worker=by
    )


def test_pages_are_accessible_and_silent_at_both_widths(tab: Page, address: str, manager: User) -> None:
    worker = User.objects.create_user("worker", "Will Worker", roles=["social_worker"], team=manager.team)
    at = timezone.now()
    planned = supervision.plan(worker=worker, supervisor=manager, by=manager, at=at - 30 * DAY, planned_for=at)
    User.objects.create_user("other", "Olga Other", roles=["social_worker"], team=manager.team)
    clock, local = late(1, manager), late(1, manager, "information_request_red")
    late(1, manager, "section47_conference")
    said: list[str] = []
    tab.on("console", lambda m: said.append(f"{tab.url} {m.text}") if is_error(m) else None)
    tab.on("pageerror", lambda e: said.append(f"{tab.url} {e}"))
    for path in (
        "/breaches/", "/breaches/?state=paused&team=duty", f"/breaches/{clock.pk}/reason/",
        f"/breaches/{local.pk}/pause/", f"/breaches/{clock.pk}/pause/", "/clocks/R-00000001/", "/supervision/",
        "/supervision/plan/", f"/supervision/{planned.reference}/", f"/supervision/{planned.reference}/record/",
        f"/supervision/{planned.reference}/move/", f"/supervision/{planned.reference}/cancel/",
    ):  # fmt: skip
        for width in (1280, 375):
            tab.set_viewport_size({"width": width, "height": 900})
            answer = tab.goto(address + path)
            assert answer is not None
            assert answer.status == 200, path
            tab.wait_for_load_state("networkidle")
            tab.evaluate("for (const folded of document.querySelectorAll('main details')) folded.open = true")
            found = Axe().run(tab, options=RULES).response["violations"]
            assert [(path, v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
    assert said == []


def test_the_board_fills_by_itself_and_moves_nothing_that_is_being_read(tab: Page, address: str, manager: User) -> None:
    tab.clock.install()
    tab.goto(f"{address}/breaches/")
    tab.wait_for_load_state("networkidle")
    assert tab.get_by_text("Nothing is late").is_visible()
    late(1, manager)
    tab.clock.fast_forward(61_000)
    row = tab.locator("#board tbody tr").filter(has_text="R-00000001")
    row.wait_for()
    assert tab.locator("#board-news").is_hidden()

    row.get_by_role("link", name="Why this date").focus()
    late(2, manager)
    tab.clock.fast_forward(61_000)
    news = tab.locator("#board-news")
    news.wait_for(state="visible")
    assert tab.locator("#board tbody tr").filter(has_text="R-00000002").count() == 0
    news.get_by_role("link").click()
    expect(tab.locator("#board tbody tr").filter(has_text="R-00000002")).to_have_count(1)
