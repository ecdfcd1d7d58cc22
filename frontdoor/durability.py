"""A receipt is a promise: the database must keep what it has acknowledged."""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

NEEDED = ("fsync", "full_page_writes", "synchronous_commit")


def require_durable() -> None:
    """Raise ImproperlyConfigured when the server may lose a committed transaction in a crash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(NEEDED)])
        wrong = sorted(name for name, setting in cursor.fetchall() if setting == "off")
    connection.close()
    if wrong:
        raise ImproperlyConfigured(
            f"The database has {', '.join(wrong)} switched off and could lose records it has acknowledged. "
            "Switch it on in PostgreSQL's configuration and start again."
        )
