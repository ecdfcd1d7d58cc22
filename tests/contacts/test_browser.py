"""A call taken in a real browser: suggestions while typing, a draft that comes back, nothing sent by Enter."""

from collections.abc import Iterator

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.conftest import PATIENCE, Served, url_for

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def sign_in(page: Page, served: Served, username: str) -> None:
    page.goto(f"{served.url}/accounts/login/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", "front-door-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{served.url}/")


@pytest.fixture
def desk(served: Served, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, served, "contact.officer")
    yield page
    context.close()


def accessible(page: Page, width: int) -> None:
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def on_the_record(served: Served) -> tuple[str, str]:
    """The names of a child the contact officer may see."""
    with psycopg.connect(url_for(served.database)) as connection:
        found = connection.execute(
            "SELECT n.given, n.family FROM people_name n JOIN people_person p ON p.id = n.person_id"
            " WHERE p.date_of_birth > now() - interval '12 years' AND n.kind = 'primary' AND n.given ~ '^[A-Z][a-z]+$'"
            " AND n.family ~ '^[A-Z][a-z]+$' AND NOT EXISTS"
            " (SELECT FROM people_restriction r WHERE r.person_id = n.person_id) ORDER BY n.id LIMIT 1"
        ).fetchone()
    assert found is not None
    return found[0], found[1]


def test_a_call_is_taken_kept_and_recorded(desk: Page, served: Served) -> None:
    given, family = on_the_record(served)
    desk.goto(f"{served.url}/contacts/new/")
    draft = desk.url
    desk.fill("#id_concerns", "Two children alone in a flat since last night. A neighbour heard crying.")
    desk.fill("#id_children-0-given_name", given)
    desk.locator("#id_children-0-family_name").press_sequentially(family)
    desk.wait_for_selector(".contact-known")
    desk.locator(".contact-known input[type=radio]").first.check()
    desk.get_by_role("button", name="Add another child").click()
    desk.fill("#id_children-1-given_name", "Girl, Flat 3")
    with desk.expect_response(lambda sent: "/drafts/" in sent.url and "about_age=4" in (sent.request.post_data or "")):
        desk.fill("#id_children-1-about_age", "4")
        desk.locator("#id_referrer_name").press("Enter")
    assert desk.url == draft
    desk.goto(draft)
    assert desk.input_value("#id_children-1-given_name") == "Girl, Flat 3"
    assert desk.locator(".contact-known input[type=radio]").first.is_checked()
    desk.get_by_role("button", name="Record the contact").click()
    desk.wait_for_selector(".govuk-error-summary")
    accessible(desk, 1280)
    desk.fill("#id_referrer_name", "Alex Invented")
    desk.select_option("#id_kind", "concern")
    desk.get_by_role("button", name="Record the contact").click()
    desk.wait_for_url("**/recorded/")
    desk.goto(draft)
    assert "/contacts/C-" in desk.url


@pytest.mark.parametrize("width", [1280, 375])
def test_contact_pages_are_accessible(desk: Page, served: Served, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    for path in ("/contacts/new/", "/contacts/queue/", "/contacts/queue/?grade=red&tab=mine"):
        desk.goto(served.url + path)
        accessible(desk, width)
    desk.goto(f"{served.url}/contacts/queue/")
    desk.locator("[data-queue-open]").first.click()
    accessible(desk, width)
