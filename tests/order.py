"""In which order two workers take the tests: what takes longest first, and meanwhile what needs no database.

Tests are shuffled, and whatever takes minutes may come up last: then one worker is busy with it and the other has
nothing left to do. And at the very start everybody would wait for the one template database to be migrated.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Item(Protocol):
    """What has to be known of a test: its name and marks (and the fixtures it asks for, where it takes any)."""

    @property
    def nodeid(self) -> str: ...

    def get_closest_marker(self, name: str, /) -> object: ...


T = TypeVar("T", bound=Item)

#: What takes longest alone (above half a minute), longest first: tests by the beginning of their names.
LONGEST = (
    "tests/fitness/test_non_disclosure.py::test_a_restricted_family_changes_nothing_that_others_are_told",
    "tests/journeys/test_imports.py",  # one group with the next three: a worker that imports is not two at once
    "tests/journeys/test_newer_extract.py",
    "tests/journeys/test_differences.py",
    "tests/exchange/test_imports_worker.py",
    "tests/fitness/test_authorisation_walk.py::test_every_address_by_every_method_and_role",
    "tests/referrals/test_two_at_once.py",
    "tests/kernel/test_run.py",
    "tests/kernel/test_upgrade.py::test_the_last_releases_database_migrates_to_today",
    "tests/fitness/test_restricted_act_by_act.py",
    "tests/api/test_schemathesis.py",
    "tests/journeys/test_the_path.py",
    "tests/clocks/test_sweep_faults.py",
    "tests/demo/test_demo.py",
    "tests/api/test_served.py",
    "tests/clocks/test_redis_faults.py",
    "tests/api/test_slow_clients.py",
    "tests/kernel/test_dev.py",
)
#: By these a test asks for the database of its worker, or for a product that is served on one.
ASK_FOR_A_DATABASE = {"db", "django_db_setup", "committed", "served"}


def place(nodeid: str) -> int:
    """Where a test stands among the longest; their number when it is none of them."""
    return next((n for n, name in enumerate(LONGEST) if nodeid.startswith(name)), len(LONGEST))


def in_order(items: Iterable[T]) -> list[T]:
    """One long test, so that its worker makes the template; then what the other can do meanwhile; then the longest.

    The rest stays in the order in which it came.
    """
    by_place = sorted(items, key=lambda item: place(item.nodeid))
    long = [item for item in by_place if place(item.nodeid) < len(LONGEST)]
    others = by_place[len(long) :]
    without = [item for item in others if _is_without_database(item)]
    return [*long[:1], *without, *long[1:], *(item for item in others if not _is_without_database(item))]


def _is_without_database(item: Item) -> bool:
    asked = ASK_FOR_A_DATABASE & set(getattr(item, "fixturenames", ()))
    return not asked and item.get_closest_marker("django_db") is None
