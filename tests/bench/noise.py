"""How often clerks write each thing otherwise: the rates of the invented extracts, as data, and where each comes from.

A rate is the chance for one row of one system at the third level. "Sample" is the share of the 1,720 true pairs of the
sample borough whose answers name that difficulty; a pair has two rows, so half of it is the share of rows. Where the
sample has no such tag the rate is this bench's own guess, and says so.

``LEVELS`` are common factors on every rate: no difficulty is picked out. Levels 3 and 4 are what this bench called
noise 1 and noise 2 until release 0.1.0 and after. Levels 1 and 2 were set by measuring alone: at those factors the
linkage of release 0.1.0, joining from 0.98, finds as many pairs by itself as in the extracts in which it was judged.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """The chance of a difficulty in a row at the third level, and what it stands for."""

    chance: float
    origin: str


RATES: dict[str, Rate] = {
    # Names.
    "short_name": Rate(
        0.25, "guess, of rows whose name has a short form; sample: known as 4.5%, nickname 1.5% of pairs"
    ),
    "slip_given": Rate(0.05, "sample: 5.0% of pairs, here of rows"),
    "slip_family": Rate(0.05, "sample: 6.6% of pairs, here of rows"),
    "half_of_double": Rate(0.25, "guess, of rows with a double name; sample: 7.2% of pairs have a double name"),
    "new_family_name": Rate(0.04, "sample: 3.9% of pairs, here of rows"),
    "turned_round": Rate(0.02, "sample: 2.6% of pairs, here of rows"),
    "middle_first": Rate(0.05, "guess, of rows with a middle name; sample: 1.6% of pairs"),
    "no_middle": Rate(0.5, "guess, of rows with a middle name"),
    "initial_only": Rate(0.01, "guess: a letter for a first name"),
    "respelt": Rate(0.25, "guess, of a word of a name brought over from another script; sample: 3.8% of pairs"),
    "chain_turned": Rate(0.25, "guess, of rows of a chain of names; sample: names swapped, 2.6% of pairs"),
    "chain_short": Rate(0.25, "guess, of rows of a chain of names: the father's name stands as the family name"),
    "patronym_choice": Rate(0.25, "guess, of rows of a patronym: the father's family name instead; sample: 0.8%"),
    "one_name_twice": Rate(0.25, "guess, of rows of people with one name: it stands as the family name, or as both"),
    # Births.
    "no_birth": Rate(0.03, "sample: 3.5% of pairs, here of rows"),
    "day_month": Rate(0.02, "guess, where the day can be a month; sample: 0.6% of pairs"),
    "birth_slip": Rate(0.03, "sample: a day off 2.4%, ten years off 0.2% of pairs"),
    "month_off": Rate(0.01, "sample: 1.2% of pairs, here of rows"),
    "year_off": Rate(0.02, "sample: 3.8% of pairs"),
    "estimated": Rate(0.03, "sample: 2.4% of pairs, here of rows: 1 January, the year guessed"),
    "estimated_month": Rate(0.01, "guess: the month is known, the day put down as the 1st or the 15th"),
    "exchanged": Rate(0.004, "guess: two children of a family have each other's date of birth"),
    "due_off": Rate(0.5, "guess, of rows of an unborn child: due a few days earlier or later"),
    # The rest.
    "moved": Rate(0.25, "sample: 26% of pairs, here of rows"),
    "no_telephone": Rate(0.3, "guess"),
    "wrong_nhs": Rate(0.01, "guess, of rows with a number; sample: 1 pair"),
    "no_sex": Rate(0.005, "guess"),
}

# Release 0.1.0, seeds 201 to 203, 2,000 families: recall 0.936, 0.944, 0.938 at 0.19; 0.872, 0.885, 0.892 at 0.38.
LEVELS: dict[int, float] = {1: 0.19, 2: 0.38, 3: 1.0, 4: 2.0}


def chance_of(what: str, level: int) -> float:
    """How likely a row has this difficulty at this level."""
    return RATES[what].chance * LEVELS[level]
