"""Every official wording, however it is decorated, is read as its own code or left for a person; never as another."""

import itertools
from collections.abc import Callable

import pytest

from frontdoor.codelists import lists
from frontdoor.exchange.legacy.meanings import CODES, official, plain
from frontdoor.exchange.legacy.meanings import meaning as read

LISTS = {"source": "referral_source", "need": "primary_need", "closure": "closure_reason", "ethnicity": "ethnicity"}
Write = Callable[[str, str], str]
#: How systems write a code and its words.
DECORATED: dict[str, Write] = {
    "words": lambda code, words: words,
    "code - words": lambda code, words: f"{code} - {words}",
    "code – words": lambda code, words: f"{code} – {words}",
    "code: words": lambda code, words: f"{code}: {words}",
    "code words": lambda code, words: f"{code} {words}",
    "code.words": lambda code, words: f"{code}. {words}",
    "code) words": lambda code, words: f"{code}) {words}",
    "(code) words": lambda code, words: f"({code}) {words}",
    "words (code)": lambda code, words: f"{words} ({code})",
    "words [code]": lambda code, words: f"{words} [{code}]",
    "lower code": lambda code, words: f"{code.lower()}: {words}",
    "letter of the list": lambda code, words: f"k) {code}: {words}",
    "number of another list": lambda code, words: f"59) {words}",
    "quoted": lambda code, words: f"‘{words}’.",
    "code alone in brackets": lambda code, words: f"[{code}]",
}
WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "capitals": str.upper,
    "small": str.lower,
    "title": str.title,
    "ampersand": lambda text: text.replace(" and ", " & "),
    "dash": lambda text: text.replace(": ", " – "),
    "hyphen": lambda text: text.replace(": ", " - "),
    "no brackets": lambda text: text.replace("(", "").replace(")", ""),
    "curly": lambda text: text.replace("'", "’"),
    "spaces": lambda text: text.replace(" ", "  ") + " ",
    "no-break": lambda text: text.replace(" ", "\xa0"),
    "inc.": lambda text: text.replace("including", "inc."),
    "incl": lambda text: text.replace("including", "incl"),
    "e.g.": lambda text: text.replace("for example", "e.g."),
}


def table(name: str) -> list[tuple[str, str, str]]:
    """(code, wording as decorated, what it was read as) for every code, wording and decoration of a list."""
    return [
        (code, value, read(name, value) or "")
        for code, wordings in official(name).items()
        for wording in wordings
        for decorate, write in itertools.product(DECORATED.values(), WRITTEN.values())
        for value in [decorate(code, write(wording))]
    ]


@pytest.mark.parametrize("name", ["source", "need", "closure", "ethnicity", "sex", "yes_no", "risk"])
def test_official_words_are_their_code_or_a_person_says(name: str) -> None:
    rows = table(name)
    assert [row for row in rows if row[2] not in (row[0], "")] == []
    left = [row for row in rows if not row[2]]
    assert len(left) <= 0.01 * len(rows), left[:20]


@pytest.mark.parametrize("name", LISTS)
def test_every_code_has_its_official_words_and_no_two_share_them(name: str) -> None:
    assert set(official(name)) == set(CODES[name])
    said: dict[str, str] = {}
    for code, wordings in official(name).items():
        for wording in wordings:
            assert said.setdefault(plain(wording), code) == code, wording
    for row in lists.shipped()[LISTS[name]]:
        assert (read(name, row["label"]), read(name, row["code"].lower())) == (row["code"], row["code"])


@pytest.mark.parametrize("name", ["source", "need"])
def test_a_code_with_the_words_of_another_is_for_a_person_or_what_the_words_say(name: str) -> None:
    for code, other in itertools.permutations(official(name), 2):
        for wording in official(name)[other]:
            found = read(name, f"{code} - {wording}")
            assert found in (other, None) or plain(wording) in plain(" ".join(official(name)[code])), (code, wording)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("source", "5B – Other internal (department other than social care, excluding housing)", "5B"),
        ("source", "5B – Other internal … excluding housing", "5B"),
        ("source", "Other Local Authority", "5C"),
        ("source", "MP/Councillor", "1D"),
        ("source", "59) Primary Health – Other", "3D"),
        ("source", "40) Secondary Health – A&E", "3E"),
        ("source", "40) Hospital - A&E", "3E"),
        ("source", "k) 3E: Health services", "3E"),
        ("source", "p1) 5D: LA services", "5D"),
        ("source", "School health adviser", "3C"),
        ("source", "St Mary's Church of England Primary School", "2A"),
        ("source", "Canon Street Nursery", "2A"),
        ("source", "Hampton Court School", "2A"),
        ("source", "Family Support Worker", None),
        ("source", "Young carers project", None),
        ("source", "External agency", None),
        ("source", "8 - Blue parrot", None),
        ("source", "3F - A&E", None),
        ("source", "Other", None),
        ("need", "Coercive control", "N1"),
        ("need", "Parental learning disability", "N3"),
        ("need", "Self-harm", None),
        ("need", "N5 - Parental mental health", None),
        ("closure", "Death of parent", None),
        ("closure", "Declined early help", None),
        ("ethnicity", "White: English, Welsh, Scottish, Northern Irish or British", "WBRI"),
        ("ethnicity", "Romanian", None),
        ("ethnicity", "White South African", None),
        ("ethnicity", "West Indian", None),
        ("ethnicity", "Asian or Asian British", None),
        ("ethnicity", "Mixed", None),
        ("ethnicity", "Black Somali", "BAFR"),
        ("relationship", "Grandmother", None),
        ("relationship", "Mother's partner", None),
        ("relationship", "Grandchild", None),
        ("relationship", "Step-mother", None),
        ("relationship", "Brother of mother", None),
        ("relationship", "Mother of child", "MOTHER"),
        ("relationship", "Adoptive mother", "MOTHER"),
        ("relationship", "Half sister", "SISTER"),
        ("assessment_outcome", "No further action required", "NFA"),
        ("source", "Friend of the family", "1B"),
        ("ethnicity", "Eastern Europe", "WOTH"),
        ("risk", "Yellow", None),
        ("risk", "Referred", None),
        ("risk", "Amber/Red", None),
        ("sex", "Missing", None),
        ("sex", "b) Female", "F"),
        ("yes_no", "1) No", "0"),
        ("yes_no", "Yes/No", None),
        ("contact_outcome", "Infant support", None),
        ("contact_outcome", "Unallocated", None),
        ("contact_outcome", "Not a referral", None),
        ("assessment_outcome", "Section 47 not required", None),
        ("assessment_outcome", "Disclosure", None),
        ("s47_outcome", "No ICPC needed", None),
        ("role", "Other child (not subject)", "HOUSEHOLD"),
    ],
)  # fmt: skip
def test_near_words_do_not_stand_for_others(name: str, value: str, code: str | None) -> None:
    assert read(name, value) == code
