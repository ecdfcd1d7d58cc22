#!/usr/bin/env python3
"""Django's command line; starts the embedded servers when no other is named."""

import os
import sys

NEEDS_NO_DATABASE = {"collectstatic", "help", "docs", "spectacular", "makemessages", "check", "shell_plus"}


def main() -> None:
    """Run a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdoor.settings")
    words = sys.argv[1:]
    if words and words[0] not in NEEDS_NO_DATABASE and "--help" not in words and not os.environ.get("DATABASE_URL"):
        from django.conf import settings

        try:
            settings.EMBEDDED.start(valkey=not os.environ.get("REDIS_URL"))
        except RuntimeError as told:
            sys.exit(str(told))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
