"""Whatever stands in a record can be printed, and all of it stands on the paper.

``PAPER_TEXTS=10000 python3 dev.py test-fast tests/pages/test_paper_any_text.py`` draws as many texts as that.
"""

import os
import random
import unicodedata

import pytest
from pypdf import PdfReader

from tests.pages.paper import placed, printed, printed_all, words_of

#: Texts drawn from all of Unicode, and how many go into one chronology.
TEXTS, TOGETHER = int(os.environ.get("PAPER_TEXTS", "200")), 50
#: All that a database keeps: no NUL, no halves of pairs.
EVERY = [*range(1, 0xD800), *range(0xE000, 0x110000)]
SPACES = ("\u00a0", "\u202f", "\u2007", "\u2060", "\ufeff", "\u2011", "\u3000", "\t", " ")
PLACES = ("lines", "title", "by", "why")


def drawn_text(dice: random.Random) -> str:
    """Letters of anywhere, neighbours of one, one again and again, or words held together by a space that is none."""
    anywhere = [chr(dice.choice(EVERY)) for _ in range(dice.randrange(1, 60))]
    near = dice.choice(EVERY[:0x20000])
    kind = dice.randrange(4)
    if kind == 0:
        return "".join(anywhere)
    if kind == 1:
        letters = [chr(near + dice.randrange(64)) for _ in range(dice.randrange(1, 300))]
        return "".join(letter for letter in letters if not "\ud800" <= letter <= "\udfff")
    if kind == 2:
        return chr(near) * dice.randrange(1, 400)
    return dice.choice(SPACES).join(("word", *anywhere, "word") * 6)


def off_the_paper(reader: PdfReader) -> list[str]:
    """Every run of text that reaches over an edge of its page."""
    return [
        f"page {number}: {found}"
        for number, page in enumerate(reader.pages, 1)
        for found in placed(page, reader)
        if found.left < 0 or found.right > page.mediabox.width or not 0 < found.height < page.mediabox.height
    ]


def test_any_text_is_printed_and_stays_on_the_paper() -> None:
    dice = random.Random(14)
    for start in range(0, TEXTS, TOGETHER):
        texts = [drawn_text(dice) for _ in range(min(TOGETHER, TEXTS - start))]
        events = [{**dict.fromkeys(PLACES, ""), dice.choice(PLACES): text} for text in texts]
        reader = printed_all(events, name=dice.choice(texts)[:120], printer=dice.choice(texts)[:120])
        assert off_the_paper(reader) == [], f"texts {start} to {start + len(texts)}"


@pytest.mark.parametrize(
    "text",
    [
        "\u00a0".join(["word"] * 200), "\u202f".join(["word"] * 200), "\u2060".join(["word"] * 200),
        '"' * 500, "\u00ab" * 500, ")" * 500, "（" * 300, "）" * 300, "”）" * 200, "\u2011" * 400, "/" * 600,
        "\u11c6" * 350, "\u1161" * 350,
        "ก" * 500, "ក" * 500, "ﷺ" * 50, "\ufdfd" * 50, "W" * 300, "ぁ" * 300, "々" * 300, "a" + "\u0301" * 400,
        "علي" * 200, "\u3000" * 300, " " * 2000 + "word", "\t" * 300 + "word", "w\u2028" * 80, "漢字" * 300,
        "\U00020067" * 300, "\ue000" * 300,
    ],
)  # fmt: skip
def test_no_run_of_letters_leaves_the_paper(text: str) -> None:
    reader = printed(text, name=text[:300], title=text, by=text[:300], why=text)
    assert off_the_paper(reader) == []


@pytest.mark.parametrize("letter", ["\ufeff", "\ufffe", "\u0378", "\ue000", "\U0010ffff", "\U000e0041", "\x96", "\x01"])
def test_letters_nobody_assigned_or_no_font_has_are_no_error(letter: str) -> None:
    told = words_of(printed(f"be{letter}fore and after", name=f"Sam{letter}Example"))
    assert "fore and after" in told
    expected = {"Cn": "□", "Co": "□"}.get(unicodedata.category(letter), "–" if letter == "\x96" else "")
    assert f"be{expected}fore" in told


def test_dashes_of_any_system_are_dashes() -> None:
    dashes = "\x96\x97\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
    told = words_of(printed(" ".join(f"a{dash}b" for dash in dashes)))
    assert "□" not in told
    assert "a–b a—b" in told


def test_a_letter_and_its_mark_are_read_once() -> None:
    told = words_of(printed("Ọ̀ṣun destroys Jose\u0301 วัดี", name="Ọ̀ṣun"))
    assert unicodedata.normalize("NFC", "Ọ̀ṣun destroys José วัดี") in unicodedata.normalize("NFC", told)
    assert "علي" in words_of(printed("علي"))


def test_a_name_written_from_right_to_left_leaves_what_stands_beside_it_in_order() -> None:
    """Read as one line of Arabic, the number behind the name would stand to the left of it."""
    reader = printed_all([], printer="علي")
    page = reader.pages[0]
    foot = [each for each in placed(page, reader) if each.height < 60]
    # The words before the name, the name, then everything behind it in one run, further right.
    assert [each.left for each in foot] == sorted(each.left for each in foot)
    assert len(foot) <= 6
