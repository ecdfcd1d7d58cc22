"""The gallery in real Chromium: accessible at two widths, silent console, and scripts that do what they say."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, Request, Route

from tests.browsing import is_error
from tests.conftest import PATIENCE

CHROMIUM = shutil.which("chromium") or ""
VENDOR = Path(__file__).resolve().parents[2] / "frontdoor/ui/static/vendor/govuk/govuk-frontend.min.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="needs the chromium of the machine"),
    pytest.mark.skipif(not VENDOR.exists(), reason="needs the vendored assets"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Server(ThreadingMixIn, WSGIServer):
    """Answers many requests of one page at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """No line on stderr for each request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()), Server, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/gallery/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def chromium(browser: Browser) -> Browser:
    return browser


@pytest.fixture
def tab(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("path", ["", "form/", "error/404/", "error/409/", "error/429/", "error/500/"])
def test_pages_are_accessible_and_do_not_scroll_sideways(tab: Page, address: str, path: str, width: int) -> None:
    said: list[str] = []
    tab.on("console", lambda m: said.append(m.text) if is_error(m) else None)
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(address + path)
    tab.wait_for_load_state("networkidle")
    found = Axe().run(tab, options=RULES).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert [s for s in said if "the server responded with a status of" not in s] == []


def test_errors_take_the_focus_and_lead_to_their_field(tab: Page, address: str) -> None:
    tab.goto(address + "form/")
    tab.check("[name=told][value=no]")
    tab.click("text=Save and continue")
    tab.wait_for_selector(".govuk-error-summary:focus")
    tab.click("text=Say why the family has not been told >> nth=0")
    assert tab.evaluate("document.activeElement.id") == "id_why_not"
    assert Axe().run(tab, options=RULES).violations_count == 0


def test_another_child_is_added_and_taken_away_without_a_reload(tab: Page, address: str) -> None:
    tab.goto(address + "form/")
    tab.fill("[name=children-0-given]", "Robin")
    tab.click("[data-repeat-add]")
    tab.fill("[name=children-1-given]", "Sam")
    assert tab.input_value("[name=children-TOTAL_FORMS]") == "2"
    tab.click("[data-repeat-item] >> nth=0 >> [data-repeat-remove]")
    assert tab.input_value("[name=children-0-given]") == "Sam"
    assert tab.input_value("[name=children-TOTAL_FORMS]") == "1"
    assert tab.get_attribute("[data-repeat-item] label", "for") == "id_children-0-given"


def test_what_is_typed_is_saved_and_the_page_says_so(tab: Page, address: str) -> None:
    tab.goto(address + "form/")
    with tab.expect_request(lambda r: r.method == "PUT") as sent:
        tab.fill("[name=name]", "Sam & Co")
    request = sent.value
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert int(request.headers["x-draft-sequence"]) > 0
    assert "name=Sam+%26+Co" in (request.post_data or "")
    assert "csrfmiddlewaretoken" not in (request.post_data or "")
    tab.wait_for_selector("[data-draft-text]:has-text('Saved at')")


@pytest.mark.parametrize(
    ("status", "words"),
    [("401", "You have been signed out"), ("409", "is not being saved"), ("500", "Not saved yet")],
)
def test_a_save_that_fails_says_why_and_loses_nothing(tab: Page, address: str, status: str, words: str) -> None:
    tab.goto(address + "form/")
    tab.fill("[name=name]", f"Status {status}")
    tab.wait_for_selector(f"[data-draft-text]:has-text('{words}')")
    assert tab.input_value("[name=name]") == f"Status {status}"


def test_a_form_goes_on_saving_after_signing_in_again_elsewhere(tab: Page, address: str) -> None:
    tab.goto(address + "form/")
    tab.context.add_cookies([{"name": "csrftoken", "value": "a" * 32, "domain": "127.0.0.1", "path": "/"}])
    with tab.expect_response(lambda a: a.request.method == "PUT") as saved:
        tab.fill("[name=name]", "Sam")
    assert saved.value.status == 204
    assert saved.value.request.headers["x-csrftoken"] == "a" * 32
    tab.wait_for_function("document.querySelector('[name=csrfmiddlewaretoken]').value === 'a'.repeat(32)")


def test_the_sequence_of_saves_rises_and_each_goes_on_from_the_version_the_server_gave(tab: Page, address: str) -> None:
    # A device whose clock runs ten years ahead: it has no say in the order.
    tab.add_init_script("const now = Date.now.bind(Date); Date.now = () => now() + 315360000000;")
    # Counts the savings that the page has had its answer to.
    tab.add_init_script(
        "window.saves = 0; const got = Headers.prototype.get;"
        " Headers.prototype.get = function (name) {"
        " if (name === 'X-Draft-Version') setTimeout(() => { window.saves += 1; }); return got.call(this, name); };"
    )
    tab.goto(address + "form/")
    numbers: list[int] = []
    versions: list[int] = []
    pages: set[str] = set()

    def note(request: Request) -> None:
        if request.method == "PUT":
            numbers.append(int(request.headers["x-draft-sequence"]))
            versions.append(int(request.headers["x-draft-version"]))
            pages.add(request.headers["x-draft-page"])

    tab.on("request", note)
    for number, text in enumerate(("a", "ab", "abc"), start=1):
        tab.fill("[name=name]", text)
        # The page has the answer when it takes over the version: the header is read after the response is there.
        tab.wait_for_function("n => window.saves === n", arg=number)
    assert len(numbers) == 3
    assert numbers == sorted(set(numbers))
    assert max(numbers) < 1000
    assert versions == [0, 1, 2]
    assert len(pages) == 1


def test_the_queue_is_worked_by_keys_which_can_be_turned_off(tab: Page, address: str) -> None:
    tab.goto(address)
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "#two"
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "#one"
    tab.keyboard.press("?")
    tab.click("[data-keyboard-toggle]")
    assert tab.inner_text("[data-keyboard-toggle]") == "Shortcuts are off"
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.getAttribute('href')") is None


def test_a_form_is_sent_once_when_the_button_is_pressed_twice(tab: Page, address: str) -> None:
    tab.goto(address + "form/")
    tab.evaluate(
        """() => { window.sent = 0; const form = document.querySelector('main form');
        document.addEventListener('submit', (e) => {
          if (!e.defaultPrevented) window.sent += 1;
          e.preventDefault(); }); }"""
    )
    tab.evaluate("() => { const f = document.querySelector('main form'); f.requestSubmit(); f.requestSubmit(); }")
    assert tab.evaluate("window.sent") == 1


def test_everything_works_with_javascript_off(chromium: Any, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "form/")
    page.fill("[name=name]", "Sam")
    with page.expect_navigation():
        page.click("text=Add another child")
    assert page.locator("[name=children-1-given]").count() == 1
    assert page.input_value("[name=name]") == "Sam"
    context.close()


def test_a_live_search_puts_in_the_fragment_and_says_how_many(tab: Page, address: str) -> None:
    said: list[str] = []
    tab.on("console", lambda m: said.append(m.text) if is_error(m) else None)
    tab.on("pageerror", lambda e: said.append(str(e)))
    tab.goto(address + "found/")
    tab.locator("#search-q").press_sequentially("sam", delay=30)
    tab.wait_for_selector("#results :text('1 person found')")
    assert tab.locator("h1").count() == 1
    assert "1 person found" in tab.inner_text("#app-announce")
    assert tab.url == address + "found/", "nothing searched for stands in the address"
    assert said == []


def test_a_refusal_to_htmx_is_shown_above_and_nothing_else_is_replaced(tab: Page, address: str) -> None:
    tab.goto(address + "found/")
    tab.fill("#search-q", "sam")
    tab.wait_for_selector("#results :text('1 person found')")
    tab.fill("#search-q", "error")
    tab.wait_for_selector("#app-error :text('Robin Pretend changed this record')")
    assert "1 person found" in tab.inner_text("#results")
    assert tab.evaluate("document.activeElement.id") == "app-error"


def test_paper_shows_no_buttons_and_no_navigation(tab: Page, address: str) -> None:
    tab.goto(address)
    tab.emulate_media(media="print")
    for selector in (".govuk-button >> nth=0", ".app-tabs", ".app-search", ".moj-sub-navigation"):
        assert not tab.locator(selector).is_visible()
    assert tab.locator(".app-queue").is_visible()


@pytest.mark.parametrize("kind", ["app-draft", "app-draft app-draft--quiet"])
def test_the_line_that_says_saved_pushes_nothing_down(tab: Page, address: str, kind: str) -> None:
    tab.goto(address + "form/")
    tab.evaluate("kind => { document.querySelector('[data-draft-status]').className = kind }", kind)
    button = tab.get_by_role("button", name="Save and continue")
    before = button.bounding_box()
    tab.fill("[name=name]", "Sam")
    tab.wait_for_selector("[data-draft-text]:has-text('Saved at')")
    assert button.bounding_box() == before


# Two frames: what was put in has been laid out.
DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def test_what_comes_in_while_a_button_is_held_does_not_lose_the_press(tab: Page, address: str) -> None:
    held: list[Route] = []
    tab.route(lambda _: True, lambda r: held.append(r) if r.request.method == "PUT" else r.continue_())
    tab.goto(address + "form/")
    with tab.expect_request(lambda r: r.method == "PUT"):
        tab.fill("[name=name]", "Sam")
    button = tab.get_by_role("button", name="Save and continue")
    # Nothing scrolled: a scrolled page is held in its place by the browser itself.
    tab.set_viewport_size({"width": 1280, "height": 3000})
    box = button.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 20, box["y"] + 5)
    tab.mouse.down()
    with tab.expect_response(lambda a: a.status == 409):
        held[0].fulfill(status=409, content_type="application/json", body='{"message": "Somebody else writes it."}')
    tab.evaluate(DRAWN)
    with tab.expect_navigation():
        tab.mouse.up()


def test_a_fragment_nobody_pressed_for_comes_in_after_the_press(tab: Page, address: str) -> None:
    held: list[Route] = []
    tab.goto(address + "found/")
    before = tab.inner_text("#results")
    tab.route(
        lambda url: "found" in url,
        lambda r: r.continue_() if held or "hx-request" not in r.request.headers else held.append(r),
    )
    with tab.expect_request(lambda r: "hx-request" in r.headers):
        tab.locator("#search-q").press_sequentially("sam", delay=5)
    box = tab.locator("h1").bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 5, box["y"] + 5)
    tab.mouse.down()
    with tab.expect_response(lambda a: "hx-request" in a.request.headers):
        held[0].continue_()
    tab.evaluate(DRAWN)
    assert tab.inner_text("#results") == before
    tab.mouse.up()
    tab.wait_for_selector("#results :text('1 person found')")
