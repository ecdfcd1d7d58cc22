"""The caller who rings back: two calls about one child know of each other, and more is added with author and time."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
#: A call ten minutes ago.
CALL = """
from datetime import date, timedelta
from django.utils import timezone
from contacts.facts import AddressFacts, ContactFacts, PersonFacts, ReferrerFacts
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import User
facts = ContactFacts(
    concerns="Isadora came to school without a coat again.", grade="green", child_location="At school", source="2A",
    referrer=ReferrerFacts(name="Hattie Headley", role="Head teacher"),
    address=AddressFacts(lines=["3 Withy Bank"], postcode="ZZ99 8WB"),
    people=[PersonFacts(given_name="Isadora", family_name="Fotheringay", date_of_birth=date(2017, 2, 14), sex="F")],
)
by = User.objects.get(username="contact.officer")
print(record_contact(facts=facts, by=by, at=timezone.now() - timedelta(minutes=10)).reference)
"""
MORE = "She has a bruise on her arm now. She says her uncle did it."


def test_the_caller_rings_back_and_both_calls_know_of_each_other(
    served: Served, desk: Callable[[str], Desk], sql: Sql
) -> None:
    first = served.manage("shell", "-v", "0", "-c", CALL).split()[-1]
    officer = desk("contact.officer")
    page = officer.page
    # A second call about her: while her name is typed, the page says who rang ten minutes ago.
    page.goto("/contacts/new/")
    page.locator("[name='children-0-given_name']").fill("Isadora")
    page.locator("[name='children-0-family_name']").press_sequentially("Fotheringay")
    named = page.locator(".contact-named", has_text="Isadora Fotheringay").first
    expect(named).to_contain_text(f"also named on {first}, ")
    expect(named).to_contain_text("not confirmed")
    officer.look()
    # It is the same caller: what she says now is added to the call that is there.
    officer.go(f"/contacts/{first}/")
    officer.press("Add what was said later")
    officer.look()
    assert "Isadora came to school without a coat again." in page.content(), "what was said first stands beside it"
    officer.press("Add")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Enter what was said")
    officer.look()
    officer.fill(text=MORE, said_by="Hattie Headley, head teacher")
    officer.press("Add")
    expect(page.locator("#later")).to_be_visible()
    officer.look()
    said = page.locator("main").inner_text()
    assert "Isadora came to school without a coat again." in said
    assert MORE in said
    assert "Cora Officer, told by Hattie Headley, head teacher" in said
    rows = sql(
        "SELECT u.username, a.at IS NOT NULL, a.text FROM contacts_contactaddition a"
        " JOIN contacts_contact c ON c.id = a.contact_id JOIN accounts_user u ON u.id = a.by_id WHERE c.reference = %s",
        first,
    )
    assert rows == [("contact.officer", True, MORE)]
    # Somebody else rings about her: recorded as a call of its own, each says where the other is.
    page.goto("/contacts/new/")
    officer.fill(referrer_name="Nell Nextdoor", kind="concern", concerns="I heard her crying in the yard.")
    page.locator("[name='children-0-given_name']").fill("Isadora")
    page.locator("[name='children-0-family_name']").press_sequentially("Fotheringay")
    page.locator(".contact-named", has_text=first).first.wait_for()
    officer.fill(
        **{
            "children-0-date_of_birth_day": "14",
            "children-0-date_of_birth_month": "2",
            "children-0-date_of_birth_year": "2017",
            "address_lines": "3 Withy Bank",
            "postcode": "ZZ99 8WB",
            "grade": "green",
        }
    )
    officer.press("Record the contact")
    second = page.url.rstrip("/").split("/")[-2]
    assert second.startswith("C-"), page.url
    # Whichever of them a manager opens to decide, the other stands on the same page, with what was said later.
    manager = desk("duty.manager")
    for one, other in ((first, second), (second, first)):
        manager.go(f"/contacts/{one}/screen/")
        expect(manager.page.locator(f"#card-{one}")).to_be_visible()
        expect(manager.page.locator(f"#card-{other}")).to_be_visible()
    assert MORE in manager.page.content()
