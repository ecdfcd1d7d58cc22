"""A login of the database as production has it."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from tests.conftest import url_for


@pytest.fixture
def limited(db: None) -> Iterator[str]:
    """A login of its own with the application's role and nothing else."""
    name = f"frontdoor_login_{os.getpid()}"
    with psycopg.connect(settings.OWNER_URL, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(sql.Identifier(name), sql.Identifier(settings.APP_ROLE))
        )
        try:
            yield url_for(connection.settings_dict["NAME"]).replace("//frontdoor@", f"//{name}@")
        finally:
            owner.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
