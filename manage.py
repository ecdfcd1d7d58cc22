#!/usr/bin/env python3
"""Django's command line; starts the embedded servers when no other is named."""

import os
import sys

NEEDS_NO_DATABASE = {"collectstatic", "help", "docs", "spectacular", "makemessages", "check", "shell_plus"}


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
    words = sys.argv[1:]
    if words and words[0] not in NEEDS_NO_DATABASE and "--help" not in words:
        import django
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured
        from django.db import OperationalError

        from frontdoor.ownership import require_limited

        try:
            if settings.EMBEDDED_DATABASE:
                settings.EMBEDDED.start(valkey=not os.environ.get("REDIS_URL"))
            if settings.PRODUCTION and not settings.OWNER_COMMAND:
                django.setup()
                require_limited()
        except (RuntimeError, ImproperlyConfigured) as told:
            sys.exit(str(told))
        except OperationalError:
            pass  # the command itself says that the database does not answer
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
