"""What was given of a child beside what is on record of whom they may be: what has to be seen before an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.identity.readers import Possible
from contacts.screening.readers import Difference, differences, facts_on_record


@dataclass(frozen=True)
class Offer:
    """A possible person with what was given beside what is on record, to be answered."""

    possible: Possible
    differences: tuple[Difference, ...]


def offers(possible: Sequence[Possible]) -> list[Offer]:
    """Each with its differences, in a fixed number of questions."""
    facts = facts_on_record([each.person for each in possible])
    return [Offer(each, tuple(differences(each.row, each.person, facts))) for each in possible]
