"""Who looked is found by an index, by name, by member of staff and by days, in a table that is no longer small."""

from collections.abc import Callable
from datetime import date

import psycopg
import pytest

from frontdoor.accounts.models import User
from frontdoor.people.models import Person
from frontdoor.people.record import looked
from frontdoor.people.record.looked import Rows, Which

pytestmark = pytest.mark.django_db
#: A year of evidence: three hundred people by turns, eight hundred readers, refusals and break-glass now and then.
YEAR = """
INSERT INTO audit_entry
  (chain, position, previous_hash, hash, at, kind, event, reference, people, actor_id, reason, detail, path)
SELECT 1, 1000000 + n, '', '', timestamptz '2026-01-01' + n * interval '26 minutes',
  CASE WHEN n % 500 = 0 THEN 'refused' ELSE 'opened' END,
  CASE WHEN n % 700 = 0 THEN 'person.glass_broken' WHEN n % 900 = 0 THEN 'link.read' ELSE 'page.opened' END,
  CASE WHEN n % 2 = 0 THEN 'C-' || lpad((n % 5000)::text, 8, '0') ELSE '' END,
  ARRAY[100000 + n % 300, 200000 + n % 301], 1 + n % 800, '', '{}', ''
FROM generate_series(1, 20000) n
"""


def plan_of(rows: Rows, owner: psycopg.Connection) -> str:
    """How the database finds the first page of these rows among those of a year, which are gone afterwards."""
    sql, given = rows[:51].query.sql_with_params()
    with owner.transaction(force_rollback=True):
        # Neither chained nor bound to anybody: what is asked for here is the plan alone.
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(YEAR)
        # As vacuum does in its time: until then the rows just written make the index look dear.
        owner.execute("SELECT gin_clean_pending_list('audit_people')")
        owner.execute("ANALYZE audit_entry")
        return "\n".join(line for (line,) in owner.execute(f"EXPLAIN {sql}", given).fetchall())


def days() -> dict[str, date]:
    return {"since": date(2026, 6, 1), "until": date(2026, 6, 2)}


ASKED: dict[str, tuple[Callable[[], Rows], str]] = {
    "by name": (
        lambda: looked.narrowed(looked.about(Person(pk=100007)), by=None, since=None, until=None),
        "Index Cond: (people &&",
    ),
    "by member of staff": (
        lambda: looked.narrowed(looked.those(Which.ALL), by=User(pk=8), since=None, until=None),
        "Index Cond: (actor_id =",
    ),
    "by days": (
        lambda: looked.narrowed(looked.those(Which.ALL), by=None, **days()),
        "Index Cond: ((at >=",
    ),
    "a record": (
        lambda: looked.narrowed(looked.about_record("C-00000008"), by=None, since=None, until=None),
        "Index Cond: ((reference)::text =",
    ),
    "break-glass": (
        lambda: looked.narrowed(looked.those(Which.BREAK_GLASS), by=None, since=None, until=None),
        "audit_few",
    ),
    "refusals": (
        lambda: looked.narrowed(looked.those(Which.REFUSALS), by=None, since=None, until=None),
        "audit_refusals",
    ),
    "outsiders": (
        lambda: looked.narrowed(looked.those(Which.OUTSIDERS), by=None, since=None, until=None),
        "audit_few",
    ),
    "unusual runs of reading": (
        lambda: looked.narrowed(looked.those(Which.UNUSUAL), by=None, since=None, until=None),
        "audit_runs",
    ),
}


@pytest.mark.parametrize("asked", list(ASKED))
def test_an_index_serves_each_way_of_asking(asked: str, owner: psycopg.Connection) -> None:
    rows, by = ASKED[asked]
    plan = plan_of(rows(), owner)
    assert by in plan, plan
    assert "Seq Scan on audit_entry" not in plan, plan
