"""At which moment a test runs, for the program and for its database alike.

A test says its moment with ``@pytest.mark.moment(…)``; a module says it for all its tests with a datetime called
``NOW`` or ``AT``. What says nothing runs on an ordinary morning at the office, or at the moment of ``pytest --at``.
Time goes on from there. The database's own clock (defaults, history, what SQL asks of now) is moved by the same step,
in the clone only. Tests that start other processes run at the real time (``real_clock``): nobody moves the clock of
those.
"""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
import time_machine

LONDON = ZoneInfo("Europe/London")
#: A Tuesday morning at which everybody is at work and no clock was changed the night before.
ORDINARY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
#: The moments at which what reckons with days, shifts and the hour tends to be wrong.
HARD = {
    "friday night": datetime(2026, 2, 27, 23, 0, tzinfo=LONDON),
    "sunday night": datetime(2026, 11, 29, 22, 0, tzinfo=LONDON),
    "before the clocks go forward": datetime(2026, 3, 29, 0, 30, tzinfo=LONDON),
    "after the clocks went forward": datetime(2026, 3, 29, 2, 30, tzinfo=LONDON),
    "before the clocks go back": datetime(2026, 10, 25, 0, 30, tzinfo=LONDON),
    "in the hour that comes twice": datetime(2026, 10, 25, 1, 30, tzinfo=LONDON),
    "in that hour again": datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1),
    "leap day": datetime(2028, 2, 29, 10, 0, tzinfo=LONDON),
    "new year's eve": datetime(2026, 12, 31, 23, 30, tzinfo=LONDON),
}

#: What the database asks for the time, and what the clone answers instead.
ASKED = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")
#: The clone's functions stand before PostgreSQL's own of the same name. One row says how far its clock was moved.
DATABASE_CLOCK = (
    """
    CREATE SCHEMA test_clock;
    CREATE TABLE test_clock.moved (by_seconds double precision NOT NULL);
    INSERT INTO test_clock.moved VALUES (0);
    GRANT USAGE ON SCHEMA test_clock TO PUBLIC;
    GRANT SELECT ON test_clock.moved TO PUBLIC;
    """
    + "".join(
        f"""
        CREATE FUNCTION test_clock.{name}() RETURNS timestamptz LANGUAGE sql STABLE AS $$
            SELECT pg_catalog.{name}() + make_interval(secs => (SELECT by_seconds FROM test_clock.moved)) $$;
        """
        for name in ASKED
    )
    + """
    -- Functions that pin their own search path; those that a test made anew since, too. Not those of triggers, which
    -- are sealed as they were installed: none that pins its path asks for the time.
    CREATE FUNCTION test_clock.take_functions() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE each record;
    BEGIN
        FOR each IN SELECT p.oid::regprocedure AS name, replace(c, 'search_path=', '') AS path
            FROM pg_proc p, unnest(p.proconfig) c
            WHERE p.pronamespace = 'public'::regnamespace AND c LIKE 'search_path=%' AND c NOT LIKE '%test_clock%'
            AND p.proname NOT LIKE 'pgtrigger\\_%'
        LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = test_clock, %s', each.name, each.path);
        END LOOP;
    END $$;
    DO $$
    DECLARE each record;
    BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, test_clock, pg_catalog', current_database());
        -- A default keeps the function it was declared with, whatever stands before it now.
        FOR each IN SELECT d.adrelid::regclass AS name, a.attname AS part, regexp_replace(
                pg_get_expr(d.adbin, d.adrelid), '(now|[a-z]+_timestamp)\\(\\)', 'test_clock.\\1()') AS said
            FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE pg_get_expr(d.adbin, d.adrelid) ~ '(now|_timestamp)\\(\\)'
        LOOP
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', each.name, each.part, each.said);
        END LOOP;
    END $$;
    """
)


def say_moment(text: str) -> datetime:
    """``2026-02-27T23:00`` as a moment, London's time where no other is said. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=LONDON)


class DatabaseClock:
    """The clock of the clone, moved with the program's."""

    def __init__(self) -> None:
        self.connection: psycopg.Connection | None = None
        self.by_seconds = 0.0

    def take_over(self, connection: psycopg.Connection) -> None:
        """Let the database of this connection (its owner's, on autocommit) follow."""
        connection.execute(DATABASE_CLOCK)
        self.connection = connection
        self.move(self.by_seconds)

    def move(self, by_seconds: float) -> None:
        self.by_seconds = by_seconds
        if self.connection is not None:
            self.connection.execute("UPDATE test_clock.moved SET by_seconds = %s", [by_seconds])
            self.connection.execute("SELECT test_clock.take_functions()")

    def let_go(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


DATABASE = DatabaseClock()


@contextlib.contextmanager
def at(moment: datetime) -> Iterator[time_machine.Traveller]:
    """Program and database at this moment, from which time goes on."""
    by_seconds = moment.timestamp() - time.time()
    # Given as a number: the time zone of the process stays what the product chose.
    with time_machine.travel(moment.timestamp(), tick=True) as clock:
        DATABASE.move(by_seconds)
        try:
            yield clock
        finally:
            DATABASE.move(0)


def own_moment(item: pytest.Item) -> datetime | None:
    """The moment that this test or its module names; None where neither does."""
    named = item.get_closest_marker("moment")
    if named is not None:
        moment: datetime = named.args[0]
        return moment
    module = getattr(item, "module", None)
    said = getattr(module, "NOW", None) or getattr(module, "AT", None)
    return said if isinstance(said, datetime) else None


def runs_at_the_real_time(item: pytest.Item) -> bool:
    """Tests that start other processes, whose clock nobody moves."""
    return bool(item.get_closest_marker("browser") or item.get_closest_marker("real_clock"))


def has_its_own(item: pytest.Item) -> bool:
    """Whether ``--at`` changes nothing for this test."""
    return runs_at_the_real_time(item) or own_moment(item) is not None


def moment_of(item: pytest.Item) -> datetime | None:
    """The moment this test runs at; None is the real time."""
    if runs_at_the_real_time(item):
        return None
    return own_moment(item) or item.config.getoption("--at") or ORDINARY
