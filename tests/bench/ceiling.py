"""How much of what is to be found the rows can say at all: pairs never compared, and how few facts agree in the others.

A pair of rows that agree in two facts of five is one person here and two strangers there: nobody, however careful, can
join it from what the rows say. So beside the recall stands how many true pairs there are of each kind, and among how
many that are not.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from frontdoor.people.matching.evidence import Linker
from frontdoor.people.matching.levels import (
    B_CLOSE,
    B_EXACT,
    B_MONTH_OFF,
    B_SWAPPED,
    B_UNBORN_BOTH_NEAR,
    B_UNBORN_CHILD_NEAR,
    B_YEAR_OFF,
    F_OTHER,
    G_INITIAL,
    H_WEAK,
    UPN_SAME,
)
from frontdoor.people.matching.records import Record, Sketch, candidates
from tests.bench.fairness import told

Pairs = set[tuple[str, str]]

BORN = {B_EXACT, B_SWAPPED, B_CLOSE, B_MONTH_OFF, B_YEAR_OFF, B_UNBORN_CHILD_NEAR, B_UNBORN_BOTH_NEAR}
# Where fewer than this share of the compared pairs with as many facts are true, the facts alone settle nothing.
SETTLED = 0.95
# And where fewer than this share are, they are beyond anybody's reach: a dozen strangers fit as well as the one.
REACHED = 0.1


def facts(linker: Linker, a: Record, b: Record) -> int:
    """In how many of five facts two rows agree, in any form a person would know again: first name, family name, date of
    birth, home, a number."""
    found = linker.compare(a, b)
    assert found is not None
    given, family, _, _, birth, _, nhs, upn, home, _, _ = found[0]
    return sum((given <= G_INITIAL, family <= F_OTHER, birth in BORN, home <= H_WEAK, nhs == 0 or upn == UPN_SAME))


def table(given: Sequence[Sketch], truth: Pairs, automatic: Iterable[tuple[str, str]]) -> list[str]:
    """The lines: true pairs that are compared at all, and by how many facts agree, how many are joined and among how
    many compared pairs they stand; last, how many stand where the facts settle it.

    All across the systems. ``truth`` and ``automatic`` hold keys of the records, the lesser first."""
    linker = Linker(given)
    records = linker.records
    place = {record.key: n for n, record in enumerate(records)}
    compared = {packed for part in candidates(records) for packed in part}
    every: Counter[int] = Counter()
    for i, j in (divmod(packed, linker.count) for packed in compared):
        if records[i].system != records[j].system:
            every[facts(linker, records[i], records[j])] += 1
    joined, true, found = set(automatic), Counter[int](), Counter[int]()
    proposed = 0
    for one, other in truth:
        number = facts(linker, records[place[one]], records[place[other]])
        true[number] += 1
        found[number] += (one, other) in joined
        proposed += place[one] * linker.count + place[other] in compared
    settled, reached = (
        sum(n for number, n in true.items() if n >= share * every[number]) for share in (SETTLED, REACHED)
    )
    return [
        f"true pairs compared at all: {told(proposed, len(truth))}",
        f"{'facts that agree, of five':28}{'true':>7}{'of compared':>13}  {'of them true':22}automatic",
        *(_line(number, true[number], every[number], found[number]) for number in range(5, -1, -1)),
        f"true pairs whose facts alone settle it: {told(settled, len(truth))}",
        f"true pairs within anybody's reach: {told(reached, len(truth))}",
    ]


def _line(number: int, true: int, every: int, found: int) -> str:
    share = told(min(true, every), every)
    return f"  {number:<26}{true:7}{every:13}  {share:22}{told(found, true)}".rstrip()
