"""Somebody leaves: what they held is listed before their account ends, and has no worker in the same moment."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from assessments import actions as assessments
from assessments.models import Assessment
from contacts.models import Contact
from contacts.screening.actions import claim
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.notifications.models import Notice
from frontdoor.people.models import Involvement, Restriction
from frontdoor.people.protection import actions as protection
from frontdoor.staff import actions
from frontdoor.staff.tasks import let_go
from referrals import actions as referrals
from referrals.births import join_open_work
from referrals.models import Referral
from tests.assessments.conftest import allocated, assessment, complete, submitted
from tests.factories import StaffFactory
from tests.referrals.conftest import (
    LATER,
    contact,
    manager,
    officer,
    referral,
    second_manager,
    some_facts,
    team,
    worker,
)

__all__ = [
    "allocated", "assessment", "complete", "contact", "manager", "officer", "referral", "second_manager", "some_facts",
    "submitted", "team", "worker",
]  # fmt: skip

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
UNALLOCATED = "/referrals/queue/?view=unallocated"


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("ada", "Ada Minns", roles=["administrator"], email="ada@council.example")


@pytest.fixture
def sign() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


SignIn = Callable[[User], Client]


def test_what_an_ended_account_held_is_without_a_worker_at_once_with_its_clock(
    allocated: Referral, worker: User, manager: User, second_manager: User, admin: User, sign: SignIn
) -> None:
    assert allocated.reference not in read(sign(manager), UNALLOCATED)
    ended = sign(admin).post(f"/staff/{worker.pk}/end/", {"reason": "Left on Friday"})
    assert ended.status_code == 302
    text = read(sign(manager), UNALLOCATED)
    assert allocated.reference in text
    assert "No worker" in text
    assert allocated.reference in read(sign(second_manager), "/"), "the manager's home lists it without a worker"
    [clock] = Clock.objects.running().filter(reference=allocated.reference, rule="allocation")
    assert clock.started_at >= NOW
    assert not Clock.objects.running().filter(reference=allocated.reference, worker=worker).exists()
    assert not Involvement.objects.open().filter(worker=worker).exists()
    assert allocated.current_worker is None
    [row] = allocated.allocations.filter(worker=worker)
    assert row.to_at is not None, "who had it before stays"
    assert Entry.objects.filter(event="referral.worker_left", reference=allocated.reference).exists()
    told = Notice.objects.get(user=second_manager, kind="left")
    assert "1" in told.text
    assert told.path == UNALLOCATED


def test_the_page_that_ends_an_account_lists_first_what_it_holds_and_asks(
    assessment: Assessment, worker: User, admin: User, sign: SignIn
) -> None:
    page = read(sign(admin), f"/staff/{worker.pk}/end/")
    assert "Open referrals" in page
    assert "Assessments they are writing" in page
    assert "without a worker" in page
    assert assessment.reference not in page, "an administrator opens no record"
    User.objects.filter(pk=admin.pk).update(roles=["administrator", "team_manager"])
    page = read(sign(admin), f"/staff/{worker.pk}/end/")
    assert f'href="/referrals/{assessment.referral.reference}/"' in page
    assert f'href="/assessments/{assessment.reference}/"' in page


def test_a_restricted_record_is_listed_and_told_only_to_whom_it_is_open(
    allocated: Referral, worker: User, manager: User, second_manager: User, admin: User, sign: SignIn
) -> None:
    dpo = StaffFactory.create(role="data_protection_officer")
    holder = User.objects.create_user("holder", "Hol Der", roles=["administrator", "team_manager"])
    User.objects.filter(pk=admin.pk).update(roles=["administrator", "team_manager"])
    nobody = User.objects.create_user("idle", "Idle Worker", roles=["social_worker"])
    assert allocated.child is not None
    protection.set_restriction(
        person=allocated.child, holders=[holder, worker], by=dpo, at=LATER, reason="A relative of a colleague."
    )
    mine = read(sign(admin), f"/staff/{worker.pk}/end/")
    assert "Open referrals" not in mine
    assert "Open referrals" not in read(sign(admin), f"/staff/{nobody.pk}/end/")
    theirs = read(sign(holder), f"/staff/{worker.pk}/end/")
    assert allocated.reference in theirs
    actions.end(user=worker, reason="Left", by=admin, at=NOW)
    assert Referral.objects.visible_to(holder).unallocated().filter(pk=allocated.pk).exists()
    assert Notice.objects.filter(user=holder, kind="left").exists()
    assert not Notice.objects.filter(user__in=[manager, second_manager], kind="left").exists()
    assert not Notice.objects.filter(user=dpo, kind="left").exists(), "somebody is still named on the restriction"
    actions.end(user=holder, reason="Left", by=admin, at=NOW)
    told = Notice.objects.get(user=dpo, kind="left")
    assert str(allocated.child.reference) in told.text
    assert Restriction.objects.in_force().filter(person=allocated.child).exists(), "it goes on hiding the record"


def test_work_of_an_account_that_ended_before_is_found_and_let_go_of(
    allocated: Referral, worker: User, manager: User, second_manager: User, sign: SignIn
) -> None:
    User.objects.filter(pk=worker.pk).update(is_active=False)
    assert Referral.objects.filter(pk=allocated.pk).unallocated().exists()
    assert allocated.current_worker is None
    assert "No worker" in read(sign(manager), UNALLOCATED)
    assert not Clock.objects.running().filter(reference=allocated.reference, rule="allocation").exists()
    let_go()
    assert Clock.objects.running().filter(reference=allocated.reference, rule="allocation").exists()
    assert Notice.objects.filter(user=second_manager, kind="left").count() == 1
    let_go()
    assert Clock.objects.filter(reference=allocated.reference, rule="allocation", stopped_at=None).count() == 1
    assert Notice.objects.filter(user=second_manager, kind="left").count() == 1


def test_an_assessment_nobody_writes_any_more_stands_in_a_list_of_its_own(
    assessment: Assessment, worker: User, second_manager: User, admin: User, sign: SignIn
) -> None:
    view = "/assessments/?view=unwritten"
    assert assessment.reference not in read(sign(second_manager), view)
    actions.end(user=worker, reason="Left", by=admin, at=NOW)
    page = read(sign(second_manager), view)
    assert assessment.reference in page
    assert "Sol Worker (left)" in page
    other = User.objects.create_user("wim", "Wim Worker", roles=["social_worker"])
    assessment.refresh_from_db()
    assessments.change_author(assessment=assessment, by=second_manager, at=NOW, author=other, reason="Sol has left.")
    assert assessment.reference not in read(sign(second_manager), view)


def test_what_is_returned_to_an_author_who_left_is_told_to_somebody_who_is_here(
    submitted: Assessment, worker: User, manager: User, second_manager: User, admin: User
) -> None:
    actions.end(user=worker, reason="Left", by=admin, at=NOW)
    assessments.return_with_comments(assessment=submitted, by=manager, at=NOW, comments="Say more of the father.")
    assert Notice.objects.filter(user=second_manager, kind="returned").exists()


def test_a_contact_somebody_was_screening_goes_back_to_the_queue(contact: Contact, worker: User, admin: User) -> None:
    claim(contact=contact, by=worker, at=NOW)
    actions.end(user=worker, reason="Left", by=admin, at=NOW + timedelta(minutes=5))
    contact.refresh_from_db()
    assert contact.status == "received"
    assert contact.claimed_by is None


def test_news_for_a_team_whose_manager_left_is_told_to_the_duty_manager(
    allocated: Referral, team: Team, worker: User, manager: User, second_manager: User, admin: User, contact: Contact
) -> None:
    actions.end(user=worker, reason="Left", by=admin, at=NOW)
    actions.end(user=second_manager, reason="Left", by=admin, at=NOW)
    join_open_work(referral=allocated, contact=contact, by=manager, at=NOW)
    assert Notice.objects.filter(user=manager, kind="news").exists()


def listed_at(at: datetime) -> dict[str, dict[str, str]]:
    out = io.StringIO()
    call_command("unallocated", at=at.isoformat(), stdout=out)
    return {row["reference"]: row for row in csv.DictReader(io.StringIO(out.getvalue()))}


def test_the_command_lists_what_had_no_worker_at_a_moment_since_when_and_why(
    referral: Referral, worker: User, manager: User, admin: User, team: Team
) -> None:
    later = NOW + timedelta(hours=1)
    assert listed_at(LATER - timedelta(minutes=1)) == {}
    row = listed_at(LATER)[referral.reference]
    assert (row["since"], row["reason"]) == (LATER.isoformat(), "never allocated")
    referrals.allocate(referral=referral, by=manager, at=NOW, team=team, worker=worker)
    assert referral.reference not in listed_at(NOW)
    actions.end(user=worker, reason="Left", by=admin, at=later)
    assert referral.reference not in listed_at(NOW), "they worked on it then"
    row = listed_at(later)[referral.reference]
    assert (row["since"], row["reason"]) == (later.isoformat(), "the worker’s account ended")
    referral.refresh_from_db()
    referrals.close(referral=referral, by=manager, at=later, closure_reason="RC7", what_changed="Moved away.")
    assert referral.reference not in listed_at(later)
