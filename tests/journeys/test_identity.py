"""A duty manager answers who a child is by key: on the queue, and on the page of a decision without losing a word."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
TELL = """
from datetime import date, timedelta
from django.utils import timezone
from contacts.facts import AddressFacts, ContactFacts, PersonFacts, ReferrerFacts
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.accounts.models import Agency, Team, User
from frontdoor.people import actions as people
from referrals import actions as referrals
now = timezone.now()
officer, manager = (User.objects.get(username=name) for name in ("contact.officer", "duty.manager"))
worker = User.objects.get(username="social.worker")
born, home = date(2017, 8, 30), AddressFacts(lines=["82 Quarry Hill"], postcode="ZZ99 4QH")
def told(**more):
    facts = ContactFacts(
        kind="police_notification", concerns="Officers were called to shouting. All calm when they came.",
        grade="green", referrer=ReferrerFacts(name="PC Kestrel", is_professional=True), address=home,
        child_location="At home",
        people=[PersonFacts(given_name={given!r}, family_name={family!r}, date_of_birth=born, sex="F")],
    )
    return record_contact(facts=facts, **more)
child = people.create_person(
    by=manager, at=now, names=[people.GivenName({given!r}, {family!r})], date_of_birth=born, sex="F",
    address={{"lines": "82 Quarry Hill", "postcode": "ZZ99 4QH"}},
)
if {on_plan!r}:
    before = told(by=officer, at=now - timedelta(days=90))
    row = before.people.get(position=1)
    screening.link_person(on_contact=row, person=child, by=manager, at=now - timedelta(days=90))
    decided = referrals.decide_contact(
        contact=before, by=manager, at=now - timedelta(days=90), team=worker.team, worker=worker,
        decisions=[referrals.ChildDecision(child=row.pk, outcome="referral", reason="Needed.", response_type="other")],
    )
    referrals.provide_service(
        referral=decided.referrals[0], by=manager, at=now, service="protection_plan", reason="Conference."
    )
agency = Agency.objects.filter(kind="police").order_by("pk").first()
print(told(by=None, agency=agency, at=now).reference)
"""


def tell(served: Served, given: str, family: str, *, on_plan: bool) -> str:
    code = TELL.format(given=given, family=family, on_plan=on_plan)
    return served.manage("shell", "-v", "0", "-c", code).split()[-1]


def who_is(sql: Sql, reference: str) -> tuple[Any, ...]:
    (found,) = sql(
        "SELECT p.display_name, c.grade, c.tier, c.status FROM contacts_contact c JOIN contacts_contactperson r"
        " ON r.contact_id = c.id LEFT JOIN people_person p ON p.id = r.person_id WHERE c.reference = %s",
        reference,
    )
    return found


def test_a_plan_child_sent_green_stands_in_her_tier_and_is_confirmed_by_key(
    desk: Callable[[str], Desk], sql: Sql, served: Served
) -> None:
    reference = tell(served, "Verity", "Underbarrow", on_plan=True)
    assert who_is(sql, reference) == (None, "green", 1, "received")
    manager = desk("duty.manager")
    page = manager.page
    for part in ("people/1/who/", "decide/", "look/", ""):
        manager.go(f"/contacts/{reference}/{part}")
        page.get_by_text("on a protection plan").first.wait_for()
    manager.find_line(reference, "?grade=red")
    line = page.locator(f"#line-{reference}")
    said = line.inner_text()
    assert "Possible match, not confirmed. All but certain: on a protection plan; open referral R-" in said
    assert "provisional" in said
    manager.look()
    line.locator("[data-queue-open]").focus()
    page.keyboard.press("e")
    line.get_by_text("Possible history, not confirmed").wait_for()
    page.keyboard.press("y")
    line.get_by_role("button", name="This is the child").wait_for()
    manager.look()
    line.locator("[data-queue-open]").focus()
    page.keyboard.press("y")
    line.get_by_text("Confirmed: Verity Underbarrow").wait_for()
    manager.look()
    # Confirming never lowers: the grade for now is hers until somebody gives one.
    assert who_is(sql, reference) == ("Verity Underbarrow", "red", 1, "received")


def test_one_mild_notification_about_a_known_child_is_ended_with_three_pages_and_six_keys(
    desk: Callable[[str], Desk], sql: Sql, served: Served
) -> None:
    reference = tell(served, "Linnet", "Thackthwaite", on_plan=False)
    manager = desk("duty.manager")
    page = manager.page
    manager.find_line(reference, "?grade=green")
    loads: list[str] = [page.url]
    page.on("load", lambda loaded: loads.append(loaded.url))
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        page.keyboard.press(key)
        keys += 1

    page.locator(f"#line-{reference} [data-queue-open]").focus()
    with page.expect_navigation():
        press("d")
    page.get_by_text("Possible match, not confirmed.").first.wait_for()
    outcome = page.locator("input[name=outcome][value=no_further_action]").get_attribute("data-key")
    assert outcome is not None
    press("y")
    page.get_by_role("button", name="This is the child").wait_for()
    manager.look()
    press("y")
    page.locator("[data-match] strong").filter(has_text="Confirmed: Linnet Thackthwaite").wait_for()
    # The decision on this page goes on with what the answer made of the contact.
    page.locator(f"#version-{reference}[value='2']").wait_for(state="attached")
    press(outcome)
    press("w")
    page.keyboard.type("All was calm, and nothing else is known of her.")
    with page.expect_navigation():
        press("Control+Enter")
    page.get_by_text("Decided").first.wait_for()
    manager.look()
    assert (len(loads), keys) == (3, 6), loads
    assert who_is(sql, reference)[0::3] == ("Linnet Thackthwaite", "decided")
