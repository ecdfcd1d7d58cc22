"""Filled by the apps above, in their AppConfig.ready(): what else is looked at whenever deadlines are swept."""

from collections.abc import Callable
from datetime import datetime

# By what each does in words, for the log and the notice when it fails; called with the moment of the sweep, outside any
# transaction. Done again at once it has nothing left to do.
at_sweep: dict[str, Callable[[datetime], object]] = {}
