"""A duty manager's screen: new contacts announced while one reads, and a contact screened without a mouse."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

RECORD = """
from datetime import date
from django.utils import timezone
from contacts.recording.actions import record_contact
from contacts.facts import ContactFacts, PersonFacts, ReferrerFacts
from frontdoor.accounts.models import User
facts = ContactFacts(
    concerns="Quillon came without a coat again. He says there is nothing to eat at home.", grade={grade!r},
    referrer=ReferrerFacts(name="Ms Teach", role="Teacher"), source="2A", child_location="At school",
    people=[PersonFacts(given_name="Quillon", family_name={family!r}, date_of_birth=date(2016, 4, 9))],
)
by = User.objects.get(username="contact.officer")
print(record_contact(facts=facts, by=by, at=timezone.now()).reference)
"""


def record(served: Served, family: str, grade: str = "green") -> str:
    return served.manage("shell", "-v", "0", "-c", RECORD.format(family=family, grade=grade)).split()[-1]


def shot(desk: Desk, name: str) -> None:
    folder = os.environ.get("SCREENS")
    if folder:
        for width in (1280, 375):
            desk.page.set_viewport_size({"width": width, "height": 900})
            desk.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=name != "queue")
        desk.page.set_viewport_size({"width": 1280, "height": 900})


def test_new_contacts_are_announced_and_one_is_screened_by_keyboard_alone(
    desk: Callable[[str], Desk], sql: Callable[..., list[tuple[Any, ...]]], served: Served
) -> None:
    manager = desk("duty.manager")
    page = manager.page
    manager.go("/contacts/queue/")
    shot(manager, "queue")
    first = page.locator("[data-queue-line]").first.get_attribute("id")
    reference = record(served, "Zephyrhill", "amber")
    # By itself, without moving what stands there.
    page.get_by_text("1 new").wait_for()
    assert page.locator("[data-queue-line]").first.get_attribute("id") == first
    presses = 0

    def press(key: str) -> None:
        nonlocal presses
        page.keyboard.press(key)
        presses += 1

    with page.expect_navigation():
        press("s")
    line = page.locator(f"#line-{reference}")
    line.locator("[data-queue-open]").focus()
    press("e")
    line.get_by_text("nothing to eat at home").wait_for()
    manager.look()
    shot(manager, "opened")
    line.locator("[data-queue-open]").focus()
    with page.expect_navigation():
        press("d")
    manager.look()
    shot(manager, "together")
    outcome = page.locator("input[name=outcome][value=no_further_action]").get_attribute("data-key")
    assert outcome is not None
    press(outcome)
    press("w")
    page.keyboard.type("School feeds him; the family has been given the food bank.")
    with page.expect_navigation():
        press("Control+Enter")
    assert presses < 10
    page.get_by_text("Decided").first.wait_for()
    manager.look()
    shot(manager, "results")
    ((status, opened),) = sql(
        "SELECT c.status, EXISTS (SELECT FROM audit_entry e WHERE e.reference = c.reference"
        " AND e.event = 'contact.text_opened') FROM contacts_contact c WHERE c.reference = %s",
        reference,
    )
    assert (status, opened) == ("decided", True)
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    ((status,),) = sql("SELECT status FROM contacts_contact WHERE reference = %s", reference)
    assert status == "in_screening"


def test_the_pages_around_the_queue_are_accessible(desk: Callable[[str], Desk], served: Served) -> None:
    references = [record(served, family) for family in ("Yarborough", "Wolstenholme")]
    manager = desk("service.manager")
    for name, path in (
        ("load", "/contacts/queue/load/"), ("rota", "/contacts/queue/rota/"), ("weights", "/contacts/queue/weights/"),
        ("bulk", "/contacts/queue/bulk/?" + "&".join(f"contact={r}" for r in references)),
        ("looked", "/contacts/queue/looked-over/"), ("look", f"/contacts/{references[0]}/look/"),
    ):  # fmt: skip
        manager.go(path)
        shot(manager, name)
    manager.go("/contacts/queue/bulk/?" + "&".join(f"contact={r}" for r in references))
    manager.fill(
        **{f"line-{references[0]}": "Settled.", "outcome": "no_further_action", "reason": "Nothing more is needed."}
    )
    with manager.page.expect_navigation():
        manager.page.get_by_role("button", name="Close 1 contact").click()
    manager.page.get_by_text("Left out").wait_for()
    manager.look()
    shot(manager, "act")
