"""Where the home of a team's manager has no room for more: the rest of the list is that of the team, in that state."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import actions as assessments
from frontdoor.accounts.models import Team, User
from frontdoor.audit.models import Entry
from frontdoor.pages import team as team_home
from frontdoor.pages.team import CALLED, Kind, href_of
from frontdoor.people.protection.actions import set_restriction
from referrals import actions
from tests.assessments.conftest import SUBMITTED
from tests.factories import StaffFactory
from tests.pages.test_team import (
    Signed,
    allocated,
    assessment,
    complete,
    contact,
    manager,
    officer,
    placed,
    referral,
    referred,
    second_manager,
    signed,
    submitted,
    team,
    told_of,
    worker,
)
from tests.reading import without_drawn
from tests.referrals.conftest import LATER, each

__all__ = [
    "allocated", "assessment", "complete", "contact", "manager", "officer", "placed", "referral", "second_manager",
    "signed", "submitted", "team", "worker",
]  # fmt: skip


@pytest.fixture
def elsewhere(db: None) -> User:
    """A social worker of another team, whose manager is nobody here."""
    other = Team.objects.create(code="assessment_z", name="Assessment team Z", kind="assessment")
    return StaffFactory.create(role="social_worker", username="zed.worker", name="Zed Worker", team=other)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_more_of_what_waits_for_sign_off_is_that_of_the_team(
    officer: User, second_manager: User, placed: User, elsewhere: User, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_home, "LINES", 1)
    ours, theirs = [told_of(name, officer) for name in ("Pia", "Una")], told_of("Zia", officer)
    for row, by in [(ours[0], placed), (ours[1], placed), (theirs, elsewhere)]:
        actions.decide_contact(contact=row, decisions=each(row, "referral"), by=by, at=LATER)
    client = signed(second_manager)
    link = re.search(r'href="([^"]+)">All contacts waiting for sign-off<', text_of(client.get("/")))
    assert link is not None
    listed = text_of(client.get(link.group(1)))
    assert [row.reference in listed for row in (*ours, theirs)] == [True, True, False]
    assert "Pia Other" in listed
    assert f'href="/contacts/{ours[0].reference}/sign-off/"' in listed
    last = Entry.objects.filter(event="page.listed").latest("pk")
    assert set(last.detail["given_on"]) == {row.reference for row in ours}


def test_more_without_a_worker_are_those_of_the_team_page_by_page(
    officer: User, manager: User, second_manager: User, team: Team, elsewhere: User, signed: Signed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(team_home, "UNALLOCATED", 1)
    monkeypatch.setattr(team_home, "PAGE", 2)
    assert elsewhere.team is not None
    ours = [referred(told_of(name, officer), manager, team)[0] for name in ("Ana", "Bea", "Cia")]
    (theirs,) = referred(told_of("Zia", officer), manager, elsewhere.team)
    client = signed(second_manager)
    home = text_of(client.get("/"))
    assert f'href="{href_of(Kind.WITHOUT_A_WORKER)}">{CALLED[Kind.WITHOUT_A_WORKER]}<' in home
    first = text_of(client.get(href_of(Kind.WITHOUT_A_WORKER)))
    second = text_of(client.get(f"{href_of(Kind.WITHOUT_A_WORKER)}?page=2"))
    assert [row.reference in first for row in ours] == [True, True, False]
    assert [row.reference in second for row in ours] == [False, False, True]
    assert theirs.reference not in first + second
    assert f'href="{href_of(Kind.WITHOUT_A_WORKER)}?page=2"' in first
    assert "?page=3" not in second


def test_assessments_to_authorise_returned_and_after_them_each_have_their_list(
    submitted: Any, second_manager: User, placed: User, signed: Signed
) -> None:
    client = signed(second_manager)

    def on() -> set[Kind]:
        return {kind for kind in Kind if submitted.reference in text_of(client.get(href_of(kind)))}

    assert on() == {Kind.TO_AUTHORISE}
    back = assessments.return_with_comments(assessment=submitted, by=second_manager, at=SUBMITTED, comments="Why?")
    assert on() == {Kind.ASSESSMENTS_RETURNED}
    again = assessments.submit(assessment=back, by=placed, at=SUBMITTED, what_changed="The school was rung.")
    assessments.authorise(assessment=again, by=second_manager, at=SUBMITTED, reason="A full picture.")
    assert on() == set()
    assert submitted.referral.reference in text_of(client.get(href_of(Kind.ASSESSED)))


def test_the_lists_are_for_whoever_has_a_team_and_tell_nothing_of_hidden_children(
    officer: User, manager: User, second_manager: User, placed: User, team: Team, signed: Signed
) -> None:
    (waits,) = referred(told_of("Ana", officer), manager, team)
    assert signed(placed).get(href_of(Kind.WITHOUT_A_WORKER)).status_code == 403
    client = signed(second_manager)
    assert waits.reference in text_of(client.get(href_of(Kind.WITHOUT_A_WORKER)))
    assert client.get("/team/everything/").status_code == 404
    assert waits.child is not None
    by = StaffFactory.create(role="data_protection_officer")
    set_restriction(person=waits.child, by=by, at=LATER, reason="A colleague’s child", holders=[manager])
    for kind in Kind:
        listed = text_of(client.get(href_of(kind)))
        assert waits.reference not in listed
        assert "Ana" not in without_drawn(listed)
    team.manager = None
    team.save()
    User.objects.filter(pk=second_manager.pk).update(team=None)
    assert client.get(href_of(Kind.WITHOUT_A_WORKER)).status_code == 404


def test_a_longer_list_costs_no_more(
    officer: User, manager: User, second_manager: User, team: Team, signed: Signed
) -> None:
    client = signed(second_manager)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(href_of(Kind.WITHOUT_A_WORKER)).status_code == 200
        return len(captured)

    referred(told_of("Ana", officer), manager, team)
    cost()
    few = cost()
    for number in range(4):
        referred(told_of(f"Bea{number}", officer), manager, team)
    assert cost() <= few
