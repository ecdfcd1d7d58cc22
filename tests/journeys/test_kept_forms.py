"""What is typed into the form of an act is there on another device, and when somebody else was faster."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
Sit = Callable[[str], Desk]
TYPED = "He sleeps through the night again — “at last”, says his grandmother. زينب"


def an_open_referral(sql: Sql) -> str:
    """One that one manager could close now."""
    return str(
        sql(
            "SELECT r.reference FROM referrals_referral r WHERE r.status IN ('accepted', 'allocated') AND NOT EXISTS"
            " (SELECT 1 FROM people_involvement i JOIN people_restriction x ON x.person_id = i.person_id"
            " WHERE i.reference = r.reference) AND NOT EXISTS (SELECT 1 FROM referrals_openworknews n"
            " WHERE n.referral_id = r.id AND n.taken_at IS NULL) AND EXISTS (SELECT 1 FROM contacts_contact c"
            " WHERE c.id = r.contact_id AND c.grade <> 'red' AND NOT c.is_fast_track) ORDER BY r.id LIMIT 1"
        )[0][0]
    )


def test_a_form_is_there_after_the_session_ended_and_after_somebody_elses_change(
    desk: Sit, sql: Sql, served: Served, chromium: Browser
) -> None:
    reference = an_open_referral(sql)
    address = f"/referrals/{reference}/do/close/"
    manager = desk("duty.manager")
    manager.go(address)
    manager.fill(what_changed=TYPED, closure_reason="RC7")
    manager.page.locator("[data-state=saved]").wait_for()
    manager.page.locator("body").click()
    sql("DELETE FROM django_session RETURNING 1")
    # Sent without a session: on the way through signing in nothing is lost.
    manager.page.get_by_role("button", name="Close the referral").click()
    manager.page.wait_for_url(lambda url: "/accounts/login/" in url)
    other = Desk(chromium, served, "duty.manager")
    try:
        other.go("/drafts/")
        other.press(f"Close this referral {reference}")
        assert other.page.url == served.url + address
        assert other.page.input_value("[name=what_changed]") == TYPED
        assert other.page.locator("[name=closure_reason][value=RC7]").is_checked()
        assert other.page.get_by_text("what you typed is here").is_visible()
        other.look()

        colleague = desk("team.manager")
        colleague.go(f"/referrals/{reference}/do/need/")
        colleague.fill(primary_need="N3")
        colleague.press("Save")

        other.press("Close the referral")
        assert other.page.get_by_text("changed this record while you had it open").first.is_visible()
        assert other.page.input_value("[name=what_changed]") == TYPED
        other.look()
        # Signed in again at the first device: the same form, with the change beside it.
        manager.sign_in("duty.manager")
        manager.go(address)
        assert manager.page.input_value("[name=what_changed]") == TYPED
        other.press("Close the referral")
        assert sql("SELECT status FROM referrals_referral WHERE reference = %s", reference) == [("closed",)]
        manager.go("/drafts/")
        assert reference not in manager.page.content()
    finally:
        other.context.close()


def test_a_form_typed_into_after_the_session_ended_is_not_sent_into_the_sign_in(desk: Sit, sql: Sql) -> None:
    reference = an_open_referral(sql)
    manager = desk("duty.manager")
    manager.go(f"/referrals/{reference}/do/close/")
    sql("DELETE FROM django_session RETURNING 1")
    manager.fill(what_changed=TYPED)
    manager.page.get_by_text("You have been signed out").wait_for()
    manager.page.get_by_role("button", name="Close the referral").click()
    assert manager.page.input_value("[name=what_changed]") == TYPED
    again = manager.context.new_page()
    again.goto("/accounts/login/")
    again.fill("[name=login]", "duty.manager")
    again.fill("[name=password]", "front-door-demo")
    again.click("form button[type=submit]")
    again.wait_for_url(lambda url: "/accounts/login/" not in url)
    manager.page.bring_to_front()
    manager.fill(what_changed=TYPED + " More.")
    manager.page.locator("[data-state=saved]").wait_for()


RECORD = """
from django.utils import timezone
from contacts.facts import ContactFacts, PersonFacts, ReferrerFacts
from contacts.recording.actions import record_contact
from frontdoor.accounts.models import User
facts = ContactFacts(
    concerns="He waits at the gate until six.", grade="green", referrer=ReferrerFacts(name="Ms Gate", role="Teacher"),
    source="2A", child_location="At school", people=[PersonFacts(given_name="Ravi", family_name="Gatekeeper")],
)
print(record_contact(facts=facts, by=User.objects.get(username="duty.manager"), at=timezone.now()).reference)
"""


def test_a_form_among_others_on_a_contacts_page_is_there_on_another_device_and_after_somebody_elses_change(
    desk: Sit, sql: Sql, served: Served, chromium: Browser
) -> None:
    reference = served.manage("shell", "-v", "0", "-c", RECORD).split()[-1]
    address = f"/contacts/{reference}/"
    officer = desk("contact.officer")
    officer.go(address)
    officer.page.get_by_text("Change the grade").click()
    officer.page.fill("#id_grade_reason", TYPED)
    officer.page.check("#grade [name=grade][value=red]")
    officer.page.locator("#grade [data-state=saved]").wait_for()
    officer.page.locator("h1").click()
    sql("DELETE FROM django_session RETURNING 1")
    officer.page.get_by_role("button", name="Save this grade").click()
    officer.page.wait_for_url(lambda url: "/accounts/login/" in url)
    other = Desk(chromium, served, "contact.officer")
    try:
        other.go("/drafts/")
        other.press(f"Grade the contact {reference}")
        assert other.page.url == served.url + address
        assert other.page.input_value("#id_grade_reason") == TYPED
        assert other.page.locator("#grade [name=grade][value=red]").is_checked()
        assert other.page.locator("#grade").get_by_text("what you typed is here").is_visible()
        other.look()

        manager = desk("duty.manager")
        manager.go(address)
        manager.press("Claim")

        other.press("Save this grade")
        assert other.page.get_by_text("changed this record while you had it open").first.is_visible()
        assert other.page.input_value("#id_grade_reason") == TYPED
        other.look()
        other.press("Save this grade")
        assert sql("SELECT grade FROM contacts_contact WHERE reference = %s", reference) == [("red",)]
        other.go(address)
        assert "what you typed is here" not in other.page.content()
    finally:
        other.context.close()


def test_an_item_of_the_handover_is_there_after_the_session_ended(
    desk: Sit, sql: Sql, served: Served, chromium: Browser
) -> None:
    night = desk("edt.worker")
    night.go("/handover/new/information/")
    night.fill(text=TYPED)
    night.page.locator("[data-state=saved]").wait_for()
    night.page.locator("h1").click()
    sql("DELETE FROM django_session RETURNING 1")
    night.page.get_by_role("button", name="Save for the next shift").click()
    night.page.wait_for_url(lambda url: "/accounts/login/" in url)
    other = Desk(chromium, served, "edt.worker")
    try:
        other.go("/drafts/")
        other.press("Handover: ", exact=False)
        assert other.page.url == served.url + "/handover/new/information/"
        assert other.page.input_value("[name=text]") == TYPED
        # A record nobody may see is refused at its field; the words stay.
        other.fill(reference="C-00000000", when="change")
        other.press("Save for the next shift")
        assert other.page.get_by_text("There is a problem").is_visible()
        assert other.page.input_value("[name=text]") == TYPED
        other.look()
        other.fill(reference="")
        other.press("Save for the next shift")
        assert other.page.get_by_text("The item has been saved for the next shift.").is_visible()
        other.go("/handover/new/information/")
        assert other.page.input_value("[name=text]") == ""
    finally:
        other.context.close()
