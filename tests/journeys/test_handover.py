"""From the night to the morning: what the duty team leaves is taken by name, and what nobody takes is not forgotten."""

from collections.abc import Callable
from datetime import datetime
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
    concerns="Found alone at the station at midnight.", grade="red",
    referrer=ReferrerFacts(name="PC 77", role="Constable"), source="6", child_location="At the police station",
    people=[PersonFacts(given_name="Linnea", family_name="Nightingale", date_of_birth=date(2014, 3, 2))],
)
print(record_contact(facts=facts, by=User.objects.get(username="edt.worker"), at=timezone.now()).reference)
"""
#: The next change of shift of the plan, and half an hour and a minute after what has to be taken by then.
CHANGE = """
from django.utils import timezone
from contacts.handover import shifts
from contacts.handover.models import plan_on
from frontdoor.clocks.models import closures
change = shifts.next_change(timezone.now(), plan_on, closures())
print(change.at.isoformat(), change.take_by.isoformat())
"""


def test_the_night_is_handed_to_the_morning_and_what_nobody_takes_escalates(
    desk: Callable[[str], Desk], sql: Callable[..., list[tuple[Any, ...]]], served: Served
) -> None:
    reference = served.manage("shell", "-v", "0", "-c", RECORD).split()[-1]
    night, morning = desk("edt.worker"), desk("duty.manager")
    page = night.page
    night.go("/handover/")
    night.press("Write an item")
    night.look()
    with page.expect_navigation():
        page.get_by_role("link", name="Visit or check requested").click()
    night.look()
    night.press("Save for the next shift")
    page.get_by_text("There is a problem").wait_for()
    night.fill(reference=reference, text="See Linnea at her aunt's.", risk="None is known")
    page.locator("[name^='due_at']").first.wait_for()
    due = datetime.fromisoformat(served.manage("shell", "-v", "0", "-c", CHANGE).split()[-1])
    for part, value in (("day", due.day), ("month", due.month), ("year", due.year), ("time", "14:00")):
        night.answer(f"due_at_{part}", str(value))
    night.fill(ring="The aunt, 01632 960557", otherwise="Ask the police for a welfare check.")
    night.press("Save for the next shift")
    page.get_by_text("The item has been saved for the next shift.").wait_for()
    night.look()
    change, take_by = served.manage("shell", "-v", "0", "-c", CHANGE).split()[-2:]
    # The change of shift comes, and with it the handover: by itself, whoever is signed in.
    assert "made=1" in served.manage("handover", "--at", change)
    morning.go("/handover/")
    visit = morning.page.locator("li", has_text="See Linnea at her aunt").first
    assert "A large dog" not in visit.inner_text()
    with morning.page.expect_navigation():
        visit.get_by_role("button", name="Take").click()
    morning.page.get_by_text("You have taken the item.").wait_for()
    ((taker,),) = sql(
        "SELECT u.username FROM contacts_handoveritem i JOIN accounts_user u ON u.id = i.taken_by_id"
        " WHERE i.reference = %s AND i.kind = 'visit'",
        reference,
    )
    assert taker == "duty.manager"
    # The red contact of the night is in it too, made by itself, and nobody takes it.
    ((left,),) = sql(
        "SELECT count(*) FROM contacts_handoveritem WHERE reference = %s AND why = 'serious' AND taken_at IS NULL",
        reference,
    )
    assert left == 1
    late = datetime.fromisoformat(take_by).replace(second=59).isoformat()
    assert "escalated=0" not in served.manage("handover", "--at", late)
    assert "escalated=0" in served.manage("handover", "--at", late), "told once"
    told = sql(
        "SELECT u.username FROM notifications_notice n JOIN accounts_user u ON u.id = n.user_id"
        " WHERE n.kind = 'handover' AND n.is_urgent"
    )
    assert ("duty.manager",) in told
    morning.go("/handover/")
    assert morning.page.get_by_role("link", name=reference).count() >= 1, "it still waits"
    ((pack,),) = sql("SELECT max(id) FROM contacts_handoverpack")
    for path in ("/handover/packs/", f"/handover/packs/{pack}/", f"/handover/packs/{pack}/print/"):
        morning.go(path)
    desk("admin").go("/handover/shifts/")
