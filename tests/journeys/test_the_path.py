"""The path of one contact about two children, from the telephone call to the closed referral, in real Chromium."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Desk

pytestmark = pytest.mark.browser

Sql = Callable[..., list[tuple[Any, ...]]]
Sit = Callable[[str], Desk]
#: Acts of people between receipt and allocation that decide nothing about where the contact goes.
NO_DECISION = ("born", "claim", "release", "allocate", "resume", "wait")
#: Names every form may carry: they say why this act is done, not what an earlier step holds.
OWN = {"Why?"}

KNOWN_CHILD = """
    SELECT p.reference, n.given, n.family, p.date_of_birth FROM people_person p
    JOIN people_name n ON n.person_id = p.id AND n.kind = 'primary'
    WHERE p.date_of_birth BETWEEN current_date - interval '12 years' AND current_date - interval '5 years'
      AND p.dob_precision = 'exact' AND n.family <> ''
      AND NOT EXISTS (SELECT 1 FROM people_involvement i WHERE i.person_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM people_restriction r WHERE r.person_id = p.id)
      AND (SELECT count(*) FROM people_name o WHERE o.given = n.given AND o.family = n.family) = 1
    ORDER BY p.id LIMIT 1"""


def record(officer: Desk, child: tuple[Any, ...]) -> tuple[str, dict[str, str]]:
    """The contact officer takes the call; gives the contact's reference and what was asked."""
    _, given, family, born = child
    officer.go("/contacts/new/")
    officer.fill(
        referrer_name="Hattie Headley",
        referrer_telephone="01632 960333",
        referrer_role="Head teacher",
        referrer_organisation="Exampleton Primary School",
        caller_is="professional",
        kind="concern",
        source="2A",
        child_location="At school until 15:15",
    )
    page = officer.page
    officer.answer("children-0-given_name", given)
    officer.answer("children-0-family_name", family)
    officer.fill(
        **{
            "children-0-date_of_birth_day": str(born.day),
            "children-0-date_of_birth_month": str(born.month),
            "children-0-date_of_birth_year": str(born.year),
        }
    )
    page.get_by_text(given, exact=False).first.wait_for()
    page.locator(".contact-known").first.wait_for()
    officer.look()
    page.get_by_role("button", name="Add another child").click()
    page.locator("[name='children-1-given_name']").wait_for()
    officer.fill(**{"children-1-given_name": "Novalie", "children-1-family_name": family, "children-1-about_age": "3"})
    officer.fill(
        concerns="The older child says there is no food at home. The younger one waits alone in the yard.",
        child_said="“We had crisps for tea.”",
        grade="green",
        level_of_need="2",
    )
    officer.answer("families-0-told", "yes")
    officer.answer("families-0-agreement", "given")
    asked = officer.names()
    officer.press("Record the contact")
    officer.look()
    reference = page.url.rstrip("/").split("/")[-2]
    assert reference.startswith("C-"), page.url
    return reference, asked


def screen(manager: Desk, contact: str) -> None:
    """The duty manager finds it on the queue, claims it and confirms who the known child is."""
    manager.find_line(contact)
    manager.go(f"/contacts/{contact}/")
    manager.press("Claim", exact=False)
    manager.look()
    manager.press("This is the child", exact=False)
    manager.look()


def refer(manager: Desk, contact: str) -> dict[str, str]:
    """Both children are referred in one act."""
    manager.go(f"/contacts/{contact}/decide/")
    asked = manager.names()
    manager.fill(
        outcome="referral",
        response_type="assessment",
        reason="Both may be in need; we have to know what life is like for them.",
    )
    manager.press("Decide this contact")
    manager.look()
    return asked


def allocate(manager: Desk, referral: str, worker: str) -> dict[str, str]:
    """The team manager gives a referral to a worker, whose name stands with the team and the open cases."""
    manager.go("/referrals/queue/?view=unallocated")
    assert referral in manager.page.content()
    manager.go(f"/referrals/{referral}/do/allocate/")
    asked = manager.names()
    page = manager.page
    chosen = page.locator("[name=worker] option").filter(has_text=f"{worker}: ").get_attribute("value")
    page.select_option("[name=worker]", value=chosen)
    manager.press("Allocate")
    manager.look()
    return asked


def assess(worker: Desk, referral: str) -> tuple[str, dict[str, str]]:
    """The social worker starts the assessment, visits, and writes every section."""
    page = worker.page
    worker.go("/referrals/queue/?view=mine")
    worker.go(f"/referrals/{referral}/")
    worker.press("Start an assessment")
    worker.look()
    asked = worker.names()
    worker.press("Start the assessment")
    worker.look()
    assessment = page.url.rstrip("/").split("/")[-1]
    for section in ("purpose", "child", "development", "parenting", "environment", "analysis", "outcome"):
        worker.go(f"/assessments/{assessment}/{section}/")
        asked |= worker.names()
        for area in page.locator("main textarea:visible").all():
            area.fill("As seen at home and told by school.")
        for choice in page.locator("main select:visible").all():
            if "finding" in (choice.get_attribute("name") or ""):
                choice.select_option("need")
        if section == "outcome":
            worker.answer("outcome", "child_in_need")
            worker.answer("factors", "4B")
        worker.press("Save")
    worker.go(f"/assessments/{assessment}/visits/add/")
    asked |= worker.names()
    today = page.evaluate("new Date().toISOString()")
    worker.fill(
        happened_at_day=today[8:10],
        happened_at_month=today[5:7],
        happened_at_year=today[:4],
        happened_at_time="00:01",
        mode="in_person",
        place="home",
        is_seen="yes",
    )
    worker.fill(seen_alone="yes", observed="Hungry, friendly, careful of the little one.")
    return assessment, asked


def test_from_the_call_to_the_closed_referral(desk: Sit, sql: Sql) -> None:
    child = sql(KNOWN_CHILD)[0]
    officer, duty = desk("contact.officer"), desk("duty.manager")
    contact, held = record(officer, child)
    screen(duty, contact)
    asked = refer(duty, contact)
    rows = sql(
        "SELECT r.reference, p.reference, r.received_at = c.received_at, r.source FROM referrals_referral r"
        " JOIN contacts_contact c ON c.id = r.contact_id JOIN people_person p ON p.id = r.child_id"
        " WHERE c.reference = %s ORDER BY r.id",
        contact,
    )
    assert [row[2:] for row in rows] == [(True, "2A"), (True, "2A")]
    assert rows[0][1] == child[0], "the known child is the same record"
    referral = rows[0][0]
    manager, worker = desk("team.manager"), desk("social.worker")
    asked |= allocate(manager, referral, "Sol Werke, Assessment team A")
    decisions = sql(
        "SELECT move FROM workflow_statuschange WHERE reference IN (%s, %s) AND move <> ALL(%s)",
        contact,
        referral,
        list(NO_DECISION),
    )
    assert decisions == [("decide",)], "one human decision between receipt and allocation"
    assessment, more = assess(worker, referral)
    asked |= more
    repeated = {name for name, value in asked.items() if name in held and held[name] and value != held[name]} - OWN
    assert repeated == set(), "nothing an earlier step holds is asked again"
    visit_and_submit(worker, assessment)
    manager.go("/assessments/?view=waiting")
    assert assessment in manager.page.content()
    manager.go(f"/assessments/{assessment}/return/")
    manager.fill(comments="See the father as well, please.")
    manager.press("Return it")
    manager.look()
    worker.go(f"/assessments/{assessment}/")
    assert "See the father as well, please." in worker.page.content()
    worker.go(f"/assessments/{assessment}/submit/")
    worker.fill(what_changed="The father was seen before: it stands in the visits.")
    worker.press("Submit")
    manager.go(f"/assessments/{assessment}/authorise/")
    manager.fill(reason="I agree with the plan.")
    manager.press("Authorise")
    manager.look()
    manager.go(f"/referrals/{referral}/do/close/")
    manager.fill(closure_reason="RC8", what_changed="Breakfast at school; the grandmother helps.")
    manager.press("Close the referral")
    manager.look()
    assert sql("SELECT status FROM referrals_referral WHERE reference = %s", referral) == [("closed",)]
    person = sql("SELECT p.reference FROM people_person p WHERE p.reference = %s", child[0])[0][0]
    manager.go(f"/people/{person}/chronology/")
    assert contact in manager.page.content()


def visit_and_submit(worker: Desk, assessment: str) -> None:
    """Record the visit and hand the assessment to the manager."""
    page = worker.page
    now = page.evaluate(
        "(() => { const d = new Date(); return d.toLocaleTimeString('en-GB',"
        " {timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit'}) })()"
    )
    worker.fill(happened_at_time=now)
    worker.press("Record the visit")
    if "visits/add" in page.url:
        raise AssertionError(page.locator(".govuk-error-summary").inner_text())
    worker.look()
    worker.go(f"/assessments/{assessment}/submit/")
    worker.press("Submit")
    worker.look()
    assert "Waiting for a manager" in page.content()
