"""Triggers in the database are those the code declares: put right by every migration, checked, and told.

Histories, the tables of moves and what is only ever added to are kept by triggers, so a trigger that differs is a rule
that no longer holds. Three things are compared:

1. the comment on the trigger: django-pgtrigger's hash of the declaration it was installed from;
2. the body of its function, word for word, with the one the code renders now;
3. the comment on its function: our seal, the MD5 of both definitions as PostgreSQL gave them back just after they were
   installed. It shows what neither of the others does: another condition, another moment, other rights.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pgtrigger
from django.apps import apps
from django.core.checks import Error, Tags, register
from django.core.management import CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from pgtrigger import registry

#: Each trigger asks this function whether it is to be passed over; one for all of them.
SWITCH = "_pgtrigger_should_ignore"
#: More than this many are counted, not named.
NAMED = 20

INSTALLED = """
    SELECT c.relname, t.tgname, t.tgenabled = 'O', obj_description(t.oid, 'pg_trigger'), p.prosrc,
           obj_description(p.oid, 'pg_proc') IS NOT DISTINCT FROM
           md5(pg_get_triggerdef(t.oid) || pg_get_functiondef(p.oid))
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgname LIKE 'pgtrigger\\_%' AND t.tgparentid = 0 AND c.relnamespace = 'public'::regnamespace
"""
SEAL = """
    DO $$ BEGIN EXECUTE (
        SELECT format('COMMENT ON FUNCTION %s IS %L', p.oid::regprocedure,
                      md5(pg_get_triggerdef(t.oid) || pg_get_functiondef(p.oid)))
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgname = '{pgid}' AND t.tgrelid = '{table}'::regclass
    ); END $$
"""


@dataclass(frozen=True)
class Declared:
    """A trigger as the code has it."""

    uri: str
    table: str
    pgid: str
    hash: str
    body: str
    switch: str
    model: Any
    trigger: Any


@cache
def declared() -> tuple[Declared, ...]:
    """Every trigger the models declare."""
    found = []
    for model, trigger in registry.registered():
        compiled = trigger.compile(model)
        # The installing SQL quotes two bodies: the switch's and the trigger's own.
        _, switch, _, body, _ = compiled.install_sql.split("$$")
        found.append(
            Declared(
                trigger.get_uri(model),
                model._meta.db_table,
                compiled.sql.pgid,
                compiled.hash,
                body,
                switch,
                model,
                trigger,
            )
        )
    return tuple(found)


def differing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What differs from its declaration, by name: missing, changed, switched off, or declared no more."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = to_regproc(%s)", [f"public.{SWITCH}"])
        switch = cursor.fetchone()
        cursor.execute(INSTALLED)
        installed = {(table, name): rest for table, name, *rest in cursor.fetchall()}
    wanted = {(each.table, each.pgid): each for each in declared()}
    found = [each.uri for place, each in wanted.items() if installed.get(place) != [True, each.hash, each.body, True]]
    found += [f"{table}:{name}" for table, name in installed if (table, name) not in wanted]
    if switch is None or any(switch[0] != each.switch for each in declared()):
        found.append(SWITCH)
    return sorted(found)


def mend(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Install what differs, and nothing else: installing locks the table. Returns what differed.

    Raises CommandError, naming the trigger, when one cannot be installed or still differs.
    """
    wrong = differing(using)
    every = {each.uri: each for each in declared()}
    # The switch has no trigger of its own: any of them brings it along.
    for uri in [*wrong, *([declared()[0].uri] if SWITCH in wrong else [])]:
        if uri in every:
            _install(every[uri], using)
    pgtrigger.prune(database=using)
    if still := differing(using):
        raise CommandError(f"Triggers differ from their declaration and could not be put right: {named(still)}.")
    return wrong


def _install(each: Declared, using: str) -> None:
    try:
        with transaction.atomic(using=using):
            each.trigger.install(each.model, database=using)
            with connections[using].cursor() as cursor:
                cursor.execute(SEAL.format(pgid=each.pgid, table=each.table))
    except DatabaseError as told:
        reason = str(told).strip().splitlines()[0]
        raise CommandError(
            f"The trigger {each.uri} differs from its declaration and could not be installed: {reason}."
            " Migrate as the database's owner."
        ) from told


def named(found: list[str]) -> str:
    """The names in one line; of very many the first, and how many more."""
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """post_migrate: once a run, before the other steps write through the triggers, when no migration is left to do."""
    if sender is not _first_with_models():
        return
    executor = MigrationExecutor(connections[using])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return  # part of the way only: the tables are not those of the models
    wrong = mend(using)
    if wrong and kwargs.get("verbosity", 1) >= 1 and (out := kwargs.get("stdout")) is not None:
        out.write(f"  Triggers installed as declared: {named(wrong)}\n")


def _first_with_models() -> Any:
    return next(config for config in apps.get_app_configs() if config.models_module is not None)


@register(Tags.database, deploy=True)
def triggers_as_declared(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """``check --deploy --database default``: every installed trigger is the one the code declares."""
    return [
        Error(
            f"The trigger {name} differs from its declaration: what it guards may not hold.",
            hint="Run 'manage.py migrate' as the owner: it installs the triggers as the code declares them.",
            id="frontdoor.E003",
        )
        for alias in databases or [DEFAULT_DB_ALIAS]
        for name in differing(alias)
    ]
