"""The pages behind the queue in a real browser, wide and narrow: files, questions to agencies, paper, keeping."""

import pytest
from playwright.sync_api import Page

from tests.browsing import page, width
from tests.conftest import Served
from tests.contacts.test_browser import accessible, sign_in

__all__ = ["page"]
pytestmark = pytest.mark.browser
FEED = (
    "reference,occurred_at,concerns,dash_grade,postcode,address,"
    "child_1_given_name,child_1_family_name,child_1_date_of_birth\n"
    "AXE/{width}/1,2026-11-22T22:40:00Z,Shouting heard,medium,ZZ99 1AA,1 Example Street,Sam,Example,2017-03-03\n"
    "AXE/{width}/2,2026-11-22T23:40:00Z,Shouting heard again,medium,ZZ99 1AA,1 Example Street,Sam,Example,2017-13-03\n"
)
PAGES = {
    "duty.manager": [
        "/feeds/", "/feeds/quarantine/", "/contacts/information/", "/handover/", "/handover/packs/",
        "/paper/",
    ],
    "service.manager": ["/retention/", "/retention/disposals/", "/agencies/figures/information/"],
    "admin": ["/feeds/ungraded/", "/handover/shifts/"],
}  # fmt: skip


@pytest.mark.parametrize("username", PAGES)
def test_the_pages_of_an_office_are_accessible(served: Served, page: Page, username: str) -> None:
    sign_in(page, served, username)
    for path in PAGES[username]:
        answer = page.goto(served.url + path)
        assert answer is not None
        assert answer.status == 200, path
        accessible(page, width(page))


def test_a_file_with_a_broken_line_is_taken_in_and_the_line_put_right(served: Served, page: Page) -> None:
    sign_in(page, served, "duty.manager")
    page.goto(f"{served.url}/feeds/")
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("alert").get_by_text("Choose a file").wait_for()
    accessible(page, width(page))
    content = FEED.format(width=width(page))
    page.get_by_label("Which agency sent it?").select_option(label="Exampleshire Police")
    page.set_input_files("[name=file]", {"name": "night.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Upload the file").click()
    page.goto(f"{served.url}/feeds/quarantine/")
    accessible(page, width(page))
    page.locator("main a[href*='/feeds/quarantine/']").last.click()
    accessible(page, width(page))
    text = page.get_by_label("The message, corrected")
    text.fill(text.input_value().replace("2017-13-03", "2017-03-03"))
    page.get_by_role("button", name="Send it on").click()
    page.get_by_text("Sent on: 1 taken in").wait_for()
    page.goto(f"{served.url}/feeds/")
    accessible(page, width(page))
    # The file and its corrected line, a notification each.
    assert page.get_by_role("row").filter(has_text="night.csv").count() >= 1
