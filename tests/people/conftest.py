from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from frontdoor.accounts.models import User
from frontdoor.people import actions
from frontdoor.people.actions import GivenName

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


#: Makes an account by its sign-in name and roles.
MakeUser = Callable[..., User]


@pytest.fixture
def make_user(db) -> MakeUser:
    def make(username: str, *roles: str, **extra: Any) -> User:
        return User.objects.create_user(username, username.title(), roles=list(roles), **extra)

    return make


@pytest.fixture
def officer(make_user):
    return make_user("officer", "contact_officer")


@pytest.fixture
def manager(make_user):
    return make_user("manager", "service_manager")


@pytest.fixture
def edt(make_user):
    return make_user("night", "edt_worker")


@pytest.fixture
def make_person(manager):
    def make(given="", family="", born=None, **facts):
        return actions.create_person(by=manager, at=AT, names=[GivenName(given, family)], date_of_birth=born, **facts)

    return make


@pytest.fixture
def zoe(make_person):
    return make_person(
        "Zoë",
        "O'Brien-Smith",
        date(2015, 2, 3),
        identifiers_given={"nhs": "999 000 0018"},
        address={"lines": "12 Mill Lane", "postcode": "kx1 2ab"},
        telephone="01632 960123",
    )
