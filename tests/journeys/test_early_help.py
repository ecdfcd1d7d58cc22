"""An agency's web form, the early-help list and the step up to a contact, in real Chromium; nothing is typed twice."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sit = Callable[[str], Desk]
TYPED = {
    "child_given_name": "Wilfred",
    "child_family_name": "Thistlewood",
    "child_school": "Exampleton Primary School",
    "situation": "Wilfred has come without a coat all week.",
    "finding_learning": "He was ahead in reading and is behind now.",
    "lead_name": "Hattie Headley",
    "lead_role": "Deputy head teacher",
    "lead_telephone": "01632 960333",
    "consent_by": "Wilfred’s mother",
}


class Partner(Desk):
    """Somebody of an agency, who never signs in."""

    def sign_in(self, username: str) -> None:
        """There is nothing to sign in to."""


def test_from_an_agencys_form_to_a_contact_with_nothing_typed_twice(
    desk: Sit, browser: Browser, served: Served, sql: Callable[..., list[tuple[Any, ...]]]
) -> None:
    officer = desk("contact.officer")
    officer.go("/early-help/")
    officer.go("/early-help/links/")
    officer.fill(given_to="Hattie Headley, Exampleton Primary School", days="7")
    officer.press("Make a link")
    officer.look()
    path = officer.page.locator("a[href*='/partner/early-help/']").get_attribute("href") or ""
    path = "/partner" + path.partition("/partner")[2]

    partner = Partner(browser, served, "")
    partner.go(path)
    partner.fill(**TYPED)
    partner.press("Save and finish later")
    partner.look()
    partner.go(path)
    assert partner.page.input_value("[name=situation]") == TYPED["situation"], "kept on the server"
    partner.press("Send the assessment")
    partner.look()
    assert "Say whether the family agree" in partner.page.content()
    partner.answer("consent", "given")
    partner.page.get_by_role("button", name="Add another family member").click()
    partner.page.locator("[name='family-1-given_name']").wait_for()
    partner.fill(**{"family-0-given_name": "Maud", "family-0-family_name": "Thistlewood"})
    partner.fill(**{"family-0-relationship": "mother", "plan-0-what": "A coat from the school’s cupboard"})
    partner.press("Send the assessment")
    partner.look()
    found = re.search(r"\bE-[0-9A-Z-]+", partner.page.inner_text("main"))
    assert found is not None, "the receipt names it"
    reference = found.group()
    partner.context.close()
    assert sql("SELECT 1 FROM assessments_earlyhelpassessment WHERE reference = %s", reference) == [(1,)]

    officer.go("/early-help/?view=new")
    assert "Wilfred Thistlewood" in officer.page.content()
    officer.go(f"/early-help/{reference}/")
    officer.press("Acknowledge receipt")
    officer.press("Step up")
    officer.look()
    assert set(officer.names()) == {
        "Why does the child need more?", "How urgent is it?", "child_protection",
    }, "nothing the assessment holds is asked again"  # fmt: skip
    officer.fill(reason="He says that he is left alone at night.", grade="amber")
    officer.press("Step up")
    officer.look()
    text = officer.page.inner_text("main")
    for typed in TYPED.values():
        assert typed in text or typed in officer.page.content(), typed
    assert "Maud Thistlewood" in text
    assert f"Stepped up from early help {reference}" in text
    contact = officer.page.url.rstrip("/").split("/")[-1]

    duty = desk("duty.manager")
    duty.find_line(contact, "?order=oldest&grade=amber")
    assert "Thistlewood" in duty.page.locator(f"#line-{contact}").inner_text()
