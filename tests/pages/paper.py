"""A chronology as it is printed, and where on its pages each piece of text stands."""

import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, TextStringObject

from frontdoor.printing import chronology, setting
from frontdoor.printing.lettering import widths

Matrix = tuple[float, float, float, float, float, float]


def printed(*lines: str, name: str = "Sam Example", title: str = "Contact", by: str = "", why: str = "") -> PdfReader:
    """A chronology of one event with these texts."""
    return printed_all([{"lines": "\n".join(lines), "title": title, "by": by, "why": why}], name=name)


def printed_all(events: list[dict[str, str]], *, name: str = "Sam Example", printer: str = "Somebody") -> PdfReader:
    """A chronology with an event for each ``lines``, ``title``, ``by`` and ``why``."""

    fit = setting.clean
    data = {
        "name": fit(name), "reference": "P-00000001", "about": "5 years", "printer": fit(printer),
        "printed": "1 November 2026, 10:30", "chosen": fit("Everything"), "more": "", "kept": False,
        "events": [
            {
                "at": "1 November 2026", "title": fit(each["title"]), "by": fit(each["by"]), "why": fit(each["why"]),
                "who": fit(each["by"]), "lines": setting.lines(fit(each["lines"])),
            }
            for each in events
        ],
    }  # fmt: skip
    return PdfReader(io.BytesIO(setting.drawn(setting.Paper(chronology.TEMPLATE, data, chronology.FREE))))


def words_of(reader: PdfReader) -> str:
    """What pypdf reads on all pages, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


class Placed(NamedTuple):
    """One run of pictures on a page, in points from its lower left corner."""

    left: float
    right: float
    height: float


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def placed(page: PageObject, reader: PdfReader) -> Iterator[Placed]:
    """Where each run of text on the page begins and ends."""
    resources: Any = page["/Resources"]
    fonts = {name: widths(font.get_object()) for name, font in resources.get("/Font", {}).items()}
    now: Matrix = (1, 0, 0, 1, 0, 0)
    text, size, wide, kept = now, 0.0, defaultdict[int, float](float), list[Matrix]()
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator == b"q":
            kept.append(now)
        elif operator == b"Q":
            now = kept.pop()
        elif operator == b"cm":
            now = _times(_matrix(operands), now)
        elif operator == b"Tm":
            text = _matrix(operands)
        elif operator == b"Tf":
            wide, size = fonts[operands[0]], float(operands[1])
        elif operator in (b"Tj", b"TJ"):
            length = _length(operands[0] if operator == b"TJ" else operands, wide, size)
            place = _times(text, now)
            end = place[4] + length * place[0]
            yield Placed(min(place[4], end), max(place[4], end), place[5])
            text = _times((1, 0, 0, 1, length, 0), text)
        else:
            assert operator not in (b"Td", b"TD", b"T*", b"'", b'"', b"Tz"), operator


def _matrix(operands: list[Any]) -> Matrix:
    a, b, c, d, e, f = map(float, operands)
    return a, b, c, d, e, f


def _length(shown: list[Any], wide: defaultdict[int, float], size: float) -> float:
    """How far a line of pictures reaches."""
    total = 0.0
    for each in shown:
        if isinstance(each, bytes | TextStringObject):
            codes = each if isinstance(each, bytes) else bytes(each.original_bytes)
            numbers = [high << 8 | low for high, low in zip(codes[::2], codes[1::2], strict=True)]
            total += sum(wide[number] for number in numbers)
        else:
            total -= float(each)
    return total * size / 1000
