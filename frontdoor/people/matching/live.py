"""The linkage's evidence for one person asked about: frequencies come from the database, not from extracts. Pure."""

from collections.abc import Mapping, Sequence
from math import log2

from frontdoor.people.matching.evidence import BACKGROUND, Linker
from frontdoor.people.matching.forms import USUAL_FORMS
from frontdoor.people.matching.names import Words
from frontdoor.people.matching.records import Record


class _Bits(dict[str, float]):
    """Bits of a name; of several words those of the rarest, and of a word nobody was counted for the most there are."""

    def __init__(self, counts: Mapping[str, int], total: int, most: float) -> None:
        super().__init__({word: -log2((count + 1.0) / total) for word, count in counts.items()})
        self.most = most

    def __missing__(self, name: str) -> float:
        parts = name.split()
        return max((self[part] for part in parts), default=self.most) if len(parts) > 1 else self.most

    def get(self, name: str, default: object = None) -> float:
        return self[name]


class _AnyDay(dict[int, float]):
    """Bits of a date of birth: a day of some eighteen years is as likely as another."""

    def __missing__(self, ordinal: int) -> float:
        return log2(6500)


class Live(Linker):
    """The model of the bulk linkage, with the chances of the last estimation and the frequencies on record."""

    def __init__(self, logs: Sequence[Sequence[float]], people: int, bearers: Mapping[str, int]) -> None:
        self.records: list[Record] = []
        self.count = 0
        self.words = Words()
        self.m = [list(row) for row in logs]
        self.total = people + BACKGROUND
        self.most_bits = min(12.0, log2(self.total / 2))
        self.given_bits = self.family_bits = _Bits(bearers, self.total, self.most_bits)
        self.birth_bits = _AnyDay()
        # Of words nobody counts where they stand: a family name as a middle name is as common as it is anywhere.
        self.middle_bits = self.given_bits
        self.no_middle_bits = 0.0
        self.letter_bits: dict[str, float] = {}
        self.forms = USUAL_FORMS
        self.births: dict[str, int] = {}
        self.set_priors(float(self.total))

    def take_places(self, records: Sequence[Record], at_place: int) -> None:
        """How much a shared home or school says, from how many people live at the postcode asked for."""
        bits = -log2(max(at_place, 4) / self.total)
        for record in records:
            record.address_bits = record.postcode_bits = bits
            record.school_bits, record.ethnic_bits = 5.0, 1.0

    def count_namesakes(self, asked: Sequence[Record], recorded: Sequence[Record]) -> None:
        """First and family names go together: as many people of the whole name as were found by it."""
        for one in asked:
            births = {record.ordinal for record in recorded if record.full == one.full}
            if len(births) > 2:
                self.births[one.full] = len(births)
