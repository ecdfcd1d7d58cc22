"""Filled by the apps above: what else is true when somebody takes an alert."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

# Called with the taken alert, who took it and when, in the same transaction.
on_taken: list[Callable[[Any, Any, datetime], None]] = []
