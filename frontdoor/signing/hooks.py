"""Filled by the apps above, in their AppConfig.ready(): each kind of thing that waits for somebody's signature."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from frontdoor.access import Permission
from frontdoor.accounts.models import User


@dataclass(frozen=True)
class Said:
    """What a line says of one row: what is proposed, where one reads and signs it, and which records it is about.

    The children are found by ``about``, its own record first; ``who`` names whom it is about where it is no child.
    """

    what: str
    href: str
    about: tuple[str, ...] = ()
    who: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of waiting signature.

    ``rows`` are those that wait for this user at this moment: which they may see, hold the permission for, and have
    neither proposed nor written. ``since``, ``author`` and ``to`` are paths from a row to the moment from which it
    waits, to who proposed it, and to whom it was addressed (empty: to whoever may). ``says`` is asked once for all rows
    of a page. ``moves`` of ``machine`` sign or return it: who made one for a colleague is noted by itself; ``returns``
    are those of them that return it, which whoever proposed it may do too.
    """

    code: str
    label: str
    permission: Permission
    rows: Callable[[User, datetime], "models.QuerySet[Any, Any]"]
    since: str
    author: str
    says: Callable[[Sequence[Any]], Sequence[Said]]
    to: str = ""
    machine: type[models.Model] | None = None
    moves: frozenset[str] = frozenset()
    returns: frozenset[str] = frozenset()
    read_with: tuple[str, ...] = ()


#: By code. A later room adds its own here, and stands on the list, in the numbers and under delegation from then on.
KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; called in AppConfig.ready(), safe to repeat."""
    KINDS[kind.code] = kind
