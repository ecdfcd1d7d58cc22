"""Filled by upper apps when they are ready: what stops a record from being moved, who hears that it will be."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

# Each is called with the locked record, the move's name, the actor and the time, in the same transaction,
# and gives whole sentences saying what has to be done first.
Blocker = Callable[[Any, str, Any, datetime], Iterable[str]]
blockers: list[Blocker] = []

# Called with the locked record, the move's name, the actor and the time when nothing refuses the move any more, before
# it changes the record; in the same transaction.
about_to_move: list[Callable[[Any, str, Any, datetime], None]] = []
