"""Somebody is away: who enters it, when their work counts as without a worker, who hears of news meanwhile."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from contacts.models import Contact
from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Absence, Team, User
from frontdoor.audit.models import Entry
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.clocks.working_days import at_london
from frontdoor.notifications.models import Notice
from referrals import absences, actions
from referrals.births import join_open_work
from referrals.models import Referral
from referrals.unworked import at as unworked_at
from tests.referrals.conftest import LATER
from tests.referrals.test_allocating import placed, text

__all__ = ["placed"]
#: A Tuesday.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Signed = Callable[[User], Client]
ADDRESS = "/absences/"


@pytest.fixture
def held(referral: Referral, manager: User, placed: User, team: Team) -> Referral:
    """A referral that the social worker, of the assessment team, has."""
    return actions.allocate(referral=referral, by=manager, at=LATER, team=team, worker=placed)


def enter(user: User, first: date, last: date | None, *, by: User | None = None, kind: str = "leave") -> Absence:
    return absences.enter(user=user, kind=kind, from_on=first, until_on=last, by=by or user, at=NOW)


def test_more_than_ten_working_days_are_long_whoever_takes_them_one_after_the_other(placed: User) -> None:
    december = [
        (date(2026, 11, 30), date(2026, 12, 11), None),  # ten working days
        (date(2026, 11, 30), date(2026, 12, 13), None),  # and the weekend after them
        (date(2026, 11, 30), date(2026, 12, 14), date(2026, 11, 30)),  # eleven
        (date(2026, 11, 24), None, date(2026, 12, 8)),  # nobody knows: after ten
        (date(2026, 12, 21), date(2027, 1, 6), None),  # Christmas Day, its Monday and New Year’s Day do not count
        (date(2026, 12, 21), date(2027, 1, 7), date(2026, 12, 21)),
    ]
    for first, last, counts in december:
        row = enter(placed, first, last)
        assert row.counts_from == counts, (first, last)
        absences.end(absence=row, by=placed, at=NOW)
        assert not Absence.objects.to_come(NOW).exists()
    enter(placed, date(2026, 11, 25), date(2026, 12, 4))
    assert enter(placed, date(2026, 12, 7), date(2026, 12, 9), kind="sickness").counts_from == date(2026, 12, 7)
    assert enter(placed, date(2026, 12, 11), date(2026, 12, 14)).counts_from is None, "a working day lies between"


def test_a_short_absence_is_said_where_work_is_given_and_a_long_one_makes_it_unallocated(
    held: Referral, manager: User, second_manager: User, placed: User, signed: Signed
) -> None:
    unallocated, give = "/referrals/queue/?view=unallocated", f"/referrals/{held.reference}/do/allocate/"
    short = enter(placed, date(2026, 11, 24), date(2026, 12, 4))
    client = signed(manager)
    assert held.reference not in text(client.get(unallocated))
    assert "Sol Worker, Assessment team: 1 open case, on leave until 4 December 2026" in text(client.get(give))
    assert "Sol Worker, on leave until 4 December 2026" in text(client.get("/referrals/queue/?view=open"))
    assert "on leave until 4 December 2026" in text(client.get(f"/referrals/{held.reference}/"))
    sweep(NOW)
    assert not Clock.objects.running().filter(rule="allocation", reference=held.reference).exists()
    absences.end(absence=short, by=placed, at=NOW)
    long = enter(placed, date(2026, 11, 24), date(2026, 12, 24), by=second_manager, kind="sickness")
    page = text(client.get(unallocated))
    assert held.reference in page
    assert "Sol Worker, away until 24 December 2026" in page, "nobody is told of an illness"
    sweep(NOW)
    sweep(NOW)
    clock = Clock.objects.running().get(reference=held.reference, rule="allocation")
    assert clock.started_at == at_london(date(2026, 11, 24), time())
    notice = Notice.objects.get(user=second_manager, kind="away")
    assert "Sol Worker is away until 24 December 2026" in notice.text
    [row] = [row for row in unworked_at(NOW) if row.reference == held.reference]
    assert row.reason == "the worker is away for long"
    assert row.since == clock.started_at
    absences.end(absence=long, by=second_manager, at=NOW + DAY)
    sweep(NOW + DAY)
    assert not Clock.objects.running().filter(rule="allocation", reference=held.reference).exists()
    assert held not in Referral.objects.unallocated(NOW + DAY)
    assert held.reference in [row.reference for row in unworked_at(NOW)], "as it was then"


def test_the_page_is_their_own_and_their_managers_and_nobody_elses(
    held: Referral, second_manager: User, placed: User, signed: Signed
) -> None:
    other = User.objects.create_user("wim", "Wim Worker", roles=["social_worker"], team=placed.team)
    first = {"from_on_day": "7", "from_on_month": "12", "from_on_year": "2026"}
    client = signed(placed)
    assert "Who is away?" not in text(client.get(ADDRESS))
    assert client.post(ADDRESS, {"kind": "sickness", **first}, follow=True).status_code == 200
    row = Absence.objects.get()
    assert (row.user, row.entered_by, row.until_on) == (placed, placed, None)
    assert "sickness" not in str(Entry.objects.get(event="staff.absence_entered").detail)
    assert Notice.objects.filter(user=second_manager, kind="absence").exists()
    again = client.post(ADDRESS, {"kind": "leave", **first})
    assert again.status_code == 422
    assert "Sol Worker is entered as away already" in text(again)
    theirs = signed(other)
    assert "Sickness" not in text(theirs.get(ADDRESS)).split("Enter an absence")[0]
    assert theirs.post(ADDRESS, {"end": row.pk}).status_code == 404
    with pytest.raises(Denied):
        enter(placed, date(2026, 12, 1), None, by=other)
    managing = signed(second_manager)
    page = text(managing.get(ADDRESS))
    assert "Counts as without a worker from 21 December 2026" in page
    assert f"/referrals/workers/{placed.pk}/pass-on/" in page
    managing.post(ADDRESS, {"end": row.pk})
    row.refresh_from_db()
    assert row.ended_by == second_manager
    with pytest.raises(Refused, match="ended already"):
        absences.end(absence=row, by=placed, at=NOW)


def test_news_of_somebody_away_goes_to_the_manager_and_where_they_are_away_too_to_duty(
    held: Referral, contact: Contact, manager: User, second_manager: User, placed: User
) -> None:
    enter(placed, date(2026, 11, 24), date(2026, 11, 27))
    join_open_work(referral=held, contact=contact, by=manager, at=NOW)
    news = Notice.objects.filter(kind="news")
    assert news.filter(user=second_manager).exists()
    assert not news.filter(user=manager).exists()
    enter(second_manager, date(2026, 11, 24), date(2026, 11, 24))
    join_open_work(referral=held, contact=contact, by=manager, at=NOW)
    assert news.filter(user=manager).exists()
