"""The breach sweep: the same as a plain reading of the clocks, each thing once, and the right people told."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from celery.beat import ScheduleEntry
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdoor.accounts.models import Team, User
from frontdoor.celery import app
from frontdoor.clocks import actions
from frontdoor.clocks.models import Clock
from frontdoor.clocks.sweep import sweep
from frontdoor.notifications.actions import raise_alert, take_alert
from frontdoor.notifications.models import Alert, Notice
from tests.drawing import EACH_TIME

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def anyone(db: None) -> User:
    return User.objects.create_user("anyone", "Any One", roles=["contact_officer"])


def a_clock(n: int, *, due_at: datetime, started_at: datetime = AT - timedelta(days=30), **given: Any) -> Clock:
    facts: dict[str, Any] = {
        "rule": "allocation",
        "label": "Allocate to a worker",
        "edition": "local",
        "is_statutory": False,
    } | given
    warn_at = facts.get("warn_at")
    return Clock.objects.create(
        reference=f"R-{n:08d}", started_at=started_at, day_0=started_at.date(), due_at=due_at,
        next_at=warn_at or due_at, **facts,
    )  # fmt: skip


# --- the same as a plain reading ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A clock in minutes from AT, and the minute it is stopped or stands still, if it does."""

    due: int
    warn: int | None
    escalate: int | None
    stops: int | None
    pauses: int | None


def a_drawn() -> st.SearchStrategy[Drawn]:
    minutes = st.integers(-50, 50)
    return st.builds(
        lambda due, warn, escalate, stops, pauses: Drawn(
            due, None if warn is None else due - warn, None if escalate is None else due + escalate, stops, pauses
        ),
        minutes,
        st.none() | st.integers(0, 40),
        st.none() | st.integers(0, 40),
        st.none() | minutes,
        st.none() | minutes,
    )


def oracle(drawn: Drawn, sweeps: list[int]) -> tuple[int | None, int | None, int | None]:
    """The minutes at which a plain reading of the rules has it warned, flagged and escalated."""
    still = min((m for m in (drawn.stops, drawn.pauses) if m is not None), default=None)
    lived = [at for at in sweeps if still is None or at < still]
    breached = next((at for at in lived if at > drawn.due), None)
    warned = next((at for at in lived if drawn.warn is not None and drawn.warn <= at <= drawn.due), None)
    escalated = next((at for at in lived if drawn.escalate is not None and at > drawn.escalate), None)
    return warned, breached, escalated


@settings(max_examples=60, deadline=None, suppress_health_check=EACH_TIME)
@given(
    st.lists(a_drawn(), min_size=1, max_size=25),
    st.lists(st.integers(-60, 100), min_size=1, max_size=6, unique=True).map(sorted),
)
def test_the_sweep_finds_what_a_plain_reading_finds(anyone: User, drawn: list[Drawn], sweeps: list[int]) -> None:
    with transaction.atomic():
        clocks = [
            a_clock(
                n, due_at=AT + d.due * MINUTE, warn_at=None if d.warn is None else AT + d.warn * MINUTE,
                escalate_at=None if d.escalate is None else AT + d.escalate * MINUTE,
            )
            for n, d in enumerate(drawn)
        ]  # fmt: skip
        flagged = warned = 0
        for at in sweeps:
            moment = AT + at * MINUTE
            for clock, d in zip(clocks, drawn, strict=True):
                row = Clock.objects.filter(pk=clock.pk, stopped_at=None, paused_at=None)
                if d.stops is not None and d.stops <= at:
                    row.update(stopped_at=AT + d.stops * MINUTE, stopped_by=anyone, next_at=None)
                elif d.pauses is not None and d.pauses <= at:
                    row.update(paused_at=AT + d.pauses * MINUTE, next_at=None)
            done = sweep(moment)
            again = sweep(moment)
            assert (again.flagged, again.warned) == (0, 0)
            flagged, warned = flagged + done.flagged, warned + done.warned
        expected = [oracle(d, sweeps) for d in drawn]
        found = [
            tuple(
                None if moment is None else int((moment - AT) / MINUTE)
                for moment in (clock.warned_at, clock.breached_at, clock.escalated_at)
            )
            for clock in Clock.objects.order_by("reference")
        ]
        assert found == expected
        assert flagged == sum(breached is not None for _, breached, _ in expected)
        assert warned == sum(was is not None for was, _, _ in expected)
        transaction.set_rollback(True)


def test_late_means_past_the_due_moment_not_at_it(anyone: User) -> None:
    a_clock(1, due_at=AT)
    assert sweep(AT).flagged == 0
    assert sweep(AT + timedelta(microseconds=1)).flagged == 1
    assert sweep(AT + timedelta(days=1)).flagged == 0


def test_the_command_says_what_it_did_on_its_last_line(anyone: User) -> None:
    a_clock(1, due_at=AT - MINUTE)
    a_clock(2, due_at=AT + MINUTE, warn_at=AT - MINUTE)
    a_clock(3, due_at=AT + timedelta(days=2))
    out = StringIO()
    call_command("sweep", "--at", "2026-11-23T10:00:00Z", stdout=out)
    assert out.getvalue().splitlines()[-1] == "flagged=1 warned=1 running=3"
    with pytest.raises(CommandError, match="give a moment"):
        call_command("sweep", "--at", "tomorrow")


# --- a year of it ---------------------------------------------------------------------------------------------------

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CHANGES = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC))


def moments_of_a_year() -> list[datetime]:
    """Every six hours of 2026, and every minute of the nights in which the clocks change."""
    found = {YEAR + n * timedelta(hours=6) for n in range(366 * 4)}
    found |= {night + n * MINUTE for night in CHANGES for n in range(180)}
    return sorted(found)


def test_a_year_of_sweeps_misses_nothing_and_doubles_nothing(anyone: User) -> None:
    rules = ("referral_decision", "assessment", "grade_red", "grade_green", "open_work_take", "acknowledgement")
    starts = [YEAR + n * timedelta(hours=47, minutes=13) for n in range(170)]
    starts += [night + n * timedelta(minutes=11) for night in CHANGES for n in range(-40, 25)]
    for n, started_at in enumerate(starts):
        clock = actions.start(
            rules[n % len(rules)], reference=f"R-{n:08d}", started_at=started_at, by=anyone, worker=anyone
        )
        assert clock is not None
    moments = moments_of_a_year()
    results = [sweep(at) for at in moments]
    clocks = list(Clock.objects.all())
    assert sum(done.flagged for done in results) == sum(clock.due_at < moments[-1] for clock in clocks)
    for clock in clocks:
        assert clock.breached_at == next((at for at in moments if at > clock.due_at), None), clock
        near = next((at for at in moments if clock.warn_at is not None and clock.warn_at <= at <= clock.due_at), None)
        assert clock.warned_at == near, clock
    told = Notice.objects.filter(user=anyone)
    assert told.filter(kind="clock-breached").count() == sum(done.flagged for done in results)
    assert told.filter(kind="clock-warned").count() == sum(done.warned for done in results)


def test_a_year_of_beat_has_no_gap_over_two_minutes() -> None:
    """Beat's own reckoning of when the sweep is due, asked minute by minute through both clock changes."""
    now = [YEAR]
    schedule = ScheduleEntry(app=app, name="sweep", **app.conf.beat_schedule["sweep"]).schedule
    assert schedule is not None
    schedule.__dict__["nowfun"] = lambda: now[0]
    last, longest, ticks = YEAR, timedelta(), 0
    while now[0] < YEAR + timedelta(days=365):
        due, wait = schedule.is_due(last)
        if due:
            longest, ticks, last = max(longest, now[0] - last), ticks + 1, now[0]
        now[0] += timedelta(seconds=max(wait, 1))
    assert ticks > 365 * 1440 - 10
    assert longest <= timedelta(minutes=2)


# --- who is told ----------------------------------------------------------------------------------------------------


@dataclass
class Staff:
    """A team with its manager, its duty manager and a worker; another team's duty manager; a service manager."""

    team: Team
    head: User
    duty: User
    worker: User
    other_duty: User
    service: User


@pytest.fixture
def staff(db: None) -> Staff:
    def person(username: str, *roles: str, team: Team | None = None) -> User:
        return User.objects.create_user(username, username.title(), roles=list(roles), team=team)

    head = person("head", "team_manager")
    team = Team.objects.create(code="one", name="Team one", kind="assessment", manager=head)
    other = Team.objects.create(code="two", name="Team two", kind="assessment")
    return Staff(
        team, head, person("duty", "duty_manager", team=team), person("worker", "social_worker", team=team),
        person("other", "duty_manager", team=other), person("service", "service_manager"),
    )  # fmt: skip


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=f"clock-{kind}").values_list("user__username", flat=True))


def test_the_worker_and_the_managers_of_the_team_are_told(staff: Staff) -> None:
    a_clock(1, due_at=AT + MINUTE, warn_at=AT, escalate_at=AT + 30 * MINUTE, team=staff.team, worker=staff.worker)
    sweep(AT)
    assert told("warned") == {"worker", "head", "duty"}
    sweep(AT + 2 * MINUTE)
    assert told("breached") == {"worker", "head", "duty"}
    assert told("escalated") == set()
    sweep(AT + 31 * MINUTE)
    assert told("escalated") == {"head", "service"}
    notice = Notice.objects.filter(kind="clock-breached").first()
    assert notice is not None
    assert (notice.text, notice.reference, notice.path) == (
        "Late: Allocate to a worker on R-00000001", "R-00000001", "/breaches/",
    )  # fmt: skip
    assert Notice.objects.count() == 3 + 3 + 2


def test_every_duty_manager_is_told_where_there_is_no_team_or_the_team_has_none(staff: Staff) -> None:
    a_clock(1, due_at=AT - MINUTE)
    sweep(AT)
    assert told("breached") == {"duty", "other"}
    bare = Team.objects.create(code="bare", name="Bare team", kind="duty")
    a_clock(2, due_at=AT, team=bare)
    sweep(AT + MINUTE)
    assert set(Notice.objects.filter(reference="R-00000002").values_list("user__username", flat=True)) == {
        "duty", "other",
    }  # fmt: skip


def test_nobody_who_has_left_is_told(staff: Staff) -> None:
    User.objects.filter(username__in=["worker", "head"]).update(is_active=False)
    a_clock(1, due_at=AT - MINUTE, team=staff.team, worker=staff.worker)
    sweep(AT)
    assert told("breached") == {"duty"}


def test_an_alert_nobody_takes_climbs_with_the_sweep_until_it_is_taken(staff: Staff) -> None:
    alert = raise_alert(
        kind="fast_track",
        reference="C-7K3M9Q2D",
        text="C-7K3M9Q2D: fast track",
        path="/contacts/",
        at=AT,
        to=[staff.duty],
    )
    sweep(AT + 14 * MINUTE)
    alert.refresh_from_db()
    assert alert.level == 0
    for _ in range(2):
        sweep(AT + 15 * MINUTE)
    alert.refresh_from_db()
    assert alert.level == 1
    assert set(alert.told.values_list("username", flat=True)) == {"duty", "head"}
    sweep(AT + 31 * MINUTE)
    assert set(alert.told.values_list("username", flat=True)) == {"duty", "head", "service"}
    urgent = Notice.objects.filter(user=staff.head, reference="C-7K3M9Q2D")
    assert [notice.text for notice in urgent.order_by("id")] == ["Not taken yet: C-7K3M9Q2D: fast track"] * 2
    take_alert(alert=alert, by=staff.head, at=AT + 32 * MINUTE)
    sweep(AT + 120 * MINUTE)
    assert Alert.objects.get().level == 2
