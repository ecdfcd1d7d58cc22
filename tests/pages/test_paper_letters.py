"""Letters on paper: every script that families here write in is drawn, breaks at the edge, and can be copied out."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from frontdoor.demo.words import SCRIPTS
from frontdoor.people.protection.secrets import secret_address
from frontdoor.people.record.chronology import Event
from frontdoor.printing import chronology as printing
from frontdoor.printing.lettering import is_rightward
from tests.pages.paper import printed, words_of

#: Scripts of the demonstration and Bengali; marks above and below; an emoji; Persian with a non-joiner.
WORDS = {
    "Bengali": "বাংলা ভাষা",
    "Chinese": "王明今天上学",
    "Amharic": "ሰላም ተስፋዬ",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Arabic": "علي حسن",
    "Persian": "می‌خواهم",
    "marks": "Ọ̀ṣun Nguyễn Ẹ̀bùn",
    "emoji": "😀",
}


def clusters_of(reader: PdfReader) -> str:
    """What the PDF gives a reader that copies it, where several letters make one sign: pypdf leaves this out."""
    content = reader.pages[0].get_contents()
    assert content is not None
    found = re.findall(rb"/ActualText ?<FEFF([0-9A-F]*)>", content.get_data())
    return "".join(bytes.fromhex(each.decode()).decode("utf-16-be") for each in found)


def is_true(root: DictionaryObject, name: str, part: str) -> bool:
    found = root[name].get_object()
    assert isinstance(found, DictionaryObject)
    return bool(found[part])


@pytest.mark.parametrize("script", WORDS)
def test_every_script_is_drawn(script: str) -> None:
    told = words_of(printed(WORDS[script], name=WORDS[script]))
    assert "□" not in told
    assert "no font" not in told


def test_the_names_of_the_demonstration_are_drawn_and_read_as_written() -> None:
    for given, family, _ in SCRIPTS:
        name = f"{given} {family}".strip()
        reader = printed(name, name=name)
        told = words_of(reader)
        assert "□" not in told, name
        if name not in told:  # letters that are joined stand in the PDF by cluster, in the order they are read
            assert set(name) - {" "} <= set(told + clusters_of(reader)), name


def test_arabic_is_marked_as_written_from_right_to_left_and_its_letters_are_joined() -> None:
    reader = printed("علي حسن")
    content = reader.pages[0].get_contents()
    assert content is not None
    assert b"/ReversedChars" in content.get_data()
    assert [is_rightward(line) for line in ("علي", "Sam", "12 علي", "12")] == [True, False, True, False]


def test_one_letter_that_no_font_has_is_one_box_and_marks_stay() -> None:
    told = words_of(printed("\U00012000 Ọ̀ṣun \U00012001 王明 ሰላም"))
    assert told.count("□") == 3, told  # two, and the one in the sentence that says what a box is
    assert "王明" in told
    assert "ሰላም" in told
    assert "printed as □" in told
    assert "\u0300" in told


def test_a_word_longer_than_the_line_breaks_and_nothing_of_it_is_lost() -> None:
    word = "https://example.test/" + "abcdefghij" * 60
    reader = printed(word)
    page = reader.pages[0]
    places: list[float] = []
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: places.append(cm[4] + tm[4]) if text else None)
    assert word in re.sub(r"\s", "", page.extract_text())
    assert len([line for line in page.extract_text().splitlines() if "abcdefghij" in line]) > 5
    assert max(places) < float(page.mediabox.width)


def test_a_long_text_goes_on_over_pages_in_order() -> None:
    reader = printed(*(f"Line number {number}." for number in range(200)))
    assert len(reader.pages) > 2
    found = [int(number) for number in re.findall(r"Line number (\d+)\.", words_of(reader))]
    assert found == list(range(200))


def test_it_is_tagged_with_a_language_a_title_and_headings() -> None:
    reader = printed("Words")
    root = reader.root_object
    assert str(root["/Lang"]) == "en-GB"
    assert is_true(root, "/MarkInfo", "/Marked")
    assert is_true(root, "/ViewerPreferences", "/DisplayDocTitle")
    assert reader.metadata is not None
    assert reader.metadata.title == "Chronology P-00000001"
    kinds: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            kinds.append(str(node.get("/S", "")))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P"} <= set(kinds)


@pytest.mark.parametrize(
    "letter", ["\x01", "\x0b", "\x0c", "\x1c", "\x85", "\x9f", "\u200b", "\u200c", "\u200e", "\ufeff"]
)
@pytest.mark.parametrize(
    "text", ["At 14 Mi{}ll Lane now.", "At 14 Mill Lane{}now.", "At{}14{}Mill{}Lane{}ZZ99 7QQ now."]
)
def test_a_letter_that_is_not_printed_hides_no_confidential_address(text: str, letter: str) -> None:
    event = Event(datetime(2026, 11, 1, 10, 0, tzinfo=UTC), "Contact", text.replace("{}", letter))
    lines = printing._line(event, secret_address("14 Mill Lane", "ZZ99 7QQ"))["lines"]
    told = "\n".join(lines)
    assert "[confidential address]" in told
    assert not re.search("Mi|Lane|ZZ99", told), told
