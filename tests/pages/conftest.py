from datetime import UTC, date, datetime

import pytest

from frontdoor.accounts.models import Team, User
from frontdoor.people import actions
from frontdoor.people.actions import GivenName

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def sign_in(db, client):
    def sign(*roles, username="somebody", **extra):
        user, _ = User.objects.get_or_create(
            username=username, defaults={"name": username.title(), "roles": list(roles), **extra}
        )
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return user

    return sign


@pytest.fixture
def manager(db):
    return User.objects.create_user("manager", "Mary Manager", roles=["service_manager"])


@pytest.fixture
def team(db):
    return Team.objects.create(code="duty", name="Duty team", kind="duty")


@pytest.fixture
def child(manager):
    return actions.create_person(
        by=manager,
        at=AT,
        names=[GivenName("Zoë", "O'Brien-Smith")],
        date_of_birth=date(2015, 2, 3),
        identifiers_given={"nhs": "999 000 0018"},
        address={"lines": "12 Mill Lane", "postcode": "KX1 2AB"},
    )
