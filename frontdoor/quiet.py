"""What must not stand in a log: the secret of a link, which is part of its address."""

import re
from collections.abc import MutableMapping
from typing import Any

SECRET = re.compile(r"(/partner/[a-z-]+/)[^/\s\"']+")


def without_secrets(text: str) -> str:
    """The same text with the secrets of links blanked."""
    return SECRET.sub(r"\1…", text)


def processor(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For structlog: every text of a log line without the secrets of links."""
    for key, value in event.items():
        if isinstance(value, str) and "/partner/" in value:
            event[key] = without_secrets(value)
    return event
