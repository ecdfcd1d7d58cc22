"""Child protection, fast track, in real Chromium: from the page of a call to the top of every duty manager's queue."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
Sit = Callable[[str], Desk]


def call(officer: Desk, sentence: str, where: str = "At home, Flat 3") -> str:
    """Type one sentence and where the child is, and press the big button."""
    officer.go("/contacts/new/")
    officer.fill(concerns=sentence, child_location=where)
    officer.press("Child protection: fast track")
    officer.look()
    assert "Tell a person now" in officer.page.content()
    return officer.page.url.rstrip("/").split("/")[-2]


def test_one_press_and_it_heads_the_queue_until_somebody_takes_it(desk: Sit, sql: Sql) -> None:
    officer, duty = desk("contact.officer"), desk("duty.manager")
    contact = call(officer, "A boy is screaming and a man is shouting that he will kill him.")
    assert "01632" in officer.page.content(), "the duty manager's number"
    duty.go("/contacts/queue/")
    lines = duty.page.locator("[data-queue-line]")
    tracked = [lines.nth(place).get_attribute("class") or "" for place in range(lines.count())]
    ahead = [place for place, name in enumerate(tracked) if "fast-track" in name]
    assert ahead == list(range(len(ahead))), "fast-tracked ones stand first"
    assert contact in lines.first.inner_text() or len(ahead) > 1
    assert "Take the fast track" in duty.page.locator(f"#line-{contact}").inner_text()
    rows = sql(
        "SELECT r.status, count(*) FROM referrals_referral r JOIN contacts_contact c ON c.id = r.contact_id"
        " WHERE c.reference = %s GROUP BY 1",
        contact,
    )
    assert rows == [("awaiting_decision", 1)]
    changes = sql("SELECT count(DISTINCT happened_at) FROM workflow_statuschange WHERE reference = %s", contact)
    assert changes == [(1,)], "recorded and fast-tracked in one act"
    clocks = sql(
        "SELECT k.rule FROM clocks_clock k JOIN referrals_referral r ON r.reference = k.reference"
        " JOIN contacts_contact c ON c.id = r.contact_id WHERE c.reference = %s AND k.stopped_at IS NULL ORDER BY 1",
        contact,
    )
    assert clocks == [("referral_decision",), ("strategy_discussion",)]
    bar = duty.page.locator(".app-alert-bar__item", has_text=contact)
    with duty.page.expect_navigation():
        bar.get_by_role("button").click()
    duty.look()
    duty.go("/contacts/queue/")
    assert duty.page.locator(".app-alert-bar__item", has_text=contact).count() == 0
    taken = sql("SELECT u.username FROM contacts_contact c JOIN accounts_user u ON u.id = c.acknowledged_by_id"
                " WHERE c.reference = %s", contact)  # fmt: skip
    assert taken == [("duty.manager",)]
    assert contact in duty.page.content(), "it stays on the queue until its referrals are decided"


def test_nothing_typed_is_lost_when_something_is_missing(desk: Sit) -> None:
    officer = desk("contact.officer")
    officer.go("/contacts/new/")
    officer.fill(concerns="A girl came to school with burns.", child_location="")
    officer.fill(**{"children-0-given_name": "Zosia"})
    officer.press("Child protection: fast track")
    officer.look()
    assert "A girl came to school with burns." in officer.page.content()
    officer.fill(child_location="not known")
    button = officer.page.locator("main form button.govuk-button--warning").first
    with officer.page.expect_navigation():
        button.click()
    assert "Tell a person now" in officer.page.content()
    assert "Zosia" in officer.page.content()


def test_stood_down_by_a_manager_alone(desk: Sit, sql: Sql) -> None:
    officer, duty = desk("contact.officer"), desk("duty.manager")
    contact = call(officer, "A neighbour heard a slap and crying.")
    answer = officer.page.goto(f"/contacts/{contact}/stand-down/")
    assert answer is not None
    assert answer.status == 403
    duty.go(f"/contacts/{contact}/stand-down/")
    duty.fill(reason="The police saw the child: no injury, a fall from the sofa.")
    duty.press("Stand down")
    duty.look()
    rows = sql(
        "SELECT c.status, c.is_fast_track, r.status, r.ending, r.is_returnable FROM contacts_contact c"
        " JOIN referrals_referral r ON r.contact_id = c.id WHERE c.reference = %s",
        contact,
    )
    assert rows == [("received", False, "no_further_action", "stood_down", False)]
