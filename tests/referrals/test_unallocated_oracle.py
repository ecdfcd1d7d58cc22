"""Who has no worker: the page, the command and plain SQL say the same, whatever was done, and later of each moment."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from frontdoor.access import Denied, Refused
from frontdoor.accounts.models import Absence, Team, User
from frontdoor.clocks.sweep import sweep
from frontdoor.staff import actions as staff
from referrals import absences, actions
from referrals.models import Referral
from tests.drawing import EACH_TIME
from tests.factories import StaffFactory
from tests.referrals.conftest import LATER
from tests.referrals.test_allocating import family

__all__ = ["family"]
#: A Tuesday; each step is a day later.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

PLAIN = """
    SELECT r.reference FROM referrals_referral r
    WHERE r.status IN ('awaiting_decision', 'accepted', 'allocated', 'in_assessment', 'assessed', 'in_service')
    AND NOT EXISTS (
        SELECT 1 FROM referrals_allocation a JOIN accounts_user u ON u.id = a.worker_id AND u.is_active
        WHERE a.referral_id = r.id AND a.to_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM accounts_absence b WHERE b.user_id = u.id AND b.ended_at IS NULL
            AND %(on)s BETWEEN b.from_on AND coalesce(b.until_on, 'infinity')
            -- More than ten working days since the last one on which they were here; none drawn is a bank holiday.
            AND 10 < (
                SELECT count(*) FROM generate_series(b.from_on - 60, coalesce(b.until_on, %(on)s), '1 day') AS d
                WHERE extract(isodow FROM d) < 6 AND d > (
                    SELECT max(e) FROM generate_series(b.from_on - 60, b.from_on - 1, '1 day') AS e
                    WHERE extract(isodow FROM e) < 6 AND NOT EXISTS (
                        SELECT 1 FROM accounts_absence c WHERE c.user_id = u.id AND c.from_on <= e
                        AND e <= coalesce(c.until_on, 'infinity')
                        AND (c.ended_at IS NULL OR e < (c.ended_at AT TIME ZONE 'Europe/London')::date)
                    )
                )
            )
        )
    )
"""

which = st.integers(0, 1)
a_step = st.one_of(
    st.tuples(st.just("allocate"), which, which),
    st.tuples(st.just("tray"), which, which),
    st.tuples(st.just("end"), which, which),
    st.tuples(st.just("restore"), which, which),
    st.tuples(st.just("away"), which, st.sampled_from([2, 9, 16, None])),
    st.tuples(st.just("back"), which, which),
)


def in_sql(at: datetime) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, {"on": at.date()})
        return {row[0] for row in cursor.fetchall()}


def by_command(at: datetime) -> set[str]:
    out = io.StringIO()
    call_command("unallocated", at=at.isoformat(), stdout=out)
    return {row["reference"] for row in csv.DictReader(io.StringIO(out.getvalue()))}


def do(step: tuple[str, int, int | None], rows: list[Referral], workers: list[User], team: Team, at: datetime) -> None:
    what, one, other = step
    admin, manager = (User.objects.get(roles=[role]) for role in ("administrator", "duty_manager"))
    worker = User.objects.get(pk=workers[one].pk)
    if what in ("allocate", "tray"):
        assert other is not None
        to = worker if what == "allocate" else None
        actions.allocate(referral=rows[other], by=manager, at=at, team=team, worker=to, reason="It passes on.")
    elif what == "end":
        staff.end(user=worker, reason="Left", by=admin, at=at)
    elif what == "restore":
        staff.restore(user=worker, reason="Back", by=admin, at=at)
    elif what == "away":
        until: date | None = at.date() + other * DAY if other is not None else None
        absences.enter(user=worker, kind="leave", from_on=at.date(), until_on=until, by=worker, at=at)
    else:
        for row in Absence.objects.at(at).filter(user=worker):
            absences.end(absence=row, by=worker, at=at)


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],  # what fails is short enough to read as it is
    suppress_health_check=EACH_TIME,
)
@given(steps=st.lists(a_step, min_size=3, max_size=9))
def test_page_command_and_plain_sql_agree(
    steps: list[tuple[str, int, int | None]], family: list[Referral], team: Team
) -> None:
    with transaction.atomic():
        StaffFactory.create(role="administrator")
        workers = [
            User.objects.create_user(name.lower(), name, roles=["social_worker"], team=team) for name in ("Wim", "Tia")
        ]
        at = LATER
        said: list[tuple[datetime, set[str]]] = []
        for step in [("allocate", 0, 0), ("allocate", 1, 1), *steps]:
            at += DAY
            try:
                with transaction.atomic():
                    do(step, family, workers, team, at)
            except (Denied, Refused):
                pass  # for example somebody who has left: what stands is compared all the same
            page = set(Referral.objects.unallocated(at).values_list("reference", flat=True))
            assert page == in_sql(at), step
            assert by_command(at) == page, step
            said.append((at, page))
            sweep(at)
            running = {row.reference for row in family if row_has_clock(row)}
            assert running == {row.reference for row in family} & page, step
        # The database's own clock stands still in a test: an account's end has no moment of its own there.
        if not {"end", "restore"} & {what for what, _, _ in steps}:
            assert [by_command(at) for at, _ in said] == [page for _, page in said]
        transaction.set_rollback(True)


def row_has_clock(row: Referral) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM clocks_clock WHERE reference = %s AND rule = 'allocation' AND stopped_at IS NULL",
            [row.reference],
        )
        return bool(cursor.fetchone() == (1,))
