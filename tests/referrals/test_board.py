"""The allocation board: what weighs how much, whom a family could go to, and families given out in one act."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Team, User, WorkingPattern
from frontdoor.audit.models import Entry
from frontdoor.notifications.models import Notice
from frontdoor.people.models import DeclaredConflict, Person
from frontdoor.people.protection import actions as protection
from referrals import absences, actions
from referrals.allocating import allocate_families
from referrals.caseload import working_days
from referrals.caseload.weighing import of_workers
from referrals.models import CaseloadRule, CaseWeight, Referral
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER
from tests.referrals.test_allocating import another, family, hide, placed, text

__all__ = ["family", "placed"]
Signed = Callable[[User], Client]
ADDRESS = "/referrals/board/"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def other(team: Team) -> User:
    return User.objects.create_user("wim", "Wim Worker", roles=["social_worker"], team=team)


@pytest.fixture
def tray(family: list[Referral], manager: User, officer: User, team: Team) -> list[Referral]:
    """Sam and Zoë, and a stranger, all in the team's tray."""
    found = [*family, another("Una", manager, officer)]
    for row in found:
        actions.allocate(referral=row, by=manager, at=LATER, team=team, worker=None)
    return [Referral.objects.get(pk=row.pk) for row in found]


def give(referral: Referral, worker: User, manager: User, team: Team) -> None:
    actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=worker)


def child_of(referral: Referral) -> Person:
    assert referral.child is not None
    return referral.child


def hint(page: str, name: str) -> str:
    """What is suggested for the family whose field has this name."""
    return page.split(f'for="id_{name}"')[1].split("<select")[0]


def test_what_somebody_holds_is_weighed_by_stage_and_by_their_days(
    tray: list[Referral], manager: User, placed: User, other: User, team: Team
) -> None:
    CaseWeight.objects.filter(stage="to_begin").update(points=3, shipped=None)
    CaseloadRule.objects.update(full=10)
    give(tray[0], placed, manager, team)
    give(tray[2], placed, manager, team)
    sol, wim = of_workers([placed, other], manager, NOW)
    assert (sol.cases, sol.children, sol.points, sol.full, sol.filled) == (2, 2, 6, 10, 60)
    assert sol.in_stages == "2 allocated, not begun"
    assert (wim.cases, wim.points, wim.filled, wim.is_over) == (0, 0, 0, False)
    working_days.enter(user=placed, days=[1, 2], from_on=date(2026, 11, 24), by=placed, at=NOW)
    sol = of_workers([placed], manager, NOW)[0]
    assert (sol.full, sol.filled, sol.is_over, sol.days) == (4, 150, True, "Monday and Tuesday")
    hide(child_of(tray[0]), placed)
    assert of_workers([placed], manager, NOW)[0].cases == 1, "what the reader may not know of counts for nobody"


def test_a_family_stays_together_and_goes_to_whoever_is_chosen(
    tray: list[Referral], manager: User, placed: User, other: User, signed: Signed
) -> None:
    sam, zoe, una = tray
    client = signed(manager)
    page = text(client.get(ADDRESS))
    assert f"Who takes on Sam Example, {sam.reference} and Zoë Example, {zoe.reference}?" in page
    assert f"Who takes on Una Other, {una.reference}?" in page
    assert "Without a worker, by family: 2" in page
    assert 'value="" selected' in page, "nobody is chosen for them"
    nobody = text(client.post(ADDRESS, {f"to_{sam.reference}": ""}))
    assert "Choose a worker for at least one family." in nobody
    done = text(client.post(ADDRESS, {f"to_{sam.reference}": other.pk, f"to_{una.reference}": ""}, follow=True))
    assert "Sam Example and Zoë Example: allocated to Wim Worker, who has been sent a notice." in done
    assert "Without a worker, by family: 1" in done
    assert [Referral.objects.get(pk=row.pk).current_worker for row in tray] == [other, other, None]
    assert Referral.objects.get(pk=sam.pk).status == "allocated"
    assert Entry.objects.filter(event="referral.reallocated", reference=sam.reference, actor=manager).exists()
    assert Notice.objects.filter(user=other).exists()
    late = text(client.post(ADDRESS, {f"to_{sam.reference}": placed.pk}))
    assert "does not wait here any more" in late
    assert Referral.objects.get(pk=sam.pk).current_worker == other


def test_who_is_suggested_and_why(
    tray: list[Referral], manager: User, placed: User, other: User, team: Team, signed: Signed
) -> None:
    sam, zoe, _ = tray
    client = signed(manager)
    give(zoe, other, manager, team)
    said = hint(text(client.get(ADDRESS)), f"to_{sam.reference}")
    assert "Wim Worker (has Zoë Example of the family)" in said
    assert said.index("Wim Worker") < said.index("Sol Worker (0% of a full caseload)")
    DeclaredConflict.objects.create(user=placed, person=child_of(sam), declared_at=LATER, declared_by=placed)
    assert "Sol Worker" not in hint(text(client.get(ADDRESS)), f"to_{sam.reference}"), "who knows the child"
    absences.enter(user=other, kind="leave", from_on=timezone.localdate(), until_on=None, by=other, at=LATER)
    assert "Wim Worker" not in hint(text(client.get(ADDRESS)), f"to_{sam.reference}"), "who is away"


def test_who_worked_with_them_before_is_suggested(
    tray: list[Referral], manager: User, placed: User, other: User, team: Team, signed: Signed
) -> None:
    una = tray[2]
    give(una, placed, manager, team)
    actions.allocate(referral=una, by=manager, at=NOW, team=team, worker=None, reason="Sol has too much")
    said = hint(text(signed(manager).get(ADDRESS)), f"to_{una.reference}")
    assert said.index("Sol Worker (worked with the family until ") < said.index("Wim Worker")


def test_of_two_managers_who_give_one_family_one_wins(
    tray: list[Referral], manager: User, second_manager: User, placed: User, other: User
) -> None:
    una = tray[2]
    first = allocate_families(chosen=[(una, placed)], by=manager, at=LATER)
    second = allocate_families(chosen=[(una, other)], by=second_manager, at=LATER)
    assert (len(first.given), len(second.given)) == (1, 0)
    assert "has allocated it to Sol Worker meanwhile" in second.refused[0].why.message
    with pytest.raises(Refused, match="at least one family"):
        allocate_families(chosen=[], by=manager, at=LATER)
    with pytest.raises(Denied):
        allocate_families(chosen=[(tray[0], placed)], by=placed, at=LATER)


def test_a_restricted_family_leaves_no_trace_on_the_board(
    tray: list[Referral], manager: User, placed: User, other: User, team: Team, signed: Signed
) -> None:
    sam, zoe, una = tray
    give(zoe, other, manager, team)
    officer = StaffFactory.create(role="data_protection_officer")
    for each in (sam, zoe):
        protection.set_restriction(
            person=child_of(each), by=officer, at=LATER, reason="A colleague’s child", holders=[other]
        )
    page = text(signed(manager).get(ADDRESS))
    for trace in (sam.reference, zoe.reference, "Zoë Example", "Sam Example"):
        assert trace not in page
    assert una.reference in page


def test_the_board_takes_as_many_queries_for_many_as_for_one(
    tray: list[Referral], manager: User, officer: User, team: Team, placed: User, other: User, signed: Signed
) -> None:
    give(tray[0], other, manager, team)
    client = signed(manager)
    for _ in range(2):  # the first two write down why the session's records are read
        client.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    for name in ("Ada", "Bea", "Cleo", "Dora"):
        row = another(name, manager, officer)
        actions.allocate(referral=row, by=manager, at=LATER, team=team, worker=None)
    with CaptureQueriesContext(connection) as many:
        client.get(ADDRESS)
    assert len(many) == len(few)


def test_working_days_are_entered_for_oneself_and_by_the_manager(
    placed: User, other: User, second_manager: User, signed: Signed
) -> None:
    client = signed(placed)
    where = "/absences/working-days/"
    assert "everybody works Monday to Friday" in text(client.get(where))
    sent = {"days": ["1", "3", "5"], "from_on_day": "30", "from_on_month": "11", "from_on_year": "2026"}
    done = text(client.post(where, sent, follow=True))
    assert "Sol Worker works Monday, Wednesday and Friday from 30 November 2026" in done
    row = WorkingPattern.objects.get()
    assert (row.user, row.days, row.entered_by) == (placed, [1, 3, 5], placed)
    again = text(client.post(where, sent))
    assert "They work on these days already." in again
    assert "Answer the question “On which days do they work?”" in text(client.post(where, {**sent, "days": []}))
    with pytest.raises(Denied):
        working_days.enter(user=other, days=[1], from_on=date(2026, 11, 30), by=placed, at=NOW)
    with pytest.raises(Refused, match="60 days"):
        working_days.enter(user=placed, days=[1], from_on=date(2026, 8, 1), by=placed, at=NOW)
    assert not Entry.objects.filter(event="staff.working_days_entered").exclude(actor=placed).exists()


def test_a_team_whose_people_hold_no_cases_gives_families_to_other_teams(
    family: list[Referral], manager: User, placed: User, signed: Signed
) -> None:
    desk = Team.objects.create(code="desk", name="Duty desk", kind="duty", manager=manager)
    for row in family:
        actions.allocate(referral=row, by=manager, at=LATER, team=desk, worker=None)
    client = signed(manager)
    page = text(client.get(f"{ADDRESS}?team=desk"))
    assert "Sol Worker, Assessment team: 0% of a full caseload" in page
    assert "Sol Worker (0% of a full caseload)" in hint(page, f"to_{family[0].reference}")
    done = text(client.post(f"{ADDRESS}?team=desk", {f"to_{family[0].reference}": placed.pk}, follow=True))
    assert "Sam Example and Zoë Example: allocated to Sol Worker" in done
    assert Referral.objects.get(pk=family[0].pk).current_worker == placed


def test_who_may_not_allocate_has_no_board(placed: User, signed: Signed) -> None:
    assert signed(placed).get(ADDRESS).status_code == 403
