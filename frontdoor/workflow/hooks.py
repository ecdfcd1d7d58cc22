"""Filled by upper apps when they are ready: what stops a record from being moved."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

# Each is called with the locked record, the move's name, the actor and the time, in the same transaction,
# and gives whole sentences saying what has to be done first.
Blocker = Callable[[Any, str, Any, datetime], Iterable[str]]
blockers: list[Blocker] = []
