"""What somebody has to do is told by child: one row each, name and age first, with its records and deadlines."""

import uuid
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Assessment
from frontdoor.accounts.models import User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.drafts import actions as drafts
from frontdoor.people.protection.actions import set_restriction
from referrals.models import Referral
from tests.assessments.conftest import allocated, assessment, referral
from tests.factories import StaffFactory
from tests.pages.test_team import Signed
from tests.referrals.conftest import LATER, NOW, contact, manager, officer, second_manager, signed, team, worker

__all__ = [
    "NOW", "allocated", "assessment", "contact", "manager", "officer", "referral", "second_manager", "signed", "team",
    "worker",
]  # fmt: skip


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_own_work_is_one_row_per_child_with_its_records_and_deadlines(
    assessment: Assessment, worker: User, signed: Signed
) -> None:
    seen = text(signed(worker).get("/"))
    mine = seen.split("Your work</h2>", 1)[1]
    assert mine.count('<li class="app-card">') == 1
    assert mine.count("Sam Example") == 1
    referred = assessment.referral.reference
    assert mine.index("Sam Example") < mine.index("9 years") < mine.index(f"Referral {referred}")
    assert f"Assessment {assessment.reference}" in mine
    running = Clock.objects.running().filter(reference__in=[referred, assessment.reference])
    assert running.exists()
    for clock in running:
        assert clock.label in mine


def test_the_lists_of_referrals_and_assessments_say_the_age(
    assessment: Assessment, worker: User, signed: Signed
) -> None:
    client = signed(worker)
    assert "Sam Example</a>, 9 years<br>" in text(client.get("/assessments/?view=mine"))
    assert "Sam Example</a>, 9 years<br>" in text(client.get("/referrals/queue/?view=mine"))


def kept(user: User, title: str, about: str) -> None:
    drafts.save(
        by=user, draft_id=uuid.uuid4(), kind=drafts.FORM, body=b"reason=Because", sending=drafts.Sending(), at=LATER,
        place=drafts.Place(address="/", title=title, about=about),
    )  # fmt: skip


def test_drafts_stand_by_child_with_name_and_age(referral: Referral, manager: User, signed: Signed) -> None:
    kept(manager, "Close a referral", referral.reference)
    kept(manager, "A form about nobody", "")
    kept(manager, "Allocate a referral", referral.reference)
    seen = text(signed(manager).get("/drafts/"))
    assert seen.count("Sam Example") == 1
    assert seen.index("Sam Example") < seen.index("9 years") < seen.index(f"Allocate a referral {referral.reference}")
    assert f"Close a referral {referral.reference}" in seen
    assert "A form about nobody" in seen
    assert Entry.objects.filter(event="page.listed", people=[referral.child_id]).exists()


def test_a_draft_about_a_child_who_is_hidden_since_names_nobody(
    referral: Referral, manager: User, second_manager: User, signed: Signed
) -> None:
    kept(manager, "Close a referral", referral.reference)
    assert referral.child is not None
    by = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=referral.child, by=by, at=LATER, reason="A colleague’s child", holders=[second_manager])
    seen = text(signed(manager).get("/drafts/"))
    assert "Sam Example" not in seen
    assert referral.reference not in seen


def test_the_list_of_drafts_asks_no_more_for_many(
    referral: Referral, manager: User, client: Client, signed: Signed
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert signed(manager).get("/drafts/").status_code == 200
        return len(captured)

    kept(manager, "Close a referral", referral.reference)
    cost()
    few = cost()
    for number in range(5):
        kept(manager, f"Form {number}", referral.reference)
    assert cost() <= few
