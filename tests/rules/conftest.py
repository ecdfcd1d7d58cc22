from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from frontdoor.accounts.models import User
from frontdoor.codelists import lists

TODAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def lists_read_anew() -> Iterator[None]:
    """What a test wrote in a code list and took back is forgotten by the process as well."""
    yield
    lists.refresh()


@pytest.fixture
def admin(db: Any) -> User:
    return User.objects.create_user("ada", "Ada Minns", roles=["administrator"])


@pytest.fixture
def service_manager(db: Any) -> User:
    return User.objects.create_user("sam", "Sam Service", roles=["service_manager"])


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client
