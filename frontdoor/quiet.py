"""What must not appear in a log: the secret of a link, part of its address, and whatever was asked for or stored."""

import logging
import re
import traceback
from collections.abc import MutableMapping
from typing import Any

SECRET = re.compile(
    r"(/partner/[a-z-]+/|/account-changes/|/accounts/(?:password/reset/key|confirm-email)/(?!done/))[^/\s\"']+"
)
#: What stands behind the question mark of an address: the name or birth date somebody searched for.
QUESTION = re.compile(r"(/[^\s?\"']*)\?[^\s\"']*")
#: The lines in which the database quotes the row it refused.
QUOTED = re.compile(r"^(\s*)(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)


class KindAlone(logging.Filter):
    """Of what ended a task: which kind of failure it was and where. Its words may hold what the task was about."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always keeps the record."""
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, way = record.exc_info
            said = record.args if isinstance(record.args, dict) else {}
            place = traceback.extract_tb(way)[-1] if way else None
            where = f" at {place.filename}:{place.lineno}" if place else ""
            record.msg = f"Task {said.get('name', '')} {said.get('id', '')} failed: {kind.__name__}{where}"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def without_secrets(text: str) -> str:
    """The same text with the secrets of links blanked."""
    return SECRET.sub(r"\1…", text)


def fit_to_log(text: str) -> str:
    """The same text without secrets of links, without what was asked of an address, without what a row held."""
    return QUOTED.sub(r"\1\2: …", QUESTION.sub(r"\1", without_secrets(text)))


def processor(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For structlog: every text of a log line fit to be kept."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = fit_to_log(value)
    return event
