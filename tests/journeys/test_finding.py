"""Finding: one box on every page, by "/" from anywhere; a reference opens its record; no name is in an address."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Served
from tests.journeys.conftest import Desk
from tests.journeys.test_screening import record, shot

pytestmark = pytest.mark.browser


def test_the_box_finds_from_anywhere_and_a_reference_opens_its_record(
    desk: Callable[[str], Desk], sql: Callable[..., list[tuple[Any, ...]]], served: Served
) -> None:
    """A caller gives a reference; another asks for a child by first name and age; the manager is asked for "mine"."""
    reference = record(served, "Quarrington")
    officer = desk("contact.officer")
    page = officer.page
    officer.go("/drafts/")
    # A reference, as dictated, without touching the mouse.
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find-q"
    page.keyboard.type(reference.replace("-", " ").lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/contacts/{reference}/")
    officer.look()
    ((opened,),) = sql(
        "SELECT count(*) FROM audit_entry WHERE reference = %s AND (event = 'contact.text_opened' OR kind = 'opened')",
        reference,
    )
    assert opened == 1
    # "/" is a letter in a box, and a name on an undecided contact is found while it is typed.
    page.keyboard.press("/")
    page.keyboard.type("quillon quarrington")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/people/?s=" in page.url
    assert "quarrington" not in page.url.lower()
    page.get_by_text("not confirmed").first.wait_for()
    assert reference in page.content()
    officer.look()
    # Back and again: the search is still there.
    with page.expect_navigation():
        page.get_by_role("link", name=reference).click()
    page.go_back()
    page.get_by_text("not confirmed").first.wait_for()
    # Nothing found says which word failed.
    page.locator("#search-q").fill("")
    page.locator("#search-q").press_sequentially("quillon 1931")
    page.locator("[data-found]").first.wait_for()
    officer.look()
    shot(officer, "finding")
    # On the call page the same child is told of.
    officer.go("/contacts/new/")
    page.locator("[name='children-0-given_name']").fill("Quillon")
    page.locator("[name='children-0-family_name']").press_sequentially("Quarrington")
    page.get_by_text(f"also named on {reference}").first.wait_for()
    officer.look()


def test_the_queue_is_found_in_by_name_from_the_keyboard(desk: Callable[[str], Desk], served: Served) -> None:
    mine, other = record(served, "Rotherbridge"), record(served, "Stanningley")
    manager = desk("duty.manager")
    page = manager.page
    manager.go("/contacts/queue/")
    page.locator("body").press("f")
    assert page.evaluate("document.activeElement.id") == "queue-name"
    page.keyboard.type("rotherb")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator(f"#line-{mine}").wait_for()
    assert page.locator(f"#line-{other}").count() == 0
    assert "rotherb" not in page.url.lower()
    page.get_by_text("Named rotherb").wait_for()
    manager.look()
    shot(manager, "queue")
    page.locator("body").press("?")
    listed = page.locator("[data-keyboard-help] dd")
    listed.get_by_text("find a person or a record", exact=True).wait_for()
    listed.get_by_text("find on this list by name", exact=True).wait_for()
    with page.expect_navigation():
        page.get_by_role("link", name="Named rotherb").click()
    # The whole list again, as long as other journeys have made it: the other contact may stand on a later page.
    page.locator("[data-queue-line]").nth(1).wait_for()
    assert page.get_by_role("link", name="Named rotherb").count() == 0
