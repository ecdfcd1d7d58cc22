"""How two homes agree, and how much that says. Pure."""

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from frontdoor.people.matching.records import Record


def compare_homes(a: Record, b: Record) -> int:
    """Address, postcode, telephone and carer as one field: they move together, and so do brothers and sisters."""
    signals, weak, known = 0, 0, 0
    if a.phone and b.phone:
        known += 1
        signals += a.phone == b.phone
    placed = False
    if a.street and b.street:
        known += 1
        if a.numbers == b.numbers and (
            a.street == b.street or fuzz.ratio(a.street, b.street) >= 84 or _begins(a.street, b.street)
        ):
            signals += 1
            placed = True
    if a.postcode and b.postcode:
        known += 1
        if a.postcode == b.postcode or (placed and OSA.distance(a.postcode, b.postcode, score_cutoff=1) == 1):
            weak += 1
    if a.carers and b.carers:
        known += 1
        if any(x in b.carers for x in a.carers) or (
            len(a.carers) * len(b.carers) <= 6
            and any(fuzz.ratio(x, y) >= 88 for x in a.carers for y in b.carers if x[0] == y[0])
        ):
            weak += 1
    if not known:
        return 4
    if signals + weak >= 2:
        return 0
    return 1 if signals else 2 if weak else 3


def place_bits(a: Record, b: Record, house: int) -> float:
    """The most an agreement of one place may say: a hostel's telephone or a new estate's postcode is many people's."""
    if house == 1:
        return max(1.0, min(a.address_bits, b.address_bits))
    if house == 2 and a.postcode == b.postcode:
        return max(1.0, min(a.postcode_bits, b.postcode_bits))
    return 16.0


def _begins(a: str, b: str) -> bool:
    """Whether one address is the beginning of the other: the town is missing."""
    short, long = (a, b) if len(a) < len(b) else (b, a)
    return len(short) > 5 and long.startswith(short)
