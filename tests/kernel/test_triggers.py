"""Installed triggers are those the code declares: checked before deployment, told, and mended by migrating."""

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from psycopg import sql

from frontdoor import triggers
from frontdoor.accounts.models import User
from tests.conftest import clone, manage_as_owner, url_for

AS_IT_SHOULD = "as declared"


@pytest.fixture
def as_owner(db: None) -> CursorWrapper:
    """The test's own transaction, working as the database's owner; all of it is rolled back."""
    cursor = connection.cursor()
    cursor.execute("SET ROLE NONE")
    return cursor


def trigger_of(table: str, name: str) -> str:
    """How a declared trigger is called in the database."""
    return next(each.pgid for each in triggers.declared() if each.table == table and f":{name}" in each.uri)


def test_a_migrated_database_has_the_triggers_the_code_declares(db: None) -> None:
    assert len(triggers.declared()) > 100
    assert triggers.differing() == []


BY_HAND = {
    "its function says something else": "CREATE OR REPLACE FUNCTION {pgid}() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NEW; END $$",
    "its function runs as its owner": "ALTER FUNCTION {pgid}() SECURITY DEFINER",
    "it is switched off": "ALTER TABLE contacts_contact DISABLE TRIGGER {pgid}",
    "it is missing": "DROP TRIGGER {pgid} ON contacts_contact",
    "it fires at another time": "CREATE OR REPLACE TRIGGER {pgid} AFTER UPDATE ON contacts_contact"
    " FOR EACH ROW WHEN (OLD.id < 0) EXECUTE FUNCTION {pgid}()",
    "it is another release's": "COMMENT ON TRIGGER {pgid} ON contacts_contact IS 'of another release'",
}


@pytest.mark.parametrize("statement", BY_HAND.values(), ids=BY_HAND.keys())
def test_a_trigger_changed_by_hand_is_named_and_mended(as_owner: CursorWrapper, statement: str) -> None:
    as_owner.execute(statement.format(pgid=trigger_of("contacts_contact", "declared_moves_only")))
    (told,) = triggers.triggers_as_declared(None)
    assert "contacts.Contact:declared_moves_only" in told.msg
    assert "Run 'manage.py migrate'" in (told.hint or "")
    assert triggers.mend() == ["contacts.Contact:declared_moves_only"]
    assert triggers.triggers_as_declared(None) == []


def test_the_switch_that_passes_triggers_over_is_compared_as_well(as_owner: CursorWrapper) -> None:
    as_owner.execute(
        "CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN TRUE; END $$"
    )
    assert triggers.mend() == ["_pgtrigger_should_ignore"]
    assert triggers.differing() == []


def test_a_trigger_nobody_declares_any_more_goes(as_owner: CursorWrapper) -> None:
    as_owner.execute(
        "CREATE FUNCTION pgtrigger_old_00000() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE TRIGGER pgtrigger_old_00000 BEFORE INSERT ON contacts_contact"
        " FOR EACH ROW EXECUTE FUNCTION pgtrigger_old_00000()"
    )
    assert triggers.mend() == ["contacts_contact:pgtrigger_old_00000"]
    assert triggers.differing() == []


def test_the_check_before_deployment_fails_and_migrating_mends_and_says_what(db: None) -> None:
    pgid = trigger_of("contacts_contact", "declared_moves_only")
    with clone("triggers") as name:
        with psycopg.connect(url_for(name), autocommit=True) as owner:
            owner.execute(sql.SQL("ALTER TABLE contacts_contact DISABLE TRIGGER {}").format(sql.Identifier(pgid)))
        told = manage_as_owner(name, "check", "--deploy", "--database", "default", check=False)
        assert told.returncode == 1
        assert "contacts.Contact:declared_moves_only" in told.stderr
        assert "contacts.Contact:declared_moves_only" in manage_as_owner(name, "migrate").stdout
        with psycopg.connect(url_for(name)) as owner:
            assert owner.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = %s", [pgid]).fetchone() == ("O",)


def test_a_migration_that_goes_part_of_the_way_leaves_triggers_as_they_are(as_owner: CursorWrapper) -> None:
    pgid = trigger_of("contacts_contact", "declared_moves_only")
    as_owner.execute(f"ALTER TABLE contacts_contact DISABLE TRIGGER {pgid}")
    as_owner.execute("DELETE FROM django_migrations WHERE app = 'supervision'")
    for config in apps.get_app_configs():
        triggers.after_migrate(config)
    assert triggers.differing() == ["contacts.Contact:declared_moves_only"]


def test_health_stays_ready_and_says_which_trigger_differs_as_the_administrators_home_does(
    owner: psycopg.Connection, client: Client
) -> None:
    assert client.get("/health/ready").json()["triggers"] == AS_IT_SHOULD
    administrator = User.objects.create_user("ada", "Ada Minns", roles=["administrator"])
    officer = User.objects.create_user("una", "Una Officer", roles=["contact_officer"])
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    assert "contacts.Contact:declared_moves_only" not in client.get("/").content.decode()
    switch = sql.SQL("ALTER TABLE contacts_contact {} TRIGGER {}")
    pgid = sql.Identifier(trigger_of("contacts_contact", "declared_moves_only"))
    owner.execute(switch.format(sql.SQL("DISABLE"), pgid))
    try:
        answer = client.get("/health/ready")
        home = client.get("/").content.decode()
        client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
        of_others = client.get("/").content.decode()
        # The application's role cannot mend: migrating says which trigger it was and ends with an error.
        with pytest.raises(CommandError, match=r"contacts\.Contact:declared_moves_only"):
            triggers.mend()
    finally:
        owner.execute(switch.format(sql.SQL("ENABLE"), pgid))
    assert answer.status_code == 200
    assert "contacts.Contact:declared_moves_only" in answer.json()["triggers"]
    assert "contacts.Contact:declared_moves_only" in home
    assert "contacts.Contact:declared_moves_only" not in of_others
