"""Whatever way somebody types a confidential address or another family's name, nothing of it is kept in the text."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from frontdoor.people.protection.secrets import _named, secret_address, without
from frontdoor.people.words import fold

#: The one address as it may stand on record: on one line or several, with or without its town, flat and postcode.
ON_RECORD = [
    ("14 St Mary's Close", "ZZ99 7QQ"),
    ("14 St Mary's Close, ZZ99 7QQ", ""),
    ("14 St Mary's Close Exampleton ZZ99 7QQ", ""),
    ("14 St. Mary’s Cl\nExampleton", "zz997qq"),
    ("Flat 2, 14 Saint Mary's Close, Exampleton", "ZZ99 7QQ"),
    ("Flat 2 14 St Mary's Close Exampleton", "ZZ99-7QQ"),
    ("No. 14, St Mary´s Close, Exampleton", "ZZ99 7QQ"),
]
GAPS = [" ", "  ", "\u00a0", "\u202f", ", ", ",\n", "\n", ",", " \u200b"]
APOSTROPHES = ["'", "’", "‘", "ʼ", "`", "´", "", "\u200b’"]
SAINTS = ["St", "St.", "Saint", "st", "ST.", "Ｓt"]
STREETS = ["Close", "Cl", "Cl.", "close", "CLOSE", "Clo\u00adse"]
FLATS = ["", "Flat 2, ", "flat 2\n", "Flat 2 ", "Apt 2, ", "Fl. 2, "]
POSTCODES = [
    "ZZ99 7QQ",
    "ZZ997QQ",
    "zz99 7qq",
    "ZZ99-7QQ",
    "ZZ99   7QQ",
    "ZZ99\u00a07QQ",
    "ZZ99–7QQ",
    "Z Z 9 9 7 Q Q",
    "zz\u200b99 7qq",
]


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """The address, its postcode, or both, as somebody types them."""

    def one(choices: list[str]) -> str:
        return draw(st.sampled_from(choices))

    number = one(["14", "14", "1\u200b4", "１４"])
    name = one(["Mary", "mary", "MARY", "Ma\u200bry"]) + one(APOSTROPHES) + one(["s", "S"])
    street = f"{number}{one(GAPS)}{one(SAINTS)}{one(GAPS)}{name}{one(GAPS)}{one(STREETS)}"
    said = one([street, f"{one(FLATS)}{street}", f"{street}{one(GAPS)}{one(POSTCODES)}", one(POSTCODES)])
    return unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), said)


def left_of(text: str) -> str:
    """The letters and digits that are left of a text, as they are compared."""
    return re.sub(r"[\W_]+", "", fold(text.replace("[confidential address]", "")))


@given(st.sampled_from(ON_RECORD), addresses())
@example(ON_RECORD[0], "14 St Mary’s Close")
@example(ON_RECORD[0], "14 St. Mary's Close")
@example(ON_RECORD[0], "ZZ99-7QQ")
@example(ON_RECORD[1], "ZZ997QQ")
@example(ON_RECORD[2], "14 St Mary's Close")
@example(ON_RECORD[5], "14 St Mary's Close")
@example(ON_RECORD[3], "14 Saint Marys Close")
def test_nothing_is_left_of_a_confidential_address(on_record: tuple[str, str], typed: str) -> None:
    lines, postcode = on_record
    said = without(f"He waits at {typed}, they say.", secret_address(lines, postcode))
    left = left_of(said).removeprefix("hewaitsat").removesuffix("theysay")
    assert "[confidential address]" in said
    # What the record does not say, and the word "flat" alone, tell nothing.
    assert left in ({"", "flat2", "apt2", "fl2", "flat", "apt", "fl"} if "2" in typed.split("14")[0] else {""}), said


@pytest.mark.parametrize(
    "text",
    [
        "He is 14 and St Mary’s is his school", "14 children of St Mary's came", "Close to home, at 14:00",
        "Seen on 14 November at the Close", "Flat out all week", "They moved to Exampleton", "99 7 44", "at 7 QQ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("on_record", ON_RECORD)
def test_other_words_stay(text: str, on_record: tuple[str, str]) -> None:
    assert without(text, secret_address(*on_record)) == text


FAMILIES = [
    ("Zoë", "O’Dowd"), ("Anne-Marie", "Smith-Jones"), ("José María", "Núñez"), ("Siân", "Ní Bhriain"),
    ("Owain", "ap Rhys"), ("Łukasz", "Kępiński"), ("Dara", "D'Angelo"), ("Nguyễn", "Thị Ánh"),
]  # fmt: skip
MARKED = "[name of another family]"


@st.composite
def spelt(draw: st.DrawFn, name: str) -> str:
    """A name with other apostrophes, hyphens, spaces, case and accents."""
    found = []
    for letter in name:
        if letter in "'’":
            letter = draw(st.sampled_from(APOSTROPHES))
        elif letter == "-":
            letter = draw(st.sampled_from(["-", "–", "‑", " ", "\u00a0", " - "]))
        elif letter == " ":
            letter = draw(st.sampled_from([" ", "  ", "\u00a0", "\n", "-"]))
        found.append(letter + draw(st.sampled_from(["", "", "", "", "\u200b", "\u00ad"])))
    said = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), "".join(found))
    if draw(st.booleans()):
        said = "".join(c for c in unicodedata.normalize("NFD", said) if not unicodedata.combining(c))
    return draw(st.sampled_from([said, said.lower(), said.upper()]))


@st.composite
def mentions(draw: st.DrawFn) -> tuple[tuple[str, str], str]:
    """Somebody of another family, and how a text speaks of them."""
    given_name, family = draw(st.sampled_from(FAMILIES))
    initials = [word[0] for word in given_name.split()]
    dotted = draw(
        st.sampled_from([" ".join(initials), ". ".join(initials) + ".", ".".join(initials) + ".", initials[0]])
    )
    whole = draw(
        st.sampled_from(
            [given_name, family, f"{given_name} {family}", f"{family} {given_name}", f"{dotted} {family}",
             f"{family} {dotted}"]
        )
    )  # fmt: skip
    return (given_name, family), draw(spelt(whole))


@given(mentions())
@example((("Zoë", "O’Dowd"), "zoe"))
@example((("Zoë", "O’Dowd"), "Z. O'Dowd"))
@example((("Zoë", "O’Dowd"), "Z.O‘DOWD"))
@example((("Anne-Marie", "Smith-Jones"), "smith jones"))
@example((("Anne-Marie", "Smith-Jones"), "A. Smith"))
@example((("Łukasz", "Kępiński"), "kepinski"))
def test_nothing_is_left_of_another_familys_name(said: tuple[tuple[str, str], str]) -> None:
    (given_name, family), typed = said
    secrets = _named([(f"{given_name} {family}", family, given_name)]).values()
    kept = without(f"He saw {typed} there.", secrets)
    assert MARKED in kept, kept
    left = re.sub(r"[\W_]+", "", kept.replace(MARKED, "")).removeprefix("Hesaw").removesuffix("there")
    assert left == "", kept


@pytest.mark.parametrize("name", ["May", "Rose", "Young", "Hope"])
def test_an_ordinary_word_is_a_name_only_where_it_is_written_as_one(name: str) -> None:
    secrets = _named([(f"{name} {name}", name, name)]).values()
    assert without(f"It {name.lower()} be", secrets) == f"It {name.lower()} be"
    assert without(f"{name} came", secrets) == f"{MARKED} came"
