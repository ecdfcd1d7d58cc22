"""Whose a child's work is: a child in danger without a worker is told of at once, and since when nobody works on it."""

from datetime import UTC, datetime, timedelta

from frontdoor.accounts.models import Team, User
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.notifications.models import Notice
from frontdoor.people.protection import actions as protection
from frontdoor.staff import actions as staff
from referrals import actions
from referrals.models import Referral
from referrals.protection import enquiries
from tests.factories import StaffFactory

from .conftest import LATER
from .discussions import discussed

#: Tuesday, a day after the referral was decided.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind="no-worker").order_by("pk")
    return [(notice.user.username, notice.reference) for notice in rows.select_related("user")]


def enquiry(referral: Referral, by: User) -> None:
    discussed(referral, by=by, at=NOW, held_at=LATER)


def test_a_child_in_danger_without_a_worker_is_told_of_within_a_sweep_and_once(
    referral: Referral, manager: User, second_manager: User, worker: User, team: Team
) -> None:
    admin = StaffFactory.create(role="administrator")
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    referral.refresh_from_db()
    enquiry(referral, manager)
    sweep(NOW)
    assert told() == [], "somebody works on it"
    staff.end(user=worker, reason="Left", by=admin, at=NOW + MINUTE)
    for minute in (2, 3):
        sweep(NOW + minute * MINUTE)
        both = {(manager.username, referral.reference), (second_manager.username, referral.reference)}
        assert set(told()) == both
        assert len(told()) == 2
    other = User.objects.create_user("wim", "Wim Worker", roles=["social_worker"])
    referral.refresh_from_db()
    actions.allocate(referral=referral, by=manager, at=NOW + 4 * MINUTE, team=team, worker=other)
    sweep(NOW + 5 * MINUTE)
    assert len(told()) == 2
    staff.end(user=other, reason="Left", by=admin, at=NOW + 6 * MINUTE)
    sweep(NOW + 7 * MINUTE)
    assert len(told()) == 4, "a second spell is told of again"


def test_an_enquiry_that_has_ended_is_not_told_of(
    referral: Referral, manager: User, second_manager: User, worker: User, team: Team
) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    referral.refresh_from_db()
    enquiry(referral, manager)
    standing = referral.enquiries.get()
    enquiries.discontinue(enquiry=standing, by=manager, at=NOW, ending="entered_in_error", reason="Another child.")
    staff.end(user=worker, reason="Left", by=StaffFactory.create(role="administrator"), at=NOW + MINUTE)
    sweep(NOW + 2 * MINUTE)
    assert told() == []


def test_a_child_on_a_plan_is_told_of_too_and_any_other_is_not(
    referral: Referral, manager: User, second_manager: User, worker: User, team: Team
) -> None:
    sweep(NOW)
    assert told() == [], "no plan, no enquiry: its clock is enough"
    Referral.objects.filter(pk=referral.pk).update(service="protection_plan")
    sweep(NOW)
    assert (manager.username, referral.reference) in told()


def test_nobody_hears_of_a_child_hidden_from_them(
    referral: Referral, manager: User, second_manager: User, worker: User, team: Team
) -> None:
    enquiry(referral, manager)
    holder = User.objects.create_user("holder", "Hol Der", roles=["team_manager"])
    assert referral.child is not None
    dpo = StaffFactory.create(role="data_protection_officer")
    protection.set_restriction(person=referral.child, holders=[holder], by=dpo, at=NOW, reason="Kin of a colleague.")
    sweep(NOW)
    names = {name for name, _ in told()}
    assert holder.username in names
    assert not {manager.username, second_manager.username} & names


def test_work_is_without_a_worker_since_the_account_ended_also_where_that_is_found_later(
    referral: Referral, manager: User, worker: User, team: Team
) -> None:
    """An account that ended under an older release: its work is late since then, not since the release."""
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    [ended] = User.objects.ended_at(User.objects.filter(pk=worker.pk), NOW + timedelta(days=30)).values()
    staff.let_go_of_the_ended(at=ended + timedelta(days=3))
    clock = Clock.objects.running().get(reference=referral.reference, rule="allocation")
    assert clock.started_at == ended
    [before, after] = referral.allocations.order_by("pk")
    assert (before.to_at, after.from_at, after.worker) == (ended, ended, None)
