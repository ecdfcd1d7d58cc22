"""Filled by what stands above a handover, in AppConfig.ready(): what its items lead on to."""

from collections.abc import Callable, Mapping, Sequence

from contacts.handover.models import HandoverItem
from frontdoor.accounts.models import User

# Of these items, by id, what is recorded from each or can be: (words, address), as far as this user may.
onward: list[Callable[[Sequence[HandoverItem], User], Mapping[int, Sequence[tuple[str, str]]]]] = []
