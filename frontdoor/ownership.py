"""In production only the owner's own commands may work as the owner of the database."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

# The login counts, not the role it took on: whoever logged in as the owner can lay that role down again.
OWNS = """
    SELECT session_user, EXISTS (
        SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        AND pg_has_role(session_user, relowner, 'MEMBER'))
"""


def require_limited() -> None:
    """Raise ImproperlyConfigured in production when this process could change or empty the tables it works with."""
    if not settings.PRODUCTION:
        return
    if not settings.APP_URL:
        raise ImproperlyConfigured(
            "DATABASE_APP_URL is missing: in production give a login that owns no table "
            "(see docs/how-to/administer.md)."
        )
    with connection.cursor() as cursor:
        cursor.execute(OWNS)
        login, is_owner = cursor.fetchone()
    connection.close()
    if is_owner:
        raise ImproperlyConfigured(
            f"The database login {login} owns tables or may act for their owner: give one in DATABASE_APP_URL that "
            f"only has the role {settings.APP_ROLE} (see docs/how-to/administer.md)."
        )


@register(Tags.database)
def works_without_owning(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """``check --database default``: the login owns no table. The owner's own commands are left alone."""
    if settings.OWNER_COMMAND:
        return []
    try:
        require_limited()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), id="frontdoor.E002")]
    return []
