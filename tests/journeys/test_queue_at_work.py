"""Duty managers at the queue together: mild ones closed in bulk and reviewed, the same contact twice, a new grade."""

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
by = User.objects.get(username="contact.officer")
for number in range({many}):
    facts = ContactFacts(
        concerns="He was late for school three times this week.", grade={grade!r},
        referrer=ReferrerFacts(name="Ms Teach", role="Teacher"), source="2A", child_location="At school",
        people=[PersonFacts(
            given_name="Tavish", family_name=f"{family}{{chr(97 + number) * 3}}",
            date_of_birth=date(2013, 2, 1 + number),
        )],
    )
    print(record_contact(facts=facts, by=by, at=timezone.now()).reference)
"""
Sql = Callable[..., list[tuple[Any, ...]]]


def record(served: Served, family: str, *, many: int = 1, grade: str = "green") -> list[str]:
    told = served.manage("shell", "-v", "0", "-c", RECORD.format(family=family, many=many, grade=grade))
    return told.split()[-many:]


def status_of(sql: Sql, reference: str) -> tuple[str, str]:
    ((status, grade),) = sql("SELECT status, grade FROM contacts_contact WHERE reference = %s", reference)
    return status, grade


def test_twenty_are_ended_together_two_refused_and_a_tenth_looked_over_by_another(
    desk: Callable[[str], Desk], sql: Sql, served: Served
) -> None:
    references = record(served, "Ravensholme", many=20)
    claimed, unsaid = references[3], references[11]
    manager, other = desk("duty.manager"), desk("service.manager")
    page = manager.page
    for reference in references:
        page.goto(f"/contacts/{reference}/look/")
    manager.go("/contacts/queue/?grade=green")
    while not page.locator(f"input[name=contact][value='{references[-1]}']").count():
        manager.press("More contacts", exact=False)
    for reference in references:
        page.locator(f"input[name=contact][value='{reference}']").check()
    manager.press("Close the ticked contacts in bulk")
    page.get_by_role("heading", name="These 20 contacts can be closed in bulk").wait_for()
    manager.look()
    for reference in references:
        if reference != unsaid:
            manager.fill(**{f"line-{reference}": "The school has spoken to his mother."})
    manager.fill(outcome="no_further_action", reason="Late for school, and nothing else is said.")
    # Somebody else takes one of them to look at it closely, while this page stands open.
    other.page.goto(f"/contacts/{claimed}/")
    other.press("Claim", exact=False)
    manager.press("Close 20 contacts")
    page.get_by_role("heading", name="18 contacts closed in bulk").wait_for()
    manager.look()
    rows = page.locator(".queue-results li")
    assert "is screening it now" in rows.filter(has_text=claimed).inner_text()
    assert "Say in one line" in rows.filter(has_text=unsaid).inner_text()
    ended = [reference for reference in references if status_of(sql, reference)[0] == "decided"]
    assert sorted(ended) == sorted(set(references) - {claimed, unsaid})
    sample = sql(
        "SELECT s.id, c.reference, u.username FROM referrals_dipsample s JOIN referrals_bulkrow r ON r.id = s.row_id"
        " JOIN contacts_contact c ON c.id = r.contact_id LEFT JOIN accounts_user u ON u.id = s.to_id"
        " WHERE c.reference = ANY(%s) ORDER BY s.id",
        references,
    )
    assert len(sample) == 2, "a tenth of eighteen, rounded up"
    (looking,) = {username for _, _, username in sample}
    assert looking != "duty.manager"
    second = desk(looking or "service.manager")
    for (_, reference, _), verdict in zip(sample, ("overturn", "agree"), strict=True):
        second.go("/contacts/queue/looked-over/")
        second.press(reference)
        second.look()
        second.fill(verdict=verdict, reason="He has been late since his father moved out: ask the school.")
        second.press("Record")
    assert status_of(sql, sample[0][1])[0] != "decided"
    assert status_of(sql, sample[1][1])[0] == "decided"


def test_two_managers_on_one_contact_and_the_second_loses_nothing_of_what_was_typed(
    desk: Callable[[str], Desk], sql: Sql, served: Served
) -> None:
    (reference,) = record(served, "Dunmallet")
    first, second = desk("duty.manager"), desk("service.manager")
    for manager in (first, second):
        manager.page.goto(f"/contacts/{reference}/decide/")
        manager.fill(outcome="no_further_action", reason="His teacher has it in hand.")
    second.fill(reason="The school nurse sees him on Friday.")
    with first.page.expect_navigation():
        first.page.get_by_role("button", name="Decide this contact").click()
    first.page.get_by_text("Decided", exact=True).wait_for()
    with second.page.expect_navigation():
        second.page.get_by_role("button", name="Decide this contact").click()
    second.page.get_by_text("changed this record while you had it open").wait_for()
    second.page.get_by_text("The school nurse sees him on Friday.").wait_for()
    second.look()
    assert status_of(sql, reference)[0] == "decided"
    ((decided,),) = sql(
        "SELECT count(*) FROM workflow_statuschange WHERE reference = %s AND to_status = 'decided'", reference
    )
    assert decided == 1


def test_a_grade_is_changed_with_its_reason_and_both_stay(
    desk: Callable[[str], Desk], sql: Sql, served: Served
) -> None:
    (reference,) = record(served, "Ormathwaite")
    manager = desk("duty.manager")
    page = manager.page
    manager.go(f"/contacts/{reference}/")
    page.get_by_text("Change the grade").click()
    page.locator("#grade input[name=grade][value=amber]").check()
    manager.press("Save this grade")
    page.get_by_text("There is a problem").wait_for()
    assert status_of(sql, reference)[1] == "green"
    manager.look()
    assert page.locator("#grade input[name=grade][value=amber]").is_checked(), "what was chosen is still there"
    page.locator("#grade [name=reason]").fill("He has a bruise that was not told of.")
    manager.press("Save this grade")
    assert status_of(sql, reference)[1] == "amber"
    manager.go(f"/contacts/{reference}/")
    page.get_by_text("He has a bruise that was not told of.").first.wait_for()
    kept = sql(
        "SELECT g.before, g.after, u.username FROM contacts_gradechange g"
        " JOIN contacts_contact c ON c.id = g.contact_id JOIN accounts_user u ON u.id = g.by_id"
        " WHERE c.reference = %s ORDER BY g.id",
        reference,
    )
    assert kept[-1] == ("green", "amber", "duty.manager")
