"""Letters on paper: where a line may end, which way it is read, and what a reader gets that copies it out."""

import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # read only where something is printed: it costs every start of the web otherwise
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject

#: Between two of these a line may end of itself: Chinese, Japanese and Korean letters, without the small ones.
WRITTEN_WITHOUT_SPACES = (
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
    r"\u3042\u3044\u3046\u3048\u304a-\u3062\u3064-\u3082\u3084\u3086\u3088-\u308d\u308f-\u3094"
    r"\u30a2\u30a4\u30a6\u30a8\u30aa-\u30c2\u30c4-\u30e2\u30e4\u30e6\u30e8-\u30ed\u30ef-\u30f4\uac00-\ud7a3"
)
BETWEEN = re.compile(rf"(?<=[{WRITTEN_WITHOUT_SPACES}])(?=[{WRITTEN_WITHOUT_SPACES}])|(?<= )(?=[^ ])")
#: Thai, Lao, Burmese and Khmer: the typesetter knows most ends of words, so it is helped less often.
KNOWN_WORDS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
#: Millimetres after which a line may end in a run that is too long, and in one of ``KNOWN_WORDS``.
STEP, LONG_STEP = 20, 70
#: From this estimated width on, in letters' heights, the typesetter measures a run.
LONG = 11.0
MARKS = 8
#: Letters of the longest that is one: a family drawn as one sign, a letter with as many marks as are kept.
LONGEST_LETTER = 12
#: Of the fonts we print with, the widest letter by far.
WIDEST = "\ufdfd"
NOTHING = "\u200b"
CODE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def is_joined(letter: str) -> bool:
    """Whether it belongs to the letter before it: a mark, a joiner, the inner parts of a Korean syllable."""
    return unicodedata.category(letter)[0] == "M" or letter in "\u200c\u200d" or "\u1160" <= letter <= "\u11ff"


def clusters(text: str) -> list[str]:
    """The text's letters, each with its marks; of what is no letter (one inner part after another) a dozen at most."""
    found: list[str] = []
    for letter in text:
        if found and len(found[-1]) < LONGEST_LETTER and (is_joined(letter) or found[-1][-1] == "\u200d"):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _width(letter: str) -> float:
    """About how wide it is, in letters' heights, and rather too much."""
    if letter == WIDEST:
        return 10.0
    return 0.7 if letter < "\x7f" else 2.5 if "\ufb50" <= letter <= "\ufdff" else 1.3


def said(text: str) -> dict[str, Any]:
    """A text as the template takes it: its parts, and whether it is read from right to left.

    A part is a text, or a run between whose letters no line may end of itself and that may be too long for one.
    """
    parts: list[str | dict[str, Any]] = []
    for part in BETWEEN.split(text.replace("\n", " ")):
        if sum(map(_width, part)) > LONG:
            parts.append(_run(part))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += part
        elif part:
            parts.append(part)
    return {"parts": parts, "rightward": is_rightward(text)}


def _run(part: str) -> dict[str, Any]:
    """A run for the template to measure. Kept ``loose`` where its pieces must be one text to be read in their order."""
    known, letters = KNOWN_WORDS.search(part), sum(unicodedata.category(letter)[0] in "LMN" for letter in part)
    loose = (known or any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in part)) and letters * 2 > len(
        part
    )
    return {"letters": clusters(part), "step": LONG_STEP if known else STEP, "loose": bool(loose)}


def without_towers(text: str) -> str:
    """The text with at most ``MARKS`` marks on a letter: more are no writing, and reach over the edge of the paper."""
    kept, height = list[str](), 0
    for letter in text:
        height = height + 1 if unicodedata.category(letter)[0] == "M" else 0
        if height <= MARKS:
            kept.append(letter)
    return "".join(kept)


def is_rightward(line: str) -> bool:
    """Whether a line is written from right to left: its first letter with a direction says so."""
    directions = (unicodedata.bidirectional(letter) for letter in line)
    return next((found for found in directions if found in ("L", "R", "AL")), "L") != "L"


def tidied(pdf: bytes) -> bytes:
    """The same pages, where a letter and its mark are copied out once.

    The typesetter says of the picture of a letter and of that of its mark that each is both. Its note beside them is
    right, but not every reader heeds it.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import StreamObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    for font in {id(found): found for page in writer.pages for found in _fonts(page)}.values():
        stream = font["/ToUnicode"].get_object()
        if isinstance(stream, StreamObject):
            told = stream.get_data().decode("latin-1")
            stream.set_data(_each_once(told, widths(font)).encode("latin-1"))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _fonts(page: "PageObject") -> "Iterator[DictionaryObject]":
    """The fonts of a page that say which letters their pictures are."""
    from pypdf.generic import DictionaryObject

    resources = page["/Resources"].get_object()
    fonts = resources.get("/Font", DictionaryObject()).get_object() if isinstance(resources, DictionaryObject) else None
    for each in fonts.values() if isinstance(fonts, DictionaryObject) else ():
        font = each.get_object()
        if isinstance(font, DictionaryObject) and "/ToUnicode" in font:
            yield font


def widths(font: "DictionaryObject") -> defaultdict[int, float]:
    """How wide a font's pictures are by number, in thousandths of its size."""
    from pypdf.generic import ArrayObject, DictionaryObject

    descendants = font["/DescendantFonts"].get_object()
    described: Any = descendants[0].get_object() if isinstance(descendants, ArrayObject) else DictionaryObject()
    listed = [each.get_object() for each in described.get("/W", ArrayObject())]
    unnamed = float(described.get("/DW", 1000))
    found = defaultdict[int, float](lambda: unnamed)
    while listed:
        first, second = int(listed.pop(0)), listed.pop(0)
        if isinstance(second, ArrayObject):
            found |= {first + at: float(width) for at, width in enumerate(second)}
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(listed.pop(0)))
    return found


def _each_once(told: str, wide: defaultdict[int, float]) -> str:
    """A map from pictures to letters in which pictures drawn together share their letters out.

    A picture without width that is said to be a letter with its mark is the mark: the letter has a picture of its own.
    One drawn with others for a single letter (its dots) is nothing to be read.
    """
    shared: dict[str, str] = {}
    for letters, pictures in groupby(CODE.findall(told), key=lambda found: found[1]):
        group = [picture for picture, _ in pictures]
        text = bytes.fromhex(letters).decode("utf-16-be", "replace")
        parted = unicodedata.normalize("NFD", text)
        apart = next((each for each in (text, parted) if len(each) == len(group)), "")
        if len(group) > 1 and apart:
            shared |= dict(zip(group, apart, strict=True))
            continue
        for picture in group:
            if wide[int(picture, 16)]:
                continue
            if len(group) == 1 and len(parted) > 1 and is_joined(parted[-1]):
                shared[picture] = parted[-1]
            elif len(group) > 1:
                shared[picture] = NOTHING
    codes = {picture: letter.encode("utf-16-be").hex().upper() for picture, letter in shared.items()}
    return CODE.sub(lambda found: f"<{found[1]}> <{codes.get(found[1], found[2])}>", told)
