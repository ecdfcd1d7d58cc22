"""The application never works as the owner of its tables, who could change or empty them and every rule on them.

In production it has a login of its own, and the owner's password is somewhere else. In a demonstration, in development
and in tests the owner's login takes on the application's role as it connects, which a pooler that ignores start-up
options leaves out without a word.
"""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

OWNS = """
    SELECT session_user, current_user, coalesce(bool_or(pg_has_role(session_user, relowner, 'MEMBER')), false),
           coalesce(bool_or(pg_has_role(current_user, relowner, 'MEMBER')), false)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""


def require_limited() -> None:
    """Raise ImproperlyConfigured when this process could change or empty the tables it works with.

    In production the login counts, not the role it took on: that can be laid down again. Elsewhere the role is enough,
    where there is one; a database that does not answer yet is asked by whatever works with it.
    """
    if not settings.PRODUCTION:
        _require_role()
        return
    if not settings.APP_URL:
        raise ImproperlyConfigured(
            "DATABASE_APP_URL is missing: in production give a login that owns no table "
            "(see docs/how-to/administer.md)."
        )
    login, _, login_owns, role_owns = _owns()
    if login_owns or role_owns:
        raise ImproperlyConfigured(
            f"The database login {login} owns tables or may act for their owner: give one in DATABASE_APP_URL that "
            f"only has the role {settings.APP_ROLE} (see docs/how-to/administer.md)."
        )


def _require_role() -> None:
    try:
        _, role, _, role_owns = _owns()
    except OperationalError:
        return
    if role_owns:
        raise ImproperlyConfigured(
            f"The connection works as {role}, who owns the tables, and did not take on the role {settings.APP_ROLE}: "
            "a pooler between may ignore start-up options; name the database itself, or give a login of its own in "
            "DATABASE_APP_URL (see docs/how-to/administer.md)."
        )


def _owns() -> tuple[str, str, bool, bool]:
    """The login and the role of a connection, and whether each owns tables or may act for who does."""
    with connection.cursor() as cursor:
        cursor.execute(OWNS)
        login, role, login_owns, role_owns = cursor.fetchone()
    connection.close()
    return str(login), str(role), bool(login_owns), bool(role_owns)


@register(Tags.database)
def works_without_owning(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """``check --database default``: the login owns no table. The owner's own commands are left alone."""
    if settings.OWNER_COMMAND or not settings.PRODUCTION:
        return []
    try:
        require_limited()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), id="frontdoor.E002")]
    return []
