"""The worker's morning: what came about a child of theirs in the night stands first, whole, and is taken there."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.conftest import Served
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
#: A team of its own, so that its homes show nothing of other tests: a worker for each of two children of one house.
TELL = """
from datetime import date, timedelta
from django.utils import timezone
from contacts.facts import AddressFacts, ContactFacts, PersonFacts, ReferrerFacts
from contacts.recording.actions import record_contact
from contacts.screening import actions as screening
from frontdoor.accounts.models import Team, User
from frontdoor.people import actions as people
from referrals import actions as referrals
now = timezone.now()
officer, manager = (User.objects.get(username=name) for name in ("contact.officer", "duty.manager"))
team = Team.objects.create(code="of_marchbank", name="Marchbank team", kind="assessment")
def hire(username, name, role):
    return User.objects.create_user(username, name, "front-door-demo", roles=[role], team=team)
worker = hire("ottolines.worker", "Olive Oakes", "social_worker")
other = hire("zebedees.worker", "Zara Zelle", "social_worker")
team.manager = hire("marchbank.manager", "Mabel Marden", "team_manager")
team.save()
home = {"lines": "9 Lock Row", "postcode": "ZZ99 4LR"}
def told(at, grade, concerns, *given):
    return record_contact(by=officer, at=at, facts=ContactFacts(
        concerns=concerns, grade=grade, referrer=ReferrerFacts(name="Jean Ford", role="Aunt"), child_location="At home",
        address=AddressFacts(lines=["9 Lock Row"], postcode="ZZ99 4LR"),
        people=[PersonFacts(given_name=name, family_name="Marchbank", date_of_birth=born) for name, born in given],
    ))
found = []
for given, born, whose in (("Ottoline", date(2019, 8, 30), worker), ("Zebedee", date(2012, 1, 9), other)):
    child = people.create_person(by=manager, at=now - timedelta(days=9), date_of_birth=born, address=home,
                                 names=[people.GivenName(given, "Marchbank")])
    before = told(now - timedelta(days=9), "amber", f"{given} is often late.", (given, born))
    row = screening.link_person(on_contact=before.people.get(), person=child, by=manager, at=now - timedelta(days=9))
    before.refresh_from_db()
    (opened,) = referrals.decide_contact(
        contact=before, by=manager, at=now - timedelta(days=9), team=team, worker=whose,
        decisions=[referrals.ChildDecision(child=row.pk, outcome="referral", reason="Needed.", response_type="other")],
    ).referrals
    found += [child, opened]
again = told(
    now - timedelta(hours=9), "red", "Jean says Carla moved on Friday. Ottoline has a new bruise on her cheek.",
    ("Ottoline", date(2019, 8, 30)),
)
screening.link_person(on_contact=again.people.get(), person=found[0], by=manager, at=now)
print(again.reference, found[0].reference, found[1].reference)
"""


def test_news_of_her_child_is_the_first_thing_a_worker_reads_and_she_takes_it_there(
    served: Served, desk: Callable[[str], Desk], sql: Sql
) -> None:
    contact, child, referral = served.manage("shell", "-v", "0", "-c", TELL).split()[-3:]
    # In the night the duty manager is asked about the brother of the same house, and says it is about him too.
    manager = desk("duty.manager")
    manager.go(f"/contacts/{contact}/household/")
    brother = manager.page.locator("#household fieldset", has_text="Zebedee Marchbank")
    expect(brother.locator("input:checked")).to_have_count(0)
    brother.locator("input[value=about]").check()
    manager.press("Save these answers")
    expect(manager.page.get_by_text("Whoever works with a child you added has been told.")).to_be_visible()
    manager.look()
    # In the morning it is the first thing on the worker's home: every word, the grade, and who else was told.
    worker = desk("ottolines.worker")
    page = worker.page
    worker.go("/")
    expect(page.locator("main h2").first).to_have_text("New information about open children, not read yet")
    card = page.locator(f"#news-{contact}")
    expect(card).to_contain_text("Jean says Carla moved on Friday. Ottoline has a new bruise on her cheek.")
    expect(card).to_contain_text("Ottoline Marchbank")
    expect(card).to_contain_text("Red")
    expect(card).to_contain_text("Zara Zelle, worker of Zebedee Marchbank")
    team = desk("marchbank.manager")
    team.go("/")
    expect(team.page.locator("#team")).to_contain_text("Marchbank team")
    expect(team.page.locator("#caseloads ~ *").first).to_contain_text("Olive Oakes")
    team.go("/referrals/queue/")
    expect(team.page.locator(f"#news-{contact}")).to_contain_text("a new bruise on her cheek")
    card.locator("textarea").fill("I see her at school at ten.")
    with page.expect_navigation():
        card.get_by_role("button", name="I have read it").click()
    expect(page.get_by_text(f"You have read {contact}.")).to_be_visible()
    expect(page.locator(f"#news-{contact}")).to_have_count(0)
    worker.look()
    worker.go(f"/referrals/{referral}/")
    expect(page.locator(f"#news-{contact}")).to_contain_text("I see her at school at ten.")
    taken = sql(
        "SELECT u.username, n.taken_at IS NOT NULL FROM referrals_openworknews n"
        " JOIN contacts_contact c ON c.id = n.contact_id JOIN referrals_referral r ON r.id = n.referral_id"
        " JOIN accounts_user u ON u.id = n.taken_by_id WHERE c.reference = %s AND r.reference = %s",
        contact,
        referral,
    )
    assert taken == [("ottolines.worker", True)]
    # Who has looked at her can be said afterwards.
    officer = desk("dpo")
    officer.go("/who-looked/")
    officer.go(f"/who-looked/{child}/")
    expect(officer.page.locator("main")).to_contain_text("Olive Oakes")


def test_the_settings_of_the_administrator_are_accessible(desk: Callable[[str], Desk]) -> None:
    administrator = desk("admin")
    administrator.go("/settings/")
    expect(administrator.page.locator("h1")).to_have_text("Settings")
