"""Filled by the apps above, in their AppConfig.ready(): what an account holds of each, and how it lets go of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from frontdoor.accounts.models import User

#: So many of one kind are listed with links; the number is of all.
SHOWN = 30


@dataclass(frozen=True)
class Holding:
    """What an account holds of one kind, as far as the reader may know of it.

    ``lines`` are those the reader may open: what each is called, and its address.
    """

    what: str
    number: int
    lines: tuple[tuple[str, str], ...] = ()
    #: What becomes of them when the account ends, as the end of a sentence.
    then: str = "need somebody else"
    #: Where the reader may pass them on to others first; empty where there is no such page, or it is not theirs.
    pass_on: str = ""
    #: Who else could, as a sentence, for a reader who may not.
    who_could: str = ""


# Called with (holder, reader): what the account holds of a kind; nothing of a kind it holds none of.
holdings: list[Callable[[User, User], Iterable[Holding]]] = []
# Called with (holder, by, at) in the transaction in which an account ends; called again it finds nothing to do.
letting_go: list[Callable[[User, User, datetime], None]] = []
# The keys of ended accounts that still hold something of a kind: given by an older release, or in the same moment.
still_held: list[Callable[[], set[int]]] = []
