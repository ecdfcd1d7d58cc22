"""Filler: words that fill a box and say nothing. A section that holds nothing else is not called complete. Pure.

Asked of boxes in which something is told at length, never of those for a fact: a name, a number, where it was said.
"""

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
#: Words said in so many boxes of one assessment are pasted…
PASTED = 3
#: …if there are so many of them: "None known" and "No concerns" may honestly be the answer to several questions.
LONG_ENOUGH_TO_PASTE = 8
#: A letter of these scripts is a word or half of one; the others part their words with spaces.
IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))


def _length(plain: str) -> int:
    """How many words a text has, two ideographs to a word."""
    alone = IDEOGRAPH.sub(" ", plain)
    return len(alone.split()) + (len(IDEOGRAPH.findall(plain)) + 1) // 2


def says_nothing(text: str) -> bool:
    """Whether a text is filler by itself: "x x x", "tbc", "lorem ipsum …", or one sentence over and over.

    Numbers alone are an answer ("2", a telephone number), and so is a single ideograph.
    """
    plain = _plain(text)
    letters = plain.replace(" ", "")
    if letters.isdecimal():
        return False
    words = plain.split()
    if not words or plain in STANDS_IN or plain.startswith("lorem ipsum"):
        return True
    if len(words) > 1 and len(set(words)) == 1:
        return True
    if len(set(letters)) == 1 and not (len(letters) <= 2 and IDEOGRAPH.match(letters)):
        return True
    said = [_plain(part) for part in SENTENCE.split(text) if _plain(part)]
    return len(said) > 1 and len(set(said)) == 1


#: So few words are an answer to a question, and no reason for anything.
FEWEST = 3


def says_too_little(text: str) -> bool:
    """Whether a text gives no reason: it is filler, or so short that it only agrees ("ok", "Fine.")."""
    return says_nothing(text) or _length(_plain(text)) < FEWEST


def says_again(text: str, others: Collection[str]) -> bool:
    """Whether a text only repeats one of others, whatever its case and stops: somebody else's words."""
    return _plain(text) in {_plain(other) for other in others if other.strip()}


def only_filler(sections: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Of these sections, with the texts of their boxes, those that hold nothing but filler: each told in a sentence.

    The same words in three boxes or more, unless they are few, are filler in all of them. A section in which nothing is
    written is none.
    """
    plain = (_plain(text) for texts in sections.values() for text in texts)
    count = Counter(each for each in plain if _length(each) >= LONG_ENOUGH_TO_PASTE)
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
