"""Filler: words that fill a box and say nothing. A section that holds nothing else is not called complete. Pure."""

import re
from collections import Counter
from collections.abc import Collection, Mapping

#: What people put into a box to come back to.
STANDS_IN = {
    "tbc", "tba", "tbd", "todo", "to do", "to follow", "to be confirmed", "to be completed", "to be added", "pending",
    "test", "testing", "asdf", "as above", "see above", "as before", "ditto", "same", "same as above", "text", "blah",
}  # fmt: skip
WORD = re.compile(r"[^\W_]+")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
#: Words said in so many boxes of one assessment are pasted.
PASTED = 3


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))


def says_nothing(text: str) -> bool:
    """Whether a text is filler by itself: "x x x", "tbc", "lorem ipsum …", or one sentence over and over."""
    plain = _plain(text)
    words = plain.split()
    if plain in STANDS_IN or plain.startswith("lorem ipsum") or not any(each.isalpha() for each in words):
        return True
    if len(set(plain.replace(" ", ""))) == 1 or (len(words) > 1 and len(set(words)) == 1):
        return True
    said = [_plain(part) for part in SENTENCE.split(text) if _plain(part)]
    return len(said) > 1 and len(set(said)) == 1


def only_filler(sections: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Of these sections, with the texts of their boxes, those that hold nothing but filler: each told in a sentence.

    The same words in three boxes or more are filler in all of them. A section in which nothing is written is none.
    """
    count = Counter(_plain(text) for texts in sections.values() for text in texts if _plain(text))
    told = {}
    for name, texts in sections.items():
        written = [text for text in texts if text.strip()]
        if not written:
            continue
        pasted = [text for text in written if count[_plain(text)] >= PASTED]
        if all(says_nothing(text) for text in written):
            told[name] = "It holds only filler, and says nothing about the child."
        elif all(says_nothing(text) or text in pasted for text in written):
            told[name] = "It holds only words that stand in other boxes as well."
    return told
