"""What takes minutes is begun first, and nothing is lost or doubled by it."""

from dataclasses import dataclass

import pytest

from tests.conftest import ROOT
from tests.order import LONGEST, in_order


@dataclass(frozen=True)
class Named:
    """A test as far as its order goes."""

    nodeid: str
    fixturenames: tuple[str, ...] = ()
    mark: str = ""

    def get_closest_marker(self, name: str, /) -> object:
        return name if name == self.mark else None


def test_the_longest_are_there() -> None:
    """A test that was renamed would be begun at any time again, last of all perhaps."""
    for name in LONGEST:
        path, _, function = name.partition("::")
        assert f"def {function or 'test_'}" in (ROOT / path).read_text(encoding="utf-8"), name


def test_one_long_test_then_what_needs_no_database_then_the_longest() -> None:
    longest, later = Named(f"{LONGEST[0]}[x]", mark="django_db"), Named(f"{LONGEST[6]}::test_x")
    asks, marked = Named("tests/x.py::test_asks", ("client", "db")), Named("tests/x.py::test_marked", mark="django_db")
    plain, pure = Named("tests/x.py::test_plain"), Named("tests/x.py::test_pure", ("monkeypatch",))
    came = [marked, plain, later, asks, pure, longest]
    assert in_order(came) == [longest, plain, pure, later, marked, asks]


def test_nothing_is_lost(request: pytest.FixtureRequest) -> None:
    assert sorted(item.nodeid for item in in_order(request.session.items)) == sorted(
        item.nodeid for item in request.session.items
    )
