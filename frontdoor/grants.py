"""What the application's database role may do: one list, applied after every migration and checked before deployment.

The role may not change the shape of anything, may not TRUNCATE, and may only add to evidence and history.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections, models

from frontdoor.dated import Shipped

#: Evidence: added to and read, never changed. History tables (pghistory) follow the same rule by their base class.
APPEND_ONLY = {
    "audit_entry",
    "workflow_statuschange",
    "people_mergechange",
    "people_linkageweights",
    "contacts_contactaddition",
    "contacts_addedperson",
    "exchange_sourcerecord",
    "signing_oversightnote",
    "signing_signedfor",
}
#: The last link of each chain: moved by the triggers that append to it, with their owner's rights, and by nothing else.
READ_ONLY = {"audit_chainhead"}
#: Rows that are meant to be deleted: sessions, drafts, lock-outs, caches, expired keys and tokens, second factors.
MAY_DELETE_APPS = {"sessions", "drafts", "axes", "mfa", "account", "socialaccount", "oauth2_provider"}
#: Name words are an index kept beside the names, and whom a child may be one beside the records; an involvement goes
#: when the link it tells of was wrong (the audit stays). Who looks at a contact is gone when they have gone, and a
#: sign-in with its session; a kept view goes when its owner says so.
MAY_DELETE_TABLES = {
    "cache",
    "api_agencyclient",
    "api_idempotencykey",
    "api_throttle",
    "api_tokenrefusals",
    "contacts_linktries",
    "people_nametoken",
    "people_involvement",
    "accounts_onduty",
    "accounts_signin",
    "contacts_possibleperson",
    "contacts_presence",
    "contacts_savedview",
    "contacts_thresholdlevel",
}
# A version of a rule goes when it is taken back before its first day; what it said stands in the audit row.


def is_history(model: type[models.Model]) -> bool:
    """Whether the model is a history table of another model."""
    return hasattr(model, "pgh_tracked_model") or any(field.name == "pgh_label" for field in model._meta.fields)


def wanted() -> dict[str, str]:
    """Table name to the privileges the application's role has on it, as PostgreSQL lists them."""
    found: dict[str, str] = {
        "django_migrations": "SELECT",
        settings.CACHES["default"]["LOCATION"]: "DELETE,INSERT,SELECT,UPDATE",
    }
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        table = model._meta.db_table
        if table in APPEND_ONLY or is_history(model):
            found[table] = "INSERT,SELECT"
        elif table in READ_ONLY:
            found[table] = "SELECT"
        elif model._meta.app_label in MAY_DELETE_APPS or table in MAY_DELETE_TABLES or issubclass(model, Shipped):
            found[table] = "DELETE,INSERT,SELECT,UPDATE"
        else:
            found[table] = "INSERT,SELECT,UPDATE"
    return found


def make_role(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create the application's role where there is none yet, as on a new cluster, and the owner may."""
    connection = connections[using]
    quote = connection.ops.quote_name
    role = settings.APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            # Two databases of one cluster (parallel test runs) may race to make the same role.
            cursor.execute(
                f"DO $$ BEGIN CREATE ROLE {quote(role)} NOLOGIN; "
                "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )


def apply(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create the role where it is missing, and give it exactly the wanted privileges."""
    make_role(using)
    connection = connections[using]
    quote = connection.ops.quote_name
    role = settings.APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, pg_has_role(current_user, %s, 'MEMBER')", [role])
        owner, member = cursor.fetchone()
        if not member:
            cursor.execute(f"GRANT {quote(role)} TO {quote(owner)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(role)}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {quote(role)}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quote(role)}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}")
        existing = set(connection.introspection.table_names(cursor))
        for table, privileges in sorted(wanted().items()):
            if table in existing:
                cursor.execute(f"GRANT {privileges} ON {quote(table)} TO {quote(role)}")


def after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """post_migrate: once a run, for the last app, when every table stands."""
    if sender is _last_with_models():
        apply(using)


def _last_with_models() -> Any:
    return [config for config in apps.get_app_configs() if config.models_module is not None][-1]


@register(Tags.database, deploy=True)
def privileges_as_listed(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """``check --deploy --database default``: the role's privileges are those of the list, no more and no less."""
    errors: list[Error] = []
    for alias in databases or [DEFAULT_DB_ALIAS]:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                """
                SELECT c.relname, coalesce(string_agg(DISTINCT a.privilege_type, ',' ORDER BY a.privilege_type), '')
                FROM pg_class c LEFT JOIN LATERAL aclexplode(c.relacl) a ON a.grantee = to_regrole(%s)
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY c.relname
                """,
                [settings.APP_ROLE],
            )
            actual = dict(cursor.fetchall())
        expected = wanted()
        errors += [
            Error(
                f"{settings.APP_ROLE} has {privileges or 'no rights'} on {table}; it should have "
                f"{expected.get(table) or 'none'}.",
                hint="Run 'manage.py migrate' as the owner: it sets the rights from the list in the code.",
                id="frontdoor.E001",
            )
            for table, privileges in sorted(actual.items())
            if privileges != expected.get(table, "")
        ]
    return errors
