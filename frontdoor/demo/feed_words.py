"""What the demonstration's notifications say, and how names and dates get spoilt on the way. All invented."""

from dataclasses import dataclass
from datetime import date
from random import Random

from frontdoor.people.words import fold

GRADES = ("red", "amber", "green", "blue")


@dataclass(frozen=True)
class Kind:
    """A kind of incident: how often it comes, the grade it deserves, what is said, and by whom else."""

    weight: int
    grade: str
    sentence: str
    other: str = ""
    other_agency: str = ""
    other_role: str = ""
    reasons: tuple[str, ...] = ()
    dash: str = ""
    ticks: int = 0
    injuries: str = ""


KINDS = (
    Kind(
        22,
        "green",
        "Officers were called to an argument between {adult} and a partner. {child} was in another room.",
        "School was told of an argument at home last night; {child} was quiet in the morning.",
        "school",
        "Designated safeguarding lead",
        ("domestic abuse", "child present"),
        "standard",
        5,
    ),
    Kind(
        11,
        "amber",
        "A neighbour heard screaming. {adult} had been pushed and the door was broken; {child} saw it.",
        "{adult} came to the emergency department with a sore wrist; {child} came too.",
        "health",
        "Nurse",
        ("domestic abuse", "child present", "repeat"),
        "medium",
        11,
    ),
    Kind(
        3,
        "red",
        "{adult} was held by the throat in front of {child}. The partner was arrested.",
        "{adult} was examined at the emergency department after being held by the throat.",
        "health",
        "Nurse",
        ("domestic abuse", "child present", "strangulation"),
        "high",
        17,
        "Redness of the neck of the mother",
    ),
    Kind(
        14,
        "blue",
        "{child} was with a group making a noise outside a shop and was taken home to {adult}.",
        "{child} told school about the police at home.",
        "school",
        "Head of year",
        ("antisocial behaviour",),
    ),
    Kind(
        9,
        "green",
        "{child} was stopped with goods not paid for at a supermarket. {adult} collected {child}.",
        "",
        "",
        "",
        ("theft",),
    ),
    Kind(
        9,
        "green",
        "{adult} reported that {child} had not come home by ten; {child} was back by eleven.",
        "{child} was late again and had been out until eleven.",
        "school",
        "Head of year",
        ("missing episode",),
    ),
    Kind(
        5,
        "amber",
        "{child} was reported missing by {adult} for a second night and was found in another town.",
        "{child} has not been in school since Monday.",
        "school",
        "Designated safeguarding lead",
        ("missing",),
    ),
    Kind(
        10,
        "blue",
        "Officers at the address about a parking dispute saw that the home was untidy. {child} was well.",
        "",
        "",
        "",
        ("home conditions",),
    ),
    Kind(
        6,
        "green",
        "{adult} had been drinking and was spoken to in the street. {child} was with a grandmother.",
        "{adult} missed an appointment and smelled of drink last week.",
        "health",
        "Health visitor",
        ("alcohol",),
    ),
    Kind(
        4,
        "amber",
        "{adult} rang in distress and was taken to hospital. {child} stayed with a neighbour.",
        "{adult} was seen by the mental health team in the night.",
        "health",
        "Nurse",
        ("mental health",),
    ),
    Kind(
        3,
        "amber",
        "{child} was in a car with two older people and a second telephone; exploitation is suspected.",
        "{child} has new trainers and will not say where they come from.",
        "school",
        "Head of year",
        ("exploitation",),
    ),
    Kind(
        4,
        "green",
        "{child} was sent messages by a stranger on a game. {adult} handed the telephone in.",
        "{child} told a teacher about the messages.",
        "school",
        "Class teacher",
        ("online harm",),
    ),
)
GROUP = "A fight after school between several young people; all were spoken to and taken home."
NOBODY = "A caller heard a child crying behind a flat and rang off. Officers searched the street and found nobody."

#: Sounds that are written in more than one way.
SOUNDS = (
    ("ph", "f"), ("ck", "k"), ("ie", "ei"), ("ee", "ea"), ("oo", "ou"), ("sh", "sch"), ("tt", "t"), ("ll", "l"),
    ("ss", "s"), ("nn", "n"), ("y", "i"), ("z", "s"), ("c", "k"), ("w", "v"), ("i", "y"), ("e", "a"),
)  # fmt: skip


def misspelt(rng: Random, name: str) -> str:
    """A name as somebody hears or types it: two letters swapped, one left out or doubled, a sound written otherwise."""
    if len(name) < 3 or not name.isascii():
        bare = fold(name).capitalize()
        return bare if len(name) >= 3 and bare.isascii() else name
    place = rng.randrange(1, len(name) - 1)
    ways = [
        name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        name[: place + 1] + name[place:],
        *([name[:place] + name[place + 1 :]] if len(name) > 3 else []),
        *[name[0] + name[1:].replace(a, b, 1) for a, b in SOUNDS if a in name[1:]],
    ]
    return rng.choice([way for way in ways if way != name] or [name])


def mistaken_day(rng: Random, born: date) -> date:
    """A date of birth with day and month changed over, or one of its parts wrong by one."""
    if born.day <= 12 and born.day != born.month and rng.random() < 0.5:
        return born.replace(month=born.day, day=born.month)
    if rng.random() < 0.5:
        return born.replace(year=born.year - 1, day=min(born.day, 28))
    return born.replace(day=born.day - 1 if born.day > 1 else 2)


def off_by_one(rng: Random, grade: str) -> str:
    """A grade beside the one deserved."""
    place = GRADES.index(grade)
    return GRADES[min(max(place + rng.choice((-1, 1)), 0), 3)] if place not in (0, 3) else GRADES[1 if not place else 2]
