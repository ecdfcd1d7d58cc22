"""Which one sentence of what was said says what happened: the one weighted highest by words of harm. Pure.

The words and their weights are a dated code list (``harm_word``) that a council may change: each row holds the forms
of one word, separated by commas, and its ``weight``.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

LONGEST = 250
#: Where a sentence ends: not after the short form of a word, so that no address or name is cut in two.
SHORT = ("st", "rd", "ave", "no", "mr", "mrs", "ms", "dr", "rev")
SENTENCE = re.compile("".join(rf"(?<!\b{word}\.)" for word in SHORT) + "(?<=[.!?]) ", re.I)
PARAGRAPH = re.compile(r"\n\s*\n")
#: What was not so is no harm: "no bruises or marks", "without a knife". Some of these words deny nothing.
NOT = re.compile(
    r"\b(?:(?:no|not|never|without|nor|neither|cannot)\b|\w+n't\b)"
    r"(?! (?:only|just|stop|the first|longer|doubt|sure|safe|enough|able to stop|know)\b)"
)
#: A denial reaches to the end of its clause: over the commas of a list that ends in "or", and no further.
ITEM = r"(?:[\w'-]+ ){0,2}[\w'-]+"
CLAUSE_ENDS = re.compile(
    rf"[.;:!?–—]|,(?! {ITEM}(?:, {ITEM})*,? n?or )"
    r"|\b(?:but|and|however|although|though|yet|then|because|since|so|if|as|except|when|while|where|after|before|until"
    r"|who|which|that)\b"
)


def sentences(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    lines = (" ".join(part.split()) for part in PARAGRAPH.split(text))
    return [sentence for line in lines for sentence in SENTENCE.split(line) if sentence.strip()]


def first_sentence(text: str) -> str:
    """The beginning of a text for one line: its first sentence, at most 250 characters."""
    return gravest([("", text)], {})


def gravest(said: Iterable[tuple[str, str]], weights: Mapping[str, int]) -> str:
    """The sentence that weighs most in these texts, at most 250 characters; of two that weigh the same the first.

    ``said``: what stands before a sentence taken from the text ("The child said: ", or nothing), and the text.
    ``weights``: word or words in small letters, and what each weighs. Where nothing weighs anything, the first
    sentence there is; empty when nothing was said.
    """
    words = _finder(tuple(sorted(weights)))
    best, heaviest, first = "", -1, ""
    for before, text in said:
        for sentence in sentences(text):
            found = _said(sentence.replace("’", "'").casefold(), words) if words is not None else set()
            weight = sum(weights[word] for word in found)
            if weight > heaviest:
                best, heaviest = before + sentence, weight
                first = max(found, key=lambda word: weights[word], default="")
    return best if len(best) <= LONGEST else _around(best, first)


def _said(plain: str, words: re.Pattern[str]) -> set[str]:
    """Which of the words a sentence says, and does not deny. "No food" is a word of its own and denies nothing."""
    found = list(words.finditer(plain))
    if not found:
        return set()
    denied = []
    for no in NOT.finditer(plain):
        if not any(word.start() <= no.start() < word.end() for word in found):
            end = CLAUSE_ENDS.search(plain, no.end())
            denied.append((no.end(), end.start() if end is not None else len(plain)))
    return {word[1] for word in found if not any(begin <= word.start() < end for begin, end in denied)}


def _around(sentence: str, word: str) -> str:
    """The part of a sentence that is too long for a line in which its gravest word stands; else its beginning."""
    place = sentence.replace("’", "'").casefold().find(word) if word else 0
    if place + len(word) < LONGEST:
        return sentence[: LONGEST - 1] + "…"
    end = min(len(sentence), place + LONGEST // 2)
    begin = max(0, end - (LONGEST - 2))
    begin = sentence.find(" ", begin, place) + 1 or begin
    return f"…{sentence[begin:end]}{'…' if end < len(sentence) else ''}"


@lru_cache(maxsize=8)
def _finder(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds any of these words, the longest first; None when there are none."""
    if not words:
        return None
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(re.escape(word) for word in longest_first) + r")\b")
