"""What is kept back on paper is kept back however it is spelt, and nothing else is touched."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from frontdoor.people.protection.secrets import secret_address, secret_name, without
from frontdoor.people.words import fold, folded_in_place, query_words, words

NAMES = [
    "Otto Neighbourly", "Zoë O’Brien-Łukasz", "Anne-Marie Smith", "Siân Müller-Groß", "D'Angelo", "Nguyễn Thị Ánh",
    "Smith-Jones", "Ni’ma Al-Hassan", "José María Núñez", "Kępiński", "Đorđe Ćirić", "Mary Ann O'Neill", "Øyvind Sørby",
]  # fmt: skip
HOMES = [("99 St. Mary’s Street", "ZZ99 3VZ"), ("Rosé Cottage", "ZZ9 9ZZ"), ("Flat 3b, 12 Fore-Side Rd", "ZZ1A 1AA")]
APOSTROPHES = ["'", "’", "‘", "ʼ", "ʻ", "`", ""]
HYPHENS = ["-", "‐", "‑", "–", "—", "−", " "]
SPACES = [" ", "  ", "\u00a0", "\n", ", ", "\u2009", "-", ". "]
UNSEEN = ["", "", "", "\u200b", "\u00ad", "\u2060", "\ufeff"]
AROUND = ["", "He saw ", "(", "“", "at ", "\n", " now.", "’s mother", " und Süß'e?", ": ", " 7 ", "¿", "。"]
PLAIN = {"’": APOSTROPHES, "'": APOSTROPHES, "-": HYPHENS, " ": SPACES}


@st.composite
def spelt_again(draw: st.DrawFn, text: str) -> str:
    """The text as somebody else would type it: case, marks, apostrophes, hyphens, spaces, and what is not seen."""
    found = []
    for c in text:
        c = draw(st.sampled_from(PLAIN[c])) if c in PLAIN else draw(st.sampled_from([c, c.upper(), c.lower(), fold(c)]))
        found.append(c + draw(st.sampled_from(UNSEEN)))
    typed = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])), "".join(found))
    return typed.strip("".join(UNSEEN) + " ")


def around(draw: st.DrawFn) -> tuple[str, str]:
    return draw(st.sampled_from([a for a in AROUND if not a[-1:].isalnum()])), draw(
        st.sampled_from([a for a in AROUND if not a[:1].isalnum()])
    )


def found_by_search(typed: str, name: str) -> bool:
    # What nobody sees is no part of what is typed: search is asked for what stands on the page.
    seen = "".join(c for c in typed if c not in UNSEEN)
    return bool(query_words(seen)) and set(query_words(seen)) <= set(words(name))


@given(st.data())
def test_a_name_search_would_find_is_kept_back_and_nothing_else(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    typed = data.draw(spelt_again(name))
    assume(found_by_search(typed, name))
    secret = secret_name(name)
    assert secret is not None
    assume(not secret.as_a_name or typed != typed.lower())
    before, after = data.draw(st.composite(around)())
    assert without(before + typed + after, [secret]) == f"{before}[name of another family]{after}"


@given(st.data())
def test_a_confidential_address_is_kept_back_however_it_is_spelt(data: st.DataObject) -> None:
    lines, postcode = data.draw(st.sampled_from(HOMES))
    secrets = secret_address(lines, postcode)
    before, after = data.draw(st.composite(around)())
    assume(not any(c.isdigit() for c in before + after))
    typed = data.draw(spelt_again(data.draw(st.sampled_from([lines, postcode]))))
    assert without(before + typed + after, secrets) == f"{before}[confidential address]{after}"


@pytest.mark.parametrize(
    "typed",
    [
        "99 Saint Marys St", "99 st marys street", "99, St Mary's St", "99 ST. MARY`S STREET", "zz993vz", "ZZ99-3VZ",
        "ZZ 99 3 VZ", "99\u200b St\u00a0Mary\u02bcs Street", "99 St.Mary’s Street",
        "\uff19\uff19 St Mary's Street",
    ],
)  # fmt: skip
def test_an_address_is_kept_back_shortened_and_with_other_signs(typed: str) -> None:
    secrets = secret_address("99 St. Mary’s Street, Exampleton", "ZZ99 3VZ")
    assert without(f"She is at {typed}, he wrote.", secrets) == "She is at [confidential address], he wrote."


@given(st.text(max_size=60), st.sampled_from(NAMES))
def test_a_text_without_the_secret_comes_back_as_written(text: str, name: str) -> None:
    letters = "".join(c for c in fold(text) if c.isalnum())
    assume(not all(word in letters for word in words(name)))
    secret = secret_name(name)
    assert secret is not None
    assert without(text, [secret]) == text


@given(st.text(max_size=60))
def test_folding_in_place_folds_as_search_does(text: str) -> None:
    folded = folded_in_place(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert [c for c in folded.text if c.isalnum()] == [c for c in fold(text) if c.isalnum()]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("May came. We may go. MAY", "[name of another family] came. We may go. [name of another family]"),
        ("Mayor Dismay, Maya", "Mayor Dismay, Maya"),
        ("May’s bag", "[name of another family]’s bag"),
        ("Máy", "[name of another family]"),
    ],
)
def test_one_word_is_a_name_only_where_it_is_written_as_one(text: str, left: str) -> None:
    secret = secret_name("May")
    assert secret is not None
    assert without(text, [secret]) == left


def test_secrets_that_overlap_are_one() -> None:
    secrets = [*secret_address("12 High Street", ""), *secret_address("High Street 12 Exampleton", "")]
    assert without("at 12 high street 12 exampleton.", secrets) == "at [confidential address]."


@pytest.mark.parametrize("cut", ["14 St.", "14 St Mary…", "14 St. Mary's…", "14, saint marys "])
def test_an_address_a_text_was_cut_short_in_is_kept_back(cut: str) -> None:
    secrets = secret_address("14 St Mary’s Close, Exampleton", "ZZ99 7QQ")
    said = without(f"They fled to {cut}", secrets)
    assert said.rstrip(".… ") == "They fled to [confidential address]"
    assert without(f"They fled to {cut} and more words", secrets).endswith("and more words")
    assert without("He is 14 and St Mary’s is his school", secrets) == "He is 14 and St Mary’s is his school"
